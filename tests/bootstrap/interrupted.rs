//! Killed at every call in turn: the next run finishes what this one began.

use crate::administrator::{Administrator, STUDIO, another_binary, shipped};
use crate::support::gate::{Passage, Verdict};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Runs at once; most of the time is LocalStack's.
const WORKERS: usize = 3;
const APPLY: [&str; 4] = ["apply", "--yes", "--studio-domain-id", STUDIO];

/// Which calls are counted.
type Counted = fn(&str) -> bool;

/// `words`, ended by a kill when the call `number` of those `counted` comes, before or after the service has done it. What came; `None` if
/// the command ended first.
fn killed_at(
    administrator: &Administrator,
    words: &[&str],
    (number, counted): (usize, Counted),
    verdict: Verdict,
) -> Option<String> {
    let gate = administrator.account.gate();
    let came = Arc::new(Mutex::new(None::<String>));
    let (seen, passed) = (came.clone(), AtomicUsize::new(0));
    gate.set_hook(move |passage: &Passage| {
        let mut seen = seen.lock().expect("no panic");
        if seen.is_some() {
            return Verdict::Reset;
        }
        let name = passage.name();
        let is_it = counted(&name) && passed.fetch_add(1, Ordering::SeqCst) + 1 == number;
        match is_it {
            false => Verdict::Pass,
            true => {
                *seen = Some(name);
                verdict.clone()
            }
        }
    });
    let mut command = administrator.command(words);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let name = || came.lock().expect("no panic").clone();
    loop {
        if name().is_some() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            break;
        }
        if let Some(status) = child.try_wait().expect("its state is known") {
            assert!(status.success());
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    gate.clear_hook();
    name()
}

/// Whether a call changes something, so that it matters if the service still did it.
fn changes(name: &str) -> bool {
    let action = name.split(':').next_back().unwrap_or_default();
    !["Describe", "Get", "List", "Detect"]
        .iter()
        .any(|read| action.starts_with(read))
}

/// What a space would start with is there.
fn starts(administrator: &Administrator, call: &str) {
    for app in ["JupyterLab", "CodeEditor"] {
        let attached = administrator.attached(app);
        assert!(
            attached.is_empty() || administrator.lifecycles().contains(&attached),
            "{call}"
        );
    }
}

/// What a run of ours left is not told as somebody's doing: whoever watches `plan` would look for an intruder.
fn not_by_hand(administrator: &Administrator, call: &str) {
    let told = administrator.plan(&[]);
    // CloudFormation may still be at work on what it was told.
    let is_busy = told.code() == 1 && told.stderr.contains("IN_PROGRESS");
    assert!(matches!(told.code(), 0 | 3) || is_busy, "{call}: {told}");
    assert!(!told.stdout.contains("Changed by hand"), "{call}: {told}");
}

fn try_apply(number: usize, counted: Counted, verdict: Verdict) -> Option<String> {
    let administrator = Administrator::new();
    let words = [&APPLY[..], &["--binary", shipped()]].concat();
    let name = killed_at(&administrator, &words, (number, counted), verdict)?;
    let call = format!("call {number}, {name}");
    starts(&administrator, &call);
    not_by_hand(&administrator, &call);
    administrator.apply(&[]).success();
    assert_eq!(administrator.endpoints().len(), 3, "{call}");
    assert_eq!(administrator.lifecycles().len(), 2, "{call}");
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{call}: {plan:#}");
    Some(name)
}

/// Has `attempt` made with 1, 2, 3… until the command ends first; both ways where a call changes something. What came.
fn all(attempt: impl Fn(usize, Verdict) -> Option<String> + Sync) -> BTreeSet<String> {
    let next = AtomicUsize::new(1);
    let seen = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(name) = attempt(number, Verdict::Reset) else {
                        break;
                    };
                    let is_new = seen.lock().expect("no panic").insert(name.clone());
                    if is_new && changes(&name) {
                        attempt(number, Verdict::LoseAnswer);
                    }
                }
            });
        }
    });
    seen.into_inner().expect("no panic")
}

#[test]
fn whatever_was_killed_is_finished_by_the_next_run() {
    let seen = all(|number, verdict| try_apply(number, |_| true, verdict));
    // What comes at a number depends on how often CloudFormation had to be asked.
    assert!(seen.len() > 10, "{seen:#?}");
}

#[test]
fn a_run_that_was_killed_at_a_change_is_finished_by_the_next_run() {
    let seen = all(|number, verdict| try_apply(number, changes, verdict));
    for name in [
        "cloudformation:CreateChangeSet",
        "cloudformation:ExecuteChangeSet",
        "codeartifact:PublishPackageVersion",
        "sagemaker:UpdateDomain",
    ] {
        assert!(seen.contains(name), "{seen:#?}");
    }
}

/// What is somebody else's: a lifecycle configuration in a slot, and a domain with a repository.
fn of_others(administrator: &Administrator) {
    let account = &administrator.account;
    let made = account.call(
        "sagemaker",
        "create_studio_lifecycle_config",
        json!({"StudioLifecycleConfigName": "theirs", "StudioLifecycleConfigAppType": "JupyterLab",
            "StudioLifecycleConfigContent": "IyEvYmluL2Jhc2gK"}),
    );
    let update = json!({"DomainId": STUDIO, "DefaultUserSettings": {
        "JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": made["StudioLifecycleConfigArn"]}}});
    account.call("sagemaker", "update_domain", update);
    account.call("codeartifact", "create_domain", json!({"domain": "theirs"}));
    let repository = json!({"domain": "theirs", "repository": "team"});
    account.call("codeartifact", "create_repository", repository);
}

/// The domains and repositories that are there.
fn packages(administrator: &Administrator) -> Vec<String> {
    let account = &administrator.account;
    let told = account.call("codeartifact", "list_domains", json!({}));
    let domains = told["domains"].as_array().expect("a list").iter();
    let domains = domains.map(|one| one["name"].to_string());
    let told = account.call("codeartifact", "list_repositories", json!({}));
    let repositories = told["repositories"].as_array().expect("a list").iter();
    let in_domain = |one: &Value| format!("{}/{}", one["domainName"], one["name"]);
    let mut all: Vec<String> = domains.chain(repositories.map(in_domain)).collect();
    all.sort();
    all
}

fn try_destroy(number: usize, verdict: Verdict) -> Option<String> {
    const DESTROY: [&str; 3] = ["destroy", "--yes", "--delete-packages"];
    let administrator = Administrator::new();
    of_others(&administrator);
    administrator
        .apply(&["--replace", "--internal", "acme-*"])
        .success();
    let name = killed_at(&administrator, &DESTROY, (number, changes), verdict)?;
    let call = format!("change {number}, {name}");
    starts(&administrator, &call);
    let told = administrator.run(&DESTROY);
    // The last thing may have been done already.
    assert!(
        told.code() == 0
            || told
                .stderr
                .contains("this account has no stacks of the name"),
        "{call}: {told:?}"
    );
    assert_eq!(administrator.stacks(), [""; 0], "{call}");
    assert_eq!(administrator.endpoints(), [""; 0], "{call}");
    assert_eq!(
        packages(&administrator),
        ["\"theirs\"", "\"theirs\"/\"team\""],
        "{call}"
    );
    assert_eq!(administrator.lifecycles(), ["theirs"], "{call}");
    assert_eq!(administrator.attached("JupyterLab"), "theirs", "{call}");
    assert_eq!(administrator.attached("CodeEditor"), "", "{call}");
    Some(name)
}

/// Between two changes nothing is different, whichever of the reading calls between them was the last.
#[test]
fn a_destruction_that_was_killed_is_finished_by_the_next_run() {
    let seen = all(try_destroy);
    for name in [
        "cloudformation:DeleteStack",
        "codeartifact:DeleteDomain",
        "codeartifact:DeleteRepository",
        "sagemaker:DeleteStudioLifecycleConfig",
        "sagemaker:UpdateDomain",
    ] {
        assert!(seen.contains(name), "{seen:#?}");
    }
}

fn try_rollback(number: usize, verdict: Verdict) -> Option<String> {
    const ROLLBACK: [&str; 2] = ["rollback", "--yes"];
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let apps = ["JupyterLab", "CodeEditor"];
    // Apps that still run hold on to the oldest version: there are three to go back to.
    let settings = &administrator.described()["DefaultUserSettings"];
    for app in apps {
        let arn = &settings[format!("{app}AppSettings")]["BuiltInLifecycleConfigArn"];
        let running = json!({"DomainId": STUDIO, "SpaceName": "old", "AppType": app, "AppName": "default",
            "BuiltInLifecycleConfigArn": arn});
        administrator.account.put_studio("app", running);
    }
    let upgrade = |name: &str| {
        let binary = another_binary(&administrator.home, name);
        let binary = binary.to_str().expect("text");
        administrator.apply(&["--binary", binary]).success();
        apps.map(|app| administrator.attached(app))
    };
    let second = upgrade("second");
    upgrade("third");
    assert_eq!(administrator.lifecycles().len(), 6);
    let name = killed_at(&administrator, &ROLLBACK, (number, changes), verdict)?;
    let call = format!("change {number}, {name}");
    starts(&administrator, &call);
    let told = administrator.run(&ROLLBACK);
    // The last thing may have been done already.
    assert!(
        told.code() == 0
            || told
                .stderr
                .contains("there is no earlier version to attach"),
        "{call}: {told:?}"
    );
    let attached = apps.map(|app| administrator.attached(app));
    assert_eq!(attached, second, "{call}");
    assert_eq!(administrator.lifecycles().len(), 6, "{call}");
    Some(name)
}

#[test]
fn a_rollback_that_was_killed_is_finished_by_the_next_run() {
    let seen = all(try_rollback);
    assert_eq!(seen, BTreeSet::from(["sagemaker:UpdateDomain".to_owned()]));
}
