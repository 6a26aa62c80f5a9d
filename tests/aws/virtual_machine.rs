//! In place of EC2's machines: a process that runs the user data as cloud-init would, with a console of its own, the credentials of its
//! instance profile's role, and the VPC's endpoints as its only way to CodeArtifact.

use crate::support::clients;
use crate::support::cloud::{Account, text};
use crate::support::gate::refusal::Refusal;
use crate::support::gate::{Passage, Verdict};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

/// The access key of the visitor's session.
const VISITOR: &str = "ASIAVISITOREXAMPLE00";

type Listener = dyn Fn(&Passage) + Send + Sync;

/// All machines of an account.
#[derive(Clone, Default)]
pub struct Machines(Arc<State>);

#[derive(Default)]
struct State {
    /// What each has on its console, in the order in which they were started.
    consoles: Mutex<Vec<String>>,
    listener: OnceLock<Box<Listener>>,
}

impl Machines {
    /// From now on the account's machines run.
    pub fn of(account: &Arc<Account>) -> Machines {
        let machines = Machines::default();
        // The account has the gate, which has this.
        let (own, account_of) = (machines.clone(), Arc::downgrade(account));
        account
            .gate()
            .set_hook(move |passage| own.hear(passage, &account_of));
        machines
    }

    /// What they have on their consoles by now.
    pub fn consoles(&self) -> Vec<String> {
        self.lock().clone()
    }

    /// Tells somebody else, too, of every call.
    pub fn tell(&self, listener: impl Fn(&Passage) + Send + Sync + 'static) {
        assert!(self.0.listener.set(Box::new(listener)).is_ok(), "one alone");
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        let consoles = &self.0.consoles;
        consoles.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// LocalStack has the machines that people see; what they do is done here.
    fn hear(&self, passage: &Passage, account: &Weak<Account>) -> Verdict {
        if let Some(listener) = self.0.listener.get() {
            listener(passage);
        }
        match (passage.action.as_str(), account.upgrade()) {
            ("RunInstances", Some(account)) => {
                let place = {
                    let mut consoles = self.lock();
                    consoles.push(String::new());
                    consoles.len() - 1
                };
                let (own, body) = (self.clone(), passage.body.clone());
                std::thread::spawn(move || {
                    let told = run(&account, &body, place);
                    own.lock()[place] = told;
                });
                Verdict::Pass
            }
            ("GetConsoleOutput", _) => {
                let console = self.lock().last().cloned().unwrap_or_default();
                Verdict::Answer(
                    200,
                    format!(
                        "<GetConsoleOutputResponse><output>{}</output></GetConsoleOutputResponse>",
                        STANDARD.encode(torn(&console))
                    ),
                )
            }
            // Nobody wants to wait for a session's end.
            ("AssumeRole", _) => Verdict::Answer(200, session_that_is_over()),
            _ if passage.key == VISITOR => Refusal::Expired.of(passage),
            _ => Verdict::Pass,
        }
    }
}

fn session_that_is_over() -> String {
    format!(
        "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>{VISITOR}</AccessKeyId>\
         <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>\
         <Expiration>2026-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

/// A console as one sees it: other words in between, carriage returns, and lines that are torn once.
fn torn(console: &str) -> String {
    let lines = console.lines().enumerate().map(|(at, line)| match at {
        5 => format!("{}[   42.7] random: crng done\r\n", &line[..line.len() / 2]),
        _ => format!("{line}\r\n"),
    });
    let boot = "[    0.0] Linux version 6.1 \u{1b}[0m\r\n".to_owned();
    std::iter::once(boot).chain(lines).collect()
}

/// Runs the machine of a RunInstances call; its console.
fn run(account: &Account, body: &str, place: usize) -> String {
    let parameter = |name: &str| {
        let mut all = url::form_urlencoded::parse(body.as_bytes());
        let found = all.find(|(known, _)| known == name);
        found
            .unwrap_or_else(|| panic!("RunInstances has no {name}: {body}"))
            .1
            .into_owned()
    };
    let packed = STANDARD.decode(parameter("UserData")).expect("base64");
    let profile = json!({"InstanceProfileName": parameter("IamInstanceProfile.Name")});
    let told = account.call("iam", "get_instance_profile", profile);
    let role = text(&told["InstanceProfile"]["Roles"][0]["RoleName"]);

    let folder = tempfile::tempdir().expect("a scratch folder");
    let [user_data, console] = ["user-data.gz", "console"].map(|name| folder.path().join(name));
    std::fs::write(&user_data, packed).expect("user data");
    std::fs::write(&console, "").expect("a console");
    // The emulator's repositories have the address by which one asks for them. The second machine is about theirs.
    let service = ["api", "repositories"][place];
    let filter = json!({"Filters": [{"Name": "service-name", "Values": [format!("com.amazonaws.eu-west-1.codeartifact.{service}")]}]});
    let endpoints = account.call("ec2", "describe_vpc_endpoints", filter);
    let id = text(&endpoints["VpcEndpoints"][0]["VpcEndpointId"]);
    let ended = Command::new("unshare")
        .args(["--mount", "bash", "-ec"])
        .arg("gzip -dc <$0 >$0.sh; mount --bind $1 /dev/console; bash $0.sh")
        .args([&user_data, &console])
        .env_clear()
        .env(
            "PATH",
            format!("{}:/usr/bin:/bin", clients::bin("aws").display()),
        )
        .env("TMPDIR", folder.path())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .envs(account.enforce(&role, None))
        .env("AWS_ENDPOINT_URL_CODEARTIFACT", account.through(&id))
        .env("AWS_ENDPOINT_URL_SAGEMAKER", account.emulated())
        .stdin(Stdio::null())
        .output()
        .expect("unshare runs");
    assert!(ended.status.success(), "{ended:?}");
    std::fs::read_to_string(console).expect("a console")
}
