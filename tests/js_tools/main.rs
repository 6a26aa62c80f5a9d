//! pnpm, yarn, bun and npm: each publishes and installs through the emulator after one `login`, again once the token has
//! expired, and again 13 hours on: pnpm by its token helper, the others by the background process.
//!
//! Tokens that live 12 seconds stand for those of 12 hours, so an hour is a second.

#[path = "../support/mod.rs"]
mod support;

mod bun;
mod environment;
mod npm;
mod pnpm;
mod scopes;
mod sharing;
mod winning;
mod yarn;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM, answer_with_token};
use support::{binary_under_test, clients, wait_until};

/// Seconds that a token lives: 12 hours.
const LIFE: i64 = 12;
const HOUR: Duration = Duration::from_secs(1);

/// A home with one client on PATH, logged in, and the background process.
struct Workplace {
    mirror: Mirror,
    home: Home,
    watch: LeakWatch,
    logged_in: Instant,
}

impl Workplace {
    fn new(client: &str, tool: &str) -> Workplace {
        Self::in_home(Home::new(), client, tool)
    }

    fn in_home(home: Home, client: &str, tool: &str) -> Workplace {
        let mirror = Mirror::start();
        mirror.let_tokens_live(LIFE);
        let cache = home.join(".cache/yarn");
        let home = home
            .first_on_path(clients::bin(client))
            // For root yarn 1 keeps its cache outside of the home.
            .env("YARN_CACHE_FOLDER", cache)
            .env("CI", "1")
            .env("YARN_UNSAFE_HTTP_WHITELIST", "127.0.0.1")
            .env("YARN_ENABLE_TELEMETRY", "0")
            .env("YARN_ENABLE_IMMUTABLE_INSTALLS", "false");
        let watch = LeakWatch::start(home.path());
        let mut start = home.command(binary_under_test());
        home.run(start.args(["refresh", "--daemon"])).success();
        mirror.login(&home, &["--tool", tool]).success();
        Workplace {
            mirror,
            home,
            watch,
            logged_in: Instant::now(),
        }
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Finished {
        let mut command = self.home.command(program);
        command.args(arguments).current_dir(self.project());
        self.home.run(&mut command)
    }

    fn project(&self) -> PathBuf {
        let project = self.home.join("project");
        std::fs::create_dir_all(&project).expect("a folder");
        project
    }

    /// A project of a name and version of its own, with nothing of an earlier one.
    fn anew(&self, name: &str, version: &str) {
        let _ = std::fs::remove_dir_all(self.project());
        for cache in [".cache", ".local/share/pnpm", ".bun", ".yarn", ".npm"] {
            let _ = std::fs::remove_dir_all(self.home.join(cache));
        }
        let manifest = serde_json::json!({ "name": name, "version": version, "license": "MIT" });
        self.home
            .write("project/package.json", manifest.to_string());
        self.home.write("project/index.js", "module.exports = 1\n");
        self.home.write("project/yarn.lock", "");
    }

    fn has(&self, package: &str) -> bool {
        self.project()
            .join("node_modules")
            .join(package)
            .join("package.json")
            .is_file()
    }

    /// Whether the repository has that version, asked as every client asks.
    fn is_published(&self, name: &str, version: &str) -> bool {
        let url = self.mirror.endpoint("npm", TEAM) + name;
        let answer = answer_with_token(&url, &self.token());
        answer.contains(&format!("\"{version}\""))
    }

    fn token(&self) -> String {
        let mut ask = self.home.command(binary_under_test());
        let url = self.mirror.endpoint("npm", TEAM);
        let answer = self
            .home
            .run_unheard(ask.args(["keyring", "get", &url, "aws"]));
        answer.success().stdout.trim().to_owned()
    }

    /// Three times: at once, when the first token has expired, and after 13 hours.
    fn three_times(&self, mut once: impl FnMut(&Workplace, &str)) {
        let first = self.token();
        once(self, "1.0.0");
        self.mirror.wait_until_refused(&first);
        let second = self.token();
        once(self, "2.0.0");
        let later = HOUR * 13 + Duration::from_secs(1);
        wait_until("13 hours", Duration::from_secs(60), || {
            self.logged_in.elapsed() > later
        });
        self.mirror.wait_until_refused(&second);
        once(self, "3.0.0");
    }

    fn assert_no_leak(&self, token_free: &[&str]) {
        self.home.assert_no_leak(&self.watch, token_free);
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        let mut stop = self.home.command(binary_under_test());
        let _ = stop.args(["refresh", "--stop"]).output();
    }
}
