//! Three days of a space in 72 seconds: tokens that live 12 seconds stand for those of 12 hours. The background process
//! is the shipped program, whose every wait is a fraction of the token's life; so an hour is a second to it, and an emulated
//! minute 16.7 milliseconds.

use std::fmt::Write;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Background, NPMRC, fault, is_valid, refresh, token_in};
use crate::support::home::Home;
use crate::support::leak_watch::LeakWatch;
use crate::support::mirror::Mirror;
use crate::support::{binary_under_test, wait_until};

/// Seconds, for 12 hours.
const LIFE: i64 = 12;
const HOUR: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_nanos(16_666_667);

/// After the network has come back with the token expired already, a try that began before may go on for a 48th of a life
/// (`LIMIT_SHARE`; of 12 hours it is 30 seconds at most), the next may be half a minute and its half away
/// (`LONGEST_URGENT_RETRY` and its spread), and the renewal itself is not emulated: a process of some milliseconds, which are
/// minutes here, on a machine that does other things too.
const GRACE: Duration = Duration::from_millis(250 + 13 + 500);

/// What happens, by the emulated hour at which it begins and ends.
enum Event {
    /// No call of the API gets an answer.
    NetworkLost,
    /// The account's quota is spent.
    Throttled,
    /// The process is frozen, as with a machine that sleeps.
    Asleep,
    /// The role's credentials are renewed.
    RoleRotated,
    /// kill -9; a second later the next start.
    Killed,
    /// Two more are started at once.
    TwoMore,
    /// The user adds a line.
    LineAdded,
}

const DAYS: [(u32, u32, Event); 10] = [
    (3, 3, Event::TwoMore),
    (5, 9, Event::NetworkLost),
    (12, 12, Event::LineAdded),
    (15, 18, Event::Throttled),
    (22, 23, Event::Killed),
    (26, 26, Event::RoleRotated),
    // Longer than a token lives.
    (28, 44, Event::NetworkLost),
    (47, 47, Event::LineAdded),
    (50, 64, Event::Asleep),
    (67, 68, Event::Killed),
];

#[test]
fn no_token_in_a_file_is_expired_in_any_minute_while_the_api_can_be_reached() {
    let mirror = Mirror::start();
    mirror.let_tokens_live(LIFE);
    let address = format!(
        "{}_sagemaker-instance-credentials/{}",
        slashed(&mirror.emulator.http_url()),
        "0123456789abcdef".repeat(4)
    );
    let home = Home::new()
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", address);
    let watch = LeakWatch::start(home.path());
    mirror.login(&home, &["--tool", "npm"]).success();
    let background = Background::start(&home);
    let mut days = Days {
        mirror: &mirror,
        home: &home,
        pid: background.pid(),
        lost_since: None,
        reachable_since: Instant::now(),
        lines: 0,
        tokens: vec![token_in(&home.read(NPMRC))],
        worst: Duration::ZERO,
        complaints: String::new(),
    };
    days.pass();
    assert_eq!(days.complaints, "");
    // Half of each life is slept through: not a token a minute.
    let minted = days.tokens.len();
    assert!((6..=16).contains(&minted), "{minted} tokens in three days");
    assert_eq!(home.read(NPMRC).matches("# added").count(), 2);
    // The token itself is the user's to replace: theirs stays.
    let theirs = home.read(NPMRC).replace(days.last(), "their-own");
    home.write(NPMRC, &theirs);
    let asked = mirror.emulator.count("GetAuthorizationToken");
    wait_until("the next renewal", Duration::from_secs(30), || {
        mirror.emulator.count("GetAuthorizationToken") > asked
    });
    refresh(&home, &["--once"]).success();
    assert_eq!(home.read(NPMRC), theirs);
    home.assert_no_leak(&watch, &[]);
}

fn slashed(url: &str) -> String {
    format!("{}/", url.trim_end_matches('/'))
}

/// A span of emulated time under watch.
struct Days<'a> {
    mirror: &'a Mirror,
    home: &'a Home,
    pid: i32,
    /// While the API cannot be reached, or nobody is awake to ask it.
    lost_since: Option<Instant>,
    reachable_since: Instant,
    lines: u32,
    tokens: Vec<String>,
    worst: Duration,
    complaints: String,
}

impl Days<'_> {
    fn pass(&mut self) {
        let begun = Instant::now();
        let mut events: Vec<(u32, bool, &Event)> = DAYS
            .iter()
            .flat_map(|(from, to, event)| [(*from, true, event), (*to, false, event)])
            .collect();
        events.sort_by_key(|(hour, begins, _)| (*hour, !*begins));
        let mut events = events.into_iter().peekable();
        let mut minute = 0;
        while minute < 72 * 60 {
            while let Some((_, begins, event)) =
                events.next_if(|(hour, ..)| begun.elapsed() >= HOUR * *hour)
            {
                self.happens(event, begins);
            }
            self.look(minute);
            minute = minutes(begun.elapsed()).max(minute + 1);
            let next = begun + MINUTE * minute;
            std::thread::park_timeout(next.saturating_duration_since(Instant::now()));
        }
    }

    fn last(&self) -> &str {
        self.tokens.last().map_or("", String::as_str)
    }

    fn happens(&mut self, event: &Event, begins: bool) {
        let faults = &self.mirror.emulator;
        match (event, begins) {
            (Event::NetworkLost, true) => {
                let drop = serde_json::json!({ "path": "^/(v1|_sagemaker)", "action": { "kind": "drop" } });
                faults.add_faults(fault(drop)).expect("a fault");
                self.lost_since = Some(Instant::now());
            }
            (Event::Throttled, true) => {
                let throttle = serde_json::json!({ "operation": "GetAuthorizationToken", "action": { "kind": "throttle" } });
                faults.add_faults(fault(throttle)).expect("a fault");
                self.lost_since = Some(Instant::now());
            }
            (Event::NetworkLost | Event::Throttled, false) => {
                faults.clear_faults();
                self.found();
            }
            (Event::Asleep, true) => {
                self.signal(Signal::STOP);
                self.lost_since = Some(Instant::now());
            }
            (Event::Asleep, false) => {
                self.signal(Signal::CONT);
                self.found();
            }
            (Event::Killed, true) => self.signal(Signal::KILL),
            (Event::Killed, false) => {
                self.pid = std::mem::ManuallyDrop::new(Background::start(self.home)).pid();
            }
            (Event::RoleRotated, true) => {
                let rotate = serde_json::json!({ "rotate": true });
                let change = serde_json::from_value(rotate).expect("a change");
                faults.change_role_credentials(change);
            }
            (Event::TwoMore, true) => {
                let more: Vec<_> = (0..2)
                    .map(|_| {
                        let mut start = self.home.command(binary_under_test());
                        start
                            .args(["refresh", "--daemon"])
                            .stdout(std::process::Stdio::null());
                        start.spawn().expect("it starts")
                    })
                    .collect();
                for mut start in more {
                    assert!(start.wait().expect("it ends").success());
                }
            }
            (Event::LineAdded, true) => {
                self.lines += 1;
                let text = self.home.read(NPMRC);
                // As an editor does it: a new file in the place of the old.
                self.home
                    .write(".npmrc.new", format!("{text}# added {}\n", self.lines));
                std::fs::rename(self.home.join(".npmrc.new"), self.home.join(NPMRC))
                    .expect("a rename");
            }
            (Event::RoleRotated | Event::TwoMore | Event::LineAdded, false) => {}
        }
    }

    fn found(&mut self) {
        self.lost_since = None;
        self.reachable_since = Instant::now();
    }

    fn signal(&self, signal: Signal) {
        let pid = Pid::from_raw(self.pid).expect("a process id");
        kill_process(pid, signal).expect("it lives");
    }

    fn look(&mut self, minute: u32) {
        let token = token_in(&self.home.read(NPMRC));
        if self.last() != token {
            self.tokens.push(token.clone());
        }
        // Asked before the token is read, a renewal in between would look like an expired token.
        if self.lost_since.is_some() || is_valid(self.mirror, &token) {
            return;
        }
        if token_in(&self.home.read(NPMRC)) != token {
            return;
        }
        let since = self.reachable_since.elapsed();
        self.worst = self.worst.max(since);
        if since > GRACE {
            let (hour, rest) = (minute / 60, minute % 60);
            let _ = writeln!(
                self.complaints,
                "expired at {hour}:{rest:02}, {since:?} after the API could be reached"
            );
        }
    }
}

fn minutes(elapsed: Duration) -> u32 {
    u32::try_from(elapsed.as_nanos() / MINUTE.as_nanos()).unwrap_or(u32::MAX)
}
