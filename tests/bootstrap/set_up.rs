//! The life of a set-up: planned, made, made again, changed, upgraded, taken back, taken away.

use crate::administrator::{Administrator, STUDIO, another_binary};
use serde_json::json;

#[test]
fn a_plan_says_everything_and_changes_nothing() {
    let administrator = Administrator::new();
    let before = administrator.described();
    let told = administrator.plan(&[]);
    assert_eq!(told.code(), 3, "{told:?}");
    for words in [
        "Stack studio-mirror-packages will be made",
        "+ create   Domain (CodeArtifact::Domain)",
        "Stack studio-mirror-consumer will be made",
        "+ create   RepositoriesEndpoint (EC2::VPCEndpoint)",
        "+ publish  studio-mirror",
        "+ attach   JupyterLab: studio-mirror-jupyterlab-",
        "everybody in it",
        "Cost: about 29.20 USD a month",
        "There is something to do",
    ] {
        assert!(
            told.stdout.contains(words),
            "no `{words}` in\n{}",
            told.stdout
        );
    }
    for line in told.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    assert_eq!(administrator.stacks(), [""; 0]);
    assert_eq!(administrator.endpoints(), [""; 0]);
    assert_eq!(administrator.lifecycles(), [""; 0]);
    assert_eq!(administrator.described(), before);
    let (code, document) = administrator.plan_document(&[]);
    assert_eq!((code, &document["outcome"]), (3, &json!("changes")));
    assert_eq!(document["schema_version"], 1);
}

#[test]
fn what_was_made_is_made_once_and_can_be_changed_and_taken_away() {
    let administrator = Administrator::new();
    let before = administrator.described();
    administrator.apply(&[]).success();
    assert_eq!(
        administrator.stacks(),
        ["studio-mirror-consumer", "studio-mirror-packages"]
    );
    let service = |name: &str| format!("com.amazonaws.eu-west-1.{name}");
    let services = ["codeartifact.api", "codeartifact.repositories", "s3"].map(service);
    assert_eq!(administrator.endpoints(), services);
    let lifecycles = administrator.lifecycles();
    assert_eq!(
        lifecycles,
        [
            administrator.attached("CodeEditor"),
            administrator.attached("JupyterLab")
        ]
    );

    // Again, with the flags of before remembered.
    let again = administrator.run(&["plan", "--binary", crate::administrator::shipped()]);
    assert_eq!(again.code(), 0, "{again:?}");
    assert!(again.stdout.contains("No change"), "{again:?}");
    administrator.apply(&[]).success();
    assert_eq!(administrator.lifecycles(), lifecycles);
    assert_eq!(administrator.endpoints(), services);

    // A flag changes one thing.
    let (code, plan) = administrator.plan_document(&["--internal", "acme-*"]);
    assert_eq!(code, 3);
    let changes = plan["stacks"][0]["changes"].as_array().expect("a list");
    assert!(
        changes
            .iter()
            .any(|change| change["type"] == "AWS::CodeArtifact::PackageGroup"),
        "{plan:#}"
    );
    administrator.apply(&["--internal", "acme-*"]).success();
    let groups = administrator.account.call(
        "codeartifact",
        "list_package_groups",
        json!({"domain": "packages"}),
    );
    assert!(groups.to_string().contains("/pypi//acme-~"), "{groups}");
    assert_eq!(administrator.plan(&[]).code(), 0);

    // Taken away: what was there before is there again, and the packages stay.
    let told = administrator.run(&["destroy", "--yes"]);
    told.success();
    assert_eq!(administrator.stacks(), [""; 0]);
    assert_eq!(administrator.endpoints(), [""; 0]);
    assert_eq!(administrator.lifecycles(), [""; 0]);
    assert_eq!(administrator.attached("JupyterLab"), "");
    let account = &administrator.account;
    account.call(
        "codeartifact",
        "describe_repository",
        json!({"domain": "packages", "repository": "team"}),
    );
    let mut after = administrator.described();
    after["DefaultUserSettings"]["JupyterLabAppSettings"].take();
    after["DefaultUserSettings"]["CodeEditorAppSettings"].take();
    assert_eq!(
        after["DefaultUserSettings"]["ExecutionRole"],
        before["DefaultUserSettings"]["ExecutionRole"]
    );
}

#[test]
fn an_upgrade_keeps_the_version_before_to_go_back_to() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let first = administrator.attached("JupyterLab");
    let second_binary = another_binary(&administrator.home, "second");
    let second_binary = second_binary.to_str().expect("text");
    administrator.apply(&["--binary", second_binary]).success();
    let second = administrator.attached("JupyterLab");
    assert_ne!(second, first);
    assert_eq!(administrator.lifecycles().len(), 4);

    // A refusal, too, is one document.
    let told = administrator.run(&["rollback", "--output", "json"]);
    let failure: serde_json::Value = serde_json::from_str(&told.stdout).expect("a document");
    assert_eq!(failure["ok"], false, "{told:?}");
    let told = administrator.run(&["rollback", "--yes", "--output", "json"]);
    let told: serde_json::Value = serde_json::from_str(&told.success().stdout).expect("a document");
    assert_eq!(
        (&told["schema_version"], &told["studio_domain"]),
        (&json!(1), &json!(STUDIO))
    );
    let slot = &told["slots"][1];
    assert_eq!(slot["slot"], "domain/JupyterLab", "{told:#}");
    let name = |arn: &serde_json::Value| {
        arn.as_str()
            .and_then(|arn| arn.rsplit('/').next().map(str::to_owned))
    };
    assert_eq!(name(&slot["before"]), Some(second.clone()));
    assert_eq!(name(&slot["after"]), Some(first.clone()));
    assert_eq!(administrator.attached("JupyterLab"), first);
    administrator.apply(&["--binary", second_binary]).success();
    assert_eq!(administrator.attached("JupyterLab"), second);

    // Of three, the last two are kept.
    let third_binary = another_binary(&administrator.home, "third");
    administrator
        .apply(&["--binary", third_binary.to_str().expect("text")])
        .success();
    assert_eq!(
        administrator.lifecycles().len(),
        4,
        "{:?}",
        administrator.lifecycles()
    );
    assert!(!administrator.lifecycles().contains(&first));
}

#[test]
fn a_canary_goes_first_and_then_everybody() {
    let administrator = Administrator::new();
    let profile = json!({"DomainId": STUDIO, "UserProfileName": "ann", "UserSettings": {}});
    administrator.account.put_studio("user-profile", profile);
    let told = administrator.apply(&["--canary", "ann"]).success();
    let said = "note: done: spaces of the profile ann log in at their next start; `studio-mirror bootstrap apply` attaches for everybody";
    assert!(told.stderr.contains(said), "{told}");
    assert_eq!(administrator.attached("JupyterLab"), "");
    let attached = || {
        let asked = json!({"DomainId": STUDIO, "UserProfileName": "ann"});
        let told = administrator
            .account
            .call("sagemaker", "describe_user_profile", asked);
        let settings = &told["UserSettings"]["JupyterLabAppSettings"];
        settings["BuiltInLifecycleConfigArn"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert!(attached().contains("studio-mirror-jupyterlab-"));
    let told = administrator.apply(&[]).success();
    let said = "note: done: spaces log in at their next start; `studio-mirror bootstrap prove`";
    assert!(told.stderr.contains(said), "{told}");
    assert!(
        administrator
            .attached("JupyterLab")
            .starts_with("studio-mirror-jupyterlab-")
    );
    assert!(!attached().contains("studio-mirror"));
}
