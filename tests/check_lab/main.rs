//! Every scene of the laboratory, each a test of its own: what real clients make of it, and what `check` says.
//!
//! `cargo test --test check_lab proxy` runs those with "proxy" in their names. The scenes are in tests/lab.

#[path = "../support/mod.rs"]
mod support;

mod ordinary_user;

use libtest_mimic::{Arguments, Trial};
use serde::Deserialize;
use std::time::Duration;
use studio_mirror_lab::{Fault, Outcome, SCENES, Scene};
use support::home::Finished;
use support::lab::{self, Lab};
use support::leak_watch::LeakWatch;

/// Scenes at once. Most wait for a time-out, so that more than the processors are of use.
const AT_ONCE: usize = 4;

/// What a check may take, whatever is dropped.
const LIMIT: Duration = Duration::from_secs(6);

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
    let mut trials: Vec<Trial> = SCENES.iter().map(trial).collect();
    if ordinary_user::is_wanted() {
        let play = || {
            ordinary_user::play();
            Ok(())
        };
        trials.push(Trial::test("as_an_ordinary_user", play).with_ignored_flag(!possible));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    lab::tear_down();
    conclusion.exit();
}

fn play(scene: &Scene) {
    let mut lab = match scene.uv {
        Some(_) => Lab::with_clients(scene.world, &["uv-newest", "pip-newest", "npm-newest"]),
        None => Lab::open(scene.world),
    };
    let watch = LeakWatch::start(lab.home.path());
    // Where the settings themselves are at fault, nobody has ever logged in: they come by flags.
    let flags = if scene.faults.contains(&Fault::Region) {
        lab.suffer(scene.faults);
        lab.login().failure();
        &lab::REPOSITORY[..]
    } else {
        lab.login().success();
        lab.suffer(scene.faults);
        &[]
    };
    lab.forget_token();
    let json = lab.studio_mirror([&["check", "--output", "json"], flags].concat());
    let text = lab.studio_mirror([&["check"], flags].concat());
    assert_diagnosis(scene, &json, &text);
    lab.forget_token();
    let (pip, npm) = (lab.pip_install(), lab.npm_install());
    assert_outcome(
        scene.pip,
        &pip,
        lab.home.join("pip/mirror_words.py").exists(),
    );
    let package = lab.home.join("npm/node_modules/mirror-right/index.js");
    assert_outcome(scene.npm, &npm, package.exists());
    if let Some(expected) = scene.uv {
        lab.forget_token();
        let uv = lab.uv_install();
        assert_outcome(expected, &uv, lab.home.join("uv/mirror_words.py").exists());
    }
    if let [id] = scene.failing
        && id.ends_with(".connection")
    {
        assert_mend(&mut lab, id, &json);
    }
    lab.home.assert_no_leak(&watch, &[]);
}

/// The part of `check --output json` that says what is wrong.
#[derive(Deserialize)]
struct Report {
    ok: bool,
    checks: Vec<Check>,
}

#[derive(Deserialize)]
struct Check {
    id: String,
    status: String,
    fix: Option<String>,
}

impl Report {
    fn with_status<'a>(&'a self, status: &'a str) -> impl Iterator<Item = &'a Check> {
        self.checks
            .iter()
            .filter(move |check| check.status == status)
    }

    fn ids<'a>(&'a self, status: &'a str) -> Vec<&'a str> {
        self.with_status(status)
            .map(|check| check.id.as_str())
            .collect()
    }
}

/// Exactly the root causes, each with its mend, which people are shown; the exit code of both forms; in time.
#[track_caller]
fn assert_diagnosis(scene: &Scene, json: &Finished, text: &Finished) {
    let report: Report = serde_json::from_str(&json.stdout)
        .unwrap_or_else(|cause| panic!("no report ({cause}):\n{json}"));
    assert_eq!(report.ids("failed"), scene.failing, "{text}");
    assert_eq!(report.ids("warning"), scene.warning, "{text}");
    assert_eq!(report.ok, scene.failing.is_empty(), "{json}");
    let code = i32::from(!report.ok);
    for finished in [json, text] {
        assert_eq!(finished.status.code(), Some(code), "{finished}");
        assert!(finished.lasted < LIMIT, "{finished}");
    }
    let shown = without_layout(&text.stdout);
    for check in report
        .with_status("failed")
        .chain(report.with_status("warning"))
    {
        let fix = check.fix.as_deref().unwrap_or_default();
        assert!(!fix.is_empty(), "no mend of {}:\n{json}", check.id);
        assert!(
            shown.contains(&without_layout(fix)),
            "the mend of {} is not shown, {fix:?}:\n{text}",
            check.id
        );
    }
}

/// Variables alone are at fault: typing the mend as it is shown mends it, for `check` and for the clients.
#[track_caller]
fn assert_mend(lab: &mut Lab, id: &str, json: &Finished) {
    let report: Report = serde_json::from_str(&json.stdout).expect("read before");
    let fix = report
        .with_status("failed")
        .find_map(|check| check.fix.clone());
    lab.type_in(&fix.unwrap_or_default());
    lab.studio_mirror(["check"]).success();
    let again = match id {
        "tools.npm.connection" => lab.npm_install(),
        "tools.uv.connection" => lab.uv_install(),
        _ => lab.pip_install(),
    };
    again.success();
}

/// Text as it reads, wherever its lines end: sentences begin with a capital, a command is indented instead of marked by
/// `$` and goes on after a backslash.
fn without_layout(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && !"$\\".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
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
