//! Programs that a test puts into a home. Another process writes them: a file that this one has open for
//! writing is inherited by whatever another test starts just then, and "text file busy" to whoever runs it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Copies a program.
pub fn copy_program(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("--").args([from, to]).status();
    assert!(
        copied.is_ok_and(|status| status.success()),
        "cannot copy to {}",
        to.display()
    );
}

/// Writes a script that can be run, and the folders on the way to it.
pub fn write_script(path: &Path, text: &str) {
    let mut install = Command::new("install")
        .args(["-D", "-m", "755", "/dev/stdin"])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("coreutils' install");
    let mut stdin = install.stdin.take().expect("piped");
    stdin.write_all(text.as_bytes()).expect("install reads it");
    drop(stdin);
    assert!(
        install.wait().is_ok_and(|status| status.success()),
        "cannot write {}",
        path.display()
    );
}
