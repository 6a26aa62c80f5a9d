//! No room, no right to write.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::programs::copy_program;
use crate::support::tree::{litter, picture, user_files};
use crate::support::{binary_under_test, tell_skipped};
use crate::{LOGIN, NPMRC, PIP_CONF, assert_clear, can_mount, in_namespace, is_root, set_mode};

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

    // Nothing could be renewed there, and none says that it is.
    mirror.login(&home, &[]).success();
    let finished = in_namespace(&mirror, &home, script, &["refresh", "--daemon"]);
    assert_clear(&finished, &["Read-only file system", "point HOME to"]);
    home.studio_mirror(["logout"]).success();

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
fn what_has_no_locks_or_is_open_to_others_is_told_with_the_mend() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    mirror.login(&home, &[]).success();
    set_mode(&home.join(".local/state/studio-mirror"), 0o755);
    for command in ["logout", "login"] {
        let finished = home.studio_mirror([command]);
        let mend = ["chmod 700 '", ".local/state/studio-mirror'"];
        assert_clear(&finished, &mend);
    }
    set_mode(&home.join(".local/state/studio-mirror"), 0o700);
    if Command::new("strace").arg("--version").output().is_err() {
        return tell_skipped("a file system without locks", "strace is not installed");
    }
    let mut strace = home.command("strace");
    strace
        .args(["-f", "-o", "/dev/null", "-e", "trace=flock"])
        .args(["-e", "inject=flock:error=ENOSYS"])
        .arg(binary_under_test())
        .arg("logout");
    let finished = home.run(&mut strace);
    assert_clear(&finished, &["cannot lock", "flock"]);
}

/// A secret is not for whoever once owned the file that takes it.
#[test]
fn a_strangers_file_that_takes_a_token_becomes_the_homes_owners() {
    if !is_root() {
        return tell_skipped("a stranger's file", "only root has any");
    }
    let mirror = Mirror::without_packages();
    for (is_strangers_home, expected) in [(false, 0), (true, 65534)] {
        let home = Home::new();
        let file = home.write(NPMRC, "fund=false\n");
        let chown = |path: &Path| {
            std::os::unix::fs::chown(path, Some(65534), Some(65534)).expect("we are root");
        };
        chown(&file);
        if is_strangers_home {
            chown(home.path());
        }
        mirror.login(&home, &["--tool", "npm"]).success();
        let kind = std::fs::metadata(&file).expect("it is there");
        assert_eq!((kind.uid(), kind.mode() & 0o777), (expected, 0o600));
    }
}

#[test]
fn folders_of_somebody_else_are_named_and_left_alone() {
    if !can_mount() {
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

/// `studio-mirror` as the user 65534, who is nobody's owner.
fn as_nobody(mirror: &Mirror, home: &Home, arguments: &[&str]) -> Command {
    let mut command = home.command("unshare");
    // Shared memory of its own: that user's tokens must not outlive the test.
    let script = "mount -t tmpfs -o mode=1777 none /dev/shm; \
                  exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";
    command
        .args(["-m", "sh", "-euc", script, "sh"])
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
        copy_program(&binary_under_test(), &copy);
        set_mode(&copy, 0o755);
        (folder, copy)
    });
    path
}
