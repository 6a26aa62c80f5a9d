//! Every supported version of pip, uv and npm installs through the emulator after one `login`, and again once the
//! token has expired, while a watch looks for tokens where none may be.

mod support;

use std::path::PathBuf;
use std::process::Command;
use support::clients;
use support::home::Home;
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM};

/// Seconds a token lives here: longer than an install takes on a loaded machine, short enough to wait for.
const SHORT_LIFE: i64 = 12;

const PIP_CONF: &str = ".config/pip/pip.conf";
const UV_TOML: &str = ".config/uv/uv.toml";

#[test]
fn pip_23_1_asks_the_helper() {
    pip_with_helper("pip-23.1");
}

#[test]
fn pip_24_asks_the_helper() {
    pip_with_helper("pip-24");
}

#[test]
fn pip_25_asks_the_helper() {
    pip_with_helper("pip-25");
}

#[test]
fn pip_26_1_asks_the_helper() {
    pip_with_helper("pip-26.1");
}

#[test]
fn the_newest_pip_asks_the_helper() {
    pip_with_helper("pip-newest");
}

#[test]
fn pip_22_3_1_reads_the_token_from_its_file() {
    pip_with_token("pip-22.3.1");
}

#[test]
fn the_newest_pip_reads_the_token_from_its_file() {
    pip_with_token("pip-newest");
}

#[test]
fn uv_0_4_30_asks_the_helper() {
    uv_with_helper("uv-0.4.30");
}

#[test]
fn uv_0_6_asks_the_helper() {
    uv_with_helper("uv-0.6");
}

#[test]
fn the_newest_uv_asks_the_helper() {
    uv_with_helper("uv-newest");
}

#[test]
fn npm_10_reads_the_token_from_its_file() {
    npm("npm-10");
}

#[test]
fn npm_11_reads_the_token_from_its_file() {
    npm("npm-11");
}

#[test]
fn the_newest_npm_reads_the_token_from_its_file() {
    npm("npm-newest");
}

/// In a virtual environment, in a build of an sdist, and as `%pip` without a terminal; then with nobody's help again.
fn pip_with_helper(client: &str) {
    let mirror = Mirror::start();
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    mirror.let_tokens_live(SHORT_LIFE);
    mirror.login(&home, &["--tool", "pip"]).success();
    let python = home.venv_with_pip("venv", client);
    let pip = |arguments: &[&str]| {
        home.run(
            home.command(&python)
                .args(["-m", "pip", "install"])
                .args(arguments),
        )
    };

    pip(&["mirror-greeting"]).success();
    assert_imports(&home, &python, "mirror_greeting");
    // The build runs a second pip, which asks the helper for itself.
    pip(&["mirror-built"]).success();
    assert_imports(&home, &python, "mirror_built");
    mirror.wait_until_refused(&helper_token(&home, &mirror));

    // As %pip in a notebook: a session without a terminal, and nobody to ask.
    let mut cell = home.command("setsid");
    cell.args([
        "--wait",
        python.to_str().expect("a path in UTF-8"),
        "-m",
        "pip",
        "install",
    ]);
    home.run(
        cell.args(["--no-cache-dir", "mirror-farewell"])
            .env("PIP_NO_INPUT", "1"),
    )
    .success();
    assert_imports(&home, &python, "mirror_farewell");
    pip(&[
        "--no-cache-dir",
        "--force-reinstall",
        "mirror-built",
        "mirror-greeting",
    ])
    .success();
    home.assert_no_leak(&watch, &[PIP_CONF]);
}

/// What a pip without the helper needs: the token in its file, and a new `login` when it has expired.
fn pip_with_token(client: &str) {
    let mirror = Mirror::start();
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    mirror.let_tokens_live(SHORT_LIFE);
    let login = || {
        mirror
            .login(&home, &["--tool", "pip", "--auth", "token"])
            .success()
    };
    login();
    let python = home.venv_with_pip("venv", client);
    let pip = |arguments: &[&str]| {
        let mut pip = home.command(&python);
        home.run(
            pip.args(["-m", "pip", "install", "--no-cache-dir"])
                .args(arguments)
                .env("PIP_NO_INPUT", "1"),
        )
    };

    pip(&["mirror-greeting"]).success();
    assert_imports(&home, &python, "mirror_greeting");
    let file = home.read(PIP_CONF);
    let token = file
        .split_once("aws:")
        .and_then(|(_, rest)| rest.split_once('@'))
        .expect("aws:TOKEN@ in pip.conf")
        .0;
    mirror.wait_until_refused(token);
    pip(&["mirror-farewell"]).failure();
    login();
    pip(&["mirror-farewell"]).success();
    assert_imports(&home, &python, "mirror_farewell");
    // No build isolation here: with a token in the index URL, pip itself shows it in the build's command line.
    home.assert_no_leak(&watch, &[]);
}

/// `uv pip install`, a build of an sdist, and `uv add` in a project; then with nobody's help again.
fn uv_with_helper(client: &str) {
    let mirror = Mirror::start();
    let home = Home::new()
        .first_on_path(clients::bin("conda"))
        .first_on_path(clients::bin(client));
    let home = home_with_helper_first(home);
    let watch = LeakWatch::start(home.path());
    mirror.let_tokens_live(SHORT_LIFE);
    mirror.login(&home, &["--tool", "uv"]).success();
    let uv = |arguments: &[&str]| home.run(home.command("uv").args(arguments));
    uv(&["venv", "--python", base_python(), "venv"]).success();
    let python = home.join("venv/bin/python");
    let venv = python.to_str().expect("a path in UTF-8");

    uv(&[
        "pip",
        "install",
        "--python",
        venv,
        "mirror-greeting",
        "mirror-built",
    ])
    .success();
    assert_imports(&home, &python, "mirror_greeting");
    assert_imports(&home, &python, "mirror_built");
    home.write(
        "project/pyproject.toml",
        "[project]\nname = \"project\"\nversion = \"1\"\nrequires-python = \">=3.9\"\n",
    );
    uv(&[
        "add",
        "--python",
        base_python(),
        "--project",
        "project",
        "mirror-words",
    ])
    .success();
    mirror.wait_until_refused(&helper_token(&home, &mirror));

    uv(&[
        "pip",
        "install",
        "--no-cache",
        "--python",
        venv,
        "mirror-farewell",
    ])
    .success();
    assert_imports(&home, &python, "mirror_farewell");
    uv(&[
        "add",
        "--no-cache",
        "--python",
        base_python(),
        "--project",
        "project",
        "mirror-farewell",
    ])
    .success();
    let lock = home.read("project/uv.lock");
    assert!(
        lock.contains("mirror-farewell") && !lock.contains("aws@"),
        "uv.lock:\n{lock}"
    );
    home.assert_no_leak(
        &watch,
        &[UV_TOML, "project/uv.lock", "project/pyproject.toml"],
    );
}

/// A package with a dependency, and after the token has expired and one more `login`, another.
fn npm(client: &str) {
    let mirror = Mirror::start();
    let home = Home::new().first_on_path(clients::bin(client));
    let watch = LeakWatch::start(home.path());
    mirror.let_tokens_live(SHORT_LIFE);
    let login = || mirror.login(&home, &["--tool", "npm"]).success();
    login();
    home.write(
        "project/package.json",
        "{\"name\": \"project\", \"version\": \"1.0.0\"}",
    );
    let npm = |package: &str| {
        home.run(
            home.command("npm")
                .args(["install", "--fetch-retries=0", package])
                .current_dir(home.join("project")),
        )
    };

    npm("mirror-left").success();
    for package in ["mirror-left", "mirror-right"] {
        assert!(
            home.read(format!("project/node_modules/{package}/index.js"))
                .contains(package)
        );
    }
    let file = home.read(".npmrc");
    let token = file
        .lines()
        .find_map(|line| line.split_once(":_authToken="))
        .expect("an _authToken in .npmrc")
        .1;
    mirror.wait_until_refused(token.trim());
    npm("mirror-again").failure();
    login();
    npm("mirror-again").success();
    npm("@acme/mirror-scoped").success();
    assert!(
        home.read("project/node_modules/@acme/mirror-scoped/index.js")
            .contains("@acme/mirror-scoped")
    );
    home.assert_no_leak(&watch, &["project/package-lock.json"]);
}

/// A kernel-level look, which misses nothing: every program that starts while pip builds from source.
#[test]
fn no_program_of_a_build_is_started_with_a_token() {
    if Command::new("strace").arg("--version").output().is_err() {
        support::tell_skipped(
            "the look at every execve of a build",
            "strace is not installed",
        );
        return;
    }
    let mirror = Mirror::start();
    let home = Home::new();
    mirror.login(&home, &["--tool", "pip"]).success();
    let python = home.venv_with_pip("venv", "pip-newest");
    let log = home.join("execve.log");
    let mut strace = home.command("strace");
    strace
        .args([
            "-f",
            "-qq",
            "--seccomp-bpf",
            "--string-limit=100000",
            "--trace=execve",
            "--output",
        ])
        .arg(&log);
    home.run(
        strace
            .arg(&python)
            .args(["-m", "pip", "install", "mirror-built"]),
    )
    .success();
    let started = home.read("execve.log");
    assert!(
        started.matches("execve(").count() > 3 && started.contains("keyring"),
        "strace saw too little:\n{started}"
    );
    assert!(
        !support::leak_watch::holds_token(started.as_bytes()),
        "a token in a command line"
    );
}

#[test]
#[should_panic(expected = "command line: sh")]
fn the_watch_sees_a_token_in_a_command_line() {
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    // Lives until the watch has come by, whenever that is.
    let mut shell = home
        .command("sh")
        .args(["-c", "read line; :", "eyJ2ZXexample"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .expect("sh runs");
    support::wait_until(
        "a look at the process",
        std::time::Duration::from_secs(10),
        || watch.has_seen("eyJ2ZXexample"),
    );
    drop(shell.stdin.take());
    shell.wait().expect("our own child");
    home.assert_no_leak(&watch, &[]);
}

#[test]
#[should_panic(expected = "mode 0644")]
fn the_watch_sees_a_token_in_a_file_that_others_may_read() {
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    home.write("notes/today.txt", "it was eyJ2ZXexample");
    home.assert_no_leak(&watch, &[]);
}

#[test]
#[should_panic(expected = "output: it was")]
fn the_watch_sees_a_token_in_an_output() {
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    home.run(
        home.command("sh")
            .args(["-c", "printf 'it was eyJ2'; echo ZXexample"]),
    )
    .success();
    home.assert_no_leak(&watch, &[]);
}

/// uv takes the first `keyring` on PATH; here that is to be ours (tests/studio.rs has conda's first).
fn home_with_helper_first(home: Home) -> Home {
    let ours = home.join(".local/bin");
    home.first_on_path(ours)
}

fn base_python() -> &'static str {
    static PYTHON: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    PYTHON
        .get_or_init(clients::base_python)
        .to_str()
        .expect("a path in UTF-8")
}

/// The token that the helper gives out now, which is no older than any that it gave out before.
fn helper_token(home: &Home, mirror: &Mirror) -> String {
    let url = format!("{}simple/", mirror.endpoint("pypi", TEAM));
    let mut helper = home.command(home.join(".local/bin/keyring"));
    home.run_unheard(helper.args(["get", &url, "aws"]))
        .success()
        .stdout
        .trim()
        .to_owned()
}

fn assert_imports(home: &Home, python: &std::path::Path, module: &str) {
    home.run(
        home.command(python)
            .args(["-c", &format!("import {module}")]),
    )
    .success();
}
