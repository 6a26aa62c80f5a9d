//! What was seen of one host.

use std::net::{IpAddr, SocketAddr};

use crate::endpoint::PlainUrl;

/// What a host is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The CodeArtifact API.
    Api,
    /// The packages.
    Repositories,
    /// npm's tarballs, in S3.
    Assets,
    /// STS.
    Sts,
}

/// One host, hop by hop. What lies behind a hop that failed is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct HostSeen {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether it speaks TLS.
    pub tls: bool,
    /// What the proxy answered when it was asked for the host; `None` on the direct way.
    pub tunnel: Option<Tunnel>,
    /// Whether the host is reached without the proxy, where the proxy did not let us through.
    pub direct: Option<bool>,
    /// What the name stands for. `None` when the proxy looks it up.
    pub names: Option<Names>,
    /// What became of a connection to each address.
    pub connections: Vec<(SocketAddr, Reached)>,
    /// The TLS handshake.
    pub handshake: Option<Handshake>,
    /// The answer to a request without credentials.
    pub answer: Option<Answer>,
}

impl HostSeen {
    /// The host of `url`, not looked at yet; `None` if that is none.
    pub fn of(url: &str) -> Option<Self> {
        let plain = PlainUrl::parse(url).ok()?;
        let origin = plain.origin();
        let port = origin.rsplit_once(':')?.1.parse().ok()?;
        Some(Self {
            host: plain.host().to_owned(),
            port,
            tls: url.starts_with("https:"),
            tunnel: None,
            direct: None,
            names: None,
            connections: Vec::new(),
            handshake: None,
            answer: None,
        })
    }

    /// The status of its answer, if that is HTTP.
    pub fn status(&self) -> Option<u16> {
        self.answer.as_ref()?.status()
    }

    /// Whether it answers over a connection that can be trusted, as its role has it, and not with a failure of its own.
    pub fn answers(&self, role: Role) -> bool {
        let is_good = |answer: &Answer| {
            answer.status().is_some_and(|status| status < 500) && !answer.is_foreign(role)
        };
        self.is_open() && self.answer.as_ref().is_some_and(is_good)
    }

    /// Whether there is an address or a proxy to go to.
    pub fn has_a_way(&self) -> bool {
        let names = self.names.as_ref();
        self.tunnel.is_some() || names.is_some_and(|names| !names.addresses().is_empty())
    }

    /// Whether any of its addresses takes a connection.
    pub fn is_reached(&self) -> bool {
        let mut ends = self.connections.iter();
        ends.any(|(_, reached)| *reached == Reached::Open)
    }

    /// Whether a connection stands that a request can be sent over.
    pub fn is_open(&self) -> bool {
        let connected = match &self.tunnel {
            Some(tunnel) => *tunnel == Tunnel::Open,
            None => self.is_reached(),
        };
        connected && (!self.tls || self.handshake.as_ref().is_some_and(Handshake::is_trusted))
    }
}

/// What a name stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// It is an address itself.
    pub is_address: bool,
    /// What /etc/hosts says.
    pub hosts_file: Vec<IpAddr>,
    /// What each nameserver says, in the order of resolv.conf; asked where /etc/hosts knows the name too.
    pub servers: Vec<(IpAddr, Said)>,
    /// Whether resolv.conf names no nameserver, so that this machine itself was asked.
    pub is_nobody_named: bool,
    /// What the system's own look-up says, where /etc/hosts and the nameservers say nothing.
    pub system: Vec<IpAddr>,
}

impl Names {
    /// The addresses that programs use, as the C library chooses them: /etc/hosts, then the first nameserver that answers.
    pub fn addresses(&self) -> &[IpAddr] {
        if !self.hosts_file.is_empty() {
            return &self.hosts_file;
        }
        match self.first_answer() {
            Some(Said::Addresses(addresses)) => addresses,
            _ => &self.system,
        }
    }

    /// The answer that counts: of the first nameserver that gives one.
    pub fn first_answer(&self) -> Option<&Said> {
        self.servers
            .iter()
            .map(|(_, said)| said)
            .find(|said| said.is_answer())
    }
}

/// What a nameserver says about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// It has these addresses.
    Addresses(Vec<IpAddr>),
    /// There is no such name.
    NoSuchName,
    /// The name is there and has no address.
    NoAddress,
    /// The nameserver failed or refused: SERVFAIL, REFUSED and the like.
    Fault(String),
    /// Nothing, in time.
    Silence,
    /// It cannot be asked.
    Unreachable(String),
}

impl Said {
    /// Whether it answers the question, with whatever.
    pub fn is_answer(&self) -> bool {
        matches!(
            self,
            Said::Addresses(_) | Said::NoSuchName | Said::NoAddress
        )
    }
}

/// What became of a connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    /// It stands.
    Open,
    /// No answer in time.
    TimedOut,
    /// Nothing listens there.
    Refused,
    /// It was cut.
    Reset,
    /// There is no way there.
    Unreachable,
    /// This machine itself keeps us from it.
    Kept,
    /// The name has no address.
    NoName,
    /// Something else, in the system's words.
    Other(String),
}

/// What a proxy answers to CONNECT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tunnel {
    /// It leads through.
    Open,
    /// It refuses with this status.
    Refused(u16),
    /// It does not answer in time.
    TimedOut,
    /// It hangs up, or does not speak HTTP.
    Broken(String),
    /// It cannot be reached itself.
    Unreached(Reached),
}

/// A TLS handshake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// It came to its end.
    Done {
        /// Who issued the host's certificate.
        issuer: String,
        /// Whether the certificate proves the host's identity.
        trust: Result<(), Distrust>,
    },
    /// No answer in time.
    TimedOut,
    /// The connection was cut.
    Cut(String),
    /// It failed: an alert, or no TLS at all.
    Failed(String),
}

impl Handshake {
    /// Whether the host has proved its identity.
    pub fn is_trusted(&self) -> bool {
        matches!(self, Handshake::Done { trust: Ok(()), .. })
    }
}

/// Why a certificate proves nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Distrust {
    /// Nobody trusted stands behind it.
    UnknownIssuer,
    /// It is for other names: these.
    WrongName(Vec<String>),
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// Something else, in the library's words.
    Other(String),
}

/// An answer to a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// HTTP.
    Http {
        /// The status.
        status: u16,
        /// The server's clock, seconds since 1970.
        date: Option<u64>,
        /// Where it sends us.
        location: Option<String>,
        /// Whether the body is a web page.
        is_page: bool,
        /// How the body begins, made printable.
        body: String,
    },
    /// None in time.
    TimedOut,
    /// The connection was cut.
    Cut(String),
    /// It is no HTTP.
    NotHttp,
}

impl Answer {
    /// The HTTP status, if it is HTTP.
    pub fn status(&self) -> Option<u16> {
        match self {
            Answer::Http { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether somebody else answers in the place of CodeArtifact: to a question without credentials the API says 403
    /// and a repository 401, or 403 in AWS's words; login pages, walls and portals say anything else.
    pub fn is_foreign(&self, role: Role) -> bool {
        let Answer::Http {
            status,
            is_page,
            body,
            ..
        } = self
        else {
            return false;
        };
        let is_wall = *is_page && !body.contains("is not authorized to perform");
        match role {
            Role::Api => matches!(status, 200..=399 | 407) || (is_wall && *status < 500),
            Role::Repositories => {
                matches!(status, 200..=399 | 407) || (is_wall && matches!(status, 402..=499))
            }
            Role::Assets | Role::Sts => false,
        }
    }
}
