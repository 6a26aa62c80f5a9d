//! The workshop of the integration tests: real clients, scratch homes, tiny packages, a watch for leaked tokens.
#![allow(dead_code)] // every test crate includes all of it and uses a part

pub mod clients;
pub mod cloud;
pub mod dockerfile;
pub mod failing;
pub mod gate;
pub mod home;
pub mod hostile;
pub mod image;
pub mod island;
pub mod lab;
pub mod leak_watch;
pub mod mirror;
pub mod own_files;
pub mod packages;
pub mod programs;
pub mod proxy;
pub mod studio_space;
pub mod tree;
pub mod wire;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The folder of the checkout.
pub fn checkout() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The `studio-mirror` under test: `STUDIO_MIRROR_BIN`, or what the documented release build leaves.
pub fn binary_under_test() -> PathBuf {
    let path = std::env::var_os("STUDIO_MIRROR_BIN").map_or_else(
        || checkout().join("target/x86_64-unknown-linux-musl/release/studio-mirror"),
        PathBuf::from,
    );
    assert!(
        path.is_file(),
        "no studio-mirror to test at {}: build it (cargo build --release --target x86_64-unknown-linux-musl) \
         or name one in STUDIO_MIRROR_BIN",
        path.display()
    );
    path
}

/// The emulator as a program.
pub fn emulator_binary() -> PathBuf {
    built_program("studio-mirror-emulator")
}

/// A program of the workspace: what cargo built beside this very test.
pub fn built_program(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the path of the running test");
    let path = test
        .ancestors()
        .nth(2)
        .expect("a test is in target/PROFILE/deps")
        .join(name);
    assert!(
        path.is_file(),
        "no {}: build it (cargo build -p {name})",
        path.display()
    );
    path
}

/// Asks again and again until the condition holds; panics with `what` once `limit` is over.
pub fn wait_until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(
            begun.elapsed() < limit,
            "waited {limit:?} in vain for: {what}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Says that a test did not happen, past the harness that would keep it from the terminal.
pub fn tell_skipped(test: &str, because: &str) {
    let line = format!("\n***** SKIPPED {test}: {because} *****\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
