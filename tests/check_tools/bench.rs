//! A home that is logged in, what `check` says of it, and its mends.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::binary_under_test;
use crate::support::home::{Finished, Home};
use crate::support::leak_watch::LeakWatch;
use crate::support::mirror::Mirror;

/// An address on this machine where nothing listens.
pub const NOBODY: &str = "http://127.0.0.1:9";

/// Lets nobody else read a file.
pub fn close(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o600)).expect("a file of ours");
}

/// An emulator, a home logged in to it, and what is set in its environment besides.
pub struct Bench {
    pub mirror: Mirror,
    pub home: Home,
    watch: LeakWatch,
    variables: BTreeMap<String, String>,
    folder: Option<std::path::PathBuf>,
}

impl Bench {
    /// Logged in with these tools; `clients` come first on PATH.
    pub fn new(tools: &str, clients: &[&Path]) -> Bench {
        Bench::logged_in(&["--tool", tools], clients)
    }

    /// Logged in with these flags.
    pub fn logged_in(flags: &[&str], clients: &[&Path]) -> Bench {
        let bench = Bench::without_login(clients);
        bench.mirror.login(&bench.home, flags).success();
        bench
    }

    pub fn without_login(clients: &[&Path]) -> Bench {
        let mirror = Mirror::start();
        let mut home = Home::new().env("AWS_ENDPOINT_URL_STS", mirror.emulator.http_url());
        for folder in clients {
            home = home.first_on_path(folder);
        }
        Bench {
            watch: LeakWatch::start(home.path()),
            mirror,
            home,
            variables: BTreeMap::new(),
            folder: None,
        }
    }

    /// With the pip of a pinned client in a virtual environment `~/venv`, which is first on PATH.
    pub fn with_pip(client: &str, flags: &[&str]) -> Bench {
        let mut bench = Bench::without_login(&[]);
        bench.home.venv_with_pip("venv", client);
        let venv = bench.home.join("venv/bin");
        bench.set("PATH", format!("{}:{}", venv.display(), bench.path()));
        bench.mirror.login(&bench.home, flags).success();
        bench
    }

    /// PATH as programs see it here.
    pub fn path(&self) -> String {
        let script = "printf %s \"$PATH\"";
        let shell = self.home.run(self.command("sh").args(["-c", script]));
        shell.success().stdout
    }

    /// Sets a variable from now on.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        self.variables.insert(name.to_owned(), value.into());
    }

    /// Everything runs in this folder from now on.
    pub fn go_to(&mut self, below: &str) {
        let folder = self.home.join(below);
        std::fs::create_dir_all(&folder).expect("a folder in the scratch home");
        self.folder = Some(folder);
    }

    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = self.home.command(program);
        command.envs(&self.variables);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        command
    }

    pub fn run(&self, program: &str, arguments: &[&str]) -> Finished {
        self.home.run(self.command(program).args(arguments))
    }

    /// What `check` says.
    pub fn check(&self, flags: &[&str]) -> Checked {
        let mut command = self.command(binary_under_test());
        let finished = self
            .home
            .run(command.args(["check", "--output", "json"]).args(flags));
        let report: Value = serde_json::from_str(&finished.stdout)
            .unwrap_or_else(|why| panic!("no JSON ({why}):\n{finished}"));
        Checked {
            report,
            code: finished.status.code(),
        }
    }

    /// `check` has nothing to find.
    #[track_caller]
    pub fn assert_fine(&self) {
        let checked = self.check(&[]);
        checked.assert_open(&[], &[]);
        assert_eq!(checked.code, Some(0));
    }

    /// `check` names this one cause, alone; typing its mend leaves nothing to find. Returns detail and mend.
    #[track_caller]
    pub fn assert_one_failure(&mut self, id: &str) -> (String, String) {
        let checked = self.check(&[]);
        checked.assert_open(&[id], &[]);
        assert_eq!(checked.code, Some(1), "{}", checked.report);
        let (detail, fix) = checked.told(id);
        self.mend(&fix);
        self.assert_fine();
        (detail, fix)
    }

    /// As [`Bench::assert_one_failure`], for what is a warning.
    #[track_caller]
    pub fn assert_one_warning(&mut self, id: &str) -> (String, String) {
        let checked = self.check(&[]);
        checked.assert_open(&[], &[id]);
        assert_eq!(checked.code, Some(0), "{}", checked.report);
        let (detail, fix) = checked.told(id);
        self.mend(&fix);
        self.assert_fine();
        (detail, fix)
    }

    /// The token that the helper gives.
    pub fn token(&self) -> String {
        let mut command = self.command(binary_under_test());
        let told = self
            .home
            .run_unheard(command.args(["token", "--domain", "corp"]));
        told.success().stdout.trim().to_owned()
    }

    /// The token cache is gone, as after a restart.
    pub fn forget_tokens(&self) {
        let cache = self.home.folders()[1].join("studio-mirror");
        let cached = std::fs::read_dir(&cache)
            .expect("the token cache")
            .flatten();
        for file in cached.map(|file| file.path()) {
            if file.extension().is_some_and(|end| end == "json") {
                std::fs::remove_file(file).expect("our own file");
            }
        }
    }

    /// Types every command of a mend.
    pub fn mend(&mut self, fix: &str) {
        for line in fix.lines().filter_map(|line| line.strip_prefix("$ ")) {
            if let Some(names) = line.strip_prefix("unset ") {
                for name in names.split(' ') {
                    self.variables.remove(name);
                }
            } else if let Some(flags) = line.strip_prefix("studio-mirror login") {
                let flags: Vec<&str> = flags.split_whitespace().collect();
                self.mirror.login(&self.home, &flags).success();
            } else if let Some(path) = line.strip_prefix("export PATH=") {
                let text = format!("printf %s {path}");
                let path = self
                    .home
                    .run(self.command("sh").args(["-c", &text]))
                    .success()
                    .stdout;
                self.set("PATH", path);
            } else if !line.starts_with("vi ") {
                self.home
                    .run(self.command("sh").args(["-c", line]))
                    .success();
            }
        }
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.home.assert_no_leak(&self.watch, &[]);
        }
    }
}

/// A report.
pub struct Checked {
    pub report: Value,
    pub code: Option<i32>,
}

impl Checked {
    fn with(&self, status: &str) -> Vec<&str> {
        let checks = self.report["checks"].as_array().expect("a list of checks");
        checks
            .iter()
            .filter(|check| check["status"] == status)
            .filter_map(|check| check["id"].as_str())
            .collect()
    }

    /// Exactly these failed, and exactly these are warnings.
    #[track_caller]
    pub fn assert_open(&self, failed: &[&str], warnings: &[&str]) {
        let seen = (self.with("failed"), self.with("warning"));
        assert_eq!(
            seen,
            (failed.to_vec(), warnings.to_vec()),
            "{:#}",
            self.report
        );
    }

    /// The check is there and holds.
    #[track_caller]
    pub fn assert_ok(&self, id: &str) {
        assert!(
            self.with("ok").contains(&id),
            "{id} is not ok: {:#}",
            self.report
        );
    }

    pub fn is_ok(&self, id: &str) -> bool {
        self.with("ok").contains(&id)
    }

    /// Detail and mend of a check.
    #[track_caller]
    pub fn told(&self, id: &str) -> (String, String) {
        let checks = self.report["checks"].as_array().expect("a list of checks");
        let check = checks.iter().find(|check| check["id"] == id);
        let check = check.unwrap_or_else(|| panic!("no check {id}: {:#}", self.report));
        let text = |name: &str| check[name].as_str().unwrap_or_default().to_owned();
        (text("detail"), text("fix"))
    }
}
