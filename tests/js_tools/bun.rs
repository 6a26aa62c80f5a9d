//! bun.

use super::Workplace;

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
