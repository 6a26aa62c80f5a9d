//! Somebody with an AWS account, the AWS CLI and the checkout.

use crate::support::cloud::{Account, Cloud, REGION};
use crate::support::home::{Finished, Home};
use crate::support::{checkout, clients};
use crate::virtual_machine::Machines;
use serde_json::Value;
use std::process::Command;
use std::sync::Arc;

/// The person.
pub struct Person {
    pub account: Arc<Account>,
    pub home: Home,
    pub machines: Machines,
}

impl Person {
    /// With an account in which nothing is.
    pub fn new() -> Person {
        let account = Arc::new(Cloud::shared().account());
        let machines = Machines::of(&account);
        let home = Home::new().first_on_path(clients::bin("aws"));
        Person {
            account,
            home,
            machines,
        }
    }

    /// `scripts/aws-smoke …`, not yet started.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.home.command(checkout().join("scripts/aws-smoke"));
        command
            .args(["--region", REGION, "--out"])
            .arg(self.home.join("out"))
            .args(words)
            .envs(self.account.environment())
            .env("STUDIO_MIRROR_BIN", shipped());
        command
    }

    /// Runs it.
    pub fn run(&self, words: &[&str]) -> Finished {
        self.home.run(&mut self.command(words))
    }

    /// The report of the only run.
    pub fn report(&self) -> Value {
        let runs = std::fs::read_dir(self.home.join("out")).expect("a folder of runs");
        let paths = runs.map(|run| run.expect("an entry").path().join("report.json"));
        let mut reports = paths.filter(|path| path.is_file());
        let report = reports.next().expect("a report");
        assert_eq!(reports.next(), None);
        let text = std::fs::read(report).expect("it is readable");
        serde_json::from_slice(&text).expect("a document")
    }
}

/// The static binary that machines can run: the one that ships.
fn shipped() -> String {
    let path = checkout().join("target/x86_64-unknown-linux-musl/release/studio-mirror");
    assert!(path.is_file(), "no static binary: scripts/build makes it");
    path.to_str().expect("text").to_owned()
}
