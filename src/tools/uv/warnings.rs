//! What in a person's uv.toml stands beside CodeArtifact, or wins over it.

use toml_edit::Item;

use super::{PROVIDER, SUBPROCESS, indexes, is_default, is_true, leads_to};
use crate::edit::toml::{TomlFile, string};
use crate::tools::{Auth, Registry, url};

const LINKS: &str = "find-links";

fn links(who: &str, place: &str) -> String {
    format!(
        "{who} takes packages from `{LINKS}`{place} beside CodeArtifact: whoever publishes there can replace an internal package"
    )
}

/// One sentence for each, none with a secret.
pub(super) fn warnings(file: &TomlFile, registries: &[Registry]) -> Vec<String> {
    let mut warnings = Vec::new();
    let is_ours = |index| {
        let mut known = registries.iter();
        known.any(|registry| leads_to(index, &format!("{}simple/", registry.url)))
    };
    for index in indexes(file).unwrap_or_default() {
        let explicit = is_true(index, "explicit") || is_ours(index);
        let Some(url) = string(index, "url").filter(|_| !explicit && !is_default(index)) else {
            continue;
        };
        let name = string(index, "name").unwrap_or("without a name");
        warnings.push(format!(
            "uv takes a package from the index {name} ({}) before CodeArtifact wherever it is there: whoever publishes there can \
             replace an internal package",
            url::without_login(url)
        ));
    }
    let root = file.root();
    if root.contains_key("extra-index-url") {
        warnings.push("uv takes packages from `extra-index-url` before CodeArtifact: whoever publishes there can replace an internal package".to_owned());
    }
    if root.contains_key(LINKS) {
        warnings.push(links("uv", ""));
    }
    if is_true(root, "no-index") {
        warnings.push("`no-index` keeps uv from every index, CodeArtifact too".to_owned());
    }
    let Some(pip) = root.get("pip").and_then(Item::as_table_like) else {
        return warnings;
    };
    // `index-url` here, as at the top, is ignored beside a default index.
    if pip.contains_key("extra-index-url") {
        warnings.push(
            "`uv pip` takes packages from `extra-index-url` in [pip] before CodeArtifact: whoever \
             publishes there can replace an internal package"
                .to_owned(),
        );
    }
    if pip.contains_key(LINKS) {
        warnings.push(links("`uv pip`", " in [pip]"));
    }
    if is_true(pip, "no-index") {
        warnings.push(
            "`no-index` in [pip] keeps `uv pip` from every index, CodeArtifact too".to_owned(),
        );
    }
    let provider = string(pip, PROVIDER).is_some_and(|provider| provider != SUBPROCESS);
    let asks = registries
        .iter()
        .any(|registry| matches!(registry.auth, Auth::Helper));
    if provider && asks {
        warnings.push(format!(
            "`{PROVIDER}` in [pip] wins: `uv pip` does not ask the credential helper"
        ));
    }
    warnings
}
