//! Upgrade day of a large company: 10,000 spaces, and 50 downloads a second in an account.

use super::*;
use std::process::Command;
use support::checkout;
use support::studio_space::possible;

const SPACES: usize = 10_000;
const QUOTA: usize = 50;

/// The most moments that lie in any one second.
fn busiest(moments: &mut [f64]) -> usize {
    moments.sort_by(f64::total_cmp);
    let mut first = 0;
    let counts = (0..moments.len()).map(|last| {
        while moments[last] - moments[first] >= 1.0 {
            first += 1;
        }
        last - first + 1
    });
    counts.max().unwrap_or(0)
}

#[test]
fn spaces_that_start_in_one_moment_stay_under_the_quota() {
    let script = std::fs::read_to_string(checkout().join("lifecycle/on-start.sh"));
    let script = script.expect("the script is readable");
    let line = |name: &str| {
        let mut lines = script.lines();
        lines
            .find(|line| line.starts_with(name))
            .expect("a setting")
    };
    let (_, function) = script.split_once("\nsome_of() {").expect("the function");
    let (function, _) = function.split_once("\n}\n").expect("its end");
    let drawn = Command::new("bash")
        .args(["-c", &format!(
            "{}\nsome_of() {{{function}\n}}\nfor ((n = 0; n < {SPACES}; n++)); do some_of \"$spread\"; done",
            line("spread=")
        )])
        .output()
        .expect("bash runs");
    let drawn = String::from_utf8(drawn.stdout).expect("text");
    let mut moments: Vec<f64> = drawn
        .lines()
        .map(|line| line.parse().expect("seconds"))
        .collect();
    assert_eq!(moments.len(), SPACES);
    let busiest = busiest(&mut moments);
    assert!(busiest < QUOTA, "{busiest} in one second");
    // Not so far apart that an upgrade takes all morning.
    assert!(moments[SPACES - 1] <= 900.0);
}

#[test]
fn the_new_version_comes_spread_over_the_time_set() {
    const HOMES: usize = 60;
    /// As crowded as 10,000 spaces over the time that the script has.
    const SPREAD: usize = 4;
    if !possible() {
        return;
    }
    let space = Space::with_binary(None);
    let [first, second] = ["1.0.0", "2.0.0"].map(Version::stand_in);
    quick_client(&space, &second);
    let text =
        script(&second, Some(&first)).replace("\nspread=0\n", &format!("\nspread={SPREAD}\n"));
    space.put_program(&script_path(), text.as_bytes());
    space.put_program(&format!("{HOME}/first"), &first.program);
    let started = space.run(space.command("bash").args(["-euc", &format!(
        "for n in {{1..{HOMES}}}; do mkdir -p ~/$n/.cache/studio-mirror/bin; cp -p ~/first ~/$n/.cache/studio-mirror/bin/studio-mirror; done\n\
         for n in {{1..{HOMES}}}; do HOME=$HOME/$n ~/on-start.sh & done; wait"
    )]));
    let started = started.success();
    assert_eq!(
        started.stdout.matches(": logged in").count(),
        HOMES,
        "{started}"
    );
    wait_for_the_end(&space);
    let asked = space.sh("cat ~/asked").success();
    let mut moments: Vec<f64> = asked
        .stdout
        .lines()
        .map(|line| line.parse().expect("a time"))
        .collect();
    assert_eq!(moments.len(), HOMES, "each home asks once");
    let busiest = busiest(&mut moments);
    assert!(busiest < QUOTA, "{busiest} in one second");
    let took = moments[HOMES - 1] - moments[0];
    assert!(took > SPREAD as f64 / 2.0, "all within {took} s");
    let placed = space.sh(&format!(
        "sha256sum ~/*/.cache/studio-mirror/bin/studio-mirror | grep -c {}",
        second.pin.sha256
    ));
    assert_eq!(placed.stdout.trim(), HOMES.to_string(), "{placed}");
}
