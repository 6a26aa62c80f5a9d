//! Registry URLs as they stand in configuration files: taken apart as plain strings, never resolved or normalized.

use super::Auth;

/// A URL's parts; `user` and `password` as written (percent-encoded).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Parts<'a> {
    pub scheme: &'a str,
    pub user: Option<&'a str>,
    pub password: Option<&'a str>,
    /// Host and port.
    pub host: &'a str,
    /// The path from its first `/`, without a query.
    pub path: &'a str,
}

impl<'a> Parts<'a> {
    /// `None` for what has no scheme or no host.
    pub fn of(url: &'a str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let rest = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let (login, host) = match authority.rsplit_once('@') {
            Some((login, host)) => (Some(login), host),
            None => (None, authority),
        };
        let (user, password) = match login.map(|login| login.split_once(':').ok_or(login)) {
            Some(Ok((user, password))) => (Some(user), Some(password)),
            Some(Err(user)) => (Some(user), None),
            None => (None, None),
        };
        (!host.is_empty()).then_some(Self {
            scheme,
            user,
            password,
            host,
            path,
        })
    }

    /// Whether both name the same repository endpoint, whoever logs in there; a `/` at the end does not matter.
    pub fn same_endpoint(&self, other: &Parts) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme)
            && self.host.eq_ignore_ascii_case(other.host)
            && self.path.trim_end_matches('/') == other.path.trim_end_matches('/')
    }

    /// Whether the host is one of CodeArtifact's own: `….codeartifact.REGION.amazonaws.com`, `….on.aws` for dual stack,
    /// a VPC endpoint's name among them.
    pub fn is_codeartifact(&self) -> bool {
        let host = self
            .host
            .split(':')
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase();
        host.contains(".codeartifact.")
            && [".amazonaws.com", ".amazonaws.com.cn", ".on.aws"]
                .iter()
                .any(|end| host.ends_with(end))
    }

    /// Whether this is what a login to CodeArtifact left behind: a token for `aws` in the URL, or the endpoint `ours` in
    /// whatever form.
    pub fn is_login_to(&self, ours: &Parts) -> bool {
        self.user == Some("aws")
            && (self.same_endpoint(ours)
                || self.password.is_some()
                    && (self.is_codeartifact() || self.host.eq_ignore_ascii_case(ours.host)))
    }
}

/// [`Parts::same_endpoint`] of two URLs as written; what is no URL is the same as nothing.
pub(crate) fn same_endpoint(url: &str, other: &str) -> bool {
    let both = Parts::of(url).zip(Parts::of(other));
    both.is_some_and(|(url, other)| url.same_endpoint(&other))
}

/// Whether `url` is at the host, and port, of one of `others`; what is no URL is nowhere.
pub(super) fn is_at_host_of(url: &str, others: &[&str]) -> bool {
    let hosts = || others.iter().filter_map(|other| Parts::of(other));
    Parts::of(url).is_some_and(|url| hosts().any(|other| url.host.eq_ignore_ascii_case(other.host)))
}

/// `endpoint` with `tail` behind it and the user `aws` in it, with the token if that is how the tool gets it.
pub(super) fn with_login(endpoint: &str, tail: &str, auth: Auth) -> String {
    let slash = if endpoint.ends_with('/') { "" } else { "/" };
    let (scheme, rest) = endpoint.split_once("://").unwrap_or(("https", endpoint));
    match auth {
        Auth::Helper => format!("{scheme}://aws@{rest}{slash}{tail}"),
        Auth::Token(token) => format!(
            "{scheme}://aws:{}@{rest}{slash}{tail}",
            percent_encoded(token.expose())
        ),
    }
}

/// A URL for people: without user and password.
pub(super) fn without_login(url: &str) -> String {
    match Parts::of(url) {
        Some(_) if may_show_a_login(url) => masked(url),
        // Blanks before a query end the rest when it is gone.
        Some(parts) => format!("{}://{}{}", parts.scheme, parts.host, parts.path)
            .trim_end()
            .to_owned(),
        None => "(no URL)".to_owned(),
    }
}

/// Whether a password's own `/`, `?` or `#`, not encoded, ends what is taken for the login: no host stands there then,
/// and the rest of the password in what is taken for the path.
fn may_show_a_login(url: &str) -> bool {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (authority, behind) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.split_once(':').map_or("", |(_, port)| port);
    let is_port = host.starts_with('[') || port.bytes().all(|byte| byte.is_ascii_digit());
    !is_port || scheme.contains('@') || !authority.is_empty() && behind.contains('@')
}

/// The scheme alone.
fn masked(url: &str) -> String {
    let scheme = url.split("://").next().unwrap_or_default();
    format!(
        "{}://***",
        scheme.rsplit('@').next().unwrap_or_default().trim()
    )
}

/// What is no URL, for people: what stands where a URL has its password is none of it either.
pub(super) fn of_no_url(text: &str) -> String {
    let text = text.trim();
    let begin = text.find("://").map_or(0, |at| at + "://".len());
    if begin > 0 && may_show_a_login(text) {
        return masked(text);
    }
    if begin == 0 {
        // A folder may have an `@` in its name, but seldom a `:` before it.
        return match text.rsplit_once('@') {
            Some((login, rest)) if login.contains(':') => {
                let is_odd = login.contains(['/', '?', '#']);
                let mask = if is_odd { "***@" } else { "" };
                format!("{mask}{}", rest.trim())
            }
            _ => text.to_owned(),
        };
    }
    let authority = &text[begin..];
    let authority = &authority[..authority.find(['/', '?', '#']).unwrap_or(authority.len())];
    match authority.rsplit_once('@') {
        Some((login, _)) => format!("{}{}", &text[..begin], &text[begin + login.len() + 1..]),
        None => text.to_owned(),
    }
}

/// RFC 3986: everything but the unreserved characters as `%XX`. CodeArtifact's tokens need none of it.
pub(crate) fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// Whether `token` stands in `text` as our editors write it: as it is or percent-encoded.
pub(crate) fn holds_token(text: &str, token: &str) -> bool {
    text.contains(token) || text.contains(&percent_encoded(token))
}

/// The other way round of [`percent_encoded`]; what is no `%XX` stays as it is.
pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = bytes
            .get(at + 1..at + 3)
            .and_then(|hex| std::str::from_utf8(hex).ok());
        match hex
            .filter(|_| bytes[at] == b'%')
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            Some(byte) => {
                decoded.push(byte);
                at += 3;
            }
            None => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_not_shown_however_it_is_written() {
        for (url, shown) in [
            ("https://h.example/simple/", "https://h.example/simple/"),
            (
                "https://u:pw@h.example:8443/x?y#z",
                "https://h.example:8443/x",
            ),
            ("https://u:p@w@[::1]:8443/x", "https://[::1]:8443/x"),
            ("https://u:hunter2/s@h.example/simple", "https://***"),
            ("https://u:hunter2?s@h.example/simple", "https://***"),
            ("https://u:hunter2#s@h.example/simple", "https://***"),
            ("https://u:8080/s@h.example/simple", "https://***"),
            ("https://hunter2/s@h.example/simple", "https://***"),
            ("https://u:hunter2", "https://***"),
            ("https://a@u:hunter2/s", "https://***"),
            ("u:hunter2@https://h.example/", "https://***"),
        ] {
            assert_eq!(without_login(url), shown, "{url}");
            let trimmed = shown.trim_end_matches('/');
            assert!(of_no_url(url).starts_with(trimmed), "{url}");
        }
        for (text, shown) in [
            ("/home/me@corp/links", "/home/me@corp/links"),
            ("file:///home/me@corp/links", "file:///home/me@corp/links"),
            ("u:pw@h.example/x", "h.example/x"),
            ("u:hunter2/s@h.example/x", "***@h.example/x"),
            ("u:a@hunter2/s:b@h.example/x", "***@h.example/x"),
            ("https://u:hunter2/s@", "https://***"),
        ] {
            assert_eq!(of_no_url(text), shown, "{text}");
        }
    }
}
