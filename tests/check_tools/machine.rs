//! What the tools depend on beside their own files.

use std::os::unix::fs::PermissionsExt;

use crate::bench::{Bench, close};
use crate::support::clients;
use crate::support::home::Finished;
use crate::support::mirror::TEAM;
use crate::support::programs::write_script;

const FOREIGN: &str = "#!/bin/sh\necho no such password >&2\nexit 1\n";

fn install(bench: &Bench) -> Finished {
    let target = bench.home.join("installed");
    let _ = std::fs::remove_dir_all(&target);
    let mut uv = bench.command("uv");
    uv.args(["pip", "install", "--no-cache", "mirror-words", "--target"])
        .arg(&target);
    bench.home.run(&mut uv)
}

fn with_uv() -> Bench {
    Bench::new("uv", &[&clients::bin("uv-newest")])
}

#[test]
fn a_foreign_keyring_first_on_path() {
    let mut bench = with_uv();
    write_script(&bench.home.join("tools/keyring"), FOREIGN);
    let path = format!("{}:{}", bench.home.join("tools").display(), bench.path());
    bench.set("PATH", path);
    install(&bench).failure();
    let (detail, fix) = bench.assert_one_failure("keyring.first");
    assert!(detail.contains("~/tools/keyring, which uv ask"), "{detail}");
    assert!(
        fix.contains("export PATH=\"$HOME/.local/bin:$PATH\""),
        "{fix}"
    );
    install(&bench).success();
}

#[test]
fn a_keyring_with_a_password_of_its_own() {
    let mut bench = with_uv();
    write_script(
        &bench.home.join("tools/keyring"),
        "#!/bin/sh\necho old-password\n",
    );
    let path = format!("{}:{}", bench.home.join("tools").display(), bench.path());
    bench.set("PATH", path);
    install(&bench).failure();
    let (detail, _) = bench.assert_one_failure("keyring.first");
    assert!(detail.contains("another password"), "{detail}");
    install(&bench).success();
}

#[test]
fn no_keyring_on_path() {
    let mut bench = with_uv();
    bench.set(
        "PATH",
        format!("{}:/usr/bin:/bin", clients::bin("uv-newest").display()),
    );
    install(&bench).failure();
    let (detail, _) = bench.assert_one_failure("keyring.first");
    assert!(detail.contains("no `keyring` on PATH"), "{detail}");
    install(&bench).success();
}

#[test]
fn pythons_keyring_reaches_us_unless_a_variable_says_otherwise() {
    let mut bench = with_uv();
    let python = clients::bin("keyring");
    bench.set("PATH", format!("{}:{}", python.display(), bench.path()));
    install(&bench).success();
    bench.assert_fine();
    bench.set("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring");
    install(&bench).failure();
    let checked = bench.check(&[]);
    checked.assert_open(&["keyring.first"], &[]);
}

#[test]
fn pip_passes_over_its_own_environments_keyring() {
    let mut bench = Bench::with_pip("pip-newest", &["--tool", "pip"]);
    write_script(&bench.home.join("venv/bin/keyring"), FOREIGN);
    bench
        .run("python", &["-m", "pip", "install", "mirror-words"])
        .success();
    bench.assert_fine();
    // Another folder's is not passed over.
    write_script(&bench.home.join("tools/keyring"), FOREIGN);
    let path = format!("{}:{}", bench.home.join("tools").display(), bench.path());
    bench.set("PATH", path);
    let again = [
        "-m",
        "pip",
        "install",
        "--no-cache-dir",
        "--force-reinstall",
        "mirror-words",
    ];
    bench.run("python", &again).failure();
    bench.assert_one_failure("keyring.first");
    bench.run("python", &again).success();
}

#[test]
fn a_file_with_a_token_that_others_may_read() {
    let mut bench = Bench::new("npm", &[&clients::bin("npm-newest")]);
    std::fs::set_permissions(bench.home.join(".npmrc"), PermissionsExt::from_mode(0o644)).unwrap();
    let (detail, fix) = bench.assert_one_warning("files.modes");
    assert!(detail.contains("~/.npmrc (0644)"), "{detail}");
    assert!(fix.contains("chmod 600 ~/.npmrc"), "{fix}");
}

#[test]
fn tokens_of_earlier_logins() {
    let mut bench = Bench::with_pip("pip-newest", &["--tool", "pip"]);
    let url = format!(
        "http://aws:eyJ2ZXIiOjF9.old@{}simple/",
        &bench.mirror.endpoint("pypi", TEAM)[7..]
    );
    close(
        &bench
            .home
            .write(".pip/pip.conf", format!("[global]\nindex-url = {url}\n")),
    );
    let (detail, fix) = bench.assert_one_warning("files.old-tokens");
    assert!(detail.contains("~/.pip/pip.conf line 2"), "{detail}");
    assert!(fix.contains("sed -i '2d' ~/.pip/pip.conf"), "{fix}");
}

#[test]
fn the_background_process_and_its_last_failure() {
    let bench = Bench::new("npm", &[&clients::bin("npm-newest")]);
    // Where nothing tells the token's age, the last login does.
    bench.forget_tokens();
    bench.assert_fine();
    let state = bench.home.join(".local/state/studio-mirror/state.json");
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(7 * 3_600);
    let file = std::fs::File::options().append(true).open(state).unwrap();
    file.set_modified(long_ago).unwrap();
    let checked = bench.check(&[]);
    checked.assert_open(&[], &["daemon.running"]);
    let start = ["refresh", "--daemon"];
    bench.home.studio_mirror(start).success();
    crate::support::wait_until(
        "the background process",
        std::time::Duration::from_secs(20),
        || bench.check(&[]).is_ok("daemon.running"),
    );
    bench.home.studio_mirror(["refresh", "--stop"]).success();
}

#[test]
fn the_lifecycle_log() {
    let mut bench = with_uv();
    let log = ".cache/studio-mirror/lifecycle.log";
    bench.home.write(
        log,
        b"studio-mirror: 0.1.0\ncaf\xe9\nerror: access denied\nstudio-mirror: ended with 1\n",
    );
    let checked = bench.check(&[]);
    checked.assert_open(&[], &["lifecycle.log"]);
    let (detail, _) = checked.told("lifecycle.log");
    assert!(
        detail.contains("ended with 1: error: access denied"),
        "{detail}"
    );
    bench.home.write(log, "studio-mirror: 0.1.0\n");
    let (detail, _) = bench.check(&[]).told("lifecycle.log");
    assert!(detail.contains("stopped before its end"), "{detail}");
    bench
        .home
        .write(log, "Logged in\nstudio-mirror: ended with 0\n");
    bench.set("LANG", "C.UTF-8");
    bench.assert_fine();
}

#[test]
fn a_keyring_that_has_no_token_to_give_is_not_the_cause() {
    let mut bench = with_uv();
    let python = clients::bin("keyring");
    bench.set("PATH", format!("{}:{}", python.display(), bench.path()));
    bench.forget_tokens();
    bench.set("AWS_SECRET_ACCESS_KEY", "wrong");
    bench.set("AWS_ACCESS_KEY_ID", "AKIAWRONGWRONGWRONG1");
    let checked = bench.check(&[]);
    assert_eq!(checked.code, Some(1));
    assert!(
        !checked.report.to_string().contains("gives no token"),
        "{:#}",
        checked.report
    );
}
