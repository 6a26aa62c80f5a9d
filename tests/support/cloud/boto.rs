//! boto3, which makes the calls of tests.

use crate::support::{checkout, clients};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// A python that waits for calls.
pub(super) struct Boto {
    _child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
}

impl Boto {
    pub(super) fn start() -> Boto {
        let mut child = Command::new(clients::bin("aws").join("python"))
            .arg(checkout().join("tests/support/boto.py"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", "/nonexistent")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the AWS clients' python runs");
        Boto {
            ask: child.stdin.take().expect("piped"),
            answer: BufReader::new(child.stdout.take().expect("piped")),
            _child: child,
        }
    }

    /// The answer to one line.
    pub(super) fn ask(&mut self, call: &Value) -> Value {
        writeln!(self.ask, "{call}").expect("boto.py reads");
        let mut line = String::new();
        self.answer.read_line(&mut line).expect("boto.py answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("boto.py ended at {call}"))
    }
}
