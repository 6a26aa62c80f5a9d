//! A first login in a crowd: the account has no token to spare within the time that a start has. What needs none is set up,
//! and the background process does the rest.

use std::time::Duration;

use super::{Background, NPMRC, fault, is_valid, refresh, token_in};
use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::{binary_under_test, wait_until};

/// Between two tries while a token is wanted: half a minute and its spread, and as long as a try itself may take.
const LIMIT: Duration = Duration::from_secs(45 + 30);

/// Throttled with advice that no login has time for.
fn busy(mirror: &Mirror) {
    let action = serde_json::json!({ "kind": "throttle", "retryAfterSeconds": 7 });
    let throttled = serde_json::json!({ "operation": "GetAuthorizationToken", "action": action });
    mirror
        .emulator
        .add_faults(fault(throttled))
        .expect("a fault");
}

#[test]
fn what_had_no_token_at_the_start_is_logged_in_in_the_background() {
    let mirror = Mirror::start();
    let home = Home::new();
    home.write(NPMRC, "; mine\n");
    busy(&mirror);
    let _background = Background::start(&home);
    let login = mirror.login(&home, &[]).success();
    for words in ["waits for its token", "asks studio-mirror for its token"] {
        assert!(login.stdout.contains(words), "{login}");
    }
    for words in ["warning: ", "in the background"] {
        assert!(login.stderr.contains(words), "{login}");
    }
    assert_eq!(home.read(NPMRC), "; mine\n");
    mirror.emulator.clear_faults();
    wait_until("npm's login", LIMIT, || {
        home.read(NPMRC).contains("_authToken")
    });
    assert!(is_valid(&mirror, &token_in(&home.read(NPMRC))));
    let again = refresh(&home, &["--once"]).success();
    assert!(again.stdout.contains(NPMRC), "{again}");
}

#[test]
fn without_a_background_process_it_is_a_failure_with_the_next_step() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    busy(&mirror);
    let login = mirror.login(&home, &[]).failure();
    assert!(login.stdout.contains("NOT configured"), "{login}");
    let hint = "hint: run `studio-mirror login --tool npm` in a minute";
    assert!(login.stderr.contains(hint), "{login}");
    mirror.emulator.clear_faults();
    // It is remembered what was wanted.
    let mut next = home.command(binary_under_test());
    home.run(next.arg("login")).success();
    assert!(is_valid(&mirror, &token_in(&home.read(NPMRC))));
}

#[test]
fn a_tool_that_fails_for_a_reason_of_its_own_does_not_keep_the_account_busy() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    busy(&mirror);
    let background = Background::start(&home);
    mirror.login(&home, &[]).success();
    // Nothing can be written there: not for want of a token.
    std::fs::create_dir(home.join(NPMRC)).expect("a folder");
    mirror.emulator.clear_faults();
    let status = || {
        let mut status = home.command(binary_under_test());
        let done = home.run(status.args(["status", "--output", "json"]));
        let document: serde_json::Value = serde_json::from_str(&done.stdout).expect("a document");
        document["refresh"].clone()
    };
    wait_until("npm's failure", LIMIT, || {
        status()["last_error"].to_string().contains(NPMRC)
    });
    wait_until("peace", Duration::from_secs(5), || {
        status()["next_at"].is_null()
    });
    assert!(background.pid() > 0);
}
