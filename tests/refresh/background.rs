//! `refresh --daemon`: starting, ending, and what it costs while it sleeps.

use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::{Duration, Instant};

use super::{Background, NPMRC, STATE, is_valid, refresh, token_in};
use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::{binary_under_test, wait_until};

/// Of `/proc/PID/FILE` the words of the line that starts with `name`.
fn proc_words(pid: i32, file: &str, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/{file}")).expect("it lives");
    let line = text.lines().find(|line| line.starts_with(name));
    let words = line.unwrap_or_default().split_whitespace().skip(1);
    words.map(str::to_owned).collect()
}

fn is_alive(pid: i32) -> bool {
    std::path::Path::new(&format!("/proc/{pid}/stat")).exists()
}

#[test]
fn one_runs_however_many_are_started_at_once() {
    let home = Home::new();
    let _stop = Background(&home);
    let starts: Vec<_> = (0..12)
        .map(|_| {
            let mut start = home.command(binary_under_test());
            start
                .args(["refresh", "--daemon"])
                .stdout(Stdio::piped())
                .spawn()
                .expect("it starts")
        })
        .collect();
    let mut new = 0;
    for start in starts {
        let done = start.wait_with_output().expect("it ends");
        assert!(done.status.success());
        let said = String::from_utf8(done.stdout).expect("UTF-8");
        new += usize::from(said.contains("from now on"));
    }
    assert_eq!(new, 1);
    let finished = refresh(&home, &["--daemon"]).success();
    assert!(finished.stdout.contains("already"), "{finished}");
    let finished = refresh(&home, &["--stop"]).success();
    assert!(finished.stdout.starts_with("Stopped"), "{finished}");
    let finished = refresh(&home, &["--stop"]).success();
    assert_eq!(finished.stdout, "No background process runs.\n");
}

#[test]
fn it_leaves_the_starters_session_streams_and_open_files() {
    let home = Home::new();
    let mut start = home.command("bash");
    // As Studio's runner, which reads its pipe to the end; and one more that bash leaves open.
    start.args([
        "-c",
        "exec 7>&1; \"$0\" refresh --daemon >/dev/null; echo started",
        binary_under_test().to_str().expect("a path in UTF-8"),
    ]);
    let mut start = start.stdout(Stdio::piped()).spawn().expect("bash starts");
    let background = Background(&home);
    let begun = Instant::now();
    let mut said = String::new();
    let stdout = start.stdout.as_mut().expect("a pipe");
    stdout.read_to_string(&mut said).expect("its end comes");
    assert!(begun.elapsed() < Duration::from_secs(10));
    start.wait().expect("bash ends");
    assert_eq!(said, "started\n");
    let pid = background.pid();
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
    let fields: Vec<&str> = stat
        .rsplit(')')
        .next()
        .expect("fields")
        .split_whitespace()
        .collect();
    // proc_pid_stat(5): session (6) and controlling terminal (7), counted from behind the name (2).
    assert_eq!((fields[3], fields[4]), (pid.to_string().as_str(), "0"));
    for fd in std::fs::read_dir(format!("/proc/{pid}/fd")).expect("its files") {
        let fd = fd.expect("a file").path();
        let leads_to = std::fs::read_link(&fd).expect("an open file");
        let leads_to = leads_to.to_string_lossy().into_owned();
        let ours = leads_to == "/dev/null"
            || leads_to.starts_with("anon_inode:")
            || (leads_to.contains("/refresh-") && leads_to.ends_with(".lock"));
        assert!(ours, "{} is {leads_to}", fd.display());
    }
    let cwd = std::fs::read_link(format!("/proc/{pid}/cwd")).expect("a folder");
    assert_eq!(cwd.to_str(), Some("/"));
}

#[test]
fn it_takes_up_a_later_login_and_ends_with_the_last_logout() {
    let mirror = Mirror::start();
    let home = Home::new();
    let background = Background::start(&home);
    let pid = background.pid();
    mirror.let_tokens_live(4);
    mirror.login(&home, &["--tool", "npm"]).success();
    let first = token_in(&home.read(NPMRC));
    wait_until("a renewal", Duration::from_secs(20), || {
        token_in(&home.read(NPMRC)) != first
    });
    assert!(is_valid(&mirror, &token_in(&home.read(NPMRC))));
    let status = home.run(home.command(binary_under_test()).arg("status"));
    assert!(
        status.stdout.contains(&format!("(process {pid})")),
        "{status}"
    );
    home.run(home.command(binary_under_test()).arg("logout"))
        .success();
    wait_until("its end", Duration::from_secs(20), || !is_alive(pid));
    assert_eq!(record(&home), None);
}

/// Where the process tells of itself.
fn record(home: &Home) -> Option<PathBuf> {
    let [_, runtime] = home.folders();
    let files = std::fs::read_dir(runtime.join("studio-mirror")).expect("the cache");
    let mut files = files.map(|file| file.expect("a file").path());
    files.find(|path| path.extension().is_some_and(|end| end == "record"))
}

/// What the process tells of its last renewal: `status` itself cannot read the state here.
fn told(home: &Home) -> String {
    let record = record(home).expect("its record");
    let text = std::fs::read_to_string(record).expect("its record");
    let record: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    record["last"]["error"].to_string()
}

#[test]
fn a_state_that_cannot_be_read_for_a_while_does_not_end_it() {
    let mirror = Mirror::start();
    let home = Home::new();
    mirror.let_tokens_live(4);
    mirror.login(&home, &["--tool", "npm"]).success();
    let background = Background::start(&home);
    let pid = background.pid();
    let limit = Duration::from_secs(20);
    // Written in place, and noticed at once.
    home.write(STATE, "{");
    wait_until("what is wrong", limit, || told(&home).contains("damaged"));
    assert!(is_alive(pid));
    mirror.login(&home, &["--tool", "npm"]).failure();
    std::fs::remove_file(home.join(STATE)).expect("our own file");
    wait_until("its end", limit, || !is_alive(pid));

    mirror.login(&home, &["--tool", "npm"]).success();
    let background = Background::start(&home);
    let pid = background.pid();
    let mode = |bits| {
        let file = home.join(STATE);
        let folder = file.parent().expect("its folder");
        for (path, bits) in [(folder, bits | 0o100), (&file, bits)] {
            std::fs::set_permissions(path, PermissionsExt::from_mode(bits)).expect("ours");
        }
    };
    let held = || token_in(&home.read(NPMRC));
    let is_refused = || told(&home).contains("is not private");
    mode(0o644);
    wait_until("what is wrong", limit, is_refused);
    let before = held();
    // Nothing tells of that: it looks by itself.
    mode(0o600);
    wait_until("a renewal", limit, || held() != before);
    assert!(is_valid(&mirror, &held()));
    assert_eq!(background.pid(), pid);
    wait_until("it to forget that", limit, || !is_refused());
}

#[test]
fn it_takes_up_a_login_after_the_states_folders_were_deleted() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let background = Background::start(&home);
    let pid = background.pid();
    std::fs::remove_dir_all(home.join(".local/state")).expect("our own folder");
    mirror.let_tokens_live(4);
    mirror.login(&home, &["--tool", "npm"]).success();
    let first = token_in(&home.read(NPMRC));
    wait_until("a renewal", Duration::from_secs(20), || {
        token_in(&home.read(NPMRC)) != first
    });
    assert_eq!(background.pid(), pid);
}

#[test]
fn it_takes_its_seat_again_where_the_cache_was_deleted() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "npm"]).success();
    let background = Background::start(&home);
    let pid = background.pid();
    let [_, runtime] = home.folders();
    let cache = runtime.join("studio-mirror");
    std::fs::remove_dir_all(&cache).expect("our own folder");
    wait_until("its record", Duration::from_secs(20), || {
        cache.exists() && record(&home).is_some()
    });
    assert_eq!(background.pid(), pid);
    let second = refresh(&home, &["--daemon"]).success();
    assert!(second.stdout.contains("already"), "{second}");
    let stopped = refresh(&home, &["--stop"]).success();
    assert!(stopped.stdout.starts_with("Stopped"), "{stopped}");
    wait_until("its end", Duration::from_secs(20), || !is_alive(pid));
}

#[test]
fn asleep_it_costs_next_to_nothing() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "npm"]).success();
    let background = Background::start(&home);
    let pid = background.pid();
    let settled = |file, name| proc_words(pid, file, name).join(" ");
    let is_asleep = || settled("status", "State:").starts_with('S');
    wait_until("it to sleep", Duration::from_secs(10), is_asleep);
    let switches = || settled("status", "voluntary_ctxt_switches:");
    let before = switches();
    let begun = Instant::now();
    // Not a wait for something to happen, but for nothing to.
    while begun.elapsed() < Duration::from_secs(3) {
        std::thread::park_timeout(Duration::from_secs(3));
    }
    assert_eq!(switches(), before, "it woke while there was nothing to do");
    let memory: u64 = proc_words(pid, "status", "RssAnon:")[0]
        .parse()
        .expect("kB");
    assert!(memory < 2_048, "{memory} kB of its own");
}
