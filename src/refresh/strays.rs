//! Whether somebody's edit has put a token under an address that is not its own: a search and replace over a file with a new
//! host, say. No new token may go there.

use crate::tools::percent_encoded;

/// Whether `token` stands in `rest`, which is a file's text without what logins wrote for their endpoints, in any line but one
/// that names one of `hosts` and no other.
pub fn strays(rest: &str, token: &str, hosts: &[&str]) -> bool {
    let encoded = percent_encoded(token);
    let holds_it =
        |line: &&str| !token.is_empty() && (line.contains(token) || line.contains(&encoded));
    let mut held = rest.lines().filter(holds_it);
    held.any(|line| {
        let mut named = named_hosts(line).peekable();
        named.peek().is_none() || named.any(|host| !hosts.contains(&host))
    })
}

/// The hosts, with their ports, of the URLs in a line: `https://aws:TOKEN@host/…`, `//host/…:_authToken`.
fn named_hosts(line: &str) -> impl Iterator<Item = &str> {
    let is_apart = |c: char| c.is_whitespace() || "\"'<>".contains(c);
    line.split(is_apart).filter_map(|word| {
        let (_, rest) = word.split_once("//")?;
        let authority = &rest[..rest.find(['/', '?', '#']).unwrap_or(rest.len())];
        // Where a `\` ends a host clients do not agree: it is none of ours.
        let is_odd = authority.contains('\\');
        let host = authority.rsplit('@').next().filter(|_| !is_odd);
        Some(host.unwrap_or(authority))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: [&str; 1] = ["corp.example"];

    #[test]
    fn a_copy_for_the_same_host_is_none() {
        for line in [
            "//corp.example/npm/other/:_authToken=T1",
            "url = \"https://aws:T1@corp.example/pypi/other/simple/\"",
            "//corp.example/npm/other/:_authToken = \"T1\" ; mine",
            "nothing of it",
        ] {
            assert!(!strays(line, "T1", &OURS), "{line}");
        }
        assert!(!strays("password = T1", "", &OURS));
    }

    #[test]
    fn under_any_other_address_or_none_it_is_one() {
        for line in [
            "//evil.example/npm/team/:_authToken=T1",
            "//corp.example.evil.example/:_authToken=T1",
            "//corp.example:8443/:_authToken=T1",
            "url = 'https://aws:T1@evil.example/corp.example/'",
            "index-url=https://aws:T1@corp.example=evil.example/",
            "index-url=https://aws:T1@corp.example,evil.example/",
            "url = 'https://aws:T1@evil.example\\@corp.example/'",
            "url = 'https://aws:T1@corp.example\\.evil.example/'",
            "url = 'https://aws:T1@evil.example/@corp.example/'",
            "a = https://corp.example/ https://aws:T1@evil.example/",
            "password = T1",
        ] {
            assert!(strays(line, "T1", &OURS), "{line}");
        }
        assert!(strays("https://aws:T%2B@evil.example/", "T+", &OURS));
    }
}
