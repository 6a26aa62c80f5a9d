//! Upgrade day: the version before works at once, the new one comes in the background, and back again.

use super::*;
use support::binary_under_test;
use support::studio_space::possible;

fn stand_ins(space: &Space) -> [Version; 3] {
    let versions = ["1.0.0", "2.0.0", "3.0.0"].map(Version::stand_in);
    for version in &versions {
        publish(space, version);
    }
    versions
}

#[test]
fn the_version_before_runs_until_the_new_one_is_there() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let [first, second, third] = stand_ins(&space);
    start(&space, &script(&first, None));
    wait_for_the_end(&space);
    ran(&space);

    let upgraded = start(&space, &script(&second, Some(&first)));
    assert_says(
        &upgraded,
        &["still the version before 2.0.0", ": logged in"],
    );
    assert!(
        !upgraded.stdout.contains("fetched"),
        "nobody waits for it:\n{upgraded}"
    );
    assert!(!upgraded.stdout.contains("not running"), "{upgraded}");
    wait_for(&space, "version 2.0.0 is in place");
    wait_for_the_end(&space);
    assert_eq!(
        ran(&space),
        [
            "1.0.0 --version",
            "1.0.0 refresh --daemon",
            "1.0.0 login",
            "2.0.0 --version",
            "2.0.0 refresh --stop",
            "2.0.0 refresh --daemon"
        ]
    );
    assert_eq!(space.read(CACHED).into_bytes(), second.program);
    let next = start(&space, &script(&second, Some(&first)));
    assert!(!next.stdout.contains("version before"), "{next}");
    wait_for_the_end(&space);
    assert_eq!(
        ran(&space),
        ["2.0.0 --version", "2.0.0 refresh --daemon", "2.0.0 login"]
    );
    assert_eq!(downloads(&space), 2);

    space
        .sh(&format!("touch -d '2 hours ago' {VERSIONS}/*"))
        .success();
    start(&space, &script(&third, Some(&second)));
    wait_for_the_end(&space);
    let mut expected = vec![third.pin.sha256.clone(), second.pin.sha256.clone()];
    expected.sort();
    assert_eq!(
        kept(&space),
        expected,
        "of old ones, the version before alone stays"
    );
}

#[test]
fn going_back_needs_no_download() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let [first, second, _] = stand_ins(&space);
    start(&space, &script(&first, None));
    wait_for_the_end(&space);
    start(&space, &script(&second, Some(&first)));
    wait_for(&space, "version 2.0.0 is in place");
    wait_for_the_end(&space);
    ran(&space);
    // The script from before the upgrade has never heard of what is in place now.
    let back = start(&space, &script(&first, None));
    assert_says(&back, &["none of those pinned here", ": logged in"]);
    wait_for_the_end(&space);
    assert_eq!(
        ran(&space),
        ["1.0.0 --version", "1.0.0 refresh --daemon", "1.0.0 login"]
    );
    assert_eq!(downloads(&space), 2);
    // Both scripts may start in one home, one after the other, as apps of one space do.
    let forth = start(&space, &script(&second, None));
    assert_says(&forth, &["none of those pinned here", ": logged in"]);
    wait_for_the_end(&space);
    assert_eq!(downloads(&space), 2);
}

#[test]
fn a_new_version_that_does_not_come_changes_nothing_and_is_tried_at_the_next_start() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let [first, second, _] = stand_ins(&space);
    start(&space, &script(&first, None));
    wait_for_the_end(&space);
    ran(&space);
    space.admin(
        "faults",
        r#"[{"operation":"GetPackageVersionAsset","action":{"kind":"throttle"}}]"#,
    );
    let upgraded = start(&space, &script(&second, Some(&first)));
    assert_says(
        &upgraded,
        &["still the version before 2.0.0", ": logged in"],
    );
    wait_for(&space, "many spaces ask at once");
    wait_for(&space, "no version 2.0.0 until the next start");
    wait_for_the_end(&space);
    assert_eq!(
        ran(&space),
        ["1.0.0 --version", "1.0.0 refresh --daemon", "1.0.0 login"]
    );
    space.end_faults();
    start(&space, &script(&second, Some(&first)));
    wait_for(&space, "version 2.0.0 is in place");
}

#[test]
fn the_background_process_of_the_version_before_is_replaced() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let mut program = std::fs::read(binary_under_test()).expect("the binary is readable");
    let first = Version::new("1.0.0", program.clone());
    // Bytes behind the end of an executable are not looked at.
    program.extend(b"2.0.0");
    let second = Version::new("2.0.0", program);
    publish(&space, &first);
    publish(&space, &second);
    let daemon = || {
        let status = space.sh("studio-mirror status --output json").success();
        let status: serde_json::Value = serde_json::from_str(&status.stdout).expect("a document");
        assert_eq!(status["refresh"]["running"], true, "{status:#}");
        status["refresh"]["pid"].as_i64().expect("a process id")
    };
    start(&space, &script(&first, None));
    wait_for_the_end(&space);
    let before = daemon();
    let upgraded = start(&space, &script(&second, Some(&first)));
    assert_says(
        &upgraded,
        &["still the version before 2.0.0", ": logged in"],
    );
    wait_for(&space, "version 2.0.0 is in place");
    wait_for_the_end(&space);
    assert_ne!(daemon(), before, "the old one goes on");
    space.sh("pip install mirror-greeting").success();
    space.assert_no_leak(&["/home/sagemaker-user/on-start.sh", LOG]);
}

#[test]
fn a_new_version_that_does_not_run_takes_nobodys_place() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let [first, ..] = stand_ins(&space);
    let broken = Version::new("2.0.1", b"#!/bin/bash\nkill -SEGV $$\n".to_vec());
    publish(&space, &broken);
    start(&space, &script(&first, None));
    wait_for_the_end(&space);
    for fetched in [2, 3] {
        ran(&space);
        let upgraded = start(&space, &script(&broken, Some(&first)));
        assert_says(
            &upgraded,
            &["still the version before 2.0.1", ": logged in"],
        );
        wait_for(&space, "no version 2.0.1 until the next start");
        wait_for_the_end(&space);
        assert!(log(&space).contains("it does not run: "));
        assert_eq!(
            ran(&space),
            ["1.0.0 --version", "1.0.0 refresh --daemon", "1.0.0 login"]
        );
        assert_eq!(space.read(CACHED).into_bytes(), first.program);
        assert_eq!(downloads(&space), fetched, "not again and again");
    }
}

#[test]
fn a_first_version_that_does_not_run_is_told() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let broken = Version::new("1.0.1", b"#!/bin/bash\nkill -SEGV $$\n".to_vec());
    publish(&space, &broken);
    let started = start(&space, &script(&broken, None));
    assert_says(&started, &["it does not run: ", "(126)", "x86_64"]);
    wait_for_the_end(&space);
    assert!(!space.outside(CACHED).exists());
    assert!(kept(&space).is_empty());
}
