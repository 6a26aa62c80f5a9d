//! What bootstrap's tests stand on: LocalStack's CloudFormation with our resource providers, and the emulator behind
//! them, used by the real AWS CLI.

#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use support::cloud::{Account, Cloud, Network, text};
use support::gate::Verdict;
use support::{checkout, wait_until};

const STACK: &str = "four";
const LIMIT: Duration = Duration::from_secs(120);

struct World {
    account: Account,
    network: Network,
}

impl World {
    fn new() -> World {
        let account = Cloud::shared().account();
        let network = account.network();
        World { account, network }
    }

    /// A change set, made and executed by the AWS CLI; what went wrong, if anything did.
    fn deploy(&self, parameters: &[(&str, &str)]) -> Result<(), String> {
        let subnets = self.network.subnets.join(",");
        let of_network = [
            ("Vpc", self.network.vpc.as_str()),
            ("Subnets", &subnets),
            ("Source", &self.network.security_group),
        ];
        let pair =
            |(key, value): &(&str, &str)| json!({"ParameterKey": key, "ParameterValue": value});
        let parameters: Vec<_> = of_network.iter().chain(parameters).map(pair).collect();
        let template = checkout().join("tests/cloud_stack/four.yaml");
        let kind = if self.status().is_empty() {
            "CREATE"
        } else {
            "UPDATE"
        };
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let change = format!("change-{}", NUMBER.fetch_add(1, Ordering::SeqCst));
        let name = ["--stack-name", STACK, "--change-set-name", &change];
        let mut command = self.account.aws(&["cloudformation", "create-change-set"]);
        command.args(name).args(["--change-set-type", kind]);
        command.args([
            "--capabilities",
            "CAPABILITY_NAMED_IAM",
            "--tags",
            "Key=cost,Value=data",
        ]);
        command.args(["--parameters", &json!(parameters).to_string()]);
        command
            .arg("--template-body")
            .arg(format!("file://{}", template.display()));
        succeeded(&run(&mut command));
        let change_set = || {
            let asked = json!({"StackName": STACK, "ChangeSetName": change});
            self.account
                .call("cloudformation", "describe_change_set", asked)
        };
        wait_until("the change set", LIMIT, || {
            !is_under_way(&text(&change_set()["Status"]))
        });
        if change_set()["Status"] == "FAILED" {
            return Err(text(&change_set()["StatusReason"]));
        }
        let mut command = self.account.aws(&["cloudformation", "execute-change-set"]);
        succeeded(&run(command.args(name)));
        wait_until("the stack", LIMIT, || !is_under_way(&self.status()));
        match self.status().as_str() {
            "CREATE_COMPLETE" | "UPDATE_COMPLETE" => Ok(()),
            other => Err(format!("{other}\n{}", self.events())),
        }
    }

    fn deployed(&self, parameters: &[(&str, &str)]) {
        let deployment = self.deploy(parameters);
        deployment.unwrap_or_else(|why| panic!("{why}"));
    }

    /// Deletes the stack; what it is then, by its id.
    fn delete(&self) -> String {
        let id = text(&self.stack()["StackId"]);
        let delete = ["cloudformation", "delete-stack", "--stack-name", STACK];
        succeeded(&run(&mut self.account.aws(&delete)));
        let status = || {
            let told = self.account.call(
                "cloudformation",
                "describe_stacks",
                json!({"StackName": id}),
            );
            text(&told["Stacks"][0]["StackStatus"])
        };
        wait_until("the stack's end", LIMIT, || !is_under_way(&status()));
        status()
    }

    /// The stack's status; nothing where there is none.
    fn status(&self) -> String {
        let told = self.account.try_call(
            "cloudformation",
            "describe_stacks",
            json!({"StackName": STACK}),
        );
        told.map(|told| text(&told["Stacks"][0]["StackStatus"]))
            .unwrap_or_default()
    }

    fn stack(&self) -> Value {
        let told = self.account.call(
            "cloudformation",
            "describe_stacks",
            json!({"StackName": STACK}),
        );
        told["Stacks"][0].clone()
    }

    fn output(&self, name: &str) -> String {
        let stack = self.stack();
        let outputs = stack["Outputs"].as_array().expect("outputs");
        let found = outputs.iter().find(|output| output["OutputKey"] == name);
        text(&found.unwrap_or_else(|| panic!("no {name} in {outputs:?}"))["OutputValue"])
    }

    /// What happened, the newest first.
    fn events(&self) -> String {
        let asked = json!({"StackName": STACK});
        let Ok(told) = self
            .account
            .try_call("cloudformation", "describe_stack_events", asked)
        else {
            return String::new();
        };
        let line = |event: &Value| {
            format!(
                "{} {} {}\n",
                event["LogicalResourceId"], event["ResourceStatus"], event["ResourceStatusReason"]
            )
        };
        told["StackEvents"]
            .as_array()
            .into_iter()
            .flatten()
            .map(line)
            .collect()
    }

    fn configs(&self) -> Vec<String> {
        let told = self.account.call(
            "sagemaker",
            "list_studio_lifecycle_configs",
            json!({"SortBy": "Name"}),
        );
        let list = told["StudioLifecycleConfigs"].as_array().expect("a list");
        let mut names: Vec<_> = list
            .iter()
            .map(|one| text(&one["StudioLifecycleConfigName"]))
            .collect();
        names.sort();
        names
    }

    fn repositories(&self) -> Vec<String> {
        let told = self
            .account
            .call("codeartifact", "list_repositories", json!({}));
        told["repositories"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| text(&one["name"]))
            .collect()
    }

    fn endpoint(&self) -> Value {
        let asked = json!({"VpcEndpointIds": [self.output("Endpoint")]});
        self.account.call("ec2", "describe_vpc_endpoints", asked)["VpcEndpoints"][0].clone()
    }
}

fn run(command: &mut Command) -> Output {
    command.output().expect("the AWS CLI runs")
}

fn succeeded(output: &Output) {
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
}

fn is_under_way(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") || status.ends_with("_PENDING")
}

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

#[test]
fn a_role_may_what_its_policies_and_the_endpoints_say() {
    let world = World::new();
    let account = &world.account;
    world.deployed(&[]);
    account.execution_role("Studio");
    let read = format!("arn:aws:iam::{}:policy/acme-read", account.id);
    account.call(
        "iam",
        "attach_role_policy",
        json!({"RoleName": "Studio", "PolicyArn": read}),
    );
    let session = account.enforce("Studio", None);
    let through = account.through(&world.output("Endpoint"));
    let ask = |endpoint: Option<&str>, action: &[&str]| {
        let mut command = account.aws(&[&["codeartifact"], action, &["--domain", "acme"]].concat());
        command.envs(session.clone());
        if let Some(url) = endpoint {
            command.env("AWS_ENDPOINT_URL_CODEARTIFACT", url);
        }
        let output = run(&mut command);
        match output.status.success() {
            true => "ok".into(),
            false => String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    };
    let describe = ["describe-domain"];
    assert!(ask(None, &describe).contains(
        "because no identity-based policy allows the codeartifact:DescribeDomain action"
    ));
    let anything = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let inline =
        json!({"RoleName": "Studio", "PolicyName": "all", "PolicyDocument": anything.to_string()});
    account.call("iam", "put_role_policy", inline);
    account.enforce("Studio", None);
    assert_eq!(ask(None, &describe), "ok");
    assert_eq!(ask(Some(&through), &describe), "ok");
    // The endpoint's policy has codeartifact:* and nothing of STS.
    let refused = ask(Some(&through), &["get-authorization-token"]);
    assert!(
        refused.contains("no VPC endpoint policy allows the sts:GetServiceBearerToken action"),
        "{refused}"
    );
}

#[test]
fn the_gate_counts_over_all_services_and_steps_in_where_it_is_told() {
    let world = World::new();
    let gate = world.account.gate();
    let ask = |words: &[&str]| {
        let mut command = world.account.aws(words);
        run(command.env("AWS_MAX_ATTEMPTS", "1")).status.success()
    };
    let calls = [
        &["sts", "get-caller-identity"][..],
        &["codeartifact", "create-domain", "--domain", "acme"],
        &["sagemaker", "list-domains"],
        &["ec2", "describe-vpcs"],
    ];
    assert!(calls.iter().all(|words| ask(words)));
    let names = [
        "sts:GetCallerIdentity",
        "codeartifact:CreateDomain",
        "sagemaker:ListDomains",
        "ec2:DescribeVpcs",
    ];
    assert_eq!(gate.names(), names);
    gate.reset_count();
    gate.set_hook(|passage| match passage.number {
        1 => Verdict::Reset,
        2 => Verdict::LoseAnswer,
        _ => Verdict::Pass,
    });
    let create = |name| ask(&["codeartifact", "create-domain", "--domain", name]);
    assert!(!create("unheard"));
    assert!(!create("done"));
    assert!(create("third"));
    let told = world
        .account
        .call("codeartifact", "list_domains", json!({}));
    let domains: Vec<_> = told["domains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["name"]))
        .collect();
    assert_eq!(domains, ["acme", "done", "third"]);
}
