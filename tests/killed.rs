//! `kill -9` at any instant of a login or logout: every file is the old or the new one, whole, and the next command mends the rest.
#![allow(clippy::print_stdout)] // figures

mod support;

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use studio_mirror::state::State;
use support::binary_under_test;
use support::home::Home;
use support::mirror::Mirror;
use support::own_files::FILES;
use support::tree::{litter, user_files, without_tokens};

const KILLS: usize = 520;
const STATE: &str = ".local/state/studio-mirror";

/// What each of [`FILES`] holds.
type Texts = BTreeMap<&'static str, Option<String>>;

fn texts(home: &Home) -> Texts {
    let read = |path| std::fs::read_to_string(home.join(path)).ok();
    FILES
        .iter()
        .map(|(path, _)| (*path, read(path).map(|text| without_tokens(&text))))
        .collect()
}

/// One of the commands that are killed, and what the files hold when it is not.
struct Step {
    arguments: Vec<&'static str>,
    texts: Texts,
    /// At first the shortest of some undisturbed runs.
    lasts: Duration,
}

fn command(mirror: &Mirror, home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command(binary_under_test());
    command
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url())
        .env("STUDIO_MIRROR_DOMAIN", "corp")
        .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn timed(mirror: &Mirror, home: &Home, arguments: &[&str]) -> Duration {
    let begun = Instant::now();
    let status = command(mirror, home, arguments).status().expect("it runs");
    assert!(status.success(), "{arguments:?}: {status}");
    begun.elapsed()
}

/// Random numbers without a dependency: xorshift64*, the same on every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) % limit
    }
}

#[test]
fn files_are_old_or_new_and_whole_after_kill_9_at_any_instant() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    for (path, text) in FILES {
        home.write(path, text);
    }
    let original = user_files(home.path());
    let mut steps = steps(&mirror, &home);
    assert_eq!(
        user_files(home.path()),
        original,
        "logout gives everything back"
    );

    let mut random = Random(0x5eed);
    let mut count = Count::default();
    for round in 0..KILLS {
        let before = texts(&home);
        let with_work: Vec<usize> = (0..steps.len())
            .filter(|at| steps[*at].texts != before)
            .collect();
        let step = &mut steps[with_work[random.below(with_work.len() as u64) as usize]];
        // The most of a run only reads and asks: most kills go to where the writing is.
        let micros = step.lasts.as_micros() as u64;
        let from = if random.below(4) == 0 {
            0
        } else {
            micros / 4 * 3
        };
        let instant = Duration::from_micros(from + random.below((micros - from).max(1)));
        let met = kill_after(&mut command(&mirror, &home, &step.arguments), instant);
        // How long a run takes depends on what the last kill left: the estimate follows.
        step.lasts = step.lasts.mul_f64(if met { 1.005 } else { 0.88 });
        count.see(met, &before, &texts(&home), step, &home);
        assert_whole(&before, step, &home, round);
        // Now and then, what a killed command left is to be taken back at once.
        if random.below(8) == 0 {
            timed(&mirror, &home, &["logout"]);
            assert_eq!(
                user_files(home.path()),
                original,
                "after kill {round} in {:?}",
                step.arguments
            );
        }
    }
    println!(
        "{count:?} of {KILLS}; lengths {:?}",
        steps.iter().map(|step| step.lasts).collect::<Vec<_>>()
    );
    assert!(
        count.live * 10 >= KILLS * 9,
        "only {} of {KILLS} kills met a live process",
        count.live
    );
    assert!(
        count.half_way > 0,
        "no kill fell between two files: the instants are badly chosen"
    );

    timed(&mirror, &home, &["login", "--repository", "team"]);
    assert_eq!(litter(home.path()), Vec::<std::path::PathBuf>::new());
    timed(&mirror, &home, &["logout"]);
    assert_eq!(user_files(home.path()), original);
}

/// Runs every command undisturbed and learns what it writes and how long it takes.
fn steps(mirror: &Mirror, home: &Home) -> Vec<Step> {
    let login = |repository| vec!["login", "--repository", repository, "--auth", "helper"];
    let other_way = vec!["login", "--repository", "team", "--auth", "token"];
    let all = [login("team"), login("web"), other_way, vec!["logout"]];
    let mut steps: Vec<Step> = all
        .into_iter()
        .map(|arguments| Step {
            arguments,
            texts: Texts::new(),
            lasts: Duration::MAX,
        })
        .collect();
    for _ in 0..6 {
        for step in &mut steps {
            step.lasts = timed(mirror, home, &step.arguments).min(step.lasts);
            step.texts = texts(home);
        }
    }
    steps
}

/// Whether the kill met a live process.
fn kill_after(command: &mut Command, instant: Duration) -> bool {
    let mut child = command.spawn().expect("it runs");
    // The instant of the kill is the very thing under test.
    std::thread::sleep(instant);
    child.kill().expect("our own child, not yet waited for");
    let status = child.wait().expect("our own child");
    assert!(status.signal() == Some(9) || status.success(), "{status}");
    status.signal() == Some(9)
}

fn assert_whole(before: &Texts, step: &Step, home: &Home, round: usize) {
    for (path, now) in texts(home) {
        let (old, new) = (&before[path], &step.texts[path]);
        assert!(
            now == *old || now == *new,
            "{path} is neither old nor new after kill {round} in {:?}:\n{now:?}\nold: {old:?}\nnew: {new:?}",
            step.arguments
        );
    }
    State::read(&home.join(STATE)).expect("a state that parses");
    let helper = std::fs::read_link(home.join(".local/bin/keyring"));
    if let Ok(target) = helper {
        assert!(
            Path::new(&target).is_file(),
            "the helper's link leads nowhere"
        );
    }
}

#[derive(Debug, Default)]
struct Count {
    /// Kills that met a live process.
    live: usize,
    /// Kills after which no file was written yet.
    untouched: usize,
    /// Kills after which some files were new and some old.
    half_way: usize,
    /// Kills that left a temporary file.
    litter: usize,
}

impl Count {
    fn see(&mut self, met: bool, before: &Texts, now: &Texts, step: &Step, home: &Home) {
        self.live += usize::from(met);
        let written =
            |path: &&str| before[*path] != step.texts[*path] && now[*path] == step.texts[*path];
        let waiting =
            |path: &&str| before[*path] != step.texts[*path] && now[*path] == before[*path];
        let some_written = now.keys().any(written);
        let some_wait = now.keys().any(waiting);
        self.untouched += usize::from(!some_written && some_wait);
        self.half_way += usize::from(some_written && some_wait);
        self.litter += usize::from(!litter(home.path()).is_empty());
    }
}
