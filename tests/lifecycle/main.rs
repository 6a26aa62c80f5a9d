//! The lifecycle script as `bootstrap` attaches it: which binary it runs, where it gets it from, and what it does when it cannot.

#[path = "../support/mod.rs"]
mod support;

mod complaints;
mod failures;
mod first_start;
mod fleet;
mod many_at_once;
mod policies;
mod prove;
mod s3;
mod settings;
mod trust;
mod upgrade;

use std::time::Duration;

use sha2::{Digest, Sha256};
use studio_mirror::bootstrap::script::{ASSET, BinarySource, NAMESPACE, PACKAGE, Pinned, Script};
use support::home::Finished;
use support::studio_space::{API, HOME, Space};
use support::wait_until;

/// Promise 5: a space never waits longer than this.
const HOLD_UP: Duration = Duration::from_secs(10);
/// Longer than what goes on in the background takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);
/// What the script may take in real spaces.
const TIME_LIMIT: &str = "time_limit=8";
/// The repository that the binary is published to.
const REPOSITORY: &str = "team";
/// What the script keeps in the home.
const CACHED: &str = "/home/sagemaker-user/.cache/studio-mirror/bin/studio-mirror";
const VERSIONS: &str = "/home/sagemaker-user/.cache/studio-mirror/versions";
const LOG: &str = "/home/sagemaker-user/.cache/studio-mirror/lifecycle.log";

/// A version of the binary.
struct Version {
    pin: Pinned,
    program: Vec<u8>,
}

impl Version {
    fn new(version: &str, program: Vec<u8>) -> Version {
        let digest = Sha256::digest(&program);
        let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let version = version.to_owned();
        Version {
            pin: Pinned { version, sha256 },
            program,
        }
    }

    /// A stand-in that writes down how it was run.
    fn stand_in(version: &str) -> Version {
        let program = format!("#!/bin/bash\necho \"{version} $*\" >>~/ran\n");
        Version::new(version, program.into_bytes())
    }

    fn path(&self) -> String {
        format!("{VERSIONS}/{}", self.pin.sha256)
    }
}

/// What no administrator has pinned; it writes down that it was run all the same.
fn stranger() -> Vec<u8> {
    b"#!/bin/bash\necho \"stranger $*\" >>~/ran\n".to_vec()
}

/// The script that pins this version and perhaps one before, with no time between what spaces would do at different times, and with
/// as much time for AWS's client as a busy machine needs.
fn script(version: &Version, previous: Option<&Version>) -> String {
    script_from(
        BinarySource::Repository(REPOSITORY.into()),
        version,
        previous,
    )
}

fn script_from(source: BinarySource, version: &Version, previous: Option<&Version>) -> String {
    let script = Script {
        domain: "corp".into(),
        domain_owner: "111122223333".into(),
        repository: "team".into(),
        region: "us-east-1".into(),
        api_endpoint: Some(API.into()),
        repository_endpoint: None,
        duration_seconds: None,
        binary_source: source,
        binary: version.pin.clone(),
        previous_sha256: previous.map(|previous| previous.pin.sha256.clone()),
    };
    let mut text = script.text().expect("a script");
    for (setting, here) in [
        ("spread=600", "spread=0"),
        (TIME_LIMIT, "time_limit=100"),
        ("fetch_limit=6", "fetch_limit=80"),
    ] {
        assert!(text.contains(setting), "the script has no {setting}");
        text = text.replace(&format!("\n{setting}\n"), &format!("\n{here}\n"));
    }
    text
}

/// The script with the limits that it has in real spaces.
fn in_time(script: &str) -> String {
    script
        .replace("time_limit=100", TIME_LIMIT)
        .replace("fetch_limit=80", "fetch_limit=6")
}

/// Publishes the version as `bootstrap publish` does, by AWS's own client.
fn publish(space: &Space, version: &Version) {
    let file = format!("{HOME}/{}.upload", version.pin.version);
    space.put_program(&file, &version.program);
    let Pinned { version, sha256 } = &version.pin;
    space
        .sh(&format!(
            "aws codeartifact publish-package-version --endpoint-url {API} --domain corp --repository {REPOSITORY} --format generic \
             --namespace {NAMESPACE} --package {PACKAGE} --package-version {version} --asset-name {ASSET} --asset-content {file} \
             --asset-sha256 {sha256}; rm {file}"
        ))
        .success();
}

/// Where the space's script is.
fn script_path() -> String {
    format!("{HOME}/on-start.sh")
}

/// Starts the space with this script, as Studio runs it.
#[track_caller]
fn start(space: &Space, script: &str) -> Finished {
    space.put_program(&script_path(), script.as_bytes());
    start_with(space, &[])
}

/// Starts the space with the script that it has, and more variables. Within its limits promise 5 holds for every start.
#[track_caller]
fn start_with(space: &Space, variables: &[(&str, &str)]) -> Finished {
    let variables: Vec<(&str, &str)> = [("HOME", HOME)].iter().chain(variables).copied().collect();
    let started = space
        .run(&mut space.command_with(&script_path(), &variables))
        .success();
    let is_in_time = space.read(&script_path()).contains(TIME_LIMIT);
    assert!(
        !is_in_time || started.lasted < HOLD_UP,
        "held up the space:\n{started}"
    );
    started
}

/// What the stand-ins wrote down since the last time.
fn ran(space: &Space) -> Vec<String> {
    let listed = space.sh("touch ~/ran; cat ~/ran; : >~/ran").success();
    listed.stdout.lines().map(str::to_owned).collect()
}

/// What the lifecycle log says by now.
fn log(space: &Space) -> String {
    std::fs::read_to_string(space.outside(LOG)).unwrap_or_default()
}

/// Waits until the background has said this.
#[track_caller]
fn wait_for(space: &Space, said: &str) {
    wait_until(said, PATIENCE, || log(space).contains(said));
}

/// Waits until the background has nothing left to do: the lifecycle script's processes are gone.
#[track_caller]
fn wait_for_the_end(space: &Space) {
    let path = script_path();
    wait_until("the script's last process to end", PATIENCE, || {
        !space.runs(&path)
    });
}

/// The kept versions, by their hashes, and whatever else lies there.
fn kept(space: &Space) -> Vec<String> {
    let listed = space.sh(&format!("ls {VERSIONS}")).success();
    listed.stdout.lines().map(str::to_owned).collect()
}

/// In the place of AWS's client one that takes no time, gives out this version, and writes down when.
fn quick_client(space: &Space, version: &Version) {
    space.put_program(&format!("{HOME}/served"), &version.program);
    let client = "#!/bin/bash\ndate +%s.%N >>/home/sagemaker-user/asked\n\
                  for word; do case $word in */part.*) cat /home/sagemaker-user/served >\"$word\" ;; esac; done\n";
    space.put_program("/opt/conda/bin/aws", client.as_bytes());
}

/// How often the binary was asked for so far.
fn downloads(space: &Space) -> u64 {
    let stats = space.admin("stats", "");
    let stats: serde_json::Value = serde_json::from_str(&stats).expect("a document");
    stats["GetPackageVersionAsset"].as_u64().unwrap_or(0)
}

#[track_caller]
fn assert_says(started: &Finished, what: &[&str]) {
    for said in what {
        assert!(
            started.stdout.contains(said),
            "the log does not say {said:?}:\n{started}"
        );
    }
}
