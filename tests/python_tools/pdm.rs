//! pdm: installs and publishes.

use super::{Workplace, logout_gives_back};
use crate::support::clients;

const PROJECT: &str =
    "[project]\nname = \"mine\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n";

fn installs_and_publishes(client: &str) {
    let place = Workplace::new(client, "pdm");
    let python = clients::base_python();
    let python = python.to_str().expect("a path in UTF-8");
    place.three_times(|place, version| {
        let project = PROJECT.replace("1.0", version);
        place.home.write("project/pyproject.toml", project);
        let _ = std::fs::remove_file(place.project().join("pdm.lock"));
        let _ = std::fs::remove_dir_all(place.home.join(".cache/pdm"));
        let _ = std::fs::remove_dir_all(place.project().join(".venv"));
        place
            .run("pdm", &["venv", "create", "--force", python])
            .success();
        place.run("pdm", &["use", "-f", ".venv"]).success();
        place
            .run("pdm", &["add", "--no-self", "mirror-greeting"])
            .success();
        place
            .run(
                ".venv/bin/python",
                &["-c", "import mirror_greeting, mirror_words"],
            )
            .success();
        place.build_wheel("mine", version);
        place
            .run("pdm", &["publish", "--no-build", "-r", "codeartifact"])
            .success();
        assert!(place.has("mine", version));
    });
    place.assert_no_leak(&[".config/pdm/config.toml", "project/pdm.lock"]);
}

#[test]
fn pdm_2_20_installs_and_publishes_with_a_fresh_token_every_time() {
    installs_and_publishes("pdm-2.20");
}

#[test]
fn pdm_2_26_installs_and_publishes_with_a_fresh_token_every_time() {
    installs_and_publishes("pdm-2.26");
}

#[test]
fn logout_gives_back_every_byte() {
    logout_gives_back(
        "pdm-2.26",
        "pdm",
        ".config/pdm/config.toml",
        &[
            "",
            "check_update = false\n",
            "[pypi]\nurl = \"https://internal.example/simple\" # ours\nverify_ssl = false\n\n[venv]\nbackend = \"venv\"\n",
            "[repository.internal]\nurl = \"https://internal.example\"\nusername = \"me\"\npassword = \"mine\"\n",
        ],
    );
}
