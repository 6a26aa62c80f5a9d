//! Every system call of a login, a refresh, a helper's answer and a logout fails once: no panic, no leak, no torn file,
//! and the next run mends the rest.
#![allow(clippy::print_stdout)] // figures

#[path = "../support/mod.rs"]
mod support;

mod calls;
mod descriptors;
mod ending;
mod scene;
mod trial;

use std::sync::atomic::{AtomicUsize, Ordering};

use calls::can_inject;
use scene::{KEYRING, Prepare, Scene, own_files, own_folders};
use support::home::Home;
use support::mirror::Mirror;
use trial::Trials;

/// Points tried at once: most of them wait, for the kernel or for a second try of a connection.
const WORKERS: usize = 4;

const LOGIN: [&str; 3] = ["login", "--repository", "team"];

const EXPIRED: Prepare = |mirror, home| {
    scene::run(mirror, home, &LOGIN);
    scene::let_cached_token_end(home);
};
const LOGGED_IN: Prepare = |mirror, home| scene::run(mirror, home, &LOGIN);
const AT_ANOTHER_REPOSITORY: Prepare =
    |mirror, home| scene::run(mirror, home, &["login", "--repository", "web"]);

#[test]
fn a_first_login_in_a_home_without_files() {
    try_all("first login", &LOGIN, own_folders, |_, _| {});
}

#[test]
fn a_login_over_a_persons_own_files() {
    try_all("login over own files", &LOGIN, own_files, |_, _| {});
}

#[test]
fn a_login_over_an_earlier_one() {
    let other_way = ["login", "--repository", "team", "--auth", "token"];
    try_all(
        "login over a login",
        &other_way,
        own_files,
        AT_ANOTHER_REPOSITORY,
    );
}

#[test]
fn a_refresh_of_an_expired_token() {
    try_all("refresh", &["refresh", "--once"], own_files, EXPIRED);
}

#[test]
fn an_answer_from_the_cache() {
    try_all("cached answer", &KEYRING, own_files, LOGGED_IN);
}

#[test]
fn an_answer_that_needs_a_new_token() {
    try_all("minted answer", &KEYRING, own_files, EXPIRED);
}

#[test]
fn a_logout_from_a_persons_own_files() {
    try_all("logout", &["logout"], own_files, LOGGED_IN);
}

#[test]
fn a_logout_that_leaves_no_file() {
    try_all("logout without files", &["logout"], own_folders, LOGGED_IN);
}

/// Lets each call of the command fail, in a home that has a person's `own` things and was then made ready by `prepare`.
fn try_all(name: &'static str, arguments: &[&'static str], own: fn(&Home), prepare: Prepare) {
    if !can_inject() {
        return support::tell_skipped(
            name,
            "strace is not installed (scripts/clients), or may not trace here",
        );
    }
    let mirror = Mirror::without_packages();
    let scene = Scene::new(&mirror, arguments, own, prepare);
    let trials = Trials::of(&mirror, &scene);
    let next = AtomicUsize::new(0);
    let findings: Vec<String> = std::thread::scope(|threads| {
        let work = || {
            let mine =
                std::iter::from_fn(|| trials.points.get(next.fetch_add(1, Ordering::Relaxed)));
            mine.filter_map(|point| trials.judge(point).err())
                .collect::<Vec<String>>()
        };
        let workers: Vec<_> = (0..WORKERS).map(|_| threads.spawn(work)).collect();
        let found = workers.into_iter();
        found
            .flat_map(|worker| worker.join().expect("a trial does not panic"))
            .collect()
    });
    println!("{name}: {}", trials.count());
    assert!(
        findings.is_empty(),
        "{} of {} points:\n{}",
        findings.len(),
        trials.points.len(),
        findings.join("\n")
    );
    trials.assert_enough_met();
}
