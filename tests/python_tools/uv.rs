//! uv publishes too: to the repository by its name in uv.toml, or sent there by `exec`. (How it installs: `--test clients`.)

use super::Workplace;
use crate::support::binary_under_test;

const CONFIG: &str = ".config/uv/uv.toml";

fn publishes(client: &str) {
    let place = Workplace::new(client, "uv");
    let program = binary_under_test();
    let program = program.to_str().expect("a path in UTF-8");
    place.three_times(|place, version| {
        let wheel = place.build_wheel("mine", version);
        let by_name = ["publish", "--index", "codeartifact", &wheel];
        place.run("uv", &by_name).success();
        assert!(place.has("mine", version));
        let wheel = place.build_wheel("yours", version);
        let by_exec = ["exec", "uv", "publish", &wheel];
        place.run(program, &by_exec).success();
        assert!(place.has("yours", version));
    });
    place.assert_no_leak(&[CONFIG]);
}

#[test]
fn uv_0_6_publishes_with_a_fresh_token_every_time() {
    publishes("uv-0.6");
}

#[test]
fn the_newest_uv_publishes_with_a_fresh_token_every_time() {
    publishes("uv-newest");
}
