//! What evidence means: pure functions, one for each check. They say what was seen in the reader's
//! terms, and a mend where the evidence tells a better one than the check's own.

pub mod aws;
mod both;
pub mod cache;
pub mod denial;
pub mod names;
pub mod nameservers;
pub mod network;
pub mod others;
pub mod proxy;
pub mod repository;
pub mod settings;
pub mod sts;
pub mod tls;
pub mod tools;
pub mod vpc;

use std::net::IpAddr;

/// Whether `address` is one of a private network, as the endpoints of a VPC have them. IPv6 addresses
/// of a VPC look like anybody's, so they tell nothing.
fn is_private(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || (a == 100 && b & 0xc0 == 64)
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// `a`, `a and b`, `a, b and c`.
fn list<T: ToString>(words: impl IntoIterator<Item = T>) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| word.to_string()).collect();
    match words.pop() {
        None => String::new(),
        Some(last) if words.is_empty() => last,
        Some(last) => format!("{} and {last}", words.join(", ")),
    }
}

/// Evidence for the tables of the tests below.
#[cfg(test)]
mod sample {
    use crate::check::Evidence;
    use crate::check::evidence::{Answer, Handshake, HostSeen, Names, Reached, Said, SettingsSeen};
    use std::net::{IpAddr, SocketAddr};

    pub(super) fn ip(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    pub(super) fn said(addresses: &[&str]) -> Said {
        Said::Addresses(addresses.iter().map(|address| ip(address)).collect())
    }

    /// Names as these nameservers, 10.0.0.2 and on, tell them.
    pub(super) fn names(said: impl IntoIterator<Item = Said>) -> Names {
        let servers = (2..).map(|last| ip(&format!("10.0.0.{last}")));
        Names {
            servers: servers.zip(said).collect(),
            ..Names::default()
        }
    }

    pub(super) fn answered(status: u16, date: Option<u64>) -> Answer {
        Answer::Http {
            status,
            date,
            location: None,
            is_page: false,
            body: String::new(),
        }
    }

    /// The API at a private address, with everything in order.
    pub(super) fn host() -> HostSeen {
        let address: SocketAddr = "10.0.1.10:443".parse().unwrap();
        HostSeen {
            names: Some(names([said(&["10.0.1.10"])])),
            connections: vec![(address, Reached::Open)],
            handshake: Some(Handshake::Done {
                issuer: "Amazon".into(),
                trust: Ok(()),
            }),
            answer: Some(answered(403, Some(1_000))),
            ..HostSeen::of("https://codeartifact.us-east-1.amazonaws.com").unwrap()
        }
    }

    /// A set-up whose API has this said of its name, and a connection that came out so.
    pub(super) fn seen(names: Names, reached: Reached) -> Evidence {
        let first = names.addresses().first().map(|ip| (*ip, 443).into());
        evidence(HostSeen {
            connections: first
                .map(|address| (address, reached))
                .into_iter()
                .collect(),
            names: Some(names),
            ..host()
        })
    }

    /// A set-up whose API is `host`.
    pub(super) fn evidence(host: HostSeen) -> Evidence {
        Evidence {
            settings: SettingsSeen {
                region: Some("us-east-1".into()),
                domain: Some("corp".into()),
                owner: Some("111122223333".into()),
                repository: Some("team".into()),
                ..SettingsSeen::default()
            },
            roots: Some(Ok(crate::check::evidence::RootsSeen {
                from: "the system's store".into(),
                count: 140,
            })),
            api: Some(host),
            now: 1_000,
            ..Evidence::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_networks_are_told_from_public_ones() {
        for (address, private) in [
            ("10.0.0.1", true),
            ("172.31.0.1", true),
            ("172.32.0.1", false),
            ("192.168.1.1", true),
            ("100.64.0.1", true),
            ("100.128.0.1", false),
            ("127.0.0.1", true),
            ("54.1.2.3", false),
            ("fd00::1", true),
            ("2600:1f18::1", false),
        ] {
            assert_eq!(is_private(&address.parse().unwrap()), private, "{address}");
        }
    }
}
