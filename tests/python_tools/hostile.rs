//! A project that gives the names of our repositories to an address of its own gets no token there, wherever the tool keeps
//! it: twine and hatch read what they publish to from the user's file alone.

use super::Workplace;
use crate::support::leak_watch::holds_token;
use crate::support::wire::{Stub, http};

/// Somebody who asks everybody for a password.
fn stranger() -> Stub {
    Stub::answering(|_| {
        let basic = [("WWW-Authenticate", "Basic realm=\"x\"")];
        http("401 Unauthorized", &basic, "no")
    })
}

fn logged_in(client: &str, tool: &str) -> [Workplace; 2] {
    [
        Workplace::new(client, tool),
        Workplace::with_token_in_file(client, tool),
    ]
}

#[track_caller]
fn heard_no_token(stranger: &Stub) {
    let heard = stranger.heard();
    assert!(!heard.is_empty(), "nobody went to the stranger");
    let with_token = heard.iter().find(|request| holds_token(request.as_bytes()));
    assert_eq!(with_token, None);
}

fn poetry(client: &str) {
    for place in logged_in(client, "poetry") {
        let stranger = stranger();
        let url = stranger.url();
        for name in ["codeartifact", "codeartifact-simple"] {
            place.home.write(
                "project/pyproject.toml",
                format!(
                    "[tool.poetry]\nname = \"mine\"\nversion = \"1.0\"\ndescription = \"\"\nauthors = []\n\
                     [tool.poetry.dependencies]\npython = \">=3.9\"\nmirror-greeting = \"*\"\n\
                     [[tool.poetry.source]]\nname = \"{name}\"\nurl = \"{url}/simple/\"\npriority = \"primary\"\n"
                ),
            );
            let local = format!("[repositories.{name}]\nurl = \"{url}/\"\n");
            place.home.write("project/poetry.toml", local);
            place.run("poetry", &["lock", "--no-interaction"]).failure();
            place.build_wheel("mine", "1.0");
            let publish = ["publish", "-r", name, "--no-interaction"];
            place.run("poetry", &publish).failure();
        }
        heard_no_token(&stranger);
        place.assert_no_leak(&[]);
    }
}

#[test]
fn poetry_1_gives_no_token_to_a_name() {
    poetry("poetry-1");
}

#[test]
fn the_newest_poetry_gives_no_token_to_a_name() {
    poetry("poetry-newest");
}

fn pdm(client: &str) {
    for place in logged_in(client, "pdm") {
        let stranger = stranger();
        let url = stranger.url();
        place.home.write(
            "project/pyproject.toml",
            format!(
                "[project]\nname = \"mine\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\ndependencies = [\"mirror-greeting\"]\n\
                 [[tool.pdm.source]]\nname = \"pypi\"\nurl = \"{url}/simple/\"\n\
                 [[tool.pdm.source]]\nname = \"codeartifact\"\nurl = \"{url}/simple/\"\n"
            ),
        );
        place.home.write(
            "project/pdm.toml",
            format!("[repository.codeartifact]\nurl = \"{url}/\"\n"),
        );
        place.run("pdm", &["lock"]).failure();
        heard_no_token(&stranger);
        place.build_wheel("mine", "1.0");
        // Older ones do not ask the project where to.
        place.run("pdm", &["publish", "--no-build", "-r", "codeartifact"]);
        heard_no_token(&stranger);
        place.assert_no_leak(&[]);
    }
}

#[test]
fn pdm_2_20_gives_no_token_to_a_name() {
    pdm("pdm-2.20");
}

#[test]
fn pdm_2_26_gives_no_token_to_a_name() {
    pdm("pdm-2.26");
}

/// uv takes a project's index of that name before the user's, and asks the helper about its address.
fn uv(client: &str) {
    for place in logged_in(client, "uv") {
        let stranger = stranger();
        let url = stranger.url();
        let with_user = url.replace("http://", "http://aws@");
        let index = format!(
            "[[tool.uv.index]]\nname = \"codeartifact\"\nurl = \"{url}/simple/\"\npublish-url = \"{with_user}/\"\ndefault = true\n"
        );
        let project = "[project]\nname = \"mine\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\ndependencies = [\"mirror-greeting\"]\n";
        place
            .home
            .write("project/pyproject.toml", format!("{project}{index}"));
        place.run("uv", &["lock"]).failure();
        let wheel = place.build_wheel("mine", "1.0");
        let publish = ["publish", "--index", "codeartifact", &wheel];
        place.run("uv", &publish).failure();
        heard_no_token(&stranger);
        place.assert_no_leak(&[]);
    }
}

#[test]
fn uv_0_6_gives_no_token_to_a_name() {
    uv("uv-0.6");
}

#[test]
fn the_newest_uv_gives_no_token_to_a_name() {
    uv("uv-newest");
}
