//! Repository endpoints, with the URL crate that package clients in Rust use as the judge of where a URL leads.

use studio_mirror::endpoint::{self, PlainUrl, RepositoryEndpoint};
use studio_mirror::secret::Secret;
use studio_mirror::tools::npm::Npmrc;
use studio_mirror::tools::pip::PipConf;
use studio_mirror::tools::uv::UvToml;
use studio_mirror::tools::{Auth, Editor, Found};

use super::parts;
use crate::properties::registry;

/// One URL, or two with a line `---` between them.
pub fn endpoint(text: &str) {
    let [one, other] = parts(text);
    for url in [one, other] {
        plain_url(url);
        if let Ok(endpoint) = RepositoryEndpoint::from_answer(url) {
            repository_endpoint(url, &endpoint);
        }
        names(url);
    }
    if let (Ok(one), Ok(other)) = (PlainUrl::parse(one), PlainUrl::parse(other))
        && one.origin() == other.origin()
    {
        assert_eq!(one.host(), other.host(), "compared as plain strings");
    }
    for base in [one, other] {
        if let Ok(endpoint) =
            RepositoryEndpoint::behind(base, endpoint::Format::Npm, "corp", "111122223333", "team")
        {
            assert!(endpoint.url().ends_with("/npm/d/corp-111122223333/team/"));
            assert!(endpoint.owner().is_some());
        }
    }
}

fn plain_url(url: &str) {
    let Ok(plain) = PlainUrl::parse(url) else {
        return;
    };
    let origin = plain.origin();
    let (scheme, address) = origin.split_once("://").expect("an origin has a scheme");
    let user = plain
        .user()
        .map(|user| format!("{user}@"))
        .unwrap_or_default();
    let usual_port = if scheme == "http" { ":80" } else { ":443" };
    let spelt = |address: &str| url == format!("{scheme}://{user}{address}{}", plain.path());
    assert!(
        spelt(address) || address.strip_suffix(usual_port).is_some_and(spelt),
        "{url:?} is not {plain:?}"
    );
    assert!(
        address
            .rsplit_once(':')
            .is_some_and(|(host, _)| host == plain.host())
    );
    // Where a client that parses by the book would go.
    let Ok(judge) = url::Url::parse(url) else {
        return;
    };
    assert_eq!(judge.scheme(), scheme);
    match judge.host().expect("an http URL has a host") {
        url::Host::Domain(name) => {
            assert!(
                name.eq_ignore_ascii_case(plain.host()),
                "{url:?} leads to {name:?}"
            );
            assert!(scheme == "https" || name == "localhost", "{url:?}");
        }
        url::Host::Ipv4(address) => assert!(scheme == "https" || address.is_loopback(), "{url:?}"),
        url::Host::Ipv6(address) => assert!(scheme == "https" || address.is_loopback(), "{url:?}"),
    }
    let port = judge
        .port_or_known_default()
        .expect("both schemes have one");
    let ours = address
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok());
    assert_eq!(ours, Some(port), "{url:?}");
}

fn repository_endpoint(url: &str, endpoint: &RepositoryEndpoint) {
    assert!(endpoint.url() == url || endpoint.url() == format!("{url}/"));
    assert!(endpoint.url().ends_with('/'));
    // It stands in INI, TOML and npmrc files, in headers and in a shell's lines.
    let harmless = |c: char| c.is_ascii_alphanumeric() || ":/.-_~[]".contains(c);
    assert!(endpoint.url().chars().all(harmless), "{url:?}");
    assert_eq!(
        RepositoryEndpoint::from_answer(endpoint.url()).as_ref(),
        Ok(endpoint)
    );
    assert_eq!(
        PlainUrl::parse(url).map(|plain| plain.origin()),
        Ok(endpoint.origin())
    );
    if let Some(owner) = endpoint.owner() {
        assert!(owner.len() == 12 && owner.bytes().all(|b| b.is_ascii_digit()));
        assert!(url.contains(owner));
    }
    let token = Secret::new("eyJ2ZXIiOjF9.x");
    let editors: [(&dyn Editor, Auth); 5] = [
        (&PipConf, Auth::Helper),
        (&PipConf, Auth::Token(&token)),
        (&UvToml, Auth::Helper),
        (&UvToml, Auth::Token(&token)),
        (&Npmrc, Auth::Token(&token)),
    ];
    for (editor, auth) in editors {
        let registry = registry(endpoint.url(), auth);
        let done = editor
            .configure("", &[registry])
            .expect("an empty file takes everything");
        let expected = match auth {
            Auth::Helper => Found::Helper,
            Auth::Token(token) => Found::Token(token.clone()),
        };
        let found = editor.inspect(&done.text, endpoint.url());
        assert_eq!(found, Ok(expected), "{:?} was written", done.text);
    }
}

/// What passes as a name has only characters that mean nothing in a URL.
fn names(text: &str) {
    let accepted = endpoint::is_account(text)
        || endpoint::is_domain(text)
        || endpoint::is_repository(text)
        || endpoint::is_region(text);
    let harmless = |b: u8| b.is_ascii_alphanumeric() || b"-._".contains(&b);
    assert!(
        !accepted || (text.len() >= 2 && text.bytes().all(harmless)),
        "{text:?}"
    );
}
