//! Package groups.

use serde_json::json;

use super::support::packages::{put, wheel};
use super::support::{World, expect};
use super::{CA, domain, empty, sha256};

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
