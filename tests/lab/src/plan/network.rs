//! Names, ways, doors and the proxy.

use crate::certificates::Shown;
use crate::dns::{Said, Table};
use crate::doors::{ALERT, BLOCK_PAGE, Door, ELSEWHERE, PLAIN, PORTAL};
use crate::fault::{Answer, Fault, Link, Proxy, Resolver};
use crate::place::{Host, NO_RESOLVER, OTHER_RESOLVER, PROXY, PROXY_NAME, RESOLVER};
use crate::proxy::{ASKS_WHO, CANNOT_REACH, Manner, REFUSES, UNAVAILABLE};
use crate::routes::Rule;
use crate::world::World;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// What the VPC's resolver and the company's say.
pub(super) fn tables(world: World, faults: &[Fault]) -> (Table, Table) {
    let mut ours = healthy_table(world);
    let mut theirs = ours.clone();
    for fault in faults {
        match fault {
            Fault::Dns(host, answer) => {
                teach(&mut ours, *host, *answer);
                teach(&mut theirs, *host, *answer);
            }
            Fault::Split(host, answer) => teach(&mut theirs, *host, *answer),
            Fault::Resolver(Resolver::Silent) => (ours.silent, theirs.silent) = (true, true),
            Fault::Proxy(Proxy::Unresolvable) => {
                ours.names.remove(PROXY_NAME);
                theirs.names.remove(PROXY_NAME);
            }
            _ => {}
        }
    }
    (ours, theirs)
}

fn healthy_table(world: World) -> Table {
    let mut names = BTreeMap::new();
    names.insert(PROXY_NAME.into(), Said::Addresses(vec![PROXY.into()]));
    // Behind a proxy that does it, nothing in the VPC resolves names of the outside.
    for host in Host::NAMED.iter().filter(|_| world != World::Proxy) {
        for name in host.names() {
            let said = address_of(world, *host, name);
            names.insert((*name).into(), said);
        }
    }
    Table {
        silent: false,
        names,
    }
}

fn address_of(world: World, host: Host, name: &str) -> Said {
    let is_codeartifacts = matches!(host, Host::Api | Host::Repositories);
    let is_public = world == World::Vpce && is_codeartifacts && !Host::is_endpoints_own(name);
    Said::Addresses(match world {
        _ if is_public => vec![host.public().into()],
        World::DualStack => host.addresses(),
        _ => vec![host.address().into()],
    })
}

fn teach(table: &mut Table, host: Host, answer: Answer) {
    for name in host.names() {
        let said = match answer {
            // The name of one endpoint never leads anywhere else.
            Answer::Public if Host::is_endpoints_own(name) => continue,
            Answer::Public => Said::Addresses(vec![host.public().into()]),
            Answer::Stale => Said::Addresses(vec![host.stale().into()]),
            Answer::Truncated | Answer::Slow => Said::Badly(answer, vec![host.address().into()]),
            other => Said::Nothing(other),
        };
        table.names.insert((*name).into(), said);
    }
}

/// Whom the space asks: the company's resolver first where the two disagree.
pub(super) fn nameservers(faults: &[Fault]) -> Vec<Ipv4Addr> {
    let is_split = |fault: &Fault| matches!(fault, Fault::Split(..));
    if faults.contains(&Fault::Resolver(Resolver::Unnamed)) {
        Vec::new()
    } else if faults.contains(&Fault::Resolver(Resolver::Closed)) {
        vec![NO_RESOLVER]
    } else if faults.iter().any(is_split) {
        vec![OTHER_RESOLVER, RESOLVER]
    } else {
        vec![RESOLVER]
    }
}

/// Lines that somebody has left in the space's hosts file.
pub(super) fn hosts(faults: &[Fault]) -> Vec<(Ipv4Addr, &'static str)> {
    let lines = faults.iter().filter_map(|fault| match fault {
        Fault::HostsFile(host) => Some((*host, host.public())),
        Fault::StaleHostsFile(host) => Some((*host, host.stale())),
        Fault::RightHostsFile(host) => Some((*host, host.address())),
        _ => None,
    });
    lines
        .flat_map(|(host, address)| host.names().iter().map(move |name| (address, *name)))
        .collect()
}

pub(super) fn doors(world: World, faults: &[Fault]) -> BTreeMap<Host, Door> {
    let is_inspected = world == World::PrivateCa || faults.contains(&Fault::Inspection);
    let usual = |host| match host {
        Host::Credentials => Door::Open,
        _ if is_inspected => Door::Shows(Shown::Inspected),
        _ => Door::Open,
    };
    let mut doors: BTreeMap<_, _> = Host::ALL
        .into_iter()
        .map(|host| (host, usual(host)))
        .collect();
    for fault in faults {
        let changed = match fault {
            Fault::Link(host, Link::Refused) => Some((*host, Door::Shut)),
            Fault::Link(host, Link::Reset) => Some((*host, Door::Resets)),
            Fault::Link(host, Link::Hangs) => Some((*host, Door::Hangs)),
            Fault::Link(host, Link::Alert) => Some((*host, Door::Says(ALERT))),
            Fault::Link(host, Link::Plain) => Some((*host, Door::Says(PLAIN))),
            Fault::Link(host, Link::Portal) => Some((*host, Door::SaysInTls(PORTAL))),
            Fault::Link(host, Link::BlockPage) => Some((*host, Door::SaysInTls(BLOCK_PAGE))),
            Fault::Link(host, Link::Elsewhere) => Some((*host, Door::SaysInTls(ELSEWHERE))),
            Fault::Tls(host, wrong) => Some((*host, Door::Shows(Shown::Wrong(*wrong)))),
            _ => None,
        };
        doors.extend(changed);
    }
    doors
}

pub(super) fn rules(faults: &[Fault]) -> Vec<Rule> {
    let rules = faults.iter().flat_map(|fault| match fault {
        Fault::Link(host, Link::SecurityGroup) => Rule::no_answer(*host),
        Fault::Link(host, Link::DropsV4) => vec![Rule::no_answer_v4(*host)],
        Fault::Link(host, Link::DropsV6) => Rule::no_answer_v6(*host).into_iter().collect(),
        Fault::Link(host, Link::Unreachable) => Rule::no_way(*host),
        Fault::Link(host, Link::NoRoute) => Rule::no_route(*host),
        Fault::AllDropped => Rule::nothing_arrives(),
        _ => Vec::new(),
    });
    rules.collect()
}

pub(super) fn proxy(world: World, faults: &[Fault]) -> Option<Manner> {
    let fault = faults.iter().find_map(|fault| match fault {
        Fault::Proxy(proxy) => Some(*proxy),
        _ => None,
    });
    match (fault, world) {
        (Some(Proxy::Dead), _) => None,
        (Some(Proxy::Refuses), _) | (None, World::BesideProxy) => Some(Manner::Says(REFUSES)),
        (Some(Proxy::AsksWho), _) => Some(Manner::Says(ASKS_WHO)),
        (Some(Proxy::CannotReach), _) => Some(Manner::Says(CANNOT_REACH)),
        (Some(Proxy::Hangs), _) => Some(Manner::Hangs),
        (Some(Proxy::Unavailable), _) => Some(Manner::Says(UNAVAILABLE)),
        (Some(Proxy::RefusesRepositories), _) => Some(Manner::Refuses(Host::Repositories)),
        (Some(Proxy::Unresolvable) | None, _) => Some(Manner::Leads),
    }
}
