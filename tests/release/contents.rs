//! The checksums, the lists of what is inside, the notices.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{AARCH64, X86_64, release, run, shipped};
use crate::support::home::Home;
use crate::support::{checkout, clients};

/// What a program that ships may have, in bytes.
const LIMIT: u64 = 6_250_000;

#[test]
fn every_file_is_in_the_checksums_and_as_they_say() {
    let Some(release) = release("every_file_is_in_the_checksums_and_as_they_say") else {
        return;
    };
    let home = Home::new();
    let mut check = home.command("sha256sum");
    check
        .args(["--check", "--strict", "--quiet", "SHA256SUMS"])
        .current_dir(&release);
    home.run(&mut check).success();
    let sums = std::fs::read_to_string(release.join("SHA256SUMS")).expect("the checksums");
    let named: BTreeSet<PathBuf> = sums
        .lines()
        .map(|line| line.split_once("  ").expect("a sum and a name").1.into())
        .chain(["SHA256SUMS".into()])
        .collect();
    assert_eq!(named, files_below(&release));
}

#[test]
fn what_ships_is_what_plain_cargo_makes_and_a_list_of_its_crates() {
    let Some(release) = release("what_ships_is_what_plain_cargo_makes_and_a_list_of_its_crates")
    else {
        return;
    };
    let home = Home::new();
    for target in [X86_64, AARCH64] {
        let plain = checkout()
            .join("target")
            .join(target)
            .join("release/studio-mirror");
        let rewritten = |flags: &[&str], from: &Path| {
            let into = home.join("rewritten");
            let mut objcopy = home
                .command(sysroot().join("lib/rustlib/x86_64-unknown-linux-gnu/bin/rust-objcopy"));
            objcopy
                .env("LD_LIBRARY_PATH", sysroot().join("lib"))
                .args(flags)
                .arg(from)
                .arg(&into);
            home.run(&mut objcopy).success();
            std::fs::read(into).expect("just written")
        };
        // It names sections in another order than the linker did; both are as it writes them.
        let bare = rewritten(
            &["--remove-section=.dep-v0"],
            &shipped(&release, target, ""),
        );
        assert!(
            bare == rewritten(&[], &plain),
            "the release holds another program than {}: an older one? scripts/release makes it anew",
            plain.display()
        );
        let size = std::fs::metadata(shipped(&release, target, ""))
            .expect("it is there")
            .len();
        assert!(size <= LIMIT, "{target}: {size} bytes");
    }
}

#[test]
fn bills_of_materials_are_valid_and_name_what_is_compiled() {
    let Some(release) = release("bills_of_materials_are_valid_and_name_what_is_compiled") else {
        return;
    };
    let home = Home::new();
    let validate = "import sys\n\
        from cyclonedx.schema import SchemaVersion\n\
        from cyclonedx.validation.json import JsonStrictValidator\n\
        sys.exit(JsonStrictValidator(SchemaVersion.V1_6).validate_str(open(sys.argv[1]).read()))";
    for target in [X86_64, AARCH64] {
        let file = shipped(&release, target, ".cdx.json");
        let mut python = home.command(clients::bin("cyclonedx").join("python"));
        home.run(python.args(["-c", validate]).arg(&file)).success();

        let bill: Value =
            serde_json::from_str(&std::fs::read_to_string(&file).expect("readable")).expect("JSON");
        let components = bill["components"].as_array().expect("components");
        let of_crates = |component: &&Value| component["purl"].is_string();
        let wanted_scope =
            |scope: &'static str| move |component: &&Value| component["scope"] == scope;
        let told: BTreeSet<String> = components
            .iter()
            .filter(of_crates)
            .map(name_and_version)
            .collect();
        assert_eq!(told, crates_of("normal,build", target));
        // A macro's own crates are in no binary.
        let linked: BTreeSet<String> = components
            .iter()
            .filter(of_crates)
            .filter(wanted_scope("required"))
            .map(name_and_version)
            .collect();
        assert_eq!(linked, crates_of("no-dev,no-build,no-proc-macro", target));
        let notices =
            std::fs::read_to_string(release.join("licenses/THIRD-PARTY.txt")).expect("the notices");
        for name in &linked {
            assert!(
                notices.contains(&format!("\n{name}: ")),
                "no licence of {name}"
            );
        }
        let sum = run(
            &home,
            "sha256sum",
            &[shipped(&release, target, "").to_str().expect("UTF-8")],
        )
        .success();
        assert_eq!(
            bill["metadata"]["component"]["hashes"][0]["content"],
            sum.stdout[..64]
        );
    }
}

#[test]
fn cargo_audit_reads_the_crates_inside_the_binaries() {
    let Some(release) = release("cargo_audit_reads_the_crates_inside_the_binaries") else {
        return;
    };
    let home = Home::new();
    // An empty database: no network here, and it is the list that counts.
    let database = home.join("advisories");
    std::fs::create_dir_all(database.join("crates")).expect("a folder");
    for target in [X86_64, AARCH64] {
        let binary = shipped(&release, target, "");
        let mut audit = home.command(clients::bin("cargo-audit").join("cargo-audit"));
        audit
            .args(["audit", "--no-fetch", "--json", "--db"])
            .arg(&database)
            .arg("bin")
            .arg(&binary);
        let told = home.run(&mut audit).success();
        let told: Value =
            serde_json::from_str(&told.stdout).unwrap_or_else(|why| panic!("{why}: {told}"));
        let count = told["lockfile"]["dependency-count"]
            .as_u64()
            .expect("a count");
        assert_eq!(count as usize, crates_of("normal,build", target).len() + 1);
    }
}

/// What cargo's own resolver has as dependencies of these kinds, as `name version`.
fn crates_of(kinds: &str, target: &str) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.args([
        "tree",
        "--locked",
        "--package",
        "studio-mirror",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ])
    .args(["--edges", kinds, "--target", target])
    .current_dir(checkout());
    let answer = tree.output().expect("cargo runs");
    assert!(
        answer.status.success(),
        "{}",
        String::from_utf8_lossy(&answer.stderr)
    );
    String::from_utf8(answer.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| {
            line.split(' ')
                .take(2)
                .collect::<Vec<_>>()
                .join(" ")
                .replacen(" v", " ", 1)
        })
        .filter(|line| !line.starts_with("studio-mirror "))
        .collect()
}

fn name_and_version(component: &Value) -> String {
    let text = |field: &str| component[field].as_str().expect("a string").to_owned();
    format!("{} {}", text("name"), text("version"))
}

fn sysroot() -> PathBuf {
    let answer = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(checkout())
        .output();
    let answer = String::from_utf8(answer.expect("rustc runs").stdout).expect("UTF-8");
    answer.trim().into()
}

fn files_below(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next)
            .expect("a folder of the release")
            .map(|entry| entry.expect("an entry"))
        {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.insert(
                    entry
                        .path()
                        .strip_prefix(folder)
                        .expect("below it")
                        .to_owned(),
                );
            }
        }
    }
    found
}
