//! The plan of the place: who stands where, under which names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What the space talks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Host {
    /// CodeArtifact's API.
    Api,
    /// The repositories' endpoints.
    Repositories,
    /// The bucket that npm's tarballs come from.
    Assets,
    /// STS.
    Sts,
    /// The container's credentials.
    Credentials,
}

/// Where each thing is. Documentation knows no addresses for what this plays, so these look like the real ones: nothing
/// leaves the namespaces.
pub(crate) const SPACE: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 10);
pub(crate) const ROUTER: Ipv4Addr = Ipv4Addr::new(10, 0, 2, 1);
/// The VPC's own resolver.
pub(crate) const RESOLVER: Ipv4Addr = Ipv4Addr::new(10, 0, 0, 2);
/// A resolver of the company's own.
pub(crate) const OTHER_RESOLVER: Ipv4Addr = Ipv4Addr::new(10, 0, 3, 53);
/// An address where no resolver listens.
pub(crate) const NO_RESOLVER: Ipv4Addr = Ipv4Addr::new(10, 0, 3, 54);
pub(crate) const PROXY: Ipv4Addr = Ipv4Addr::new(10, 0, 3, 10);
pub(crate) const PROXY_NAME: &str = "proxy.corp.internal";
pub(crate) const PROXY_PORT: u16 = 3128;

pub(crate) const REGION: &str = "us-east-1";
pub(crate) const ASSETS: &str = "assets-193858265520-us-east-1.s3.us-east-1.amazonaws.com";
pub(crate) const API_VPCE: &str =
    "vpce-0a1b2c3d4e5f60718-1a2b3c4d.codeartifact.us-east-1.vpce.amazonaws.com";
pub(crate) const REPOSITORIES_VPCE: &str =
    "vpce-0f9e8d7c6b5a40312-5e6f7a8b.d.codeartifact.us-east-1.vpce.amazonaws.com";

impl Host {
    /// All of them.
    pub const ALL: [Host; 5] = [
        Host::Api,
        Host::Repositories,
        Host::Assets,
        Host::Sts,
        Host::Credentials,
    ];

    /// Those that are reached by name, over TLS.
    pub const NAMED: [Host; 4] = [Host::Api, Host::Repositories, Host::Assets, Host::Sts];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Host::Api => "api",
            Host::Repositories => "repositories",
            Host::Assets => "assets",
            Host::Sts => "sts",
            Host::Credentials => "credentials",
        }
    }

    /// Its names in DNS, dual stack and an endpoint's own among them.
    pub(crate) fn names(self) -> &'static [&'static str] {
        match self {
            Host::Api => &[
                "codeartifact.us-east-1.amazonaws.com",
                "codeartifact.us-east-1.api.aws",
                API_VPCE,
            ],
            Host::Repositories => &[
                "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
                "corp-111122223333.codeartifact.us-east-1.on.aws",
                REPOSITORIES_VPCE,
            ],
            Host::Assets => &[ASSETS],
            Host::Sts => &["sts.us-east-1.amazonaws.com"],
            Host::Credentials => &[],
        }
    }

    /// Whether a name is that of one VPC endpoint: no private DNS is needed for it.
    pub(crate) fn is_endpoints_own(name: &str) -> bool {
        name.contains(".vpce.")
    }

    /// Where it is in the VPC. The bucket is not: a gateway leads to its public address.
    pub(crate) fn address(self) -> Ipv4Addr {
        match self {
            Host::Api => Ipv4Addr::new(10, 0, 1, 10),
            Host::Repositories => Ipv4Addr::new(10, 0, 1, 11),
            Host::Assets => Ipv4Addr::new(52, 216, 1, 13),
            Host::Sts => Ipv4Addr::new(10, 0, 1, 12),
            Host::Credentials => Ipv4Addr::new(169, 254, 170, 2),
        }
    }

    /// Where it is in the VPC by IPv6, which the bucket's ordinary name and the credentials do not have.
    pub(crate) fn address_v6(self) -> Option<Ipv6Addr> {
        let at = |last| Ipv6Addr::new(0x2600, 0x1f18, 1, 1, 0, 0, 0, last);
        match self {
            Host::Api => Some(at(0x10)),
            Host::Repositories => Some(at(0x11)),
            Host::Sts => Some(at(0x12)),
            Host::Assets | Host::Credentials => None,
        }
    }

    /// Where the internet has it: behind these, every packet is lost.
    pub(crate) fn public(self) -> Ipv4Addr {
        match self {
            Host::Api => Ipv4Addr::new(52, 94, 1, 10),
            Host::Repositories => Ipv4Addr::new(52, 94, 1, 11),
            Host::Assets => Ipv4Addr::new(52, 216, 9, 13),
            Host::Sts => Ipv4Addr::new(52, 94, 1, 12),
            Host::Credentials => Ipv4Addr::new(169, 254, 170, 3),
        }
    }

    /// Where an older VPC had it: behind this one too, every packet is lost.
    pub(crate) fn stale(self) -> Ipv4Addr {
        let [.., last] = self.address().octets();
        Ipv4Addr::new(10, 9, 1, last)
    }

    pub(crate) fn addresses(self) -> Vec<IpAddr> {
        let mut addresses = vec![IpAddr::V4(self.address())];
        addresses.extend(self.address_v6().map(IpAddr::V6));
        addresses
    }

    pub(crate) fn port(self) -> u16 {
        if self == Host::Credentials { 80 } else { 443 }
    }

    /// Whom a name is of.
    pub(crate) fn of_name(name: &str) -> Option<Host> {
        Host::ALL
            .into_iter()
            .find(|host| host.names().contains(&name))
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
