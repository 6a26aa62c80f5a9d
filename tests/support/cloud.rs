//! An AWS of many accounts: LocalStack (CloudFormation, EC2, IAM, STS) with our resource providers, and the emulator
//! (CodeArtifact, SageMaker), which starts empty. Each test takes an account of its own.

use super::gate::Gate;
use super::packages::Packages;
use super::{checkout, clients, wait_until};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;
use studio_mirror_emulator::{
    AccessChange, Emulator, IdentityPolicies, Options, PrincipalKeys, Setup, VpcEndpoint,
};
use tempfile::TempDir;

/// The region of everything.
pub const REGION: &str = "eu-west-1";
/// How many VPC endpoints the tests of a program may send requests through.
const ENDPOINTS: usize = 30;
/// The services that the emulator plays; LocalStack has the others.
const EMULATED: [&str; 2] = ["codeartifact", "sagemaker"];
const LOCAL: [&str; 4] = ["cloudformation", "ec2", "iam", "sts"];

/// A running cloud. It ends with this process, however that ends: LocalStack's standard input closes then.
pub struct Cloud {
    pub emulator: Emulator,
    /// LocalStack's own address.
    pub localstack: String,
    boto: Mutex<Boto>,
    /// The VPC endpoints that an address of the emulator's stands for, in the order of the addresses.
    endpoints: Mutex<Vec<String>>,
    _localstack: Mutex<Child>,
    _folder: TempDir,
    _packages: Packages,
}

struct Boto {
    _child: Child,
    ask: ChildStdin,
    answer: BufReader<ChildStdout>,
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
        let packages = Packages::build();
        let options = Options {
            setup,
            // What PyPI and npm have.
            packages: Some(packages.path().to_owned()),
            // The first is everybody's; the others stand for VPC endpoints.
            listen: defaults.listen.repeat(1 + ENDPOINTS),
            ..defaults
        };
        let emulator = Emulator::start(options).expect("the emulator starts");
        let folder = tempfile::tempdir().expect("a scratch folder");
        let (localstack, mut child) = start_localstack(&folder, &emulator.http_url());
        let health = format!("{localstack}/_localstack/health");
        wait_until("LocalStack to be ready", Duration::from_secs(180), || {
            let ended = child.try_wait().expect("its state is known");
            assert!(ended.is_none(), "LocalStack ended: {}", log(&folder));
            answers(&health)
        });
        Cloud {
            emulator,
            localstack,
            boto: Mutex::new(Boto::start()),
            endpoints: Mutex::default(),
            _localstack: Mutex::new(child),
            _folder: folder,
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

    /// A VPC with both DNS attributes and a subnet in each of two zones.
    pub fn network(&self) -> Network {
        let made = self.call("ec2", "create_vpc", json!({"CidrBlock": "10.20.0.0/16"}));
        let vpc = text(&made["Vpc"]["VpcId"]);
        for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
            let change = json!({"VpcId": vpc, attribute: {"Value": true}});
            self.call("ec2", "modify_vpc_attribute", change);
        }
        let subnet = |(index, zone): (usize, &str)| {
            let asked = json!({
                "VpcId": vpc,
                "CidrBlock": format!("10.20.{index}.0/24"),
                "AvailabilityZone": format!("{REGION}{zone}"),
            });
            text(&self.call("ec2", "create_subnet", asked)["Subnet"]["SubnetId"])
        };
        let subnets = ["a", "b"].into_iter().enumerate().map(subnet).collect();
        let asked = json!({"VpcId": vpc, "GroupName": "studio", "Description": "Studio's"});
        let group = self.call("ec2", "create_security_group", asked);
        Network {
            vpc,
            subnets,
            security_group: text(&group["GroupId"]),
        }
    }

    /// A role that SageMaker may take; its ARN.
    pub fn execution_role(&self, name: &str) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole",
        }]});
        let asked = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        text(&self.call("iam", "create_role", asked)["Role"]["Arn"])
    }

    /// A Studio domain in VpcOnly mode. `more` goes over what its description says.
    pub fn studio_domain(&self, id: &str, network: &Network, role: &str, more: Value) {
        let mut value = json!({
            "DomainId": id,
            "DomainName": format!("studio-{id}"),
            "AuthMode": "IAM",
            "AppNetworkAccessType": "VpcOnly",
            "AppSecurityGroupManagement": "Customer",
            "VpcId": network.vpc,
            "SubnetIds": network.subnets,
            "DefaultUserSettings": {"ExecutionRole": role, "SecurityGroups": [network.security_group]},
        });
        if let (Some(value), Some(more)) = (value.as_object_mut(), more.as_object()) {
            value.extend(more.clone());
        }
        self.put_studio("domain", value);
    }

    /// Has policies decide from now on: those that IAM has for a role, its boundary, and those of the account's VPC
    /// endpoints. A session of the role then has the variables that this returns.
    pub fn enforce(&self, role: &str, organization: Option<&str>) -> Vec<(String, String)> {
        let asked = json!({"RoleName": role});
        let told = self.call("iam", "get_role", asked.clone())["Role"].clone();
        let mut policies = Vec::new();
        let attached = self.call("iam", "list_attached_role_policies", asked.clone());
        for policy in attached["AttachedPolicies"]
            .as_array()
            .into_iter()
            .flatten()
        {
            policies.push(self.policy(&text(&policy["PolicyArn"])));
        }
        let inline = self.call("iam", "list_role_policies", asked);
        for name in inline["PolicyNames"].as_array().into_iter().flatten() {
            let asked = json!({"RoleName": role, "PolicyName": name});
            policies.push(self.call("iam", "get_role_policy", asked)["PolicyDocument"].clone());
        }
        let boundary = told["PermissionsBoundary"]["PermissionsBoundaryArn"].as_str();
        let endpoints = self.call("ec2", "describe_vpc_endpoints", json!({}));
        let endpoints = endpoints["VpcEndpoints"].as_array().into_iter().flatten();
        let keys = [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ]
        .map(String::from)
        .into_iter()
        .zip([format!("ASIA{}", self.id), "secret".into(), "token".into()]);
        let keys: Vec<_> = keys.collect();
        self.cloud.emulator.change_access(AccessChange {
            enforce: Some(true),
            principals: vec![PrincipalKeys {
                arn: text(&told["Arn"]),
                session: None,
                access_key: keys[0].1.clone(),
                secret_key: keys[1].1.clone(),
                session_token: Some(keys[2].1.clone()),
            }],
            identities: vec![IdentityPolicies {
                arn: text(&told["Arn"]),
                policies,
                boundary: boundary.map(|arn| self.policy(arn)),
                organization: organization.map(Into::into),
                ..IdentityPolicies::default()
            }],
            endpoints: endpoints.map(|endpoint| self.endpoint(endpoint)).collect(),
        });
        keys
    }

    /// The emulator's address that stands for a VPC endpoint of this account: what is sent there comes through it.
    pub fn through(&self, endpoint: &str) -> String {
        let asked = json!({"VpcEndpointIds": [endpoint]});
        let told = self.call("ec2", "describe_vpc_endpoints", asked);
        let endpoint = self.endpoint(&told["VpcEndpoints"][0]);
        let address = endpoint.address.expect("it stands for the endpoint");
        self.cloud.emulator.change_access(AccessChange {
            endpoints: vec![endpoint],
            ..AccessChange::default()
        });
        format!("http://{address}")
    }

    /// A VPC endpoint with the address that stands for it, always the same.
    fn endpoint(&self, told: &Value) -> VpcEndpoint {
        let id = text(&told["VpcEndpointId"]);
        let mut taken = self
            .cloud
            .endpoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let place = taken
            .iter()
            .position(|known| *known == id)
            .unwrap_or_else(|| {
                taken.push(id.clone());
                taken.len() - 1
            });
        let addresses = self.cloud.emulator.http_addresses().iter();
        let mut spare = addresses.filter(|address| address.is_ipv4()).skip(1);
        VpcEndpoint {
            vpc: text(&told["VpcId"]),
            policy: told["PolicyDocument"]
                .as_str()
                .and_then(|it| serde_json::from_str(it).ok()),
            address: Some(*spare.nth(place).expect("ENDPOINTS is large enough")),
            id,
        }
    }

    /// The document of a managed policy, in its default version.
    fn policy(&self, arn: &str) -> Value {
        let policy = self.call("iam", "get_policy", json!({"PolicyArn": arn}));
        let version = json!({"PolicyArn": arn, "VersionId": policy["Policy"]["DefaultVersionId"]});
        self.call("iam", "get_policy_version", version)["PolicyVersion"]["Document"].clone()
    }

    /// A user profile, space or app (or domain) by what its Describe call answers.
    pub fn put_studio(&self, kind: &str, value: Value) {
        let record = json!({"kind": kind, "account": self.id, "region": REGION, "value": value});
        let put = self.cloud.emulator.put_studio(record);
        put.unwrap_or_else(|error| panic!("{kind}: {error:#}"));
    }
}

impl Boto {
    fn start() -> Boto {
        let mut child = Command::new(clients::bin("aws").join("python"))
            .arg(checkout().join("tests/support/boto.py"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", "/nonexistent")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the AWS clients' python runs");
        Boto {
            ask: child.stdin.take().expect("piped"),
            answer: BufReader::new(child.stdout.take().expect("piped")),
            _child: child,
        }
    }

    fn ask(&mut self, call: &Value) -> Value {
        writeln!(self.ask, "{call}").expect("boto.py reads");
        let mut line = String::new();
        self.answer.read_line(&mut line).expect("boto.py answers");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("boto.py ended at {call}"))
    }
}

fn start_localstack(folder: &TempDir, emulator: &str) -> (String, Child) {
    // LocalStack wants a port told; this one is free now.
    let free = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = free.local_addr().expect("it is bound").to_string();
    drop(free);
    let own = |name: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(&path).expect("a scratch folder");
        path
    };
    let log = std::fs::File::create(folder.path().join("log")).expect("a log");
    let child = Command::new(clients::bin("localstack").join("python"))
        .arg(checkout().join("tests/localstack/run.py"))
        .env_clear()
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .env("HOME", own("home"))
        .env("LOCALSTACK_VOLUME_DIR", own("volume"))
        .env("FILESYSTEM_ROOT", own("root"))
        .env("TMPDIR", own("tmp"))
        .env("GATEWAY_LISTEN", &address)
        .env("LOCALSTACK_HOST", &address)
        .env("SERVICES", "cloudformation,ec2,iam,kms,s3,sts")
        .env("DNS_ADDRESS", "0")
        .env("DISABLE_EVENTS", "1")
        .env("SKIP_SSL_CERT_DOWNLOAD", "1")
        // A type without a provider fails: a placeholder would let tests pass that see nothing.
        .env("CFN_IGNORE_UNSUPPORTED_RESOURCE_TYPES", "0")
        .env("PYTHONPATH", checkout().join("tests/localstack"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("STUDIO_MIRROR_EMULATOR_URL", emulator)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a second handle"))
        .stderr(log)
        .spawn()
        .expect("LocalStack's python runs");
    (format!("http://{address}"), child)
}

fn log(folder: &TempDir) -> String {
    std::fs::read_to_string(folder.path().join("log")).unwrap_or_default()
}

/// Whether an address answers at all.
fn answers(url: &str) -> bool {
    let rest = url.trim_start_matches("http://");
    let (host, path) = rest.split_once('/').expect("a path");
    let Ok(mut stream) = std::net::TcpStream::connect(host) else {
        return false;
    };
    let request = format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    let mut line = String::new();
    stream.write_all(request.as_bytes()).is_ok()
        && BufReader::new(stream).read_line(&mut line).is_ok()
        && line.contains(" 200 ")
}

/// A text that must be there.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
