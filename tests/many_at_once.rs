//! Many processes at once in one home: one token is minted, every write is kept, and whoever dies is stepped over.
#![allow(clippy::print_stdout)] // figures

mod support;

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use studio_mirror::state::State;
use studio_mirror_emulator::{Action, Fault};
use support::home::Home;
use support::mirror::Mirror;
use support::tree::{litter, user_files};
use support::{binary_under_test, wait_until};

const CROWD: usize = 64;
const STATE: &str = ".local/state/studio-mirror";
const MINT: &str = "GetAuthorizationToken";
const FILES: [(&str, &str); 3] = [
    (
        ".config/pip/pip.conf",
        "# mine\n[global]\nindex-url = https://pypi.example/simple\n",
    ),
    (".config/uv/uv.toml", "# mine\nnative-tls = true\n"),
    (".npmrc", "; mine\nregistry=https://npm.example/\n"),
];

fn command(mirror: &Mirror, home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command(binary_under_test());
    command
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env("STUDIO_MIRROR_DOMAIN", "corp")
        .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
        .env("STUDIO_MIRROR_REPOSITORY", "team")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Starts all before it waits for any.
fn at_once(commands: impl IntoIterator<Item = Command>) -> Vec<Output> {
    let children: Vec<Child> = commands
        .into_iter()
        .map(|mut command| command.spawn().expect("it starts"))
        .collect();
    children
        .into_iter()
        .map(|child| child.wait_with_output().expect("our own child"))
        .collect()
}

#[track_caller]
fn assert_all_succeeded(outputs: &[Output]) {
    for output in outputs {
        assert!(
            output.status.success(),
            "{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
}

fn home_with_files() -> Home {
    let home = Home::new();
    for (path, text) in FILES {
        home.write(path, text);
    }
    home
}

/// Every file parses, by Python's own parser where it is Python's, and says what a single login would make it say.
fn assert_valid_files(mirror: &Mirror, home: &Home) {
    let pypi = mirror
        .endpoint("pypi", "team")
        .replace("http://", "http://aws@")
        + "simple/";
    let script = "import configparser, sys; c = configparser.RawConfigParser(); c.read(sys.argv[1]); \
                  print(c['global']['index-url'])";
    let python = Command::new("python3")
        .args(["-I", "-c", script])
        .arg(home.join(FILES[0].0))
        .output()
        .expect("python3 runs");
    assert_eq!(String::from_utf8_lossy(&python.stdout).trim(), pypi);
    let uv: toml_edit::DocumentMut = home.read(FILES[1].0).parse().expect("TOML");
    assert_eq!(uv["index"][0]["url"].as_str(), Some(pypi.as_str()));
    assert_eq!(
        uv["index"]
            .as_array_of_tables()
            .map(|indexes| indexes.len()),
        Some(1)
    );
    let npmrc = home.read(FILES[2].0);
    assert_eq!(npmrc.matches("_authToken=").count(), 1, "{npmrc}");
    assert_eq!(npmrc.matches("registry=").count(), 1, "{npmrc}");
    let state = State::read(&home.join(STATE)).expect("a state that parses");
    assert_eq!(state.tools.len(), 3);
    assert_eq!(litter(home.path()), Vec::<PathBuf>::new());
}

/// Where the one token is cached.
fn cached_token(home: &Home) -> PathBuf {
    let state = State::read(&home.join(STATE)).expect("a state");
    let cache = state.cache.expect("a cache");
    let mut tokens = std::fs::read_dir(cache)
        .expect("the cache")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "json"));
    let token = tokens.next().expect("a token");
    assert_eq!(tokens.next(), None, "one token alone");
    token
}

#[test]
fn sixty_four_logins_mint_one_token_and_lose_no_write() {
    let mirror = Mirror::without_packages();
    let home = home_with_files();
    let before = user_files(home.path());
    let begun = Instant::now();
    let outputs = at_once((0..CROWD).map(|_| command(&mirror, &home, &["login"])));
    println!("{CROWD} logins took {:?}", begun.elapsed());
    assert_all_succeeded(&outputs);
    assert_eq!(mirror.emulator.count(MINT), 1);
    assert_valid_files(&mirror, &home);
    home.studio_mirror(["logout"]).success();
    assert_eq!(user_files(home.path()), before);
}

#[test]
fn logins_of_different_tools_at_once_are_all_remembered() {
    let mirror = Mirror::without_packages();
    let home = home_with_files();
    let tools = ["pip", "uv", "npm"].into_iter().cycle().take(CROWD);
    let outputs = at_once(tools.map(|tool| command(&mirror, &home, &["login", "--tool", tool])));
    assert_all_succeeded(&outputs);
    assert_eq!(mirror.emulator.count(MINT), 1);
    assert_valid_files(&mirror, &home);
}

#[test]
fn sixty_four_questions_on_an_empty_or_expired_cache_mint_one_token() {
    let mirror = Mirror::without_packages();
    let home = home_with_files();
    at_once([command(&mirror, &home, &["login"])]);
    let url = mirror.endpoint("pypi", "team");
    let ask =
        || at_once((0..CROWD).map(|_| command(&mirror, &home, &["keyring", "get", &url, "aws"])));
    let cache = cached_token(&home);

    let empty = || std::fs::remove_file(&cache).expect("the cached token");
    let expired = || {
        let mut token: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&cache).expect("cached")).expect("JSON");
        for key in ["minted_at", "expires_at"] {
            token[key] = (token[key].as_u64().expect("seconds") - 43_200).into();
        }
        std::fs::write(&cache, token.to_string()).expect("our own file");
    };
    for (spoil, minted) in [(&empty as &dyn Fn(), 2), (&expired, 3)] {
        spoil();
        let answers = ask();
        assert_all_succeeded(&answers);
        assert_eq!(mirror.emulator.count(MINT), minted);
        assert!(answers[0].stdout.len() > 100);
        assert!(
            answers
                .iter()
                .all(|answer| answer.stdout == answers[0].stdout)
        );
    }
}

#[test]
fn logins_and_logouts_at_once_end_in_one_or_the_other() {
    let mirror = Mirror::without_packages();
    let home = home_with_files();
    let before = user_files(home.path());
    let commands = ["login", "logout"].into_iter().cycle().take(CROWD);
    let outputs = at_once(commands.map(|name| command(&mirror, &home, &[name])));
    assert_all_succeeded(&outputs);
    at_once([command(&mirror, &home, &["login"])]);
    assert_valid_files(&mirror, &home);
    home.studio_mirror(["logout"]).success();
    assert_eq!(user_files(home.path()), before);
    assert_eq!(litter(home.path()), Vec::<PathBuf>::new());
}

#[test]
fn who_waits_for_a_killed_process_goes_on() {
    let mirror = Mirror::without_packages();
    let home = home_with_files();
    let hangs_once = Fault {
        anonymous: None,
        operation: Some(MINT.into()),
        path: None,
        times: Some(1),
        action: Action::Hang,
    };
    mirror
        .emulator
        .add_faults(vec![hangs_once])
        .expect("a fault");
    let mut holder = command(&mirror, &home, &["login"])
        .spawn()
        .expect("it starts");
    wait_until(
        "the first to ask for a token",
        Duration::from_secs(10),
        || mirror.emulator.count(MINT) == 1,
    );
    let waiter = command(&mirror, &home, &["login"])
        .spawn()
        .expect("it starts");
    // It asks for the endpoint while it waits for the token's lock.
    wait_until(
        "the second to be under way",
        Duration::from_secs(10),
        || mirror.emulator.count("GetRepositoryEndpoint") == 2,
    );
    holder.kill().expect("our own child");
    holder.wait().expect("our own child");
    assert_all_succeeded(&[waiter.wait_with_output().expect("our own child")]);
    assert_eq!(mirror.emulator.count(MINT), 2);
    assert_valid_files(&mirror, &home);
}

/// Ctrl-Z in an install stops the helper that it asked, too.
#[test]
fn who_waits_for_a_stopped_process_has_its_token_in_the_end_and_one_mints_for_all() {
    let mirror = Mirror::without_packages();
    let home = home_with_files();
    at_once([command(&mirror, &home, &["login"])]);
    std::fs::remove_file(cached_token(&home)).expect("the cached token");
    let hangs_once = Fault {
        anonymous: None,
        operation: Some(MINT.into()),
        path: None,
        times: Some(1),
        action: Action::Hang,
    };
    let told = mirror.emulator.add_faults(vec![hangs_once]);
    told.expect("no path to get wrong");
    let url = mirror.endpoint("pypi", "team");
    let ask = || command(&mirror, &home, &["keyring", "get", &url, "aws"]);
    let mut stopped = ask().spawn().expect("it starts");
    wait_until("the first to ask", Duration::from_secs(10), || {
        mirror.emulator.count(MINT) == 2
    });
    let pid = Pid::from_child(&stopped);
    kill_process(pid, Signal::STOP).expect("our own child");
    let answers = at_once((0..CROWD / 4).map(|_| ask()));
    stopped.kill().expect("our own child");
    stopped.wait().expect("our own child");
    assert_all_succeeded(&answers);
    assert_eq!(mirror.emulator.count(MINT), 3);
}

#[test]
fn who_meets_a_lock_that_stays_says_so_and_changes_nothing() {
    let mirror = Mirror::without_packages();
    let home = home_with_files();
    at_once([command(&mirror, &home, &["login"])]);
    let before = user_files(home.path());
    let lock = OpenOptions::new()
        .write(true)
        .open(home.join(STATE).join("lock"))
        .expect("the lock's file");
    lock.lock().expect("nobody holds it");
    let outputs = at_once([
        command(&mirror, &home, &["login", "--repository", "web"]),
        command(&mirror, &home, &["logout"]),
    ]);
    for output in outputs {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{stderr}");
        assert!(
            stderr.contains("another studio-mirror is still at work") && stderr.contains("hint: "),
            "{stderr}"
        );
    }
    assert_eq!(user_files(home.path()), before);
    // The helper needs no such lock.
    let url = mirror.endpoint("pypi", "team");
    assert_all_succeeded(&at_once([command(
        &mirror,
        &home,
        &["keyring", "get", &url, "aws"],
    )]));
    drop(lock);
    assert_all_succeeded(&at_once([command(&mirror, &home, &["logout"])]));
}
