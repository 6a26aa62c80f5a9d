//! npm's wire: the packument, put together from the versions that a look-up found.

use crate::asset::Asset;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// A packument whose tarballs are under `base`, the absolute address of the repository's endpoint.
pub(crate) fn packument(
    name: &str,
    base: &str,
    files: &[Arc<Asset>],
    tags: &Map<String, Value>,
) -> Value {
    let mut versions = Map::new();
    let mut times = Map::new();
    for asset in files {
        let mut manifest = asset.manifest.clone().unwrap_or_else(|| json!({}));
        manifest["name"] = json!(name);
        manifest["version"] = json!(asset.version);
        manifest["dist"]["tarball"] = json!(format!("{base}{name}/-/{}", asset.filename));
        versions.insert(asset.version.clone(), manifest);
        times.insert(asset.version.clone(), json!(asset.published));
    }
    let mut published: Vec<_> = files.iter().map(|asset| asset.published.as_str()).collect();
    published.sort_unstable();
    times.insert("created".into(), json!(published.first()));
    times.insert("modified".into(), json!(published.last()));
    let tags = dist_tags(files, tags);
    json!({ "_id": name, "name": name, "dist-tags": tags, "versions": versions, "time": times })
}

/// The tags of the versions that were found: those that were set, and `latest` always.
pub(crate) fn dist_tags(files: &[Arc<Asset>], set: &Map<String, Value>) -> Map<String, Value> {
    let is_found = |version: &Value| files.iter().any(|asset| *version == *asset.version);
    let mut tags: Map<_, _> = set
        .iter()
        .filter(|(_, version)| is_found(version))
        .map(|(tag, version)| (tag.clone(), version.clone()))
        .collect();
    if !tags.contains_key("latest") {
        let versions = files.iter().map(|asset| asset.version.as_str());
        let latest = versions.max_by_key(|version| rank(version));
        tags.insert("latest".into(), json!(latest));
    }
    tags
}

/// Orders versions: releases before anything with a pre-release tag, then by number.
fn rank(version: &str) -> (bool, Vec<u64>, &str) {
    let release = version.split('+').next().unwrap_or(version);
    let (numbers, pre) = release.split_once('-').unwrap_or((release, ""));
    (
        pre.is_empty(),
        numbers
            .split('.')
            .map(|number| number.parse().unwrap_or(0))
            .collect(),
        pre,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::asset::Content;
    use crate::names::Format;

    fn pack(version: &str) -> Arc<Asset> {
        let content = Content::Folder("/gone".into());
        Arc::new(Asset::new(
            Format::Npm,
            "@a/b",
            version,
            &format!("b-{version}.tgz"),
            content,
        ))
    }

    #[test]
    fn latest_is_the_highest_release_unless_the_registry_says_otherwise() {
        let files = [pack("1.9.0"), pack("1.10.0"), pack("2.0.0-rc.1")];
        let made = packument("@a/b", "http://h/npm/r/", &files, &Map::new());
        assert_eq!(made["dist-tags"]["latest"], "1.10.0");
        assert_eq!(
            made["versions"]["1.9.0"]["dist"]["tarball"],
            "http://h/npm/r/@a/b/-/b-1.9.0.tgz"
        );
        let tags = Map::from_iter([
            ("latest".to_owned(), json!("1.9.0")),
            ("next".to_owned(), json!("9.9.9")),
        ]);
        let made = packument("@a/b", "http://h/npm/r/", &files, &tags);
        assert_eq!(made["dist-tags"], json!({ "latest": "1.9.0" }));
    }
}
