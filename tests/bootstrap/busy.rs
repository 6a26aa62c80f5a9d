//! Somebody or something is at work already: waited for where that helps, and said where it does not.

use crate::administrator::{Administrator, STUDIO};
use crate::support::gate::{Gate, Verdict};
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Has CloudFormation say that the stack of spaces is in this state.
fn say(gate: &Gate, status: &'static str) {
    let body = format!(
        "<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>studio-mirror-consumer</StackName>\
         <StackId>arn:aws:cloudformation:eu-west-1:1:stack/studio-mirror-consumer/1</StackId><StackStatus>{status}</StackStatus>\
         <StackStatusReason>Role gone</StackStatusReason></member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    );
    gate.reset_count();
    gate.set_hook(move |passage| {
        let is_it = passage.action == "DescribeStacks"
            && passage.body.contains("StackName=studio-mirror-consumer");
        match is_it {
            true => Verdict::Answer(200, body.clone()),
            false => Verdict::Pass,
        }
    });
}

/// That nothing but reading calls came.
fn nothing_was_changed(gate: &Gate) {
    let names = gate.names();
    let reads = |name: &String| {
        ["Describe", "Get", "List"].iter().any(|read| {
            name.split(':')
                .nth(1)
                .is_some_and(|action| action.starts_with(read))
        })
    };
    assert!(names.iter().all(reads), "{names:#?}");
}

#[test]
fn a_plan_says_that_a_run_is_at_work() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let gate = administrator.account.gate();
    say(gate, "UPDATE_IN_PROGRESS");
    let told = administrator.plan(&[]);
    assert_eq!(told.code(), 1, "{told:?}");
    for words in [
        "the stack studio-mirror-consumer is UPDATE_IN_PROGRESS",
        "an earlier run is still at work",
        "hint: look again when it has ended: `studio-mirror bootstrap apply` waits",
    ] {
        assert!(told.stderr.contains(words), "no `{words}` in {told:?}");
    }
    nothing_was_changed(gate);
}

#[test]
fn a_stack_that_could_not_be_taken_back_is_led_out_by_the_command_shown() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let gate = administrator.account.gate();
    say(gate, "UPDATE_ROLLBACK_FAILED");
    for told in [administrator.plan(&[]), administrator.apply(&[])] {
        assert_eq!(told.code(), 1, "{told:?}");
        for words in [
            "the stack studio-mirror-consumer is UPDATE_ROLLBACK_FAILED",
            "Role gone",
            "`aws cloudformation continue-update-rollback --stack-name studio-mirror-consumer --region eu-west-1`",
        ] {
            assert!(told.stderr.contains(words), "no `{words}` in {told:?}");
        }
    }
    nothing_was_changed(gate);
}

/// Has the Studio domain be in this state.
fn is(administrator: &'static Administrator, status: &str) {
    let (network, role) = (&administrator.network, &administrator.role);
    let more = json!({"Status": status});
    let account = &administrator.account;
    account.studio_domain(STUDIO, network, role, more);
}

#[test]
fn an_update_of_the_studio_domain_is_waited_for() {
    let administrator: &'static Administrator = Box::leak(Box::new(Administrator::new()));
    let gate = administrator.account.gate();
    let looks = AtomicUsize::new(0);
    gate.set_hook(move |passage| {
        match passage.action.as_str() {
            "PublishPackageVersion" => {
                is(administrator, "Updating");
                looks.store(1, Ordering::SeqCst);
            }
            "DescribeDomain" if passage.service == "sagemaker" => {
                let before = looks.load(Ordering::SeqCst);
                if before > 0 && looks.fetch_add(1, Ordering::SeqCst) == 6 {
                    is(administrator, "InService");
                }
            }
            _ => {}
        }
        Verdict::Pass
    });
    let told = administrator.apply(&[]).success();
    assert!(
        told.stderr.contains("is Updating; waiting"),
        "it says what it waits for: {told:?}"
    );
    gate.clear_hook();
    let updates = gate
        .names()
        .iter()
        .filter(|name| *name == "sagemaker:UpdateDomain")
        .count();
    assert_eq!(updates, 2, "none was refused: {:#?}", gate.names());
    assert_eq!(administrator.plan(&[]).code(), 0);
}

#[test]
fn an_update_that_comes_in_between_is_waited_for() {
    let administrator: &'static Administrator = Box::leak(Box::new(Administrator::new()));
    let gate = administrator.account.gate();
    let step = AtomicUsize::new(0);
    gate.set_hook(move |passage| {
        let at = step.load(Ordering::SeqCst);
        match (passage.action.as_str(), at) {
            ("UpdateDomain", 0) => {
                is(administrator, "Updating");
                step.store(1, Ordering::SeqCst);
            }
            ("DescribeDomain", 1) if passage.service == "sagemaker" => {
                is(administrator, "InService");
                step.store(2, Ordering::SeqCst);
            }
            _ => {}
        }
        Verdict::Pass
    });
    administrator.apply(&[]).success();
    gate.clear_hook();
    assert_eq!(administrator.plan(&[]).code(), 0);
}
