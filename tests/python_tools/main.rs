//! twine, poetry, pdm, hatch and uv: each publishes and installs through the emulator after one `login`, again once the
//! token has expired, and again 13 hours on, with nobody's help: by the helper, and with its token in a file that the
//! background process keeps fresh.
//!
//! Tokens that live 12 seconds stand for those of 12 hours, so an hour is a second; three seconds where the token stands in a
//! file, for a command must end while the token that it has read is good.

#[path = "../support/mod.rs"]
mod support;

mod hatch;
mod hostile;
mod pdm;
mod poetry;
mod twine;
mod uv;

use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM, status_with_token};
use support::tree::user_files;
use support::{binary_under_test, clients, wait_until};

/// Hours that a token lives.
const LIFE: u32 = 12;

/// A home with one client on PATH, and an emulator to publish to.
struct Workplace {
    mirror: Mirror,
    home: Home,
    watch: LeakWatch,
    hour: Duration,
    logged_in: Instant,
}

impl Workplace {
    /// Logs in `tool` and nothing else; `client` is first on PATH.
    fn new(client: &str, tool: &str) -> Workplace {
        Self::logged_in(client, &["--tool", tool], Duration::from_secs(1))
    }

    /// The same with the token in the tool's file, and the background process.
    fn with_token_in_file(client: &str, tool: &str) -> Workplace {
        let hour = Duration::from_secs(3);
        let place = Self::logged_in(client, &["--tool", tool, "--auth", "token"], hour);
        place.studio_mirror(&["refresh", "--daemon"]);
        place
    }

    fn logged_in(client: &str, flags: &[&str], hour: Duration) -> Workplace {
        let mirror = Mirror::start();
        let life = (hour * LIFE).as_secs();
        mirror.let_tokens_live(life.try_into().expect("some seconds"));
        let home = Home::new().first_on_path(clients::bin(client));
        let ours = home.join(".local/bin");
        let home = home.first_on_path(ours);
        let watch = LeakWatch::start(home.path());
        mirror.login(&home, flags).success();
        Workplace {
            mirror,
            home,
            watch,
            hour,
            logged_in: Instant::now(),
        }
    }

    fn studio_mirror(&self, arguments: &[&str]) -> Finished {
        self.home.studio_mirror(arguments).success()
    }

    fn url(&self, tail: &str) -> String {
        format!("{}{tail}", self.mirror.endpoint("pypi", TEAM))
    }

    /// Runs a command in the project's folder, with nobody to ask.
    fn run(&self, program: &str, arguments: &[&str]) -> Finished {
        let mut command: Command = self.home.command(program);
        command.args(arguments).current_dir(self.project());
        self.home.run(&mut command)
    }

    fn project(&self) -> PathBuf {
        let project = self.home.join("project");
        std::fs::create_dir_all(&project).expect("a folder");
        project
    }

    /// What the helper gives now, by the way that every tool takes.
    fn token(&self) -> String {
        let url = self.url("simple/");
        let mut ask = self.home.command(binary_under_test());
        let answer = self
            .home
            .run_unheard(ask.args(["keyring", "get", &url, "aws"]))
            .success();
        answer.stdout.trim().to_owned()
    }

    /// Three times: at once, when the first token has expired, and after 13 hours.
    fn three_times(&self, mut once: impl FnMut(&Workplace, &str)) {
        once(self, "1.0");
        self.mirror.wait_until_refused(&self.token());
        once(self, "2.0");
        let later = self.hour * 13 + Duration::from_secs(1);
        wait_until("13 hours", Duration::from_secs(60), || {
            self.logged_in.elapsed() > later
        });
        self.mirror.wait_until_refused(&self.token());
        once(self, "3.0");
    }

    /// A wheel in the project's `dist`, of a name and version of one's own.
    fn build_wheel(&self, name: &str, version: &str) -> String {
        let script = "import sys, zipfile\n\
            name, version = sys.argv[1:]\n\
            path = f'dist/{name}-{version}-py3-none-any.whl'\n\
            info = f'{name}-{version}.dist-info/'\n\
            with zipfile.ZipFile(path, 'w') as wheel:\n    \
                wheel.writestr(f'{name}.py', f'version = {version!r}\\n')\n    \
                wheel.writestr(info + 'METADATA', f'Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n')\n    \
                wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n')\n    \
                wheel.writestr(info + 'RECORD', '')\n";
        let _ = std::fs::remove_dir_all(self.project().join("dist"));
        std::fs::create_dir_all(self.project().join("dist")).expect("a folder");
        let mut build = self.home.command(clients::base_python());
        build
            .args(["-c", script, name, version])
            .current_dir(self.project());
        self.home.run(&mut build).success();
        format!("dist/{name}-{version}-py3-none-any.whl")
    }

    /// Whether the repository has that version.
    fn has(&self, name: &str, version: &str) -> bool {
        let page = self.url(&format!(
            "simple/{name}/{version}/{name}-{version}-py3-none-any.whl"
        ));
        status_with_token(&page, &self.token()) == 200
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

/// What every tool's files must come back to.
fn logout_gives_back(client: &str, tool: &str, file: &str, texts: &[&str]) {
    let mirror = Mirror::without_packages();
    for text in texts {
        for auth in ["helper", "token"] {
            let home = Home::new().first_on_path(clients::bin(client));
            home.write(file, text);
            let before = user_files(home.path());
            mirror
                .login(&home, &["--tool", tool, "--auth", auth])
                .success();
            assert_ne!(user_files(home.path()), before, "{text:?}");
            let again = user_files(home.path());
            mirror
                .login(&home, &["--tool", tool, "--auth", auth])
                .success();
            assert_eq!(user_files(home.path()), again, "{text:?}");
            home.run(home.command(binary_under_test()).arg("logout"))
                .success();
            assert_eq!(user_files(home.path()), before, "{text:?}");
            mirror
                .login(&home, &["--tool", tool, "--auth", auth])
                .success();
            // Somebody's later line stays.
            home.write(file, format!("# later\n{}", home.read(file)));
            home.run(home.command(binary_under_test()).arg("logout"))
                .success();
            let kept = home.read(file);
            let left = kept.strip_prefix("# later\n").expect("the later line");
            assert_eq!(left, *text, "{auth}");
        }
    }
}
