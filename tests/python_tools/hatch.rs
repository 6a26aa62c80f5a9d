//! hatch: publishes; its environments are pip's and uv's.

use super::{Workplace, logout_gives_back};

fn publishes(client: &str, by_address: bool) {
    let place = Workplace::new(client, "hatch");
    let url = place.url("");
    place.three_times(|place, version| {
        let wheel = place.build_wheel("mine", version);
        let mut publish = vec!["publish", "--no-prompt", &wheel];
        match by_address {
            true => publish.extend(["-r", &url, "-u", "aws"]),
            false => publish.extend(["-r", "codeartifact"]),
        }
        place.run("hatch", &publish).success();
        assert!(place.has("mine", version));
    });
    place.assert_no_leak(&[".config/hatch/config.toml"]);
}

#[test]
fn hatch_1_12_publishes_with_a_fresh_token_every_time() {
    // It asks the keyring about what stands behind -r: by a name, nobody could know whose password is meant.
    publishes("hatch-1.12", true);
}

#[test]
fn the_newest_hatch_publishes_with_a_fresh_token_every_time() {
    publishes("hatch-newest", false);
}

#[test]
fn logout_gives_back_every_byte() {
    logout_gives_back(
        "hatch-newest",
        "hatch",
        ".config/hatch/config.toml",
        &[
            "",
            "mode = \"local\"\n\n[template]\nname = \"Ann\"\n",
            "[publish.index]\nrepo = \"main\"\n# mine\n[publish.index.repos.private]\nurl = \"https://internal.example\"\n",
            "# a comment\r\nmode = \"local\"\r\n",
        ],
    );
}
