//! Policies, where they are enforced: boto3 and a package request see which layer refuses.

mod support;

use serde_json::{Value, json};
use studio_mirror_emulator::{AccessChange, IdentityPolicies, PrincipalKeys, VpcEndpoint};
use support::World;

const CA: &str = "codeartifact";
const HOME: &str = "111122223333";
const ABROAD: &str = "222233334444";

fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/service-role/Space")
}

/// Keys of a role's session, whose identity policy is `statements`.
fn enforce(world: &World, account: &str, statements: Value) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    world.emulator.change_access(AccessChange {
        enforce: Some(true),
        principals: vec![PrincipalKeys {
            arn: role(account),
            session: Some("s".into()),
            access_key: format!("ASIA{account}"),
            secret_key: "secret".into(),
            session_token: Some("token".into()),
        }],
        identities: vec![IdentityPolicies {
            arn: role(account),
            policies: vec![document],
            organization: Some("o-one".into()),
            ..IdentityPolicies::default()
        }],
        endpoints: Vec::new(),
    });
}

fn as_role(account: &str) -> World {
    let mut world = World::new();
    world.set("AWS_ACCESS_KEY_ID", &format!("ASIA{account}"));
    world.set("AWS_SECRET_ACCESS_KEY", "secret");
    world.set("AWS_SESSION_TOKEN", "token");
    world
}

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn bearer() -> Value {
    json!({
        "Effect": "Allow", "Action": "sts:GetServiceBearerToken", "Resource": "*",
        "Condition": {"StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"},
                      "NumericLessThanEquals": {"sts:DurationSeconds": "3600"}},
    })
}

/// The sentence of the refusal, or `ok`.
fn token(world: &World, more: Value) -> String {
    let mut keywords = json!({"domain": "corp", "domainOwner": HOME, "durationSeconds": 900});
    keywords
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let outcome = world
        .calls(&[(CA, "get_authorization_token", keywords)])
        .remove(0);
    outcome["message"].as_str().map_or("ok".into(), |message| {
        format!("{} {message}", outcome["status"])
    })
}

const DOMAIN: &str = "arn:aws:codeartifact:us-east-1:111122223333:domain/corp";
const TEAM: &str = "arn:aws:codeartifact:us-east-1:111122223333:repository/corp/team";

#[test]
fn a_login_needs_both_halves_and_the_cap_on_a_tokens_life_binds() {
    let world = as_role(HOME);
    enforce(&world, HOME, json!([]));
    let refused = token(&world, json!({}));
    assert_eq!(
        refused,
        format!(
            "403 User: arn:aws:sts::{HOME}:assumed-role/Space/s is not authorized to perform: \
             codeartifact:GetAuthorizationToken on resource: {DOMAIN} because no identity-based policy allows the \
             codeartifact:GetAuthorizationToken action"
        )
    );
    enforce(
        &world,
        HOME,
        json!([allow("codeartifact:GetAuthorizationToken", DOMAIN)]),
    );
    assert!(
        token(&world, json!({}))
            .contains("no identity-based policy allows the sts:GetServiceBearerToken action")
    );
    enforce(
        &world,
        HOME,
        json!([
            allow("codeartifact:GetAuthorizationToken", DOMAIN),
            bearer()
        ]),
    );
    assert_eq!(token(&world, json!({})), "ok");
    assert!(token(&world, json!({"durationSeconds": 7200})).contains("sts:GetServiceBearerToken"));
    let denied = json!([allow("*", "*"), {"Effect": "Deny", "Action": "codeartifact:Get*", "Resource": "*"}]);
    enforce(&world, HOME, denied);
    assert!(
        token(&world, json!({})).ends_with("with an explicit deny in an identity-based policy")
    );
}

#[test]
fn abroad_it_takes_the_domains_policy_too() {
    let world = as_role(ABROAD);
    let statements = json!([allow("codeartifact:*", "*"), bearer()]);
    enforce(&world, ABROAD, statements);
    assert!(token(&world, json!({})).contains("because no resource-based policy allows"));
    let policy = |organization: &str| {
        json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": "*", "Action": "codeartifact:GetAuthorizationToken", "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}},
        }]})
    };
    // The domain's owner is a user with long-lived keys here, who needs policies as well.
    let mut owner = World::new();
    owner.set("AWS_ENDPOINT_URL", &world.emulator.http_url());
    world.emulator.change_access(AccessChange {
        identities: vec![IdentityPolicies {
            arn: format!("arn:aws:iam::{HOME}:user/emulator"),
            policies: vec![json!({"Statement": [allow("*", "*")]})],
            ..IdentityPolicies::default()
        }],
        ..AccessChange::default()
    });
    let put = |organization: &str| {
        let keywords =
            json!({"domain": "corp", "policyDocument": policy(organization).to_string()});
        let outcomes = owner.calls(&[(CA, "put_domain_permissions_policy", keywords)]);
        assert_eq!(support::verdict(&outcomes[0]), "ok", "{}", outcomes[0]);
    };
    put("o-two");
    assert!(token(&world, json!({})).contains("because no resource-based policy allows"));
    put("o-one");
    assert_eq!(token(&world, json!({})), "ok");
}

#[test]
fn what_comes_through_a_vpc_endpoint_meets_its_policy() {
    let world = as_role(HOME);
    let deny_outside = json!({
        "Effect": "Deny", "Action": "codeartifact:*", "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
    });
    enforce(
        &world,
        HOME,
        json!([allow("codeartifact:*", "*"), bearer(), deny_outside]),
    );
    let endpoint = |action: &str| {
        let statement =
            json!({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"});
        let policy = json!({"Statement": [statement, {"Effect": "Allow", "Principal": "*", "Action": "sts:*", "Resource": "*"}]});
        world.emulator.change_access(AccessChange {
            endpoints: vec![VpcEndpoint {
                id: "vpce-1".into(),
                vpc: "vpc-1".into(),
                policy: Some(policy),
                address: None,
            }],
            ..AccessChange::default()
        });
    };
    endpoint("codeartifact:GetAuthorizationToken");
    assert!(token(&world, json!({})).contains("explicit deny in an identity-based policy"));
    let through = json!({"$headers": {"via-vpc-endpoint": "vpce-1"}});
    assert_eq!(token(&world, through.clone()), "ok");
    endpoint("codeartifact:ReadFromRepository");
    assert!(token(&world, through).contains("because no VPC endpoint policy allows"));
    // CodeArtifact itself asks for the bearer token, from no VPC: a condition on everything shuts out logins.
    endpoint("*");
    let condition = json!({"StringNotEquals": {"aws:SourceVpc": "vpc-1"}});
    let deny_everything =
        json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition});
    let statements = json!([allow("codeartifact:*", "*"), bearer(), deny_everything]);
    enforce(&world, HOME, statements);
    let refused = token(&world, json!({"$headers": {"via-vpc-endpoint": "vpce-1"}}));
    assert!(
        refused.contains("sts:GetServiceBearerToken") && refused.contains("explicit deny"),
        "{refused}"
    );
    let elsewhere = json!({"$headers": {"via-vpc-endpoint": "vpce-2"}});
    assert!(
        token(&world, elsewhere).starts_with("500 "),
        "an endpoint that is not there"
    );
}

#[test]
fn package_requests_are_judged_as_the_tokens_holder() {
    let world = as_role(HOME);
    let login = json!([
        allow("codeartifact:GetAuthorizationToken", DOMAIN),
        bearer()
    ]);
    enforce(&world, HOME, login.clone());
    let keywords = json!({"domain": "corp", "domainOwner": HOME, "durationSeconds": 900});
    let minted = world
        .calls(&[(CA, "get_authorization_token", keywords)])
        .remove(0);
    let token = format!(
        "Bearer {}",
        minted["answer"]["authorizationToken"].as_str().unwrap()
    );
    let ask = |headers: &[(&str, &str)]| {
        let answer = world.get("/pypi/d/corp-111122223333/team/simple/x/", headers);
        (answer.status, answer.text())
    };
    let (status, words) = ask(&[("Authorization", &token)]);
    assert_eq!(status, 403);
    assert!(
        words.contains(&format!(
            "codeartifact:ReadFromRepository on resource: {TEAM}"
        )),
        "{words}"
    );
    let mut statements = login.as_array().unwrap().clone();
    statements.push(allow("codeartifact:ReadFromRepository", TEAM));
    enforce(&world, HOME, json!(statements));
    assert_eq!(
        ask(&[("Authorization", &token)]).0,
        404,
        "read, and not there"
    );
    // pip's first question carries no credentials: an endpoint that knows roles only answers it before the service does.
    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": {"AWS": role(HOME)}, "Action": "*", "Resource": "*"}]});
    world.emulator.change_access(AccessChange {
        endpoints: vec![VpcEndpoint {
            id: "vpce-1".into(),
            vpc: "vpc-1".into(),
            policy: Some(policy),
            address: None,
        }],
        ..AccessChange::default()
    });
    assert_eq!(ask(&[]).0, 401);
    assert_eq!(ask(&[("via-vpc-endpoint", "vpce-1")]).0, 403);
    assert_eq!(
        ask(&[("Authorization", &token), ("via-vpc-endpoint", "vpce-1")]).0,
        404
    );
}

#[test]
fn what_is_not_understood_allows_nothing() {
    let world = as_role(HOME);
    for statement in [
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceIp": "x"}}}),
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringIs": {"aws:SourceVpc": "x"}}}),
        json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Conditions": {}}),
    ] {
        enforce(&world, HOME, json!([statement]));
        assert!(token(&world, json!({})).starts_with("500 policy: "));
    }
}
