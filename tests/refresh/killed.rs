//! `refresh --once`, killed at any instant: the file has the old token or the new one, whole, and the way back is never lost.

use std::os::unix::fs::PermissionsExt;
use std::process::Stdio;
use std::time::Instant;

use super::{NPMRC, is_valid, refresh, token_in};
use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::tree::{litter, user_files};

const KILLS: u32 = 240;

const MINE: &str = "; mine\nfund=false\n@acme:registry=https://npm.example/\n";

/// The cache gone, as after a restart of the space, so that every run has something to write.
fn forget_tokens(home: &Home) {
    let [_, runtime] = home.folders();
    for entry in std::fs::read_dir(runtime.join("studio-mirror")).expect("the cache") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|end| end == "json") {
            std::fs::remove_file(path).expect("ours");
        }
    }
}

#[test]
fn the_file_is_old_or_new_and_whole_and_logout_finds_the_way_back() {
    let mirror = Mirror::start();
    let home = Home::new();
    home.write(NPMRC, MINE);
    let before = user_files(home.path());
    mirror.login(&home, &["--tool", "npm"]).success();
    let first = home.read(NPMRC);
    let masked = first.replace(&token_in(&first), "TOKEN");
    forget_tokens(&home);
    let begun = Instant::now();
    refresh(&home, &["--once"]).success();
    let lasts = begun.elapsed();
    let (mut alive, mut renewed) = (0, 0);
    for kill in 0..KILLS {
        forget_tokens(&home);
        let last = token_in(&home.read(NPMRC));
        let mut command = home.command(binary_under_test());
        command
            .args(["refresh", "--once"])
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let mut child = command.spawn().expect("it starts");
        // Evenly over all of its run and a little more.
        let instant = lasts * (kill % 60) / 50;
        let wait = Instant::now();
        while wait.elapsed() < instant {
            std::hint::spin_loop();
        }
        alive += u32::from(child.try_wait().expect("our own child").is_none());
        child.kill().expect("our own child");
        child.wait().expect("our own child");
        let text = home.read(NPMRC);
        let token = token_in(&text);
        assert_eq!(text.replace(&token, "TOKEN"), masked);
        assert!(is_valid(&mirror, &token), "half a token");
        renewed += u32::from(token != last);
        let mode = std::fs::metadata(home.join(NPMRC))
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert!(
        alive > KILLS / 4,
        "{alive} of {KILLS} were killed on their way"
    );
    assert!(
        renewed > 0 && renewed < KILLS,
        "{renewed} of {KILLS} came through"
    );
    forget_tokens(&home);
    let last = token_in(&home.read(NPMRC));
    refresh(&home, &["--once"]).success();
    assert_ne!(
        token_in(&home.read(NPMRC)),
        last,
        "the last one is still known as ours"
    );
    home.run(home.command(binary_under_test()).arg("logout"))
        .success();
    assert_eq!(user_files(home.path()), before);
    assert_eq!(litter(home.path()), Vec::<std::path::PathBuf>::new());
}
