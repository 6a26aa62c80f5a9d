//! Credentials that end, requests that are too many, in the middle of an apply: told clearly, and the next run finishes.

use crate::administrator::Administrator;
use crate::support::gate::Verdict;
use crate::support::gate::refusal::Refusal;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// From the `nth` call of this name on, every answer is that the session is over.
fn expire(administrator: &Administrator, call: &'static str, nth: usize) {
    let (seen, is_over) = (AtomicUsize::new(0), AtomicBool::new(false));
    administrator.account.gate().set_hook(move |passage| {
        if passage.name() == call && seen.fetch_add(1, Ordering::SeqCst) + 1 == nth {
            is_over.store(true, Ordering::SeqCst);
        }
        match is_over.load(Ordering::SeqCst) {
            true => Refusal::Expired.of(passage),
            false => Verdict::Pass,
        }
    });
}

/// Where the credentials end, and what the command then says that stands.
const ENDS: [(&str, usize, &str); 10] = [
    ("sts:GetCallerIdentity", 1, ""),
    ("ec2:DescribeVpcs", 1, ""),
    ("iam:GetRole", 1, ""),
    ("cloudformation:CreateChangeSet", 2, ""),
    ("cloudformation:ExecuteChangeSet", 1, ""),
    // While the second stack is made.
    ("cloudformation:DescribeStackEvents", 4, ""),
    (
        "codeartifact:PublishPackageVersion",
        1,
        "the stack of the packages is made, but the binary could not be published",
    ),
    (
        "sagemaker:UpdateDomain",
        1,
        "the stacks are made and the binary is published, but not everything is attached",
    ),
    // Between the two slots.
    (
        "sagemaker:UpdateDomain",
        2,
        "the stacks are made and the binary is published, but not everything is attached",
    ),
    ("sagemaker:ListStudioLifecycleConfigs", 2, ""),
];

#[test]
fn credentials_that_end_midway_are_named_and_the_next_run_finishes() {
    for (call, nth, stands) in ENDS {
        let administrator = Administrator::new();
        expire(&administrator, call, nth);
        let told = administrator.apply(&[]).exit(1);
        administrator.account.gate().clear_hook();
        let at = format!("{call}, {nth}: {told}");
        let (error, hint) = told.stderr.split_once("\nhint: ").expect("a hint");
        assert!(error.contains("AWS does not accept access key "), "{at}");
        assert!(
            error.contains(": The security token included in the request is expired")
                || error.contains("RequestExpired: Request has expired."),
            "{at}"
        );
        assert!(error.starts_with(&format!("error: {stands}")), "{at}");
        assert_eq!(
            hint,
            "get new credentials (`aws sso login`, or renew the keys), and type the same command again: it goes on from here\n",
            "{at}"
        );
        administrator.apply(&[]).success();
        assert_eq!(administrator.endpoints().len(), 3, "{call}");
        assert_eq!(administrator.lifecycles().len(), 2, "{call}");
        let (code, plan) = administrator.plan_document(&[]);
        assert_eq!(code, 0, "{call}: {plan:#}");
    }
}

#[test]
fn every_call_that_is_throttled_once_is_made_again() {
    let administrator = Administrator::new();
    let throttled = Mutex::new(BTreeSet::new());
    let gate = administrator.account.gate();
    gate.set_hook(move |passage| {
        let is_first = throttled.lock().expect("no panic").insert(passage.name());
        match is_first {
            true => Refusal::Throttled.of(passage),
            false => Verdict::Pass,
        }
    });
    administrator.apply(&[]).success();
    gate.clear_hook();
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{plan:#}");
    assert_eq!(administrator.endpoints().len(), 3);
}

#[test]
fn throttling_without_an_end_is_said_and_nothing_is_left() {
    let administrator = Administrator::new();
    let before = administrator.account.everything();
    let gate = administrator.account.gate();
    gate.set_hook(|passage| match passage.name().as_str() {
        "cloudformation:CreateChangeSet" => Refusal::Throttled.of(passage),
        _ => Verdict::Pass,
    });
    let told = administrator.apply(&[]).exit(1);
    gate.clear_hook();
    assert_eq!(
        told.stderr,
        "error: CreateChangeSet: too many requests in this account and region\n  caused by: Throttling: Rate exceeded\n\
         hint: try again in a minute\n"
    );
    let asked = gate.names();
    let tries = asked
        .iter()
        .filter(|name| *name == "cloudformation:CreateChangeSet");
    assert_eq!(tries.count(), 4);
    administrator.account.assert_same(&before, &"");
}
