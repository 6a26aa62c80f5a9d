//! `bootstrap prove` in a space: what it proves, and that trying does no harm.

use super::*;
use serde_json::Value;
use support::checkout;
use support::studio_space::possible;

/// Everything that a space's role must not do.
pub(super) const FORBIDDEN: [&str; 24] = [
    "PublishPackageVersion",
    "CopyPackageVersions",
    "DeletePackageVersions",
    "DisposePackageVersions",
    "UpdatePackageVersionsStatus",
    "DeletePackage",
    "PutRepositoryPermissionsPolicy",
    "DeleteRepositoryPermissionsPolicy",
    "PutDomainPermissionsPolicy",
    "DeleteDomainPermissionsPolicy",
    "UpdatePackageGroupOriginConfiguration",
    "UpdatePackageGroup",
    "DeletePackageGroup",
    "CreatePackageGroup",
    "PutPackageOriginConfiguration",
    "AssociateExternalConnection",
    "DisassociateExternalConnection",
    "UpdateRepository",
    "CreateRepository",
    "DeleteRepository",
    "CreateStudioLifecycleConfig",
    "DeleteStudioLifecycleConfig",
    "UpdateDomain",
    "UpdateUserProfile",
];

/// A space that is logged in.
pub(super) fn space() -> Space {
    let space = Space::open();
    space.configure_api(API);
    space.start().success();
    space
}

/// Denies all these operations, as a policy of this layer would.
fn deny<'a>(space: &Space, operations: impl IntoIterator<Item = &'a str>, layer: &str) {
    space.end_faults();
    let faults: Vec<Value> = operations
        .into_iter()
        .map(|operation| {
            serde_json::json!({
                "operation": operation, "action": { "kind": "deny", "layer": layer }
            })
        })
        .collect();
    space.admin("faults", &Value::from(faults).to_string());
}

pub(super) fn prove(space: &Space) -> Finished {
    space.sh(&format!(
        "AWS_ENDPOINT_URL={API} studio-mirror bootstrap prove --binary-repository team --output json"
    ))
}

pub(super) fn document(finished: &Finished) -> Value {
    let document: Value =
        serde_json::from_str(&finished.stdout).unwrap_or_else(|why| panic!("{why}:\n{finished}"));
    let schema = std::fs::read_to_string(checkout().join("docs/prove.schema.json"));
    let schema = serde_json::from_str(&schema.expect("the schema")).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let wrong: Vec<String> = validator
        .iter_errors(&document)
        .map(|error| error.to_string())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}:\n{finished}");
    document
}

/// The permissions of the proofs that came out so.
pub(super) fn with(document: &Value, status: &str) -> Vec<String> {
    let proofs = document["proofs"].as_array().expect("a list");
    let meant = proofs.iter().filter(|proof| proof["status"] == status);
    let named = meant.map(|proof| match proof["action"].as_str() {
        Some(action) => action.rsplit(':').next().expect("a name").to_owned(),
        None => proof["id"].to_string(),
    });
    named.collect()
}

#[test]
fn what_works_and_what_is_refused_is_proved() {
    if !possible() {
        return;
    }
    let space = space();
    deny(&space, FORBIDDEN, "explicit");
    let proved = prove(&space).success();
    let report = document(&proved);
    assert_eq!(report["schema_version"], 1);
    assert_eq!(report["ok"], true);
    assert_eq!(
        report["role"],
        "arn:aws:iam::111122223333:role/studio-execution"
    );
    let ids: Vec<&str> = report["proofs"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|proof| proof["expected"] == "works")
        .map(|proof| proof["id"].as_str().expect("a name"))
        .collect();
    assert_eq!(
        ids,
        [
            "token.mint",
            "repository.read.pypi",
            "repository.read.npm",
            "keyring.first",
            "binary.read"
        ]
    );
    space.assert_no_leak(&[]);
}

#[test]
fn what_is_allowed_does_no_harm() {
    if !possible() {
        return;
    }
    let space = space();
    let version = Version::stand_in("1.0.0");
    publish(&space, &version);
    let list = |what: &str| {
        space
            .sh(&format!("AWS_ENDPOINT_URL={API} aws {what}"))
            .success()
            .stdout
    };
    let state = || {
        [
            "codeartifact list-repositories",
            "codeartifact get-repository-permissions-policy --domain corp --repository team",
            "codeartifact get-domain-permissions-policy --domain corp",
            "codeartifact list-package-groups --domain corp",
            "codeartifact list-packages --domain corp --repository team",
            "codeartifact list-package-versions --domain corp --repository team --format generic --namespace studio-mirror --package studio-mirror",
            "sagemaker list-studio-lifecycle-configs",
        ]
        .map(list)
    };
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":"codeartifact:ReadFromRepository","Resource":"*"}]}"#;
    list(&format!(
        "codeartifact put-repository-permissions-policy --domain corp --repository team --policy-document '{policy}'"
    ));
    list(&format!(
        "codeartifact put-domain-permissions-policy --domain corp --policy-document '{policy}'"
    ));
    let before = state();
    let allowed = prove(&space).exit(1);
    let report = document(&allowed);
    assert_eq!(with(&report, "failed").len(), FORBIDDEN.len(), "{allowed}");
    assert_eq!(state(), before, "{allowed}");
    assert!(allowed.stdout.contains("and taken away again"), "{allowed}");
}

#[test]
fn a_refusal_of_the_endpoint_alone_proves_nothing_of_the_role() {
    if !possible() {
        return;
    }
    let space = space();
    deny(&space, FORBIDDEN, "vpce");
    let open = prove(&space).exit(1);
    let report = document(&open);
    assert_eq!(with(&report, "open"), FORBIDDEN, "{open}");
    let text = space.sh(&format!(
        "AWS_ENDPOINT_URL={API} studio-mirror bootstrap prove --binary-repository team"
    ));
    let text = text.exit(1);
    for said in [
        "OPEN: nothing can be published beside the binary",
        "codeartifact:PublishPackageVersion (binary.publish)",
        "ok, works:",
        "5 of 29 hold, 0 failed, 24 open",
    ] {
        assert!(text.stdout.contains(said), "no {said:?}:\n{text}");
    }
}

#[test]
fn what_must_work_and_does_not_is_found() {
    if !possible() {
        return;
    }
    let space = space();
    let denied = FORBIDDEN
        .into_iter()
        .chain(["GetPackageVersionAsset", "NpmPackument"]);
    deny(&space, denied, "identity");
    let found = prove(&space).exit(1);
    let report = document(&found);
    let failed = with(&report, "failed");
    assert_eq!(
        failed,
        ["\"repository.read.npm\"", "GetPackageVersionAsset"],
        "{found}"
    );
}

#[test]
fn a_token_from_outside_must_be_refused() {
    if !possible() {
        return;
    }
    let space = space();
    let outside = format!(
        "studio-mirror token | STUDIO_MIRROR_REPOSITORY_ENDPOINT={API} studio-mirror bootstrap prove --outside --output json"
    );
    let taken = space.sh(&outside).exit(1);
    assert_eq!(
        with(&document(&taken), "failed"),
        ["ReadFromRepository"],
        "{taken}"
    );
    deny(&space, ["PypiSimple"], "vpce");
    let refused = space.sh(&outside).success();
    assert_eq!(document(&refused)["ok"], true);
    space.end_faults();
    let old = outside.replace("token |", "token | sed 's/.$/x/' |");
    let open = space.sh(&old).exit(1);
    assert_eq!(
        with(&document(&open), "open"),
        ["ReadFromRepository"],
        "{open}"
    );
    space
        .sh(&outside.replace("studio-mirror token", "true"))
        .exit(2);
    space.assert_no_leak(&[]);
}
