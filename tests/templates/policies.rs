//! Who may do what: actions that there are, on resources that they have; and that our own reading of the templates is CloudFormation's.

use serde_json::{Value, json};
use studio_mirror::bootstrap::policies::{
    ConsumerPolicy, PackagesPolicy, administrator_document, consumer_administrator,
    packages_administrator, service_control,
};
use studio_mirror::bootstrap::template::{consumer, packages};

use crate::oracle::{ask, examples, made_all, of_type};
use crate::stacks::{any_consumer, any_packages, full_consumer, full_packages};
use crate::support::checkout;

/// What a star is for, where no resource would do: each is explained in the template or beside its group.
const EXPLAINED: [&str; 8] = [
    // Endpoints of a VPC that others use, too: their own domains must go on.
    "api-endpoint shared EveryDomain: codeartifact:* is every action",
    "repositories-endpoint shared EveryDomain: codeartifact:* is every action",
    // Whatever concerns this domain; who may do it is said by identities and the domain.
    "api-endpoint ThisDomain: codeartifact:* is every action",
    // The buckets of this account: the condition says so.
    "s3-endpoint BucketsOfThisAccount: s3:* is every action",
    // Other subnets of the same route tables go on as before.
    "s3-endpoint shared EveryBucket: s3:* is every action",
    "s3-endpoint shared BucketsOfThisAccount: s3:* is every action",
    // Of every Studio domain of the account, and every lifecycle configuration: it is a refusal.
    "guard-rails WhatSpacesRunIsNotTheirs: ",
    "service-control WhatSpacesRunIsNotTheirs: ",
];

fn documents() -> Value {
    let stack = full_consumer();
    let shared = studio_mirror::bootstrap::stacks::ConsumerStack {
        endpoint_policy: studio_mirror::bootstrap::stacks::EndpointPolicy::Shared,
        ..full_consumer()
    };
    let owner = full_packages();
    json!({
        "domain": PackagesPolicy::Domain.document(&owner),
        "repository": PackagesPolicy::Repository.document(&owner),
        "binary": PackagesPolicy::Binary.document(&owner),
        "publisher": PackagesPolicy::Publisher.document(&owner),
        "space": ConsumerPolicy::Space.document(&stack, &[]),
        "guard-rails": ConsumerPolicy::GuardRails.document(&stack, &[]),
        "service-control": service_control(&stack),
        "api-endpoint": ConsumerPolicy::ApiEndpoint.document(&stack, &[]),
        "repositories-endpoint": ConsumerPolicy::RepositoriesEndpoint.document(&stack, &[]),
        "s3-endpoint": ConsumerPolicy::S3Endpoint.document(&stack, &[]),
        "api-endpoint shared": ConsumerPolicy::ApiEndpoint.document(&shared, &[]),
        "repositories-endpoint shared": ConsumerPolicy::RepositoriesEndpoint.document(&shared, &[]),
        "s3-endpoint shared": ConsumerPolicy::S3Endpoint.document(&shared, &[]),
        "administrator of packages": administrator_document(&packages_administrator(&owner, "studio-mirror-packages", None)),
        "administrator of spaces": administrator_document(&consumer_administrator(&stack, "studio-mirror-consumer", None)),
    })
}

fn findings(policies: &Value) -> Vec<String> {
    let said = ask("cfn-lint", "policies.py", &[&"statements"], policies);
    let unexplained = |line: &&str| {
        !EXPLAINED
            .iter()
            .any(|explained| line.starts_with(explained))
    };
    said.lines()
        .filter(unexplained)
        .map(str::to_owned)
        .collect()
}

#[test]
fn actions_exist_and_are_on_what_they_are_for() {
    let findings = findings(&documents());
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn a_wrong_action_resource_or_key_is_found() {
    let wrong = |action: &str, resource: &str, key: &str| {
        let statement = json!({
            "Sid": "S", "Effect": "Allow", "Action": action, "Resource": resource, "Condition": {"StringEquals": {key: "x"}},
        });
        findings(&json!({"p": {"Statement": [statement]}})).len()
    };
    let domain = "arn:aws:codeartifact:eu-west-1:111122223333:domain/acme";
    assert_eq!(
        wrong(
            "codeartifact:GetAuthorizationToken",
            domain,
            "aws:SourceVpce"
        ),
        0
    );
    assert_eq!(
        wrong(
            "codeartifact:GetAuthorisationToken",
            domain,
            "aws:SourceVpce"
        ),
        1
    );
    assert_eq!(
        wrong("codeartifact:ReadFromRepository", domain, "aws:SourceVpce"),
        1
    );
    assert_eq!(
        wrong("codeartifact:ReadFromRepository", "*", "aws:SourceVpce"),
        1
    );
    assert_eq!(
        wrong("codeartifact:CreateRepository", domain, "aws:SourceVpce"),
        1
    );
    assert_eq!(wrong("sts:GetServiceBearerToken", "*", "sts:Duration"), 1);
}

#[test]
fn the_administrators_may_what_cloudformation_does_on_their_behalf() {
    let lacks = |types: &[&dyn AsRef<std::ffi::OsStr>], actions: Vec<&str>| {
        let arguments: Vec<&dyn AsRef<std::ffi::OsStr>> =
            [&"handlers" as &dyn AsRef<std::ffi::OsStr>]
                .into_iter()
                .chain(types.iter().copied())
                .collect();
        ask("cfn-lint", "policies.py", &arguments, &json!(actions))
    };
    let actions = |all: Vec<studio_mirror::bootstrap::policies::Permission>| {
        all.iter().map(|one| one.action).collect::<Vec<_>>()
    };
    let owner = actions(packages_administrator(
        &full_packages(),
        "studio-mirror-packages",
        None,
    ));
    let said = lacks(
        &[
            &"AWS::CodeArtifact::Domain",
            &"AWS::CodeArtifact::Repository",
            &"AWS::CodeArtifact::PackageGroup",
            &"AWS::IAM::Role",
        ],
        owner.clone(),
    );
    // Policies of others are none of our role's.
    let said: Vec<&str> = said
        .lines()
        .filter(|line| !line.contains("tachRolePolicy"))
        .collect();
    assert!(said.is_empty(), "{said:?}");
    let spaces = actions(consumer_administrator(
        &full_consumer(),
        "studio-mirror-consumer",
        None,
    ));
    let said = lacks(
        &[
            &"AWS::EC2::VPCEndpoint",
            &"AWS::EC2::SecurityGroup",
            &"AWS::EC2::SecurityGroupIngress",
            &"AWS::IAM::ManagedPolicy",
            &"AWS::SageMaker::StudioLifecycleConfig",
        ],
        spaces,
    );
    // Users and groups have none of our policies; no endpoint of ours is of a service network or of another region.
    let other = [
        "GroupPolicy",
        "UserPolicy",
        "vpc-lattice:",
        "vpce:AllowMultiRegion",
    ];
    let said: Vec<&str> = said
        .lines()
        .filter(|line| !other.iter().any(|other| line.contains(other)))
        .collect();
    assert!(said.is_empty(), "{said:?}");
    // And the judge would miss one.
    let fewer = owner
        .into_iter()
        .filter(|action| *action != "codeartifact:AssociateExternalConnection")
        .collect();
    assert!(
        lacks(&[&"AWS::CodeArtifact::Repository"], fewer).contains("AssociateExternalConnection")
    );
}

/// The calls that `bootstrap` makes of a service, by its source: what is asked for by name.
fn calls(source: &str) -> Vec<String> {
    let text = std::fs::read_to_string(checkout().join("src/aws").join(source))
        .expect("the source of the calls");
    let verbs = [
        "Create", "Delete", "Describe", "Detect", "Execute", "Get", "List", "Publish", "Update",
    ];
    let is_call = |word: &&str| {
        let rest = verbs.iter().find_map(|verb| word.strip_prefix(verb));
        rest.is_some_and(|rest| {
            rest.starts_with(|c: char| c.is_ascii_uppercase())
                && rest.bytes().all(|b| b.is_ascii_alphanumeric())
        })
    };
    let quoted = text.split('"').skip(1).step_by(2);
    quoted.filter(is_call).map(str::to_owned).collect()
}

#[test]
fn an_administrator_may_make_each_of_our_calls_and_no_others() {
    let owner = packages_administrator(&full_packages(), "studio-mirror-packages", None);
    let spaces = consumer_administrator(&full_consumer(), "studio-mirror-consumer", None);
    let all: Vec<&str> = owner.iter().chain(&spaces).map(|one| one.action).collect();
    for (service, source) in [
        ("cloudformation", "cloudformation.rs"),
        ("codeartifact", "registry.rs"),
        ("ec2", "ec2.rs"),
        ("iam", "iam.rs"),
        ("sagemaker", "sagemaker.rs"),
    ] {
        let calls = calls(source);
        assert!(!calls.is_empty(), "{source}");
        let of_check_alone = ["DescribeNetworkAcls"];
        let calls = calls.iter().map(String::as_str);
        for call in calls.filter(|call| !of_check_alone.contains(call)) {
            let action = format!("{service}:{call}");
            assert!(all.contains(&action.as_str()), "{action} is missing");
        }
    }
    // What CloudFormation does on the caller's behalf is another test's; its own actions are all ours.
    let calls = calls("cloudformation.rs");
    let dependent = ["DetectStackResourceDrift", "TagResource", "UntagResource"];
    let ours = all
        .iter()
        .filter_map(|action| action.strip_prefix("cloudformation:"));
    let idle: Vec<_> = ours
        .filter(|ours| !calls.iter().any(|call| call == ours) && !dependent.contains(ours))
        .collect();
    assert!(idle.is_empty(), "nothing calls {idle:?}");
}

#[test]
fn an_administrator_is_told_each_call_and_asked_for_no_more_than_the_stack_needs() {
    let all = consumer_administrator(&full_consumer(), "studio-mirror-consumer", None);
    assert!(
        all.iter()
            .all(|one| !one.because.is_empty() && one.action.contains(':'))
    );
    let less = consumer_administrator(
        &crate::stacks::bare_consumer(),
        "studio-mirror-consumer",
        None,
    );
    for service in [
        "iam:CreatePolicy",
        "ec2:CreateVpcEndpoint",
        "sagemaker:UpdateDomain",
        "sagemaker:CreateStudioLifecycleConfig",
    ] {
        assert!(all.iter().any(|one| one.action == service), "{service}");
        assert!(less.iter().all(|one| one.action != service), "{service}");
    }
    let role = "arn:aws:iam::111122223333:role/cloudformation";
    let owner = packages_administrator(&full_packages(), "studio-mirror-packages", Some(role));
    let document = administrator_document(&owner);
    let statements = document["Statement"].as_array().expect("statements");
    let of = |action: &str| {
        let allows = |one: &&serde_json::Value| one["Action"].to_string().contains(action);
        statements.iter().find(allows).expect("a statement")
    };
    assert_eq!(of("iam:PassRole")["Resource"], json!([role]));
    assert_eq!(
        of("iam:PassRole")["Condition"]["StringEquals"]["iam:PassedToService"],
        "cloudformation.amazonaws.com"
    );
    let key = full_packages().kms_key_arn.expect("a key");
    assert_eq!(of("kms:CreateGrant")["Resource"], json!([key]));
    assert!(of("kms:DescribeKey") == of("kms:CreateGrant"));
    for document in ["administrator of packages", "administrator of spaces"] {
        assert!(
            documents()[document].to_string().len() <= 6_144,
            "{document} does not fit a managed policy"
        );
    }
    assert!(
        documents()["service-control"].to_string().len() <= 5_120,
        "the limit of a service control policy"
    );
}

#[test]
fn policies_read_from_the_templates_are_what_cloudformation_makes_of_them() {
    let stacks = examples(20, any_consumer());
    let filled: Vec<_> = stacks
        .iter()
        .map(|stack| consumer(stack, "{}").expect("a template"))
        .collect();
    for (stack, made) in stacks.iter().zip(made_all(&filled)) {
        let ours = [ConsumerPolicy::Space, ConsumerPolicy::GuardRails];
        let endpoints = ["api", "repositories"].map(|name| format!("codeartifact.{name}"));
        if stack.attach_policies && !stack.only_through_vpc {
            let theirs = of_type(&made, "AWS::IAM::ManagedPolicy");
            // In the order of their names: GuardRails, SpacePolicy.
            let mut theirs: Vec<_> = theirs
                .iter()
                .map(|one| Some(one["PolicyDocument"].clone()))
                .collect();
            theirs.sort_by_key(|document| {
                document
                    .as_ref()
                    .map(|one| one["Statement"][0]["Effect"] == "Deny")
            });
            assert_eq!(
                ours.map(|policy| policy.document(stack, &[])).to_vec(),
                theirs
            );
        }
        for (service, policy) in endpoints.iter().zip([
            ConsumerPolicy::ApiEndpoint,
            ConsumerPolicy::RepositoriesEndpoint,
        ]) {
            let all = of_type(&made, "AWS::EC2::VPCEndpoint");
            let endpoint = all.iter().find(|one| {
                one["ServiceName"]
                    .as_str()
                    .is_some_and(|name| name.ends_with(service))
            });
            if let Some(endpoint) = endpoint {
                assert_eq!(
                    Some(endpoint["PolicyDocument"].clone()),
                    policy.document(stack, &[])
                );
            }
        }
    }
    let stacks = examples(20, any_packages());
    let filled: Vec<_> = stacks
        .iter()
        .map(|stack| packages(stack, "{}").expect("a template"))
        .collect();
    for (stack, made) in stacks.iter().zip(made_all(&filled)) {
        let policy_of = |name: &str| {
            let all = of_type(&made, "AWS::CodeArtifact::Repository");
            let found = all.into_iter().find(|one| one["RepositoryName"] == name);
            found.and_then(|one| one.get("PermissionsPolicyDocument").cloned())
        };
        if stack.has_binary_repository {
            assert_eq!(
                policy_of("studio-mirror"),
                PackagesPolicy::Binary.document(stack)
            );
        }
        if stack.has_repository {
            assert_eq!(
                policy_of("team"),
                PackagesPolicy::Repository.document(stack)
            );
        }
    }
}

#[test]
fn made_endpoints_are_named_where_roles_must_come_through_them() {
    let made = ["vpce-0aaaaaaaaaaaaaaaa".to_owned()];
    let policy = ConsumerPolicy::Space
        .document(&full_consumer(), &made)
        .expect("a policy");
    let statements = policy["Statement"].as_array().expect("statements");
    let denial = statements
        .iter()
        .find(|one| one["Effect"] == "Deny")
        .expect("a denial");
    assert_eq!(
        denial["Condition"],
        json!({"StringNotEquals": {"aws:SourceVpce": ["vpce-0123456789abcdef0", "vpce-0aaaaaaaaaaaaaaaa"]}})
    );
    assert!(
        !denial["Action"]
            .to_string()
            .contains("GetServiceBearerToken")
    );
}

#[test]
fn a_service_control_policy_is_for_the_roles_of_spaces_alone() {
    let policy = service_control(&full_consumer()).expect("a policy");
    for statement in policy["Statement"].as_array().expect("statements") {
        assert_eq!(statement["Effect"], "Deny");
        let roles = &statement["Condition"]["ArnLike"]["aws:PrincipalArn"];
        assert_eq!(roles[0], "arn:aws:iam::111122223333:role/spaces");
        assert_eq!(roles[1], "arn:aws:iam::111122223333:role/*/spaces");
    }
    // The cap stays one: without its own condition it would deny every token.
    let statements = policy["Statement"].as_array().expect("statements");
    let cap = statements
        .iter()
        .find(|one| one["Action"] == "sts:GetServiceBearerToken");
    assert_eq!(
        cap.expect("a cap")["Condition"]["NumericGreaterThan"],
        json!({"sts:DurationSeconds": "3600"})
    );
    let nobody = studio_mirror::bootstrap::stacks::ConsumerStack {
        role_names: Vec::new(),
        ..full_consumer()
    };
    assert_eq!(service_control(&nobody), None);
}

#[test]
fn publishers_read_from_anywhere_and_nobody_is_kept_from_mending_the_policy() {
    let policy = PackagesPolicy::Repository
        .document(&full_packages())
        .expect("a policy");
    let statements = policy["Statement"].as_array().expect("statements");
    let denials: Vec<_> = statements
        .iter()
        .filter(|one| one["Effect"] == "Deny")
        .collect();
    assert_eq!(denials.len(), 1);
    assert_eq!(denials[0]["Action"], "codeartifact:ReadFromRepository");
    assert_eq!(
        denials[0]["Condition"]["ArnNotLike"]["aws:PrincipalArn"],
        json!([
            "arn:aws:iam::444455556666:role/ci",
            "arn:aws:iam::777788889999:*",
            "arn:aws:iam::111122223333:role/publisher"
        ])
    );
}
