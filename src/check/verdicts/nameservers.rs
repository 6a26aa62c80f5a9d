//! Nameservers: whether they answer, and whether they agree.

use std::net::IpAddr;

use super::{is_private, list};
use crate::check::evidence::{HostSeen, Names, Said};
use crate::check::{Cause, Evidence, Status, Verdict};

/// Whether no nameserver answers anything.
pub fn is_dead(evidence: &Evidence) -> bool {
    resolver(evidence).is_some_and(|verdict| verdict.status == Status::Failed)
}

/// Every host whose name was looked up with nameservers.
fn looked_up(evidence: &Evidence) -> impl Iterator<Item = (&HostSeen, &Names)> {
    [
        &evidence.api,
        &evidence.repositories,
        &evidence.assets,
        &evidence.sts,
    ]
    .into_iter()
    .flatten()
    .filter_map(|host| Some((host, host.names.as_ref()?)))
    .filter(|(_, names)| !names.servers.is_empty() && names.hosts_file.is_empty())
}

/// Whether any nameserver answers anything. No object where none had to be asked.
pub fn resolver(evidence: &Evidence) -> Option<Verdict> {
    let looked_up: Vec<_> = looked_up(evidence).collect();
    let (_, first) = looked_up.first()?;
    let answers = |server: &IpAddr| {
        looked_up.iter().any(|(_, names)| {
            let said = names.servers.iter().find(|(known, _)| known == server);
            said.is_some_and(|(_, said)| said.is_answer())
        })
    };
    // The system may know names by other ways than nameservers.
    let is_known_otherwise = looked_up.iter().all(|(_, names)| !names.system.is_empty());
    let (good, bad): (Vec<_>, Vec<_>) = first
        .servers
        .iter()
        .partition(|(server, _)| answers(server));
    let describe = |(server, said): &&(IpAddr, Said)| match said {
        Said::Silence => format!("{server} does not answer in time"),
        Said::Fault(code) => format!("{server} answers {code}"),
        Said::Unreachable(why) => format!("{server} cannot be asked ({why})"),
        _ => format!("{server} answers"),
    };
    let words = |some: &[&(IpAddr, Said)]| list(some.iter().map(describe));
    if first.is_nobody_named && good.is_empty() && !is_known_otherwise {
        let verdict = Verdict::failed(
            "/etc/resolv.conf names no nameserver (or cannot be read), and none answers on this machine",
        );
        return Some(verdict.because(Cause::Resolver).fix(
            "Every VPC has its own nameserver at this address:\n\
             $ echo 'nameserver 169.254.169.253' | sudo tee -a /etc/resolv.conf",
        ));
    }
    Some(if bad.is_empty() || is_known_otherwise {
        Verdict::ok(list(good.iter().map(|(server, _)| server)))
    } else if good.is_empty() {
        Verdict::failed(format!("the nameserver {}", words(&bad))).because(Cause::Resolver)
    } else {
        let others = list(good.iter().map(|(server, _)| server));
        Verdict::warning(format!(
            "the nameserver {}; {others} does, but every look-up may wait for it",
            words(&bad)
        ))
    })
}

/// What kind of answer a nameserver gave: where they differ in it, they disagree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Private,
    Public,
    Nothing,
}

pub(super) fn sort(said: &Said) -> Option<Sort> {
    match said {
        Said::Addresses(addresses) if addresses.iter().any(is_private) => Some(Sort::Private),
        Said::Addresses(_) => Some(Sort::Public),
        Said::NoSuchName | Said::NoAddress => Some(Sort::Nothing),
        _ => None,
    }
}

/// Whether the nameservers say the same. No object with fewer than two.
pub fn agree(evidence: &Evidence) -> Option<Verdict> {
    let looked_up: Vec<_> = looked_up(evidence).collect();
    looked_up
        .iter()
        .find(|(_, names)| names.servers.len() > 1)?;
    let told: Vec<Verdict> = looked_up
        .into_iter()
        .filter_map(|(host, names)| disagreement(evidence, host, names))
        .collect();
    let is_failed = |verdict: &&Verdict| verdict.status == Status::Failed;
    if let Some(worst) = told.iter().find(is_failed).or(told.first()) {
        return Some(worst.clone());
    }
    let is_told = resolver(evidence).is_some_and(|verdict| verdict.status != Status::Ok);
    let lame = lame(evidence).filter(|_| !is_told);
    Some(lame.unwrap_or_else(|| Verdict::ok("the same kind of address from each")))
}

/// What kinds of answers the nameservers give for `host`, where they differ.
fn disagreement(evidence: &Evidence, host: &HostSeen, names: &Names) -> Option<Verdict> {
    let answers: Vec<(IpAddr, Sort, &Said)> = names
        .servers
        .iter()
        .filter_map(|(server, said)| Some((*server, sort(said)?, said)))
        .collect();
    let (first, ours, said) = answers.first()?;
    let (second, theirs, other) = answers.iter().find(|(_, sort, _)| sort != ours)?;
    let is_of =
        |known: &Option<HostSeen>| known.as_ref().is_some_and(|known| known.host == host.host);
    // Nothing depends on STS, whose own check tells; and S3 is right at either kind of address.
    let is_harmless = is_of(&evidence.sts)
        || is_of(&evidence.assets) && *ours != Sort::Nothing && *theirs != Sort::Nothing;
    if is_harmless {
        return None;
    }
    let detail = format!(
        "for {} the nameserver {first} says {}, and {second} says {}",
        host.host,
        in_words(said),
        in_words(other)
    );
    // The first is asked first: if it knows better, things work until it is slow.
    Some(if *ours == Sort::Private || *theirs == Sort::Nothing {
        Verdict::warning(detail)
    } else {
        Verdict::failed(detail).because(Cause::Resolver)
    })
}

/// A nameserver that answers for other names and not for one that a later one knows: every look-up goes on only after it.
fn lame(evidence: &Evidence) -> Option<Verdict> {
    looked_up(evidence).find_map(|(host, names)| {
        let at = names
            .servers
            .iter()
            .position(|(_, said)| said.is_answer())?;
        let (before, from) = names.servers.split_at(at);
        let (server, said) = before.first()?;
        let how = match said {
            Said::Fault(code) => format!("answers {code}"),
            _ => "does not answer, which every look-up waits for".to_owned(),
        };
        Some(Verdict::warning(format!(
            "for {} the nameserver {server} {how}, and {} says {}",
            host.host,
            from[0].0,
            in_words(&from[0].1)
        )))
    })
}

fn in_words(said: &Said) -> String {
    match said {
        Said::Addresses(addresses) => list(addresses),
        Said::NoSuchName => "that there is no such name".to_owned(),
        _ => "that it has no address".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::evidence::Reached;
    use crate::check::verdicts::sample::{host, ip, names, said, seen};

    #[test]
    fn nameservers_are_judged_together() {
        let private = || said(&["10.0.1.10"]);
        let public = || said(&["54.1.1.1"]);
        let fault = || Said::Fault("REFUSED".into());
        let status = |verdict: Option<Verdict>| verdict.map(|verdict| verdict.status);
        for (said, answers, agreed) in [
            (vec![private()], Status::Ok, None),
            (vec![private(), private()], Status::Ok, Some(Status::Ok)),
            (vec![Said::Silence], Status::Failed, None),
            (vec![fault(), fault()], Status::Failed, Some(Status::Ok)),
            (
                vec![Said::Silence, private()],
                Status::Warning,
                Some(Status::Ok),
            ),
            (vec![private(), public()], Status::Ok, Some(Status::Warning)),
            (vec![public(), private()], Status::Ok, Some(Status::Failed)),
            (
                vec![Said::NoSuchName, private()],
                Status::Ok,
                Some(Status::Failed),
            ),
            (
                vec![public(), Said::NoSuchName],
                Status::Ok,
                Some(Status::Warning),
            ),
        ] {
            let evidence = seen(names(said.clone()), Reached::Open);
            assert_eq!(status(resolver(&evidence)), Some(answers), "{said:?}");
            assert_eq!(status(agree(&evidence)), agreed, "{said:?}");
        }
    }

    #[test]
    fn without_a_question_there_is_no_verdict_on_nameservers() {
        let address = Names {
            is_address: true,
            system: vec![ip("127.0.0.1")],
            ..Names::default()
        };
        let evidence = seen(address, Reached::Open);
        assert_eq!(resolver(&evidence), None);
        assert_eq!(agree(&evidence), None);
    }

    #[test]
    fn a_nameserver_that_fails_for_one_name_alone_is_told() {
        let mut evidence = seen(names([Said::Silence, said(&["10.0.1.10"])]), Reached::Open);
        let mut other = host();
        other.names = Some(names([said(&["10.0.1.11"]), said(&["10.0.1.11"])]));
        evidence.repositories = Some(other);
        assert_eq!(resolver(&evidence).unwrap().status, Status::Ok);
        let verdict = agree(&evidence).unwrap();
        assert_eq!(verdict.status, Status::Warning);
        assert!(
            verdict.detail.contains("10.0.0.2 does not answer"),
            "{verdict:?}"
        );
    }
}
