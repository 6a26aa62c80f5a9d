//! poetry: installs from the source that a project names, and publishes.

use super::{Workplace, logout_gives_back};
use crate::support::clients;

const CONFIG: &str = ".config/pypoetry/config.toml";
const AUTH: &str = ".config/pypoetry/auth.toml";

/// The name that the repository has in the user's own file.
fn repository_name(place: &Workplace) -> String {
    let config = place.home.read(CONFIG);
    let names = config
        .lines()
        .filter_map(|line| line.strip_prefix("[repositories.")?.strip_suffix(']'));
    let mut publishing = names.filter(|name| !name.ends_with("-simple"));
    publishing.next().expect("a repository").to_owned()
}

fn installs_and_publishes(place: &Workplace) {
    let python = clients::base_python();
    let python = python.to_str().expect("a path in UTF-8");
    let source = place.url("simple/");
    place.three_times(|place, version| {
        place.home.write(
            "project/pyproject.toml",
            format!(
                "[tool.poetry]\nname = \"mine\"\nversion = \"{version}\"\ndescription = \"\"\nauthors = []\n\
                 [tool.poetry.dependencies]\npython = \">=3.9\"\nmirror-greeting = \"*\"\n\
                 [[tool.poetry.source]]\nname = \"codeartifact\"\nurl = \"{source}\"\npriority = \"primary\"\n"
            ),
        );
        let _ = std::fs::remove_file(place.project().join("poetry.lock"));
        for old in ["project/.venv", ".cache/pypoetry"] {
            let _ = std::fs::remove_dir_all(place.home.join(old));
        }
        place.run("poetry", &["config", "virtualenvs.in-project", "true", "--local"]).success();
        place.run("poetry", &["env", "use", python]).success();
        place.run("poetry", &["install", "--no-root", "--no-interaction"]).success();
        place
            .run(".venv/bin/python", &["-c", "import mirror_greeting, mirror_words"])
            .success();
        place.build_wheel("mine", version);
        let repository = repository_name(place);
        place.run("poetry", &["publish", "-r", &repository, "--no-interaction"]).success();
        assert!(place.has("mine", version));
    });
    place.assert_no_leak(&[CONFIG, "project/poetry.lock"]);
}

fn asks_the_helper(client: &str) {
    let place = Workplace::new(client, "poetry");
    installs_and_publishes(&place);
    assert_eq!(repository_name(&place), "codeartifact");
    assert!(!place.home.join(AUTH).exists());
}

fn reads_its_token(client: &str) {
    let place = Workplace::with_token_in_file(client, "poetry");
    let status = place.studio_mirror(&["status"]);
    assert!(!status.stdout.contains("login`"), "{status}");
    installs_and_publishes(&place);
}

#[test]
fn poetry_1_installs_and_publishes_with_a_fresh_token_every_time() {
    asks_the_helper("poetry-1");
}

#[test]
fn the_newest_poetry_installs_and_publishes_with_a_fresh_token_every_time() {
    asks_the_helper("poetry-newest");
}

#[test]
fn poetry_1_installs_and_publishes_with_a_token_in_its_file_that_is_kept_fresh() {
    reads_its_token("poetry-1");
}

#[test]
fn the_newest_poetry_installs_and_publishes_with_a_token_in_its_file_that_is_kept_fresh() {
    reads_its_token("poetry-newest");
}

#[test]
fn logout_gives_back_every_byte() {
    logout_gives_back(
        "poetry-newest",
        "poetry",
        CONFIG,
        &[
            "",
            "cache-dir = \"/tmp/x\"\n\n[virtualenvs]\ncreate = false\n",
            "[repositories]\n[repositories.internal]\nurl = \"https://internal.example\"\n",
            "[repositories.codeartifact]\nurl = \"https://old.example/\" # before\r\n",
        ],
    );
}

#[test]
fn logout_gives_back_every_byte_of_the_file_with_passwords() {
    logout_gives_back(
        "poetry-newest",
        "poetry",
        AUTH,
        &[
            "",
            "[http-basic]\n[http-basic.internal]\nusername = \"me\" # mine\npassword = \"mine\"\n",
            "[http-basic.codeartifact]\r\nusername = \"me\"\r\npassword = \"mine\"\r\n",
        ],
    );
}
