//! One call not permitted, each in turn: the plan says which and what to allow, and nothing is done.

use super::{Administrator, STUDIO, shipped};
use crate::support::gate::Verdict;
use crate::support::gate::refusal::Refusal;
use serde_json::json;
use std::collections::BTreeSet;

/// Has this call refused, and every other let through.
fn deny(administrator: &Administrator, call: &str) {
    let call = call.to_owned();
    administrator
        .account
        .gate()
        .set_hook(move |passage| match passage.name() == call {
            true => Refusal::Denied.of(passage),
            false => Verdict::Pass,
        });
}

/// The calls of a plan, each once.
fn calls(administrator: &Administrator) -> BTreeSet<String> {
    let gate = administrator.account.gate();
    gate.reset_count();
    administrator.plan(&[]);
    gate.names().into_iter().collect()
}

fn with_everything() -> Administrator {
    let administrator = Administrator::new();
    let profile = json!({"DomainId": STUDIO, "UserProfileName": "ann", "UserSettings": {}});
    administrator.account.put_studio("user-profile", profile);
    administrator
}

/// How a plan takes its own traces away; without them they stay, and the next plan does it.
const AFTER_A_CHANGE_SET: [&str; 2] = [
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",
];
/// A plan is one without CloudFormation's look at drift.
const ABOUT_DRIFT: [&str; 3] = [
    "cloudformation:DetectStackDrift",
    "cloudformation:DescribeStackDriftDetectionStatus",
    "cloudformation:DescribeStackResourceDrifts",
];

#[test]
fn each_call_of_a_plan_that_is_refused_is_named_with_what_allows_it() {
    let administrator = with_everything();
    let before = administrator.account.everything();
    let calls = calls(&administrator);
    assert!(calls.len() >= 18, "{calls:#?}");
    for call in &calls {
        if AFTER_A_CHANGE_SET.contains(&call.as_str()) {
            continue;
        }
        deny(&administrator, call);
        for words in [&["plan"][..], &["apply", "--yes"]] {
            let usual = ["--studio-domain-id", STUDIO, "--binary", shipped()];
            let told = administrator.run(&[words, &usual].concat()).exit(1);
            let action = call.split(':').nth(1).expect("an action");
            let first = format!("error: {action}: access denied for ");
            let hint = format!("must allow {call}");
            assert!(
                told.stderr.starts_with(&first) && told.stderr.contains(&hint),
                "{call}: {told}"
            );
        }
        administrator.account.gate().clear_hook();
        administrator.account.assert_same(&before, call);
    }
}

#[test]
fn what_stands_is_told_apart_from_what_may_not_be_looked_at() {
    let administrator = with_everything();
    administrator.apply(&[]).success();
    let calls = calls(&administrator);
    let before = administrator.account.everything();
    for call in [
        "cloudformation:GetTemplate",
        "cloudformation:ListStackResources",
        "cloudformation:ListChangeSets",
    ] {
        assert!(calls.contains(call), "{calls:#?}");
    }
    for call in &calls {
        if AFTER_A_CHANGE_SET.contains(&call.as_str()) {
            continue;
        }
        deny(&administrator, call);
        let told = administrator.plan(&[]);
        administrator.account.gate().clear_hook();
        if ABOUT_DRIFT.contains(&call.as_str()) {
            let said = super::section(&told, "Changed by hand");
            assert!(
                said.contains("? could not be looked at: studio-mirror-packages: "),
                "{call}: {told}"
            );
            assert_eq!(told.code(), 0, "{call}: {told}");
        } else {
            let hint = format!("must allow {call}");
            assert!(
                told.code() == 1 && told.stderr.contains(&hint),
                "{call}: {told}"
            );
        }
        administrator.account.assert_same(&before, call);
    }
}

#[test]
fn traces_that_may_not_be_taken_away_are_said_and_taken_away_by_the_next_plan() {
    let administrator = with_everything();
    let before = administrator.account.everything();
    for call in AFTER_A_CHANGE_SET {
        deny(&administrator, call);
        let told = administrator.plan(&[]).exit(1);
        assert!(
            told.stderr.contains(&format!("must allow {call}")),
            "{told}"
        );
        administrator.account.gate().clear_hook();
        administrator.plan(&[]).exit(3);
        administrator.account.assert_same(&before, &"");
    }
}

#[test]
fn a_change_set_that_a_run_left_is_taken_away_by_the_next() {
    let administrator = with_everything();
    administrator.apply(&[]).success();
    let before = administrator.account.everything();
    deny(&administrator, "cloudformation:DeleteChangeSet");
    administrator.plan(&["--internal", "acme-*"]).exit(1);
    administrator.account.gate().clear_hook();
    administrator.plan(&[]).exit(0);
    administrator.account.assert_same(&before, &"");
}

#[test]
fn who_may_do_nothing_yet_is_told_what_to_ask_for() {
    let administrator = Administrator::new();
    let gate = administrator.account.gate();
    gate.set_hook(|passage| Refusal::Denied.of(passage));
    let owner = ["--domain-owner", "111122223333", "--binary", shipped()];
    let asked = ["plan", "--permissions", "--studio-domain-id", STUDIO];
    let told = administrator.run(&[&asked[..], &owner].concat()).success();
    let policy: serde_json::Value = serde_json::from_str(&told.stdout).expect("a policy");
    let all = policy.to_string();
    for action in [
        "cloudformation:CreateChangeSet",
        "sagemaker:UpdateDomain",
        "codeartifact:CreateDomain",
    ] {
        assert!(all.contains(action), "{action}: {told}");
    }
    assert!(
        told.stderr
            .contains("these credentials may not look at what is there"),
        "{told}"
    );
    gate.clear_hook();
}
