//! bun.

use super::Workplace;
use crate::support::home::Home;

fn installs_and_publishes(client: &str) {
    let place = Workplace::new(client, "bun");
    place.three_times(|place, version| {
        place.anew("mine", version);
        place.run("bun", &["add", "mirror-left"]).success();
        assert!(place.has("mirror-right"));
        place.run("bun", &["publish"]).success();
        assert!(place.is_published("mine", version));
    });
    place.assert_no_leak(&[]);
}

#[test]
fn bun_1_2_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    installs_and_publishes("bun-1.2");
}

#[test]
fn the_newest_bun_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    installs_and_publishes("bun-newest");
}

/// Where its files are by XDG's rules, and where one of them names another registry.
fn installs_from_odd_places(client: &str) {
    let home = Home::new();
    let elsewhere = "[install]\nregistry = \"http://127.0.0.1:9/\"\n";
    home.write(".bunfig.toml", elsewhere);
    let place = Workplace::in_home(home, client, "bun");
    place.anew("mine", "1.0.0");
    place.run("bun", &["add", "mirror-left"]).success();
    let xdg = Home::new();
    xdg.write("xdg/.bunfig.toml", elsewhere);
    let folder = xdg.join("xdg");
    let place = Workplace::in_home(xdg.env("XDG_CONFIG_HOME", folder), client, "bun");
    place.anew("mine", "1.0.0");
    place.run("bun", &["add", "mirror-left"]).success();
    assert!(place.has("mirror-right"));
    place.assert_no_leak(&[]);
}

#[test]
fn bun_1_2_finds_the_repository_wherever_its_files_are() {
    installs_from_odd_places("bun-1.2");
}

#[test]
fn the_newest_bun_finds_the_repository_wherever_its_files_are() {
    installs_from_odd_places("bun-newest");
}
