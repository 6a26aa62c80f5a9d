//! Generic packages, which the program itself is.

use serde_json::{Value, json};

use super::support::expect;
use super::{CA, domain, empty, repository, sha256};

fn publish(version: &str, asset: &str, content: &str, more: Value) -> Value {
    let mut keywords = json!({
        "domain": "acme", "repository": "tools", "format": "generic", "namespace": "ours", "package": "tool",
        "packageVersion": version, "assetName": asset, "assetContent": content, "assetSHA256": sha256(content),
    });
    keywords
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    keywords
}

fn version(version: &str) -> Value {
    json!({
        "domain": "acme", "repository": "tools", "format": "generic", "namespace": "ours", "package": "tool",
        "packageVersion": version,
    })
}

#[test]
fn generic_packages_are_published_once_and_read_back() {
    let world = empty();
    let asset = |name: &str, from: &str| {
        let mut keywords = version(from);
        keywords["asset"] = json!(name);
        keywords
    };
    let wrong_sum = publish(
        "1",
        "tool",
        "bytes",
        json!({"assetSHA256": sha256("other")}),
    );
    let outcomes = expect(
        &world,
        &[
            domain(),
            repository("tools", &[]),
            (
                CA,
                "publish_package_version",
                publish("1", "tool", "bytes", json!({"format": "pypi"})),
                "400 ValidationException",
            ),
            (
                CA,
                "publish_package_version",
                wrong_sum,
                "403 InvalidSignatureException",
            ),
            (
                CA,
                "publish_package_version",
                publish("1", "tool", "bytes", json!({})),
                "ok",
            ),
            (
                CA,
                "publish_package_version",
                publish("1", "tool", "bytes", json!({})),
                "ok",
            ),
            (
                CA,
                "publish_package_version",
                publish("1", "tool", "other", json!({})),
                "409 ConflictException",
            ),
            (
                CA,
                "publish_package_version",
                publish("1", "more", "bytes", json!({})),
                "409 ConflictException",
            ),
            (
                CA,
                "publish_package_version",
                publish("2", "tool", "two", json!({"unfinished": true})),
                "ok",
            ),
            (CA, "describe_package_version", version("2"), "ok"),
            (
                CA,
                "publish_package_version",
                publish("2", "more", "three", json!({})),
                "ok",
            ),
            (CA, "describe_package_version", version("2"), "ok"),
            (CA, "list_package_version_assets", version("2"), "ok"),
            (CA, "get_package_version_asset", asset("tool", "1"), "ok"),
            (
                CA,
                "get_package_version_asset",
                asset("gone", "1"),
                "404 ResourceNotFoundException",
            ),
            (
                CA,
                "get_package_version_asset",
                asset("tool", "3"),
                "404 ResourceNotFoundException",
            ),
        ],
    );
    assert_eq!(
        outcomes[9]["answer"]["packageVersion"]["status"],
        "Unfinished"
    );
    assert_eq!(
        outcomes[11]["answer"]["packageVersion"]["status"],
        "Published"
    );
    let assets = outcomes[12]["answer"]["assets"].as_array().unwrap();
    assert_eq!(assets[0]["hashes"]["SHA-256"], sha256("two"));
    assert_eq!(outcomes[13]["answer"]["asset"], "bytes");
    assert_eq!(outcomes[13]["answer"]["assetName"], "tool");
}

#[test]
fn versions_are_deleted_disposed_and_copied() {
    let world = empty();
    let some = |names: &[&str]| {
        let mut keywords = version("-");
        keywords.as_object_mut().unwrap().remove("packageVersion");
        keywords["versions"] = json!(names);
        keywords
    };
    let copy = |overwrite: bool| {
        json!({
            "domain": "acme", "sourceRepository": "tools", "destinationRepository": "copies", "format": "generic",
            "namespace": "ours", "package": "tool", "versions": ["1"], "allowOverwrite": overwrite,
        })
    };
    let elsewhere = publish("1", "tool", "theirs", json!({"repository": "copies"}));
    let outcomes = expect(
        &world,
        &[
            domain(),
            repository("tools", &[]),
            repository("copies", &[]),
            (
                CA,
                "publish_package_version",
                publish("1", "tool", "one", json!({})),
                "ok",
            ),
            (
                CA,
                "publish_package_version",
                publish("2", "tool", "two", json!({})),
                "ok",
            ),
            (CA, "publish_package_version", elsewhere, "ok"),
            (CA, "copy_package_versions", copy(false), "ok"),
            (CA, "copy_package_versions", copy(true), "ok"),
            (CA, "dispose_package_versions", some(&["2"]), "ok"),
            (
                CA,
                "publish_package_version",
                publish("2", "tool", "new", json!({})),
                "409 ConflictException",
            ),
            (CA, "delete_package_versions", some(&["1", "9"]), "ok"),
            (
                CA,
                "publish_package_version",
                publish("1", "tool", "new", json!({})),
                "ok",
            ),
        ],
    );
    assert_eq!(
        outcomes[6]["answer"]["failedVersions"]["1"]["errorCode"],
        "ALREADY_EXISTS"
    );
    assert_eq!(
        outcomes[7]["answer"]["successfulVersions"]["1"]["status"],
        "Published"
    );
    assert_eq!(
        outcomes[8]["answer"]["successfulVersions"]["2"]["status"],
        "Disposed"
    );
    assert_eq!(
        outcomes[10]["answer"]["failedVersions"]["9"]["errorCode"],
        "NOT_FOUND"
    );
}
