//! Which background process looks after which home, and where it is found.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

use super::{Background, NPMRC, STATE, token_in};
use crate::support::home::{Finished, Home};
use crate::support::mirror::{LOGIN, Mirror};
use crate::support::{binary_under_test, wait_until};

const LIMIT: Duration = Duration::from_secs(20);

/// Another session's `XDG_RUNTIME_DIR`, in memory where the home's own is.
fn other_session(home: &Home) -> TempDir {
    let [_, runtime] = home.folders();
    let beside = runtime.parent().expect("a folder above it");
    let session = TempDir::with_prefix_in("run-", beside).expect("a scratch XDG_RUNTIME_DIR");
    std::fs::set_permissions(session.path(), PermissionsExt::from_mode(0o700)).expect("ours");
    session
}

/// `studio-mirror` in that session.
fn in_session(home: &Home, session: &Path, arguments: &[&str]) -> Finished {
    let mut command = home.command(binary_under_test());
    command.env("XDG_RUNTIME_DIR", session);
    home.run(command.args(arguments))
}

fn status_in(home: &Home, session: &Path) -> serde_json::Value {
    let status = in_session(home, session, &["status", "--output", "json"]).success();
    let document: serde_json::Value = serde_json::from_str(&status.stdout).expect("a document");
    document["refresh"].clone()
}

fn login_in(mirror: &Mirror, home: &Home, session: &Path, flags: &[&str]) {
    let mut login = home.command(binary_under_test());
    login
        .args(LOGIN)
        .args(["--tool", "npm"])
        .args(flags)
        .env("XDG_RUNTIME_DIR", session)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run(&mut login).success();
}

fn lives(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid).is_ok())
}

#[test]
fn a_login_of_another_session_is_looked_after_and_finds_the_process() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let other = other_session(&home);
    let background = Background::start(&home);
    let pid = background.pid();
    login_in(&mirror, &home, other.path(), &["--duration-seconds", "900"]);
    wait_until("its plan", LIMIT, || {
        !status_in(&home, other.path())["next_at"].is_null()
    });
    let told = status_in(&home, other.path());
    assert_eq!(told["pid"], pid);
    let record = only_record(&home);
    let number = |name: &str| record[name].as_i64().expect("a number");
    assert!(number("next_at") - number("started_at") < 900, "{record}");
    assert_eq!(record["home"].as_str(), home.path().to_str());
    let again = in_session(&home, other.path(), &["refresh", "--daemon"]).success();
    assert!(again.stdout.contains("already"), "{again}");
    let stopped = in_session(&home, other.path(), &["refresh", "--stop"]).success();
    assert!(stopped.stdout.starts_with("Stopped"), "{stopped}");
    wait_until("its end", LIMIT, || !lives(pid));
}

fn cache(session: &Path) -> PathBuf {
    session.join("studio-mirror")
}

fn only_record(home: &Home) -> serde_json::Value {
    let [_, runtime] = home.folders();
    let files = std::fs::read_dir(cache(&runtime)).expect("the cache");
    let files = files.map(|file| file.expect("a file").path());
    let mut records = files.filter(|path| path.extension().is_some_and(|end| end == "record"));
    let text = std::fs::read_to_string(records.next().expect("a record")).expect("a record");
    assert_eq!(records.next(), None);
    serde_json::from_str(&text).expect("JSON")
}

/// The folder of a session is gone with it, and another login takes another.
#[test]
fn it_goes_where_a_later_login_caches() {
    let mirror = Mirror::without_packages();
    mirror.let_tokens_live(4);
    let home = Home::new();
    let other = other_session(&home);
    let background = Background::start(&home);
    let pid = background.pid();
    let [_, runtime] = home.folders();
    std::fs::remove_dir_all(&runtime).expect("our own folder");
    login_in(&mirror, &home, other.path(), &[]);
    let new = cache(other.path());
    let state = home.read(STATE);
    assert!(state.contains(new.to_str().expect("UTF-8")), "{state}");
    wait_until("it to come", LIMIT, || {
        status_in(&home, other.path())["pid"] == pid
    });
    let first = token_in(&home.read(NPMRC));
    wait_until("a renewal", LIMIT, || token_in(&home.read(NPMRC)) != first);
    let stopped = in_session(&home, other.path(), &["refresh", "--stop"]).success();
    assert!(stopped.stdout.starts_with("Stopped"), "{stopped}");
    wait_until("its end", LIMIT, || !lives(pid));
}

#[test]
fn every_home_has_its_own() {
    let home = Home::new();
    let [_, session] = home.folders();
    let second = Home::new().env("XDG_RUNTIME_DIR", &session);
    let first_process = Background::start(&home);
    let start = in_session(&second, &session, &["refresh", "--daemon"]).success();
    let second_process = Background(&second);
    assert!(start.stdout.contains("from now on"), "{start}");
    let (one, other) = (first_process.pid(), second_process.pid());
    assert_ne!(one, other);
    in_session(&second, &session, &["refresh", "--stop"]).success();
    wait_until("its end", LIMIT, || !lives(other));
    assert!(lives(one));
}

/// A process that holds what the first versions lock, and says what they do of themselves.
struct FirstVersion(Child);

impl FirstVersion {
    fn start(cache: &Path) -> Self {
        let lock = cache.join("refresh.lock");
        let mut flock = Command::new("flock");
        flock.arg("--no-fork").arg(&lock).args(["sleep", "600"]);
        let process = Self(flock.spawn().expect("util-linux is there"));
        wait_until("its lock", LIMIT, || {
            let mut try_it = Command::new("flock");
            let tried = try_it.arg("-n").arg(&lock).arg("true").status();
            !tried.expect("it runs").success()
        });
        let record = serde_json::json!({ "pid": process.0.id(), "started_at": 1, "next_at": null, "last": null });
        std::fs::write(cache.join("refresh.record"), record.to_string()).expect("a record");
        process
    }
}

impl Drop for FirstVersion {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The number is of a process that has ended, or of a container that shares the folder: here it is somebody else's.
#[test]
fn a_number_that_is_another_process_here_is_left_in_peace() {
    let home = Home::new();
    let [_, session] = home.folders();
    // Which makes the cache.
    in_session(&home, &session, &["refresh", "--stop"]).success();
    let _holder = FirstVersion::start(&cache(&session));
    let mut bystander = Command::new("sleep").arg("600").spawn().expect("it starts");
    let record = serde_json::json!({ "pid": bystander.id(), "started_at": 1, "next_at": null, "last": null });
    std::fs::write(cache(&session).join("refresh.record"), record.to_string()).expect("a record");
    let stopped = in_session(&home, &session, &["refresh", "--stop"]);
    let is_alive = bystander.try_wait().expect("our own child").is_none();
    bystander.kill().expect("our own child");
    bystander.wait().expect("our own child");
    assert!(is_alive, "{stopped}");
    let stopped = stopped.exit(1);
    for said in ["runs elsewhere", "hint: "] {
        assert!(stopped.stderr.contains(said), "{stopped}");
    }
}

#[test]
fn after_an_upgrade_there_are_not_two() {
    let home = Home::new();
    let [_, session] = home.folders();
    let run = |flag: &str| in_session(&home, &session, &["refresh", flag]).success();
    run("--stop");
    std::fs::create_dir_all(cache(&session)).expect("the cache");
    let mut older = FirstVersion::start(&cache(&session));
    let started = run("--daemon");
    assert!(started.stdout.contains("already"), "{started}");
    assert_eq!(status_in(&home, &session)["pid"], older.0.id());
    // As the lifecycle script does it.
    let stopped = run("--stop");
    assert!(stopped.stdout.starts_with("Stopped"), "{stopped}");
    older.0.wait().expect("it was ended");
    let started = run("--daemon");
    let _background = Background(&home);
    assert!(started.stdout.contains("from now on"), "{started}");
}
