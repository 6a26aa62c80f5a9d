//! What a run was told and what it found is known to the next one, even if nothing else changed.

use crate::administrator::{Administrator, STUDIO};
use serde_json::{Value, json};

/// Somebody's own lifecycle configuration, put where ours may be.
fn taken_by_another(administrator: &Administrator) -> String {
    let account = &administrator.account;
    let made = account.call(
        "sagemaker",
        "create_studio_lifecycle_config",
        json!({"StudioLifecycleConfigName": "theirs", "StudioLifecycleConfigAppType": "JupyterLab",
            "StudioLifecycleConfigContent": "IyEvYmluL2Jhc2gK"}),
    );
    let arn = made["StudioLifecycleConfigArn"].as_str().expect("an ARN");
    let update = json!({"DomainId": STUDIO,
        "DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": arn}}});
    account.call("sagemaker", "update_domain", update);
    arn.to_owned()
}

/// What CloudFormation would do to the stack of spaces, and whether it is to remember something else.
fn of_spaces(plan: &Value) -> (&Value, &Value) {
    let stack = &plan["stacks"][1];
    assert_eq!(stack["name"], "studio-mirror-consumer", "{plan:#}");
    (&stack["changes"], &stack["remembers"])
}

#[test]
fn what_stood_in_a_slot_that_was_taken_meanwhile_comes_back() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let theirs = taken_by_another(&administrator);
    let (_, plan) = administrator.plan_document(&["--replace"]);
    assert_eq!(of_spaces(&plan), (&json!([]), &json!(true)), "{plan:#}");
    let told = administrator.plan(&["--replace"]);
    assert!(told.stdout.contains("~ remember"), "{}", told.stdout);
    assert!(!told.stdout.contains("Memory"), "{}", told.stdout);
    administrator.apply(&["--replace"]).success();
    assert_ne!(administrator.attached("JupyterLab"), "theirs");
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{plan:#}");
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), "theirs", "{theirs}");
    assert_eq!(administrator.attached("CodeEditor"), "");
}

#[test]
fn what_was_deleted_since_does_not_come_back() {
    let administrator = Administrator::new();
    let theirs = taken_by_another(&administrator);
    administrator.apply(&["--replace"]).success();
    let account = &administrator.account;
    let named = json!({"StudioLifecycleConfigName": "theirs"});
    account.call("sagemaker", "delete_studio_lifecycle_config", named);
    let told = administrator.run(&["destroy", "--yes", "--output", "json"]);
    let told: Value = serde_json::from_str(&told.success().stdout).expect("a document");
    let slot = &told["slots"][0];
    assert_eq!(
        (&slot["slot"], &slot["back"], &slot["gone"]),
        (&json!("domain/JupyterLab"), &json!(null), &json!(theirs)),
        "{told:#}"
    );
    assert_eq!(told["schema_version"], 1);
    assert_eq!(administrator.attached("JupyterLab"), "");
    assert_eq!(administrator.stacks(), [""; 0]);
}

#[test]
fn another_way_to_attach_is_remembered() {
    let administrator = Administrator::new();
    let told = administrator.apply(&["--attach", "print"]).success();
    let said = "note: done: no Studio domain was changed";
    assert!(told.stderr.contains(said), "{told}");
    assert_eq!(administrator.attached("JupyterLab"), "");
    administrator.apply(&["--attach", "patch"]).success();
    let attached = administrator.attached("JupyterLab");
    assert!(attached.starts_with("studio-mirror-jupyterlab-"));
    // Without a word the last way is taken, and nothing is left to do.
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{plan:#}");
    assert_eq!(plan["attachments"][0]["verb"], "keep", "{plan:#}");
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), "");
    assert_eq!(administrator.lifecycles(), [""; 0]);
}
