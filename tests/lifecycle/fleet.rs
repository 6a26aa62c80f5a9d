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
fn the_new_version_comes_some_time_after_the_start() {
    const HOMES: usize = 40;
    const SPREAD: f64 = 4.0;
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
    let started = space.sh(&format!(
        "for n in {{1..{HOMES}}}; do\n\
         export HOME=/home/sagemaker-user/$n\n\
         mkdir -p $HOME/.cache/studio-mirror/bin\n\
         cp -p /home/sagemaker-user/first $HOME/.cache/studio-mirror/bin/studio-mirror\n\
         /home/sagemaker-user/on-start.sh\n\
         date +%s.%N >>/home/sagemaker-user/ended\n\
         done"
    ));
    let started = started.success();
    assert_eq!(
        started.stdout.matches(": logged in").count(),
        HOMES,
        "{started}"
    );
    assert!(!started.stdout.contains("fetched"), "{started}");
    wait_for_the_end(&space);
    let moments = |file: &str| -> Vec<f64> {
        let text = space.read(&format!("{HOME}/{file}"));
        text.lines()
            .map(|line| line.parse().expect("a time"))
            .collect()
    };
    let (ended, asked) = (moments("ended"), moments("asked"));
    assert_eq!(asked.len(), HOMES, "each home asks once");
    let waited = (asked.iter().sum::<f64>() - ended.iter().sum::<f64>()) / HOMES as f64;
    assert!(
        (SPREAD * 0.3..SPREAD * 0.8).contains(&waited),
        "on average {waited} s after the start"
    );
    let placed = space.sh(&format!(
        "sha256sum ~/*/.cache/studio-mirror/bin/studio-mirror | grep -c {}",
        second.pin.sha256
    ));
    assert_eq!(placed.stdout.trim(), HOMES.to_string(), "{placed}");
}
