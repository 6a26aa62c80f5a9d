//! The Studio domain is somebody's: what changed meanwhile is not written over, and what was written is looked at.

use crate::administrator::{Administrator, STUDIO};
use crate::support::gate::{Passage, Verdict};
use crate::support::home::Finished;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

const DOMAIN: &str = "sagemaker:DescribeDomain";

/// From the first call named `begin` on, `call` is answered with these words replaced.
fn retold_after(
    administrator: &Administrator,
    begin: &'static str,
    call: &'static str,
    words: [String; 2],
) {
    let has_begun = AtomicBool::new(false);
    administrator
        .account
        .gate()
        .set_hook(move |passage: &Passage| {
            let name = passage.name();
            if name == begin {
                has_begun.store(true, Ordering::SeqCst);
            }
            match name == call && has_begun.load(Ordering::SeqCst) {
                true => Verdict::Replaced(vec![words.clone().into()]),
                false => Verdict::Pass,
            }
        });
}

/// An apply that fails after the stacks; the next one finishes.
#[track_caller]
fn failed(administrator: &Administrator) -> Finished {
    let told = administrator.apply(&[]).exit(1);
    administrator.account.gate().clear_hook();
    let error =
        "error: the stacks are made and the binary is published, but not everything is attached\n";
    assert!(told.stderr.starts_with(error), "{told}");
    administrator.apply(&[]).success();
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{plan:#}");
    told
}

fn has(told: &Finished, words: &[&str]) {
    for words in words {
        assert!(told.stderr.contains(words), "no `{words}` in {told}");
    }
}

#[test]
fn a_slot_that_somebody_filled_meanwhile_is_left_to_them() {
    let administrator = Administrator::new();
    let theirs = "arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/theirs";
    let settings = r#""DefaultUserSettings":{"#;
    let filled =
        format!(r#"{settings}"JupyterLabAppSettings":{{"BuiltInLifecycleConfigArn":"{theirs}"}},"#);
    let words = [settings.to_owned(), filled];
    retold_after(
        &administrator,
        "codeartifact:PublishPackageVersion",
        DOMAIN,
        words,
    );
    administrator.account.gate().reset_count();
    let told = failed_without_an_update(&administrator);
    let error = format!("JupyterLab has {theirs} since this run began: somebody else changed it\n");
    has(
        &told,
        &[&error, "\nhint: look at it, and type the command again\n"],
    );
}

#[track_caller]
fn failed_without_an_update(administrator: &Administrator) -> Finished {
    let told = administrator.apply(&[]).exit(1);
    let gate = administrator.account.gate();
    assert!(
        !gate.names().contains(&"sagemaker:UpdateDomain".to_owned()),
        "{told}"
    );
    gate.clear_hook();
    administrator.apply(&[]).success();
    told
}

#[test]
fn an_update_that_shows_something_else_afterwards_is_an_error() {
    let administrator = Administrator::new();
    let ours = "studio-lifecycle-config/studio-mirror-jupyterlab-".to_owned();
    let words = [ours, "studio-lifecycle-config/other-".to_owned()];
    retold_after(&administrator, "sagemaker:UpdateDomain", DOMAIN, words);
    let told = failed(&administrator);
    has(
        &told,
        &[
            "SageMaker accepted the update of JupyterLab, but shows arn:aws:sagemaker:eu-west-1:",
            "\nhint: look at who changes it at the same time, and type the command again\n",
        ],
    );
}

#[test]
fn an_update_with_which_something_else_changed_is_an_error() {
    let administrator = Administrator::new();
    let group = administrator.network.security_group.clone();
    let words = [group, "sg-0123456789abcdef0".to_owned()];
    retold_after(&administrator, "sagemaker:UpdateDomain", DOMAIN, words);
    let told = failed(&administrator);
    has(
        &told,
        &[
            "the update of JupyterLab changed more of the Studio domain: DefaultUserSettings\n",
            "\nhint: somebody changed it at the same time, or AWS did: compare `aws sagemaker describe-domain` with what you know\n",
        ],
    );
}

#[test]
fn an_update_carries_the_slot_and_nothing_else() {
    let administrator = Administrator::with(
        json!({"DefaultSpaceSettings": {"ExecutionRole": "arn:aws:iam::111122223333:role/Shared"}}),
    );
    administrator.account.gate().reset_count();
    administrator
        .apply(&["--role-arn", &administrator.role])
        .success();
    let log = administrator.account.gate().log();
    let updates = log
        .iter()
        .filter(|passage| passage.action == "UpdateDomain");
    let leaves: BTreeSet<String> = updates
        .map(|passage| {
            let arn = passage
                .body
                .split('"')
                .find(|word| word.starts_with("arn:"));
            let body = passage.body.replace(arn.expect("an ARN"), "ARN");
            let sent: Value = serde_json::from_str(&body).expect("JSON");
            sent.to_string()
        })
        .collect();
    let leaf = |(settings, app): (&str, &str)| {
        let update =
            json!({"DomainId": STUDIO, settings: {app: {"BuiltInLifecycleConfigArn": "ARN"}}});
        update.to_string()
    };
    let expected = [
        ("DefaultUserSettings", "JupyterLabAppSettings"),
        ("DefaultUserSettings", "CodeEditorAppSettings"),
        ("DefaultSpaceSettings", "JupyterLabAppSettings"),
    ];
    assert_eq!(leaves, expected.map(leaf).into());
}

#[test]
fn a_lifecycle_configuration_with_another_script_is_not_attached() {
    let administrator = Administrator::new();
    let content = r#""StudioLifecycleConfigContent":""#;
    let words = [content.to_owned(), format!("{content}IyEvYmluL3No")];
    let describe = "sagemaker:DescribeStudioLifecycleConfig";
    retold_after(
        &administrator,
        "codeartifact:PublishPackageVersion",
        describe,
        words,
    );
    let told = failed_without_an_update(&administrator);
    has(
        &told,
        &[
            "the lifecycle configuration studio-mirror-jupyterlab-",
            " does not hold the script that its name stands for\n",
            "\nhint: somebody made it again: CloudTrail's CreateStudioLifecycleConfig says who; delete it, and type the command again\n",
        ],
    );
}
