//! Names and nameservers.

use std::net::IpAddr;

use super::{is_private, list};
use crate::check::evidence::{HostSeen, Names, Reached, Role, Said, Tunnel};
use crate::check::{Cause, Evidence, Mender, Status, Verdict};

/// Whether a host's name leads to an address that can be used.
pub fn resolves(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let host = match evidence.host(role) {
        Some(host) => host,
        None => return unknown(role),
    };
    match &host.tunnel {
        Some(Tunnel::Open) => return Some(Verdict::ok("the proxy looks it up")),
        Some(Tunnel::Unreached(_)) => return Some(Verdict::waits_for("proxy.reach")),
        Some(_) => return Some(Verdict::waits_for("proxy.tunnel")),
        None => {}
    }
    let names = host.names.as_ref()?;
    let addresses = names.addresses();
    if addresses.is_empty() {
        return Some(blamed(no_address(evidence, host, names), names));
    }
    let shown = list(addresses);
    if names.is_address {
        return Some(Verdict::ok(format!("{shown} is an address itself")));
    }
    let from = if names.hosts_file.is_empty() {
        String::new()
    } else {
        " (/etc/hosts)".to_owned()
    };
    let is_private_one = addresses.iter().any(is_private);
    let is_reached = host
        .connections
        .iter()
        .any(|(_, reached)| *reached == Reached::Open);
    // S3 and, without internet, nothing else is reached at public addresses.
    let is_endpoint = matches!(role, Role::Api | Role::Repositories | Role::Sts);
    let has_v4 = addresses.iter().any(IpAddr::is_ipv4);
    if is_endpoint && has_v4 && !is_private_one && !is_reached {
        let verdict = Verdict::failed(format!(
            "{} is the public address {shown}{from}, which cannot be reached from here",
            host.host
        ));
        return Some(if names.hosts_file.is_empty() {
            blamed(verdict, names)
        } else {
            verdict.by(Mender::You).fix(format!(
                "Take the line of {host} out of /etc/hosts, so that the VPC's resolver is asked:\n\
                 $ sudo sed -i '/{host}/d' /etc/hosts",
                host = host.host
            ))
        });
    }
    let kind = match (is_endpoint, is_private_one, has_v4) {
        (true, true, _) => ", private",
        (true, false, true) => ", public",
        _ => "",
    };
    Some(Verdict::ok(format!("{} is {shown}{kind}{from}", host.host)))
}

/// A host that was never looked at: what it waits for.
fn unknown(role: Role) -> Option<Verdict> {
    match role {
        Role::Repositories => Some(Verdict::waits_for("repository.endpoint")),
        // Whether there is a bucket at all is for the last of its checks to say.
        Role::Assets => None,
        Role::Api | Role::Sts => Some(Verdict::waits_for("settings.complete")),
    }
}

/// Where another nameserver knows better, it is their disagreement.
fn blamed(verdict: Verdict, names: &Names) -> Verdict {
    let knows = |(_, said): &(IpAddr, Said)| sort(said) == Some(Sort::Private);
    if verdict.status == Status::Failed && names.servers.iter().any(knows) {
        verdict.because(Cause::Resolver)
    } else {
        verdict
    }
}

fn no_address(evidence: &Evidence, host: &HostSeen, names: &Names) -> Verdict {
    let name = &host.host;
    let verdict = said_nothing(evidence, name, names);
    if name.contains(".vpce.") && verdict.status == Status::Failed {
        return verdict.fix(
            "This is the own name of a VPC endpoint. Compare it with the names of those that are there:\n\
             $ aws ec2 describe-vpc-endpoints --region {region} --query 'VpcEndpoints[].DnsEntries[].DnsName'",
        );
    }
    verdict
}

fn said_nothing(evidence: &Evidence, name: &str, names: &Names) -> Verdict {
    match names.first_answer() {
        Some(Said::NoSuchName) => {
            Verdict::failed(format!("there is no such name as {name} (NXDOMAIN)"))
        }
        Some(_) => Verdict::failed(format!("the name {name} has no address")),
        None => match names.servers.iter().find(|(_, said)| is_fault(said)) {
            Some((server, Said::Fault(code))) => {
                Verdict::failed(format!("the nameserver {server} answers {code} for {name}"))
            }
            _ if is_dead(evidence) => Verdict::waits_for("dns.resolver"),
            _ => Verdict::failed(format!(
                "no nameserver answers for {name}, though they answer for others"
            )),
        },
    }
}

fn is_fault(said: &Said) -> bool {
    matches!(said, Said::Fault(_))
}

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
    .filter(|(_, names)| !names.servers.is_empty())
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
        Said::Silence => format!("{server} does not answer"),
        Said::Fault(code) => format!("{server} answers {code}"),
        Said::Unreachable(why) => format!("{server} cannot be asked ({why})"),
        _ => format!("{server} answers"),
    };
    let words = |some: &[&(IpAddr, Said)]| list(some.iter().map(describe));
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
enum Sort {
    Private,
    Public,
    Nothing,
}

fn sort(said: &Said) -> Option<Sort> {
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
    for (host, names) in looked_up {
        let answers: Vec<(IpAddr, Sort, &Said)> = names
            .servers
            .iter()
            .filter_map(|(server, said)| Some((*server, sort(said)?, said)))
            .collect();
        let Some((first, ours, said)) = answers.first() else {
            continue;
        };
        let other = answers.iter().find(|(_, sort, _)| sort != ours);
        let Some((second, theirs, other)) = other else {
            continue;
        };
        let detail = format!(
            "for {} the nameserver {first} says {}, and {second} says {}",
            host.host,
            in_words(said),
            in_words(other)
        );
        // The first is asked first: if it knows better, things work until it is slow.
        return Some(if *ours == Sort::Private || *theirs == Sort::Nothing {
            Verdict::warning(detail)
        } else {
            Verdict::failed(detail).because(Cause::Resolver)
        });
    }
    Some(Verdict::ok("the same kind of address from each"))
}

fn in_words(said: &Said) -> String {
    match said {
        Said::Addresses(addresses) => list(addresses),
        Said::NoSuchName => "that there is no such name".to_owned(),
        _ => "that it has no address".to_owned(),
    }
}
