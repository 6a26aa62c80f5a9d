//! When to renew: pure. Times are milliseconds since 1970, as the caller's wall clock has them.

/// A token's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// When it was made.
    pub minted_at: u64,
    /// When CodeArtifact will refuse it.
    pub expires_at: u64,
}

/// A life is assumed to be this long where none is known: CodeArtifact's own choice.
const USUAL_LIFE: u64 = 12 * 3_600_000;

/// `login` and `refresh` take a cached token in the first half of its life; so this is the earliest
/// moment at which asking brings a new one.
const EARLIEST: f64 = 0.5;
/// Ten thousand spaces that started together spread over this share of their tokens' lives. It leaves
/// a third of the life for a network that fails.
const SPREAD: f64 = 0.15;

/// The first wait after a failure: a minute in 12 hours.
const FIRST_RETRY: f64 = 1.0 / 720.0;
/// The longest wait after failures: a quarter of an hour in 12 hours.
const LONGEST_RETRY: f64 = 1.0 / 48.0;
/// The longest while the end is near or past: half a minute in 12 hours, for every minute counts then.
const LONGEST_URGENT_RETRY: f64 = 1.0 / 1440.0;
/// The shortest then: a second in 12 hours.
const FIRST_URGENT_RETRY: f64 = 1.0 / 43_200.0;
/// Between them, this share of the time that has gone by since the first failure. So a crowd that shares a quota is through
/// within a quarter more than the quota takes, however many they are, and each asks less often the longer it lasts.
const PATIENCE: f64 = 0.15;
/// Between two renewals that went well lies no less than this share of a life, a minute in 12 hours: whatever makes the
/// second due, the first has left good tokens.
const REST: f64 = 1.0 / 720.0;
/// The end is near in this last share of a life.
const URGENT: f64 = 1.0 / 6.0;

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing, until somebody logs in.
    Sleep,
    /// Renew at this moment, which may be past.
    At(u64),
}

/// How it went so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    /// How often in a row renewing has failed.
    pub count: u32,
    /// When it first did.
    pub since: u64,
    /// When it last did.
    pub last_at: u64,
}

/// What whoever renews remembers between two renewals.
#[derive(Clone, Copy, Debug)]
pub struct Keeper {
    failures: Failures,
    /// Drawn anew for every renewal.
    luck: f64,
    /// The life of tokens that were just renewed and are not in the cache: it cannot be written, and a quota is not to be
    /// spent on that.
    uncached: Option<Life>,
    /// When the last renewal went well.
    done_at: Option<u64>,
}

impl Keeper {
    /// One to whom nothing has happened yet. `luck` is from 0 up to 1.
    pub fn new(luck: f64) -> Self {
        Self {
            failures: Failures::default(),
            luck,
            uncached: None,
            done_at: None,
        }
    }

    /// The next renewal at `now` of tokens with `lives`, as far as they are known. `waits`: a tool is not configured for
    /// want of a token.
    pub fn next(&self, now: u64, lives: &[Option<Life>], waits: bool) -> Next {
        let known = lives.iter().map(|life| life.or(self.uncached));
        let wanted = waits.then_some(None);
        let lives: Vec<Option<Life>> = known.chain(wanted).collect();
        match (next(now, &lives, self.failures, self.luck), self.done_at) {
            // A clock that went back has made everything due.
            (Next::At(at), Some(done_at)) if done_at <= now && !waits => {
                Next::At(at.max(done_at + share(shortest(&lives), REST)))
            }
            (next, _) => next,
        }
    }

    /// A renewal ended at `now`. `asked` is the shortest life that was asked for, where one was.
    pub fn renewed(&mut self, now: u64, is_done: bool, asked: Option<u64>, luck: f64) {
        if is_done {
            self.failures = Failures::default();
            self.uncached = Some(Life {
                minted_at: now,
                expires_at: now + asked.unwrap_or(USUAL_LIFE),
            });
            self.done_at = Some(now);
        } else {
            self.failed(now);
        }
        self.luck = luck;
    }

    /// Somebody logged in at `now`: what failed before may go well, unless the login itself `waits` for a token.
    pub fn saw_login(&mut self, now: u64, waits: bool) {
        self.failures = Failures::default();
        self.uncached = None;
        if waits {
            self.failed(now);
        }
    }

    fn failed(&mut self, now: u64) {
        if self.failures.count == 0 {
            self.failures.since = now;
        }
        self.failures.count += 1;
        self.failures.last_at = now;
    }
}

impl Life {
    fn length(&self) -> u64 {
        self.expires_at.saturating_sub(self.minted_at)
    }
}

/// The next renewal at `now` of tokens with `lives`; `None` is one of which nothing is known here: the
/// cache is gone, or holds another than the file. `luck` is drawn anew for every renewal, from 0 up to 1.
pub fn next(now: u64, lives: &[Option<Life>], failures: Failures, luck: f64) -> Next {
    let due = lives.iter().map(|life| due(now, *life, luck)).min();
    let Some(due) = due else {
        return Next::Sleep;
    };
    if failures.count == 0 {
        return Next::At(due);
    }
    let retry = failures.last_at + retry_after(now, lives, failures, luck);
    // A clock that went back must not make a retry wait for the time it lost.
    let retry = if failures.last_at > now { now } else { retry };
    Next::At(due.max(retry))
}

/// A token from the future tells of a clock that went back: its life means nothing.
fn due(now: u64, life: Option<Life>, luck: f64) -> u64 {
    match life {
        Some(life) if life.minted_at <= now => {
            life.minted_at + share(life.length(), EARLIEST + SPREAD * luck)
        }
        _ => now,
    }
}

/// The length of the shortest life that is known.
fn shortest(lives: &[Option<Life>]) -> u64 {
    let known = lives.iter().flatten();
    known.map(Life::length).min().unwrap_or(USUAL_LIFE)
}

fn retry_after(now: u64, lives: &[Option<Life>], failures: Failures, luck: f64) -> u64 {
    let length = shortest(lives);
    // What is not known may be past its end.
    let ends = lives
        .iter()
        .map(|life| life.map_or(now, |life| life.expires_at));
    let left = ends
        .map(|end| end.saturating_sub(now))
        .min()
        .unwrap_or(length);
    let wait = if left < share(length, URGENT) {
        let gone_by = failures.last_at.saturating_sub(failures.since);
        let shortest = share(length, FIRST_URGENT_RETRY);
        share(gone_by, PATIENCE).clamp(shortest, share(length, LONGEST_URGENT_RETRY))
    } else {
        let doublings = (failures.count - 1).min(16);
        let doubled = share(length, FIRST_RETRY).saturating_mul(1 << doublings);
        doubled.min(share(length, LONGEST_RETRY))
    };
    // Half to one and a half of it, so that those who failed together do not come back together.
    share(wait, 0.5 + luck).max(1)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "milliseconds of a token's life, far below 2^52"
)]
fn share(length: u64, fraction: f64) -> u64 {
    (length as f64 * fraction) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: u64 = 3_600_000;
    const NONE: Failures = Failures {
        count: 0,
        since: 0,
        last_at: 0,
    };

    fn life(minted_at: u64, hours: u64) -> Option<Life> {
        Some(Life {
            minted_at,
            expires_at: minted_at + hours * HOUR,
        })
    }

    #[test]
    fn nothing_held_is_nothing_to_do() {
        assert_eq!(next(5, &[], NONE, 0.3), Next::Sleep);
    }

    #[test]
    fn a_token_is_renewed_between_half_and_two_thirds_of_its_life() {
        let at = |luck| next(10, &[life(0, 12)], NONE, luck);
        assert_eq!(at(0.0), Next::At(6 * HOUR));
        assert_eq!(at(1.0), Next::At(12 * HOUR * 65 / 100));
    }

    #[test]
    fn the_first_of_several_decides_and_an_unknown_one_is_due_now() {
        let lives = [life(0, 12), life(0, 4)];
        assert_eq!(next(10, &lives, NONE, 0.0), Next::At(2 * HOUR));
        assert_eq!(next(10, &[life(0, 12), None], NONE, 0.5), Next::At(10));
    }

    #[test]
    fn a_clock_that_jumps_either_way_makes_it_due() {
        let lives = [life(100 * HOUR, 12)];
        let back = next(50 * HOUR, &lives, NONE, 0.5);
        assert_eq!(back, Next::At(50 * HOUR));
        let Next::At(ahead) = next(500 * HOUR, &lives, NONE, 0.5) else {
            panic!("a token is held");
        };
        assert!(ahead < 500 * HOUR);
        let failed_later = Failures {
            count: 9,
            since: 60 * HOUR,
            last_at: 60 * HOUR,
        };
        let back = next(50 * HOUR, &lives, failed_later, 0.5);
        assert_eq!(back, Next::At(50 * HOUR));
    }

    #[test]
    fn failures_wait_longer_each_time_and_never_long_when_the_end_is_near() {
        let wait = |now: u64, count| {
            let failures = Failures {
                count,
                since: now - HOUR / 60,
                last_at: now,
            };
            match next(now, &[life(0, 12)], failures, 0.5) {
                Next::At(at) => at - now,
                Next::Sleep => panic!("a token is held"),
            }
        };
        let minute = HOUR / 60;
        assert_eq!(wait(8 * HOUR, 1), minute);
        assert_eq!(wait(8 * HOUR, 2), 2 * minute);
        assert_eq!(wait(8 * HOUR, 30), 15 * minute);
        assert_eq!(wait(11 * HOUR, 30), minute * 15 / 100);
        assert_eq!(wait(20 * HOUR, 30), minute * 15 / 100);
    }

    #[test]
    fn who_waits_for_a_first_token_is_not_made_to_wait_long() {
        let wait = |keeper: &Keeper, now| match keeper.next(now, &[life(0, 12)], true) {
            Next::At(at) => at.saturating_sub(now),
            Next::Sleep => panic!("a token is wanted"),
        };
        let mut keeper = Keeper::new(0.5);
        assert_eq!(wait(&keeper, HOUR), 0);
        keeper.saw_login(HOUR, true);
        assert_eq!(wait(&keeper, HOUR), 1_000);
        keeper.renewed(HOUR + 100_000, false, None, 0.5);
        assert_eq!(wait(&keeper, HOUR + 100_000), 15_000);
        keeper.renewed(2 * HOUR, false, None, 0.5);
        assert_eq!(wait(&keeper, 2 * HOUR), 30_000);
        keeper.saw_login(HOUR, false);
        let done = keeper.next(HOUR, &[life(0, 12)], false);
        assert!(matches!(done, Next::At(at) if at > 6 * HOUR), "{done:?}");
    }

    #[test]
    fn one_renewal_follows_another_after_a_rest_whoever_writes_in_between() {
        let mut keeper = Keeper::new(0.5);
        keeper.renewed(HOUR, true, None, 0.5);
        let old = [life(0, 1)];
        let minute = HOUR / 60;
        // Somebody else's token, due already: there once more after each renewal.
        keeper.saw_login(HOUR, false);
        assert_eq!(keeper.next(HOUR, &old, false), Next::At(HOUR + minute / 12));
        let unknown = keeper.next(HOUR, &[None], false);
        assert_eq!(unknown, Next::At(HOUR + minute));
        let waited_for = keeper.next(HOUR, &old, true);
        assert!(matches!(waited_for, Next::At(at) if at <= HOUR));
        assert_eq!(keeper.next(HOUR / 2, &[None], false), Next::At(HOUR / 2));
    }

    #[test]
    fn a_token_that_no_cache_keeps_lives_as_long_as_was_asked_for() {
        let mut keeper = Keeper::new(0.0);
        keeper.renewed(0, true, Some(HOUR), 0.0);
        assert_eq!(keeper.next(5, &[None], false), Next::At(HOUR / 2));
        keeper.renewed(0, true, None, 0.0);
        assert_eq!(keeper.next(5, &[None], false), Next::At(6 * HOUR));
    }
}
