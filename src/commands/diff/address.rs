//! Addresses, as far as they may be shown: without user names, passwords, queries, and what looks like a key.

use super::mask::MASK;
use super::words::looks_random;

/// The user name of every CodeArtifact token.
const USER: &str = "aws";

/// How the schemes of registries' addresses end; bundler writes its keys in capitals (`BUNDLE_HTTP://…`).
const SCHEMES: [&str; 11] = [
    "http",
    "https",
    "sparse+http",
    "sparse+https",
    "git+https",
    "git+ssh",
    "ssh",
    "file",
    "bundle_http",
    "bundle_https",
    "bundle_mirror__https",
];

/// The address that begins in `text` at `at`, masked, and its length; npm's keys have none but `//host/path/`.
pub fn at(text: &str, at: usize) -> Option<(String, usize)> {
    let begins = !text[..at].ends_with(is_of_scheme);
    let rest = &text[at..];
    let scheme = &rest[..rest.find(|c: char| !is_of_scheme(c)).unwrap_or(rest.len())];
    let behind = rest[scheme.len()..].strip_prefix("://");
    match behind {
        Some(behind) if begins && !scheme.is_empty() => {
            let is_known = SCHEMES.iter().any(|one| one.eq_ignore_ascii_case(scheme));
            let shown = if is_known { scheme } else { MASK };
            let (masked, length) = masked(behind);
            Some((format!("{shown}://{masked}"), scheme.len() + 3 + length))
        }
        _ => {
            let behind = rest.strip_prefix("//")?;
            let host = &behind[..behind.find('/')?];
            let is_address = host.contains(['.', ':', '@']) || host == "localhost";
            let (masked, length) = is_address.then(|| masked(behind))?;
            Some((format!("//{masked}"), 2 + length))
        }
    }
}

fn is_of_scheme(c: char) -> bool {
    c.is_ascii_alphanumeric() || "+._-".contains(c)
}

/// What follows `//`, masked, and its length.
fn masked(text: &str) -> (String, usize) {
    let whole = &text[..end(text, "\"<>")];
    let mut shown = String::new();
    let mut at = 0;
    let user = user_length(text, whole);
    if let Some(end) = user {
        shown += &match text[..end].split_once(':') {
            None if &text[..end] == USER => USER.to_owned(),
            Some((USER, _)) => format!("{USER}:{MASK}"),
            _ => MASK.to_owned(),
        };
        shown.push('@');
        at = end + 1;
    }
    // A user name may have gone on where an address would have been over.
    let whole = &text[..at.max(whole.len())];
    let host = &whole[at..][..host_length(&whole[at..])];
    shown += host;
    at += host.len();
    if whole[at..].starts_with(':') && !whole[at..].starts_with(":/") && user.is_none() {
        // Neither a port nor the end: a user name, and a password with a slash in it.
        let length = whole[at..].find(char::is_whitespace);
        return (
            MASK.to_owned(),
            length.map_or(whole.len(), |length| at + length),
        );
    }
    let path = &whole[at..][..path_length(&whole[at..])];
    let segments: Vec<&str> = path
        .split('/')
        .map(|segment| if looks_random(segment) { MASK } else { segment })
        .collect();
    shown += &segments.join("/");
    at += path.len();
    if whole[at..].starts_with(['?', '#']) {
        shown.push_str(&whole[at..=at]);
        shown += MASK;
        at = whole.len();
    }
    (shown, at)
}

/// What of the address stands before its host: up to the last `@`, for passwords have one in them, too; a slash in front of it
/// makes it a scope of npm's.
fn user_length(text: &str, whole: &str) -> Option<usize> {
    let authority = &text[..end(text, "\"/")];
    let last = || {
        whole
            .rmatch_indices('@')
            .map(|(at, _)| at)
            .find(|at| *at > 0 && !whole[..*at].ends_with('/'))
    };
    authority.rfind('@').or_else(last)
}

/// Where the address ends at the latest: at a blank, at one of these, or where the next one begins.
fn end(text: &str, ends: &str) -> usize {
    let hard = text.find(|c: char| c.is_whitespace() || ends.contains(c));
    let text = &text[..hard.unwrap_or(text.len())];
    next(text).unwrap_or(text.len())
}

/// Where an address with a scheme begins.
pub fn next(text: &str) -> Option<usize> {
    let behind = text.find("://")?;
    Some(text[..behind].trim_end_matches(is_of_scheme).len())
}

/// A host with its port.
fn host_length(text: &str) -> usize {
    let is_of_ipv6 = |c: char| c.is_ascii_hexdigit() || c == ':';
    let host = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((inner, _)) if inner.chars().all(is_of_ipv6) => inner.len() + 2,
        _ => text
            .find(|c: char| !c.is_ascii_alphanumeric() && !"._-".contains(c))
            .unwrap_or(text.len()),
    };
    let Some(port) = text[host..].strip_prefix(':') else {
        return host;
    };
    let digits = port.len() - port.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    match (digits, port[digits..].chars().next()) {
        (0, _) => host,
        (_, Some(c)) if c.is_alphanumeric() => host,
        _ => host + 1 + digits,
    }
}

fn path_length(text: &str) -> usize {
    if !text.starts_with('/') {
        return 0;
    }
    text.find(|c: char| !c.is_ascii_alphanumeric() && !"/._-~%+@*".contains(c))
        .unwrap_or(text.len())
}
