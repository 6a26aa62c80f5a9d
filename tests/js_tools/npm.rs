//! npm: installs and publishes.

use super::Workplace;

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
