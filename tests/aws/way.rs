//! A run from its beginning to its end, and two that do not come there.

use crate::person::Person;
use crate::support::gate::Passage;
use crate::support::leak_watch::holds_token;
use crate::support::{checkout, clients, tell_skipped};
use rustix::process::{Pid, Signal, geteuid, kill_process};
use serde_json::{Value, json};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};

/// Machines have consoles, which only root can give them here.
fn possible() -> bool {
    let able = geteuid().is_root();
    if !able {
        tell_skipped("a run of the smoke test", "a machine's console needs root");
    }
    able
}

fn verdicts(report: &Value, verdict: &str) -> Vec<String> {
    let rows = report["rows"].as_array().expect("rows").iter();
    let these = rows.filter(|row| row["verdict"] == verdict);
    these
        .map(|row| row["id"].as_str().expect("an id").to_owned())
        .collect()
}

#[test]
fn a_run_settles_what_it_can_and_leaves_nothing() {
    if !possible() {
        return;
    }
    let person = Person::new();
    let before = person.account.everything();
    let told = person.run(&["--yes"]);
    let report = person.report();
    assert_eq!(verdicts(&report, "differs"), [""; 0], "{told}");
    // No name leads to the emulator.
    assert_eq!(verdicts(&report, "open"), ["api-dns"], "{told}");
    assert_eq!(told.code(), 0, "{told}");
    person.account.assert_same(&before, &told);
    for said in ["account 3", "region eu-west-1", "Cost: about 0.08 USD"] {
        assert!(told.stdout.contains(said), "{told}");
    }
    assert_eq!(person.machines.consoles().len(), 2);
    nothing_found_holds_a_token(&person);
    person.account.gate().clear_hook();
    accepted_by_botocore(&person);
    permitted(&person.account.gate().log());
}

/// Consoles are read by others; what was on them is in the run's folder.
fn nothing_found_holds_a_token(person: &Person) {
    let files = person.found();
    assert!(files.len() > 20, "{files:?}");
    for file in files {
        let bytes = std::fs::read(&file).expect("it is readable");
        assert!(!holds_token(&bytes), "{}", file.display());
    }
}

fn accepted_by_botocore(person: &Person) {
    let home = &person.home;
    let log = home.write("requests.jsonl", person.account.gate().judge_log());
    let python = clients::bin("aws").join("python");
    let judge = checkout().join("tests/emulator/judge.py");
    home.run(home.command(python).arg(judge).arg(log)).success();
}

/// What is asked of AWS stands in the policy that the documents show.
fn permitted(log: &[Passage]) {
    let actions = crate::parts::permitted_actions();
    for passage in log {
        let name = passage.name();
        assert!(
            // Everybody may ask this, and it is no permission.
            name == "sts:GetCallerIdentity" || actions.contains(&name),
            "no permission for {name}"
        );
    }
}

/// Starts a run that tells when it first calls `action` itself, or bootstrap changes something by it.
fn up_to(person: &Person, action: &'static str) -> (Child, Receiver<()>) {
    let (told, heard) = channel();
    let told = std::sync::Mutex::new(Some(told));
    person.machines.tell(move |passage| {
        let mut told = told.lock().expect("no panic");
        if passage.action == action
            && (passage.user_agent.contains("aws-cli") || passage.changes())
            && let Some(told) = told.take()
        {
            let _ = told.send(());
        }
    });
    let run = person
        .command(&["--yes"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("bash runs");
    (run, heard)
}

#[test]
fn a_run_that_is_stopped_takes_away_what_it_made() {
    let person = Person::new();
    let before = person.account.everything();
    let (run, heard) = up_to(&person, "ExecuteChangeSet");
    heard.recv().expect("it comes that far");
    kill_process(Pid::from_child(&run), Signal::INT).expect("a signal");
    let ended = run.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&ended.stdout);
    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("ok       destroy"), "{said}");
    person.account.assert_same(&before, &said);
}

#[test]
fn what_a_killed_run_left_is_found_and_taken_away() {
    let person = Person::new();
    let before = person.account.everything();
    let (mut run, heard) = up_to(&person, "AssumeRole");
    heard.recv().expect("it comes that far");
    run.kill().expect("it is killed");
    run.wait().expect("it ends");
    packages_without_a_stack(&person);
    let told = person.run(&["--clean-up", "--yes"]).success();
    assert!(
        told.stdout.contains("there is something of: smoke-"),
        "{told}"
    );
    person.account.assert_same(&before, &told);
    let told = person.run(&["--clean-up"]).success();
    assert!(told.stdout.starts_with("Nothing of any run"), "{told}");
}

/// As a deletion leaves them that was broken off.
fn packages_without_a_stack(person: &Person) {
    let account = &person.account;
    let stacks = account.call("cloudformation", "describe_stacks", json!({}));
    let scratch = stacks["Stacks"][0]["StackName"].as_str().expect("a name");
    let run = scratch.trim_end_matches("-scratch");
    account.call("codeartifact", "create_domain", json!({"domain": run}));
    let team = json!({"domain": run, "repository": "team"});
    account.call("codeartifact", "create_repository", team);
}
