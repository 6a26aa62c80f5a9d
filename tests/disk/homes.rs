//! Homes and folders by odd names, or none; readers that go away.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Stdio;

use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::tree::picture;
use crate::support::{binary_under_test, tell_skipped};
use crate::{LOGIN, PIP_CONF, assert_clear, can_mount, in_namespace, is_root, set_mode};

#[test]
fn sudo_with_the_callers_home_is_refused() {
    if !is_root() {
        tell_skipped("sudo with the caller's home", "it needs root");
        return;
    }
    let mirror = Mirror::without_packages();
    let home = Home::new()
        .env("SUDO_UID", "65534")
        .env("SUDO_USER", "nobody");
    std::os::unix::fs::chown(home.path(), Some(65534), Some(65534)).expect("we are root");
    let finished = mirror.login(&home, &[]);
    assert_clear(
        &finished,
        &["root by sudo", "another user's home", "sudo -H"],
    );
    for flag in ["--daemon", "--serve", "--once", "--stop"] {
        let finished = home.studio_mirror(["refresh", flag]);
        assert_clear(&finished, &["root by sudo", "sudo -H"]);
    }
    assert!(picture(home.path()).is_empty());
    // Root's own home by sudo is fine.
    std::os::unix::fs::chown(home.path(), Some(0), Some(0)).expect("we are root");
    mirror.login(&home, &[]).success();
}

#[test]
fn who_is_locked_out_of_their_home_is_told_the_way_back() {
    if !is_root() {
        tell_skipped("a folder that became root's", "it needs root");
        return;
    }
    let home = Home::new();
    // Where another user can run it.
    let program = home.join("studio-mirror");
    std::fs::copy(binary_under_test(), &program).expect("a copy");
    std::os::unix::fs::chown(home.path(), Some(65534), Some(65534)).expect("we are root");
    home.write(".local/state/studio-mirror/state.json", "{}");
    let local = home.join(".local");
    let read_as_user = || {
        let mut command = home.command(&program);
        home.run(command.args(["refresh", "--once"]).uid(65534))
    };
    set_mode(&local, 0o700);
    let take_back = format!("sudo chown -R 65534 '{}'", local.display());
    assert_clear(&read_as_user(), &["Permission denied", &take_back]);
    std::os::unix::fs::chown(&local, Some(65534), Some(65534)).expect("we are root");
    set_mode(&local, 0o000);
    let let_in = format!("chmod u+rwX '{}'", local.display());
    assert_clear(&read_as_user(), &[&let_in]);
}

#[test]
fn without_a_home_the_error_says_so_or_passwd_knows_one() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let run = |value: Option<&str>, arguments: &[&str]| {
        let mut command = home.command(binary_under_test());
        command.args(arguments).env_remove("HOME");
        command.env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
        if let Some(value) = value {
            command.env("HOME", value);
        }
        home.run(&mut command)
    };
    let relative = run(Some("somewhere"), &LOGIN);
    assert_clear(&relative, &["HOME is not set to a folder"]);
    assert_eq!(
        picture(home.path()).len(),
        0,
        "nothing below the working folder"
    );
    // What is no folder cannot become a home.
    home.write("file", "");
    let file = home.join("file");
    let finished = run(file.to_str(), &LOGIN);
    assert_clear(&finished, &[file.to_str().expect("UTF-8")]);
    // Without the variable, or an empty one, /etc/passwd tells; only asked, nothing is written there.
    for missing in [None, Some("")] {
        run(missing, &["status"]).success();
    }
}

#[test]
fn the_helper_has_no_answer_without_a_home_and_says_nothing_on_stdout() {
    let home = Home::new();
    let mut command = home.command(binary_under_test());
    command
        .args(["keyring", "get", "https://corp.example/simple/", "aws"])
        .env("HOME", "relative");
    let finished = home.run(&mut command).exit(1);
    assert_eq!(finished.stdout, "");
    assert!(!finished.stderr.contains("panicked"), "{finished}");
}

#[test]
fn odd_xdg_variables_are_survived() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let odd = home
        .env("XDG_CONFIG_HOME", "relative/config")
        .env("XDG_STATE_HOME", "")
        .env("XDG_CACHE_HOME", "~/cache")
        .env("XDG_DATA_HOME", "./data")
        .env("XDG_RUNTIME_DIR", "run");
    // With shared memory of its own, which is what counts where there is no runtime folder.
    if !can_mount() {
        return;
    }
    let script = "mount -t tmpfs -o mode=1777 none /dev/shm; exec \"$@\"";
    in_namespace(&mirror, &odd, script, &LOGIN).success();
    assert!(
        odd.join(PIP_CONF).is_file(),
        "relative ones do not count, as the XDG rules say"
    );
    assert!(!odd.join("relative").exists() && !odd.join("run").exists());
    odd.studio_mirror(["logout"]).success();

    let elsewhere = tempfile::tempdir().expect("a scratch folder");
    let home = Home::new()
        .env("XDG_CONFIG_HOME", elsewhere.path().join("c o n f"))
        .env("XDG_STATE_HOME", elsewhere.path().join("state"));
    mirror.login(&home, &[]).success();
    assert!(elsewhere.path().join("c o n f/pip/pip.conf").is_file());
    // What tells the helper whom to trust is not led elsewhere by a project's environment.
    assert!(!elsewhere.path().join("state").exists());
    assert!(home.join(".local/state/studio-mirror/state.json").is_file());
    home.studio_mirror(["logout"]).success();
    assert!(!elsewhere.path().join("c o n f").exists());
}

/// A folder that its owner cannot enter would keep every later login out.
#[test]
fn an_umask_that_closes_folders_to_their_owner_does_not() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let umask = |arguments: &[&str]| {
        let mut shell = home.command("sh");
        shell
            .args(["-c", "umask 177; exec \"$@\"", "sh"])
            .arg(binary_under_test())
            .args(arguments)
            .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
        home.run(&mut shell).success();
    };
    umask(&LOGIN);
    let [folder, runtime] = home.folders();
    set_mode(&folder, 0o700);
    let mut folders = vec![folder, runtime];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        let kind = std::fs::metadata(&folder).expect("it is there");
        let mode = kind.permissions().mode() & 0o777;
        assert_eq!(mode, 0o700, "{}", folder.display());
        seen += 1;
        let entries = std::fs::read_dir(&folder).expect("ours").flatten();
        let below = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        folders.extend(below.map(|entry| entry.path()));
    }
    assert!(seen > 5, "{seen}");
    umask(&["logout"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure_and_a_full_stdout_is_one() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    for arguments in [
        &["status"][..],
        &["login"],
        &["token"],
        &["completions", "bash"],
        &["--help"],
        &["login", "--dry-run", "--force"],
    ] {
        // Nobody reads.
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        let mut command = home.command(binary_under_test());
        let child = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(writer)
            .stderr(Stdio::piped())
            .spawn();
        let output = child.expect("it runs").wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{arguments:?}: {stderr}");

        // No room.
        let full = std::fs::OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("/dev/full");
        let mut command = home.command(binary_under_test());
        let child = command
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(full)
            .stderr(Stdio::piped())
            .spawn();
        let output = child.expect("it runs").wait_with_output().expect("it ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !stderr.contains("panicked") && output.status.code().is_some_and(|code| code <= 2),
            "{arguments:?}: {stderr}"
        );
        if arguments != ["--help"] {
            assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
            assert!(
                stderr.contains("cannot write the result to stdout"),
                "{arguments:?}: {stderr}"
            );
        }

        // No streams at all.
        let mut shell = home.command("sh");
        shell
            .args(["-c", "\"$@\" <&- >&- 2>&-", "sh"])
            .arg(binary_under_test())
            .args(arguments);
        home.run(&mut shell).success();
    }
}
