//! uv publishes too, sent to the repository by `exec`. (How it installs: `--test clients`.)

use super::Workplace;
use crate::support::binary_under_test;

fn publishes(client: &str) {
    let place = Workplace::new(client, "uv");
    let program = binary_under_test();
    let program = program.to_str().expect("a path in UTF-8");
    place.three_times(|place, version| {
        let wheel = place.build_wheel("mine", version);
        place
            .run(program, &["exec", "uv", "publish", &wheel])
            .success();
        assert!(place.has("mine", version));
    });
    place.assert_no_leak(&[".config/uv/uv.toml"]);
}

#[test]
fn uv_0_6_publishes_with_a_fresh_token_every_time() {
    publishes("uv-0.6");
}

#[test]
fn the_newest_uv_publishes_with_a_fresh_token_every_time() {
    publishes("uv-newest");
}
