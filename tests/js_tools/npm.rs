//! npm: installs and publishes.

use super::Workplace;
use crate::support::home::Home;

fn installs_and_publishes(client: &str) {
    let place = Workplace::new(client, "npm");
    place.three_times(|place, version| {
        place.anew("mine", version);
        place.run("npm", &["install", "mirror-left"]).success();
        assert!(place.has("mirror-right"));
        place.run("npm", &["publish"]).success();
        assert!(place.is_published("mine", version));
    });
    place.assert_no_leak(&[]);
}

#[test]
fn npm_10_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    installs_and_publishes("npm-10");
}

#[test]
fn the_newest_npm_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    installs_and_publishes("npm-newest");
}

/// npm takes its variables' names in any letters.
#[test]
fn a_file_that_a_variable_in_odd_letters_names_is_the_one_that_login_writes() {
    let home = Home::new();
    let elsewhere = home.join("elsewhere");
    let home = home.env("Npm_Config_Userconfig", elsewhere);
    let place = Workplace::in_home(home, "npm-newest", "npm");
    place.anew("mine", "1.0.0");
    place.run("npm", &["install", "mirror-left"]).success();
    assert!(place.has("mirror-right"));
    assert!(place.home.read("elsewhere").contains("_authToken"));
    place.assert_no_leak(&[]);
}
