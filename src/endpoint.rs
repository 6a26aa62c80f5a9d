//! Repository endpoints: the pure part that turns URLs into names and back.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A package format, as `GetRepositoryEndpoint` and the URL's first path segment name it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Python packages.
    Pypi,
    /// JavaScript packages.
    Npm,
}

impl Format {
    /// AWS's name of the format.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Pypi => "pypi",
            Format::Npm => "npm",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Which address family AWS's host names stand for (`endpointType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum EndpointType {
    /// `<domain>-<owner>.d.codeartifact.<region>.amazonaws.com`
    #[default]
    Ipv4,
    /// `<domain>-<owner>.codeartifact.<region>.on.aws`
    Dualstack,
}

impl EndpointType {
    /// AWS's name of the type.
    pub fn as_str(self) -> &'static str {
        match self {
            EndpointType::Ipv4 => "ipv4",
            EndpointType::Dualstack => "dualstack",
        }
    }
}

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
        if url.bytes().any(|b| !b.is_ascii_graphic() || b == b'\\') {
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

/// One repository, for one format, at the address where its packages are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryEndpoint {
    /// The URL as `GetRepositoryEndpoint` gives it, ending in `/`.
    url: String,
}

impl RepositoryEndpoint {
    /// Takes an answer of `GetRepositoryEndpoint`.
    ///
    /// # Errors
    /// When credentials could not safely be sent there.
    pub fn from_answer(url: &str) -> Result<Self, EndpointError> {
        let plain = PlainUrl::parse(url)?;
        // It becomes a value, or in .npmrc a key, where `=`, `$` or `;` would mean something.
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~/".contains(&b);
        if plain.user().is_some() || !plain.path.bytes().all(is_plain) {
            return Err(EndpointError::Unexpected);
        }
        let mut url = url.to_owned();
        if !url.ends_with('/') {
            url.push('/');
        }
        Ok(Self { url })
    }

    /// The endpoint behind `base`, the address of a VPC endpoint used without private DNS
    /// (`https://vpce-….d.codeartifact.<region>.vpce.amazonaws.com`), where domain and owner
    /// stand in the path: `/<format>/d/<domain>-<owner>/<repository>/`.
    ///
    /// # Errors
    /// When `base` is not a plain URL that credentials may be sent to.
    pub fn behind(
        base: &str,
        format: Format,
        domain: &str,
        owner: &str,
        repository: &str,
    ) -> Result<Self, EndpointError> {
        let base = base.trim_end_matches('/');
        Self::from_answer(&format!("{base}/{format}/d/{domain}-{owner}/{repository}/"))
    }

    /// The URL, ending in `/`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// `scheme://host:port`, the port always written out.
    pub fn origin(&self) -> String {
        PlainUrl::parse(&self.url)
            .map(|plain| plain.origin())
            .unwrap_or_default()
    }

    /// The account that owns the domain, where the URL tells it.
    pub fn owner(&self) -> Option<&str> {
        let plain = PlainUrl::parse(&self.url).ok()?;
        let in_host = plain
            .host()
            .split_once(".d.codeartifact.")
            .or_else(|| plain.host().split_once(".codeartifact."))
            .map(|(domain_and_owner, _)| domain_and_owner)
            .filter(|label| !label.starts_with("vpce-"));
        let in_path = || {
            let mut segments = plain.path.split('/').skip(2);
            (segments.next() == Some("d")).then(|| segments.next())?
        };
        let (_, owner) = in_host.or_else(in_path)?.rsplit_once('-')?;
        is_account(owner).then_some(owner)
    }
}

/// Whether `owner` is an AWS account number: 12 digits.
pub fn is_account(owner: &str) -> bool {
    owner.len() == 12 && owner.bytes().all(|b| b.is_ascii_digit())
}

/// Whether `domain` may name a CodeArtifact domain: `[a-z][a-z0-9-]{0,48}[a-z0-9]`.
pub fn is_domain(domain: &str) -> bool {
    let bytes = domain.as_bytes();
    (2..=50).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes[bytes.len() - 1] != b'-'
        && bytes
            .iter()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-')
}

/// Whether `repository` may name a repository: `[A-Za-z0-9][A-Za-z0-9._-]{1,99}`.
pub fn is_repository(repository: &str) -> bool {
    let bytes = repository.as_bytes();
    (2..=100).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
}

/// Whether `region` has the shape of a region's name (`us-east-1`). The list of regions grows;
/// this only keeps a typo, or a host name in disguise, out of URLs.
pub fn is_region(region: &str) -> bool {
    let parts: Vec<&str> = region.split('-').collect();
    parts.len() >= 3
        && region.len() <= 32
        && parts.iter().all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
        && parts[parts.len() - 1].bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_is_read_from_every_form_of_url() {
        for url in [
            "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/",
            "https://corp-111122223333.codeartifact.us-east-1.on.aws/pypi/team/",
            "https://my-corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/",
            "https://vpce-0a1b-2c.d.codeartifact.us-east-1.vpce.amazonaws.com/pypi/d/corp-111122223333/team/",
            "http://127.0.0.1:8080/npm/d/corp-111122223333/team/",
        ] {
            let endpoint = RepositoryEndpoint::from_answer(url).unwrap();
            assert_eq!(endpoint.owner(), Some("111122223333"), "{url}");
        }
        let elsewhere = RepositoryEndpoint::from_answer("https://proxy.example/pypi/team").unwrap();
        assert_eq!(elsewhere.owner(), None);
        assert_eq!(elsewhere.url(), "https://proxy.example/pypi/team/");
    }

    #[test]
    fn vpc_endpoint_without_private_dns_has_domain_and_owner_in_the_path() {
        let endpoint = RepositoryEndpoint::behind(
            "https://vpce-1.d.codeartifact.eu-west-1.vpce.amazonaws.com/",
            Format::Npm,
            "corp",
            "111122223333",
            "team",
        )
        .unwrap();
        assert_eq!(
            endpoint.url(),
            "https://vpce-1.d.codeartifact.eu-west-1.vpce.amazonaws.com/npm/d/corp-111122223333/team/"
        );
        assert_eq!(endpoint.owner(), Some("111122223333"));
    }

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

    #[test]
    fn name_rules_are_awss() {
        assert!(is_domain("corp") && is_domain("a1") && is_domain("my-corp"));
        assert!(
            !is_domain("Corp") && !is_domain("c") && !is_domain("corp-") && !is_domain("1corp")
        );
        assert!(
            is_repository("team")
                && is_repository("A.b_c-d")
                && !is_repository("-x")
                && !is_repository("x")
        );
        assert!(
            is_region("us-east-1")
                && is_region("ap-southeast-2")
                && !is_region("us-east")
                && !is_region("evil.com")
        );
        assert!(
            is_account("111122223333") && !is_account("11112222333") && !is_account("11112222333x")
        );
    }
}
