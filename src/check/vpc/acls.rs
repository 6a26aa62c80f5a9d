//! What network ACLs let through: of each direction's rules the first that fits a packet decides, and they know no
//! connections, so that the answers need rules of their own.

use ipnet::{IpNet, Ipv4Net};

use crate::aws::ec2::{AclEntry, NetworkAcl};

/// HTTPS.
pub const HTTPS: (u16, u16) = (443, 443);

/// The ports that Linux connects from unless told otherwise: the answers go there.
pub const ANSWERS: (u16, u16) = (32_768, 60_999);

/// The last rule of every list: what no other rule fits is denied.
const LAST: u32 = 32_767;

/// Which way packets go, as seen from the ACL's subnet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// Into it.
    In,
    /// Out of it.
    Out,
}

/// The other side of the packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Far {
    /// All of this network.
    Network(Ipv4Net),
    /// Public addresses that are not known: S3's.
    Public,
}

/// What an ACL says of packets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// They pass.
    Open,
    /// Some do not, because of the rule of this number.
    Shut(u32),
    /// That hangs on which address of the other side it is.
    Unclear,
}

/// How a rule's addresses and the other side's lie to each other.
enum Overlap {
    All,
    Some,
    None,
}

impl Far {
    fn within(self, rule: &str) -> Overlap {
        // IPv6 is another list's business: endpoints are asked by IPv4.
        let Ok(IpNet::V4(rule)) = rule.parse::<IpNet>() else {
            return Overlap::None;
        };
        match self {
            Far::Network(far) if rule.contains(&far) => Overlap::All,
            Far::Network(far) if far.contains(&rule) => Overlap::Some,
            Far::Network(_) => Overlap::None,
            Far::Public if rule.prefix_len() == 0 => Overlap::All,
            Far::Public if rule.network().is_private() => Overlap::None,
            Far::Public => Overlap::Some,
        }
    }
}

/// Whether `acl` lets TCP packets to all of `ports` pass.
pub fn passage(
    acl: &NetworkAcl,
    direction: Direction,
    far: Far,
    (first, last): (u16, u16),
) -> Passage {
    let mut rules: Vec<&AclEntry> = acl.entries.iter().collect();
    rules.retain(|rule| rule.is_egress == (direction == Direction::Out) && is_tcp(rule));
    rules.sort_by_key(|rule| rule.number);
    // The ports that no rule has decided about.
    let mut open = vec![(first, last)];
    let mut is_unclear = false;
    for rule in rules {
        let (from, to) = rule.ports.unwrap_or((0, u16::MAX));
        if !open
            .iter()
            .any(|(first, last)| *first <= to && from <= *last)
        {
            continue;
        }
        match (far.within(&rule.cidr), rule.allows) {
            (Overlap::None, _) => {}
            (Overlap::Some, _) => is_unclear = true,
            (Overlap::All, false) if is_unclear => return Passage::Unclear,
            (Overlap::All, false) => return Passage::Shut(rule.number),
            (Overlap::All, true) => {
                open = open
                    .into_iter()
                    .flat_map(|left| without(left, (from, to)))
                    .collect();
            }
        }
    }
    match (open.is_empty(), is_unclear) {
        // A narrower rule that denies some of the addresses came before.
        (true, true) | (false, true) => Passage::Unclear,
        (true, false) => Passage::Open,
        (false, false) => Passage::Shut(LAST),
    }
}

fn is_tcp(rule: &AclEntry) -> bool {
    ["-1", "6", "tcp"].contains(&rule.protocol.as_str())
}

/// What is left of a range of ports without another.
fn without((first, last): (u16, u16), (from, to): (u16, u16)) -> impl Iterator<Item = (u16, u16)> {
    let before = (first < from).then(|| (first, last.min(from.saturating_sub(1))));
    let after = (last > to).then(|| (first.max(to.saturating_add(1)), last));
    before.into_iter().chain(after)
}

/// A number for a rule that comes before rule `number`, and that the ACL does not use.
pub fn number_before(acl: &NetworkAcl, direction: Direction, number: u32) -> Option<u32> {
    let used = |wanted: &u32| {
        acl.entries
            .iter()
            .any(|rule| rule.number == *wanted && rule.is_egress == (direction == Direction::Out))
    };
    // Whoever numbers by hand leaves gaps of ten or a hundred.
    let wanted = if number == LAST { 1_000 } else { number };
    (1..wanted).rev().find(|number| !used(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Number, whether it allows, protocol, ports, network.
    type Row<'a> = (u32, bool, &'a str, Option<(u16, u16)>, &'a str);

    fn acl(rules: &[Row]) -> NetworkAcl {
        let entry = |(number, allows, protocol, ports, cidr): &Row| AclEntry {
            number: *number,
            allows: *allows,
            is_egress: false,
            protocol: (*protocol).to_owned(),
            ports: *ports,
            cidr: (*cidr).to_owned(),
        };
        NetworkAcl {
            entries: rules.iter().map(entry).collect(),
            ..NetworkAcl::default()
        }
    }

    fn space() -> Far {
        Far::Network("10.0.1.0/24".parse().expect("a network"))
    }

    #[test]
    fn the_first_rule_that_fits_decides_whatever_the_order_of_the_list() {
        let all = (100, true, "-1", None, "0.0.0.0/0");
        let last = (LAST, false, "-1", None, "0.0.0.0/0");
        for (rules, expected) in [
            (&[last, all][..], Passage::Open),
            (&[last], Passage::Shut(LAST)),
            (&[], Passage::Shut(LAST)),
            (
                &[all, last, (90, false, "6", Some((443, 443)), "10.0.0.0/16")],
                Passage::Shut(90),
            ),
            (
                &[
                    all,
                    last,
                    (110, false, "6", Some((443, 443)), "10.0.0.0/16"),
                ],
                Passage::Open,
            ),
            // Another protocol, port, network, or IPv6.
            (&[all, (90, false, "17", None, "0.0.0.0/0")], Passage::Open),
            (
                &[all, (90, false, "6", Some((80, 80)), "0.0.0.0/0")],
                Passage::Open,
            ),
            (
                &[all, (90, false, "-1", None, "10.0.2.0/24")],
                Passage::Open,
            ),
            (&[all, (90, false, "-1", None, "::/0")], Passage::Open),
            // A part of the other side.
            (
                &[all, (90, false, "-1", None, "10.0.1.128/25")],
                Passage::Unclear,
            ),
            (
                &[(90, true, "-1", None, "10.0.1.128/25"), last],
                Passage::Unclear,
            ),
        ] {
            let seen = passage(&acl(rules), Direction::In, space(), HTTPS);
            assert_eq!(seen, expected, "{rules:?}");
            let out = passage(&acl(rules), Direction::Out, space(), HTTPS);
            assert_eq!(out, Passage::Shut(LAST), "they are rules for what comes in");
        }
    }

    #[test]
    fn every_port_that_answers_may_go_to_must_pass() {
        let tcp = |number, allows, ports| (number, allows, "6", Some(ports), "0.0.0.0/0");
        for (rules, expected) in [
            (&[tcp(100, true, (1024, 65_535))][..], Passage::Open),
            (&[tcp(100, true, (32_768, 60_999))], Passage::Open),
            (&[tcp(100, true, (32_768, 60_998))], Passage::Shut(LAST)),
            (&[tcp(100, true, (49_152, 65_535))], Passage::Shut(LAST)),
            (
                &[
                    tcp(100, true, (1024, 40_000)),
                    tcp(110, true, (40_001, 65_535)),
                ],
                Passage::Open,
            ),
            (
                &[
                    tcp(90, false, (33_389, 33_389)),
                    tcp(100, true, (0, 65_535)),
                ],
                Passage::Shut(90),
            ),
            (
                &[tcp(90, false, (3389, 3389)), tcp(100, true, (0, 65_535))],
                Passage::Open,
            ),
        ] {
            let seen = passage(&acl(rules), Direction::In, space(), ANSWERS);
            assert_eq!(seen, expected, "{rules:?}");
        }
    }

    #[test]
    fn public_addresses_are_in_no_private_network() {
        let inside = (100, true, "-1", None, "10.0.0.0/8");
        let some = (110, true, "-1", None, "52.216.0.0/15");
        let all = (120, true, "-1", None, "0.0.0.0/0");
        for (rules, expected) in [
            (&[inside][..], Passage::Shut(LAST)),
            (&[inside, some], Passage::Unclear),
            (&[inside, all], Passage::Open),
        ] {
            let seen = passage(&acl(rules), Direction::In, Far::Public, HTTPS);
            assert_eq!(seen, expected, "{rules:?}");
        }
    }

    #[test]
    fn a_new_rule_comes_before_the_one_that_denies() {
        let deny = (100, false, "-1", None, "0.0.0.0/0");
        let one = acl(&[deny, (99, true, "17", None, "0.0.0.0/0")]);
        assert_eq!(number_before(&one, Direction::In, 100), Some(98));
        assert_eq!(number_before(&one, Direction::In, LAST), Some(999));
        assert_eq!(number_before(&one, Direction::In, 1), None);
    }
}
