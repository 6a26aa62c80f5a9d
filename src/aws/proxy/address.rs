//! How a proxy is written down.

/// Whether `value` has the form `[scheme://][user:password@]host[:port][/path]`. A path says nothing to a proxy.
pub(super) fn is_proxy(value: &str) -> bool {
    let (scheme, rest) = value.split_once("://").unwrap_or(("http", value));
    // Where a `/` stands before the host, clients look for the host before it.
    let (login, address) = rest.rsplit_once('@').unwrap_or(("", rest));
    let address = address.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = match address.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (address, None),
    };
    let named = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    let is_ipv6 = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'))
        .is_some_and(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
    matches!(scheme, "http" | "https" | "socks5" | "socks5h")
        && !value.contains(char::is_whitespace)
        && !login.contains(['/', '?', '#'])
        && (is_ipv6 || (!host.is_empty() && host.bytes().all(named)))
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::super::Proxy;

    /// The calls read the variables themselves: what is taken for a proxy here must be one to them.
    #[test]
    fn a_path_is_passed_over_as_the_matcher_does() {
        for address in [
            "http://p.example:3128/x",
            "http://p.example:3128/",
            "http://ada:x@p.example:3128/x/y?z#w",
            "p.example:3128",
        ] {
            let proxy = Proxy::of(address).expect(address);
            assert_eq!(
                (proxy.host.as_str(), proxy.port),
                ("p.example", 3128),
                "{address}"
            );
        }
        for address in [
            "p.example:3128/x",
            "p.example:3128/",
            "http:///x",
            "http://ada:1/x@p.example",
            "http://p example/x",
            "http://p.example:x/1",
        ] {
            assert!(Proxy::of(address).is_none(), "{address}");
        }
    }
}
