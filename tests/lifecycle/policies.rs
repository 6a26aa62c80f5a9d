//! Least privilege, shown: with policies in force, what the consumer's template attaches to a space's role is enough and not too
//! much, no permission is idle, and each guard rail holds something.

use super::prove::{FORBIDDEN, document, prove, space, with};
use super::*;
use serde_json::{Value, json};
use studio_mirror::bootstrap::policies::ConsumerPolicy;
use studio_mirror::bootstrap::stacks::{ConsumerStack, EndpointPolicy};
use support::studio_space::{LIFECYCLE, possible};

const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/StudioExecutionRole";

/// Guard rails that `prove` does not try: the first has no call of its own, the second none that would do no harm.
const NOT_TRIED: [&str; 2] = ["PutPackageMetadata", "DeleteDomain"];

fn stack() -> ConsumerStack {
    ConsumerStack {
        region: "us-east-1".into(),
        account: "111122223333".into(),
        domain: "corp".into(),
        domain_owner: "111122223333".into(),
        repository: "team".into(),
        binary_repository: "team".into(),
        binary_object_arn: None,
        asset_bucket_arn: None,
        vpc_id: "vpc-0a".into(),
        subnet_ids: Vec::new(),
        route_table_ids: Vec::new(),
        space_group_ids: Vec::new(),
        endpoints: Vec::new(),
        endpoint_policy: EndpointPolicy::Shared,
        other_endpoint_ids: Vec::new(),
        private_dns: true,
        role_names: vec!["StudioExecutionRole".into()],
        attach_policies: true,
        longest_token: None,
        only_through_vpc: false,
        name: "studio-mirror".into(),
        lifecycle_script: None,
        held_lifecycles: Vec::new(),
        tags: Default::default(),
    }
}

fn policy(policy: ConsumerPolicy) -> Value {
    policy.document(&stack(), &[]).expect("a policy")
}

/// What a role often has beside ours.
fn far_too_much() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["codeartifact:*", "sagemaker:*", "sts:*"], "Resource": "*" }
    ] })
}

/// From now on the space's role has these policies.
fn attach(space: &Space, policies: &[Value]) {
    let access = json!({ "enforce": true, "identities": [{ "arn": ROLE, "policies": policies }] });
    space.admin("access", &access.to_string());
}

/// All actions of a policy.
fn actions(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().expect("statements");
    let listed = statements
        .iter()
        .flat_map(|statement| match &statement["Action"] {
            Value::Array(all) => all.clone(),
            one => vec![one.clone()],
        });
    listed
        .map(|action| action.as_str().expect("an action").to_owned())
        .collect()
}

/// The policy without this action.
fn without(policy: &Value, action: &str) -> Value {
    let mut policy = policy.clone();
    let statements = policy["Statement"].as_array_mut().expect("statements");
    for statement in &mut *statements {
        if statement["Action"] == action {
            statement["Action"] = json!([]);
        } else if let Some(all) = statement["Action"].as_array_mut() {
            all.retain(|known| known != action);
        }
    }
    statements.retain(|statement| statement["Action"] != json!([]));
    policy
}

#[test]
fn each_guard_rail_holds_what_nothing_else_does() {
    if !possible() {
        return;
    }
    let space = space();
    let rails = policy(ConsumerPolicy::GuardRails);
    attach(&space, &[far_too_much(), rails.clone()]);
    prove(&space).success();
    let mut tried = 0;
    for action in actions(&rails) {
        let (_, name) = action.split_once(':').expect("a service");
        if NOT_TRIED.contains(&name) {
            continue;
        }
        assert!(FORBIDDEN.contains(&name), "prove does not try {action}");
        attach(&space, &[far_too_much(), without(&rails, &action)]);
        let found = prove(&space).exit(1);
        assert_eq!(with(&document(&found), "failed"), [name], "{found}");
        tried += 1;
    }
    assert_eq!(tried, FORBIDDEN.len());
}

#[test]
fn a_spaces_policy_is_enough_and_no_permission_is_idle() {
    if !possible() {
        return;
    }
    let space = space();
    let own = policy(ConsumerPolicy::Space);
    attach(&space, std::slice::from_ref(&own));
    let login = "studio-mirror login --force";
    space.sh(login).success();
    space.sh("pip install mirror-greeting").success();
    // Without any guard rail nothing else is allowed either.
    prove(&space).success();
    let breaks = |action: &str| {
        attach(&space, &[without(&own, action)]);
        match action {
            "codeartifact:GetRepositoryEndpoint" => space.sh(login).exit(1).stderr,
            _ => {
                let report = document(&prove(&space).exit(1));
                with(&report, "failed").join(" ")
            }
        }
    };
    for (action, broken) in [
        ("codeartifact:GetAuthorizationToken", "token.mint"),
        ("sts:GetServiceBearerToken", "token.mint"),
        (
            "codeartifact:GetRepositoryEndpoint",
            "GetRepositoryEndpoint",
        ),
        ("codeartifact:ReadFromRepository", "repository.read.pypi"),
        (
            "codeartifact:GetPackageVersionAsset",
            "GetPackageVersionAsset",
        ),
    ] {
        let seen = breaks(action);
        assert!(seen.contains(broken), "without {action}: {seen}");
    }
    assert_eq!(
        actions(&own).len(),
        5,
        "a permission that nothing here needs"
    );
}

#[test]
fn spaces_keep_to_the_cap_on_tokens_and_no_other_policy_lifts_it() {
    if !possible() {
        return;
    }
    let space = Space::open();
    space.configure_api(API);
    let capped = ConsumerStack {
        longest_token: Some(3_600),
        ..stack()
    };
    let of = |policy: ConsumerPolicy| policy.document(&capped, &[]).expect("a policy");
    let (own, rails) = (of(ConsumerPolicy::Space), of(ConsumerPolicy::GuardRails));
    let asks = |seconds: &str| {
        space.sh(&format!(
            "studio-mirror login --domain corp --repository team {seconds} --tool npm --force"
        ))
    };
    attach(&space, std::slice::from_ref(&own));
    let refused = asks("").exit(1);
    assert!(refused.stderr.contains("--duration-seconds"), "{refused}");
    attach(&space, &[far_too_much(), own, rails]);
    asks("--duration-seconds 3601").exit(1);
    let path = script_path();
    let by_hand = "sed \"s/^domain=''/domain=corp/; s/^repository=''/repository=team/; s/^duration_seconds=''/duration_seconds=3600/\"";
    space
        .sh(&format!("{by_hand} {LIFECYCLE} >{path}; chmod +x {path}"))
        .success();
    start_with(&space, &[]);
    // What the space was told holds for whoever logs in without a word of it.
    let again = space.sh("studio-mirror login --force").success();
    let is_short = ["1 h 0 min", "59 min"]
        .iter()
        .any(|life| again.stdout.contains(&format!("for {life}")));
    assert!(is_short, "{again}");
}
