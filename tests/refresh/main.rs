//! `refresh`: tokens in files are renewed, once or by the background process, and nothing else in them is touched.

#[path = "../support/mod.rs"]
mod support;

mod background;
mod hostile;
mod killed;
mod once;
mod shared_home;
mod three_days;
mod waiting;
mod whose;

use std::process::Command;

use studio_mirror_emulator::Fault;
use support::binary_under_test;
use support::home::{Finished, Home};
use support::mirror::{Mirror, TEAM, status_with_token};

const NPMRC: &str = ".npmrc";
const STATE: &str = ".local/state/studio-mirror/state.json";

/// `studio-mirror refresh …` in this home, told nothing: it goes by what the login remembered.
fn refresh(home: &Home, flags: &[&str]) -> Finished {
    let mut command: Command = home.command(binary_under_test());
    home.run(command.arg("refresh").args(flags))
}

/// The token that a `.npmrc` holds.
fn token_in(npmrc: &str) -> String {
    let (_, rest) = npmrc.split_once(":_authToken=").expect("a token in .npmrc");
    rest.lines().next().expect("its line").trim().to_owned()
}

/// Whether the emulator takes the token now.
fn is_valid(mirror: &Mirror, token: &str) -> bool {
    let page = format!("{}simple/mirror-words/", mirror.endpoint("pypi", TEAM));
    status_with_token(&page, token) != 401
}

fn fault(json: serde_json::Value) -> Vec<Fault> {
    vec![serde_json::from_value(json).expect("a fault")]
}

/// Ends the background process when a test is over, however it ends.
struct Background<'a>(&'a Home);

impl<'a> Background<'a> {
    fn start(home: &'a Home) -> Self {
        refresh(home, &["--daemon"]).success();
        Self(home)
    }

    fn pid(&self) -> i32 {
        let status = self.0.run(
            self.0
                .command(binary_under_test())
                .args(["status", "--output", "json"]),
        );
        let document: serde_json::Value =
            serde_json::from_str(&status.success().stdout).expect("a document");
        let pid = document["refresh"]["pid"].as_i64().expect("a process id");
        i32::try_from(pid).expect("a process id")
    }
}

impl Drop for Background<'_> {
    fn drop(&mut self) {
        let mut stop = self.0.command(binary_under_test());
        let _ = stop.args(["refresh", "--stop"]).output();
    }
}
