//! Injected faults reach a real AWS client as the failures that they play.

mod support;

use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use support::World;

fn inject(world: &World, faults: Value) {
    let answer = world.admin("POST", "/_admin/faults", &faults.to_string());
    assert_eq!(answer.status, 204, "{}", answer.text());
}

fn token(world: &World) -> Value {
    world.boto(
        "codeartifact",
        "get_authorization_token",
        json!({"domain": "corp"}),
        &[],
    )
}

#[test]
fn each_layers_denial_is_worded_as_awss() {
    let world = World::new();
    let head = "User: arn:aws:iam::111122223333:user/emulator is not authorized to perform: ";
    let resource = "on resource: arn:aws:codeartifact:us-east-1:111122223333:domain/corp ";
    let action = "codeartifact:GetAuthorizationToken";
    for (layer, action, reason) in [
        (
            "identity",
            action,
            format!("because no identity-based policy allows the {action} action"),
        ),
        (
            "bearer-token",
            "sts:GetServiceBearerToken",
            "because no identity-based policy allows the sts:GetServiceBearerToken action".into(),
        ),
        (
            "vpce",
            action,
            format!("because no VPC endpoint policy allows the {action} action"),
        ),
        (
            "explicit",
            action,
            "with an explicit deny in an identity-based policy".into(),
        ),
        (
            "resource",
            action,
            format!("because no resource-based policy allows the {action} action"),
        ),
    ] {
        inject(
            &world,
            json!([{"operation": "GetAuthorizationToken", "times": 1, "action": {"kind": "deny", "layer": layer}}]),
        );
        let outcome = token(&world);
        assert_eq!(
            (&outcome["code"], &outcome["status"]),
            (&json!("AccessDeniedException"), &json!(403))
        );
        assert_eq!(
            outcome["message"],
            format!("{head}{action} {resource}{reason}")
        );
    }
    assert!(
        token(&world)["answer"].is_object(),
        "each denial was for one request"
    );
}

#[test]
fn a_denial_does_not_hide_a_wrong_signature() {
    let mut world = World::new();
    inject(
        &world,
        json!([{"action": {"kind": "deny", "layer": "vpce"}}]),
    );
    world.set("AWS_SECRET_ACCESS_KEY", "another");
    assert_eq!(token(&world)["code"], "InvalidSignatureException");
}

#[test]
fn statuses_throttling_and_expiry_are_played() {
    let world = World::new();
    inject(
        &world,
        json!([
            {"times": 1, "action": {"kind": "status", "status": 503, "code": "ServiceUnavailable", "retryAfter": 7}},
            {"times": 1, "action": {"kind": "throttle", "retryAfterSeconds": 3}},
            {"times": 1, "action": {"kind": "expired"}},
        ]),
    );
    let unavailable = token(&world);
    assert_eq!(
        (&unavailable["status"], &unavailable["code"]),
        (&json!(503), &json!("ServiceUnavailable"))
    );
    assert_eq!(unavailable["headers"]["retry-after"], "7");
    let throttled = token(&world);
    assert_eq!(
        (&throttled["status"], &throttled["code"]),
        (&json!(429), &json!("ThrottlingException"))
    );
    assert_eq!(throttled["headers"]["retry-after"], "3");
    assert_eq!(token(&world)["code"], "ExpiredTokenException");
    assert!(token(&world)["answer"].is_object());
}

#[test]
fn connections_are_dropped_reset_or_left_hanging() {
    let world = World::new();
    inject(
        &world,
        json!([{"times": 1, "action": {"kind": "drop"}}, {"times": 1, "action": {"kind": "hang"}}]),
    );
    assert_eq!(token(&world)["failure"], "ConnectionClosedError");
    assert_eq!(token(&world)["failure"], "ReadTimeoutError");
    inject(
        &world,
        json!([{"path": "^/reset$", "action": {"kind": "reset"}}, {"path": "^/drop$", "action": {"kind": "drop"}}]),
    );
    assert_eq!(
        raw(&world, "/reset").unwrap_err().kind(),
        ErrorKind::ConnectionReset
    );
    assert_eq!(raw(&world, "/drop").unwrap(), 0);
    let unanswered = world
        .emulator
        .requests()
        .into_iter()
        .filter(|request| request.status.is_none());
    assert_eq!(unanswered.count(), 4);
}

#[test]
fn the_api_can_be_out_of_reach_while_packages_are_not() {
    let world = World::new();
    let bearer = format!("Bearer {}", world.token());
    let down = json!([{"path": "^/v1/", "action": {"kind": "drop"}}]);
    inject(&world, down);
    assert_eq!(token(&world)["failure"], "ConnectionClosedError");
    let identity = world.boto("sts", "get_caller_identity", json!({}), &[]);
    assert!(identity["answer"].is_object(), "{identity}");
    let ping = "/npm/d/corp-111122223333/team/-/ping";
    assert_eq!(world.get(ping, &[("Authorization", &bearer)]).status, 200);
    assert_eq!(world.emulator.tokens_minted(), 1);
    world.emulator.clear_faults();
    assert!(token(&world)["answer"].is_object());
    assert_eq!(world.emulator.tokens_minted(), 2);
}

/// How many bytes a plain request gets back before the connection ends.
fn raw(world: &World, path: &str) -> std::io::Result<usize> {
    let url = world.emulator.http_url();
    let mut stream = TcpStream::connect(url.strip_prefix("http://").unwrap()).unwrap();
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
        .unwrap();
    stream.read_to_end(&mut Vec::new())
}

#[test]
fn a_delay_only_delays() {
    let world = World::new();
    inject(
        &world,
        json!([{"path": "^/v2/credentials/", "action": {"kind": "delay", "ms": 300}}]),
    );
    let start = Instant::now();
    assert_eq!(world.get("/v2/credentials/00", &[]).status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
}

#[test]
fn faults_befall_what_they_name_until_they_are_ended() {
    let world = World::new();
    let bearer = format!("Bearer {}", world.token());
    inject(
        &world,
        json!([
            {"operation": "NpmPing", "action": {"kind": "deny", "layer": "vpce"}},
            {"path": "/simple/", "action": {"kind": "expired"}},
        ]),
    );
    let npm = "/npm/d/corp-111122223333/team/-/ping";
    let denied = world.get(npm, &[("Authorization", &bearer)]);
    assert_eq!(denied.status, 403);
    assert!(
        denied
            .text()
            .contains("no VPC endpoint policy allows the codeartifact:ReadFromRepository"),
        "{}",
        denied.text()
    );
    let pypi = "/pypi/d/corp-111122223333/team/simple/a/";
    assert_eq!(world.get(pypi, &[("Authorization", &bearer)]).status, 401);
    assert_eq!(world.admin("DELETE", "/_admin/faults", "").status, 204);
    assert_eq!(world.get(npm, &[("Authorization", &bearer)]).status, 200);
    assert_eq!(world.get(pypi, &[("Authorization", &bearer)]).status, 404);
    let wrong = world.admin(
        "POST",
        "/_admin/faults",
        r#"[{"path":"(","action":{"kind":"drop"}}]"#,
    );
    assert_eq!(wrong.status, 422);
}
