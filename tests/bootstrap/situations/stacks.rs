//! The stacks: what is left of a failure, and what somebody else has under our name.

use super::{Administrator, in_the_way, looked};
use crate::support::wait_until;
use serde_json::{Value, json};
use std::time::Duration;

const CONSUMER: &str = "studio-mirror-consumer";
const LIMIT: Duration = Duration::from_secs(30);

/// A stack of this template, made the way anybody makes one; the status that it comes to.
fn stack(administrator: &Administrator, name: &str, template: &Value) -> String {
    let account = &administrator.account;
    let asked = json!({"StackName": name, "ChangeSetName": "theirs", "ChangeSetType": "CREATE", "TemplateBody": template.to_string()});
    account.call("cloudformation", "create_change_set", asked);
    let named = json!({"StackName": name, "ChangeSetName": "theirs"});
    wait_until("the change set", LIMIT, || {
        account.call("cloudformation", "describe_change_set", named.clone())["Status"]
            == "CREATE_COMPLETE"
    });
    account.call("cloudformation", "execute_change_set", named);
    wait_until("the stack", LIMIT, || {
        !status(administrator, name).ends_with("_IN_PROGRESS")
    });
    status(administrator, name)
}

fn status(administrator: &Administrator, name: &str) -> String {
    let told = administrator.account.call(
        "cloudformation",
        "describe_stacks",
        json!({"StackName": name}),
    );
    told["Stacks"][0]["StackStatus"]
        .as_str()
        .expect("a status")
        .to_owned()
}

#[test]
fn what_is_left_of_a_failed_creation_is_made_anew() {
    let administrator = Administrator::new();
    // The second policy cannot be attached to a role that is gone by then.
    let words = [
        "--studio-domain-id",
        super::STUDIO,
        "--binary",
        super::shipped(),
    ];
    let gate = administrator.account.gate();
    let (account, role) = (
        administrator.account.id.clone(),
        json!({"RoleName": "Execution"}),
    );
    let call = |method: &str| administrator.account.call("iam", method, role.clone());
    let trust = call("get_role")["Role"]["AssumeRolePolicyDocument"].to_string();
    call("delete_role");
    // The plan is told that it is still there.
    gate.set_hook(move |passage| match passage.name().as_str() {
        "iam:GetRole" => crate::support::gate::Verdict::Answer(
            200,
            format!(
                "<GetRoleResponse><GetRoleResult><Role><RoleName>Execution</RoleName><Arn>arn:aws:iam::{account}:role/Execution</Arn></Role>\
                 </GetRoleResult></GetRoleResponse>"
            ),
        ),
        _ => crate::support::gate::Verdict::Pass,
    });
    let told = administrator
        .run(&[&["apply", "--yes"], &words[..]].concat())
        .exit(1);
    gate.clear_hook();
    assert!(
        told.stderr.contains(&format!("the stack {CONSUMER} is ROLLBACK_COMPLETE"))
            && told.stderr.contains("\nhint: CloudFormation has taken back what this run did; mend the cause, and type the same command again"),
        "{told}"
    );
    assert_eq!(administrator.endpoints(), [""; 0]);
    assert_eq!(status(&administrator, CONSUMER), "ROLLBACK_COMPLETE");

    let asked = json!({"RoleName": "Execution", "AssumeRolePolicyDocument": trust});
    administrator.account.call("iam", "create_role", asked);
    let (code, plan) = looked(&administrator, &[]);
    assert_eq!(
        (code, &plan["stacks"][1]["verb"]),
        (3, &json!("create-anew")),
        "{plan:#}"
    );
    let told = administrator.plan(&[]);
    let said = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("Stack studio-mirror-consumer is ROLLBACK_COMPLETE: what is left of it will be deleted, and the stack made again"),
        "{said}"
    );
    administrator.apply(&[]).success();
    assert_eq!(status(&administrator, CONSUMER), "CREATE_COMPLETE");
    assert_eq!(looked(&administrator, &[]).0, 0);
}

#[test]
fn a_stack_of_anothers_that_has_our_name_is_left_alone() {
    let administrator = Administrator::new();
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]});
    let template = json!({"Resources": {"Theirs": {"Type": "AWS::IAM::ManagedPolicy",
        "Properties": {"ManagedPolicyName": "theirs", "PolicyDocument": policy}}}});
    for (name, logical_name) in [
        (CONSUMER, "of the spaces"),
        ("studio-mirror-packages", "of the packages"),
    ] {
        assert_eq!(
            stack(&administrator, name, &template),
            "CREATE_COMPLETE",
            "{logical_name}"
        );
        let refusals = in_the_way(&administrator, &[]);
        let refusal =
            format!("stack {name}: it is there and not ours: take another name with --name");
        assert_eq!(refusals, [refusal]);
        let before = administrator.account.everything();
        let told = administrator.run(&["destroy", "--yes"]).exit(1);
        assert_eq!(
            told.stderr,
            format!(
                "error: the stack {name} is not ours\nhint: --name says what this set-up is called; `aws cloudformation delete-stack` deletes what another made\n"
            ),
        );
        let told = administrator.run(&["rollback", "--yes"]).exit(1);
        assert!(
            told.stderr
                .contains(" has attached a lifecycle configuration"),
            "{told}"
        );
        administrator.account.assert_same(&before, &"");
        let told = administrator
            .apply(&[
                "--name",
                "packages-for-spaces",
                "--domain",
                "other",
                "--attach",
                "none",
            ])
            .success();
        assert!(
            told.stdout
                .contains("Stack packages-for-spaces-consumer will be made"),
            "{told}"
        );
        administrator
            .run(&[
                "destroy",
                "--yes",
                "--name",
                "packages-for-spaces",
                "--delete-packages",
            ])
            .success();
        administrator.account.assert_same(&before, &"");
        administrator
            .account
            .call("cloudformation", "delete_stack", json!({"StackName": name}));
        wait_until("the stack's end", LIMIT, || {
            administrator.stacks().is_empty()
        });
    }
}

#[test]
fn what_a_failed_creation_of_anothers_left_is_theirs_to_delete() {
    let administrator = Administrator::new();
    let template = json!({"Resources": {"Bad": {"Type": "AWS::EC2::VPCEndpoint", "Properties": {
        "VpcId": administrator.network.vpc, "ServiceName": "com.amazonaws.eu-west-1.codeartifact.api", "VpcEndpointType": "Interface",
        "Nonsense": true}}}});
    assert_eq!(
        stack(&administrator, CONSUMER, &template),
        "ROLLBACK_COMPLETE"
    );
    assert_eq!(
        in_the_way(&administrator, &[]),
        [format!(
            "stack {CONSUMER}: it is there and not ours: take another name with --name"
        )]
    );
}

#[test]
fn a_change_set_of_anothers_that_waits_under_our_name_stays() {
    let administrator = Administrator::new();
    let template = json!({"Resources": {"Theirs": {"Type": "AWS::EC2::SecurityGroup", "Properties": {"GroupDescription": "theirs"}}}});
    let asked = json!({"StackName": CONSUMER, "ChangeSetName": "theirs", "ChangeSetType": "CREATE", "TemplateBody": template.to_string()});
    administrator
        .account
        .call("cloudformation", "create_change_set", asked);
    assert_eq!(
        in_the_way(&administrator, &[]),
        [format!(
            "stack {CONSUMER}: somebody's change set theirs waits for it: take another name with --name"
        )]
    );
}

#[test]
fn the_smallest_policy_and_the_service_control_policy_are_documents() {
    let administrator = Administrator::new();
    for (flag, words) in [
        ("--permissions", "cloudformation:CreateChangeSet"),
        ("--scp", "sagemaker:DeleteStudioLifecycleConfig"),
    ] {
        let told = administrator.plan(&[flag]).success();
        let document: Value = serde_json::from_str(&told.stdout).expect("a document");
        assert_eq!(document["Version"], "2012-10-17");
        assert!(told.stdout.contains(words), "{}", told.stdout);
        // For IAM every member is one of a policy: what a program reads has its version beside the policy, not in it.
        assert_eq!(document.as_object().map(|all| all.len()), Some(2));
        let told = administrator.plan(&[flag, "--output", "json"]).success();
        let told: Value = serde_json::from_str(&told.stdout).expect("a document");
        assert_eq!(told, json!({"schema_version": 1, "policy": document}));
    }
    // IAM's own word on it.
    let text = administrator.plan(&["--permissions"]).success().stdout;
    let policy = json!({"PolicyName": "administrator", "PolicyDocument": text});
    administrator.account.call("iam", "create_policy", policy);
}
