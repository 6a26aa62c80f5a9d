//! What `scripts/release` made: each file does what it is for, with the programs that people use on it.
//!
//! The folder is `STUDIO_MIRROR_RELEASE`, else `target/ship` where `scripts/test` has it made.

#[path = "../support/mod.rs"]
mod support;

mod contents;
mod pages;
mod processor;
mod shells;
mod wheel;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::home::{Finished, Home};
use support::{checkout, tell_skipped};

const X86_64: &str = "x86_64-unknown-linux-musl";
const AARCH64: &str = "aarch64-unknown-linux-musl";

/// The folder, or nothing, said loudly, where nobody has made a release.
fn release(test: &str) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("STUDIO_MIRROR_RELEASE") {
        let named = PathBuf::from(named);
        assert!(
            named.join("SHA256SUMS").is_file(),
            "no release in {}",
            named.display()
        );
        return Some(named);
    }
    let usual = checkout().join("target/ship");
    if usual.join("SHA256SUMS").is_file() {
        return Some(usual);
    }
    tell_skipped(
        test,
        "no release in target/ship: scripts/release --out target/ship",
    );
    None
}

/// The shipped program for a target, and what stands beside it.
fn shipped(release: &Path, target: &str, extension: &str) -> PathBuf {
    let machine = target.split('-').next().expect("a processor");
    release.join(format!("studio-mirror-{machine}{extension}"))
}

fn run(home: &Home, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Finished {
    let mut command: Command = home.command(program);
    home.run(command.args(arguments))
}
