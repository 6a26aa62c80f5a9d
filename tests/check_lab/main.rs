//! Every scene of the laboratory, each a test of its own: what real clients make of it.
//!
//! `cargo test --test check_lab proxy` runs those with "proxy" in their names. The scenes are in tests/lab.

#[path = "../support/mod.rs"]
mod support;

use libtest_mimic::{Arguments, Trial};
use studio_mirror_lab::{Fault, Outcome, SCENES, Scene};
use support::home::Finished;
use support::lab::{self, Lab};
use support::leak_watch::LeakWatch;

/// Scenes at once. Most wait for a time-out, so that more than the processors are of use.
const AT_ONCE: usize = 4;

fn main() {
    let mut arguments = Arguments::from_args();
    let told = std::env::var("RUST_TEST_THREADS").ok();
    let at_once = told.and_then(|told| told.parse().ok()).unwrap_or(AT_ONCE);
    arguments.test_threads.get_or_insert(at_once);
    let possible = arguments.list || lab::possible();
    let trial = |scene: &'static Scene| {
        let play = move || {
            play(scene);
            Ok(())
        };
        Trial::test(scene.name, play).with_ignored_flag(!possible)
    };
    let conclusion = libtest_mimic::run(&arguments, SCENES.iter().map(trial).collect());
    lab::tear_down();
    conclusion.exit();
}

fn play(scene: &Scene) {
    let mut lab = Lab::open(scene.world);
    let watch = LeakWatch::start(lab.home.path());
    // Where the settings themselves are at fault, nobody has ever logged in.
    if scene.faults.contains(&Fault::Region) {
        lab.suffer(scene.faults);
        lab.login().failure();
    } else {
        lab.login().success();
        lab.suffer(scene.faults);
    }
    lab.forget_token();
    let (pip, npm) = (lab.pip_install(), lab.npm_install());
    assert_outcome(
        scene.pip,
        &pip,
        lab.home.join("pip/mirror_words.py").exists(),
    );
    let package = lab.home.join("npm/node_modules/mirror-right/index.js");
    assert_outcome(scene.npm, &npm, package.exists());
    lab.home.assert_no_leak(&watch, &[]);
}

#[track_caller]
fn assert_outcome(expected: Outcome, finished: &Finished, is_there: bool) {
    let installs = finished.status.success();
    assert_eq!(
        installs, is_there,
        "it says one thing and did another:\n{finished}"
    );
    let outcome = match installs {
        true => Outcome::Installs,
        false => Outcome::Fails,
    };
    assert_eq!(outcome, expected, "{finished}");
}
