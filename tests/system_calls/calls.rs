//! Which calls a command makes, and how each may fail. strace counts them and makes them fail: the shipped binary is
//! static, nothing can be loaded in front of its calls.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

/// Calls that can fail, and with what. The others are memory (which the allocator ends a process for),
/// signals and what only reports (getpid): not the world's doing. For `socketpair`, by which tokio starts and panics without,
/// see `descriptors`.
const KINDS: &[(&[&str], &[&str])] = &[
    (&["open", "openat"], &["EACCES", "EMFILE"]),
    (&["read", "pread64"], &["EIO", "EINTR"]),
    (&["recvfrom", "recvmsg"], &["ECONNRESET"]),
    (&["write", "pwrite64"], &["ENOSPC", "EIO"]),
    (&["writev", "sendto", "sendmsg"], &["EPIPE", "EIO"]),
    (&["rename", "renameat", "renameat2"], &["EIO", "ENOSPC"]),
    (
        &["link", "linkat", "symlink", "symlinkat"],
        &["EIO", "EPERM"],
    ),
    (&["fsync", "fdatasync"], &["EIO", "ENOSPC"]),
    (&["ftruncate"], &["EIO"]),
    (
        &["chmod", "fchmod", "fchmodat", "fchown"],
        &["EPERM", "EIO"],
    ),
    (&["mkdir", "mkdirat"], &["ENOSPC", "EACCES"]),
    (&["unlink", "unlinkat", "rmdir"], &["EACCES", "EIO"]),
    (&["flock"], &["ENOLCK", "EINTR"]),
    (
        &["stat", "lstat", "fstat", "statx", "newfstatat"],
        &["EACCES", "EIO"],
    ),
    (&["readlink", "readlinkat"], &["EACCES", "EIO"]),
    (&["statfs"], &["EIO"]),
    (&["getdents64"], &["EIO"]),
    (&["socket"], &["EMFILE", "ENOBUFS"]),
    (&["connect"], &["ECONNREFUSED", "ENETUNREACH"]),
    (
        &["setsockopt", "getsockopt", "getsockname", "getpeername"],
        &["ENOBUFS"],
    ),
    (&["epoll_create1", "eventfd2"], &["EMFILE", "ENOMEM"]),
    (&["epoll_ctl"], &["ENOSPC", "ENOMEM"]),
    (&["epoll_wait", "epoll_pwait"], &["EINTR"]),
    (&["getrandom"], &["EINTR"]),
];

/// The last call of Rust's start before `main`: a loader that cannot read its libraries is not ours to judge.
const BEFORE_MAIN: &str = "poll";

/// Also before `main`: the start looks here where the stack ends.
const LOOKED_AT_BY_THE_START: &str = "/proc/self/maps";

/// A write to it cannot fail as one to a file does: tokio wakes itself by it, more or less often.
const NO_FILE: &str = "[eventfd]";

/// So many more writes are tried than were counted, since those of tokio's are counted with them.
pub const MORE_WRITES: usize = 4;

/// One call, and how it is to fail.
#[derive(Debug)]
pub struct Point {
    pub call: String,
    /// Of the calls of this name, from 1.
    pub nth: usize,
    pub error: &'static str,
}

impl Point {
    /// The words for strace.
    pub fn words(&self) -> [String; 5] {
        let Self { call, nth, error } = self;
        [
            "--seccomp-bpf".to_owned(),
            "-y".to_owned(),
            format!("--trace={call}"),
            "-e".to_owned(),
            format!("inject={call}:error={error}:when={nth}"),
        ]
    }
}

impl Point {
    /// Whether something was to be looked at.
    pub fn is_a_look(&self) -> bool {
        self.call.contains("stat")
    }
}

impl std::fmt::Display for Point {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} number {} with {}", self.call, self.nth, self.error)
    }
}

/// The line of strace's log that shows the call that was made to fail, if it was and is one that can.
pub fn injected(log: &Path) -> Option<String> {
    let log = std::fs::read(log).expect("strace's log");
    let log = String::from_utf8_lossy(&log);
    let mut lines = log.lines();
    lines
        .find(|line| line.contains("(INJECTED)") && !line.contains(NO_FILE))
        .map(str::to_owned)
}

/// Whether the failed call was the sync of a new text (which has no name yet) below `home`: its writer must not go on as if
/// the text were on the disk.
pub fn is_sync_of_a_new_text(injected: &str, home: &Path) -> bool {
    injected.contains("sync(")
        && injected.contains(&format!("<{}/", home.display()))
        && injected.contains("/#")
}

/// Whether strace is here and may trace.
pub fn can_inject() -> bool {
    let mut strace = Command::new("strace");
    strace
        .args(["-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "true"])
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    strace.status().is_ok_and(|status| status.success())
}

/// Everything that can fail in a run, by strace's log of it (`-f -y`).
pub fn points(log: &Path) -> Vec<Point> {
    let log = std::fs::read(log).expect("strace's log");
    let log = String::from_utf8_lossy(&log);
    let calls = log.lines().filter_map(|line| {
        let (_process, line) = line.split_once(' ')?;
        let line = line.trim_start();
        let (name, rest) = line.split_once('(')?;
        name.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            .then_some((name, rest))
    });
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut is_in_main = false;
    let mut points = Vec::new();
    for (call, rest) in calls {
        let nth = counts.entry(call).or_default();
        *nth += 1;
        is_in_main |= call == BEFORE_MAIN;
        if !is_in_main || rest.contains(LOOKED_AT_BY_THE_START) || rest.contains(NO_FILE) {
            continue;
        }
        let kind = KINDS.iter().find(|(names, _)| names.contains(&call));
        points.extend(
            kind.iter()
                .flat_map(|(_, errors)| *errors)
                .map(|error| Point {
                    call: call.to_owned(),
                    nth: *nth,
                    error,
                }),
        );
    }
    let writes = counts.get("write").copied().unwrap_or_default();
    let kind = KINDS.iter().find(|(names, _)| names.contains(&"write"));
    let more = (writes + 1..=writes + MORE_WRITES).flat_map(|nth| {
        let errors = kind.iter().flat_map(|(_, errors)| *errors);
        errors.map(move |error| Point {
            call: "write".to_owned(),
            nth,
            error,
        })
    });
    points.extend(more);
    assert!(is_in_main, "no `{BEFORE_MAIN}` in the log:\n{log}");
    points
}
