//! poetry: installs from the source that a project names, and publishes.

use super::{Workplace, logout_gives_back};
use crate::support::clients;

fn installs_and_publishes(client: &str) {
    let place = Workplace::new(client, "poetry");
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
        place.run("poetry", &["publish", "-r", "codeartifact", "--no-interaction"]).success();
        assert!(place.has("mine", version));
    });
    place.assert_no_leak(&[".config/pypoetry/config.toml", "project/poetry.lock"]);
}

#[test]
fn poetry_1_installs_and_publishes_with_a_fresh_token_every_time() {
    installs_and_publishes("poetry-1");
}

#[test]
fn the_newest_poetry_installs_and_publishes_with_a_fresh_token_every_time() {
    installs_and_publishes("poetry-newest");
}

#[test]
fn logout_gives_back_every_byte() {
    logout_gives_back(
        "poetry-newest",
        "poetry",
        ".config/pypoetry/config.toml",
        &[
            "",
            "cache-dir = \"/tmp/x\"\n\n[virtualenvs]\ncreate = false\n",
            "[repositories]\n[repositories.internal]\nurl = \"https://internal.example\"\n",
            "[repositories.codeartifact]\nurl = \"https://old.example/\" # before\r\n",
        ],
    );
}
