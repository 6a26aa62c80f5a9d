//! Everything that can be wrong, each with the word that tests and people call it by.

mod kinds;

use crate::place::Host;
pub use kinds::{
    Answer, Certificate, Clock, Link, Missing, Proxy, Refusal, Resolver, Session, Setting,
};
use std::fmt;
use std::str::FromStr;

/// One thing that is wrong. Faults compose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// What every resolver says of a host's names.
    Dns(Host, Answer),
    /// What the first of two resolvers says of a host's names; the second knows better.
    Split(Host, Answer),
    /// All resolvers.
    Resolver(Resolver),
    /// `/etc/hosts` names an address where nobody is.
    HostsFile(Host),
    /// `/etc/hosts` names an address that an older VPC had.
    StaleHostsFile(Host),
    /// `/etc/hosts` names what nobody resolves, rightly.
    RightHostsFile(Host),
    /// The way to a host, or its door.
    Link(Host, Link),
    /// No packet comes back from anywhere.
    AllDropped,
    /// The certificate that a host shows.
    Tls(Host, Certificate),
    /// A firewall opens TLS, and nothing in the space names its CA.
    Inspection,
    /// A host answers 503.
    Unavailable(Host),
    /// All hosts answer 503.
    AllUnavailable,
    /// Who refuses the token.
    Token(Refusal),
    /// Who refuses to let a repository be read.
    Read(Refusal),
    /// Who refuses to name the endpoint.
    Endpoint(Refusal),
    /// The bucket's endpoint policy does not let its objects be had.
    AssetsDenied,
    /// The API is asked too often, by all of the account.
    Throttled,
    /// The endpoint's policy is bound to a role: whoever brings no token is refused instead of asked for one.
    AnonymousDenied,
    /// Packets of full size are lost on the way to the space.
    BlackHole,
    /// The repositories are asked too often, by all of the account.
    ReadsThrottled,
    /// The repositories take no token: something drops the header.
    TokenDropped,
    /// A variable of the space.
    Setting(Setting),
    /// Something that settings name is not there.
    Missing(Missing),
    /// The space's clock.
    Clock(Clock),
    /// The container's session.
    Session(Session),
    /// HTTPS_PROXY leads to this.
    Proxy(Proxy),
    /// The settings name a region that CodeArtifact is not in.
    Region,
}

impl Fault {
    /// Every fault there is.
    pub fn all() -> Vec<Fault> {
        let mut all = vec![
            Fault::AllDropped,
            Fault::Inspection,
            Fault::AllUnavailable,
            Fault::AssetsDenied,
            Fault::Throttled,
            Fault::AnonymousDenied,
            Fault::Region,
            Fault::BlackHole,
            Fault::ReadsThrottled,
            Fault::TokenDropped,
        ];
        for host in Host::NAMED {
            all.extend(Answer::ALL.iter().map(|answer| Fault::Dns(host, *answer)));
            all.extend(Answer::ALL.iter().map(|answer| Fault::Split(host, *answer)));
            all.extend(
                Certificate::ALL
                    .iter()
                    .map(|shown| Fault::Tls(host, *shown)),
            );
            all.extend([Fault::HostsFile(host), Fault::Unavailable(host)]);
            all.extend([Fault::StaleHostsFile(host), Fault::RightHostsFile(host)]);
        }
        for host in Host::ALL {
            all.extend(Link::ALL.iter().map(|link| Fault::Link(host, *link)));
        }
        for refusal in Refusal::ALL.iter().copied() {
            all.push(Fault::Token(refusal));
            if refusal != Refusal::BearerToken {
                all.extend([Fault::Read(refusal), Fault::Endpoint(refusal)]);
            }
        }
        all.extend(
            Resolver::ALL
                .iter()
                .map(|resolver| Fault::Resolver(*resolver)),
        );
        all.extend(Missing::ALL.iter().map(|missing| Fault::Missing(*missing)));
        all.extend(Clock::ALL.iter().map(|clock| Fault::Clock(*clock)));
        all.extend(Session::ALL.iter().map(|session| Fault::Session(*session)));
        all.extend(Proxy::ALL.iter().map(|proxy| Fault::Proxy(*proxy)));
        all.extend(Setting::ALL.iter().map(|setting| Fault::Setting(*setting)));
        all
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Dns(host, answer) => write!(f, "dns-{}:{host}", answer.word()),
            Fault::Split(host, answer) => write!(f, "split-{}:{host}", answer.word()),
            Fault::Resolver(resolver) => write!(f, "resolver-{}", resolver.word()),
            Fault::HostsFile(host) => write!(f, "hosts-file:{host}"),
            Fault::StaleHostsFile(host) => write!(f, "stale-hosts-file:{host}"),
            Fault::RightHostsFile(host) => write!(f, "right-hosts-file:{host}"),
            Fault::BlackHole => f.write_str("black-hole"),
            Fault::ReadsThrottled => f.write_str("reads-throttled"),
            Fault::TokenDropped => f.write_str("token-dropped"),
            Fault::Setting(setting) => write!(f, "set-{}", setting.word()),
            Fault::Link(host, link) => write!(f, "{}:{host}", link.word()),
            Fault::AllDropped => f.write_str("all-dropped"),
            Fault::Tls(host, certificate) => write!(f, "tls-{}:{host}", certificate.word()),
            Fault::Inspection => f.write_str("inspection"),
            Fault::Unavailable(host) => write!(f, "unavailable:{host}"),
            Fault::AllUnavailable => f.write_str("all-unavailable"),
            Fault::Token(refusal) => write!(f, "token-denied:{}", refusal.word()),
            Fault::Read(refusal) => write!(f, "read-denied:{}", refusal.word()),
            Fault::Endpoint(refusal) => write!(f, "endpoint-denied:{}", refusal.word()),
            Fault::AssetsDenied => f.write_str("assets-denied"),
            Fault::Throttled => f.write_str("throttled"),
            Fault::AnonymousDenied => f.write_str("anonymous-denied"),
            Fault::Missing(missing) => write!(f, "missing-{}", missing.word()),
            Fault::Clock(clock) => write!(f, "clock-{}", clock.word()),
            Fault::Session(session) => write!(f, "session-{}", session.word()),
            Fault::Proxy(proxy) => write!(f, "proxy-{}", proxy.word()),
            Fault::Region => f.write_str("region"),
        }
    }
}

impl FromStr for Fault {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Fault> {
        Fault::all()
            .into_iter()
            .find(|fault| fault.to_string() == text)
            .ok_or_else(|| anyhow::anyhow!("there is no fault {text:?}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_fault_has_a_word_of_its_own_that_names_it() {
        let all = Fault::all();
        let words: BTreeSet<_> = all.iter().map(ToString::to_string).collect();
        assert_eq!(words.len(), all.len());
        for fault in all {
            assert_eq!(fault.to_string().parse::<Fault>().unwrap(), fault);
        }
        assert!("nothing".parse::<Fault>().is_err());
    }
}
