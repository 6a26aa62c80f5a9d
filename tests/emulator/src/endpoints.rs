//! The addresses that the emulator tells: repository endpoints and the asset host's.

use crate::connection::Arrival;
use crate::names::Format;
use crate::options::EndpointStyle;
use std::net::{IpAddr, SocketAddr};

/// The kinds of host that GetRepositoryEndpoint's `endpointType` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointType {
    Ipv4,
    DualStack,
}

/// A repository, as its endpoint names it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Named<'a> {
    pub(crate) domain: &'a str,
    pub(crate) owner: &'a str,
    pub(crate) region: &'a str,
    pub(crate) repository: &'a str,
    pub(crate) format: Format,
}

/// The endpoint of a repository, as told to a caller that came by `arrival`.
pub(crate) fn repository(
    style: EndpointStyle,
    arrival: Arrival,
    kind: EndpointType,
    named: Named<'_>,
) -> String {
    let Named {
        domain,
        owner,
        region,
        repository,
        format,
    } = named;
    match (style, kind) {
        (EndpointStyle::Aws, EndpointType::Ipv4) => {
            format!(
                "https://{domain}-{owner}.d.codeartifact.{region}.amazonaws.com/{format}/{repository}/"
            )
        }
        (EndpointStyle::Aws, EndpointType::DualStack) => {
            format!("https://{domain}-{owner}.codeartifact.{region}.on.aws/{format}/{repository}/")
        }
        (EndpointStyle::Loopback, _) => {
            let host = match kind {
                EndpointType::DualStack if arrival.local.ip().is_loopback() => "localhost".into(),
                _ => shown(arrival.local.ip()),
            };
            let (scheme, port) = (arrival.scheme(), arrival.local.port());
            format!("{scheme}://{host}:{port}/{format}/d/{domain}-{owner}/{repository}/")
        }
    }
}

/// The asset host, as told to a caller that came by `arrival`: by its name where it has one, else with the same scheme
/// and an address that the caller reaches.
pub(crate) fn assets(name: Option<&str>, listener: SocketAddr, arrival: Arrival) -> String {
    if let Some(name) = name {
        return format!("https://{name}");
    }
    let ip = if listener.ip().is_unspecified() {
        arrival.local.ip()
    } else {
        listener.ip()
    };
    format!("{}://{}:{}", arrival.scheme(), shown(ip), listener.port())
}

/// A host for an address. The loopback interface is always told as IPv4: the IPv6 one is only listened on where it is.
fn shown(ip: IpAddr) -> String {
    match ip {
        ip if ip.is_loopback() && ip.is_ipv6() => "127.0.0.1".into(),
        IpAddr::V6(ip) => format!("[{ip}]"),
        IpAddr::V4(ip) => ip.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_told_in_the_style_that_was_chosen() {
        let arrival = Arrival {
            tls: true,
            local: "127.0.0.1:7".parse().unwrap(),
            assets: false,
        };
        let named = Named {
            domain: "corp",
            owner: "111122223333",
            region: "eu-west-1",
            repository: "team",
            format: Format::Npm,
        };
        let told = |style, kind| repository(style, arrival, kind, named);
        assert_eq!(
            told(EndpointStyle::Loopback, EndpointType::Ipv4),
            "https://127.0.0.1:7/npm/d/corp-111122223333/team/"
        );
        assert_eq!(
            told(EndpointStyle::Loopback, EndpointType::DualStack),
            "https://localhost:7/npm/d/corp-111122223333/team/"
        );
        assert_eq!(
            told(EndpointStyle::Aws, EndpointType::Ipv4),
            "https://corp-111122223333.d.codeartifact.eu-west-1.amazonaws.com/npm/team/"
        );
        assert_eq!(
            told(EndpointStyle::Aws, EndpointType::DualStack),
            "https://corp-111122223333.codeartifact.eu-west-1.on.aws/npm/team/"
        );
    }
}
