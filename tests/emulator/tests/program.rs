//! The emulator as a process: its one line, its end, its setup file, and the way through to the machine's own index.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use studio_mirror_emulator::{Emulator, Options};
use support::packages::{pack, wheel};
use support::{aws_clients, request, run};

struct Program {
    child: Child,
    ready: Value,
}

impl Program {
    fn start(change: impl FnOnce(&mut Command)) -> Program {
        let mut command = Command::new(env!("CARGO_BIN_EXE_studio-mirror-emulator"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        change(&mut command);
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut line)
            .unwrap();
        Program {
            child,
            ready: serde_json::from_str(&line).unwrap(),
        }
    }

    fn http(&self) -> &str {
        self.ready["http"].as_str().unwrap()
    }

    /// A token, by the real CLI.
    fn token(&self, home: &Path) -> String {
        let mut aws = Command::new(aws_clients().join("bin/aws"));
        aws.env_clear()
            .env("HOME", home)
            .env("PATH", "/usr/bin:/bin")
            .env("AWS_ENDPOINT_URL", self.http());
        aws.env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "AKIAEMULATOREXAMPLE");
        aws.env("AWS_SECRET_ACCESS_KEY", "emulator-secret-key");
        aws.args([
            "codeartifact",
            "get-authorization-token",
            "--domain",
            "corp",
        ]);
        let answer: Value = serde_json::from_str(&run(&mut aws)).unwrap();
        answer["authorizationToken"].as_str().unwrap().to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_tells_its_addresses_in_one_line_and_ends_with_stdin() {
    let mut program = Program::start(|command| {
        command.args(["--https-listen", "127.0.0.1:0"]);
    });
    for (name, scheme) in [
        ("http", "http://127.0.0.1:"),
        ("https", "https://127.0.0.1:"),
        ("assets", "http://127."),
    ] {
        assert!(
            program.ready[name].as_str().unwrap().starts_with(scheme),
            "{}",
            program.ready
        );
    }
    let ca = std::fs::read_to_string(program.ready["ca"].as_str().unwrap()).unwrap();
    assert!(ca.starts_with("-----BEGIN CERTIFICATE-----"));
    assert_eq!(
        request("GET", program.http(), "/_admin/stats", &[], "").text(),
        "{}"
    );
    drop(program.child.stdin.take());
    assert!(program.child.wait().unwrap().success());
}

#[test]
fn told_to_stay_it_ends_with_sigterm() {
    let mut program = Program::start(|command| {
        command.arg("--stay").stdin(Stdio::null());
    });
    assert!(program.ready["https"].is_null() && program.ready["ca"].is_null());
    assert_eq!(
        request("GET", program.http(), "/_admin/stats", &[], "").status,
        200
    );
    run(Command::new("kill").arg(program.child.id().to_string()));
    assert!(program.child.wait().unwrap().success());
}

#[tokio::test]
async fn an_async_test_may_start_and_drop_one() {
    let emulator = Emulator::start(Options::default()).unwrap();
    let url = emulator.http_url();
    let answer =
        tokio::task::spawn_blocking(move || request("GET", &url, "/_admin/stats", &[], ""));
    assert_eq!(answer.await.unwrap().status, 200);
}

#[test]
fn a_setup_file_takes_the_place_of_the_default_account() {
    let home = tempfile::tempdir().unwrap();
    let setup = home.path().join("setup.toml");
    let text = "account = \"222233334444\"\n[[domain]]\nname = \"acme\"\n[[repository]]\nname = \"one\"\n\
                [[principal]]\nuser = \"u\"\naccess-key = \"AKIAEMULATOREXAMPLE\"\nsecret-key = \"emulator-secret-key\"\n";
    std::fs::write(&setup, text).unwrap();
    let program = Program::start(|command| {
        command
            .args(["--endpoint-style", "aws", "--setup"])
            .arg(&setup);
    });
    let mut aws = Command::new(aws_clients().join("bin/aws"));
    aws.env_clear()
        .env("HOME", home.path())
        .env("PATH", "/usr/bin:/bin")
        .env("AWS_ENDPOINT_URL", program.http());
    aws.env("AWS_DEFAULT_REGION", "us-east-1")
        .env("AWS_ACCESS_KEY_ID", "AKIAEMULATOREXAMPLE");
    aws.env("AWS_SECRET_ACCESS_KEY", "emulator-secret-key");
    aws.args([
        "codeartifact",
        "get-repository-endpoint",
        "--domain",
        "acme",
        "--repository",
        "one",
        "--format",
        "npm",
    ]);
    let answer: Value = serde_json::from_str(&run(&mut aws)).unwrap();
    let told = "https://acme-222233334444.d.codeartifact.us-east-1.amazonaws.com/npm/one/";
    assert_eq!(answer["repositoryEndpoint"], told);
    std::fs::write(&setup, "[[domain]]\nname = \"NOT-A-NAME\"\n").unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_studio-mirror-emulator"));
    let output = command
        .arg("--setup")
        .arg(&setup)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("NOT-A-NAME"));
}

type Pages = BTreeMap<String, (&'static str, Vec<u8>)>;

/// A web server on loopback that plays the machine's own index; it records what it is asked.
fn index(pages: Pages) -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let (record, own) = (asked.clone(), base.clone());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let Some(Ok(first)) = lines.next() else {
                continue;
            };
            while lines
                .next()
                .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
            {}
            let path = first.split(' ').nth(1).unwrap().to_owned();
            let (head, body) = match pages.get(&path) {
                Some((kind, body)) => (format!("200 OK\r\nContent-Type: {kind}"), body.clone()),
                None => ("404 Not Found".into(), Vec::new()),
            };
            record.lock().unwrap().push(path);
            // Addresses in pages are absolute, as a registry's are.
            let body = match head.contains("octet") {
                true => body,
                false => String::from_utf8(body)
                    .unwrap()
                    .replace("BASE", &own)
                    .into_bytes(),
            };
            let head = format!(
                "HTTP/1.1 {head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
        }
    });
    (base, asked)
}

#[test]
fn external_connections_pass_through_to_what_pip_and_npm_are_set_up_for() {
    let (file, wheel) = wheel("far-wheel", "1.0");
    let (_, pack) = pack("far-pack", "1.0.0");
    let packument = serde_json::json!({
        "name": "far-pack",
        "dist-tags": {"latest": "1.0.0"},
        "time": {"1.0.0": "2025-05-05T05:05:05.000Z"},
        "versions": {"1.0.0": {"name": "far-pack", "version": "1.0.0", "dist": {
            "tarball": "BASE/tarballs/far-pack-1.0.0.tgz",
        }}},
    });
    let binary = "application/octet-stream";
    let anchor = format!("<a href=\"BASE/files/{file}\">{file}</a>");
    let pages = Pages::from([
        (
            "/simple/far-wheel/".into(),
            ("text/html", anchor.into_bytes()),
        ),
        (format!("/files/{file}"), (binary, wheel.clone())),
        (
            "/npm/far-pack".into(),
            ("application/json", packument.to_string().into_bytes()),
        ),
        (
            "/tarballs/far-pack-1.0.0.tgz".into(),
            (binary, pack.clone()),
        ),
    ]);
    let (base, asked) = index(pages);
    let home = tempfile::tempdir().unwrap();
    let program = Program::start(|command| {
        command
            .arg("--passthrough")
            .env("PIP_INDEX_URL", format!("{base}/simple"));
        command
            .env("npm_config_registry", format!("{base}/npm"))
            .env("NO_PROXY", "127.0.0.1");
    });
    let bearer = format!("Bearer {}", program.token(home.path()));
    let get = |path: &str| {
        request(
            "GET",
            program.http(),
            path,
            &[("Authorization", &bearer)],
            "",
        )
    };
    let pypi = "/pypi/d/corp-111122223333/team/simple/far-wheel/";
    let page = get(pypi);
    assert!(
        page.text().contains(&format!("<a href=\"1.0/{file}\"")),
        "{} {}",
        page.status,
        page.text()
    );
    assert!(!page.text().contains(&base), "{}", page.text());
    assert_eq!(get(&format!("{pypi}1.0/{file}")).body, wheel);
    let told = get("/npm/d/corp-111122223333/team/far-pack").json();
    assert_eq!(told["time"]["1.0.0"], "2025-05-05T05:05:05.000Z");
    let tarball = told["versions"]["1.0.0"]["dist"]["tarball"]
        .as_str()
        .unwrap()
        .to_owned();
    let redirect = get(tarball.strip_prefix(program.http()).unwrap());
    let assets = program.ready["assets"].as_str().unwrap();
    let path = redirect.headers["location"]
        .strip_prefix(assets)
        .unwrap()
        .to_owned();
    assert_eq!(request("GET", assets, &path, &[], "").body, pack);
    assert_eq!(
        get("/pypi/d/corp-111122223333/team/simple/nowhere/").status,
        404
    );
    // The second time the kept copy serves, and the listing is believed for a while.
    let before = asked.lock().unwrap().len();
    assert_eq!(get(&format!("{pypi}1.0/{file}")).body, wheel);
    assert_eq!(asked.lock().unwrap().len(), before);
}
