//! A process in the background that outlives whoever started it: the terminal, the lifecycle script, and what
//! stops its process group.

use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};

use anyhow::{Context, anyhow, bail};

use crate::error::with_hint;
use crate::places::this_program;

/// What came of starting one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Started {
    /// It runs now.
    Now,
    /// One ran already.
    Already,
}

/// What the process says on its stdout before it lets go of it.
const READY: &str = "ready\n";
const ALREADY: &str = "already\n";

/// Starts this program again as `arguments` say, which must come to [`settle`], and waits until it says how it went.
///
/// # Errors
/// When it cannot be started, or in its own words.
pub fn start(arguments: &[&str]) -> anyhow::Result<Started> {
    let program = this_program()?;
    // What the caller left open (a lock, a pipe whose end somebody waits for) is not the background's to hold.
    close_fds::set_fds_cloexec(3, &[]);
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start the background process")?;
    let (mut said, mut complaint) = (String::new(), String::new());
    if let Some(stdout) = &mut child.stdout {
        stdout.read_to_string(&mut said)?;
    }
    match said.as_str() {
        READY => return Ok(Started::Now),
        ALREADY => return Ok(Started::Already),
        _ => {}
    }
    if let Some(stderr) = &mut child.stderr {
        stderr.read_to_string(&mut complaint)?;
    }
    let said = complaint.trim().trim_start_matches("error: ");
    let (why, hint) = match said.split_once("\nhint: ") {
        Some((why, hint)) => (why, Some(hint)),
        None => (said, None),
    };
    let error = anyhow!(why.to_owned()).context("the background process did not start");
    bail!(match hint {
        Some(hint) => with_hint(error, hint),
        None => error,
    })
}

/// Leaves the starter's session for good.
///
/// # Errors
/// When the kernel refuses.
pub fn leave_session() -> anyhow::Result<()> {
    rustix::process::setsid().context("cannot leave the terminal's session")?;
    Ok(())
}

/// Tells the starter that one runs already.
pub fn say_already() {
    let _ = std::io::stdout().write_all(ALREADY.as_bytes());
}

/// Tells the starter that all is well, and lets go of its streams.
///
/// # Errors
/// When /dev/null is not there.
pub fn settle() -> anyhow::Result<()> {
    let nowhere = std::fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")
        .context("cannot open /dev/null")?;
    let mut stdout = std::io::stdout();
    let _ = stdout
        .write_all(READY.as_bytes())
        .and_then(|()| stdout.flush());
    rustix::stdio::dup2_stdin(nowhere.as_fd())?;
    rustix::stdio::dup2_stdout(nowhere.as_fd())?;
    rustix::stdio::dup2_stderr(nowhere.as_fd())?;
    Ok(())
}
