//! Ten thousand spaces of one account start within a minute on a Monday morning.
//!
//! In virtual time: the clock is tokio's, which jumps to the next thing that happens. What asks, waits, retries, caches and
//! renews is the shipped code, the AWS SDK's included; only the network below it and the service are simulated.
#![allow(clippy::print_stdout)] // figures

#[path = "../support/mod.rs"]
mod support;

mod real;
mod role;
mod service;
mod space;

use std::cell::Cell;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use role::Role;
use service::{QUOTA, Service};
use space::{Morning, Space};

const SPACES: usize = 10_000;
/// All of them start within this.
const START: Duration = Duration::from_secs(60);
/// Somebody in each installs a package within this.
const INSTALLS: Duration = Duration::from_secs(600);
/// A role's keys live an hour at least; here they are renewed every minute.
const SESSION: Duration = Duration::from_secs(60);
/// Of packets.
const LOSS: f64 = 0.01;

/// Monday, in seconds since 1970.
const MONDAY: u64 = 1_796_022_000;

thread_local! {
    static BEGUN: Cell<Option<Instant>> = const { Cell::new(None) };
}

fn begun() -> Instant {
    BEGUN.get().expect("a simulation runs on this thread")
}

/// The wall clock of the simulation, in seconds since 1970.
fn clock() -> u64 {
    millis() / 1_000
}

fn millis() -> u64 {
    let since = u64::try_from(begun().elapsed().as_millis()).expect("some hours");
    MONDAY * 1_000 + since
}

/// The moment that the wall clock calls `millis`.
fn moment(millis: u64) -> Instant {
    begun() + Duration::from_millis(millis.saturating_sub(MONDAY * 1_000))
}

fn by_chance(within: Duration) -> Duration {
    within.mul_f64(fastrand::f64())
}

#[tokio::test(start_paused = true)]
async fn a_fleet_gets_its_tokens_as_fast_as_the_quota_allows_and_no_start_waits() {
    fastrand::seed(20_261_130);
    BEGUN.set(Some(Instant::now()));
    let caches = tempfile::tempdir_in("/dev/shm").expect("memory");
    let role = Role::new(SESSION);
    let service = Service::new(role.clone(), LOSS);
    let spaces: Vec<Space> = (0..SPACES)
        .map(|number| {
            let cache = caches.path().join(number.to_string());
            Space::new(cache, service.clone(), role.clone())
        })
        .collect();
    let mornings = spaces.iter().map(|space| {
        let (start, install) = (by_chance(START), by_chance(INSTALLS));
        space.morning(begun() + start, begun() + install)
    });
    let mornings: Vec<Morning> = join_all(mornings).await;
    let counts = service.counts();
    let total = mornings.iter().map(|one| one.token_at).max().expect("some") - begun();
    let ideal = Duration::from_secs_f64(SPACES as f64 / QUOTA as f64);
    let longest = mornings.iter().map(|one| one.login).max().expect("some");
    let at_once = mornings.iter().filter(|one| one.at_once).count();
    let failed = mornings.iter().filter(|one| one.install.is_none()).count();
    println!(
        "{SPACES} spaces: {} tokens in {total:.0?}, {:.2} of the quota's own {ideal:.0?}; {} requests refused; {at_once} had \
         theirs at once; the longest login {longest:.1?}; {failed} installs found the account busy",
        counts.tokens,
        total.as_secs_f64() / ideal.as_secs_f64(),
        counts.throttled,
    );
    // One each, and a second for the few whose helper waited half its time for a login that was being refused: the holder of
    // a lock may be a stopped process.
    let tokens = counts.tokens as usize;
    assert!(
        (SPACES..=SPACES + SPACES / 1_000).contains(&tokens),
        "{tokens} tokens"
    );
    assert_eq!(counts.expired, 0);
    assert!(longest < Duration::from_secs(10), "{longest:?}");
    assert!(total < ideal.mul_f64(1.25), "{total:?} of {ideal:?}");
}
