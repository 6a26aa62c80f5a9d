//! What `login` writes, what it remembers, whom it asks, and what it says when something is odd.

mod aws_cli;
mod files;
mod refusals;
mod replaced;
mod settings;
#[path = "../support/mod.rs"]
mod support;
mod terminal;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use support::binary_under_test;
use support::home::{Finished, Home};
use support::mirror::Mirror;

const PIP_CONF: &str = ".config/pip/pip.conf";
const UV_TOML: &str = ".config/uv/uv.toml";
const NPMRC: &str = ".npmrc";
const STATE: &str = ".local/state/studio-mirror/state.json";
const MINT: &str = "GetAuthorizationToken";

fn mode(home: &Home, below: &str) -> u32 {
    std::fs::metadata(home.join(below))
        .expect("the file is there")
        .permissions()
        .mode()
        & 0o7777
}

fn set_mode(path: &Path, bits: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(bits)).expect("our own file");
}

/// The text with every token in it written `TOKEN`.
fn without_token(text: &str) -> String {
    let mut shown = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("eyJ2ZX") {
        shown += &rest[..at];
        shown += "TOKEN";
        let end = rest[at..].find(['\n', '@', '"']);
        rest = end.map_or("", |end| &rest[at + end..]);
    }
    shown + rest
}

/// `studio-mirror` with `arguments` where the emulator is the API, told by the environment alone.
fn with_api(mirror: &Mirror, home: &Home, arguments: &[&str]) -> Finished {
    let mut command = home.command(binary_under_test());
    command
        .args(arguments)
        .env("STUDIO_MIRROR_API_ENDPOINT", mirror.emulator.http_url());
    home.run(&mut command)
}

fn status(home: &Home) -> serde_json::Value {
    let finished = home.studio_mirror(["status", "--output", "json"]).success();
    serde_json::from_str(&finished.stdout).expect("one JSON document")
}

/// Where `status` says that a setting came from, and its value.
fn setting(status: &serde_json::Value, name: &str) -> (String, String) {
    let settings = status["settings"].as_array().expect("a list");
    let found = settings
        .iter()
        .find(|setting| setting["name"] == name)
        .unwrap_or_else(|| panic!("no {name} in {status:#}"));
    let text = |key: &str| found[key].as_str().expect("a text").to_owned();
    (text("value"), text("source"))
}
