//! URLs as plain strings: taken apart, never normalised.

use std::fmt;

/// Why a URL is not an endpoint that credentials may be sent to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointError {
    /// Neither `https://`, nor `http://` on this machine.
    Scheme,
    /// No host, or characters that a host name cannot have.
    Host,
    /// User information, a query, a fragment, blanks or control characters.
    Unexpected,
}

impl fmt::Display for EndpointError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            EndpointError::Scheme => {
                "it must start with `https://` (`http://` only for this machine itself)"
            }
            EndpointError::Host => "its host name is missing or has characters that none can have",
            EndpointError::Unexpected => {
                "it must be a plain URL: no user name, query, fragment, blanks or special characters"
            }
        })
    }
}

impl std::error::Error for EndpointError {}

/// Longer than any endpoint's URL can be: host, format, domain, owner and repository at their longest.
const LONGEST: usize = 2048;

/// A URL as its three parts, the way plain string handling sees it. Nothing is
/// normalised: a URL parser that turns `127.1` into `127.0.0.1` or folds case
/// would make two different strings equal, and a token would go astray.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainUrl<'a> {
    scheme: &'a str,
    user: Option<&'a str>,
    authority: &'a str,
    path: &'a str,
}

impl<'a> PlainUrl<'a> {
    /// Splits `url`, which may carry a user name but nothing else beside scheme, host, port and path.
    pub fn parse(url: &'a str) -> Result<Self, EndpointError> {
        if url.len() > LONGEST || url.bytes().any(|b| !b.is_ascii_graphic() || b == b'\\') {
            return Err(EndpointError::Unexpected);
        }
        let (scheme, rest) = url.split_once("://").ok_or(EndpointError::Scheme)?;
        if scheme != "https" && scheme != "http" {
            return Err(EndpointError::Scheme);
        }
        let (authority, path) = match rest.find(['/', '?', '#']) {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let (user, authority) = match authority.split_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, authority),
        };
        let host = authority_host(authority).ok_or(EndpointError::Host)?;
        if scheme == "http" && !is_loopback(host) {
            return Err(EndpointError::Scheme);
        }
        Ok(Self {
            scheme,
            user,
            authority,
            path,
        })
    }

    /// `scheme://host:port` with the port always written out.
    pub fn origin(&self) -> String {
        let has_port = authority_host(self.authority) != Some(self.authority);
        match (has_port, self.scheme) {
            (true, scheme) => format!("{scheme}://{}", self.authority),
            (false, "http") => format!("http://{}:80", self.authority),
            (false, scheme) => format!("{scheme}://{}:443", self.authority),
        }
    }

    /// What stands before the `@`, a password included.
    pub fn user(&self) -> Option<&'a str> {
        self.user
    }

    /// What follows the authority.
    pub fn path(&self) -> &'a str {
        self.path
    }

    /// The host, without the port.
    pub fn host(&self) -> &'a str {
        authority_host(self.authority).unwrap_or(self.authority)
    }
}

/// The host of `host`, `host:port` or `[v6]:port`; `None` if it is none.
fn authority_host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (inside, after) = rest.split_once(']')?;
            if inside.is_empty() || !inside.bytes().all(|b| b.is_ascii_hexdigit() || b == b':') {
                return None;
            }
            (&authority[..inside.len() + 2], after)
        }
        None => {
            let (host, after) = match authority.find(':') {
                Some(at) => authority.split_at(at),
                None => (authority, ""),
            };
            let named = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
            if host.is_empty() || !host.bytes().all(named) {
                return None;
            }
            (host, after)
        }
    };
    let port_is_good = match port.strip_prefix(':') {
        Some(digits) => digits.bytes().all(|b| b.is_ascii_digit()) && digits.parse::<u16>().is_ok(),
        None => port.is_empty(),
    };
    port_is_good.then_some(host)
}

/// Whether plain HTTP to `host` stays on this machine.
fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host == "[::1]"
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_always_has_a_port_and_is_never_normalised() {
        let origin = |url| PlainUrl::parse(url).map(|plain| plain.origin());
        assert_eq!(
            origin("https://h.example/x").unwrap(),
            "https://h.example:443"
        );
        assert_eq!(
            origin("https://aws@h.example:443").unwrap(),
            "https://h.example:443"
        );
        assert_eq!(
            origin("https://H.example/").unwrap(),
            "https://H.example:443"
        );
        assert_eq!(origin("http://[::1]:8080/x").unwrap(), "http://[::1]:8080");
        assert_eq!(origin("http://127.1/"), Err(EndpointError::Scheme));
        assert_eq!(origin("http://h.example/"), Err(EndpointError::Scheme));
        assert_eq!(origin("https://h.example:99999/"), Err(EndpointError::Host));
        assert_eq!(origin("https://a@b@h.example/"), Err(EndpointError::Host));
        assert_eq!(
            origin("https://h.example\\@evil/"),
            Err(EndpointError::Unexpected)
        );
        assert_eq!(origin("HTTPS://h.example/"), Err(EndpointError::Scheme));
        assert_eq!(origin("h.example:443"), Err(EndpointError::Scheme));
    }
}
