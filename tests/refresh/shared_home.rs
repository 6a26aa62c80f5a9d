//! Two containers that share a home, each with its own memory and so its own cache: neither undoes what the other wrote.

use std::process::Command;

use rustix::process::{Pid, Signal, kill_process};

use super::{NPMRC, STATE, refresh, token_in};
use crate::support::home::Home;
use crate::support::mirror::{LOGIN, Mirror};
use crate::support::{binary_under_test, tell_skipped};

/// What ends with the test, however that ends.
struct Container(Pid);

impl Drop for Container {
    fn drop(&mut self) {
        let _ = kill_process(self.0, Signal::TERM);
    }
}

/// Runs `script` in a container that has the home and memory of its own, and starts the background process there; when that
/// will renew, in seconds from now.
fn renews_in(mirror: &Mirror, home: &Home, script: &str) -> (Container, i64) {
    // What it tells is there as soon as it runs, and the plan a moment later.
    let script = format!(
        "mount -t tmpfs -o mode=1777 none /dev/shm; unset XDG_RUNTIME_DIR; {script}; \"$0\" refresh --daemon >&2; \
         until grep -q 'next_at\":[0-9]' /dev/shm/studio-mirror-*/refresh*.record; do sleep 0.01; done; \
         cat /dev/shm/studio-mirror-*/refresh*.record"
    );
    let mut unshare = home.command("unshare");
    unshare
        .args(["-m", "sh", "-euc", &script])
        .arg(binary_under_test())
        .args(LOGIN)
        .args(["--tool", "npm"])
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    let done = home.run(&mut unshare).success();
    let record: serde_json::Value = serde_json::from_str(&done.stdout).expect("a record");
    let number = |name: &str| record[name].as_i64().expect("a number");
    let pid = i32::try_from(number("pid")).ok().and_then(Pid::from_raw);
    let container = Container(pid.expect("a process id"));
    (container, number("next_at") - number("started_at"))
}

#[test]
fn the_young_token_that_the_other_container_wrote_is_left_alone() {
    let can_mount = rustix::process::geteuid().is_root()
        && Command::new("unshare")
            .args(["-m", "true"])
            .status()
            .is_ok_and(|status| status.success());
    if !can_mount {
        tell_skipped("two containers with one home", "it needs `unshare -m`");
        return;
    }
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let (_first, renews) = renews_in(&mirror, &home, "\"$0\" \"$@\" >&2");
    assert!(renews > 3_600, "{renews}");
    let text = home.read(NPMRC);
    let (_second, renews) = renews_in(&mirror, &home, ":");
    assert!(renews > 3_600, "{renews}");
    assert_eq!(home.read(NPMRC), text);
    assert_eq!(mirror.emulator.count("GetAuthorizationToken"), 1);
}

#[test]
fn an_older_versions_state_is_read_and_gets_what_it_lacks() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "npm"]).success();
    let written = home.read(STATE);
    let mut state: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    let lives = state
        .as_object_mut()
        .and_then(|state| state.remove("lives"));
    assert!(lives.is_some(), "{written}");
    home.write(STATE, state.to_string());
    let token = token_in(&home.read(NPMRC));
    let renewed = refresh(&home, &["--once"]).success();
    assert!(renewed.stdout.contains("has a token good for"), "{renewed}");
    assert_eq!(token_in(&home.read(NPMRC)), token);
    assert_eq!(home.read(STATE), written);
}
