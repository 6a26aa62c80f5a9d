//! pdm: installs and publishes.

use super::{Workplace, logout_gives_back};
use crate::support::clients;
use crate::support::home::Home;
use crate::support::mirror::Mirror;

const PROJECT: &str =
    "[project]\nname = \"mine\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n";

const CONFIG: &str = ".config/pdm/config.toml";

/// The name that the repository has in the user's own file.
fn repository_name(place: &Workplace) -> String {
    let config = place.home.read(CONFIG);
    let mut names = config
        .lines()
        .filter_map(|line| line.strip_prefix("[repository.")?.strip_suffix(']'));
    names.next().expect("a repository").to_owned()
}

fn installs_and_publishes(place: &Workplace) {
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
        let repository = repository_name(place);
        let publish = ["publish", "--no-build", "-r", &repository];
        place.run("pdm", &publish).success();
        assert!(place.has("mine", version));
    });
    // What pdm says when it fails, and keeps in its logs, holds no token either.
    place.build_wheel("mine", "1.0");
    let again = ["publish", "--no-build", "-r", &repository_name(place)];
    place.run("pdm", &again).failure();
    place
        .run("pdm", &["add", "-v", "no-such-package"])
        .failure();
    place.assert_no_leak(&["project/pdm.lock"]);
}

fn asks_the_helper(client: &str) {
    let place = Workplace::new(client, "pdm");
    installs_and_publishes(&place);
    place.assert_no_leak(&[CONFIG]);
    assert_eq!(repository_name(&place), "codeartifact");
}

fn reads_its_token(client: &str) {
    let place = Workplace::with_token_in_file(client, "pdm");
    let status = place.studio_mirror(&["status"]);
    assert!(!status.stdout.contains("login`"), "{status}");
    installs_and_publishes(&place);
}

#[test]
fn pdm_2_20_installs_and_publishes_with_a_fresh_token_every_time() {
    asks_the_helper("pdm-2.20");
}

#[test]
fn pdm_2_26_installs_and_publishes_with_a_fresh_token_every_time() {
    asks_the_helper("pdm-2.26");
}

#[test]
fn pdm_2_20_installs_and_publishes_with_a_token_in_its_file_that_is_kept_fresh() {
    reads_its_token("pdm-2.20");
}

#[test]
fn pdm_2_26_installs_and_publishes_with_a_token_in_its_file_that_is_kept_fresh() {
    reads_its_token("pdm-2.26");
}

/// It gives them to uv as arguments then.
#[test]
fn a_token_that_pdm_would_show_in_a_command_line_is_pointed_out() {
    let mirror = Mirror::without_packages();
    let home = Home::new();
    home.write(CONFIG, "use_uv = true\n");
    for (auth, is_said) in [("token", true), ("helper", false)] {
        let login = mirror.login(&home, &["--tool", "pdm", "--auth", auth]);
        let login = login.success();
        assert_eq!(login.stderr.contains("use_uv"), is_said, "{login}");
    }
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
