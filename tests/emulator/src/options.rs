//! How an emulator is started.

use crate::setup::Setup;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

/// Which names GetRepositoryEndpoint answers with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum EndpointStyle {
    /// The address of the listener that was asked, in the path form that VPC endpoints without private DNS use.
    #[default]
    Loopback,
    /// AWS's real host names.
    Aws,
}

/// Everything that may differ between two emulators.
#[derive(Clone, Debug)]
pub struct Options {
    /// Addresses for HTTP; the first is the one that is told. Port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// The address for HTTPS, when it is wanted.
    pub https_listen: Option<SocketAddr>,
    /// The address of the second host, the "S3" that npm tarballs come from. It speaks HTTP and HTTPS alike. Its IP
    /// address must be another than the first host's: npm sends its token along to another port of the same host.
    pub assets_listen: SocketAddr,
    /// The name that npm's tarballs are redirected to instead of that address, at HTTPS's own port: whoever starts the
    /// emulator sees to it that it leads there.
    pub assets_name: Option<String>,
    /// Account, domains, repositories and principals.
    pub setup: Setup,
    /// A folder of packages: those directly in it are the public index, those in `<repository>/` are in that repository.
    pub packages: Option<PathBuf>,
    /// A folder in Maven's layout that stands for Maven Central behind `packages`, as Debian's /usr/share/maven-repo.
    pub maven_central: Option<PathBuf>,
    /// Where the CA and fetched packages are kept; a temporary folder when left out.
    pub state_dir: Option<PathBuf>,
    /// Whether external connections reach the index that this machine's own pip and npm are set up for.
    pub passthrough: bool,
    /// A file that gets one line of JSON for each request.
    pub request_log: Option<PathBuf>,
    /// Which names GetRepositoryEndpoint answers with.
    pub endpoint_style: EndpointStyle,
}

impl Default for Options {
    /// HTTP only, on free ports of the loopback interface, with the default setup and no packages.
    fn default() -> Options {
        let free = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Options {
            listen: vec![free],
            https_listen: None,
            assets_listen: SocketAddr::from((Ipv4Addr::new(127, 0, 0, 2), 0)),
            assets_name: None,
            setup: Setup::default(),
            packages: None,
            maven_central: None,
            state_dir: None,
            passthrough: false,
            request_log: None,
            endpoint_style: EndpointStyle::Loopback,
        }
    }
}

impl Options {
    /// These options with HTTPS on a free loopback port.
    #[must_use]
    pub fn with_https(mut self) -> Options {
        self.https_listen = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        self
    }
}
