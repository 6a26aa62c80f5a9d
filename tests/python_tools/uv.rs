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

/// What somebody publishes to PyPI with is not sent to us, and keeps nothing from us.
fn publishes_beside_a_login_of_ones_own(client: &str) {
    let place = Workplace::new(client, "uv");
    let exec = |variable: &str, version: &str| {
        let wheel = place.build_wheel("yours", version);
        let mut exec = place.home.command(binary_under_test());
        exec.args(["exec", "--", "uv", "publish", &wheel])
            .env(variable, "pypi-mine");
        let published = place.home.run(exec.current_dir(place.project())).success();
        let said = format!("warning: the command does not get ${variable}: uv goes");
        assert_eq!(published.stderr.matches(&said).count(), 1, "{published}");
        assert!(place.has("yours", version));
    };
    exec("UV_PUBLISH_TOKEN", "1.0");
    exec("UV_PUBLISH_PASSWORD", "1.1");
    place.assert_no_leak(&[CONFIG]);
}

#[test]
fn uv_0_6_publishes_beside_a_login_of_ones_own() {
    publishes_beside_a_login_of_ones_own("uv-0.6");
}

#[test]
fn the_newest_uv_publishes_beside_a_login_of_ones_own() {
    publishes_beside_a_login_of_ones_own("uv-newest");
}
