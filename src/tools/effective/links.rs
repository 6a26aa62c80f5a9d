//! What a tool's own settings put between it and the repository: a proxy, a list of trusted CAs, a certificate of its own.

use super::{Origin, Sourced};

/// One such setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What it is.
    pub kind: LinkKind,
    /// What the tool calls it.
    pub setting: String,
    /// Its value, and who says so.
    pub told: Sourced<String>,
}

/// What stands between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// Everything goes through this proxy.
    Proxy,
    /// The CAs of this file.
    Roots,
    /// The CA certificates in the value itself.
    RootsInside,
    /// The CAs of the system's store.
    Store,
    /// A certificate of one's own, with its key.
    Identity,
    /// Nobody has to prove an identity.
    Unproved,
}

impl Link {
    /// The setting `name`, as `found` has it.
    pub fn new(kind: LinkKind, name: &str, found: &Sourced<String>) -> Self {
        Self {
            kind,
            setting: name.to_owned(),
            told: found.clone(),
        }
    }

    /// Who says so.
    pub fn origin(&self) -> &Origin {
        &self.told.origin
    }

    /// Its value without a login, fit to be shown.
    pub fn shown(&self) -> String {
        let value = self.told.value.as_str();
        match self.kind {
            LinkKind::Proxy => value
                .rsplit_once('@')
                .map_or(value, |(_, host)| host)
                .to_owned(),
            LinkKind::RootsInside => "certificates of its own".to_owned(),
            _ => value.to_owned(),
        }
    }
}

/// Whether a list of exceptions from a proxy has `host` in it, as all clients read it: domains, and all below them.
pub fn is_excepted(list: &str, host: &str) -> bool {
    list.split(',').map(str::trim).any(|entry| {
        let domain = entry.trim_start_matches('.');
        let is_below = || {
            host.strip_suffix(domain)
                .is_some_and(|front| front.ends_with('.'))
        };
        entry == "*" || (!domain.is_empty() && (host == domain || is_below()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exceptions_are_domains_and_everything_below_them() {
        for (list, is_covered) in [
            (".amazonaws.com", true),
            ("amazonaws.com", true),
            ("a, .d.amazonaws.com", false),
            ("x.amazonaws.com", true),
            ("*", true),
            ("*.amazonaws.com", false),
            ("10.0.0.0/8", false),
            ("azonaws.com", false),
            ("", false),
        ] {
            assert_eq!(is_excepted(list, "x.amazonaws.com"), is_covered, "{list}");
        }
    }

    #[test]
    fn a_proxys_password_is_not_shown() {
        let found = Sourced::default("http://ada:pa55w0rd@proxy:3128".to_owned());
        let link = Link::new(LinkKind::Proxy, "proxy", &found);
        assert_eq!(link.shown(), "proxy:3128");
    }
}
