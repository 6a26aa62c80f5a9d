//! A network namespace as cut off as a Studio space, for container credentials.

use super::home::Home;
use super::{emulator_binary, tell_skipped};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A network of its own that has nothing but loopback and the address of container credentials, with the emulator in it.
pub struct Island {
    emulator: Child,
    _stdin: std::process::ChildStdin,
}

impl Island {
    /// One with the emulator running in it; `None`, said aloud, where the machine does not let us.
    pub fn open() -> Option<Island> {
        let able = rustix::process::geteuid().is_root()
            && Command::new("unshare")
                .args(["--net", "true"])
                .status()
                .is_ok_and(|status| status.success());
        if !able {
            tell_skipped(
                "container credentials at 169.254.170.2",
                "a network namespace needs root",
            );
            return None;
        }
        let script = "ip link set lo up; ip addr add 169.254.170.2/32 dev lo; \
                      exec \"$0\" --listen 127.0.0.1:8080 --listen 169.254.170.2:80";
        let mut emulator = Command::new("unshare")
            .args(["--net", "sh", "-euc", script])
            .arg(emulator_binary())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare runs");
        let stdin = emulator.stdin.take().expect("piped");
        let mut ready = String::new();
        BufReader::new(emulator.stdout.take().expect("piped"))
            .read_line(&mut ready)
            .expect("a pipe is readable");
        assert!(
            ready.contains("127.0.0.1:8080"),
            "the emulator did not come up: {ready:?}"
        );
        Some(Island {
            emulator,
            _stdin: stdin,
        })
    }

    /// A program of the home on this island.
    pub fn command(&self, home: &Home, program: &Path) -> Command {
        let mut command = home.command("nsenter");
        command.arg(format!("--net=/proc/{}/ns/net", self.emulator.id()));
        command.arg(program);
        command
    }
}

impl Drop for Island {
    fn drop(&mut self) {
        let _ = self.emulator.kill();
        let _ = self.emulator.wait();
    }
}
