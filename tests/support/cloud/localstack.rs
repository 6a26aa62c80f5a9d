//! LocalStack's process.

use crate::support::{checkout, clients, wait_until};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// A running LocalStack. Its standard input closes with this process.
pub(super) struct LocalStack {
    pub(super) url: String,
    _process: Mutex<Child>,
    _folder: TempDir,
}

impl LocalStack {
    /// One that answers.
    pub(super) fn start(emulator: &str) -> LocalStack {
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (url, mut child) = spawn(&folder, emulator);
        let health = format!("{url}/_localstack/health");
        wait_until("LocalStack to be ready", Duration::from_secs(180), || {
            let ended = child.try_wait().expect("its state is known");
            assert!(ended.is_none(), "LocalStack ended: {}", log(&folder));
            answers(&health)
        });
        LocalStack {
            url,
            _process: Mutex::new(child),
            _folder: folder,
        }
    }
}

fn spawn(folder: &TempDir, emulator: &str) -> (String, Child) {
    // LocalStack wants a port told; this one is free now.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = free.local_addr().expect("it is bound").to_string();
    drop(free);
    let own = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(&path).expect("a scratch folder");
        path
    };
    let log = std::fs::File::create(folder.path().join("log")).expect("a log");
    let child = Command::new(clients::bin("localstack").join("python"))
        .arg(checkout().join("tests/localstack/run.py"))
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", own("home"))
        .env("LOCALSTACK_VOLUME_DIR", own("volume"))
        .env("FILESYSTEM_ROOT", own("root"))
        .env("TMPDIR", own("tmp"))
        .env("GATEWAY_LISTEN", &address)
        .env("LOCALSTACK_HOST", &address)
        .env("SERVICES", "cloudformation,ec2,iam,kms,s3,sts")
        .env("DNS_ADDRESS", "0")
        .env("DISABLE_EVENTS", "1")
        .env("SKIP_SSL_CERT_DOWNLOAD", "1")
        // A type without a provider fails: a placeholder would let tests pass that see nothing.
        .env("CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES", "0")
        .env("PYTHONPATH", checkout().join("tests/localstack"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("STUDIO_MIRROR_EMULATOR_URL", emulator)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log)
        .spawn()
        .expect("LocalStack's python runs");
    (format!("http://{address}"), child)
}

fn log(folder: &TempDir) -> String {
    std::fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}

/// Whether an address answers at all.
fn answers(url: &str) -> bool {
    let rest = url.trim_start_matches("http://");
    let (host, path) = rest.split_once('/').expect("a path");
    let Ok(mut stream) = std::net::TcpStream::connect(host) else {
        return false;
    };
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let mut line = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && BufReader::new(stream).read_line(&mut line).is_ok()
        && line.contains(" 200 ")
}
