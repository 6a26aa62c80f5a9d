//! CodeArtifact as an administrator sees it: every rule is broken by boto3, which has to see AWS's own error.

#[path = "../support/mod.rs"]
mod support;

mod domains;
mod generic;
mod groups;
mod repositories;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use studio_mirror_emulator::Setup;
use support::World;

const CA: &str = "codeartifact";

/// A world with nothing in it, for the root of an account.
fn empty() -> World {
    let mut world = World::with(|options| options.setup = Setup::empty("us-east-1"));
    world.set("AWS_ACCESS_KEY_ID", "222233334444");
    world.set("AWS_SECRET_ACCESS_KEY", "test");
    world
}

/// A call that makes domain `acme` or a repository in it.
fn domain() -> (&'static str, &'static str, Value, &'static str) {
    (CA, "create_domain", json!({"domain": "acme"}), "ok")
}

fn repository(name: &str, upstreams: &[&str]) -> (&'static str, &'static str, Value, &'static str) {
    let upstreams: Vec<_> = upstreams
        .iter()
        .map(|name| json!({"repositoryName": name}))
        .collect();
    let keywords = json!({"domain": "acme", "repository": name, "upstreams": upstreams});
    (CA, "create_repository", keywords, "ok")
}

fn sha256(text: &str) -> String {
    Sha256::digest(text)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
