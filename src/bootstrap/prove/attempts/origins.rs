//! Where packages may come from.

use serde_json::json;

use super::{Attempt, forbidden};
use crate::bootstrap::prove::building::Place;

/// A group that nobody has: what it names is no package.
const NO_GROUP: &str = "/generic/studio-mirror-probe/*";

/// Where packages may come from. What is named is not there.
pub(super) fn origins(place: &Place) -> Vec<Attempt> {
    let group = |operation, method, path: &str| {
        place
            .artifact(operation, method, path)
            .query("package-group", NO_GROUP)
    };
    let of_none = |operation, method, path| {
        place
            .artifact(operation, method, path)
            .query("repository", &place.probe)
    };
    let origin = place
        .artifact("PutPackageOriginConfiguration", "POST", "package")
        .query("repository", &place.repository)
        .query("format", "pypi")
        .query("package", &place.probe)
        .body(&json!({ "restrictions": { "publish": "BLOCK", "upstream": "BLOCK" } }));
    vec![
        forbidden(
            "origins.group",
            "where groups of packages come from cannot be changed",
            group(
                "UpdatePackageGroupOriginConfiguration",
                "PUT",
                "package-group-origin-configuration",
            )
            .body(&json!({ "restrictions": { "PUBLISH": "INHERIT" } })),
        ),
        forbidden(
            "origins.update-group",
            "groups of packages cannot be changed",
            place
                .artifact("UpdatePackageGroup", "PUT", "package-group")
                .body(&json!({ "packageGroup": NO_GROUP })),
        ),
        forbidden(
            "origins.delete-group",
            "groups of packages cannot be deleted",
            group("DeletePackageGroup", "DELETE", "package-group"),
        ),
        forbidden(
            "origins.create-group",
            "no groups of packages can be made",
            // The root is always there.
            place
                .artifact("CreatePackageGroup", "POST", "package-group")
                .body(&json!({ "packageGroup": "/*" })),
        ),
        forbidden(
            "origins.package",
            "where a package comes from cannot be changed",
            origin,
        ),
        forbidden(
            "origins.connect",
            "repositories cannot be connected to the outside",
            of_none(
                "AssociateExternalConnection",
                "POST",
                "repository/external-connection",
            )
            .query("external-connection", "public:pypi"),
        ),
        forbidden(
            "origins.disconnect",
            "repositories cannot be cut off from the outside",
            of_none(
                "DisassociateExternalConnection",
                "DELETE",
                "repository/external-connection",
            )
            .query("external-connection", "public:pypi"),
        ),
        forbidden(
            "origins.update-repository",
            "repositories' upstreams cannot be changed",
            of_none("UpdateRepository", "PUT", "repository").body(&json!({})),
        ),
        forbidden(
            "origins.create-repository",
            "no repositories can be made",
            // It cannot be made: its upstream is not there.
            of_none("CreateRepository", "POST", "repository").body(&json!({
                "upstreams": [{ "repositoryName": format!("{}-none", place.probe) }]
            })),
        ),
        forbidden(
            "origins.delete-repository",
            "repositories cannot be deleted",
            of_none("DeleteRepository", "DELETE", "repository"),
        ),
    ]
}
