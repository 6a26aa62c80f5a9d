//! The Studio domain: its slots, its user profiles, its roles.

use super::{Administrator, STUDIO, both, error, in_the_way, looked};
use crate::administrator::{another_binary, shipped};
use crate::situations::both_of;
use serde_json::{Value, json};

const THEIRS: &str = "IyEvYmluL2Jhc2gK";

/// Somebody's lifecycle configuration; its ARN.
fn lifecycle(administrator: &Administrator, app: &str) -> String {
    let made = administrator.account.call(
        "sagemaker",
        "create_studio_lifecycle_config",
        json!({"StudioLifecycleConfigName": format!("theirs-{app}"), "StudioLifecycleConfigAppType": app,
            "StudioLifecycleConfigContent": THEIRS}),
    );
    made["StudioLifecycleConfigArn"]
        .as_str()
        .expect("an ARN")
        .to_owned()
}

fn profile(administrator: &Administrator, name: &str, settings: Value) {
    let value = json!({"DomainId": STUDIO, "UserProfileName": name, "UserSettings": settings});
    administrator.account.put_studio("user-profile", value);
}

fn described(administrator: &Administrator, name: &str) -> Value {
    let asked = json!({"DomainId": STUDIO, "UserProfileName": name});
    let mut told = administrator
        .account
        .call("sagemaker", "describe_user_profile", asked);
    told["UserSettings"].take()
}

fn attached_roles(administrator: &Administrator, role: &str) -> usize {
    let asked = json!({"RoleName": role});
    let told = administrator
        .account
        .call("iam", "list_attached_role_policies", asked);
    told["AttachedPolicies"].as_array().expect("a list").len()
}

#[test]
fn another_lifecycle_configuration_comes_back_in_the_end() {
    let administrator = Administrator::new();
    let theirs = lifecycle(&administrator, "JupyterLab");
    let update = json!({"DomainId": STUDIO,
        "DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": theirs}}});
    administrator
        .account
        .call("sagemaker", "update_domain", update);
    assert_eq!(
        in_the_way(&administrator, &[]),
        [format!(
            "JupyterLab: {theirs} is attached, and not ours: --replace attaches ours instead and remembers that one; --attach print leaves the \
             Studio domain to you"
        )]
    );
    administrator.apply(&["--replace"]).success();
    assert!(
        administrator
            .attached("JupyterLab")
            .starts_with("studio-mirror-jupyterlab-")
    );
    // An upgrade does not take itself for what was there before.
    let second = another_binary(&administrator.home, "second");
    let second = second.to_str().expect("text");
    administrator.apply(&["--binary", second]).success();
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), "theirs-JupyterLab");
    assert_eq!(administrator.lifecycles(), ["theirs-JupyterLab"]);
}

#[test]
fn a_slot_that_somebody_took_since_stays_theirs() {
    let administrator = Administrator::new();
    administrator.apply(&[]).success();
    let theirs = lifecycle(&administrator, "JupyterLab");
    let update = json!({"DomainId": STUDIO,
        "DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": theirs}}});
    administrator
        .account
        .call("sagemaker", "update_domain", update);
    assert!(
        in_the_way(&administrator, &[])[0]
            .starts_with(&format!("JupyterLab: {theirs} is attached"))
    );
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), "theirs-JupyterLab");
    assert_eq!(administrator.attached("CodeEditor"), "");
    assert_eq!(administrator.lifecycles(), ["theirs-JupyterLab"]);
}

#[test]
fn a_profile_with_its_own_lifecycle_configuration_is_named_and_left_alone() {
    let administrator = Administrator::new();
    let theirs = lifecycle(&administrator, "CodeEditor");
    let settings = json!({"CodeEditorAppSettings": {"BuiltInLifecycleConfigArn": theirs}});
    profile(&administrator, "bob", settings.clone());
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(code, 3, "{plan:#}");
    let named = format!(
        "Code Editor of the profile bob has its own lifecycle configuration {theirs}, which wins over the domain's: its spaces are not \
         logged in by ours"
    );
    assert!(
        plan["affected"]
            .as_array()
            .expect("a list")
            .contains(&json!(named)),
        "{plan:#}"
    );
    administrator.apply(&[]).success();
    assert_eq!(looked(&administrator, &[]).0, 0);
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(described(&administrator, "bob"), settings);
    assert_eq!(administrator.lifecycles(), ["theirs-CodeEditor"]);
}

#[test]
fn the_role_of_a_profile_gets_the_policy_too_and_loses_it_again() {
    let administrator = Administrator::new();
    let own = administrator.account.execution_role("OfBob");
    profile(&administrator, "bob", json!({"ExecutionRole": own}));
    administrator.apply(&[]).success();
    for role in ["Execution", "OfBob"] {
        assert!(attached_roles(&administrator, role) > 0, "{role}");
    }
    // A profile that comes later is one more thing to do.
    let later = administrator.account.execution_role("OfAnn");
    profile(&administrator, "ann", json!({"ExecutionRole": later}));
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(code, 3, "{plan:#}");
    administrator.apply(&[]).success();
    assert!(attached_roles(&administrator, "OfAnn") > 0);
    administrator.run(&["destroy", "--yes"]).success();
    for role in ["Execution", "OfBob", "OfAnn"] {
        assert_eq!(attached_roles(&administrator, role), 0, "{role}");
    }
}

#[test]
fn roles_that_are_not_there_or_not_here_or_not_known_are_refused() {
    let administrator = Administrator::new();
    let account = &administrator.account.id;
    let gone = format!("arn:aws:iam::{account}:role/Gone");
    profile(&administrator, "bob", json!({"ExecutionRole": gone}));
    let refusal = format!("role Gone: there is no such role in account {account}");
    assert_eq!(in_the_way(&administrator, &[]), [refusal]);
    let role = &administrator.role;
    let elsewhere = "arn:aws:iam::999988887777:role/Execution";
    let refusal = format!(
        "role Execution: it is of account 999988887777, and policies are attached in {account} alone: run this there"
    );
    let words = ["--role-arn", role, "--role-arn", elsewhere];
    assert_eq!(in_the_way(&administrator, &words), [refusal]);

    let network = &administrator.network;
    let subnets = network.subnets.join(",");
    let words = [
        "--vpc-id",
        &network.vpc,
        "--subnet-ids",
        &subnets,
        "--security-group-ids",
        &network.security_group,
    ];
    for told in both_of(
        &administrator,
        &[&words[..], &["--binary", shipped()]].concat(),
    ) {
        assert_eq!(
            super::refusals(&told.exit(1)),
            [
                "the roles' policy: no role of the spaces is known: name them with --role-arn, or choose --iam print"
            ]
        );
    }
}

#[test]
fn a_boundary_of_a_role_is_for_its_people() {
    let administrator = Administrator::new();
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    let asked = json!({"PolicyName": "Bound", "PolicyDocument": document.to_string()});
    let made = administrator.account.call("iam", "create_policy", asked);
    let boundary = made["Policy"]["Arn"].as_str().expect("an ARN");
    let change = json!({"RoleName": "Execution", "PermissionsBoundary": boundary});
    administrator
        .account
        .call("iam", "put_role_permissions_boundary", change);
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(code, 3, "{plan:#}");
    assert_eq!(
        super::by_hand(&plan),
        [(
            format!(
                "The role Execution has a permissions boundary. {boundary} must allow what the new policy allows"
            ),
            "studio-mirror bootstrap plan --iam print".to_owned()
        )]
    );
}

#[test]
fn a_studio_domain_that_is_not_there_is_named() {
    let administrator = Administrator::without_studio();
    assert_eq!(
        error(&administrator, &[]),
        format!(
            "error: DescribeDomain: not found in eu-west-1\n  caused by: ResourceNotFound: domain [{STUDIO}] does not exist.\n\
             hint: there is no Studio domain {STUDIO} in eu-west-1: `aws sagemaker list-domains` lists them\n"
        )
    );
}

#[test]
fn a_studio_domain_with_a_way_out_of_its_own_is_refused_unless_a_hub_serves_it() {
    let administrator = Administrator::with(json!({"AppNetworkAccessType": "PublicInternetOnly"}));
    assert_eq!(
        in_the_way(&administrator, &[]),
        [format!(
            "Studio domain {STUDIO}: its spaces go out by SageMaker's own VPC (PublicInternetOnly): endpoints in yours would not reach \
             them; make it VpcOnly, or take --endpoints none"
        )]
    );
    assert_eq!(looked(&administrator, &["--endpoints", "none"]).0, 3);
}

#[test]
fn a_canary_that_is_no_profile_is_refused() {
    let administrator = Administrator::new();
    assert_eq!(
        in_the_way(&administrator, &["--canary", "ann"]),
        [format!(
            "user profile ann: the Studio domain {STUDIO} has none of this name"
        )]
    );
}

#[test]
fn without_a_studio_domain_flags_say_it_all_or_what_is_missing_is_named() {
    let administrator = Administrator::without_studio();
    let network = &administrator.network;
    let subnets = network.subnets.join(",");
    let words = [
        "--vpc-id",
        &network.vpc,
        "--role-arn",
        &administrator.role,
        "--binary",
        shipped(),
    ];
    for told in both_of(&administrator, &words) {
        assert_eq!(
            super::refusals(&told.exit(1)),
            [
                "the endpoints' security group: it lets the spaces' groups in, and none is known: name them with --security-group-ids",
                "the endpoints' subnets: none is known: name them with --subnet-ids",
            ]
        );
    }
    let more = [
        "--subnet-ids",
        &subnets,
        "--security-group-ids",
        &network.security_group,
    ];
    let words = [&["apply", "--yes"], &words[..], &more].concat();
    administrator.run(&words).success();
    assert_eq!(administrator.endpoints().len(), 3);
}

#[test]
fn without_anything_the_vpc_is_asked_for() {
    let administrator = Administrator::without_studio();
    for told in both_of(&administrator, &["--binary", shipped()]) {
        let refusals = super::refusals(&told.exit(1));
        assert_eq!(
            refusals,
            [
                "the VPC: none is known: name the Studio domain with --studio-domain-id, or the VPC with --vpc-id",
                "the roles' policy: no role of the spaces is known: name them with --role-arn, or choose --iam print",
            ]
        );
    }
}

#[test]
fn what_others_look_after_is_printed_and_left_alone() {
    let administrator = Administrator::new();
    let printed = ["--iam", "print", "--attach", "print"];
    let told = administrator.apply(&printed).success();
    for words in [
        "GetServiceBearerToken",
        "CreateStudioLifecycleConfig",
        "BuiltInLifecycleConfigArn",
        "built_in_lifecycle_config_arn",
    ] {
        assert!(
            told.stdout.contains(words),
            "no {words} in\n{}",
            told.stdout
        );
    }
    assert_eq!(administrator.attached("JupyterLab"), "");
    assert_eq!(administrator.lifecycles().len(), 2);
    assert_eq!(attached_roles(&administrator, "Execution"), 0);
    // Both are remembered.
    assert_eq!(administrator.plan(&[]).code(), 0);
}

#[test]
fn two_ways_that_contradict_each_other_are_wrong_usage() {
    let administrator = Administrator::new();
    for told in both(&administrator, &["--attach", "nowhere"]) {
        assert_eq!(told.code(), 2, "{told}");
        assert!(
            told.stderr
                .contains("[possible values: patch, print, none]"),
            "{told}"
        );
    }
}
