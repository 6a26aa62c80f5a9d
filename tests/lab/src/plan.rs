//! From a world and what is wrong with it to what everything in the laboratory does. Pure.

mod answers;
mod network;
mod settings;

use crate::dns::Table;
use crate::doors::Door;
use crate::fault::Fault;
use crate::place::Host;
use crate::proxy::Manner;
use crate::routes::Rule;
use crate::world::World;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::PathBuf;

/// What everything in the laboratory does.
#[derive(Debug)]
pub(crate) struct Plan {
    /// What the VPC's resolver says.
    pub(crate) resolver: Table,
    /// What the company's resolver says.
    pub(crate) other: Table,
    /// Whom the space asks, in this order.
    pub(crate) nameservers: Vec<Ipv4Addr>,
    /// What the space's hosts file says beside `localhost`.
    pub(crate) hosts: Vec<(Ipv4Addr, &'static str)>,
    pub(crate) doors: BTreeMap<Host, Door>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) ipv6: bool,
    /// Whether packets of full size are lost.
    pub(crate) is_narrow: bool,
    /// `None` where nobody listens.
    pub(crate) proxy: Option<Manner>,
    /// What befalls requests once they are there.
    pub(crate) answers: Vec<studio_mirror_emulator::Fault>,
    /// How far the services' clock is ahead of the space's, in seconds.
    pub(crate) clock: i64,
    /// The variables of the space.
    pub(crate) environment: BTreeMap<String, String>,
}

/// The CA files that variables name.
#[derive(Clone, Debug)]
pub(crate) struct CaFiles {
    /// What the system trusts.
    pub(crate) system: PathBuf,
    /// The inspecting firewall's CA.
    pub(crate) private: PathBuf,
}

impl Plan {
    pub(crate) fn of(world: World, faults: &[Fault], files: &CaFiles) -> Plan {
        let (resolver, other) = network::tables(world, faults);
        Plan {
            resolver,
            other,
            nameservers: network::nameservers(faults),
            hosts: network::hosts(faults),
            doors: network::doors(world, faults),
            rules: network::rules(faults),
            ipv6: world == World::DualStack,
            is_narrow: faults.contains(&Fault::BlackHole),
            proxy: network::proxy(world, faults),
            answers: faults.iter().copied().flat_map(answers::answers).collect(),
            clock: answers::clock(faults),
            environment: settings::environment(world, faults, files),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dns::Said;
    use crate::fault::{Answer, Link};

    fn plan(world: World, faults: &[Fault]) -> Plan {
        let files = CaFiles {
            system: "/s.pem".into(),
            private: "/p.pem".into(),
        };
        Plan::of(world, faults, &files)
    }

    #[test]
    fn a_world_in_order_loses_nothing_and_opens_every_door() {
        for world in World::ALL {
            let plan = plan(world, &[]);
            assert_eq!(plan.rules, [], "{world}");
            assert_eq!(plan.doors.len(), Host::ALL.len(), "{world}");
            assert!(plan.answers.is_empty(), "{world}");
            assert_eq!(plan.clock, 0, "{world}");
            for door in plan.doors.values() {
                assert!(matches!(door, Door::Open | Door::Shows(_)), "{world}");
            }
        }
    }

    #[test]
    fn faults_compose() {
        let faults = [
            Fault::Dns(Host::Api, Answer::NxDomain),
            Fault::Link(Host::Repositories, Link::SecurityGroup),
            Fault::Link(Host::Sts, Link::Refused),
        ];
        let plan = plan(World::Ipv4, &faults);
        assert_eq!(
            plan.resolver.names[Host::Api.names()[0]],
            Said::Nothing(Answer::NxDomain)
        );
        assert_eq!(plan.rules, Rule::no_answer(Host::Repositories));
        assert_eq!(plan.doors[&Host::Sts], Door::Shut);
        assert_eq!(plan.doors[&Host::Api], Door::Open);
    }

    #[test]
    fn public_names_lead_to_public_addresses_and_an_endpoints_own_name_does_not() {
        let faults = [Fault::Dns(Host::Api, Answer::Public)];
        let names = plan(World::Ipv4, &faults).resolver.names;
        let public = Said::Addresses(vec![Host::Api.public().into()]);
        assert_eq!(names["codeartifact.us-east-1.amazonaws.com"], public);
        assert_ne!(names[crate::place::API_VPCE], public);
        let without_private_dns = plan(World::Vpce, &[]).resolver.names;
        assert_eq!(
            without_private_dns["codeartifact.us-east-1.amazonaws.com"],
            public
        );
    }

    #[test]
    fn every_fault_changes_something() {
        let healthy = format!("{:?}", plan(World::DualStack, &[]));
        for fault in Fault::all() {
            if fault == Fault::Link(Host::Assets, Link::DropsV6)
                || fault == Fault::Link(Host::Credentials, Link::DropsV6)
            {
                continue; // these have no IPv6
            }
            let broken = format!("{:?}", plan(World::DualStack, &[fault]));
            assert_ne!(broken, healthy, "{fault}");
        }
    }
}
