//! What a space must not be able to do, as calls that do no harm.

mod origins;
mod studio;

use serde_json::json;

use super::building::{Building, Place};
use crate::aws::RawCall;
use crate::bootstrap::script::{ASSET, NAMESPACE, PACKAGE};

/// The SHA-256 of nothing.
const OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A call, and what it means that it is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its name in reports.
    pub id: &'static str,
    /// What is to hold.
    pub title: &'static str,
    /// Whether it is to be refused; else it is to be allowed.
    pub is_forbidden: bool,
    /// The call.
    pub call: RawCall,
    /// Takes away again what the call has made, should it have been allowed.
    pub undo: Option<RawCall>,
}

/// All of them.
pub fn attempts(place: &Place) -> Vec<Attempt> {
    let mut all = vec![Attempt {
        id: "binary.read",
        title: "the binary can be fetched",
        is_forbidden: false,
        // A version that is not there is "not found" to those who may ask for it.
        call: place
            .package("GetPackageVersionAsset", "GET", "version/asset", PACKAGE)
            .query("version", &place.probe)
            .query("asset", ASSET)
            .call,
        undo: None,
    }];
    all.extend(binary(place));
    all.extend(policies(place));
    all.extend(origins::origins(place));
    all.extend(studio::studio(place));
    all
}

/// What every space runs.
fn binary(place: &Place) -> Vec<Attempt> {
    let none = format!("{}-none", place.probe);
    let versions = |versions: &[&str]| json!({ "versions": versions });
    let of = |operation, path| place.package(operation, "POST", path, PACKAGE);
    let publish = of("PublishPackageVersion", "version/publish")
        // Under the real name, which is what policies go by; spaces take a pinned version alone.
        .query("version", &place.probe)
        .query("asset", "probe")
        .query("unfinished", "true")
        .header("x-amz-content-sha256", OF_NOTHING)
        .header("content-type", "application/octet-stream");
    let copy = place
        .artifact("CopyPackageVersions", "POST", "package/versions/copy")
        .query("source-repository", &place.repository)
        .query("destination-repository", &place.binary_repository)
        .query("format", "generic")
        .query("namespace", NAMESPACE)
        .query("package", PACKAGE)
        .body(&json!({ "versions": [&none], "allowOverwrite": true }));
    let archive = json!({ "versions": [&none], "targetStatus": "Archived" });
    let delete =
        |version: &str| of("DeletePackageVersions", "versions/delete").body(&versions(&[version]));
    vec![
        forbidden(
            "binary.publish",
            "nothing can be published beside the binary",
            publish,
        )
        .undone_by(delete(&place.probe)),
        forbidden("binary.copy", "nothing can be copied over the binary", copy),
        forbidden(
            "binary.delete",
            "the binary's versions cannot be deleted",
            delete(&none),
        ),
        forbidden(
            "binary.dispose",
            "the binary's files cannot be disposed of",
            of("DisposePackageVersions", "versions/dispose").body(&versions(&[&none])),
        ),
        forbidden(
            "binary.archive",
            "the binary cannot be withdrawn",
            of("UpdatePackageVersionsStatus", "versions/update_status").body(&archive),
        ),
        forbidden(
            "binary.delete-package",
            "packages of the binary's repository cannot be deleted",
            place.package("DeletePackage", "DELETE", "", &place.probe),
        ),
    ]
}

/// Who may do what. A revision that is none keeps the policy as it is.
fn policies(place: &Place) -> Vec<Attempt> {
    let policy = json!({ "policyRevision": &place.probe, "policyDocument": harmless_policy() });
    let mut domain_policy = policy.clone();
    domain_policy["domain"] = place.domain.as_str().into();
    domain_policy["domainOwner"] = place.owner.as_str().into();
    let of_repository = |operation, method, path| {
        place
            .artifact(operation, method, path)
            .query("repository", &place.binary_repository)
    };
    vec![
        forbidden(
            "policy.repository.put",
            "the repository's policy cannot be replaced",
            of_repository(
                "PutRepositoryPermissionsPolicy",
                "PUT",
                "repository/permissions/policy",
            )
            .body(&policy),
        ),
        forbidden(
            "policy.repository.delete",
            "the repository's policy cannot be deleted",
            of_repository(
                "DeleteRepositoryPermissionsPolicy",
                "DELETE",
                "repository/permissions/policies",
            )
            .query("policy-revision", &place.probe),
        ),
        forbidden(
            "policy.domain.put",
            "the domain's policy cannot be replaced",
            Building::new(
                "PutDomainPermissionsPolicy",
                "PUT",
                "domain/permissions/policy",
            )
            .body(&domain_policy),
        ),
        forbidden(
            "policy.domain.delete",
            "the domain's policy cannot be deleted",
            place
                .artifact(
                    "DeleteDomainPermissionsPolicy",
                    "DELETE",
                    "domain/permissions/policy",
                )
                .query("policy-revision", &place.probe),
        ),
    ]
}

/// It gives nobody anything. The revision that is asked for beside it, which is none, keeps it from being put in force.
fn harmless_policy() -> String {
    json!({ "Version": "2012-10-17", "Statement": [] }).to_string()
}

fn forbidden(id: &'static str, title: &'static str, built: Building) -> Attempt {
    Attempt {
        id,
        title,
        is_forbidden: true,
        call: built.call,
        undo: None,
    }
}

impl Attempt {
    fn undone_by(mut self, built: Building) -> Self {
        self.undo = Some(built.call);
        self
    }
}
