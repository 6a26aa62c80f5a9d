//! What others may have put where tokens are cached.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use crate::support::home::Home;
use crate::support::mirror::Mirror;
use crate::support::{binary_under_test, tell_skipped};
use crate::{LOGIN, can_mount, in_namespace, set_mode};

const STATE: &str = ".local/state/studio-mirror/state.json";

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
    let cached = finished
        .stderr
        .lines()
        .filter(|line| line.ends_with(".json"));
    assert_eq!(cached.count(), 1, "{finished}");
}

/// A folder that lay in memory at the login may be one on disk now: of a container that shares the home, say.
#[test]
fn a_remembered_folder_on_disk_gets_no_token_unless_it_is_the_homes_own() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    let [_, runtime] = home.folders();
    let on_disk = home.join("memory/studio-mirror");
    let own = home.join(".cache/studio-mirror/tokens");
    let is_in_memory = studio_mirror::files::is_memory_backed;
    if is_in_memory(home.path()) || !is_in_memory(&runtime) {
        tell_skipped("a cache on disk", "it needs /tmp on disk and /dev/shm");
        return;
    }
    let tokens = |folder: &Path| {
        let files = std::fs::read_dir(folder).into_iter().flatten().flatten();
        files
            .filter(|file| file.path().extension().is_some_and(|end| end == "json"))
            .count()
    };
    mirror.login(&home, &[]).success();
    let remember = |folder: &Path| {
        let mut state: serde_json::Value = serde_json::from_str(&home.read(STATE)).expect("JSON");
        state["cache"] = folder.to_str().expect("UTF-8").into();
        home.write(STATE, state.to_string());
        std::fs::create_dir_all(folder).expect("a folder");
        set_mode(folder, 0o700);
        mirror.login(&home, &["--force"]).success();
    };
    remember(&on_disk);
    assert_eq!(tokens(&on_disk), 0);
    let cache = runtime.join("studio-mirror");
    assert!(home.read(STATE).contains(cache.to_str().expect("UTF-8")));
    remember(&own);
    assert_eq!(tokens(&own), 1);
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
