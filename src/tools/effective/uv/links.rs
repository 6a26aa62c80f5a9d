//! What uv's own settings put between it and the repository.

use std::collections::BTreeMap;

use toml_edit::TableLike;

use super::is_on;
use super::layer::Layer;
use crate::tools::effective::links::{Link, LinkKind, is_excepted};
use crate::tools::effective::{Origin, Sourced};

/// Those for `index`, by variables and by the tables that count, the one that wins first. The proxies of the files win over
/// HTTPS_PROXY, and `no-proxy` alone excepts from them.
pub(super) fn links(
    index: &str,
    tables: &[(&Layer, &dyn TableLike)],
    environment: &BTreeMap<String, String>,
) -> Vec<Link> {
    let (scheme, rest) = index.split_once("://").unwrap_or_default();
    let authority = rest.split('/').next().unwrap_or_default();
    let host = authority.split(':').next().unwrap_or_default();
    let find = |name: &str| {
        tables
            .iter()
            .find_map(|(layer, table)| layer.value(*table, name))
    };
    let list = |name: &str| {
        tables
            .iter()
            .find_map(|(layer, table)| layer.list(*table, name))
    };
    let is_excepted = list("no-proxy").is_some_and(|list| is_excepted(&list.value, host));
    let name = if scheme == "https" {
        "https-proxy"
    } else {
        "http-proxy"
    };
    let proxy = find(name).filter(|_| !is_excepted);
    let proxy = proxy.map(|found| Link::new(LinkKind::Proxy, name, &found));
    let names_it = |list: &Sourced<String>| {
        let mut hosts = list.value.split([',', ' ']);
        scheme == "https" && hosts.any(|one| one == host || one == authority)
    };
    let unproved = variable("UV_INSECURE_HOST", environment)
        .filter(names_it)
        .or_else(|| list("allow-insecure-host").filter(names_it))
        .map(|found| Link::new(LinkKind::Unproved, "allow-insecure-host", &found));
    let store = ["UV_SYSTEM_CERTS", "UV_NATIVE_TLS"]
        .iter()
        .find_map(|name| variable(name, environment))
        .or_else(|| find("system-certs"))
        .or_else(|| find("native-tls"))
        .filter(|found| is_on(&found.value) && unproved.is_none())
        .map(|found| Link::new(LinkKind::Store, "system-certs", &found));
    [proxy, store, unproved].into_iter().flatten().collect()
}

fn variable(name: &str, environment: &BTreeMap<String, String>) -> Option<Sourced<String>> {
    let value = environment.get(name).filter(|value| !value.is_empty())?;
    Some(Sourced::new(
        value.clone(),
        Origin::Variable(name.to_owned()),
    ))
}

#[cfg(test)]
mod tests {
    use super::super::{View, merge};
    use super::*;
    use crate::secret::Secret;
    use crate::tools::effective::ReadFile;

    const INDEX: &str =
        "[[index]]\nurl = \"https://aws@corp.example:8443/simple/\"\ndefault = true\n";

    /// The kinds of what stands between, and who says so, by a user's file that begins with `text`.
    fn between(text: &str, variables: &[(&str, &str)]) -> Vec<(LinkKind, String)> {
        let file = ReadFile {
            path: "~/.config/uv/uv.toml".to_owned(),
            text: Ok(Secret::new(format!("{text}\n{INDEX}"))),
            is_own: true,
        };
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let environment = variables.iter().map(pair).collect();
        let settings = merge(&[file], &environment, View::Project).expect("uv reads it");
        let links = settings.links.iter();
        links
            .map(|link| (link.kind, link.origin().to_string()))
            .collect()
    }

    #[test]
    fn variables_win_over_files_and_hosts_are_compared_whole() {
        let line = || "~/.config/uv/uv.toml line 1".to_owned();
        let variable = |name: &str| format!("${name}");
        for (text, variables, expected) in [
            ("", &[][..], None),
            ("native-tls = true", &[], Some((LinkKind::Store, line()))),
            ("system-certs = true", &[], Some((LinkKind::Store, line()))),
            ("native-tls = true", &[("UV_NATIVE_TLS", "0")], None),
            (
                "native-tls = false",
                &[("UV_SYSTEM_CERTS", "true")],
                Some((LinkKind::Store, variable("UV_SYSTEM_CERTS"))),
            ),
            (
                "allow-insecure-host = [\"corp.example\"]",
                &[("UV_NATIVE_TLS", "1")],
                Some((LinkKind::Unproved, line())),
            ),
            (
                "",
                &[("UV_INSECURE_HOST", "other.example corp.example:8443")],
                Some((LinkKind::Unproved, variable("UV_INSECURE_HOST"))),
            ),
            ("allow-insecure-host = [\"orp.example\"]", &[], None),
            (
                "https-proxy = \"http://p\"",
                &[("NO_PROXY", "*")],
                Some((LinkKind::Proxy, line())),
            ),
            ("http-proxy = \"http://p\"", &[], None),
            (
                "no-proxy = [\".example\"]\nhttps-proxy = \"http://p\"",
                &[],
                None,
            ),
        ] {
            let seen = between(text, variables);
            assert_eq!(seen, Vec::from_iter(expected), "{text} {variables:?}");
        }
    }
}
