//! The judge passes what AWS's own client asks, and fails what the service model does not have.

mod support;

use serde_json::json;
use std::path::Path;
use std::process::Output;
use support::World;

fn judge(world: &World) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judge.py");
    world
        .command("python")
        .arg(script)
        .arg(world.home.path().join("requests.jsonl"))
        .output()
        .unwrap()
}

#[track_caller]
fn fails(world: &World, words: &str) {
    let output = judge(world);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(1),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.contains(words), "{told}");
}

#[test]
fn boto3s_own_requests_are_sound() {
    let world = World::new();
    let _ = world.token();
    let keywords = json!({"domain": "corp", "domainOwner": "111122223333", "repository": "team", "format": "npm", "endpointType": "dualstack"});
    world.boto("codeartifact", "get_repository_endpoint", keywords, &[]);
    world.boto("sts", "get_caller_identity", json!({}), &[]);
    let output = judge(&world);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.starts_with("3 API requests"), "{told}");
}

#[test]
fn requests_that_the_model_does_not_have_are_named() {
    for (method, target, words) in [
        (
            "POST",
            "/v1/authorization-token?domain=corp&domainOwner=111122223333",
            "no parameter 'domainOwner'",
        ),
        (
            "POST",
            "/v1/authorization-token?domian=corp",
            "domain is missing",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=Corp",
            "does not match",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=corp&duration=43201",
            "is above 43200",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=corp&duration=long",
            "is no long",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=corp&domain=corp",
            "given twice",
        ),
        ("GET", "/v1/authorization-token?domain=corp", "no operation"),
        (
            "GET",
            "/v1/repository/endpoint?domain=corp&repository=team&format=conda",
            "is none of",
        ),
        (
            "GET",
            "/v1/repository/endpoint?domain=corp&repository=team",
            "format is missing",
        ),
        ("GET", "/", "no operation of sts"),
        ("GET", "/nowhere", "is for no service"),
    ] {
        let world = World::new();
        support::request(method, &world.emulator.http_url(), target, &[], "");
        fails(&world, words);
    }
}

#[test]
fn an_empty_log_proves_nothing() {
    fails(&World::new(), "no API request");
}
