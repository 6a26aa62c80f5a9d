//! moto, with VPCs to break. One for all tests of this program: each makes a VPC of its own.

use crate::support::clients;
use crate::support::mirror::Mirror;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock};

/// A running moto.
pub struct Cloud {
    pub url: String,
    talk: Mutex<Talk>,
    networks: AtomicU8,
}

struct Talk {
    _child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

/// CodeArtifact with the domain of the report, for all tests of this program.
pub fn codeartifact() -> String {
    static MIRROR: OnceLock<Mirror> = OnceLock::new();
    let mirror = MIRROR.get_or_init(Mirror::without_packages);
    mirror.emulator.http_url()
}

/// What was made: ids by name.
pub struct Vpc {
    pub ids: Value,
}

impl Vpc {
    /// The id of this name.
    pub fn id(&self, name: &str) -> &str {
        self.ids[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name} in {}", self.ids))
    }

    /// The endpoint that was made as this one, from 0.
    pub fn endpoint(&self, index: usize) -> &str {
        self.ids["made"][index].as_str().expect("it was made")
    }

    /// The subnet in this zone.
    pub fn subnet(&self, zone: &str) -> &str {
        self.ids["subnets"][zone].as_str().expect("it was made")
    }

    /// An address of the endpoint that was made as this one; its own if there is none.
    pub fn endpoint_address(&self, index: usize) -> &str {
        let address = self.ids["endpoint_addresses"][index].as_str();
        address.unwrap_or("10.200.0.5")
    }
}

impl Cloud {
    /// The one that the tests share.
    pub fn shared() -> &'static Cloud {
        static CLOUD: OnceLock<Cloud> = OnceLock::new();
        CLOUD.get_or_init(Cloud::start)
    }

    /// One of a test's own. It ends with this process, whose end closes its standard input.
    pub fn start() -> Cloud {
        let script = crate::support::checkout().join("tests/check_vpc/cloud.py");
        let mut child = Command::new(clients::bin("moto").join("python"))
            .arg(script)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", "/nonexistent")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("moto's python runs");
        let mut talk = Talk {
            ask: child.stdin.take().expect("piped"),
            answer: BufReader::new(child.stdout.take().expect("piped")),
            _child: child,
        };
        Cloud {
            url: talk.read().as_str().expect("its address").to_owned(),
            talk: Mutex::new(talk),
            networks: AtomicU8::new(1),
        }
    }

    /// A healthy set-up but for `members`, in a network that nobody else here has.
    pub fn make(&self, members: Value) -> Vpc {
        let number = self.networks.fetch_add(1, Ordering::Relaxed);
        let mut wanted = members;
        wanted["number"] = json!(number);
        Vpc {
            ids: self.ask(&json!({ "make": wanted })),
        }
    }

    /// One call of boto3.
    pub fn call(&self, service: &str, method: &str, keywords: Value) -> Value {
        self.ask(&json!({ "call": [service, method, keywords] }))
    }

    fn ask(&self, wanted: &Value) -> Value {
        let mut talk: MutexGuard<'_, Talk> = self.talk.lock().expect("no test panicked in here");
        writeln!(talk.ask, "{wanted}").expect("moto listens");
        talk.read()
    }
}

/// The shared cloud, and what [`Cloud::make`] makes in it.
pub fn made(members: Value) -> (&'static Cloud, Vpc) {
    let cloud = Cloud::shared();
    let vpc = cloud.make(members);
    (cloud, vpc)
}

impl Talk {
    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.answer.read_line(&mut line).expect("moto answers");
        serde_json::from_str(&line)
            .unwrap_or_else(|why| panic!("moto's script failed ({why}): run it by hand: {line}"))
    }
}
