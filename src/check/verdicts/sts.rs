//! STS, which nothing but some credentials depends on.

use super::network::{accepts, answers};
use super::tls::proves;
use super::{aws, names};
use crate::check::catalogue::{STATUS_PAGE, TRUST};
use crate::check::evidence::{Role, Tunnel};
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
            return Some(Verdict {
                fix: mend.and(own),
                cause: is_one_cause.then_some(Cause::Sts).or(verdict.cause),
                ..verdict
            });
        }
    }
    Some(Verdict::ok(host.host.clone()))
}
