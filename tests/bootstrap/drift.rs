//! What somebody changed by hand is told from what a run would change.

use crate::administrator::{Administrator, STUDIO, shipped};
use serde_json::json;

fn drift(administrator: &Administrator) -> serde_json::Value {
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!((code, &plan["outcome"]), (4, &json!("drift")), "{plan:#}");
    plan["drift"].clone()
}

#[test]
fn an_endpoint_changed_by_hand_is_named() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let filter = json!({"Filters": [{"Name": "service-name", "Values": ["com.amazonaws.eu-west-1.codeartifact.api"]}]});
    let told = administrator
        .account
        .call("ec2", "describe_vpc_endpoints", filter);
    let endpoint = &told["VpcEndpoints"][0]["VpcEndpointId"];
    let change =
        json!({"VpcEndpointId": endpoint, "RemoveSubnetIds": [administrator.network.subnets[0]]});
    administrator
        .account
        .call("ec2", "modify_vpc_endpoint", change);
    let drift = drift(&administrator);
    assert_eq!(
        drift["resources"][0]["logical_id"], "ApiEndpoint",
        "{drift:#}"
    );
    assert_eq!(drift["resources"][0]["status"], "MODIFIED", "{drift:#}");
}

/// Puts `arn` into the slot of an app; the word `None` empties it.
fn put(administrator: &Administrator, app: &str, arn: &str) {
    let settings = json!({format!("{app}AppSettings"): {"BuiltInLifecycleConfigArn": arn}});
    let update = json!({"DomainId": STUDIO, "DefaultUserSettings": settings});
    administrator
        .account
        .call("sagemaker", "update_domain", update);
}

#[test]
fn a_slot_that_somebody_emptied_is_named_and_filled_again() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    // Code Editor is filled after JupyterLab: no interrupted run leaves it so.
    put(&administrator, "JupyterLab", "None");
    assert_eq!(drift(&administrator)["slots"], json!(["JupyterLab"]));
    administrator.apply(&[]).success();
    assert!(
        administrator
            .attached("JupyterLab")
            .starts_with("studio-mirror-jupyterlab-")
    );
    assert_eq!(administrator.plan(&[]).code(), 0);
}

#[test]
fn a_slot_that_an_interrupted_run_may_have_left_is_told_as_both() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    put(&administrator, "CodeEditor", "None");
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!((code, &plan["outcome"]), (3, &json!("changes")), "{plan:#}");
    let said = json!(["Code Editor has not got our lifecycle configuration"]);
    assert_eq!(plan["drift"]["unfinished"], said, "{plan:#}");
    let told = administrator.plan(&[]).exit(3).stdout;
    assert!(told.contains("Not finished, or undone by hand\n"), "{told}");
    assert!(!told.contains("Changed by hand"), "{told}");

    // What a run never leaves there is somebody's doing.
    let account = &administrator.account;
    let made = account.call(
        "sagemaker",
        "create_studio_lifecycle_config",
        json!({"StudioLifecycleConfigName": "theirs", "StudioLifecycleConfigAppType": "CodeEditor",
            "StudioLifecycleConfigContent": "IyEvYmluL2Jhc2gK"}),
    );
    let theirs = made["StudioLifecycleConfigArn"].as_str().expect("an ARN");
    put(&administrator, "CodeEditor", theirs);
    let (code, plan) = administrator.plan_document(&["--replace"]);
    assert_eq!((code, &plan["outcome"]), (4, &json!("drift")), "{plan:#}");
    assert_eq!(plan["drift"]["slots"], json!(["Code Editor"]), "{plan:#}");
}

#[test]
fn a_binary_that_is_gone_is_named_and_published_again() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let package = json!({"domain": "packages", "repository": "studio-mirror", "format": "generic", "namespace": "studio-mirror",
        "package": "studio-mirror"});
    let account = &administrator.account;
    let told = account.call("codeartifact", "list_package_versions", package.clone());
    let mut deletion = package;
    deletion["versions"] = json!([told["versions"][0]["version"]]);
    account.call("codeartifact", "delete_package_versions", deletion);
    assert_eq!(drift(&administrator)["binary"], true);
    administrator.apply(&[]).success();
    assert_eq!(administrator.plan(&[]).code(), 0);
}

/// A version that was disposed keeps its name and has no file: publishing it again is refused for ever, until somebody deletes it.
#[test]
fn a_binary_that_was_disposed_is_told_with_the_way_out() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let account = &administrator.account;
    let package = json!({"domain": "packages", "repository": "studio-mirror", "format": "generic", "namespace": "studio-mirror",
        "package": "studio-mirror"});
    let told = account.call("codeartifact", "list_package_versions", package.clone());
    let version = told["versions"][0]["version"].as_str().expect("a version");
    let mut disposal = package.clone();
    disposal["versions"] = json!([version]);
    account.call("codeartifact", "dispose_package_versions", disposal.clone());
    let publish = ["publish", "--domain", "packages", "--binary", shipped()];
    for told in [administrator.apply(&[]), administrator.run(&publish)] {
        let said = told.exit(1).stderr;
        assert!(said.contains("Disposed"), "{said}");
        assert!(!said.contains("does not show it"), "{said}");
        let command = format!(
            "`aws codeartifact delete-package-versions --region eu-west-1 --domain packages --domain-owner {} --repository studio-mirror \
             --format generic --namespace studio-mirror --package studio-mirror --versions {version}`",
            account.id
        );
        assert!(said.contains(&command), "{said}");
    }
    account.call("codeartifact", "delete_package_versions", disposal);
    administrator.apply(&[]).success();
    assert_eq!(administrator.plan(&[]).code(), 0);
}
