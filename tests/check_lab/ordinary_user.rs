//! The laboratory as somebody who is not root: in a user namespace. Where the tests run as root, some scenes are played once
//! more by a user whom this machine does not know.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::support::{binary_under_test, built_program, checkout, clients, tell_skipped};

/// Who that is.
const UID: &str = "23456";

/// Set where this program runs as that user.
const NESTED: &str = "STUDIO_MIRROR_LAB_NESTED";

/// What is played: worlds in order, and faults of names, ways, certificates, proxies and answers.
const SCENES: [&str; 5] = [
    "healthy_ipv4",
    "healthy_through_a_proxy",
    "repositories_have_no_name",
    "repositories_security_group",
    "repositories_issuer_is_unknown",
];

/// Whether there is anything to do: who is not root plays every scene so, anyway.
pub fn is_wanted() -> bool {
    rustix::process::geteuid().is_root() && std::env::var_os(NESTED).is_none()
}

/// Plays the scenes.
pub fn play() {
    let able = run(&built_program("studio-mirror-lab"), &["possible"]);
    if !able.status.success() {
        let why = String::from_utf8_lossy(&able.stderr).into_owned();
        tell_skipped(
            "the laboratory as an ordinary user",
            &format!(
                "this machine does not let one make namespaces: {}",
                why.trim()
            ),
        );
        return;
    }
    let this = std::env::current_exe().expect("the path of the running test");
    for scene in SCENES {
        let played = run(&this, &["--exact", scene]);
        let said = String::from_utf8_lossy(&played.stdout);
        let complaints = String::from_utf8_lossy(&played.stderr);
        assert!(
            played.status.success() && said.contains("1 passed"),
            "{scene} as user {UID}:\n{said}\n{complaints}"
        );
    }
}

fn run(program: &std::path::Path, arguments: &[&str]) -> Output {
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let binary = binary_under_test();
    let absolute = |path: PathBuf| std::fs::canonicalize(path).expect("it is there");
    let folder = |program: PathBuf| program.parent().map(PathBuf::from).expect("a folder");
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "--propagation", "private", "sh"])
        .arg(checkout().join("tests/check_lab/ordinary_user.sh"))
        .args([scratch.path().as_os_str(), UID.as_ref()])
        .arg(checkout())
        .arg(absolute(folder(binary.clone())))
        .arg(absolute(folder(built_program("studio-mirror-lab"))))
        .arg(absolute(clients::all()))
        // The interpreter that the clients were made with.
        .arg(folder(absolute(clients::base_python())))
        .arg("--")
        .arg(program)
        .args(arguments)
        .env(NESTED, "1")
        .env("STUDIO_MIRROR_BIN", absolute(binary))
        .env("STUDIO_MIRROR_CLIENTS", absolute(clients::all()))
        .env_remove("TMPDIR")
        .current_dir("/");
    command.output().expect("util-linux is there")
}
