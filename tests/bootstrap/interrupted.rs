//! Killed at every call in turn: the next run finishes what this one began.

use crate::administrator::{Administrator, STUDIO, shipped};
use crate::support::gate::Verdict;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// `apply`, ended by a kill when call `number` comes; whether it came so far.
fn killed_at(administrator: &Administrator, number: usize) -> bool {
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
    gate.set_hook(move |passage| match passage.number >= number {
        true => {
            seen.store(true, Ordering::SeqCst);
            Verdict::Reset
        }
        false => Verdict::Pass,
    });
    let mut child = administrator.command(&words).spawn().expect("it runs");
    loop {
        if came.load(Ordering::SeqCst) {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
            gate.clear_hook();
            return true;
        }
        if let Some(status) = child.try_wait().expect("its state is known") {
            assert!(status.success());
            gate.clear_hook();
            return false;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn whatever_was_killed_is_finished_by_the_next_run() {
    let mut number = 1;
    loop {
        let administrator = Administrator::new();
        if !killed_at(&administrator, number) {
            break;
        }
        // What a space would start with is there.
        for app in ["JupyterLab", "CodeEditor"] {
            let attached = administrator.attached(app);
            assert!(
                attached.is_empty() || administrator.lifecycles().contains(&attached),
                "call {number}"
            );
        }
        administrator.apply(&[]).success();
        assert_eq!(administrator.endpoints().len(), 3, "call {number}");
        assert_eq!(administrator.lifecycles().len(), 2, "call {number}");
        let (code, plan) = administrator.plan_document(&[]);
        assert_eq!(code, 0, "call {number}: {plan:#}");
        number += 1;
    }
    assert!(number > 20, "{number}");
}
