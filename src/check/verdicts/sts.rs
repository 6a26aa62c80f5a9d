//! STS, which nothing but some credentials depends on.

use super::network::{accepts, answers};
use super::tls::proves;
use super::{aws, names};
use crate::check::catalogue::{STATUS_PAGE, STS_PORT, TRUST};
use crate::check::evidence::{Reached, Role, Tunnel};
use crate::check::{Cause, Evidence, Status, Verdict};

/// Whether STS can be reached: the first hop that fails.
pub fn reached(evidence: &Evidence) -> Option<Verdict> {
    let Some(host) = evidence.sts.as_ref() else {
        return Some(Verdict::waits_for("settings.complete"));
    };
    if host
        .tunnel
        .as_ref()
        .is_some_and(|tunnel| *tunnel != Tunnel::Open)
    {
        let detail = format!("the proxy gives no tunnel to {}", host.host);
        return Some(Verdict::failed(detail).fix(format!(
            "The proxy must let {host} through, port 443; or, where the VPC has an endpoint for STS, reach it without the proxy:\n\
             $ export NO_PROXY=\"${{NO_PROXY:+$NO_PROXY,}}{host}\"",
            host = host.host
        )));
    }
    type Hop = fn(&Evidence, Role) -> Option<Verdict>;
    // Without a mend of its own, what is wrong with names and ways is mended by the endpoint that STS lacks.
    let hops: [(Hop, Option<&str>); 4] = [
        (names::resolves, None),
        (accepts, None),
        (proves, Some(TRUST)),
        (answers, Some(STATUS_PAGE)),
    ];
    for (hop, mend) in hops {
        let verdict = hop(evidence, Role::Sts)?;
        if verdict.status != Status::Ok {
            let own = verdict.fix.clone().or(mend.map(str::to_owned));
            let is_one_cause = evidence.credentials.as_ref().is_some_and(|credentials| {
                let wanted = aws::found(evidence).and_then(|found| found.cause);
                credentials.is_err() && wanted == Some(Cause::Sts)
            });
            // Where one of its addresses answers the endpoint is there, and this machine's own filter is no endpoint's.
            let is_kept = |(_, reached): &(_, Reached)| *reached == Reached::Kept;
            let fix = match mend {
                None if host.is_reached() => Some(STS_PORT.to_owned()),
                None => own.filter(|_| host.connections.iter().any(is_kept)),
                Some(_) => own,
            };
            return Some(Verdict {
                fix,
                cause: is_one_cause.then_some(Cause::Sts).or(verdict.cause),
                ..verdict
            });
        }
    }
    Some(Verdict::ok(host.host.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::verdicts::sample::{evidence, host};

    #[test]
    fn an_endpoint_that_answers_at_one_address_is_there() {
        let mended = |second: Reached, has_first: bool| {
            let mut sts = host();
            let other = "10.0.2.10:443".parse().unwrap();
            sts.connections.push((other, second));
            if !has_first {
                sts.connections.remove(0);
            }
            let mut evidence = evidence(host());
            evidence.sts = Some(sts);
            reached(&evidence).unwrap().fix.unwrap_or_default()
        };
        assert!(mended(Reached::TimedOut, true).contains("authorize-security-group-ingress"));
        assert_eq!(mended(Reached::TimedOut, false), "", "the check's own");
        assert!(mended(Reached::Kept, false).contains("iptables"));
    }
}
