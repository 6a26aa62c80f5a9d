//! A stack in an account of its own, made by the AWS CLI.

use crate::support::cloud::{Account, Cloud, Network, text};
use crate::support::{checkout, wait_until};
use serde_json::{Value, json};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

pub const STACK: &str = "four";
const LIMIT: Duration = Duration::from_secs(120);

/// An account with a network.
pub struct World {
    pub account: Account,
    pub network: Network,
}

impl World {
    pub fn new() -> World {
        let account = Cloud::shared().account();
        let network = account.network();
        World { account, network }
    }

    /// A change set, made and executed by the AWS CLI; what went wrong, if anything did.
    pub fn deploy(&self, parameters: &[(&str, &str)]) -> Result<(), String> {
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

    pub fn deployed(&self, parameters: &[(&str, &str)]) {
        let deployment = self.deploy(parameters);
        deployment.unwrap_or_else(|why| panic!("{why}"));
    }

    /// Deletes the stack; what it is then, by its id.
    pub fn delete(&self) -> String {
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
    pub fn status(&self) -> String {
        let told = self.account.try_call(
            "cloudformation",
            "describe_stacks",
            json!({"StackName": STACK}),
        );
        told.map(|told| text(&told["Stacks"][0]["StackStatus"]))
            .unwrap_or_default()
    }

    pub fn stack(&self) -> Value {
        let told = self.account.call(
            "cloudformation",
            "describe_stacks",
            json!({"StackName": STACK}),
        );
        told["Stacks"][0].clone()
    }

    pub fn output(&self, name: &str) -> String {
        let stack = self.stack();
        let outputs = stack["Outputs"].as_array().expect("outputs");
        let found = outputs.iter().find(|output| output["OutputKey"] == name);
        text(&found.unwrap_or_else(|| panic!("no {name} in {outputs:?}"))["OutputValue"])
    }

    /// What happened, the newest first.
    pub fn events(&self) -> String {
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

    pub fn configs(&self) -> Vec<String> {
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

    pub fn repositories(&self) -> Vec<String> {
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

    pub fn endpoint(&self) -> Value {
        let asked = json!({"VpcEndpointIds": [self.output("Endpoint")]});
        self.account.call("ec2", "describe_vpc_endpoints", asked)["VpcEndpoints"][0].clone()
    }
}

pub fn run(command: &mut Command) -> Output {
    command.output().expect("the AWS CLI runs")
}

pub fn succeeded(output: &Output) {
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}");
}

fn is_under_way(status: &str) -> bool {
    status.ends_with("_IN_PROGRESS") || status.ends_with("_PENDING")
}
