//! Killed at every call in turn: the next run finishes what this one began.

use crate::administrator::{Administrator, STUDIO, shipped};
use crate::support::gate::Verdict;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Runs at once; most of the time is LocalStack's.
const WORKERS: usize = 3;

/// `apply`, ended by a kill when call `number` comes, before or after the service has done it. What came; `None` if it ended first.
fn killed_at(administrator: &Administrator, number: usize, verdict: Verdict) -> Option<String> {
    let gate = administrator.account.gate();
    gate.reset_count();
    let words = [
        "apply",
        "--yes",
        "--studio-domain-id",
        STUDIO,
        "--binary",
        shipped(),
    ];
    let came = Arc::new(AtomicBool::new(false));
    let seen = came.clone();
    gate.set_hook(move |passage| {
        if passage.number < number {
            return Verdict::Pass;
        }
        seen.store(true, Ordering::SeqCst);
        match passage.number == number {
            true => verdict.clone(),
            false => Verdict::Reset,
        }
    });
    let mut command = administrator.command(&words);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it runs");
    let ended = loop {
        if came.load(Ordering::SeqCst) {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            break false;
        }
        if let Some(status) = child.try_wait().expect("its state is known") {
            assert!(status.success());
            break true;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    gate.clear_hook();
    (!ended).then(|| gate.names()[number - 1].clone())
}

/// Whether a call changes something, so that it matters if the service still did it.
fn changes(name: &str) -> bool {
    let action = name.split(':').next_back().unwrap_or_default();
    !["Describe", "Get", "List", "Detect"]
        .iter()
        .any(|read| action.starts_with(read))
}

fn try_at(number: usize, verdict: Verdict) -> Option<String> {
    let administrator = Administrator::new();
    let name = killed_at(&administrator, number, verdict)?;
    let call = format!("call {number}, {name}");
    // What a space would start with is there.
    for app in ["JupyterLab", "CodeEditor"] {
        let attached = administrator.attached(app);
        assert!(
            attached.is_empty() || administrator.lifecycles().contains(&attached),
            "{call}"
        );
    }
    administrator.apply(&[]).success();
    assert_eq!(administrator.endpoints().len(), 3, "{call}");
    assert_eq!(administrator.lifecycles().len(), 2, "{call}");
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{call}: {plan:#}");
    Some(name)
}

#[test]
fn whatever_was_killed_is_finished_by_the_next_run() {
    let next = AtomicUsize::new(1);
    let seen = Mutex::new(BTreeSet::new());
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::SeqCst);
                    let Some(name) = try_at(number, Verdict::Reset) else {
                        break;
                    };
                    let is_new = seen.lock().expect("no panic").insert(name.clone());
                    if is_new && changes(&name) {
                        try_at(number, Verdict::LoseAnswer);
                    }
                }
            });
        }
    });
    let seen = seen.into_inner().expect("no panic");
    for name in [
        "cloudformation:CreateChangeSet",
        "cloudformation:ExecuteChangeSet",
        "codeartifact:PublishPackageVersion",
        "sagemaker:UpdateDomain",
    ] {
        assert!(seen.contains(name), "{seen:#?}");
    }
}
