//! The mistakes of a set-up that many copy: each of them once, and that ours has none.

use serde_json::{Value, json};
use studio_mirror::bootstrap::stacks::{ConsumerStack, Endpoint, PackagesStack};
use studio_mirror::bootstrap::template::{consumer, lifecycle_configurations, packages};
use studio_mirror::error::explain;

use crate::oracle::{made, of_type};
use crate::stacks::{SCRIPT, bare_consumer, full_consumer, full_packages};

fn services(made: &Value) -> Vec<&str> {
    let endpoints = of_type(made, "AWS::EC2::VPCEndpoint");
    endpoints
        .iter()
        .filter_map(|one| one["ServiceName"].as_str())
        .collect()
}

#[test]
fn both_endpoints_are_made_and_each_once() {
    let made = made(&consumer(&full_consumer(), "{}").unwrap());
    for service in [
        "com.amazonaws.eu-west-1.codeartifact.api",
        "com.amazonaws.eu-west-1.codeartifact.repositories",
    ] {
        assert_eq!(
            services(&made)
                .iter()
                .filter(|one| **one == service)
                .count(),
            1,
            "{service}"
        );
    }
}

#[test]
fn the_security_group_of_the_endpoints_is_one_of_the_stack() {
    let made = made(&consumer(&full_consumer(), "{}").unwrap());
    let interfaces = of_type(&made, "AWS::EC2::VPCEndpoint")
        .into_iter()
        .filter(|one| one["VpcEndpointType"] == "Interface");
    for endpoint in interfaces {
        assert_eq!(
            endpoint["SecurityGroupIds"],
            json!(["<EndpointSecurityGroup.GroupId>"])
        );
    }
    let rules = of_type(&made, "AWS::EC2::SecurityGroupIngress");
    let sources: Vec<_> = rules
        .iter()
        .map(|rule| rule["SourceSecurityGroupId"].as_str().unwrap())
        .collect();
    assert_eq!(sources, ["sg-0123456789abcdef0", "sg-0123456789abcdef1"]);
    assert!(rules.iter().all(
        |rule| rule["GroupId"] == "<EndpointSecurityGroup.GroupId>" && rule["FromPort"] == 443
    ));
    // And it lets nothing out.
    let groups = of_type(&made, "AWS::EC2::SecurityGroup");
    assert_eq!(
        groups[0]["SecurityGroupEgress"][0]["CidrIp"],
        "127.0.0.1/32"
    );
}

#[test]
fn without_a_key_there_is_no_empty_one() {
    let stack = PackagesStack {
        kms_key_arn: None,
        ..full_packages()
    };
    let made = made(&packages(&stack, "{}").unwrap());
    assert_eq!(
        of_type(&made, "AWS::CodeArtifact::Domain")[0].get("EncryptionKey"),
        None
    );
}

#[test]
fn the_roles_may_ask_for_a_bearer_token() {
    let made = made(&consumer(&full_consumer(), "{}").unwrap());
    let policies = of_type(&made, "AWS::IAM::ManagedPolicy");
    assert!(
        policies
            .iter()
            .all(|policy| policy["Roles"] == json!(["spaces", "more_spaces"]))
    );
    let statements = policies
        .iter()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap());
    let bearer: Vec<_> = statements
        .filter(|one| one["Action"] == "sts:GetServiceBearerToken")
        .collect();
    let of = |effect: &str| {
        let mut all = bearer.iter().filter(|one| one["Effect"] == effect);
        let one = all.next().expect("a statement");
        assert_eq!(all.next(), None);
        &one["Condition"]
    };
    assert_eq!(
        of("Deny"),
        &json!({
            "StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"},
            "NumericGreaterThan": {"sts:DurationSeconds": "3600"},
        })
    );
    assert_eq!(
        of("Allow"),
        &json!({
            "StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"},
            "NumericLessThanEquals": {"sts:DurationSeconds": "3600"},
        })
    );
}

#[test]
fn a_repository_is_a_name_and_never_an_arn() {
    let made = made(&packages(&full_packages(), "{}").unwrap());
    assert_eq!(made["outputs"]["RepositoryName"], "team");
    let team = of_type(&made, "AWS::CodeArtifact::Repository")
        .into_iter()
        .find(|one| one["RepositoryName"] == "team");
    assert_eq!(
        team.unwrap()["Upstreams"],
        json!(["pypi-store", "npm-store"])
    );
    let stack = ConsumerStack {
        repository: "arn:aws:codeartifact:eu-west-1:444455556666:repository/acme/team".into(),
        ..full_consumer()
    };
    assert_eq!(
        explain(&consumer(&stack, "{}").unwrap_err()).to_string(),
        "error: `arn:aws:codeartifact:eu-west-1:444455556666:repository/acme/team` is no repository\n\
         hint: it looks like this: 2 to 100 letters, digits, dots, hyphens and underscores; a name, not an ARN"
    );
}

#[test]
fn what_renews_tokens_is_in_what_spaces_start_with() {
    let stack = full_consumer();
    let made = made(&consumer(&stack, "{}").unwrap());
    let lifecycles = of_type(&made, "AWS::SageMaker::StudioLifecycleConfig");
    let mut named: Vec<_> = lifecycle_configurations(&stack)
        .iter()
        .map(|one| json!([one.app.as_str(), one.name]))
        .collect();
    let mut held: Vec<_> = lifecycles
        .iter()
        .map(|one| {
            json!([
                one["StudioLifecycleConfigAppType"],
                one["StudioLifecycleConfigName"]
            ])
        })
        .collect();
    named.sort_by_key(|one: &Value| one.to_string());
    held.sort_by_key(|one: &Value| one.to_string());
    assert_eq!(held, named);
    for lifecycle in lifecycles {
        use base64::Engine as _;
        let content = lifecycle["StudioLifecycleConfigContent"].as_str().unwrap();
        let content = base64::engine::general_purpose::STANDARD
            .decode(content)
            .unwrap();
        assert_eq!(String::from_utf8(content).unwrap(), SCRIPT);
    }
}

#[test]
fn without_anything_to_make_only_the_memory_is_made() {
    let made = made(&consumer(&bare_consumer(), "{}").unwrap());
    let names: Vec<_> = made["resources"].as_object().unwrap().keys().collect();
    assert_eq!(
        names,
        ["Memory"],
        "the rules of security groups go with their group"
    );
}

#[test]
fn without_policies_and_roles_there_is_no_word_of_iams_in_a_template() {
    let stack = ConsumerStack {
        attach_policies: false,
        ..full_consumer()
    };
    let owner = PackagesStack {
        publisher_role: None,
        ..full_packages()
    };
    for template in [
        consumer(&stack, "{}").unwrap(),
        packages(&owner, "{}").unwrap(),
    ] {
        assert!(!template.body.contains("AWS::IAM::"));
        assert!(
            template
                .parameters
                .iter()
                .all(|(name, _)| template.body.contains(&format!("\n  {name}:\n")))
        );
    }
    for template in [
        consumer(&full_consumer(), "{}").unwrap(),
        packages(&full_packages(), "{}").unwrap(),
    ] {
        assert!(template.body.contains("AWS::IAM::"));
    }
}

#[test]
fn roles_are_not_locked_out_by_endpoints_that_nobody_named() {
    let stack = ConsumerStack {
        endpoints: vec![Endpoint::Api],
        other_endpoint_ids: Vec::new(),
        ..full_consumer()
    };
    assert_eq!(
        explain(&consumer(&stack, "{}").unwrap_err()).hint.unwrap(),
        "name the endpoints that spaces use with --endpoint-ids, or let the stack make both of CodeArtifact's"
    );
}

#[test]
fn what_is_too_long_says_what_to_shorten() {
    let accounts = |count: u64| {
        (0..count)
            .map(|one| (100_000_000_000 + one).to_string())
            .collect()
    };
    let stack = PackagesStack {
        readers: accounts(400),
        ..full_packages()
    };
    assert!(
        explain(&packages(&stack, "{}").unwrap_err())
            .error
            .starts_with("the policy of the domain is ")
    );
    let groups = (0..100).map(|one| format!("sg-{one:08x}")).collect();
    let stack = ConsumerStack {
        space_group_ids: groups,
        ..full_consumer()
    };
    assert_eq!(
        explain(&consumer(&stack, "{}").unwrap_err()).hint.unwrap(),
        "shorten the list of security groups: one group that all spaces have is enough"
    );
    for script in [
        "echo",
        "#!/bin/sh\r\n",
        "#!/bin/sh\n# é\n",
        &format!("#!/bin/sh\n{}\n", "#".repeat(12_288)),
    ] {
        let stack = ConsumerStack {
            lifecycle_script: Some(script.into()),
            ..full_consumer()
        };
        assert!(consumer(&stack, "{}").is_err(), "{script:.20}");
    }
}
