//! A space whose image and home have no studio-mirror yet.

use super::*;
use std::os::unix::fs::PermissionsExt;
use support::binary_under_test;
use support::studio_space::possible;

fn real() -> Version {
    let program = std::fs::read(binary_under_test()).expect("the binary is readable");
    Version::new("1.0.0", program)
}

#[test]
fn the_binary_is_fetched_once_and_packages_install() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let version = real();
    publish(&space, &version);
    let started = start(&space, &script(&version, None));
    assert_says(
        &started,
        &["fetched version 1.0.0 from team", ": logged in"],
    );
    for install in [
        "pip install mirror-greeting && python -c 'import mirror_greeting'",
        "studio-mirror status",
        "studio-mirror refresh --stop | grep Stopped",
    ] {
        space.sh(install).success();
    }
    let mode = std::fs::metadata(space.outside(CACHED)).expect("it is there");
    assert_eq!(mode.permissions().mode() & 0o7777, 0o755);
    assert_eq!(downloads(&space), 1);
    wait_for_the_end(&space);
    space.end_what_stayed();
    let again = start(&space, &script(&version, None));
    assert_says(&again, &[": logged in"]);
    wait_for_the_end(&space);
    assert_eq!(downloads(&space), 1, "what is there is not fetched again");
    space.assert_no_leak(&["/home/sagemaker-user/on-start.sh", LOG]);
}

#[test]
fn a_download_that_takes_too_long_comes_in_the_background_and_logs_in() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let version = real();
    publish(&space, &version);
    space.admin(
        "faults",
        r#"[{"operation":"GetPackageVersionAsset","times":1,"action":{"kind":"hang"}}]"#,
    );
    let started = start(&space, &in_time(&script(&version, None)));
    assert_says(
        &started,
        &[
            "no end after 6 seconds",
            "NOT logged in",
            "in the background",
        ],
    );
    wait_for(&space, "ended with 0");
    space.sh("pip install mirror-greeting").success();
    let status = space.sh("studio-mirror status --output json").success();
    let status: serde_json::Value = serde_json::from_str(&status.stdout).expect("a document");
    assert_eq!(status["refresh"]["running"], true, "{status:#}");
    space.assert_no_leak(&["/home/sagemaker-user/on-start.sh", LOG]);
}

#[test]
fn what_goes_on_in_the_background_holds_nothing_that_studio_may_wait_for() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let version = Version::stand_in("1.0.0");
    // Longer than a first download may take, five times.
    space.put_program("/opt/conda/bin/aws", b"#!/bin/bash\nexec sleep 8\n");
    space.put_program(&script_path(), in_time(&script(&version, None)).as_bytes());
    // `run` waits until nobody has the pipe open any more.
    let started = space.sh("exec ~/on-start.sh 3>&1 4>&1 17>&1");
    assert_says(&started, &["NOT logged in"]);
    assert!(started.lasted < HOLD_UP, "held up the space:\n{started}");
    assert!(space.runs(&script_path()), "nothing goes on");
}

#[test]
fn a_command_of_the_users_own_in_the_home_is_neither_run_nor_touched() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let version = Version::stand_in("1.0.0");
    publish(&space, &version);
    let own = format!("{HOME}/.local/bin/studio-mirror");
    space.put_program(&own, &stranger());
    start(&space, &script(&version, None));
    wait_for_the_end(&space);
    assert!(ran(&space).iter().all(|line| line.starts_with("1.0.0 ")));
    assert_eq!(space.read(&own).into_bytes(), stranger());
}

#[test]
fn the_download_says_for_which_version_it_is() {
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let version = Version::stand_in("1.0.0");
    publish(&space, &version);
    space
        .sh("mv /opt/conda/bin/aws /opt/conda/bin/aws.own")
        .success();
    let listening = "#!/bin/bash\nexec aws.own --debug \"$@\" 2>>~/debug\n";
    space.put_program("/opt/conda/bin/aws", listening.as_bytes());
    start(&space, &script(&version, None));
    wait_for_the_end(&space);
    let debug = space.read(&format!("{HOME}/debug"));
    let sent = debug.lines().find(|line| line.contains("'User-Agent': "));
    let sent = sent.expect("a request");
    assert!(sent.contains("app/studio-mirror-1.0.0"), "{sent}");
}
