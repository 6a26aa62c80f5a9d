//! A home and an emulator, and `check` between the two.

use crate::support::binary_under_test;
use crate::support::home::{Finished, Home};
use crate::support::wire::{Api, CORP, studio_mirror_at};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use studio_mirror_emulator::{Action, Fault, Options};
use tempfile::TempDir;

/// No run may take longer, whatever happens to its packets.
pub const LIMIT: Duration = Duration::from_secs(6);

/// A home that knows of an emulator.
pub struct Set {
    pub home: Home,
    pub api: Api,
    url: String,
    _packages: TempDir,
}

impl Set {
    /// One over plain HTTP, whose repository has the package that the asset check asks for.
    pub fn up() -> Set {
        Set::with(|_| {}, |home| home)
    }

    /// One over HTTPS, whose CA the home and its clients trust.
    pub fn with_tls() -> Set {
        let mut set = Set::with(
            |options| *options = options.clone().with_https(),
            |home| home,
        );
        set.url = set.api.emulator.https_url().expect("asked for");
        let ca = std::fs::read(set.api.emulator.ca_pem()).expect("the CA is readable");
        let ca = set.home.write("ca.pem", ca);
        set.env("AWS_CA_BUNDLE", &ca)
            .env("PIP_CERT", &ca)
            .env("npm_config_cafile", &ca)
    }

    /// One with other options and variables.
    pub fn with(options: impl FnOnce(&mut Options), home: impl FnOnce(Home) -> Home) -> Set {
        let packages = TempDir::with_prefix("packages-").expect("a scratch folder");
        pack_is_number(packages.path());
        let api = Api::with(|chosen| {
            chosen.packages = Some(packages.path().to_owned());
            options(chosen);
        });
        Set {
            home: home(Home::new()),
            url: api.emulator.http_url(),
            api,
            _packages: packages,
        }
    }

    /// Where its API is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The same with another variable.
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Set {
        self.home = self.home.env(name, value);
        self
    }

    /// The same with the API elsewhere.
    pub fn at(mut self, url: impl Into<String>) -> Set {
        self.url = url.into();
        self
    }

    /// The same, with `action` befalling every `operation`.
    pub fn broken(self, operation: &str, action: Action) -> Set {
        self.fault(Some(operation), action)
    }

    /// The same, with `action` befalling everything.
    pub fn all_broken(self, action: Action) -> Set {
        self.fault(None, action)
    }

    fn fault(self, operation: Option<&str>, action: Action) -> Set {
        let fault = serde_json::json!({ "operation": operation, "action": action });
        let fault: Fault = serde_json::from_value(fault).expect("a fault");
        let added = self.api.emulator.add_faults(vec![fault]);
        added.expect("no path to get wrong");
        self
    }

    /// `check` of repository team, not yet started.
    pub fn command(&self, flags: &[&str]) -> Command {
        let flags = [&["check"], &CORP[..], flags].concat();
        studio_mirror_at(&self.home, &self.url, &flags)
    }

    /// Runs it, in time.
    pub fn check(&self, flags: &[&str]) -> Finished {
        let finished = self.home.run(&mut self.command(flags));
        assert!(finished.lasted < LIMIT, "too slow:\n{finished}");
        finished
    }

    /// Runs it for programs: what came out, by id.
    pub fn report(&self, flags: &[&str]) -> Seen {
        Seen::of(self.check(&[&["--output", "json"], flags].concat()))
    }

    /// The same for another repository than `corp`'s team.
    pub fn report_of(&self, domain: &str, repository: &str) -> Seen {
        let names = [
            "--domain",
            domain,
            "--domain-owner",
            "111122223333",
            "--repository",
            repository,
        ];
        let flags = [&["check", "--output", "json"], &names[..]].concat();
        Seen::of(
            self.home
                .run(&mut studio_mirror_at(&self.home, &self.url, &flags)),
        )
    }

    /// `text` with what differs from run to run as words of the same length.
    pub fn steady(&self, text: &str) -> String {
        let mut steady = text.to_owned();
        for url in [
            Some(self.url.clone()),
            Some(self.api.emulator.http_url()),
            Some(self.api.emulator.assets_url()),
        ] {
            let port = url
                .as_deref()
                .and_then(|url| url.rsplit(':').next())
                .unwrap_or("");
            if port.len() == 5 {
                steady = steady.replace(port, "PORTS");
            }
        }
        let [home, run] = self.home.folders();
        for (folder, word) in [(home, "/tmp/home-XXXXXX"), (run, "/dev/shm/run-XXXXXX")] {
            steady = steady.replace(&*folder.to_string_lossy(), word);
        }
        without_place(&without_own_addresses(&steady))
    }
}

/// `text` without this machine's addresses, which a report in JSON tells.
fn without_own_addresses(text: &str) -> String {
    let member = "\"own_addresses\": [";
    match text.split_once(member) {
        Some((before, rest)) => {
            let (_, after) = rest.split_once(']').expect("the list ends");
            format!("{before}{member}\"…\"]{after}")
        }
        None => text.to_owned(),
    }
}

/// `text` without the line of a ticket that tells where and when.
fn without_place(text: &str) -> String {
    let line = |line: &str| match line.strip_prefix("Seen at ") {
        Some(_) => "Seen at …\n".to_owned(),
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(line).collect()
}

/// A report, read.
pub struct Seen {
    pub finished: Finished,
    pub document: Value,
}

impl Seen {
    /// Reads what `check --output json` left.
    pub fn of(finished: Finished) -> Seen {
        let document = serde_json::from_str(&finished.stdout);
        let document = document.unwrap_or_else(|why| panic!("no JSON ({why}):\n{finished}"));
        Seen { finished, document }
    }

    fn checks(&self) -> &[Value] {
        self.document["checks"].as_array().expect("a list")
    }

    /// The ids that came out as `status`.
    pub fn ids(&self, status: &str) -> Vec<&str> {
        let is = |check: &&Value| check["status"] == status;
        self.checks()
            .iter()
            .filter(is)
            .filter_map(|check| check["id"].as_str())
            .collect()
    }

    /// What was found of `id`.
    pub fn check(&self, id: &str) -> &Value {
        let found = self.checks().iter().find(|check| check["id"] == id);
        found.unwrap_or_else(|| panic!("no {id} in\n{}", self.finished))
    }

    /// Nothing failed and nothing is to be warned of.
    #[track_caller]
    pub fn assert_healthy(self) -> Seen {
        assert_eq!(self.ids("failed"), [""; 0], "{}", self.finished);
        assert_eq!(self.ids("warning"), [""; 0], "{}", self.finished);
        assert_eq!(self.document["ok"], true);
        assert_eq!(self.finished.status.code(), Some(0), "{}", self.finished);
        self
    }

    /// `id` alone failed: its detail, its mend and who mends it hold these words.
    #[track_caller]
    pub fn assert_root(self, id: &str, words: &[&str]) -> Seen {
        assert_eq!(self.ids("failed"), [id], "{}", self.finished);
        assert_eq!(self.ids("warning"), [""; 0], "{}", self.finished);
        assert_eq!(self.document["ok"], false);
        assert_eq!(self.finished.status.code(), Some(1), "{}", self.finished);
        let check = self.check(id);
        let part = |name: &str| check[name].as_str().unwrap_or_default();
        let all = [part("detail"), part("fix"), part("mender")].join("\n");
        for word in words {
            assert!(all.contains(word), "no {word:?} in\n{all}");
        }
        self
    }
}

/// npm's is-number 7.0.0, as small as can be.
fn pack_is_number(folder: &Path) {
    let package: PathBuf = folder.join("package");
    std::fs::create_dir(&package).expect("a scratch folder");
    let manifest = r#"{"name":"is-number","version":"7.0.0"}"#;
    std::fs::write(package.join("package.json"), manifest).expect("a scratch file");
    let packed = Command::new("tar")
        .arg("-czf")
        .arg(folder.join("is-number-7.0.0.tgz"))
        .args(["-C"])
        .arg(folder)
        .arg("package")
        .status();
    assert!(packed.expect("tar runs").success());
    std::fs::remove_dir_all(package).expect("a scratch folder");
}

/// `studio-mirror` in this home with no settings at all.
pub fn bare(home: &Home, arguments: &[&str]) -> Finished {
    home.run(home.command(binary_under_test()).args(arguments))
}
