//! Looks for tokens where none may be: command lines, output, files that others can read, configuration files.

use std::collections::BTreeSet;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

/// How every token begins, and how HTTP's Basic form of `aws:TOKEN` does.
const TOKEN_MARKS: [&str; 2] = ["eyJ2ZX", "YXdzOmV5SjJaW"];

/// A command line that held a token, and the HOME of its process.
type Sighting = (PathBuf, String);

/// From its start to its end, watches everything that runs in one home.
pub struct LeakWatch {
    home: PathBuf,
}

impl LeakWatch {
    /// Starts to watch the command lines of all processes whose HOME this is.
    pub fn start(home: &Path) -> LeakWatch {
        sightings();
        LeakWatch {
            home: home.to_owned(),
        }
    }

    /// Panics, naming the offender, if a token was in the command line of a process of this home, is in the transcript
    /// of what its programs printed, in a file below `folders` that others may touch, or anywhere in `token_free`.
    #[track_caller]
    pub fn assert_none(&self, transcript: &str, folders: &[PathBuf], token_free: &[PathBuf]) {
        let mut leaks = self.command_lines();
        leaks.extend(
            transcript
                .lines()
                .filter(|line| holds_token(line.as_bytes()))
                .map(|line| format!("output: {line}")),
        );
        leaks.extend(folders.iter().flat_map(|top| exposed_files(top)));
        for file in token_free {
            let bytes = std::fs::read(file)
                .unwrap_or_else(|why| panic!("cannot look into {}: {why}", file.display()));
            if holds_token(&bytes) {
                leaks.push(format!("a token in {}", file.display()));
            }
        }
        assert!(leaks.is_empty(), "tokens leaked:\n{}", leaks.join("\n"));
    }

    /// Whether a command line with this in it has been seen in the home.
    pub fn has_seen(&self, part: &str) -> bool {
        self.command_lines().iter().any(|line| line.contains(part))
    }

    fn command_lines(&self) -> Vec<String> {
        let seen = sightings().lock().expect("the watcher does not panic");
        let ours = seen.iter().filter(|(home, _)| *home == self.home);
        ours.map(|(_, line)| format!("command line: {line}"))
            .collect()
    }
}

/// True where the bytes hold a token, or a Basic credential made of one.
pub fn holds_token(bytes: &[u8]) -> bool {
    TOKEN_MARKS.iter().any(|mark| {
        bytes
            .windows(mark.len())
            .any(|window| window == mark.as_bytes())
    })
}

/// Files below `top`, on its file system, that hold a token and that anybody but the owner may touch.
pub fn exposed_files(top: &Path) -> Vec<String> {
    let mut leaks = Vec::new();
    let Ok(device) = top.metadata().map(|metadata| metadata.dev()) else {
        panic!("no folder {} to look into", top.display());
    };
    let mut folders = vec![top.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(metadata) = entry.path().symlink_metadata() else {
                continue;
            };
            let mode = metadata.permissions().mode() & 0o777;
            if metadata.dev() != device {
                continue;
            }
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if metadata.is_file()
                && mode & 0o077 != 0
                && std::fs::read(entry.path()).is_ok_and(|b| holds_token(&b))
            {
                leaks.push(format!(
                    "a token in {} (mode {mode:04o})",
                    entry.path().display()
                ));
            }
        }
    }
    leaks
}

/// What the one watcher of this test process has seen so far; the first call starts it.
fn sightings() -> &'static Mutex<BTreeSet<Sighting>> {
    static SIGHTINGS: OnceLock<Mutex<BTreeSet<Sighting>>> = OnceLock::new();
    static WATCHER: OnceLock<()> = OnceLock::new();
    let seen = SIGHTINGS.get_or_init(Mutex::default);
    WATCHER.get_or_init(|| {
        std::thread::spawn(move || {
            loop {
                look_at_processes(seen);
                // The pace of the watch, not a wait for anything: a helper lives for some milliseconds.
                std::thread::sleep(Duration::from_millis(1));
            }
        });
    });
    seen
}

fn look_at_processes(seen: &Mutex<BTreeSet<Sighting>>) {
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        if !process.file_name().as_encoded_bytes()[0].is_ascii_digit() {
            continue;
        }
        let Ok(line) = std::fs::read(process.path().join("cmdline")) else {
            continue;
        };
        if !holds_token(&line) {
            continue;
        }
        // Other tests run programs that do leak (the AWS CLI is one): the HOME tells whose process this is.
        let Ok(environment) = std::fs::read(process.path().join("environ")) else {
            continue;
        };
        let home = environment
            .split(|byte| *byte == 0)
            .find_map(|entry| entry.strip_prefix(b"HOME="));
        if let Some(home) = home {
            let words = String::from_utf8_lossy(&line).replace('\0', " ");
            let sighting = (
                PathBuf::from(String::from_utf8_lossy(home).into_owned()),
                words,
            );
            seen.lock()
                .expect("the watcher does not panic")
                .insert(sighting);
        }
    }
}
