//! An AWS of many accounts: LocalStack (CloudFormation, EC2, IAM, STS) with our resource providers, and the emulator
//! (CodeArtifact, SageMaker), which starts empty. Each test takes an account of its own.

mod access;
mod boto;
mod localstack;
mod making;
mod snapshot;

use super::clients;
use super::gate::Gate;
use super::packages::Packages;
use boto::Boto;
use localstack::LocalStack;
use serde_json::{Value, json};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use studio_mirror_emulator::{Emulator, Options, Setup};

/// The region of everything.
pub const REGION: &str = "eu-west-1";
/// How many VPC endpoints the tests of a program may send requests through.
const ENDPOINTS: usize = 30;
/// The services that the emulator plays; LocalStack has the others.
const EMULATED: [&str; 2] = ["codeartifact", "sagemaker"];
/// What a machine in a real account would install, too.
const PUBLIC: [&str; 2] = ["six==1.17.0", "is-number@7.0.0"];
const LOCAL: [&str; 4] = ["cloudformation", "ec2", "iam", "sts"];

/// A running cloud. It ends with this process, however that ends: LocalStack's standard input closes then.
pub struct Cloud {
    pub emulator: Emulator,
    /// LocalStack's own address.
    pub localstack: String,
    boto: Mutex<Boto>,
    /// The VPC endpoints that an address of the emulator's stands for, in the order of the addresses.
    endpoints: Mutex<Vec<String>>,
    _localstack: LocalStack,
    _packages: Packages,
}

/// A test's own account.
pub struct Account {
    pub id: String,
    cloud: &'static Cloud,
    gate: Gate,
    endpoints: [String; 2],
}

/// A network without anything in it but its subnets.
pub struct Network {
    pub vpc: String,
    pub subnets: Vec<String>,
    pub security_group: String,
}

impl Cloud {
    /// The one that the tests of this program share.
    pub fn shared() -> &'static Cloud {
        static CLOUD: OnceLock<Cloud> = OnceLock::new();
        CLOUD.get_or_init(Cloud::start)
    }

    fn start() -> Cloud {
        let mut setup = Setup::empty(REGION);
        setup.regions = vec!["us-east-1".into()];
        let defaults = Options::default();
        let packages = Packages::with_public(&PUBLIC);
        let options = Options {
            setup,
            // What PyPI and npm have.
            packages: Some(packages.path().to_owned()),
            // The first is everybody's; the others stand for VPC endpoints.
            listen: defaults.listen.repeat(1 + ENDPOINTS),
            ..defaults
        };
        let emulator = Emulator::start(options).expect("the emulator starts");
        let localstack = LocalStack::start(&emulator.http_url());
        Cloud {
            emulator,
            localstack: localstack.url.clone(),
            boto: Mutex::new(Boto::start()),
            endpoints: Mutex::default(),
            _localstack: localstack,
            _packages: packages,
        }
    }

    /// An account that no other test has.
    pub fn account(&'static self) -> Account {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let gate = Gate::new();
        let endpoints = [self.localstack.clone(), self.emulator.http_url()];
        Account {
            id: format!("{:012}", 300_000_000_000_u64 + u64::from(number)),
            cloud: self,
            endpoints: endpoints.map(|url| gate.before(&url)),
            gate,
        }
    }
}

impl Account {
    /// What stands before its endpoints and counts the calls of those that are told `environment`.
    pub fn gate(&self) -> &Gate {
        &self.gate
    }

    /// The emulator's address, past the gate.
    pub fn emulated(&self) -> String {
        self.cloud.emulator.http_url()
    }

    /// The variables that lead any AWS client here, through the gate, as the account's root.
    pub fn environment(&self) -> Vec<(String, String)> {
        let [local, emulated] = &self.endpoints;
        let mut variables = Vec::new();
        for (services, url) in [(&LOCAL[..], local), (&EMULATED[..], emulated)] {
            for service in services {
                let name = format!("AWS_ENDPOINT_URL_{}", service.to_uppercase());
                variables.push((name, url.clone()));
            }
        }
        for (name, value) in [
            ("AWS_ACCESS_KEY_ID", self.id.as_str()),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_PAGER", ""),
        ] {
            variables.push((name.into(), value.into()));
        }
        variables
    }

    /// The AWS CLI, told this account, not yet started.
    pub fn aws(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(clients::bin("aws").join("aws"));
        command
            .args(arguments)
            .env_clear()
            .env("HOME", "/nonexistent")
            .env("PATH", "/usr/bin:/bin")
            .envs(self.environment())
            .stdin(Stdio::null());
        command
    }

    /// A call by boto3, past the gate; the answer, or the code and sentence of the error.
    pub fn try_call(&self, service: &str, method: &str, keywords: Value) -> Result<Value, String> {
        let endpoint = match EMULATED.contains(&service) {
            true => self.cloud.emulator.http_url(),
            false => self.cloud.localstack.clone(),
        };
        let mut boto = self
            .cloud
            .boto
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let told = boto.ask(&json!({
            "account": self.id, "region": REGION, "service": service, "method": method,
            "keywords": keywords, "endpoint": endpoint,
        }));
        match told.get("answer") {
            Some(answer) => Ok(answer.clone()),
            None => Err(format!("{}: {}", told["error"], told["message"]).replace('"', "")),
        }
    }

    /// A call that has to succeed.
    pub fn call(&self, service: &str, method: &str, keywords: Value) -> Value {
        let answer = self.try_call(service, method, keywords);
        answer.unwrap_or_else(|error| panic!("{service} {method}: {error}"))
    }
}

/// A text that must be there.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
