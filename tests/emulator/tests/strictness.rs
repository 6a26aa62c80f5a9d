//! Where AWS is strict, the emulator is: each rule is broken by boto3, which has to see AWS's own error.

mod support;

use serde_json::{Value, json};
use studio_mirror_emulator::RoleCredentialsChange;
use support::World;

fn token(world: &World, keywords: Value) -> Value {
    world.boto(
        "codeartifact",
        "get_authorization_token",
        keywords,
        &["--no-validation"],
    )
}

fn endpoint(world: &World, keywords: Value) -> Value {
    world.boto(
        "codeartifact",
        "get_repository_endpoint",
        keywords,
        &["--no-validation"],
    )
}

#[track_caller]
fn refused(outcome: &Value, status: u64, code: &str, words: &str) {
    assert_eq!(outcome["status"], status, "{outcome}");
    assert_eq!(outcome["code"], code, "{outcome}");
    assert!(
        outcome["message"].as_str().unwrap().contains(words),
        "{outcome}"
    );
}

#[test]
fn a_wrong_secret_makes_a_wrong_signature() {
    let mut world = World::new();
    world.set("AWS_SECRET_ACCESS_KEY", "another");
    let sentence = "The request signature we calculated does not match";
    refused(
        &token(&world, json!({"domain": "corp"})),
        403,
        "InvalidSignatureException",
        sentence,
    );
    refused(
        &world.boto("sts", "get_caller_identity", json!({}), &[]),
        403,
        "SignatureDoesNotMatch",
        sentence,
    );
    assert_eq!(world.emulator.requests()[0].status, Some(403));
}

#[test]
fn an_unknown_key_and_a_missing_signature_are_told_apart() {
    let mut world = World::new();
    let unsigned = world.boto(
        "codeartifact",
        "get_authorization_token",
        json!({"domain": "corp"}),
        &["--unsigned"],
    );
    refused(
        &unsigned,
        403,
        "MissingAuthenticationTokenException",
        "Missing Authentication Token",
    );
    world.set("AWS_ACCESS_KEY_ID", "AKIANOBODYATALLXXXXX");
    let invalid = "The security token included in the request is invalid";
    refused(
        &token(&world, json!({"domain": "corp"})),
        403,
        "UnrecognizedClientException",
        invalid,
    );
    refused(
        &world.boto("sts", "get_caller_identity", json!({}), &[]),
        403,
        "InvalidClientTokenId",
        invalid,
    );
}

#[test]
fn another_regions_scope_is_refused() {
    let mut world = World::new();
    world.set("AWS_DEFAULT_REGION", "us-west-2");
    let words = "Credential should be scoped to a valid region, not 'us-west-2'";
    refused(
        &token(&world, json!({"domain": "corp"})),
        403,
        "InvalidSignatureException",
        words,
    );
}

#[test]
fn a_clock_more_than_five_minutes_off_is_refused_both_ways() {
    let world = World::new();
    world.emulator.set_signing_clock(290);
    assert!(token(&world, json!({"domain": "corp"}))["answer"].is_object());
    world.emulator.set_signing_clock(330);
    refused(
        &token(&world, json!({"domain": "corp"})),
        403,
        "InvalidSignatureException",
        "Signature expired: ",
    );
    world.emulator.set_signing_clock(-330);
    let later = "Signature not yet current: ";
    refused(
        &token(&world, json!({"domain": "corp"})),
        403,
        "InvalidSignatureException",
        later,
    );
}

#[test]
fn a_session_needs_its_token_and_its_time() {
    let mut world = World::new();
    let id = "a".repeat(64);
    let session = world
        .get(&format!("/_sagemaker-instance-credentials/{id}"), &[])
        .json();
    for (name, member) in [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
    ] {
        world.set(name, session[member].as_str().unwrap());
    }
    let invalid = "The security token included in the request is invalid";
    refused(
        &token(&world, json!({"domain": "corp"})),
        403,
        "UnrecognizedClientException",
        invalid,
    );
    world.set("AWS_SESSION_TOKEN", session["Token"].as_str().unwrap());
    assert!(token(&world, json!({"domain": "corp"}))["answer"].is_object());
    world
        .emulator
        .change_role_credentials(RoleCredentialsChange {
            expire: true,
            ..Default::default()
        });
    let expired = "The security token included in the request is expired";
    refused(
        &token(&world, json!({"domain": "corp"})),
        403,
        "ExpiredTokenException",
        expired,
    );
    refused(
        &world.boto("sts", "get_caller_identity", json!({}), &[]),
        403,
        "ExpiredToken",
        expired,
    );
}

#[test]
fn duration_zero_lasts_as_long_as_the_session() {
    let mut world = World::new();
    let change = RoleCredentialsChange {
        lifetime_seconds: Some(3000),
        ..Default::default()
    };
    world.emulator.change_role_credentials(change);
    let id = "b".repeat(64);
    let session = world
        .get(&format!("/_sagemaker-instance-credentials/{id}"), &[])
        .json();
    let life = |world: &World, duration: Value| {
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap()
            .as_secs_f64();
        let outcome = token(
            world,
            json!({"domain": "corp", "durationSeconds": duration}),
        );
        outcome["answer"]["expiration"]
            .as_f64()
            .unwrap_or_else(|| panic!("{outcome}"))
            - now
    };
    assert!((43_150.0..43_250.0).contains(&life(&world, json!(0))));
    for (name, member) in [
        ("AWS_ACCESS_KEY_ID", "AccessKeyId"),
        ("AWS_SECRET_ACCESS_KEY", "SecretAccessKey"),
        ("AWS_SESSION_TOKEN", "Token"),
    ] {
        world.set(name, session[member].as_str().unwrap());
    }
    assert!((2900.0..3050.0).contains(&life(&world, json!(0))));
    assert!((43_150.0..43_250.0).contains(&life(&world, json!(43_200))));
}

#[test]
fn durations_outside_the_rule_are_refused() {
    let world = World::new();
    for seconds in [1, 899, 43_201, -1] {
        let outcome = token(
            &world,
            json!({"domain": "corp", "durationSeconds": seconds}),
        );
        refused(&outcome, 400, "ValidationException", "durationSeconds");
        assert_eq!(outcome["members"]["reason"], "FIELD_VALIDATION_FAILED");
    }
}

#[test]
fn names_that_break_the_models_rules_are_refused() {
    let world = World::new();
    for domain in ["C", "Corp", "corp-", "1corp"] {
        refused(
            &token(&world, json!({"domain": domain})),
            400,
            "ValidationException",
            "'domain'",
        );
    }
    let owner = json!({"domain": "corp", "domainOwner": "1111"});
    refused(
        &token(&world, owner),
        400,
        "ValidationException",
        "'domainOwner'",
    );
    let repository = json!({"domain": "corp", "repository": "-team", "format": "pypi"});
    refused(
        &endpoint(&world, repository),
        400,
        "ValidationException",
        "'repository'",
    );
    let format = json!({"domain": "corp", "repository": "team", "format": "conda"});
    refused(
        &endpoint(&world, format),
        400,
        "ValidationException",
        "'format'",
    );
    let kind =
        json!({"domain": "corp", "repository": "team", "format": "pypi", "endpointType": "ipv6"});
    refused(
        &endpoint(&world, kind),
        400,
        "ValidationException",
        "'endpointType'",
    );
    refused(
        &token(&world, json!({})),
        400,
        "ValidationException",
        "'domain'",
    );
}

#[test]
fn what_is_not_there_is_named_with_its_kind() {
    let world = World::new();
    let outcome = token(&world, json!({"domain": "nowhere"}));
    refused(&outcome, 404, "ResourceNotFoundException", "nowhere");
    assert_eq!(outcome["members"]["resourceId"], "nowhere");
    assert_eq!(outcome["members"]["resourceType"], "domain");
    let outcome = token(
        &world,
        json!({"domain": "corp", "domainOwner": "999999999999"}),
    );
    refused(&outcome, 404, "ResourceNotFoundException", "999999999999");
    let outcome = endpoint(
        &world,
        json!({"domain": "corp", "repository": "gone", "format": "pypi"}),
    );
    refused(&outcome, 404, "ResourceNotFoundException", "gone");
    assert_eq!(outcome["members"]["resourceType"], "repository");
    let keywords = json!({
        "domain": "corp", "repository": "team", "format": "pypi", "package": "x", "packageVersion": "1",
    });
    let outcome = world.boto("codeartifact", "get_package_version_readme", keywords, &[]);
    refused(&outcome, 404, "UnknownOperationException", "");
}

#[test]
fn the_token_quota_throttles_and_says_when_to_come_back() {
    let world = World::new();
    assert_eq!(
        world
            .admin("POST", "/_admin/quota", r#"{"tokens_per_second":0}"#)
            .status,
        204
    );
    let outcome = token(&world, json!({"domain": "corp"}));
    refused(&outcome, 429, "ThrottlingException", "Rate exceeded");
    assert_eq!(outcome["headers"]["retry-after"], "1");
    assert_eq!(
        world
            .admin("POST", "/_admin/quota", r#"{"tokens_per_second":null}"#)
            .status,
        204
    );
    assert!(token(&world, json!({"domain": "corp"}))["answer"].is_object());
}
