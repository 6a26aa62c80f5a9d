//! The process in the background. It sleeps, and at the due time runs `refresh --once`: so nothing of the AWS SDK stays in
//! memory, credentials are looked up anew each time, and an upgraded binary is used from then on.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;

use super::detach;
use super::record::{LastRun, Post, Record};
use super::renew::{asked_life, lives};
use super::schedule::{Keeper, Life, Next};
use super::wait::{Wait, Woken};
use crate::files::{self, Lock};
use crate::places::{Places, this_program};
use crate::state::{State, refuse_home_kept_by_sudo};
use crate::token::Store;

/// How long one may take to delete the cache.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where the logins of a state cache their tokens.
pub type CacheOf = fn(&State, &Places) -> PathBuf;

/// Runs until it is ended, or everybody has logged out. `cache_of` tells where the logins' tokens are.
///
/// # Errors
/// When it cannot start; afterwards nothing ends it but what the kernel refuses.
pub fn serve(places: &Places, state: &State, cache_of: CacheOf) -> anyhow::Result<()> {
    refuse_home_kept_by_sudo(&places.state)?;
    detach::leave_session()?;
    let cache = cache_of(state, places);
    let Some(seat) = Seat::take(cache, places)? else {
        detach::say_already();
        return Ok(());
    };
    files::make_private_dir(&places.state)
        .and_then(|()| files::check_writable(&places.state))
        .map_err(|error| files::explain_private(&places.state, error))
        .with_context(|| format!("cannot use `{}`", places.state.display()))?;
    // A full disk must not keep tokens from being renewed.
    let _ = remember_cache(&seat.cache, places, state);
    let program = this_program()?.to_owned();
    let mut wait = Wait::new("state.json").context("cannot watch for logins")?;
    let mut daemon = Daemon {
        places,
        cache_of,
        seat,
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
            home: Some(places.home.clone()),
            started_at: millis() / 1_000,
            next_at: None,
            last: None,
        },
    };
    daemon.seat.post.tell(&daemon.record)?;
    detach::settle()?;
    daemon.keep(&mut wait)
}

/// Before the first login, too: one with another environment (no `XDG_RUNTIME_DIR`, say), and `status` and `--stop`, are to
/// look in the same folder.
fn remember_cache(cache: &Path, places: &Places, state: &State) -> anyhow::Result<()> {
    if state.cache.as_deref() == Some(cache) {
        return Ok(());
    }
    let _lock = State::lock(&places.state)?;
    let mut state = State::read(&places.state)?;
    state.cache = Some(cache.to_owned());
    state.write(&places.state)
}

/// The cache folder that is looked after, and the lock there that says so.
struct Seat {
    cache: PathBuf,
    post: Post,
    lock: Lock,
}

impl Seat {
    /// `None` if another process looks after this home there.
    fn take(cache: PathBuf, places: &Places) -> anyhow::Result<Option<Self>> {
        files::make_private_dir(&cache)
            .map_err(|error| files::explain_private(&cache, error))
            .with_context(|| format!("cannot use `{}`", cache.display()))?;
        let post = Post::of(&cache, &places.home);
        let lock = post.take().map_err(files::explain_lock);
        let lock = lock.with_context(|| format!("cannot lock the cache `{}`", cache.display()))?;
        // Asked second: of many who start at once one alone looks, and nobody takes its look for an older process.
        let lock = lock.filter(|_| !Post::of_first_versions(&cache).is_held());
        Ok(lock.map(|lock| Self { cache, post, lock }))
    }

    /// Whether others find it taken: not when the folder was deleted.
    fn is_kept(&self) -> bool {
        self.post.is_kept_by(&self.lock)
    }
}

struct Daemon<'a> {
    places: &'a Places,
    cache_of: CacheOf,
    seat: Seat,
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
    fn keep(&mut self, wait: &mut Wait) -> anyhow::Result<()> {
        let mut was_changed = false;
        loop {
            self.watch(wait)?;
            let read = State::read(&self.places.state);
            let moment = match &read {
                Ok(state) if self.anybody && state.tools.is_empty() => {
                    self.seat.post.leave();
                    return Ok(());
                }
                Ok(state) if !self.follows(state) => return Ok(()),
                Ok(state) => self.plan(state, std::mem::take(&mut was_changed)),
                // Nobody has logged out by that.
                Err(error) => self.plan_to_read_again(error),
            };
            let is_read = read.is_ok();
            drop(read);
            // The seat may be another by now.
            self.watch(wait)?;
            match wait.until(moment)? {
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

    fn watch(&self, wait: &mut Wait) -> anyhow::Result<()> {
        wait.watch(&self.places.state, self.seat.post.lock_file())
            .context("cannot watch for logins")
    }

    /// Goes where the logins of `state` cache their tokens now, which is where it is looked for; `false` if another process
    /// looks after them there.
    fn follows(&mut self, state: &State) -> bool {
        let cache = (self.cache_of)(state, self.places);
        let is_kept = self.seat.is_kept();
        if cache == self.seat.cache && is_kept {
            return true;
        }
        if !is_kept {
            // Whoever deletes the folder deletes its files first, and is to come through.
            std::thread::sleep(PATIENCE);
        }
        let taken = Seat::take(cache, self.places);
        // What lies in a place that is lost is its next holder's.
        if is_kept && taken.is_ok() {
            self.seat.post.leave();
        }
        match taken {
            Ok(Some(seat)) => {
                self.seat = seat;
                true
            }
            Ok(None) => false,
            // What can be renewed from here is.
            Err(_) => true,
        }
    }

    /// The moment of the next renewal of what `state` holds, if there is one.
    fn plan(&mut self, state: &State, was_changed: bool) -> Option<u64> {
        self.anybody = !state.tools.is_empty();
        self.lives = lives(state, &Store::new(&self.seat.cache));
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
        let _ = self.seat.post.tell(&self.record);
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
