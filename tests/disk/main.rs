//! Full disks, folders that cannot be written, homes that are missing, shared memory that somebody else prepared,
//! and readers that go away: a clear error, nothing lost.
#![allow(clippy::print_stdout)] // figures

mod caches;
mod full;
mod homes;
#[path = "../support/mod.rs"]
mod support;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use support::binary_under_test;
use support::home::{Finished, Home};
use support::mirror::{LOGIN, Mirror};

const PIP_CONF: &str = ".config/pip/pip.conf";
const NPMRC: &str = ".npmrc";

/// Whether this machine lets us mount; says loudly what is not tested if not.
fn can_mount() -> bool {
    let can = is_root()
        && Command::new("unshare")
            .args(["-m", "mount", "-t", "tmpfs", "none", "/mnt"])
            .status()
            .is_ok_and(|status| status.success());
    if !can {
        support::tell_skipped(
            "full and read-only disks",
            "they need root and `unshare -m mount`",
        );
    }
    can
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs `script` in a mount namespace of its own; in it `$HOME` is the home, `"$@"` the program under test with `arguments`.
fn in_namespace(mirror: &Mirror, home: &Home, script: &str, arguments: &[&str]) -> Finished {
    let mut command = home.command("unshare");
    command
        .args(["-m", "sh", "-euc", script, "sh"])
        .arg(binary_under_test())
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run(&mut command)
}

fn set_mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(bits)).expect("our own");
}

/// A failure in the user's terms: these parts, an error and a hint.
#[track_caller]
fn assert_clear(finished: &Finished, parts: &[&str]) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    for part in parts.iter().chain(&["error: ", "hint: "]) {
        assert!(finished.stderr.contains(part), "{part}: {finished}");
    }
    assert!(!finished.stderr.contains("panicked"), "{finished}");
}
