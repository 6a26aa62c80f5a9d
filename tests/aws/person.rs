//! Somebody with an AWS account, the AWS CLI and the checkout.

use crate::support::cloud::{Account, Cloud, REGION};
use crate::support::home::{Finished, Home};
use crate::support::{checkout, clients};
use crate::virtual_machine::Machines;
use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

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

    /// Runs it to its end, which it comes to by itself: it has limits of its own.
    pub fn run(&self, words: &[&str]) -> Finished {
        let begun = Instant::now();
        let mut command = self.command(words);
        let ended = command.stdin(Stdio::null()).output().expect("bash runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
        Finished {
            what: format!("scripts/aws-smoke {}", words.join(" ")),
            status: ended.status,
            stdout: text(ended.stdout),
            stderr: text(ended.stderr),
            lasted: begun.elapsed(),
        }
    }

    /// The files of what was found.
    pub fn found(&self) -> Vec<PathBuf> {
        let inside = |folder: &PathBuf| {
            let entries = std::fs::read_dir(folder).expect("a folder");
            entries.map(|entry| entry.expect("an entry").path())
        };
        let runs = inside(&self.home.join("out"));
        let files = runs.flat_map(|run| inside(&run).collect::<Vec<_>>());
        files.filter(|path| path.is_file()).collect()
    }

    /// The report of the only run.
    pub fn report(&self) -> Value {
        let reports: Vec<PathBuf> = self
            .found()
            .into_iter()
            .filter(|path| path.ends_with("report.json"))
            .collect();
        let [report] = &reports[..] else {
            panic!("{reports:?}")
        };
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
