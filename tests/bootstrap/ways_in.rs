//! `--only-through-vpc` where the endpoints are somebody else's, in part or all.

use crate::administrator::Administrator;
use crate::support::cloud::{REGION, text};
use serde_json::{Value, json};

/// An endpoint of CodeArtifact that somebody made before us; its id.
fn theirs(administrator: &Administrator, service: &str) -> String {
    let network = &administrator.network;
    let asked = json!({"VpcEndpointType": "Interface", "VpcId": network.vpc, "SubnetIds": network.subnets,
        "ServiceName": format!("com.amazonaws.{REGION}.codeartifact.{service}"),
        "SecurityGroupIds": [network.security_group], "PrivateDnsEnabled": true});
    let account = &administrator.account;
    let made = account.call("ec2", "create_vpc_endpoint", asked);
    text(&made["VpcEndpoint"]["VpcEndpointId"])
}

/// The endpoints that the roles must come through, by the policy that they have.
fn ways_in(administrator: &Administrator) -> Vec<String> {
    let account = &administrator.account;
    let asked = json!({"RoleName": "Execution"});
    let attached = account.call("iam", "list_attached_role_policies", asked);
    let all = attached["AttachedPolicies"].as_array().expect("a list");
    let statements = all.iter().flat_map(|policy| {
        let arn = text(&policy["PolicyArn"]);
        let policy = account.call("iam", "get_policy", json!({"PolicyArn": arn}));
        let version = json!({"PolicyArn": arn, "VersionId": policy["Policy"]["DefaultVersionId"]});
        let version = account.call("iam", "get_policy_version", version);
        let statements = version["PolicyVersion"]["Document"]["Statement"].clone();
        statements.as_array().cloned().unwrap_or_default()
    });
    let only: Vec<Value> = statements
        .filter(|one| one["Sid"] == "OnlyThroughTheseEndpoints")
        .collect();
    let [only] = &only[..] else {
        panic!("{only:?}")
    };
    let ids = &only["Condition"]["StringNotEquals"]["aws:SourceVpce"];
    let ids = ids.as_array().expect("a list").iter().map(text);
    let mut ids: Vec<String> = ids.filter(|id| id != "none").collect();
    ids.sort();
    ids.dedup();
    ids
}

/// What CodeArtifact says to a role that asks for a token through an endpoint, or through none.
fn token(administrator: &Administrator, through: Option<&str>) -> String {
    let account = &administrator.account;
    let session = account.enforce("Execution", None);
    let words = [
        "codeartifact",
        "get-authorization-token",
        "--domain",
        "packages",
    ];
    let mut command = account.aws(&words);
    command.envs(session);
    if let Some(id) = through {
        command.env("AWS_ENDPOINT_URL_CODEARTIFACT", account.through(id));
    }
    let done = command.output().expect("the AWS CLI runs");
    match done.status.success() {
        true => "ok".to_owned(),
        false => String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

#[test]
fn roles_come_through_the_endpoints_that_were_there() {
    let administrator = Administrator::new();
    let api = theirs(&administrator, "api");
    let repositories = theirs(&administrator, "repositories");
    administrator.apply(&["--only-through-vpc"]).success();
    let mut wanted = vec![api.clone(), repositories];
    wanted.sort();
    assert_eq!(ways_in(&administrator), wanted);
    assert_eq!(token(&administrator, Some(&api)), "ok");
    let refused = token(&administrator, None);
    assert!(refused.contains("explicit deny"), "{refused}");
    let (code, plan) = administrator.plan_document(&[]);
    assert_eq!(code, 0, "{plan:#}");
}

#[test]
fn an_endpoint_that_was_there_and_one_of_ours_are_both_ways_in() {
    let administrator = Administrator::new();
    let api = theirs(&administrator, "api");
    administrator.apply(&["--only-through-vpc"]).success();
    let told = administrator.account.call(
        "ec2",
        "describe_vpc_endpoints",
        json!({"Filters": [{"Name": "service-name", "Values": [format!("com.amazonaws.{REGION}.codeartifact.repositories")]}]}),
    );
    let ours = text(&told["VpcEndpoints"][0]["VpcEndpointId"]);
    let mut wanted = vec![api.clone(), ours];
    wanted.sort();
    assert_eq!(ways_in(&administrator), wanted);
    assert_eq!(token(&administrator, Some(&api)), "ok");
}

#[test]
fn the_endpoints_of_a_hub_are_named() {
    let administrator = Administrator::new();
    let hub = ["--endpoints", "none", "--only-through-vpc"];
    let told = administrator.apply(&hub).failure();
    assert!(told.stderr.contains("--endpoint-ids"), "{told:?}");
    assert_eq!(administrator.stacks(), [""; 0]);
    let id = "vpce-0123456789abcdef0";
    administrator
        .apply(&[&hub[..], &["--endpoint-ids", id]].concat())
        .success();
    assert_eq!(ways_in(&administrator), [id]);
    let refused = token(&administrator, None);
    assert!(refused.contains("explicit deny"), "{refused}");
}

#[test]
fn the_own_network_and_role_of_shared_spaces_are_seen() {
    let administrator = Administrator::without_studio();
    let (account, network) = (&administrator.account, &administrator.network);
    let asked =
        json!({"VpcId": network.vpc, "GroupName": "shared", "Description": "Shared spaces'"});
    let group = text(&account.call("ec2", "create_security_group", asked)["GroupId"]);
    let role = account.execution_role("Shared");
    let more = json!({"DefaultSpaceSettings": {"ExecutionRole": role, "SecurityGroups": [group]}});
    account.studio_domain(
        crate::administrator::STUDIO,
        network,
        &administrator.role,
        more,
    );
    let told = administrator.plan(&[]);
    let said = told.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let words =
        format!("= keep shared spaces: they have the role Shared and the security groups {group}");
    assert!(said.contains(&words), "{said}");
    administrator.apply(&[]).success();
    let asked = json!({"RoleName": "Shared"});
    let attached = account.call("iam", "list_attached_role_policies", asked);
    assert_eq!(
        attached["AttachedPolicies"].as_array().map(Vec::len),
        Some(2)
    );
    let told = account.call("ec2", "describe_security_groups", json!({}));
    let groups = told["SecurityGroups"].as_array().expect("a list");
    let lets_in = |one: &Value| one["GroupId"] != json!(group) && one.to_string().contains(&group);
    assert!(groups.iter().any(lets_in), "{groups:#?}");
    let shared = &administrator.described()["DefaultSpaceSettings"]["JupyterLabAppSettings"];
    assert!(
        shared.to_string().contains("studio-mirror-jupyterlab-"),
        "{shared}"
    );
    // Left out by flags, they are left out aloud.
    let (_, plan) = administrator.plan_document(&["--security-group-ids", &network.security_group]);
    assert!(
        plan["affected"].to_string().contains(&format!(
            "--security-group-ids leaves {group} of shared spaces out"
        )),
        "{plan:#}"
    );
}
