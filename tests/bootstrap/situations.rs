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
