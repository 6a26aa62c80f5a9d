//! Clients that import the Python package keyring: pip by its providers `import` and `auto`, in a venv where somebody
//! installed keyring. One process more answers them, ours, also when their token has expired.

mod support;

use std::path::Path;
use std::time::Duration;

use support::home::{Finished, Home};
use support::leak_watch::LeakWatch;
use support::mirror::{Mirror, TEAM};
use support::{binary_under_test, clients, tell_skipped, wait_until};

/// Where the pinned keyring has its package and what that needs.
fn keyring_packages() -> String {
    let python = clients::bin("keyring").join("python");
    let ask = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
    let told = std::process::Command::new(python)
        .args(["-Ic", ask])
        .output();
    let told = String::from_utf8(told.expect("Python runs").stdout).expect("UTF-8");
    told.trim().to_owned()
}

fn install(home: &Home, python: &Path, provider: &str, into: &str, package: &str) -> Finished {
    let mut pip = home.command(python);
    pip.args(["-m", "pip", "install", "--quiet", "--no-cache-dir"])
        .args(["--keyring-provider", provider, "--target", into, package])
        // A helper by the name of `keyring` is not to be what answers.
        .env("PATH", "/usr/bin:/bin")
        .env("PYTHONPATH", keyring_packages());
    home.run(&mut pip)
}

#[test]
fn pip_imports_keyring_and_is_answered_also_after_the_token_has_expired() {
    let mirror = Mirror::start();
    mirror.let_tokens_live(8);
    let home = Home::new();
    let watch = LeakWatch::start(home.path());
    mirror.login(&home, &["--tool", "pip"]).success();
    let url = mirror.endpoint("pypi", TEAM);
    let token = || {
        let mut ask = home.command(binary_under_test());
        home.run_unheard(ask.args(["keyring", "get", &url, "aws"]))
            .success()
            .stdout
    };
    for (round, package) in ["mirror-greeting", "mirror-farewell"]
        .into_iter()
        .enumerate()
    {
        for client in ["pip-23.1", "pip-24", "pip-25", "pip-26.1", "pip-newest"] {
            let python = home.join(format!("{client}/bin/python"));
            if round == 0 {
                home.venv_with_pip(client, client);
            }
            for provider in ["import", "auto"] {
                let into = format!("{client}-{provider}-{round}");
                install(&home, &python, provider, &into, package).success();
            }
        }
        if round == 0 {
            mirror.wait_until_refused(token().trim());
        }
    }
    home.assert_no_leak(&watch, &[".config/pip/pip.conf"]);
}

#[test]
fn a_question_by_way_of_python_starts_one_program() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &["--tool", "pip"]).success();
    let url = mirror.endpoint("pypi", TEAM);
    let log = home.join("programs");
    let mut strace = home.command("strace");
    strace
        .args(["-f", "-qq", "-e", "trace=execve", "-o"])
        .arg(&log)
        .arg(clients::bin("keyring").join("python"))
        .args([
            "-c",
            "import keyring, sys; assert keyring.get_password(sys.argv[1], 'aws')",
            &url,
        ]);
    if std::process::Command::new("strace")
        .arg("-V")
        .output()
        .is_err()
    {
        tell_skipped(
            "programs started by way of Python",
            "strace is not installed",
        );
        return;
    }
    home.run(&mut strace).success();
    wait_until("strace's log", Duration::from_secs(5), || log.is_file());
    let log = home.read("programs");
    let started: Vec<&str> = log.lines().filter(|line| line.ends_with(" = 0")).collect();
    assert_eq!(started.len(), 2, "Python, and us:\n{log}");
    assert!(
        started[1].contains("\"keyring\", \"--mode=creds\", \"get\""),
        "{log}"
    );
}
