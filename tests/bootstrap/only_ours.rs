//! What is taken away, taken back or replaced is ours, whatever bears a name like it.

use crate::administrator::{Administrator, STUDIO, another_binary, shipped};
use crate::support::cloud::text;
use serde_json::{Value, json};

/// A lifecycle configuration of this name with the script of ours, as by hand or by another set-up; its ARN.
fn with_our_script(administrator: &Administrator, name: &str) -> String {
    let ours = administrator.attached("JupyterLab");
    let asked = json!({"StudioLifecycleConfigName": ours});
    let account = &administrator.account;
    let told = account.call("sagemaker", "describe_studio_lifecycle_config", asked);
    let made = account.call(
        "sagemaker",
        "create_studio_lifecycle_config",
        json!({"StudioLifecycleConfigName": name, "StudioLifecycleConfigAppType": "JupyterLab",
            "StudioLifecycleConfigContent": told["StudioLifecycleConfigContent"]}),
    );
    text(&made["StudioLifecycleConfigArn"])
}

fn attach(administrator: &Administrator, arn: &str) {
    let update = json!({"DomainId": STUDIO,
        "DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": arn}}});
    administrator
        .account
        .call("sagemaker", "update_domain", update);
}

#[test]
fn what_has_our_script_under_another_name_stays() {
    const OTHERS: [&str; 2] = [
        "studio-mirror-by-hand",
        "studio-mirror-dev-jupyterlab-0123456789ab",
    ];
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let [by_hand, _] = OTHERS.map(|name| with_our_script(&administrator, name));
    attach(&administrator, &by_hand);
    let (_, plan) = administrator.plan_document(&[]);
    assert_eq!(plan["outcome"], "refused", "{plan:#}");
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.lifecycles(), OTHERS);
    assert_eq!(administrator.attached("JupyterLab"), OTHERS[0]);
    administrator.run(&["destroy", "--yes"]).exit(1);
    assert_eq!(administrator.lifecycles(), OTHERS);
}

#[test]
fn what_something_else_names_is_told_and_taken_away_later() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let ours = administrator.attached("JupyterLab");
    let arn = &administrator.described()["DefaultUserSettings"]["JupyterLabAppSettings"]["BuiltInLifecycleConfigArn"];
    let ann = json!({"DomainId": STUDIO, "UserProfileName": "ann",
        "UserSettings": {"JupyterLabAppSettings": {"LifecycleConfigArns": [arn]}}});
    let account = &administrator.account;
    account.put_studio("user-profile", ann);
    let told = administrator
        .run(&["destroy", "--yes", "--output", "json"])
        .exit(1);
    let document: Value = serde_json::from_str(&told.stdout).expect("one document");
    assert_eq!(document["in_use"], json!([ours]));
    assert!(told.stderr.contains("still in use"), "{told}");
    assert!(!told.stderr.contains("done"), "{told}");
    assert_eq!(administrator.lifecycles(), [ours]);
    let named = json!({"DomainId": STUDIO, "UserProfileName": "ann"});
    account.call("sagemaker", "delete_user_profile", named);
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.lifecycles(), [""; 0]);
}

#[test]
fn a_profile_that_is_gone_keeps_nobody_from_going_back() {
    let administrator = Administrator::new();
    let named = json!({"DomainId": STUDIO, "UserProfileName": "ann"});
    let mut profile = named.clone();
    profile["UserSettings"] = json!({});
    let account = &administrator.account;
    account.put_studio("user-profile", profile);
    administrator.apply(&["--canary", "ann"]).success();
    administrator.apply(&[]).success();
    let first = administrator.attached("JupyterLab");
    let second = another_binary(&administrator.home, "second");
    let second = ["--binary", second.to_str().expect("text")];
    administrator.apply(&second).success();
    account.call("sagemaker", "delete_user_profile", named);
    administrator.run(&["rollback", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), first);
}

#[test]
fn the_packages_of_the_stacks_own_domain_go_and_no_others() {
    let administrator = Administrator::new();
    let account = &administrator.account;
    account.call("codeartifact", "create_domain", json!({"domain": "other"}));
    let theirs = json!({"domain": "other", "repository": "team"});
    account.call("codeartifact", "create_repository", theirs.clone());
    let part = |part: &'static str, domain: &'static str| ["--part", part, "--domain", domain];
    administrator.apply(&part("packages", "corp")).success();
    administrator.apply(&part("consumer", "other")).success();
    // Without a word of the domain it would be that of the spaces, and the stack would forget its own.
    let refused = administrator.apply(&[]).exit(2);
    assert!(
        refused
            .stderr
            .contains("the stack studio-mirror-packages holds the domain corp, not other"),
        "{refused}"
    );
    let again = [
        "apply",
        "--yes",
        "--part",
        "packages",
        "--binary",
        shipped(),
    ];
    administrator.run(&again).success();
    let told = administrator
        .run(&["destroy", "--yes", "--delete-packages"])
        .success();
    assert!(
        told.stdout
            .contains("- DELETE  repository team of domain corp"),
        "{told}"
    );
    let told = account.call("codeartifact", "list_domains", json!({}));
    assert_eq!(told["domains"].as_array().map(Vec::len), Some(1), "{told}");
    account.call("codeartifact", "describe_repository", theirs);
}
