//! What bootstrap's tests stand on: LocalStack's CloudFormation with our resource providers, and the emulator behind
//! them, used by the real AWS CLI.

#[path = "../support/mod.rs"]
mod support;

use serde_json::{Value, json};
use std::process::{Command, Output};
use support::checkout;
use support::cloud::{Account, Cloud, Network, text};
use support::gate::Verdict;

const STACK: &str = "four";

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

    /// `aws cloudformation deploy`: a change set, executed and waited for.
    fn deploy(&self, parameters: &[&str]) -> Output {
        let template = checkout().join("tests/cloud_stack/four.yaml");
        let of_network = [
            format!("Vpc={}", self.network.vpc),
            format!("Subnets={}", self.network.subnets.join(",")),
            format!("Source={}", self.network.security_group),
        ];
        let mut command = self
            .account
            .aws(&["cloudformation", "deploy", "--stack-name", STACK]);
        command.arg("--template-file").arg(template);
        command.args([
            "--capabilities",
            "CAPABILITY_NAMED_IAM",
            "--parameter-overrides",
        ]);
        command.args(of_network).args(parameters);
        command.output().expect("the AWS CLI runs")
    }

    fn deployed(&self, parameters: &[&str]) {
        succeeded(&self.deploy(parameters), &self.events());
    }

    fn delete(&self) {
        let stack = ["--stack-name", STACK];
        for action in [&["delete-stack"][..], &["wait", "stack-delete-complete"]] {
            let words = [&["cloudformation"], action, &stack].concat();
            succeeded(&run(&mut self.account.aws(&words)), "");
        }
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

fn succeeded(output: &Output, events: &str) {
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}\n{events}");
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

    world.deployed(&["Word=two", "Mode=ALLOW", "Private=false"]);
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

    let again = world.deploy(&["Word=two", "Mode=ALLOW", "Private=false"]);
    let words = String::from_utf8_lossy(&again.stdout).into_owned()
        + &String::from_utf8_lossy(&again.stderr);
    assert!(words.contains("No changes to deploy"), "{words}");

    world.delete();
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
    let deployment = world.deploy(&[]);
    assert!(!deployment.status.success());
    let events = world.events();
    assert!(events.contains("AlreadyExists"), "{events}");
    assert_eq!(
        world.stack()["StackStatus"],
        "ROLLBACK_COMPLETE",
        "{events}"
    );
    assert_eq!(world.repositories(), [""; 0]);
    let described = json!({"StudioLifecycleConfigName": "acme-one"});
    let kept = account.call("sagemaker", "describe_studio_lifecycle_config", described);
    assert_eq!(kept["StudioLifecycleConfigContent"], "ZWNobwo=");
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
    let _ = run(&mut account.aws(&["cloudformation", "delete-stack", "--stack-name", STACK]));
    let wait = [
        "cloudformation",
        "wait",
        "stack-delete-complete",
        "--stack-name",
        STACK,
    ];
    assert!(!run(&mut account.aws(&wait)).status.success());
    assert_eq!(
        world.stack()["StackStatus"],
        "DELETE_FAILED",
        "{}",
        world.events()
    );
    assert!(world.repositories().contains(&"team".to_owned()));
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
