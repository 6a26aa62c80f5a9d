//! The API alone, without packages, and servers that answer as no AWS would.

use super::binary_under_test;
use super::home::{Finished, Home};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use studio_mirror_emulator::{Emulator, Options};

/// The flags that name domain `corp` of 111122223333 and its repository `team`.
pub const CORP: [&str; 6] = [
    "--domain",
    "corp",
    "--domain-owner",
    "111122223333",
    "--repository",
    "team",
];

/// An emulator that has no packages: what a test of the wire needs.
pub struct Api {
    pub emulator: Emulator,
}

impl Api {
    pub fn start() -> Api {
        Api::with(|_| {})
    }

    /// An emulator with other options than usual.
    pub fn with(change: impl FnOnce(&mut Options)) -> Api {
        let mut options = Options::default();
        change(&mut options);
        Api {
            emulator: Emulator::start(options).expect("the emulator starts"),
        }
    }

    /// `studio-mirror` with the API's address in its environment, not yet started.
    pub fn command(&self, home: &Home, arguments: &[&str]) -> Command {
        studio_mirror_at(home, &self.emulator.http_url(), arguments)
    }

    /// Runs `studio-mirror login` for repository `team`.
    pub fn login(&self, home: &Home, flags: &[&str]) -> Finished {
        home.run(&mut self.command(home, &[&["login"], &CORP[..], flags].concat()))
    }

    /// Where pip and uv find repository `team`.
    pub fn index(&self) -> String {
        let api = self.emulator.http_url();
        format!("{api}/pypi/d/corp-111122223333/team/simple/")
    }

    /// How many requests of any kind have come.
    pub fn requests(&self) -> usize {
        self.emulator.requests().len()
    }

    /// Whether the repository's endpoint opens to this token.
    pub fn accepts(&self, token: &str) -> bool {
        let page = format!("{}anything/", self.index());
        super::mirror::status_with_token(&page, token) != 401
    }
}

/// `studio-mirror` told of an API at `url`, not yet started.
pub fn studio_mirror_at(home: &Home, url: &str, arguments: &[&str]) -> Command {
    let mut command = home.command(binary_under_test());
    command
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", url);
    // What `login -v` asks for the caller's name: nothing may leave this machine.
    let sts = "AWS_ENDPOINT_URL_STS";
    if !command.get_envs().any(|(name, _)| name == sts) {
        command.env(sts, url);
    }
    command
}

/// Runs `studio-mirror login` for repository `team` with the API at `url`.
pub fn login_at(home: &Home, url: &str, flags: &[&str]) -> Finished {
    home.run(&mut studio_mirror_at(
        home,
        url,
        &[&["login"], &CORP[..], flags].concat(),
    ))
}

/// The credential helper under this name, asked with these arguments, not yet started.
pub fn asked(home: &Home, program: &Path, arguments: &[&str]) -> Command {
    let mut command = home.command(program);
    command.args(arguments);
    command
}

type Answers = dyn Fn(&str) -> Vec<u8> + Send + Sync;

/// A listener on loopback that answers each request with whatever bytes a test wants, and counts who came.
pub struct Stub {
    address: std::net::SocketAddr,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Stub {
    /// Answers each request with what `answer` makes of its head and body, then closes the connection.
    pub fn answering(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Stub {
        Stub::on("127.0.0.1:0", answer)
    }

    /// The same at a given address.
    pub fn on(address: &str, answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("a bound address");
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (answer, ears): (Arc<Answers>, _) = (Arc::new(answer), heard.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, ears) = (answer.clone(), ears.clone());
                std::thread::spawn(move || serve(stream, &*answer, &ears));
            }
        });
        Stub { address, heard }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// `127.0.0.1:PORT`
    pub fn authority(&self) -> String {
        self.address.to_string()
    }

    /// Every request so far; a connection that sent nothing is an empty text.
    pub fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no panic in here").clone()
    }
}

fn serve(mut stream: TcpStream, answer: &Answers, heard: &Mutex<Vec<String>>) {
    let request = read_request(&mut stream);
    heard
        .lock()
        .expect("no panic in here")
        .push(request.clone());
    // The client may have gone; that is its business.
    let _ = stream.write_all(&answer(&request));
}

/// Reads one request with its body (by Content-Length), as text.
pub fn read_request(stream: &mut TcpStream) -> String {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(20)));
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        match stream.read(&mut buffer) {
            Ok(count) if count > 0 => bytes.extend(&buffer[..count]),
            _ => return text,
        }
    }
}

/// An HTTP answer that ends with its connection.
pub fn http(status: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let mut answer = format!(
        "HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        answer += &format!("{name}: {value}\r\n");
    }
    let mut answer = (answer + "\r\n").into_bytes();
    answer.extend(body);
    answer
}

/// A JSON answer with status 200.
pub fn json(body: &str) -> Vec<u8> {
    http("200 OK", &[("Content-Type", "application/json")], body)
}
