//! What clients say when they are started: each is asked once a check, and all of them have their time together.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, Signal, kill_process_group};

/// The time for all: the network is asked after them, and a check takes less than 6 seconds.
const LIMIT_OF_ALL: Duration = Duration::from_millis(3_500);
/// What fits into a pipe; nobody says more about a version.
const MOST: u64 = 4_096;

/// The clients that were asked, and what they said.
#[derive(Debug, Default)]
pub struct Asked {
    begun: OnceLock<Instant>,
    said: Mutex<BTreeMap<Question, Option<String>>>,
}

/// A program and its arguments.
type Question = (PathBuf, Vec<String>);

impl Asked {
    /// What a program says on stdout, if it ends well, within `limit` and the time of all.
    pub fn ask(&self, path: &Path, arguments: &[&str], limit: Duration) -> Option<String> {
        let question = (
            path.to_owned(),
            arguments.iter().map(|one| (*one).to_owned()).collect(),
        );
        let mut known = self.said.lock().ok()?;
        if let Some(said) = known.get(&question) {
            return said.clone();
        }
        let until = *self.begun.get_or_init(Instant::now) + LIMIT_OF_ALL;
        let said = ask(path, arguments, until.min(Instant::now() + limit));
        known.insert(question, said.clone());
        said
    }
}

fn ask(path: &Path, arguments: &[&str], until: Instant) -> Option<String> {
    let mut child = Command::new(path)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // What it starts ends with it.
        .process_group(0)
        .spawn()
        .ok()?;
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status.success(),
            Ok(None) if Instant::now() < until => std::thread::sleep(Duration::from_millis(5)),
            _ => {
                let _ = kill_process_group(Pid::from_child(&child), Signal::KILL);
                let _ = child.wait();
                return None;
            }
        }
    };
    let said = what_is_there(&mut child)?;
    ended.then_some(said)
}

/// What an ended child has written. Something that it left running may hold the pipe open for ever: its end is not waited for.
fn what_is_there(child: &mut Child) -> Option<String> {
    let stdout = child.stdout.take()?;
    let flags = fcntl_getfl(&stdout).ok()?;
    fcntl_setfl(&stdout, flags | OFlags::NONBLOCK).ok()?;
    let mut said = Vec::new();
    // What was read before an error is kept.
    let _ = stdout.take(MOST).read_to_end(&mut said);
    String::from_utf8(said).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(asked: &Asked, script: &str, limit: Duration) -> Option<String> {
        asked.ask(Path::new("/bin/sh"), &["-c", script], limit)
    }

    #[test]
    fn what_a_client_leaves_running_is_not_waited_for() {
        let begun = Instant::now();
        let said = say(
            &Asked::default(),
            "sleep 20 & echo pip 25.3",
            Duration::from_secs(2),
        );
        assert_eq!(said.as_deref(), Some("pip 25.3\n"));
        assert!(begun.elapsed() < Duration::from_secs(2));
    }

    #[test]
    fn nobody_is_asked_twice_and_all_end_in_time() {
        let (asked, begun) = (Asked::default(), Instant::now());
        for script in ["sleep 9", "sleep 9", "sleep 9 # another"] {
            assert_eq!(say(&asked, script, Duration::from_secs(3)), None);
        }
        assert!(begun.elapsed() < LIMIT_OF_ALL + Duration::from_secs(1));
    }
}
