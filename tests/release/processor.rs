//! The binary for the other processor, in an emulation of it. `scripts/test` runs all tests of `login` with it too.

use super::{AARCH64, release, run, shipped};
use crate::support::home::Home;
use crate::support::tell_skipped;

#[test]
fn the_binary_for_aarch64_runs_there() {
    let Some(release) = release("the_binary_for_aarch64_runs_there") else {
        return;
    };
    let home = Home::new();
    let binary = shipped(&release, AARCH64, "");
    let binary = binary.to_str().expect("UTF-8");
    if !std::path::Path::new("/usr/bin/qemu-aarch64").exists() {
        tell_skipped(
            "the_binary_for_aarch64_runs_there",
            "no qemu-aarch64: run scripts/clients first",
        );
        return;
    }
    let version = run(&home, "qemu-aarch64", &[binary, "--version"]).success();
    assert_eq!(
        version.stdout,
        format!("studio-mirror {}\n", env!("CARGO_PKG_VERSION"))
    );
    let kind = run(
        &home,
        "readelf",
        &["--file-header", "--program-headers", binary],
    )
    .success();
    assert!(kind.stdout.contains("AArch64"), "{kind}");
    // Static: no other program loads it.
    assert!(!kind.stdout.contains("INTERP"), "{kind}");
}
