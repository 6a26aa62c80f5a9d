//! `refresh --once`.

use std::os::unix::fs::PermissionsExt;

use super::{NPMRC, fault, is_valid, refresh, token_in};
use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::leak_watch::LeakWatch;
use crate::support::mirror::Mirror;
use crate::support::tree::user_files;

/// Seconds: long enough for a loaded machine to look at a token before it ends.
const SHORT_LIFE: i64 = 8;

const MINE: &str = "; mine\r\nfund=false\r\n@acme:registry=https://npm.example/\r\n";

#[test]
fn an_expired_token_is_replaced_and_every_other_byte_stays() {
    let mirror = Mirror::start();
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    home.write(NPMRC, MINE);
    let before = user_files(home.path());
    mirror.let_tokens_live(SHORT_LIFE);
    mirror.login(&home, &["--tool", "npm,pip"]).success();
    let first = home.read(NPMRC);
    let old = token_in(&first);
    mirror.wait_until_refused(&old);

    let finished = refresh(&home, &[]).success();
    assert!(finished.stdout.contains("~/.npmrc"), "{finished}");
    assert!(finished.stdout.contains("has a new token"), "{finished}");
    let second = home.read(NPMRC);
    let new = token_in(&second);
    assert!(is_valid(&mirror, &new));
    assert_eq!(second, first.replace(&old, &new));
    let mode = std::fs::metadata(home.join(NPMRC)).expect("it is there");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);

    let finished = refresh(&home, &["--once"]).success();
    assert!(
        finished.stdout.contains("has a token good for"),
        "{finished}"
    );
    assert_eq!(home.read(NPMRC), second);
    home.assert_no_leak(&watch, &[]);
    home.run(home.command(binary_under_test()).arg("logout"))
        .success();
    assert_eq!(user_files(home.path()), before);
}

#[test]
fn a_users_edits_win() {
    let mirror = Mirror::start();
    let home = Home::new();
    mirror.let_tokens_live(SHORT_LIFE);
    mirror.login(&home, &["--tool", "npm"]).success();
    let old = token_in(&home.read(NPMRC));
    mirror.wait_until_refused(&old);
    // Other lines: they stay, and the token is renewed.
    home.write(
        NPMRC,
        format!("# later\n{}save-exact=true\n", home.read(NPMRC)),
    );
    refresh(&home, &["--once"]).success();
    let text = home.read(NPMRC);
    let second = token_in(&text);
    assert_ne!(second, old);
    assert!(text.starts_with("# later\n") && text.ends_with("save-exact=true\n"));
    // The token itself: theirs stays, now and later.
    mirror.wait_until_refused(&second);
    let theirs = text.replace(&second, "their-own");
    home.write(NPMRC, &theirs);
    let finished = refresh(&home, &["--once"]).success();
    assert!(finished.stdout.contains("was edited"), "{finished}");
    assert_eq!(home.read(NPMRC), theirs);
    let finished = refresh(&home, &["--once"]).success();
    assert_eq!(finished.stdout, "No file holds a token.\n");
    // Until a login.
    mirror.login(&home, &["--tool", "npm"]).success();
    assert!(is_valid(&mirror, &token_in(&home.read(NPMRC))));
}

#[test]
fn a_failure_says_why_and_leaves_the_file() {
    let mirror = Mirror::start();
    let home = Home::new();
    mirror.let_tokens_live(SHORT_LIFE);
    mirror.login(&home, &["--tool", "npm"]).success();
    let text = home.read(NPMRC);
    mirror.wait_until_refused(&token_in(&text));
    let deny = serde_json::json!({ "operation": "GetAuthorizationToken",
        "action": { "kind": "deny", "layer": "identity" } });
    mirror.emulator.add_faults(fault(deny)).expect("a fault");
    let finished = refresh(&home, &["--once"]).exit(1);
    assert!(
        finished.stderr.contains(": access denied for"),
        "{finished}"
    );
    assert!(finished.stderr.contains("hint: "), "{finished}");
    assert_eq!(home.read(NPMRC), text);
}

#[test]
fn what_a_refresh_that_was_killed_left_behind_is_renewed_too() {
    let mirror = Mirror::start();
    let home = Home::new();
    home.write(NPMRC, MINE);
    let before = user_files(home.path());
    mirror.let_tokens_live(SHORT_LIFE);
    mirror.login(&home, &["--tool", "npm"]).success();
    let first = home.read(NPMRC);
    mirror.wait_until_refused(&token_in(&first));
    refresh(&home, &["--once"]).success();
    let second = home.read(NPMRC);
    // As after a kill between the state and the file: the state knows the second token, the file has the first.
    home.write(NPMRC, &first);
    refresh(&home, &["--once"]).success();
    assert_eq!(home.read(NPMRC), second);
    home.write(NPMRC, &first);
    home.run(home.command(binary_under_test()).arg("logout"))
        .success();
    assert_eq!(home.read(NPMRC), MINE);
    assert_eq!(
        user_files(home.path()).keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
}

/// swift, poetry and gradle have a file with the address and another one with the token.
#[test]
fn a_file_that_never_had_a_token_is_not_called_edited() {
    let mirror = Mirror::start();
    for (tool, file) in [
        ("swift", "~/.netrc"),
        ("poetry", "~/.config/pypoetry/auth.toml"),
        ("gradle", "~/.gradle/init.d/studio-mirror.properties"),
    ] {
        let home = Home::new();
        let flags = ["--tool", tool, "--auth", "token"];
        mirror.login(&home, &flags).success();
        let finished = refresh(&home, &["--output", "json"]).success();
        let report: serde_json::Value = serde_json::from_str(&finished.stdout).expect("a document");
        let files = report["files"].as_array().expect("a list");
        let said: Vec<_> = files
            .iter()
            .map(|one| (&one["file"], &one["state"]))
            .collect();
        assert_eq!(said, [(&file.into(), &"fresh".into())], "{finished}");
    }
}

#[test]
fn nothing_held_is_nothing_to_do_and_asks_nobody() {
    let mirror = Mirror::start();
    let home = Home::new();
    let finished = refresh(&home, &[]).success();
    assert_eq!(finished.stdout, "No file holds a token.\n");
    mirror.login(&home, &["--tool", "pip,uv"]).success();
    let asked = mirror.emulator.requests().len();
    refresh(&home, &[]).success();
    assert_eq!(mirror.emulator.requests().len(), asked);
}

#[test]
fn flags_that_contradict_each_other_are_wrong_usage() {
    let home = Home::new();
    refresh(&home, &["--once", "--daemon"]).exit(2);
}
