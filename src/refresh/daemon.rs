//! The process in the background. It sleeps, and at the due time runs `refresh --once`: so nothing of the AWS SDK stays in
//! memory, credentials are looked up anew each time, and an upgraded binary is used from then on.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

use super::detach;
use super::record::{LastRun, Record, lock_path};
use super::renew::lives;
use super::schedule::{Failures, Life, Next, next};
use super::wait::{Wait, Woken};
use crate::files::{self, Lock};
use crate::places::Places;
use crate::state::State;
use crate::token::Store;

/// Runs until it is ended, or everybody has logged out. `cache` is where the logins' tokens are.
///
/// # Errors
/// When it cannot start; afterwards nothing ends it but what the kernel refuses.
pub fn serve(places: &Places, cache: &Path) -> anyhow::Result<()> {
    detach::leave_session()?;
    files::make_private_dir(cache).with_context(|| format!("cannot use `{}`", cache.display()))?;
    let Some(_lock) = Lock::try_acquire(&lock_path(cache)).context("cannot lock the cache")? else {
        detach::say_already();
        return Ok(());
    };
    files::make_private_dir(&places.state)
        .with_context(|| format!("cannot use `{}`", places.state.display()))?;
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let wait = Wait::new(&places.state).context("cannot watch for logins")?;
    let mut daemon = Daemon {
        places,
        cache,
        program,
        failures: Failures::default(),
        luck: luck(),
        uncached: None,
        record: Record {
            pid: rustix::process::getpid().as_raw_nonzero().get(),
            started_at: millis() / 1_000,
            next_at: None,
            last: None,
        },
    };
    daemon.record.write(cache)?;
    detach::settle()?;
    daemon.run(&wait)
}

struct Daemon<'a> {
    places: &'a Places,
    cache: &'a Path,
    program: PathBuf,
    failures: Failures,
    luck: f64,
    /// The life of tokens that were just renewed and are not in the cache: it cannot be written, and a
    /// quota is not to be spent on that.
    uncached: Option<Life>,
    record: Record,
}

impl Daemon<'_> {
    fn run(&mut self, wait: &Wait) -> anyhow::Result<()> {
        let mut anybody = false;
        loop {
            // A state that cannot be read now is none; whoever mends it wakes us.
            let state = State::read(&self.places.state).unwrap_or_default();
            if anybody && state.tools.is_empty() {
                return Ok(());
            }
            anybody = !state.tools.is_empty();
            let lives: Vec<Option<Life>> = lives(&state, &Store::new(self.cache))
                .into_iter()
                .map(|life| life.or(self.uncached))
                .collect();
            drop(state);
            let moment = match next(millis(), &lives, self.failures, self.luck) {
                Next::Sleep => None,
                Next::At(moment) => Some(moment),
            };
            self.tell(moment);
            match wait.until(moment, "state.json")? {
                Woken::Due => {
                    self.renew();
                    // Its own changes; those of others are seen with them.
                    wait.forget_changes();
                }
                // Somebody logged in: what failed before may go well now.
                Woken::Changed => {
                    self.failures = Failures::default();
                    self.uncached = None;
                }
                Woken::ClockSet => {}
            }
        }
    }

    fn tell(&mut self, moment: Option<u64>) {
        let next_at = moment.map(|moment| moment / 1_000);
        self.record.next_at = next_at;
        // For `status` alone; a full disk must not end us.
        let _ = self.record.write(self.cache);
    }

    fn renew(&mut self) {
        let error = self.run_once().err().map(|error| format!("{error:#}"));
        let at = millis();
        match error {
            None => {
                self.failures = Failures::default();
                self.uncached = Some(Life::usual(at));
            }
            Some(_) => {
                self.failures.count += 1;
                self.failures.last_at = at;
            }
        }
        self.record.last = Some(LastRun {
            at: at / 1_000,
            error,
        });
        self.luck = luck();
    }

    fn run_once(&self) -> anyhow::Result<()> {
        let done = Command::new(&self.program)
            .args(["refresh", "--once", "--quiet"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .output()
            .context("cannot run `refresh --once`")?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let first = said.lines().next().unwrap_or_default();
        let why = first.strip_prefix("error: ").unwrap_or(first);
        match why {
            "" => anyhow::bail!("`refresh --once` ended with {}", done.status),
            why => anyhow::bail!("{why}"),
        }
    }
}

/// From 0 up to 1, from the seed that the standard library draws for its hash maps.
fn luck() -> f64 {
    let drawn = RandomState::new().build_hasher().finish() >> 11;
    #[expect(clippy::cast_precision_loss, reason = "53 bits are what an f64 has")]
    let luck = drawn as f64 / (1u64 << 53) as f64;
    luck
}

fn millis() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    })
}
