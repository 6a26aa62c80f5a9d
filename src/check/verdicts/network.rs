//! Connections and answers.

use std::net::SocketAddr;

use super::both::told_once;
use super::tls::cut;
use super::{list, names};
use crate::check::catalogue::{BOTH_PORTS, hops};
use crate::check::evidence::{Answer, Handshake, HostSeen, Reached, Role, Tunnel};
use crate::check::{Cause, Evidence, Loss, Mender, Verdict};

/// Whether a host accepts connections.
pub fn accepts(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let Some(host) = evidence.host(role) else {
        return names::resolves(evidence, role);
    };
    if let Some(tunnel) = &host.tunnel {
        return Some(match tunnel {
            Tunnel::Open => Verdict::ok("through the proxy"),
            _ => Verdict::waits_for("proxy.tunnel"),
        });
    }
    let open = count(host, |reached| *reached == Reached::Open);
    // Whether a reset comes before or after the connection counts as made is chance: it is one thing.
    let is_cut = matches!(host.handshake, Some(Handshake::Cut(_)))
        || (open == 0 && count(host, |reached| *reached == Reached::Reset) > 0);
    if is_cut {
        return Some(
            Verdict::failed(format!("{} accepts the connection and cuts it", host.host))
                .fix(cut(&host.host))
                .because(Cause::CutTls),
        );
    }
    // A machine without IPv6 says so at once, and clients go on to the next address.
    let lost: Vec<_> = host
        .connections
        .iter()
        .filter(|(address, reached)| {
            *reached != Reached::Open
                && (open == 0 || address.is_ipv4() || *reached != Reached::Unreachable)
        })
        .collect();
    let Some((address, reached)) = lost.first() else {
        let Some(first) = host.connections.first() else {
            return Some(Verdict::waits_for(hops(role).dns.id));
        };
        return Some(Verdict::ok(first.0.to_string()));
    };
    if open > 0 {
        let which = list(lost.iter().map(|(address, _)| address.ip()));
        return Some(Verdict::warning(format!(
            "{open} of {} addresses of {} accept connections; {which} {}",
            host.connections.len(),
            host.host,
            in_words(reached)
        )));
    }
    let verdict = unreached(evidence, role, host, *address, reached);
    let variable = set_by_variable(evidence).filter(|_| role != Role::Repositories);
    let Some(variable) = variable else {
        return Some(verdict);
    };
    let usual = verdict.fix.as_deref().unwrap_or(hops(role).tcp.fix);
    let fix = format!(
        "${variable} names this address. If nothing of CodeArtifact is to be there:\n$ unset {variable}\n{usual}"
    );
    Some(verdict.by(Mender::You).fix(fix))
}

/// No address of a host can be connected to; the first ended so.
fn unreached(
    evidence: &Evidence,
    role: Role,
    host: &HostSeen,
    address: SocketAddr,
    reached: &Reached,
) -> Verdict {
    // Another host of ours at the same address fails for the same reason.
    let verdict = Verdict::failed(format!("{} ({address}) {}", host.host, in_words(reached)))
        .because(Cause::Address(address));
    let verdict = match reached {
        Reached::Refused => verdict.fix(format!(
            "Nothing listens at {}: the name must lead to the endpoint's own addresses. Compare:\n\
             $ aws ec2 describe-network-interfaces --region {{region}} --filters Name=addresses.private-ip-address,Values={}",
            address, address.ip()
        )),
        Reached::Unreachable => verdict.fix(format!(
            "There is no route from this machine to {}. Look at its own routes, then at the subnet's route table:\n\
             $ ip route get {}",
            address.ip(), address.ip()
        )),
        Reached::Kept => verdict.by(Mender::You).fix(format!(
            "No packet to {} leaves this machine: a rule of its own drops it, or a route `prohibit` or `blackhole`. See which:\n\
             $ sudo iptables -S OUTPUT\n\
             $ ip route get {}",
            address.ip(), address.ip()
        )),
        _ => verdict,
    };
    let mend = (*reached == Reached::TimedOut).then_some(BOTH_PORTS);
    told_once(verdict, mend, evidence, role, |role, host| {
        // What leads out of the VPC is lost already.
        let is_other = role != Role::Assets && names::leads_outside(host) || host.is_reached();
        let (_, reached) = host.connections.first().filter(|_| !is_other)?;
        Some(Loss::Connection(reached.clone()))
    })
}

/// The variable that leads to an API which is none of AWS's names, if one does.
fn set_by_variable(evidence: &Evidence) -> Option<String> {
    let settings = Some(&evidence.settings).filter(|settings| settings.own_api)?;
    let (.., source) = settings
        .all
        .iter()
        .find(|(name, ..)| *name == "API endpoint")?;
    source.strip_prefix('$').map(str::to_owned)
}

fn count(host: &HostSeen, is: impl Fn(&Reached) -> bool) -> usize {
    host.connections
        .iter()
        .filter(|(_, reached)| is(reached))
        .count()
}

/// What a packet filter or a route of this machine does.
pub(super) const KEPT: &str = "is kept from us by this machine's own packet filter or route";

fn in_words(reached: &Reached) -> &str {
    match reached {
        Reached::Open => "accepts connections",
        Reached::TimedOut => "does not answer: packets are dropped",
        Reached::Refused => "refuses the connection",
        Reached::Reset => "cuts the connection",
        Reached::Unreachable => "cannot be reached: there is no route",
        Reached::Kept => KEPT,
        Reached::NoName => "has no address",
        Reached::Other(why) => why,
    }
}

/// How many seconds this machine's clock is ahead of the hosts', if one of them said.
pub fn skew(evidence: &Evidence) -> Option<i64> {
    let date = |host: &Option<HostSeen>| match host.as_ref()?.answer.as_ref()? {
        Answer::Http { date, .. } => *date,
        _ => None,
    };
    let theirs = date(&evidence.api)
        .or_else(|| date(&evidence.repositories))
        .or_else(|| date(&evidence.sts))?;
    i64::try_from(evidence.now)
        .ok()?
        .checked_sub(i64::try_from(theirs).ok()?)
}

/// Whether a host answers.
pub fn answers(evidence: &Evidence, role: Role) -> Option<Verdict> {
    if role == Role::Assets {
        return super::repository::assets(evidence);
    }
    let Some(host) = evidence.host(role) else {
        return names::resolves(evidence, role);
    };
    Some(match &host.answer {
        Some(answer) if answer.is_foreign(role) => foreign(host, answer),
        Some(answer) => heard(host, answer),
        None => Verdict::waits_for(hops(role).tls.id),
    })
}

/// Somebody else's answer in the place of CodeArtifact's.
fn foreign(host: &HostSeen, answer: &Answer) -> Verdict {
    let name = &host.host;
    let what = match answer {
        Answer::Http {
            status,
            location: Some(to),
            ..
        } if (300..400).contains(status) => {
            let to = to.split(['?', '#']).next().unwrap_or_default();
            format!("a redirect to {} ({status})", crate::error::printable(to))
        }
        Answer::Http {
            status,
            is_page: true,
            ..
        } => format!("a web page ({status})"),
        answer => format!("HTTP {}", answer.status().unwrap_or_default()),
    };
    Verdict::failed(format!(
        "{name} answers with {what}, which is not CodeArtifact's answer: a login page, a block page, or another service"
    ))
    .because(Cause::Foreign)
    .fix(format!(
        "Whoever runs the proxy or firewall on the way must let {name} through untouched. This shows what answers:\n\
         $ curl -si https://{name}/ | head -n 20"
    ))
}

/// What an answer says of the host.
pub fn heard(host: &HostSeen, answer: &Answer) -> Verdict {
    let name = &host.host;
    match answer {
        Answer::Http { status, .. } if *status >= 500 => {
            Verdict::failed(format!("{name} answers {status}")).because(Cause::Unavailable(*status))
        }
        Answer::Http { status, .. } => Verdict::ok(format!("HTTP {status}")),
        Answer::TimedOut => Verdict::failed(format!(
            "{name} takes the request and does not answer in time"
        )),
        Answer::Cut(why) => {
            Verdict::failed(format!("{name} takes the request and hangs up ({why})")).fix(cut(name))
        }
        Answer::NotHttp => Verdict::failed(format!("what answers at {name} does not speak HTTP"))
            .by(Mender::You)
            .fix("The address must be CodeArtifact's. Where it was set:\n$ studio-mirror status"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Status;
    use crate::check::verdicts::sample::{answered, evidence, host};

    #[test]
    fn a_connection_is_judged_by_all_addresses() {
        let all = |reached: &[Reached]| {
            let mut host = host();
            host.connections = reached
                .iter()
                .zip(1..)
                .map(|(reached, last)| {
                    (
                        format!("10.0.1.{last}:443").parse().unwrap(),
                        reached.clone(),
                    )
                })
                .collect();
            accepts(&evidence(host), Role::Api).unwrap()
        };
        use Reached::{Open, Refused, Reset, TimedOut, Unreachable};
        for (reached, status, words) in [
            (&[Open, Open][..], Status::Ok, "10.0.1.1:443"),
            (&[TimedOut], Status::Failed, "packets are dropped"),
            (&[Refused], Status::Failed, "refuses"),
            (&[Unreachable], Status::Failed, "no route"),
            (&[Reset], Status::Failed, "cuts it"),
            (&[Open, TimedOut, Open], Status::Warning, "2 of 3 addresses"),
        ] {
            let verdict = all(reached);
            assert_eq!(verdict.status, status, "{reached:?}: {verdict:?}");
            assert!(verdict.detail.contains(words), "{reached:?}: {verdict:?}");
        }
    }

    #[test]
    fn a_machine_without_ipv6_misses_nothing() {
        let mut host = host();
        let v6 = "[2600::1]:443".parse().unwrap();
        host.connections.push((v6, Reached::Unreachable));
        let verdict = accepts(&evidence(host.clone()), Role::Api).unwrap();
        assert_eq!(verdict.status, Status::Ok);
        host.connections[1].1 = Reached::TimedOut;
        let verdict = accepts(&evidence(host), Role::Api).unwrap();
        assert_eq!(verdict.status, Status::Warning);
    }

    #[test]
    fn an_answer_is_good_unless_it_is_the_servers_failure() {
        for (answer, status) in [
            (answered(403, None), Status::Ok),
            (answered(404, None), Status::Ok),
            (answered(503, None), Status::Failed),
            (Answer::TimedOut, Status::Failed),
            (Answer::NotHttp, Status::Failed),
            (Answer::Cut("eof".into()), Status::Failed),
        ] {
            assert_eq!(heard(&host(), &answer).status, status, "{answer:?}");
        }
        let answers_as = |status, is_page, role| {
            let mut host = host();
            host.answer = Some(Answer::Http {
                status,
                date: None,
                location: None,
                is_page,
                body: String::new(),
            });
            let mut evidence = evidence(host.clone());
            evidence.repositories = Some(host);
            answers(&evidence, role).unwrap()
        };
        for (status, is_page, role, is_good) in [
            (403, false, Role::Api, true),
            (403, true, Role::Api, false),
            (200, true, Role::Api, false),
            (302, false, Role::Api, false),
            (401, true, Role::Repositories, true),
            (403, false, Role::Repositories, true),
            (403, true, Role::Repositories, false),
            (200, false, Role::Repositories, false),
        ] {
            let verdict = answers_as(status, is_page, role);
            assert_eq!(
                verdict.status == Status::Ok,
                is_good,
                "{status} {role:?}: {verdict:?}"
            );
            assert_eq!(
                verdict.cause == Some(Cause::Foreign),
                !is_good,
                "{status} {role:?}"
            );
        }
        let verdict = heard(&host(), &answered(502, None));
        assert_eq!(verdict.cause, Some(Cause::Unavailable(502)));
    }
}
