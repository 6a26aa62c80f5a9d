//! yarn, both of its kinds.

use super::Workplace;
use crate::support::home::Home;

#[test]
fn yarn_1_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    let place = Workplace::new("yarn-1", "yarn");
    place.three_times(|place, version| {
        place.anew("mine", version);
        place.run("yarn", &["add", "mirror-left"]).success();
        assert!(place.has("mirror-right"));
        let publish = ["publish", "--non-interactive", "--new-version", version];
        place.run("yarn", &publish).success();
        assert!(place.is_published("mine", version));
    });
    place.assert_no_leak(&[]);
}

fn berry(home: Home, client: &str) {
    let place = Workplace::in_home(home, client, "yarn");
    place.three_times(|place, version| {
        place.anew("mine", version);
        place
            .home
            .write("project/.yarnrc.yml", "nodeLinker: node-modules\n");
        place.run("yarn", &["add", "mirror-left"]).success();
        assert!(place.has("mirror-right"));
        place.run("yarn", &["npm", "publish"]).success();
        assert!(place.is_published("mine", version));
    });
    place.assert_no_leak(&[]);
}

#[test]
fn yarn_3_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    berry(Home::new(), "yarn-3");
}

#[test]
fn the_newest_yarn_installs_and_publishes_with_a_token_that_is_kept_fresh() {
    // It keeps packages of less than a day from being installed, and these are new.
    berry(
        Home::new().env("YARN_NPM_MINIMAL_AGE_GATE", "0"),
        "yarn-newest",
    );
}
