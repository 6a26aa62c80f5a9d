//! What the rules of security groups let through.

use std::net::IpAddr;

use ipnet::IpNet;

use crate::aws::ec2::Rule;

/// HTTPS.
const PORT: u16 = 443;

/// The other side of a connection, as a rule may name it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// Its security groups.
    pub groups: Vec<String>,
    /// Networks that hold all of its addresses.
    pub networks: Vec<IpNet>,
    /// Prefix lists that hold none of its addresses.
    pub foreign_lists: Vec<String>,
}

impl Peer {
    /// One with these groups at these places: addresses, or address ranges.
    pub fn new(groups: &[String], places: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let network = |place: &str| {
            let address = place.parse::<IpAddr>().map(IpNet::from);
            address.ok().or_else(|| place.parse().ok())
        };
        let places = places.into_iter();
        Self {
            groups: groups.to_vec(),
            networks: places.filter_map(|place| network(place.as_ref())).collect(),
            foreign_lists: Vec::new(),
        }
    }

    fn is_known(&self) -> bool {
        !self.groups.is_empty() || !self.networks.is_empty()
    }
}

/// What rules say of connections to port 443.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Passage {
    /// One lets them through.
    Open,
    /// None does.
    Shut,
    /// It cannot be told, because of this.
    Unclear(String),
}

/// Whether any of `rules` lets HTTPS through from or to `peer`.
pub fn passage<'a>(rules: impl IntoIterator<Item = &'a Rule>, peer: &Peer) -> Passage {
    let mut lists = Vec::new();
    for rule in rules.into_iter().filter(|rule| is_https(rule)) {
        let names = |group: &String| peer.groups.contains(group);
        if rule.groups.iter().any(names) || covers(&rule.cidrs, &peer.networks) {
            return Passage::Open;
        }
        let may_hold = |list: &&String| !peer.foreign_lists.contains(list);
        lists.extend(rule.prefix_lists.iter().filter(may_hold).cloned());
    }
    if !peer.is_known() {
        Passage::Unclear("neither groups nor addresses of the other side are known".to_owned())
    } else if lists.is_empty() {
        Passage::Shut
    } else {
        Passage::Unclear(format!(
            "what the prefix list {} holds is not known",
            lists.join(", ")
        ))
    }
}

/// Whether any of `rules` lets HTTPS out to everywhere or to a prefix list, as S3's are.
pub fn leads_to_lists<'a>(rules: impl IntoIterator<Item = &'a Rule>) -> bool {
    let everywhere = |rule: &Rule| rule.cidrs.iter().any(|cidr| cidr == "0.0.0.0/0");
    rules
        .into_iter()
        .filter(|rule| is_https(rule))
        .any(|rule| everywhere(rule) || !rule.prefix_lists.is_empty())
}

fn is_https(rule: &Rule) -> bool {
    match rule.protocol.as_str() {
        "-1" => true,
        "tcp" | "6" => rule
            .ports
            .is_none_or(|(from, to)| (from..=to).contains(&PORT)),
        _ => false,
    }
}

/// Whether the ranges together hold every one of `networks`, of which there are some.
fn covers(cidrs: &[String], networks: &[IpNet]) -> bool {
    let ranges: Vec<IpNet> = cidrs.iter().filter_map(|cidr| cidr.parse().ok()).collect();
    let is_covered = |network: &IpNet| ranges.iter().any(|range| range.contains(network));
    !networks.is_empty() && networks.iter().all(is_covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(protocol: &str, ports: Option<(u16, u16)>, cidrs: &[&str], groups: &[&str]) -> Rule {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Rule {
            protocol: protocol.to_owned(),
            ports,
            cidrs: owned(cidrs),
            groups: owned(groups),
            prefix_lists: Vec::new(),
        }
    }

    #[test]
    fn rules_are_read_by_protocol_port_group_and_range() {
        let studio = Peer::new(&["sg-studio".to_owned()], ["10.0.1.7"]);
        let https = Some((443, 443));
        for (rule, wanted) in [
            (rule("tcp", https, &[], &["sg-studio"]), Passage::Open),
            (rule("tcp", https, &[], &["sg-other"]), Passage::Shut),
            (rule("-1", None, &[], &["sg-studio"]), Passage::Open),
            (
                rule("6", Some((0, 65535)), &["10.0.0.0/16"], &[]),
                Passage::Open,
            ),
            (rule("tcp", https, &["10.0.2.0/24"], &[]), Passage::Shut),
            (rule("tcp", https, &["::/0"], &[]), Passage::Shut),
            (
                rule("tcp", Some((80, 80)), &["0.0.0.0/0"], &[]),
                Passage::Shut,
            ),
            (rule("udp", https, &["0.0.0.0/0"], &[]), Passage::Shut),
        ] {
            assert_eq!(passage([&rule], &studio), wanted, "{rule:?}");
        }
        assert_eq!(passage([], &studio), Passage::Shut);
    }

    #[test]
    fn every_subnet_of_the_other_side_must_be_covered() {
        let subnets = Peer::new(&[], ["10.0.1.0/24", "10.0.2.0/24"]);
        let one = rule("tcp", None, &["10.0.1.0/24"], &[]);
        let both = rule("tcp", None, &["10.0.0.0/22"], &[]);
        assert_eq!(passage([&one], &subnets), Passage::Shut);
        assert_eq!(passage([&one, &both], &subnets), Passage::Open);
    }

    #[test]
    fn what_cannot_be_known_is_unclear() {
        let list = Rule {
            prefix_lists: vec!["pl-1".to_owned()],
            ..rule("tcp", None, &[], &[])
        };
        let studio = Peer::new(&["sg-studio".to_owned()], [""; 0]);
        assert!(matches!(passage([&list], &studio), Passage::Unclear(_)));
        assert!(matches!(passage([], &Peer::default()), Passage::Unclear(_)));
        let elsewhere = Peer {
            foreign_lists: vec!["pl-1".to_owned()],
            ..studio
        };
        assert_eq!(passage([&list], &elsewhere), Passage::Shut);
        assert!(leads_to_lists([&list]));
        assert!(!leads_to_lists([&rule("tcp", None, &["10.0.0.0/8"], &[])]));
    }
}
