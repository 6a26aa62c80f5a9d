//! What the honesty tests share: the real AWS clients in a scratch home, hand-made packages, a plain HTTP client.

#![allow(dead_code, reason = "each test file uses its own part")]

pub mod packages;
pub mod publisher;

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use studio_mirror_emulator::{Emulator, Options};
use tempfile::TempDir;

/// What the virtual environment of AWS's clients holds.
const AWS_CLIENTS: [&str; 4] = [
    "awscli==1.45.11",
    "boto3==1.43.11",
    "keyring==25.7.0",
    "keyrings.codeartifact==2.1.2",
];

/// The virtual environment with AWS's clients: `$STUDIO_MIRROR_CLIENTS/aws`, else one that is made under `.cache`.
pub fn aws_clients() -> PathBuf {
    static FOUND: OnceLock<PathBuf> = OnceLock::new();
    FOUND.get_or_init(find_aws_clients).clone()
}

fn find_aws_clients() -> PathBuf {
    if let Some(folder) = std::env::var_os("STUDIO_MIRROR_CLIENTS") {
        let venv = PathBuf::from(folder).join("aws");
        assert!(is_whole(&venv), "{} lacks {AWS_CLIENTS:?}", venv.display());
        return venv;
    }
    let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/clients");
    std::fs::create_dir_all(&cache).unwrap();
    let cache = cache.canonicalize().unwrap();
    let venv = cache.join("aws");
    // One test process at a time makes it; the others wait and find it made.
    let lock = File::create(cache.join("aws.lock")).unwrap();
    lock.lock().unwrap();
    if !is_whole(&venv) {
        run(Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&venv));
        run(Command::new(venv.join("bin/pip"))
            .args(["install", "--quiet"])
            .args(AWS_CLIENTS));
    }
    venv
}

/// The folder of a client's commands, where `scripts/clients` installed it.
fn client_bin(name: &str) -> PathBuf {
    let all = std::env::var_os("STUDIO_MIRROR_CLIENTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.cache/clients"),
        PathBuf::from,
    );
    let folder = all.join(name);
    assert!(
        folder.join(".installed").is_file(),
        "{name} is not installed in {}: run scripts/clients first",
        all.display()
    );
    folder.join("bin")
}

/// Whether everything is there: an installation that was cut short is not.
fn is_whole(venv: &Path) -> bool {
    let modules = "import awscli, boto3, keyring, keyrings.codeartifact";
    let python = Command::new(venv.join("bin/python"))
        .args(["-c", modules])
        .output();
    python.is_ok_and(|output| output.status.success())
}

/// Runs a command that has to succeed; its standard output.
pub fn run(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// An emulator with hand-made packages, and a scratch home whose commands see nothing but it.
pub struct World {
    pub emulator: Emulator,
    pub home: TempDir,
    pub packages: PathBuf,
    variables: BTreeMap<String, String>,
}

impl World {
    pub fn new() -> World {
        World::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Options)) -> World {
        let home = tempfile::tempdir().unwrap();
        let packages = home.path().join("packages");
        std::fs::create_dir(&packages).unwrap();
        let mut options = Options {
            packages: Some(packages.clone()),
            request_log: Some(home.path().join("requests.jsonl")),
            ..Options::default()
        };
        change(&mut options);
        let emulator = Emulator::start(options).unwrap();
        let path = format!(
            "{}:{}",
            aws_clients().join("bin").display(),
            std::env::var("PATH").unwrap()
        );
        let variables = [
            ("PATH", path.as_str()),
            ("HOME", home.path().to_str().unwrap()),
            ("AWS_ENDPOINT_URL", &emulator.http_url()),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "AKIAEMULATOREXAMPLE"),
            ("AWS_SECRET_ACCESS_KEY", "emulator-secret-key"),
            // One try: a refusal has to be seen, not waited out.
            ("AWS_MAX_ATTEMPTS", "1"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let variables = variables
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into();
        World {
            emulator,
            home,
            packages,
            variables,
        }
    }

    /// Sets a variable for the commands to come.
    pub fn set(&mut self, name: &str, value: &str) {
        self.variables.insert(name.into(), value.into());
    }

    pub fn unset(&mut self, name: &str) {
        self.variables.remove(name);
    }

    /// Puts a client of `tests/clients.toml` first on PATH for the commands to come.
    pub fn first_on_path(&mut self, client: &str) {
        let path = format!(
            "{}:{}",
            client_bin(client).display(),
            self.variables["PATH"]
        );
        self.set("PATH", &path);
    }

    pub fn command(&self, program: &str) -> Command {
        let path = self.variables["PATH"]
            .split(':')
            .map(|folder| Path::new(folder).join(program));
        let program = path
            .into_iter()
            .find(|path| path.is_file())
            .unwrap_or_else(|| panic!("no {program} on PATH"));
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(&self.variables)
            .current_dir(self.home.path())
            .stdin(Stdio::null());
        command
    }

    /// Runs the AWS CLI.
    pub fn aws(&self, arguments: &[&str]) -> Output {
        self.command("aws").args(arguments).output().unwrap()
    }

    /// Runs the AWS CLI, which has to succeed.
    pub fn aws_json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&run(self.command("aws").args(arguments))).unwrap()
    }

    /// Makes a boto3 call; its outcome as `boto_call.py` tells it.
    pub fn boto(&self, service: &str, method: &str, keywords: Value, flags: &[&str]) -> Value {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/boto_call.py");
        let mut command = self.command("python");
        command
            .arg(script)
            .args([service, method, &keywords.to_string()])
            .args(flags);
        serde_json::from_str(&run(&mut command)).unwrap()
    }

    /// Makes boto3 calls one after the other, with one start of Python; their outcomes as `boto_calls.py` tells them.
    pub fn calls(&self, calls: &[(&str, &str, Value)]) -> Vec<Value> {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/boto_calls.py");
        let mut child = self
            .command("python")
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let asked = serde_json::to_vec(calls).unwrap();
        child.stdin.take().unwrap().write_all(&asked).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success());
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// A fresh token for domain `corp`.
    pub fn token(&self) -> String {
        let answer = self.boto(
            "codeartifact",
            "get_authorization_token",
            serde_json::json!({"domain": "corp"}),
            &[],
        );
        answer["answer"]["authorizationToken"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Makes a plain request at the HTTP listener.
    pub fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        request("GET", &self.emulator.http_url(), path, headers, "")
    }

    pub fn admin(&self, method: &str, path: &str, body: &str) -> Answer {
        request(
            method,
            &self.emulator.http_url(),
            path,
            &[("Content-Type", "application/json")],
            body,
        )
    }
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// Makes one HTTP/1.1 request with exactly these headers (and Host, unless given).
pub fn request(
    method: &str,
    base: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl AsRef<[u8]>,
) -> Answer {
    let body = body.as_ref();
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let mut head = format!(
        "{method} {path} HTTP/1.1\r\nConnection: close\r\nContent-Length: {}\r\n",
        body.len()
    );
    if !headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("host"))
    {
        head.push_str(&format!("Host: {address}\r\n"));
    }
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let whole = [format!("{head}\r\n").as_bytes(), body].concat();
    stream.write_all(&whole).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer
        .windows(4)
        .position(|bytes| bytes == b"\r\n\r\n")
        .expect("an HTTP answer")
        + 4;
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let headers: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let body = match headers.get("transfer-encoding").map(String::as_str) {
        Some("chunked") => joined(&answer[end..]),
        _ => answer[end..].to_vec(),
    };
    Answer {
        status,
        headers,
        body,
    }
}

/// Chunks put together; panics on a body that was cut off.
fn joined(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    loop {
        let line = rest
            .windows(2)
            .position(|bytes| bytes == b"\r\n")
            .expect("a chunk's size");
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 4 + size..];
    }
}

/// An outcome of [`World::calls`] in short: `ok`, or status and code of the error.
pub fn verdict(outcome: &Value) -> String {
    match outcome.get("answer") {
        Some(_) => "ok".into(),
        None => format!(
            "{} {}",
            outcome["status"],
            outcome["code"].as_str().unwrap_or("?")
        ),
    }
}

/// Calls whose verdicts are stated beside them.
#[track_caller]
pub fn expect(world: &World, calls: &[(&str, &str, Value, &str)]) -> Vec<Value> {
    let asked: Vec<_> = calls
        .iter()
        .map(|(service, method, keywords, _)| (*service, *method, keywords.clone()))
        .collect();
    let outcomes = world.calls(&asked);
    for ((_, method, keywords, expected), outcome) in calls.iter().zip(&outcomes) {
        assert_eq!(
            verdict(outcome),
            *expected,
            "{method} {keywords}: {outcome}"
        );
    }
    outcomes
}
