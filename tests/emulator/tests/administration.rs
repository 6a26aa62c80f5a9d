//! CodeArtifact as an administrator sees it: every rule is broken by boto3, which has to see AWS's own error.

mod support;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use studio_mirror_emulator::Setup;
use support::packages::{put, wheel};
use support::{World, expect};

const CA: &str = "codeartifact";

/// A world with nothing in it, for the root of an account.
fn empty() -> World {
    let mut world = World::with(|options| options.setup = Setup::empty("us-east-1"));
    world.set("AWS_ACCESS_KEY_ID", "222233334444");
    world.set("AWS_SECRET_ACCESS_KEY", "test");
    world
}

/// A call that makes domain `acme` or a repository in it.
fn domain() -> (&'static str, &'static str, Value, &'static str) {
    (CA, "create_domain", json!({"domain": "acme"}), "ok")
}

fn repository(name: &str, upstreams: &[&str]) -> (&'static str, &'static str, Value, &'static str) {
    let upstreams: Vec<_> = upstreams
        .iter()
        .map(|name| json!({"repositoryName": name}))
        .collect();
    let keywords = json!({"domain": "acme", "repository": name, "upstreams": upstreams});
    (CA, "create_repository", keywords, "ok")
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

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
fn domains_are_made_once_and_deleted_empty() {
    let world = empty();
    let named = json!({"domain": "acme"});
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "codeartifact:*", "Resource": "*",
    }]});
    let put_policy = |document: String, more: Value| {
        let mut keywords = json!({"domain": "acme", "policyDocument": document});
        keywords
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        keywords
    };
    let outcomes = expect(
        &world,
        &[
            (
                CA,
                "describe_domain",
                named.clone(),
                "404 ResourceNotFoundException",
            ),
            (
                CA,
                "create_domain",
                json!({"domain": "Acme"}),
                "400 ValidationException",
            ),
            (CA, "create_domain", json!({}), "400 ValidationException"),
            (
                CA,
                "create_domain",
                json!({"domain": "acme", "tags": [{"key": "a", "value": "b"}]}),
                "ok",
            ),
            (CA, "create_domain", named.clone(), "409 ConflictException"),
            (CA, "describe_domain", named.clone(), "ok"),
            (
                CA,
                "list_tags_for_resource",
                json!({"resourceArn": "arn:aws:codeartifact:us-east-1:222233334444:domain/acme"}),
                "ok",
            ),
            (
                CA,
                "get_domain_permissions_policy",
                named.clone(),
                "404 ResourceNotFoundException",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy("{".into(), json!({})),
                "400 ValidationException",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy("x".repeat(7169), json!({})),
                "400 ValidationException",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy(policy.to_string(), json!({})),
                "ok",
            ),
            (
                CA,
                "put_domain_permissions_policy",
                put_policy(policy.to_string(), json!({"policyRevision": "old"})),
                "409 ConflictException",
            ),
            repository("team", &[]),
            (CA, "delete_domain", named.clone(), "409 ConflictException"),
            (
                CA,
                "delete_repository",
                json!({"domain": "acme", "repository": "team"}),
                "ok",
            ),
            (CA, "delete_domain", named.clone(), "ok"),
            (CA, "list_domains", json!({}), "ok"),
        ],
    );
    let described = &outcomes[5]["answer"]["domain"];
    assert_eq!(
        described["s3BucketArn"],
        "arn:aws:s3:::assets-193858265520-us-east-1"
    );
    assert_eq!(
        outcomes[6]["answer"]["tags"],
        json!([{"key": "a", "value": "b"}])
    );
    assert_eq!(outcomes[16]["answer"]["domains"], json!([]));
}

#[test]
fn repositories_hang_together_by_awss_rules() {
    let world = empty();
    let connect = |repository: &str, name: &str| json!({"domain": "acme", "repository": repository, "externalConnection": name});
    let many: Vec<String> = (0..11).map(|index| format!("r{index:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let too_many = repository("eleven", &many);
    let outcomes = expect(
        &world,
        &[
            domain(),
            (
                CA,
                "create_repository",
                json!({"domain": "acme", "repository": "team", "upstreams": [{"repositoryName": "gone"}]}),
                "404 ResourceNotFoundException",
            ),
            repository("store", &[]),
            repository("team", &["store"]),
            (
                CA,
                "create_repository",
                json!({"domain": "acme", "repository": "team"}),
                "409 ConflictException",
            ),
            (
                too_many.0,
                too_many.1,
                too_many.2,
                "402 ServiceQuotaExceededException",
            ),
            (
                CA,
                "associate_external_connection",
                connect("store", "public:cpan"),
                "400 ValidationException",
            ),
            (
                CA,
                "associate_external_connection",
                connect("store", "public:pypi"),
                "ok",
            ),
            (
                CA,
                "associate_external_connection",
                connect("store", "public:npmjs"),
                "409 ConflictException",
            ),
            (
                CA,
                "disassociate_external_connection",
                connect("store", "public:npmjs"),
                "404 ResourceNotFoundException",
            ),
            (
                CA,
                "delete_repository",
                json!({"domain": "acme", "repository": "store"}),
                "409 ConflictException",
            ),
            (
                CA,
                "update_repository",
                json!({"domain": "acme", "repository": "team", "description": "d"}),
                "ok",
            ),
            (
                CA,
                "list_repositories_in_domain",
                json!({"domain": "acme", "maxResults": 1}),
                "ok",
            ),
        ],
    );
    let team = &outcomes[11]["answer"]["repository"];
    assert_eq!(
        team["upstreams"],
        json!([{"repositoryName": "store"}]),
        "what is not told stays"
    );
    let page = &outcomes[12]["answer"];
    assert_eq!(page["repositories"][0]["name"], "store");
    let next = json!({"domain": "acme", "maxResults": 1, "nextToken": page["nextToken"]});
    let next = expect(&world, &[(CA, "list_repositories_in_domain", next, "ok")]);
    assert_eq!(next[0]["answer"]["repositories"][0]["name"], "team");
}

#[test]
fn package_groups_are_named_by_awss_patterns() {
    let world = empty();
    let group = |pattern: &str| json!({"domain": "acme", "packageGroup": pattern});
    let modes = |pattern: &str, mode: &str| json!({"domain": "acme", "packageGroup": pattern, "restrictions": {"EXTERNAL_UPSTREAM": mode}});
    let wrong = "400 ValidationException";
    let outcomes = expect(
        &world,
        &[
            domain(),
            (CA, "list_package_groups", json!({"domain": "acme"}), "ok"),
            (CA, "create_package_group", group("/pypi//acme-*"), wrong),
            (CA, "create_package_group", group("/pypi/acme/*"), wrong),
            (CA, "create_package_group", group("/pypi//Acme~"), wrong),
            (CA, "create_package_group", group("/pip/*"), wrong),
            (CA, "create_package_group", group("/pypi//acme-~"), "ok"),
            (
                CA,
                "create_package_group",
                group("/pypi//acme-~"),
                "409 ConflictException",
            ),
            (CA, "delete_package_group", group("/*"), wrong),
            (
                CA,
                "update_package_group_origin_configuration",
                modes("/*", "INHERIT"),
                wrong,
            ),
            (
                CA,
                "update_package_group_origin_configuration",
                modes("/*", "DENY"),
                wrong,
            ),
            (
                CA,
                "update_package_group_origin_configuration",
                modes("/*", "BLOCK"),
                "ok",
            ),
            (CA, "describe_package_group", group("/pypi//acme-~"), "ok"),
            (
                CA,
                "describe_package_group",
                group("/npm/*"),
                "404 ResourceNotFoundException",
            ),
        ],
    );
    assert_eq!(outcomes[1]["answer"]["packageGroups"][0]["pattern"], "/*");
    let described = &outcomes[12]["answer"]["packageGroup"];
    let external = &described["originConfiguration"]["restrictions"]["EXTERNAL_UPSTREAM"];
    assert_eq!(
        (&external["mode"], &external["effectiveMode"]),
        (&json!("INHERIT"), &json!("BLOCK"))
    );
    assert_eq!(external["inheritedFrom"]["pattern"], "/*");
    assert_eq!(described["parent"]["pattern"], "/*");
}

#[test]
fn package_groups_act() {
    let world = World::new();
    put(&world.packages, wheel("acme_tools", "1.0"));
    put(&world.packages, wheel("other", "1.0"));
    let page = |name: &str| {
        let token = world.token();
        let path = format!("/pypi/d/corp-111122223333/team/simple/{name}/");
        world
            .get(&path, &[("Authorization", &format!("Bearer {token}"))])
            .status
    };
    assert_eq!((page("acme-tools"), page("other")), (200, 200));
    let group = json!({"domain": "corp", "packageGroup": "/pypi//acme-~"});
    let generic = json!({"domain": "corp", "packageGroup": "/generic/ours/*"});
    let block = |pattern: &str, way: &str| json!({"domain": "corp", "packageGroup": pattern, "restrictions": {way: "BLOCK"}});
    let content = "content";
    let publish = json!({
        "domain": "corp", "repository": "lonely", "format": "generic", "namespace": "ours", "package": "tool",
        "packageVersion": "1", "assetName": "a", "assetContent": content, "assetSHA256": sha256(content),
    });
    let outcomes = expect(
        &world,
        &[
            (CA, "create_package_group", group.clone(), "ok"),
            (
                CA,
                "update_package_group_origin_configuration",
                block("/pypi//acme-~", "EXTERNAL_UPSTREAM"),
                "ok",
            ),
            (CA, "create_package_group", generic, "ok"),
            (
                CA,
                "update_package_group_origin_configuration",
                block("/generic/ours/*", "PUBLISH"),
                "ok",
            ),
            (
                CA,
                "publish_package_version",
                publish,
                "409 ConflictException",
            ),
        ],
    );
    assert_eq!(outcomes.len(), 5);
    assert_eq!((page("acme-tools"), page("other")), (404, 200));
    expect(&world, &[(CA, "delete_package_group", group, "ok")]);
    assert_eq!(page("acme-tools"), 200);
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
