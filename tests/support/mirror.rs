//! The emulator with the tests' packages behind it, and a home that is set up to log in to it.

use super::home::Home;
use super::packages::Packages;
use super::wait_until;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use studio_mirror_emulator::{Emulator, Options};

/// An AWS of one test's own: domain `corp` of 111122223333, repository `team`.
pub struct Mirror {
    pub emulator: Emulator,
    _packages: Packages,
}

impl Mirror {
    pub fn start() -> Mirror {
        let packages = Packages::build();
        let options = Options { packages: Some(packages.path().to_owned()), ..Options::default() };
        let emulator = Emulator::start(options).expect("the emulator starts");
        Mirror { emulator, _packages: packages }
    }

    /// The flags and the environment a person logs in with, as one environment: a home in which `login` needs no flags.
    pub fn settings(&self, home: Home) -> Home {
        home.env("STUDIO_MIRROR_DOMAIN", "corp")
            .env("STUDIO_MIRROR_DOMAIN_OWNER", "111122223333")
            .env("STUDIO_MIRROR_REPOSITORY", "team")
            .env("STUDIO_MIRROR_API_ENDPOINT", self.emulator.http_url())
    }

    /// The address of a repository endpoint as the emulator names it, with its slash at the end.
    pub fn endpoint(&self, format: &str) -> String {
        format!("{}/{format}/d/corp-111122223333/team/", self.emulator.http_url().trim_end_matches('/'))
    }

    /// Waits until the emulator itself refuses the token: it has expired by the clock of the one who judges.
    pub fn wait_until_refused(&self, token: &str) {
        let page = format!("{}simple/mirror-words/", self.endpoint("pypi"));
        wait_until("the token to expire", Duration::from_secs(60), || status_with_token(&page, token) == 401);
    }
}

/// The status that a GET with this token gets.
pub fn status_with_token(url: &str, token: &str) -> u16 {
    let rest = url.strip_prefix("http://").expect("the emulator's plain address");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host).expect("the emulator listens");
    let request =
        format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("the emulator reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the emulator answers in UTF-8");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line")
}
