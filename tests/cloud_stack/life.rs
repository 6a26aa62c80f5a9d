//! Creation, change, failure, deletion, drift.

use crate::support::cloud::text;
use crate::world::{STACK, World};
use serde_json::{Value, json};

#[test]
fn a_stack_makes_changes_replaces_and_retains() {
    let world = World::new();
    let account = &world.account;
    world.deployed(&[]);
    assert_eq!(
        world.output("Domain"),
        format!("arn:aws:codeartifact:eu-west-1:{}:domain/acme", account.id)
    );
    assert_eq!(world.output("ConfigName"), "acme-one");
    assert_eq!(world.configs(), ["acme-one"]);
    assert_eq!(world.repositories(), ["pypi-store", "team"]);
    let store = json!({"domain": "acme", "repository": "pypi-store"});
    let store = account.call("codeartifact", "describe_repository", store);
    assert_eq!(
        store["repository"]["externalConnections"][0]["externalConnectionName"],
        "public:pypi"
    );
    let policy = account.call(
        "codeartifact",
        "get_domain_permissions_policy",
        json!({"domain": "acme"}),
    );
    assert!(text(&policy["policy"]["document"]).contains("GetAuthorizationToken"));
    let asked = json!({"GroupIds": [world.output("Group")]});
    let group = account.call("ec2", "describe_security_groups", asked)["SecurityGroups"][0].clone();
    assert_eq!(
        group["IpPermissions"][0]["UserIdGroupPairs"][0]["GroupId"],
        world.network.security_group.as_str()
    );
    assert_eq!(
        group["IpPermissionsEgress"].as_array().map(Vec::len),
        Some(1),
        "{group}"
    );
    assert_eq!(world.endpoint()["PrivateDnsEnabled"], true);
    let has_host_names = || {
        let asked = json!({"VpcId": world.output("Network"), "Attribute": "enableDnsHostnames"});
        account.call("ec2", "describe_vpc_attribute", asked)["EnableDnsHostnames"]["Value"].clone()
    };
    assert_eq!(has_host_names(), true);
    let before = world.endpoint()["VpcEndpointId"].clone();

    let changed = [("Word", "two"), ("Mode", "ALLOW"), ("Private", "false")];
    world.deployed(&changed);
    assert_eq!(
        world.configs(),
        ["acme-one", "acme-two"],
        "replaced, the old one retained"
    );
    let asked = json!({"domain": "acme", "packageGroup": "/pypi//acme-~"});
    let internal =
        account.call("codeartifact", "describe_package_group", asked)["packageGroup"].clone();
    assert_eq!(
        internal["originConfiguration"]["restrictions"]["EXTERNAL_UPSTREAM"]["mode"],
        "ALLOW"
    );
    let team = account.call(
        "codeartifact",
        "describe_repository",
        json!({"domain": "acme", "repository": "team"}),
    );
    assert_eq!(team["repository"]["description"], "two");
    assert_eq!(has_host_names(), false);
    let endpoint = world.endpoint();
    assert_eq!(
        (&endpoint["VpcEndpointId"], &endpoint["PrivateDnsEnabled"]),
        (&before, &json!(false))
    );
    assert!(
        text(&endpoint["PolicyDocument"]).contains("two"),
        "{endpoint}"
    );

    let again = world.deploy(&changed).unwrap_err();
    assert!(again.contains("didn't contain changes"), "{again}");

    assert_eq!(world.delete(), "DELETE_COMPLETE");
    assert_eq!(world.repositories(), [""; 0]);
    assert_eq!(world.configs(), ["acme-one", "acme-two"]);
    let domains = account.call("codeartifact", "list_domains", json!({}));
    assert_eq!(domains["domains"][0]["name"], "acme", "retained");
    let asked = json!({"Filters": [{"Name": "vpc-id", "Values": [world.network.vpc]}]});
    let left = account.call("ec2", "describe_vpc_endpoints", asked);
    assert_eq!(left["VpcEndpoints"], json!([]));
}

#[test]
fn a_creation_that_fails_is_rolled_back() {
    let world = World::new();
    let account = &world.account;
    // Somebody else's lifecycle configuration has the name.
    let theirs = json!({
        "StudioLifecycleConfigName": "acme-one",
        "StudioLifecycleConfigAppType": "JupyterLab",
        "StudioLifecycleConfigContent": "ZWNobwo=",
    });
    account.call("sagemaker", "create_studio_lifecycle_config", theirs);
    let why = world.deploy(&[]).unwrap_err();
    assert!(
        why.starts_with("ROLLBACK_COMPLETE") && why.contains("AlreadyExists"),
        "{why}"
    );
    assert_eq!(world.repositories(), [""; 0]);
    let described = json!({"StudioLifecycleConfigName": "acme-one"});
    let kept = account.call("sagemaker", "describe_studio_lifecycle_config", described);
    assert_eq!(kept["StudioLifecycleConfigContent"], "ZWNobwo=");
}

#[test]
fn an_update_that_fails_is_taken_back_but_for_what_is_retained() {
    let world = World::new();
    let account = &world.account;
    world.deployed(&[]);
    let before = world.endpoint();
    let why = world
        .deploy(&[("Word", "two"), ("Mode", "DENY")])
        .unwrap_err();
    assert!(why.starts_with("UPDATE_ROLLBACK_COMPLETE"), "{why}");
    let team = json!({"domain": "acme", "repository": "team"});
    let team = account.call("codeartifact", "describe_repository", team);
    assert_eq!(team["repository"]["description"], "one");
    assert_eq!(world.endpoint(), before);
    // DeletionPolicy Retain holds for what the failed update made, too: the next one finds the name taken.
    assert_eq!(world.configs(), ["acme-one", "acme-two"]);
    let again = world.deploy(&[("Word", "two")]).unwrap_err();
    assert!(again.contains("AlreadyExists"), "{again}");
    world.deployed(&[("Mode", "ALLOW")]);
}

#[test]
fn what_cannot_be_deleted_fails_the_deletion_and_protection_refuses_it() {
    let world = World::new();
    let account = &world.account;
    world.deployed(&[]);
    let protect = |on: bool| {
        let change = json!({"StackName": STACK, "EnableTerminationProtection": on});
        account.call("cloudformation", "update_termination_protection", change);
    };
    protect(true);
    let refused = account.try_call(
        "cloudformation",
        "delete_stack",
        json!({"StackName": STACK}),
    );
    assert!(refused.unwrap_err().contains("TerminationProtection"));
    protect(false);
    // A repository that somebody made below the stack's own keeps that one in place.
    let theirs = json!({"domain": "acme", "repository": "theirs", "upstreams": [{"repositoryName": "team"}]});
    account.call("codeartifact", "create_repository", theirs);
    assert_eq!(world.delete(), "DELETE_FAILED", "{}", world.events());
    assert!(world.repositories().contains(&"team".to_owned()));
}

#[test]
fn what_was_changed_by_hand_is_drift() {
    let world = World::new();
    let account = &world.account;
    world.deployed(&[]);
    let drifted = || {
        let id = account.call(
            "cloudformation",
            "detect_stack_drift",
            json!({"StackName": STACK}),
        );
        let status = account.call(
            "cloudformation",
            "describe_stack_drift_detection_status",
            id,
        );
        let filters =
            json!({"StackName": STACK, "StackResourceDriftStatusFilters": ["MODIFIED", "DELETED"]});
        let drifts = account.call("cloudformation", "describe_stack_resource_drifts", filters);
        let one = |drift: &Value| {
            let paths = drift["PropertyDifferences"]
                .as_array()
                .into_iter()
                .flatten();
            let paths: Vec<_> = paths
                .map(|difference| text(&difference["PropertyPath"]))
                .collect();
            let (name, status) = (
                &drift["LogicalResourceId"],
                &drift["StackResourceDriftStatus"],
            );
            format!("{} {} {}", text(name), text(status), paths.join(","))
        };
        let mut list: Vec<_> = drifts["StackResourceDrifts"]
            .as_array()
            .unwrap()
            .iter()
            .map(one)
            .collect();
        list.sort();
        (text(&status["StackDriftStatus"]), list)
    };
    assert_eq!(drifted(), ("IN_SYNC".into(), vec![]));
    let change = json!({"domain": "acme", "repository": "team", "description": "by hand"});
    account.call("codeartifact", "update_repository", change);
    account.call(
        "codeartifact",
        "delete_package_group",
        json!({"domain": "acme", "packageGroup": "/pypi//acme-~"}),
    );
    let change = json!({"VpcEndpointId": world.output("Endpoint"), "AddSecurityGroupIds": [world.network.security_group]});
    account.call("ec2", "modify_vpc_endpoint", change);
    let expected = [
        "Endpoint MODIFIED /SecurityGroupIds",
        "Internal DELETED ",
        "Team MODIFIED /Description",
    ];
    assert_eq!(
        drifted(),
        ("DRIFTED".into(), expected.map(String::from).into())
    );
}
