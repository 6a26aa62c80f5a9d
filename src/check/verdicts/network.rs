//! Connections, identities, answers.

use super::{list, names};
use crate::check::catalogue::{MOST_SKEW, hops};
use crate::check::evidence::{Answer, Distrust, Handshake, HostSeen, Reached, Role, Tunnel};
use crate::check::{Cause, Evidence, Mender, Status, Verdict};

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
                .fix(CUT)
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
    let verdict = Verdict::failed(format!("{} ({address}) {}", host.host, in_words(reached)));
    Some(match reached {
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
        _ => verdict,
    })
}

fn count(host: &HostSeen, is: impl Fn(&Reached) -> bool) -> usize {
    host.connections
        .iter()
        .filter(|(_, reached)| is(reached))
        .count()
}

fn in_words(reached: &Reached) -> &str {
    match reached {
        Reached::Open => "accepts connections",
        Reached::TimedOut => "does not answer: packets are dropped",
        Reached::Refused => "refuses the connection",
        Reached::Reset => "cuts the connection",
        Reached::Unreachable => "cannot be reached: there is no route",
        Reached::NoName => "has no address",
        Reached::Other(why) => why,
    }
}

/// Whether a host proves its identity.
pub fn proves(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let Some(host) = evidence.host(role) else {
        return names::resolves(evidence, role);
    };
    if !host.tls {
        return Some(Verdict::ok("no TLS, on this machine alone"));
    }
    let roots = match &evidence.roots {
        Some(Ok(roots)) => roots.from.as_str(),
        _ => return Some(Verdict::waits_for("trust.roots")),
    };
    let name = &host.host;
    let Some(handshake) = &host.handshake else {
        return Some(Verdict::waits_for(hops(role).tcp.id));
    };
    Some(match handshake {
        Handshake::Done { issuer, trust } => match trust {
            Ok(()) => Verdict::ok(format!("issued by {}", or_nameless(issuer))),
            Err(distrust) => distrusted(name, issuer, roots, distrust, evidence),
        },
        Handshake::TimedOut => Verdict::failed(format!(
            "{name} accepts the connection and then does not answer: something on the way swallows TLS"
        ))
        .fix(CUT),
        Handshake::Cut(why) => Verdict::failed(format!(
            "the connection to {name} is cut when TLS begins ({why})"
        ))
        .fix(CUT)
        .because(Cause::CutTls),
        Handshake::Failed(why) => Verdict::failed(format!("no TLS with {name}: {why}")).fix(CUT),
    })
}

const CUT: &str = "A firewall between the space and the endpoint stops TLS: it must let {api_host} and {repositories_host} through \
    by their names (SNI). This shows what happens:\n\
    $ openssl s_client -connect {repositories_host}:443 -servername {repositories_host}";

fn or_nameless(issuer: &str) -> &str {
    if issuer.is_empty() {
        "somebody without a name"
    } else {
        issuer
    }
}

fn distrusted(
    name: &str,
    issuer: &str,
    roots: &str,
    distrust: &Distrust,
    evidence: &Evidence,
) -> Verdict {
    let issuer = or_nameless(issuer);
    match distrust {
        Distrust::UnknownIssuer => Verdict::failed(format!(
            "the certificate of {name} is issued by {issuer}, which is not trusted (trusted: {roots})"
        ))
        .because(Cause::Issuer(issuer.to_owned())),
        Distrust::WrongName(names) => {
            let whose = match names.is_empty() {
                true => "other names".to_owned(),
                false => list(names),
            };
            Verdict::failed(format!(
                "the certificate of {name} is for {whose} (issued by {issuer})"
            ))
            .fix(format!(
                "The name leads to the wrong place. See what it stands for, here and in the VPC's private hosted zones:\n\
                 $ getent ahosts {name}"
            ))
        }
        Distrust::Expired | Distrust::NotYetValid => {
            let when = match distrust {
                Distrust::Expired => "has expired",
                _ => "is not valid yet",
            };
            let verdict = Verdict::failed(format!(
                "the certificate of {name} (issued by {issuer}) {when}"
            ));
            if skew(evidence).is_some_and(|skew| skew.unsigned_abs() > MOST_SKEW.as_secs()) {
                verdict.because(Cause::Clock)
            } else {
                verdict.fix(
                    "Whoever issues this certificate must renew it; if that is not Amazon, it is what opens TLS on the way:\n\
                     $ date -u",
                )
            }
        }
        Distrust::Other(why) => Verdict::failed(format!(
            "the certificate of {name} (issued by {issuer}) cannot be used: {why}"
        )),
    }
}

/// How many seconds this machine's clock is ahead of the hosts', if one of them said.
pub fn skew(evidence: &Evidence) -> Option<i64> {
    let date = |host: &Option<HostSeen>| match host.as_ref()?.answer.as_ref()? {
        Answer::Http { date, .. } => *date,
        _ => None,
    };
    let theirs = date(&evidence.api).or_else(|| date(&evidence.repositories))?;
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
        Some(answer) => heard(host, answer),
        None => Verdict::waits_for(hops(role).tls.id),
    })
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
            Verdict::failed(format!("{name} takes the request and hangs up ({why})")).fix(CUT)
        }
        Answer::NotHttp => Verdict::failed(format!("what answers at {name} does not speak HTTP"))
            .by(Mender::You)
            .fix("The address must be CodeArtifact's. Where it was set:\n$ studio-mirror status"),
    }
}

/// Whether STS can be reached: the first hop that fails.
pub fn sts(evidence: &Evidence) -> Option<Verdict> {
    let Some(host) = evidence.sts.as_ref() else {
        return Some(Verdict::waits_for("settings.complete"));
    };
    if host
        .tunnel
        .as_ref()
        .is_some_and(|tunnel| *tunnel != Tunnel::Open)
    {
        let detail = format!("the proxy gives no tunnel to {}", host.host);
        return Some(Verdict::failed(detail));
    }
    let hops = [names::resolves, accepts, proves, answers];
    for hop in hops {
        let verdict = hop(evidence, Role::Sts)?;
        if verdict.status != Status::Ok {
            // The catalogue's mend is the one for STS; a shared cause stays with the hosts that matter.
            return Some(Verdict {
                fix: None,
                cause: verdict.cause,
                ..verdict
            });
        }
    }
    Some(Verdict::ok(host.host.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
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
    fn an_identity_that_is_not_proved_says_whose_fault_it_is() {
        let shown = |trust: Distrust, now| {
            let mut host = host();
            host.handshake = Some(Handshake::Done {
                issuer: "Corp CA".into(),
                trust: Err(trust),
            });
            let mut evidence = evidence(host);
            evidence.now = now;
            proves(&evidence, Role::Api).unwrap()
        };
        let unknown = shown(Distrust::UnknownIssuer, 1_000);
        assert_eq!(unknown.cause, Some(Cause::Issuer("Corp CA".into())));
        assert!(unknown.detail.contains("issued by Corp CA"), "{unknown:?}");
        let wrong = shown(Distrust::WrongName(vec!["a.example".into()]), 1_000);
        assert!(wrong.detail.contains("is for a.example"), "{wrong:?}");
        // The same certificate is at fault by a right clock and not by a wrong one.
        assert_eq!(shown(Distrust::Expired, 1_000).cause, None);
        assert_eq!(shown(Distrust::Expired, 90_000).cause, Some(Cause::Clock));
        assert_eq!(shown(Distrust::NotYetValid, 0).cause, Some(Cause::Clock));
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
        let verdict = heard(&host(), &answered(502, None));
        assert_eq!(verdict.cause, Some(Cause::Unavailable(502)));
    }
}
