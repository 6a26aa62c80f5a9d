//! Where people begin: each with the right plan or a clear refusal, and nothing half-done.

use crate::administrator::{Administrator, STUDIO};
use serde_json::json;

/// The refusal of a plan, after which nothing is there.
fn refused(administrator: &Administrator, more: &[&str]) -> String {
    let told = administrator.apply(more);
    assert_eq!(told.code(), 1, "{told:?}");
    assert_eq!(administrator.stacks(), [""; 0]);
    told.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn another_lifecycle_configuration_comes_back_in_the_end() {
    let administrator = Administrator::new();
    let made = administrator.account.call(
        "sagemaker",
        "create_studio_lifecycle_config",
        json!({"StudioLifecycleConfigName": "theirs", "StudioLifecycleConfigAppType": "JupyterLab",
            "StudioLifecycleConfigContent": "IyEvYmluL2Jhc2gK"}),
    );
    let theirs = made["StudioLifecycleConfigArn"].as_str().expect("an ARN");
    let update = json!({"DomainId": STUDIO,
        "DefaultUserSettings": {"JupyterLabAppSettings": {"BuiltInLifecycleConfigArn": theirs}}});
    administrator
        .account
        .call("sagemaker", "update_domain", update);
    assert!(refused(&administrator, &[]).contains("not ours: --replace"));
    administrator.apply(&["--replace"]).success();
    assert_ne!(administrator.attached("JupyterLab"), "theirs");
    administrator.run(&["destroy", "--yes"]).success();
    assert_eq!(administrator.attached("JupyterLab"), "theirs");
    assert_eq!(administrator.lifecycles(), ["theirs"]);
}

#[test]
fn a_vpc_without_dns_host_names_is_refused() {
    let administrator = Administrator::new();
    let change =
        json!({"VpcId": administrator.network.vpc, "EnableDnsHostnames": {"Value": false}});
    administrator
        .account
        .call("ec2", "modify_vpc_attribute", change);
    assert!(refused(&administrator, &[]).contains("enableDnsHostnames is off"));
}

#[test]
fn a_studio_domain_that_is_not_there_is_named() {
    let administrator = Administrator::without_studio();
    let told = administrator.apply(&[]);
    assert_eq!(told.code(), 1);
    assert!(told.stderr.contains(STUDIO), "{told:?}");
    assert_eq!(administrator.stacks(), [""; 0]);
}

#[test]
fn without_a_studio_domain_flags_say_it_all() {
    let administrator = Administrator::without_studio();
    let network = &administrator.network;
    let subnets = network.subnets.join(",");
    let told = administrator.run(&[
        "apply",
        "--yes",
        "--binary",
        crate::administrator::shipped(),
        "--vpc-id",
        &network.vpc,
        "--subnet-ids",
        &subnets,
        "--security-group-ids",
        &network.security_group,
        "--role-arn",
        &administrator.role,
    ]);
    told.success();
    assert_eq!(administrator.endpoints().len(), 3);
}

#[test]
fn endpoints_that_are_there_are_used() {
    let administrator = Administrator::new();
    let network = &administrator.network;
    let asked = json!({"VpcEndpointType": "Interface", "VpcId": network.vpc, "SubnetIds": network.subnets,
        "ServiceName": "com.amazonaws.eu-west-1.codeartifact.api", "SecurityGroupIds": [network.security_group], "PrivateDnsEnabled": true});
    administrator
        .account
        .call("ec2", "create_vpc_endpoint", asked);
    administrator.apply(&[]).success();
    assert_eq!(administrator.endpoints().len(), 3);
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{plan:#}");
    assert_eq!(plan["items"][0]["verb"], "reuse");
}

#[test]
fn a_call_that_is_not_permitted_is_named_and_nothing_is_done() {
    use crate::support::gate::Verdict;
    let administrator = Administrator::new();
    administrator.account.gate().set_hook(|passage| match passage.name().as_str() {
        "iam:GetRole" => Verdict::Answer(
            403,
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: arn:aws:iam::1:user/x is not authorized to perform: \
             iam:GetRole because no identity-based policy allows the iam:GetRole action</Message></Error></ErrorResponse>".into(),
        ),
        _ => Verdict::Pass,
    });
    let told = administrator.apply(&[]);
    assert_eq!(told.code(), 1);
    assert!(told.stderr.contains("must allow iam:GetRole"), "{told:?}");
    assert_eq!(administrator.stacks(), [""; 0]);
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
    let asked = json!({"RoleName": "Execution"});
    let attached = administrator
        .account
        .call("iam", "list_attached_role_policies", asked);
    assert_eq!(attached["AttachedPolicies"], json!([]));
    // Both are remembered.
    assert_eq!(administrator.plan(&[]).code(), 0);
}

#[test]
fn the_smallest_policy_and_the_service_control_policy_are_documents() {
    let administrator = Administrator::new();
    for (flag, words) in [
        ("--permissions", "cloudformation:CreateChangeSet"),
        ("--scp", "sagemaker:DeleteStudioLifecycleConfig"),
    ] {
        let told = administrator.plan(&[flag]).success();
        let document: serde_json::Value = serde_json::from_str(&told.stdout).expect("a document");
        assert_eq!(document["Version"], "2012-10-17");
        assert!(told.stdout.contains(words), "{}", told.stdout);
    }
}

#[test]
fn what_is_left_of_a_failed_creation_is_made_anew() {
    let administrator = Administrator::new();
    // A policy with the name of one that exists makes the stack of spaces fail.
    let network = &administrator.network;
    let body = json!({"Resources": {"Bad": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {
        "VpcId": network.vpc, "ServiceName": "com.amazonaws.eu-west-1.codeartifact.api", "VpcEndpointType": "Interface",
        "Nonsense": true}}}});
    let account = &administrator.account;
    let asked = json!({"StackName": "studio-mirror-consumer", "ChangeSetName": "bad", "ChangeSetType": "CREATE",
        "TemplateBody": body.to_string()});
    account.call("cloudformation", "create_change_set", asked);
    let named = json!({"StackName": "studio-mirror-consumer", "ChangeSetName": "bad"});
    let status = || {
        account.call(
            "cloudformation",
            "describe_stacks",
            json!({"StackName": "studio-mirror-consumer"}),
        )["Stacks"][0]["StackStatus"]
            .clone()
    };
    crate::support::wait_until("the change set", std::time::Duration::from_secs(20), || {
        account.call("cloudformation", "describe_change_set", named.clone())["Status"]
            == "CREATE_COMPLETE"
    });
    account.call("cloudformation", "execute_change_set", named);
    crate::support::wait_until("the failure", std::time::Duration::from_secs(20), || {
        status() == "ROLLBACK_COMPLETE"
    });
    let told = administrator.plan(&[]);
    let said = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("is ROLLBACK_COMPLETE: what is left of it is deleted"),
        "{said}"
    );
    assert_eq!(status(), "ROLLBACK_COMPLETE");
    administrator.apply(&[]).success();
    assert_eq!(status(), "CREATE_COMPLETE");
}
