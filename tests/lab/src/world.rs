//! The worlds in which everything is in order.

use std::str::FromStr;

/// A set-up that works, before any fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum World {
    /// VPC endpoints with private DNS, IPv4.
    Ipv4,
    /// The same, with IPv6 beside it.
    DualStack,
    /// VPC endpoints without private DNS: their own names.
    Vpce,
    /// No endpoints; everything goes through a proxy, which alone knows the names.
    Proxy,
    /// A proxy for the internet, and endpoints that NO_PROXY keeps from it.
    BesideProxy,
    /// A firewall that opens TLS, whose CA the space's variables name.
    PrivateCa,
}

impl World {
    /// All of them.
    pub const ALL: [World; 6] = [
        World::Ipv4,
        World::DualStack,
        World::Vpce,
        World::Proxy,
        World::BesideProxy,
        World::PrivateCa,
    ];

    fn word(self) -> &'static str {
        match self {
            World::Ipv4 => "ipv4",
            World::DualStack => "dual-stack",
            World::Vpce => "vpce",
            World::Proxy => "proxy",
            World::BesideProxy => "beside-proxy",
            World::PrivateCa => "private-ca",
        }
    }
}

impl std::fmt::Display for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for World {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<World> {
        World::ALL
            .into_iter()
            .find(|world| world.word() == text)
            .ok_or_else(|| anyhow::anyhow!("there is no world {text:?}"))
    }
}
