//! The process in the background. It sleeps, and at the due time runs `refresh --once`: so nothing of the AWS SDK stays in
//! memory, credentials are looked up anew each time, and an upgraded binary is used from then on.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;

use super::detach;
use super::record::{LastRun, Record, lock_path};
use super::renew::{asked_life, lives};
use super::schedule::{Keeper, Life, Next};
use super::wait::{Wait, Woken};
use crate::files::{self, Lock};
use crate::places::Places;
use crate::state::{State, refuse_home_kept_by_sudo};
use crate::token::Store;

/// Runs until it is ended, or everybody has logged out. `cache` is where the logins' tokens are.
///
/// # Errors
/// When it cannot start; afterwards nothing ends it but what the kernel refuses.
pub fn serve(places: &Places, cache: &Path) -> anyhow::Result<()> {
    refuse_home_kept_by_sudo(&places.state)?;
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
        keeper: Keeper::new(luck()),
        reader: Keeper::new(luck()),
        last: None,
        anybody: false,
        lives: Vec::new(),
        asked: None,
        waits: false,
        record: Record {
            pid: rustix::process::getpid().as_raw_nonzero().get(),
            started_at: millis() / 1_000,
            next_at: None,
            last: None,
        },
    };
    daemon.record.write(cache)?;
    detach::settle()?;
    daemon.keep(&wait)
}

struct Daemon<'a> {
    places: &'a Places,
    cache: &'a Path,
    program: PathBuf,
    keeper: Keeper,
    /// When to read again a state that cannot be read.
    reader: Keeper,
    /// How the last renewal went.
    last: Option<LastRun>,
    record: Record,
    /// What the state said when it was last read: whether anybody is logged in, how long the tokens in files live,
    /// the shortest life that was asked for, in milliseconds, and whether a tool waits for its token.
    anybody: bool,
    lives: Vec<Option<Life>>,
    asked: Option<u64>,
    waits: bool,
}

impl Daemon<'_> {
    fn keep(&mut self, wait: &Wait) -> anyhow::Result<()> {
        let mut was_changed = false;
        loop {
            let read = State::read(&self.places.state);
            let moment = match &read {
                Ok(state) if self.anybody && state.tools.is_empty() => return Ok(()),
                Ok(state) => self.plan(state, std::mem::take(&mut was_changed)),
                // Nobody has logged out by that.
                Err(error) => self.plan_to_read_again(error),
            };
            let is_read = read.is_ok();
            drop(read);
            match wait.until(moment, "state.json")? {
                Woken::Due if is_read => {
                    self.renew();
                    // Its own changes; those of others are seen with them.
                    wait.forget_changes();
                }
                Woken::Due | Woken::ClockSet => {}
                Woken::Changed => was_changed = true,
            }
        }
    }

    /// The moment of the next renewal of what `state` holds, if there is one.
    fn plan(&mut self, state: &State, was_changed: bool) -> Option<u64> {
        self.anybody = !state.tools.is_empty();
        self.lives = lives(state, &Store::new(self.cache));
        self.asked = asked_life(state);
        self.waits = state.waits();
        self.reader = Keeper::new(luck());
        if was_changed {
            self.keeper.saw_login(millis(), self.waits);
        }
        let next = self.keeper.next(millis(), &self.lives, self.waits);
        self.tell(moment(next), self.last.clone())
    }

    /// The moment at which a state that cannot be read is looked at again: as soon as one comes back who waits for a token.
    fn plan_to_read_again(&mut self, why: &anyhow::Error) -> Option<u64> {
        let now = millis();
        self.reader.renewed(now, false, None, luck());
        let next = self.reader.next(now, &self.lives, true);
        let failed = LastRun {
            at: now / 1_000,
            error: Some(format!("{why:#}")),
        };
        self.tell(moment(next), Some(failed))
    }

    fn tell(&mut self, moment: Option<u64>, last: Option<LastRun>) -> Option<u64> {
        self.record.next_at = moment.map(|moment| moment / 1_000);
        self.record.last = last;
        // For `status` alone; a full disk must not end us.
        let _ = self.record.write(self.cache);
        moment
    }

    fn renew(&mut self) {
        // The token first: it may take longer to get than a login has time.
        let renewed = self.run(&["refresh", "--comes-again"]);
        let done = renewed.and_then(|()| if self.waits { self.log_in() } else { Ok(()) });
        let error = done.err().map(|error| format!("{error:#}"));
        let at = millis();
        self.keeper.renewed(at, error.is_none(), self.asked, luck());
        self.last = Some(LastRun {
            at: at / 1_000,
            error,
        });
    }

    /// Configures the tools that wait for a token, which is in the cache now.
    fn log_in(&self) -> anyhow::Result<()> {
        self.run(&["login"])?;
        let still_waits = State::read(&self.places.state)?.waits();
        anyhow::ensure!(!still_waits, "a tool still waits for its token");
        Ok(())
    }

    /// Runs a command of this program's, and takes its first line for the reason if it fails.
    fn run(&self, command: &[&str]) -> anyhow::Result<()> {
        let done = Command::new(&self.program)
            .args(command)
            .arg("--quiet")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .output()
            .with_context(|| format!("cannot run `{}`", command.join(" ")))?;
        if done.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&done.stderr);
        let first = said.lines().next().unwrap_or_default();
        let why = first.strip_prefix("error: ").unwrap_or(first);
        match why {
            "" => anyhow::bail!("`{}` ended with {}", command.join(" "), done.status),
            why => anyhow::bail!("{why}"),
        }
    }
}

fn moment(next: Next) -> Option<u64> {
    match next {
        Next::Sleep => None,
        Next::At(moment) => Some(moment),
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
