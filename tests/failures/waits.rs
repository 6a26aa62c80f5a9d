//! How long a throttled or ill service is waited for.

use crate::support::failing::LIMIT;
use crate::support::home::{Finished, Home};
use crate::support::wire::Api;
use crate::{faulty, status};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use studio_mirror_emulator::Action;

#[test]
fn a_throttled_login_comes_again_when_it_was_told_to() {
    let api = faulty(
        "GetAuthorizationToken",
        Some(2),
        Action::Throttle {
            retry_after_seconds: Some(2),
        },
    );
    let home = Home::new();
    let finished = api.login(&home, &[]).success();
    assert!(finished.lasted < LIMIT, "{finished}");
    let asked: Vec<f64> = api
        .emulator
        .requests()
        .iter()
        .filter(|request| request.operation == "GetAuthorizationToken")
        .map(|request| request.at)
        .collect();
    assert_eq!(asked.len(), 3);
    for pair in asked.windows(2) {
        let gap = pair[1] - pair[0];
        assert!(
            (2.0..3.5).contains(&gap),
            "came again after {gap:.2} s, told 2"
        );
    }
}

/// What a login says whose token may come later: the helper's tools are set up, npm is not.
const NPM_LATER: &str = "error: npm is not configured: there is no token yet to put into its file\n\
                         hint: run `studio-mirror login --tool npm` in a minute\n";

/// Such a login failed in time; once the service is well, the helper has its token with no login in between.
#[track_caller]
fn assert_later(api: &Api, home: &Home, finished: &Finished, stderr: &str) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    assert_eq!(
        finished.stderr,
        format!("{stderr}{NPM_LATER}"),
        "{finished}"
    );
    assert!(finished.lasted < LIMIT, "{finished}");
    assert!(home.join(".config/pip/pip.conf").exists() && !home.join(".npmrc").exists());
    api.emulator.clear_faults();
    let mut ask = home.command(home.join(".local/bin/keyring"));
    let token = home
        .run_unheard(ask.args(["get", &api.index(), "aws"]))
        .success();
    assert!(api.accepts(token.stdout.trim()));
}

#[test]
fn a_wait_beyond_the_limit_is_not_begun() {
    let api = faulty(
        "GetAuthorizationToken",
        None,
        Action::Throttle {
            retry_after_seconds: Some(60),
        },
    );
    let home = Home::new();
    let finished = api.login(&home, &[]);
    assert!(finished.lasted < Duration::from_secs(2), "{finished}");
    assert_later(
        &api,
        &home,
        &finished,
        "error: GetAuthorizationToken: too many requests in this account and region\n  \
         caused by: ThrottlingException: Rate exceeded\n\
         hint: try again in a minute; GetAuthorizationToken has a quota of 40 a second\n",
    );
}

#[test]
fn a_service_that_stays_ill_is_given_up_in_time() {
    let api = faulty(
        "GetAuthorizationToken",
        None,
        status(500, "InternalServerException", "oops"),
    );
    let home = Home::new();
    let finished = api.login(&home, &[]);
    assert_later(
        &api,
        &home,
        &finished,
        "error: GetAuthorizationToken: 127.0.0.1 failed\n  \
         caused by: InternalServerException: oops\n\
         hint: try again in a minute\n",
    );
}

#[test]
fn a_service_that_recovers_is_asked_until_it_does() {
    for action in [
        status(500, "InternalServerException", "oops"),
        status(503, "ServiceUnavailable", ""),
        Action::Throttle {
            retry_after_seconds: None,
        },
        Action::Drop,
        Action::Reset,
    ] {
        let api = faulty("GetAuthorizationToken", Some(2), action.clone());
        let home = Home::new();
        api.login(&home, &[]).success();
        assert_eq!(api.emulator.count("GetAuthorizationToken"), 3, "{action:?}");
    }
}

#[test]
fn two_hundred_helpers_under_the_quota_all_get_their_token() {
    let api = Api::start();
    let first = Home::new();
    api.login(&first, &["--tool", "pip"]).success();
    let state: serde_json::Value =
        serde_json::from_str(&first.read(".local/state/studio-mirror/state.json")).expect("JSON");
    // Two hundred spaces of one account: the same login, and no cache in common.
    let homes = tempfile::tempdir().expect("a scratch folder");
    for number in 0..200 {
        let home = homes.path().join(number.to_string());
        let mut state = state.clone();
        let cache = home.join(".cache/studio-mirror/tokens");
        state["cache"] = cache.to_str().expect("UTF-8").into();
        let folder = home.join(".local/state/studio-mirror");
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("state.json");
        std::fs::write(&file, state.to_string()).expect("a file");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).expect("our own file");
    }
    api.emulator.set_quota(Some(40));
    let before = api.emulator.count("GetAuthorizationToken");
    let begun = Instant::now();
    let children: Vec<_> = (0..200)
        .map(|number| {
            let mut ask = first.command(first.join(".local/bin/keyring"));
            ask.args(["get", &api.index(), "aws"])
                .env("HOME", homes.path().join(number.to_string()))
                .env_remove("XDG_RUNTIME_DIR")
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .expect("the helper runs")
        })
        .collect();
    let mut tokens = std::collections::BTreeSet::new();
    for child in children {
        let output = child.wait_with_output().expect("our own child");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "a helper went without: {stderr}");
        tokens.insert(output.stdout);
    }
    let took = begun.elapsed();
    let asked = api.emulator.count("GetAuthorizationToken") - before;
    assert_eq!(tokens.len(), 200);
    assert!(asked > 200, "the quota was never felt");
    // 40 a second leave 160 for later: no faster than 4 seconds, and no storm on the way.
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(asked < 200 * 8, "{asked} requests for 200 tokens");
}
