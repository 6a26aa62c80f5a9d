//! pnpm: asks the token helper.

use std::os::unix::fs::symlink;

use super::Workplace;
use crate::support::home::Home;
use crate::support::leak_watch::LeakWatch;
use crate::support::mirror::Mirror;
use crate::support::{binary_under_test, clients};

fn installs_and_publishes(client: &str) {
    let place = Workplace::new(client, "pnpm");
    // It has nothing to do here: pnpm asks for itself.
    let program = binary_under_test();
    let program = program.to_str().expect("a path in UTF-8");
    place.run(program, &["refresh", "--stop"]).success();
    installs_and_publishes_in(&place);
    place.assert_no_leak(&[".npmrc", ".config/pnpm/auth.ini", ".config/pnpm/rc"]);
}

/// Alone, and with its token in files.
fn installs(client: &str) {
    for auth in ["helper", "token"] {
        let home = Home::new().first_on_path(clients::bin(client));
        let mirror = Mirror::start();
        let watch = LeakWatch::start(home.path());
        mirror
            .login(&home, &["--tool", "pnpm", "--auth", auth])
            .success();
        home.write("project/package.json", "{\"name\":\"project\"}");
        let mut add = home.command("pnpm");
        let add = add.args(["add", "mirror-left"]).env("CI", "1");
        home.run(add.current_dir(home.join("project"))).success();
        let mut status = home.command(binary_under_test());
        let status = home.run(status.arg("status")).success();
        assert!(!status.stdout.contains("login`"), "{status}");
        assert!(!status.stdout.contains("cannot ask"), "{status}");
        // Nobody asks for it.
        assert!(!home.join(".local/bin/keyring").exists());
        assert_eq!(home.join(".npmrc").exists(), auth == "helper");
        home.assert_no_leak(&watch, &[]);
    }
}

#[test]
fn pnpm_9_installs_without_npm() {
    installs("pnpm-9");
}

#[test]
fn pnpm_10_installs_without_npm() {
    installs("pnpm-10");
}

#[test]
fn pnpm_11_installs_either_way() {
    installs("pnpm-11");
}

#[test]
fn the_newest_pnpm_installs_either_way() {
    installs("pnpm-newest");
}

/// pnpm gives it to a shell, or splits it at blanks.
#[test]
fn a_path_that_pnpm_would_not_run_is_pointed_out() {
    let home = Home::new();
    let data = home.join("my data");
    let home = home.env("XDG_DATA_HOME", data);
    let login = Mirror::without_packages()
        .login(&home, &["--tool", "pnpm"])
        .success();
    assert!(login.stderr.contains("--auth token"), "{login}");
}

/// These publish by way of npm, which asks no helper: npm is logged in as well.
fn installs_and_publishes_with_npm(client: &str) {
    let home = Home::new().first_on_path(clients::bin("npm-10"));
    let place = Workplace::in_home(home, client, "pnpm,npm");
    installs_and_publishes_in(&place);
    place.assert_no_leak(&[".config/pnpm/auth.ini", ".config/pnpm/rc"]);
}

fn installs_and_publishes_in(place: &Workplace) {
    place.three_times(|place, version| {
        place.anew("mine", version);
        place.run("pnpm", &["add", "mirror-left"]).success();
        assert!(place.has("mirror-left"));
        place.run("pnpm", &["publish", "--no-git-checks"]).success();
        assert!(place.is_published("mine", version));
    });
}

#[test]
fn pnpm_9_asks_the_token_helper() {
    installs_and_publishes_with_npm("pnpm-9");
}

#[test]
fn pnpm_10_asks_the_token_helper() {
    installs_and_publishes_with_npm("pnpm-10");
}

#[test]
fn pnpm_11_asks_the_token_helper() {
    installs_and_publishes("pnpm-11");
}

#[test]
fn the_newest_pnpm_asks_the_token_helper() {
    installs_and_publishes("pnpm-newest");
}

#[test]
fn a_name_that_no_login_has_is_no_token_helper() {
    let place = Workplace::new("pnpm-newest", "pnpm");
    let helpers = place.home.join(".local/share/studio-mirror/bin");
    let ours: Vec<_> = std::fs::read_dir(&helpers)
        .expect("the helpers' folder")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    assert_eq!(ours.len(), 1);
    let answer = place
        .home
        .run_unheard(&mut place.home.command(&ours[0]))
        .success();
    assert!(answer.stdout.starts_with("Bearer eyJ"), "a header");
    let own = ours[0]
        .file_name()
        .and_then(|name| name.to_str())
        .expect("a name");
    for name in [
        "studio-mirror-token-",
        "studio-mirror-token-corp",
        "studio-mirror-token-other-0123456789ab",
        &own[..own.len() - 1],
        &format!("{own}0"),
        &own.to_uppercase()
            .replace("STUDIO-MIRROR-TOKEN-", "studio-mirror-token-"),
    ] {
        let link = place.home.join(name);
        symlink(binary_under_test(), &link).expect("a link");
        let answer = place.home.run(&mut place.home.command(&link)).exit(1);
        assert_eq!(answer.stdout, "", "{name}");
        assert!(
            answer.stderr.contains("no login has a token helper"),
            "{answer}"
        );
    }
    let mut logout = place.home.command(binary_under_test());
    place.home.run(logout.arg("logout")).success();
    assert!(!helpers.exists());
}
