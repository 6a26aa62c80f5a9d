//! Maven and Gradle: each builds with packages of the repository and publishes to it after one `login`, again once the token
//! has expired, and again 13 hours on: Gradle by the helper, Maven by the background process.
//!
//! Both are Debian's, and so are Maven's plugins. They start slowly, so here an hour is ten seconds.

#[path = "../support/mod.rs"]
mod support;

mod gradle;
mod maven;

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM};
use support::{binary_under_test, tell_skipped, wait_until};

/// Seconds that a token lives: 12 hours.
const LIFE: i64 = 120;
const HOUR: Duration = Duration::from_secs(10);

/// Whether a program and the files that it needs are there; says loudly when not, for the test to be skipped.
fn is_there(program: &str, needs: &[&str]) -> bool {
    let runs = Command::new(program).arg("--version").output();
    let is_there = runs.is_ok_and(|output| output.status.success())
        && needs.iter().all(|path| Path::new(path).exists());
    if !is_there {
        tell_skipped(
            program,
            "it or its plugins are not installed; run scripts/clients as root",
        );
    }
    is_there
}

/// A home, logged in, and the background process.
struct Workplace {
    mirror: Mirror,
    home: Home,
    watch: LeakWatch,
    logged_in: Instant,
}

impl Workplace {
    /// One whose packages come from repository `team`, and what is not there from `web`.
    fn with_two(tool: &str) -> Workplace {
        let home = Home::new();
        home.write(
            ".config/studio-mirror/config.toml",
            "[[repository]]\nname = \"team\"\n[[repository]]\nname = \"web\"\n",
        );
        Self::new(home, &["--tool", tool])
    }

    fn new(home: Home, flags: &[&str]) -> Workplace {
        let mirror = Mirror::start();
        mirror.let_tokens_live(LIFE);
        // Java takes the home from /etc/passwd; and what would go to a public repository all the same comes nowhere.
        let options = format!(
            "-Duser.home={} -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9",
            home.path().display()
        );
        let home = home
            .env("MAVEN_OPTS", &options)
            .env("GRADLE_OPTS", &options);
        // What it does but once in a home takes longer than a token lives here.
        if flags.contains(&"gradle") {
            let first = ["--no-daemon", "--console=plain", "help"];
            home.run(home.command("gradle").args(first)).success();
        }
        let watch = LeakWatch::start(home.path());
        let mut start = home.command(binary_under_test());
        home.run(start.args(["refresh", "--daemon"])).success();
        let login = match home.join(".config/studio-mirror/config.toml").exists() {
            true => mirror.login_by_file(&home, flags),
            false => mirror.login(&home, flags),
        };
        login.success();
        Workplace {
            mirror,
            home,
            watch,
            logged_in: Instant::now(),
        }
    }

    fn run(&self, folder: &str, program: &str, arguments: &[&str]) -> Finished {
        let mut command = self.home.command(program);
        command.args(arguments).current_dir(self.home.join(folder));
        self.home.run(&mut command)
    }

    fn token(&self) -> String {
        let mut ask = self.home.command(binary_under_test());
        let url = self.mirror.endpoint("maven", TEAM);
        let answer = self
            .home
            .run_unheard(ask.args(["keyring", "get", &url, "aws"]));
        answer.success().stdout.trim().to_owned()
    }

    fn is_published(&self, version: &str) -> bool {
        let published = self.mirror.emulator.published();
        published["corp/team"].contains(&format!("maven:example:mine@{version}"))
    }

    /// Three times: at once, when the first token has expired, and after 13 hours.
    fn three_times(&self, mut once: impl FnMut(&Workplace, &str)) {
        let first = self.token();
        once(self, "1.0.0");
        self.mirror.wait_until_refused(&first);
        let second = self.token();
        once(self, "2.0.0");
        let later = HOUR * 13 + Duration::from_secs(1);
        wait_until("13 hours", Duration::from_secs(300), || {
            self.logged_in.elapsed() > later
        });
        self.mirror.wait_until_refused(&second);
        once(self, "3.0.0");
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        let mut stop = self.home.command(binary_under_test());
        let _ = stop.args(["refresh", "--stop"]).output();
    }
}
