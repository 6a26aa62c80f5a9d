//! Repository endpoints: the pure part that turns URLs into names and back.

mod names;
mod plain_url;

pub use names::{is_account, is_domain, is_region, is_repository};
pub use plain_url::{EndpointError, PlainUrl};

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
    /// Rust crates.
    Cargo,
    /// Java packages, for Maven and Gradle.
    Maven,
    /// .NET packages.
    Nuget,
    /// Ruby gems.
    Ruby,
    /// Swift packages.
    Swift,
}

impl Format {
    /// Every format that a tool reads.
    pub const ALL: [Format; 7] = [
        Format::Pypi,
        Format::Npm,
        Format::Cargo,
        Format::Maven,
        Format::Nuget,
        Format::Ruby,
        Format::Swift,
    ];

    /// AWS's name of the format.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Pypi => "pypi",
            Format::Npm => "npm",
            Format::Cargo => "cargo",
            Format::Maven => "maven",
            Format::Nuget => "nuget",
            Format::Ruby => "ruby",
            Format::Swift => "swift",
        }
    }
}

impl Format {
    /// Whether its clients take a repository beside the main one for a scope alone.
    pub fn is_scoped(self) -> bool {
        matches!(self, Format::Npm | Format::Swift)
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

    /// AWS's name of the host that a domain's packages are read from.
    pub fn host(self, domain: &str, owner: &str, region: &str) -> String {
        match self {
            EndpointType::Ipv4 => format!("{domain}-{owner}.d.codeartifact.{region}.amazonaws.com"),
            EndpointType::Dualstack => format!("{domain}-{owner}.codeartifact.{region}.on.aws"),
        }
    }
}

/// Bytes of an endpoint's URL. A host name has 253 at most, domain and repository 150.
const LONGEST_URL: usize = 1_024;

/// One repository, for one format, at the address where its packages are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Remembered")]
pub struct RepositoryEndpoint {
    /// The URL as `GetRepositoryEndpoint` gives it, ending in `/`.
    url: String,
}

/// An endpoint in a file: as little to be believed as an answer.
#[derive(Deserialize)]
struct Remembered {
    url: String,
}

impl TryFrom<Remembered> for RepositoryEndpoint {
    type Error = EndpointError;

    fn try_from(remembered: Remembered) -> Result<Self, EndpointError> {
        Self::from_answer(&remembered.url)
    }
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
        if url.len() > LONGEST_URL || plain.user().is_some() || !plain.path().bytes().all(is_plain)
        {
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

    /// The endpoint at the host name that AWS gives a domain, as `GetRepositoryEndpoint` would answer.
    ///
    /// # Errors
    /// When a name holds what no host or path can.
    pub fn of_aws(
        kind: EndpointType,
        format: Format,
        domain: &str,
        owner: &str,
        region: &str,
        repository: &str,
    ) -> Result<Self, EndpointError> {
        let host = match kind {
            EndpointType::Ipv4 => format!("d.codeartifact.{region}.amazonaws.com"),
            EndpointType::Dualstack => format!("codeartifact.{region}.on.aws"),
        };
        Self::from_answer(&format!(
            "https://{domain}-{owner}.{host}/{format}/{repository}/"
        ))
    }

    /// The URL, ending in `/`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What follows host and port, from `/` to `/`.
    pub fn path(&self) -> &str {
        PlainUrl::parse(&self.url).map_or("", |plain| plain.path())
    }

    /// `scheme://host:port`, the port always written out.
    pub fn origin(&self) -> String {
        PlainUrl::parse(&self.url)
            .map(|plain| plain.origin())
            .unwrap_or_default()
    }

    /// The same repository as another format, where the URL has one of AWS's two forms:
    /// `…/<format>/<repository>/` or `…/<format>/d/<domain>-<owner>/<repository>/`.
    pub fn in_format(&self, format: Format) -> Option<Self> {
        let path_at = self.url.len() - self.path().len();
        let (origin, path) = self.url.split_at(path_at);
        let mut segments: Vec<&str> = path.split('/').collect();
        // Behind the repository stands an empty one, for the `/` at the end.
        let last = segments.len().checked_sub(2)?;
        let in_path = last >= 3 && segments[last - 2] == "d";
        let at = last.checked_sub(if in_path { 3 } else { 1 })?;
        let is_format = |name: &str| Format::ALL.iter().any(|known| known.as_str() == name);
        if !is_format(segments[at]) {
            return None;
        }
        segments[at] = format.as_str();
        Self::from_answer(&format!("{origin}{}", segments.join("/"))).ok()
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
        // `…/d/<domain>-<owner>/<repository>/`, whatever path the base had.
        let in_path = || {
            let mut segments = plain.path().trim_end_matches('/').rsplit('/').skip(1);
            let domain_and_owner = segments.next();
            domain_and_owner.filter(|_| segments.next() == Some("d"))
        };
        in_host
            .and_then(account_of)
            .or_else(|| in_path().and_then(account_of))
    }
}

/// The owner in `<domain>-<owner>`.
fn account_of(domain_and_owner: &str) -> Option<&str> {
    let (_, owner) = domain_and_owner.rsplit_once('-')?;
    is_account(owner).then_some(owner)
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
            "https://a.codeartifact.example/below/npm/d/corp-111122223333/team/",
        ] {
            let endpoint = RepositoryEndpoint::from_answer(url).unwrap();
            assert_eq!(endpoint.owner(), Some("111122223333"), "{url}");
        }
        let elsewhere = RepositoryEndpoint::from_answer("https://proxy.example/pypi/team").unwrap();
        assert_eq!(elsewhere.owner(), None);
        assert_eq!(elsewhere.url(), "https://proxy.example/pypi/team/");
    }

    #[test]
    fn another_format_of_a_repository_is_known_from_one() {
        for (npm, cargo) in [
            (
                "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/",
                "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/cargo/team/",
            ),
            (
                "https://vpce-1.example/npm/d/corp-111122223333/npm/",
                "https://vpce-1.example/cargo/d/corp-111122223333/npm/",
            ),
            (
                "https://a.example/below/npm/d/corp-111122223333/team/",
                "https://a.example/below/cargo/d/corp-111122223333/team/",
            ),
        ] {
            let endpoint = RepositoryEndpoint::from_answer(npm).unwrap();
            let other = endpoint.in_format(Format::Cargo).unwrap();
            assert_eq!(other.url(), cargo);
        }
        let odd = RepositoryEndpoint::from_answer("https://a.example/packages/team/").unwrap();
        assert_eq!(odd.in_format(Format::Cargo), None);
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
}
