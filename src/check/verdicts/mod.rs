//! What evidence means: pure functions, one for each check. They say what was seen in the reader's
//! terms, and a mend where the evidence tells a better one than the check's own.

pub mod aws;
pub mod cache;
pub mod names;
pub mod network;
pub mod proxy;
pub mod repository;
pub mod settings;
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
