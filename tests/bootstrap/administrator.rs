//! Somebody with an account, a VPC-only Studio domain in it, and the program.

use crate::support::cloud::{Account, Cloud, Network, text};
use crate::support::home::{Finished, Home};
use crate::support::{binary_under_test, checkout};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;

pub const STUDIO: &str = "d-abcdefghij12";

/// The administrator.
pub struct Administrator {
    pub account: Account,
    pub network: Network,
    pub role: String,
    pub home: Home,
}

impl Administrator {
    /// With a Studio domain in an otherwise empty VPC.
    pub fn new() -> Administrator {
        Administrator::with(json!({}))
    }

    /// The same; `more` goes over what the Studio domain's description says.
    pub fn with(more: Value) -> Administrator {
        let administrator = Administrator::without_studio();
        let Administrator {
            account,
            network,
            role,
            ..
        } = &administrator;
        account.studio_domain(STUDIO, network, role, more);
        administrator
    }

    /// With a VPC and a role, and no Studio domain.
    pub fn without_studio() -> Administrator {
        let account = Cloud::shared().account();
        let network = account.network();
        let role = account.execution_role("Execution");
        Administrator {
            account,
            network,
            role,
            home: Home::new(),
        }
    }

    /// `studio-mirror bootstrap …`, told this account, not yet started.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = self.home.command(binary_under_test());
        command
            .arg("bootstrap")
            .args(words)
            .envs(self.account.environment());
        command
    }

    /// Runs it.
    pub fn run(&self, words: &[&str]) -> Finished {
        self.home.run(&mut self.command(words))
    }

    /// `apply --yes` with the Studio domain named.
    pub fn apply(&self, more: &[&str]) -> Finished {
        self.run(&with_binary(
            &["apply", "--yes", "--studio-domain-id", STUDIO],
            more,
        ))
    }

    /// `plan` with the Studio domain named.
    pub fn plan(&self, more: &[&str]) -> Finished {
        self.run(&with_binary(&["plan", "--studio-domain-id", STUDIO], more))
    }

    /// `plan --output json`: its exit code and its document.
    pub fn plan_document(&self, more: &[&str]) -> (i32, Value) {
        let told = self.plan(&[more, &["--output", "json"]].concat());
        let document = serde_json::from_str(&told.stdout);
        let document = document.unwrap_or_else(|error| panic!("{error}: {told:?}"));
        (told.code(), document)
    }

    /// The Studio domain as SageMaker describes it.
    pub fn described(&self) -> Value {
        self.account
            .call("sagemaker", "describe_domain", json!({"DomainId": STUDIO}))
    }

    /// The lifecycle configuration in a slot of the Studio domain; empty for none.
    pub fn attached(&self, app: &str) -> String {
        let settings = &self.described()["DefaultUserSettings"][format!("{app}AppSettings")];
        let arn = settings["BuiltInLifecycleConfigArn"]
            .as_str()
            .unwrap_or_default();
        let name = arn.rsplit('/').next().unwrap_or_default();
        // A slot that was emptied may read so.
        name.trim_start_matches("None").to_owned()
    }

    /// The script of a lifecycle configuration.
    pub fn script(&self, name: &str) -> String {
        let asked = json!({"StudioLifecycleConfigName": name});
        let told = self
            .account
            .call("sagemaker", "describe_studio_lifecycle_config", asked);
        let home = Home::new();
        let content = home.write("content", text(&told["StudioLifecycleConfigContent"]));
        let decoded = home
            .run(Command::new("base64").arg("-d").arg(content))
            .success();
        decoded.stdout
    }

    /// The names of all stacks that are there.
    pub fn stacks(&self) -> Vec<String> {
        let told = self
            .account
            .call("cloudformation", "describe_stacks", json!({}));
        let stacks = told["Stacks"].as_array().expect("a list").iter();
        // LocalStack lists deleted ones, too.
        let mut names: Vec<String> = stacks
            .filter(|stack| stack["StackStatus"] != "DELETE_COMPLETE")
            .map(|stack| text(&stack["StackName"]))
            .collect();
        names.sort();
        names
    }

    /// How many endpoints the VPC has.
    pub fn endpoints(&self) -> Vec<String> {
        let filter = json!({"Filters": [{"Name": "vpc-id", "Values": [self.network.vpc]}]});
        let told = self.account.call("ec2", "describe_vpc_endpoints", filter);
        let all = told["VpcEndpoints"].as_array().expect("a list");
        let mut names: Vec<String> = all.iter().map(|one| text(&one["ServiceName"])).collect();
        names.sort();
        names
    }

    /// The names of the lifecycle configurations that are there.
    pub fn lifecycles(&self) -> Vec<String> {
        let told = self
            .account
            .call("sagemaker", "list_studio_lifecycle_configs", json!({}));
        let all = told["StudioLifecycleConfigs"].as_array().expect("a list");
        let mut names: Vec<String> = all
            .iter()
            .map(|one| text(&one["StudioLifecycleConfigName"]))
            .collect();
        names.sort();
        names
    }
}

fn with_binary<'a>(words: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    let names_one = more.contains(&"--binary");
    let binary: &[&str] = if names_one {
        &[]
    } else {
        &["--binary", shipped()]
    };
    [words, binary, more].concat()
}

/// A static binary for spaces: the one that ships.
pub fn shipped() -> &'static str {
    static PATH: std::sync::OnceLock<String> = std::sync::OnceLock::new();
    PATH.get_or_init(|| {
        let path = checkout().join("target/x86_64-unknown-linux-musl/release/studio-mirror");
        assert!(
            path.is_file(),
            "no static binary at {}: scripts/build makes it",
            path.display()
        );
        path.to_str().expect("text").to_owned()
    })
}

/// Another version of it: the same program with other bytes at its end.
pub fn another_binary(home: &Home, name: &str) -> PathBuf {
    let mut bytes = std::fs::read(Path::new(shipped())).expect("the shipped binary");
    bytes.extend_from_slice(name.as_bytes());
    home.write(name, bytes)
}
