//! Full disks, folders that cannot be written, homes that are missing, shared memory that somebody else prepared,
//! and readers that go away: a clear error, nothing lost.

mod support;

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use support::binary_under_test;
use support::home::{Finished, Home};
use support::mirror::Mirror;
use support::tree::{litter, picture, user_files};

const PIP_CONF: &str = ".config/pip/pip.conf";
const NPMRC: &str = ".npmrc";
const LOGIN: [&str; 7] = [
    "login",
    "--domain",
    "corp",
    "--domain-owner",
    "111122223333",
    "--repository",
    "team",
];

/// Whether this machine lets us mount; says loudly what is not tested if not.
fn can_mount() -> bool {
    let can = is_root()
        && Command::new("unshare")
            .args(["-m", "mount", "-t", "tmpfs", "none", "/mnt"])
            .status()
            .is_ok_and(|status| status.success());
    if !can {
        support::tell_skipped(
            "full and read-only disks",
            "they need root and `unshare -m mount`",
        );
    }
    can
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs `script` in a mount namespace of its own; in it `$HOME` is the home, `"$@"` the program under test with `arguments`.
fn in_namespace(mirror: &Mirror, home: &Home, script: &str, arguments: &[&str]) -> Finished {
    let mut command = home.command("unshare");
    command
        .args(["-m", "sh", "-euc", script, "sh"])
        .arg(binary_under_test())
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run(&mut command)
}

/// `studio-mirror` as the user 65534, who is nobody's owner.
fn as_nobody(mirror: &Mirror, home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
        .arg(program_for_all())
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    command
}

/// A copy of the program where every user may run it.
fn program_for_all() -> &'static Path {
    static COPY: std::sync::OnceLock<(tempfile::TempDir, std::path::PathBuf)> =
        std::sync::OnceLock::new();
    let (_, path) = COPY.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a scratch folder");
        set_mode(folder.path(), 0o755);
        let copy = folder.path().join("studio-mirror");
        std::fs::copy(binary_under_test(), &copy).expect("a copy");
        set_mode(&copy, 0o755);
        (folder, copy)
    });
    path
}

fn set_mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(bits)).expect("our own");
}

#[track_caller]
fn assert_clear(finished: &Finished, parts: &[&str]) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    for part in parts.iter().chain(&["error: ", "hint: "]) {
        assert!(finished.stderr.contains(part), "{part}: {finished}");
    }
    assert!(!finished.stderr.contains("panicked"), "{finished}");
}

/// Logs in on a tmpfs of `$FREE_BLOCKS` free blocks and out again, copying to `$OUT` what can be seen in between and after.
const ON_A_FULL_DISK: &str = r#"
mount -t tmpfs -o size=400k none "$HOME"
cd "$HOME"
mkdir -p .config/pip "$OUT/given-back"
printf '%s\n' "$PIP_CONF_TEXT" > .config/pip/pip.conf
echo registry=https://npm.example/ > .npmrc
dd if=/dev/zero of=ballast bs=4096 count=$FREE_BLOCKS 2> /dev/null
cat /dev/zero > rest 2> /dev/null || true
rm ballast
code=0
"$@" || code=$?
cp -a .config .npmrc "$OUT"
find . -name '.*.studio-mirror' > "$OUT/litter"
rm rest
"$1" logout > /dev/null || exit 99
cp -a .config .npmrc "$OUT/given-back"
exit $code
"#;

/// A disk with room for the first so many blocks of what a login writes, up to where all of it fits.
#[test]
fn a_disk_that_fills_up_at_any_stage_loses_nothing() {
    if !can_mount() {
        return;
    }
    let mirror = Mirror::without_packages();
    // One block of 4 KiB nearly full, so that the edit needs a second one.
    let comments = "# mine\n".repeat(575);
    let pip_conf = format!("{comments}[global]\nindex-url = https://pypi.example/simple");
    let (mut failed, mut done) = (0, 0);
    for blocks in 0..32 {
        let out = tempfile::tempdir().expect("a scratch folder");
        let home = Home::new()
            .env("FREE_BLOCKS", blocks.to_string())
            .env("OUT", out.path())
            .env("PIP_CONF_TEXT", &pip_conf);
        let finished = in_namespace(&mirror, &home, ON_A_FULL_DISK, &LOGIN);
        let read = |below: &str| {
            let path = out.path().join(below);
            std::fs::read_to_string(path).unwrap_or_else(|why| panic!("{below}: {why}"))
        };
        if finished.status.success() {
            done += 1;
        } else {
            failed += 1;
            let parts = ["cannot", "No space left", "free some space"];
            assert_clear(&finished, &parts);
        }
        let pip = read(PIP_CONF);
        let is_old = pip == format!("{pip_conf}\n");
        let is_new =
            pip.starts_with(&comments) && pip.ends_with("\nkeyring-provider = subprocess\n");
        assert!(is_old || is_new, "{blocks} blocks free: {pip}");
        let npm = read(NPMRC);
        let is_old = npm == "registry=https://npm.example/\n";
        let is_new = npm.contains(":_authToken=") && npm.ends_with('\n');
        assert!(is_old || is_new, "{blocks} blocks free: {npm}");
        assert_eq!(read("litter"), "", "{blocks} blocks free");
        let given_back = |below: &str| read(&format!("given-back/{below}"));
        assert_eq!(given_back(PIP_CONF), format!("{pip_conf}\n"));
        assert_eq!(given_back(NPMRC), "registry=https://npm.example/\n");
    }
    println!("{failed} sizes too small, {done} large enough");
    assert!(
        failed >= 3 && done >= 1,
        "the sizes are badly chosen: {failed} failed, {done} done"
    );
}

#[test]
fn the_helper_answers_when_only_its_cache_cannot_be_written() {
    if !can_mount() {
        return;
    }
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let url = mirror.endpoint("pypi", "team");
    let cache = "mount -t tmpfs -o size=4k,mode=700 none \"$XDG_RUNTIME_DIR\"; mkdir -m 700 \"$XDG_RUNTIME_DIR/studio-mirror\"; \
        cat /dev/zero > \"$XDG_RUNTIME_DIR/full\" 2>/dev/null || true; ";
    let read_only = "mount -t tmpfs -o ro,mode=700 none \"$XDG_RUNTIME_DIR\"; ";
    for spoil in [cache, read_only] {
        let script = format!("{spoil} exec \"$@\"");
        let finished =
            in_namespace(&mirror, &home, &script, &["keyring", "get", &url, "aws"]).success();
        assert!(finished.stdout.len() > 100, "a token is expected");
        assert_eq!(finished.stderr, "");
    }
}

#[test]
fn a_read_only_home_is_named_and_left_alone() {
    if !can_mount() {
        return;
    }
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(NPMRC, "fund=false\n");
    let before = picture(home.path());
    let script =
        "mount --bind \"$HOME\" \"$HOME\"; mount -o remount,ro,bind \"$HOME\"; exec \"$@\"";
    let finished = in_namespace(&mirror, &home, script, &LOGIN);
    assert_clear(
        &finished,
        &[".local/state/studio-mirror", "Read-only file system"],
    );
    assert_eq!(picture(home.path()), before);

    // Only the configuration is read-only: the state and the helper are not, and everything is given back.
    let home = Home::new();
    home.write(NPMRC, "fund=false\n");
    home.write(PIP_CONF, "[global]\ntimeout = 1\n");
    let before = user_files(home.path());
    let script = "mount --bind \"$HOME/.config/pip\" \"$HOME/.config/pip\"; mount -o remount,ro,bind \"$HOME/.config/pip\"; exec \"$@\"";
    let finished = in_namespace(&mirror, &home, script, &LOGIN);
    assert_clear(
        &finished,
        &[
            "pip is not configured",
            ".config/pip/pip.conf",
            "Read-only file system",
        ],
    );
    assert!(
        home.read(NPMRC).contains("_authToken"),
        "the other tools are done"
    );
    assert_eq!(home.read(PIP_CONF), "[global]\ntimeout = 1\n");
    home.studio_mirror(["login"]).success();
    assert!(
        home.read(PIP_CONF).contains("index-url"),
        "tried again without being named"
    );
    home.studio_mirror(["logout"]).success();
    assert_eq!(user_files(home.path()), before);
}

#[test]
fn folders_of_somebody_else_are_named_and_left_alone() {
    if !is_root() {
        eprintln!("SKIPPED: needs root to become another user");
        return;
    }
    let mirror = Mirror::without_packages();
    // The whole home is another user's.
    let home = Home::new();
    set_mode(home.path(), 0o755);
    home.write(NPMRC, "fund=false\n");
    let before = picture(home.path());
    let finished = home.run(&mut as_nobody(&mirror, &home, &LOGIN));
    assert_clear(
        &finished,
        &[".local/state/studio-mirror", "ermission denied"],
    );
    assert_eq!(picture(home.path()), before);

    // Only the folder of one file is.
    let home = Home::new();
    home.write(PIP_CONF, "[global]\ntimeout = 1\n");
    set_mode(&home.join(".config/pip"), 0o755);
    set_mode(&home.join(PIP_CONF), 0o644);
    for path in [home.path().to_owned(), home.join(".config")] {
        std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("we are root");
    }
    let finished = home.run(&mut as_nobody(&mirror, &home, &LOGIN));
    assert_clear(
        &finished,
        &[
            "pip is not configured",
            "pip.conf",
            "ermission denied",
            "ls -ld",
        ],
    );
    assert_eq!(home.read(PIP_CONF), "[global]\ntimeout = 1\n");
    assert!(home.join(NPMRC).exists(), "the other tools are done");
    assert_eq!(litter(home.path()).len(), 0);
}

#[test]
fn sudo_with_the_callers_home_is_refused() {
    if !is_root() {
        eprintln!("SKIPPED: needs root");
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
    assert!(picture(home.path()).is_empty());
    // Root's own home by sudo is fine.
    std::os::unix::fs::chown(home.path(), Some(0), Some(0)).expect("we are root");
    mirror.login(&home, &[]).success();
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
    mirror.login(&odd, &[]).success();
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
    assert!(
        !elsewhere.path().join("state").exists(),
        "what the helper trusts is never where a variable says"
    );
    assert!(home.join(".local/state/studio-mirror/state.json").is_file());
    home.studio_mirror(["logout"]).success();
    assert!(!elsewhere.path().join("c o n f").exists());
}

/// /dev/shm is everybody's: what stands there under our name and is not ours alone must not be used.
#[test]
fn shared_memory_that_somebody_else_prepared_is_not_used() {
    if !can_mount() {
        return;
    }
    let mirror = Mirror::without_packages();
    let prepared = [
        (
            "another user's folder",
            "mkdir -m 777 \"$D\"; chown 65534 \"$D\"",
        ),
        ("open to others", "mkdir -m 770 \"$D\""),
        (
            "a symlink",
            "mkdir -m 700 /dev/shm/theirs; ln -s theirs \"$D\"",
        ),
        ("a dangling symlink", "ln -s nowhere \"$D\""),
        ("a file", "touch \"$D\""),
    ];
    for (name, prepare) in prepared {
        let home = Home::new();
        let script = format!(
            "mount -t tmpfs none /dev/shm; D=/dev/shm/studio-mirror-$(id -u); {prepare}; unset XDG_RUNTIME_DIR; \"$@\"; \
             find -L /dev/shm -name '*.json' >&2; ls -d /dev/shm/nowhere 2> /dev/null >&2 || true"
        );
        let finished = in_namespace(&mirror, &home, &script, &LOGIN).success();
        assert_eq!(
            finished
                .stderr
                .lines()
                .filter(|line| line.starts_with("/dev/shm"))
                .count(),
            0,
            "{name}: {finished}"
        );
        let tokens = home.join(".cache/studio-mirror/tokens");
        let mode = std::fs::metadata(&tokens)
            .expect("the home's cache")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o700, "{name}");
        assert_eq!(
            std::fs::read_dir(tokens)
                .expect("the cache")
                .filter(|file| {
                    file.as_ref()
                        .is_ok_and(|file| file.path().extension().is_some_and(|end| end == "json"))
                })
                .count(),
            1,
            "{name}"
        );
    }
    // Prepared by nobody, it is used.
    let home = Home::new();
    let script = "mount -t tmpfs none /dev/shm; unset XDG_RUNTIME_DIR; \"$@\"; find /dev/shm -name '*.json' -perm 600 >&2";
    let finished = in_namespace(&mirror, &home, script, &LOGIN).success();
    assert_eq!(finished.stderr.lines().count(), 1, "{finished}");
}

#[test]
fn a_cached_token_that_others_could_have_written_is_not_given_out() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    let status = home
        .studio_mirror(["status", "--output", "json"])
        .success()
        .stdout;
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    let cache = status["token"]["cache"]
        .as_str()
        .expect("cached")
        .to_owned();
    let forged = std::fs::read_to_string(&cache).expect("the cached token");
    let forged = {
        let mut token: serde_json::Value = serde_json::from_str(&forged).expect("JSON");
        token["token"] = "forged".into();
        token.to_string()
    };
    let url = mirror.endpoint("pypi", "team");
    let ask = || {
        home.run_unheard(
            home.command(binary_under_test())
                .args(["keyring", "get", &url, "aws"]),
        )
        .success()
    };
    let by_mode = || {
        std::fs::write(&cache, &forged).expect("our own file");
        set_mode(Path::new(&cache), 0o666);
    };
    let by_link = || {
        let theirs = home.write("theirs.json", &forged);
        set_mode(&theirs, 0o600);
        std::fs::remove_file(&cache).expect("our own file");
        symlink(theirs, &cache).expect("a link");
    };
    let by_folder = || {
        std::fs::remove_file(&cache).expect("our own file");
        std::fs::create_dir(&cache).expect("a folder");
    };
    for (at, spoil) in [&by_mode as &dyn Fn(), &by_link, &by_folder]
        .into_iter()
        .enumerate()
    {
        spoil();
        let answer = ask();
        assert!(answer.stdout.starts_with("eyJ"), "{at}: not the forged one");
    }
    assert!(
        home.read("theirs.json").contains("forged"),
        "the link's target is nobody's to write"
    );
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
