//! The emulator with the tests' packages behind it, and how a home logs in to it.

use super::home::{Finished, Home};
use super::leak_watch::holds_token;
use super::packages::Packages;
use super::{binary_under_test, wait_until};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use studio_mirror_emulator::{Emulator, Options};

/// The repository that everything is installed from unless a test says otherwise.
pub const TEAM: &str = "team";

/// A login that is told everything by flags.
pub const LOGIN: [&str; 7] = [
    "login",
    "--domain",
    "corp",
    "--domain-owner",
    "111122223333",
    "--repository",
    TEAM,
];

/// An AWS of one test's own: domain `corp` of 111122223333, repository `team`.
pub struct Mirror {
    pub emulator: Emulator,
    _packages: Option<Packages>,
}

impl Mirror {
    pub fn start() -> Mirror {
        let packages = Packages::build();
        let options = Options {
            packages: Some(packages.path().to_owned()),
            // Debian's plugins, without which Maven does nothing.
            maven_central: Some("/usr/share/maven-repo".into()),
            ..Options::default()
        };
        let emulator = Emulator::start(options).expect("the emulator starts");
        Mirror {
            emulator,
            _packages: Some(packages),
        }
    }

    /// One without the tests' packages, for tests that install nothing.
    pub fn without_packages() -> Mirror {
        Mirror {
            emulator: Emulator::start(Options::default()).expect("the emulator starts"),
            _packages: None,
        }
    }

    /// Runs `studio-mirror login` for repository `team`, told by flags; only where the API is comes by the environment.
    /// Nothing that runs later is told anything: it must go by what the login remembered.
    pub fn login(&self, home: &Home, flags: &[&str]) -> Finished {
        self.login_by_file(home, &[&["--repository", TEAM], flags].concat())
    }

    /// The same, where the user's configuration file names the repositories.
    pub fn login_by_file(&self, home: &Home, flags: &[&str]) -> Finished {
        let mut login = home.command(binary_under_test());
        login.args(&LOGIN[..5]).args(flags);
        home.run(login.env("STUDIO_MIRROR_API_ENDPOINT", self.emulator.http_url()))
    }

    /// From now on new tokens live so many seconds, and `expiration` says so.
    pub fn let_tokens_live(&self, seconds: i64) {
        self.emulator.set_token_lifetime(Some(seconds));
    }

    /// The address of a repository endpoint as the emulator names it, with its slash at the end.
    pub fn endpoint(&self, format: &str, repository: &str) -> String {
        let api = self.emulator.http_url();
        format!(
            "{}/{format}/d/corp-111122223333/{repository}/",
            api.trim_end_matches('/')
        )
    }

    /// Waits until the emulator itself refuses the token: it has expired by the clock of the one who judges.
    pub fn wait_until_refused(&self, token: &str) {
        assert!(
            holds_token(token.as_bytes()),
            "the watch for leaks would not know this for a token"
        );
        let page = format!("{}simple/mirror-words/", self.endpoint("pypi", TEAM));
        wait_until("the token to expire", Duration::from_secs(180), || {
            status_with_token(&page, token) == 401
        });
    }
}

/// The status that a GET with this token gets.
pub fn status_with_token(url: &str, token: &str) -> u16 {
    let answer = answer_with_token(url, token);
    answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok())
        .expect("a status line")
}

/// The whole answer that a GET with this token gets.
pub fn answer_with_token(url: &str, token: &str) -> String {
    let rest = url
        .strip_prefix("http://")
        .expect("the emulator's plain address");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host).expect("the emulator listens");
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
    );
    stream
        .write_all(request.as_bytes())
        .expect("the emulator reads");
    let mut answer = Vec::new();
    stream
        .read_to_end(&mut answer)
        .expect("the emulator answers");
    String::from_utf8_lossy(&answer).into_owned()
}
