//! The laboratory for tests: a home in a Studio space, and whatever is to be wrong around it.

use super::home::{Finished, Home};
use super::packages::Packages;
use super::{binary_under_test, built_program, clients, tell_skipped, wait_until};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use studio_mirror::refresh::Post;
use studio_mirror_lab::{Fault, Ready, World};

/// Laboratories that stand and are not in use. Raising one costs half a second, laying another scene in it nothing.
static STANDING: Mutex<Vec<Standing>> = Mutex::new(Vec::new());

/// The repository that everything is installed from, as flags.
pub const REPOSITORY: [&str; 6] = [
    "--domain",
    "corp",
    "--domain-owner",
    "111122223333",
    "--repository",
    "team",
];

/// A package of the public registry: `check` tries its tarball.
const EVERYWHERE: &str = "is-number@7.0.0";

/// Seconds that a client may take: ten times what the slowest one takes that installs.
const PATIENCE: &str = "12";

/// Whether the machine lets us make namespaces; says loudly when not, for the tests to be skipped.
pub fn possible() -> bool {
    let answer = Command::new(built_program("studio-mirror-lab"))
        .arg("possible")
        .output();
    let able = answer.is_ok_and(|answer| answer.status.success());
    if !able {
        tell_skipped(
            "every scene of the laboratory",
            "this machine does not let us make network namespaces (root or user namespaces, util-linux, iproute2)",
        );
    }
    able
}

/// Ends the laboratories that stand; to be called when the tests are over.
pub fn tear_down() {
    standing().clear();
}

fn standing() -> std::sync::MutexGuard<'static, Vec<Standing>> {
    STANDING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A new home in a space, in a world of which things may go wrong.
pub struct Lab {
    pub home: Home,
    world: World,
    environment: BTreeMap<String, String>,
    /// There until this value is gone: then it stands for the next test.
    bench: Option<Standing>,
}

impl Lab {
    /// A space in a world that is in order, with pip and npm.
    pub fn open(world: World) -> Lab {
        Lab::with_clients(world, &["pip-newest", "npm-newest"])
    }

    /// The same with these clients, the last one first on PATH.
    pub fn with_clients(world: World, installed: &[&str]) -> Lab {
        let bench = standing().pop().unwrap_or_else(Standing::raise);
        let home = Home::new()
            .without("AWS_ACCESS_KEY_ID")
            .without("AWS_SECRET_ACCESS_KEY")
            .without("AWS_REGION");
        let home = installed.iter().fold(home, |home, client| {
            home.first_on_path(clients::bin(client))
        });
        let mut lab = Lab {
            home,
            world,
            environment: BTreeMap::new(),
            bench: Some(bench),
        };
        lab.suffer(&[]);
        lab
    }

    /// From now on these faults are in force, and no others.
    pub fn suffer(&mut self, faults: &[Fault]) {
        let bench = self.bench.as_mut().expect("there until dropped");
        self.environment = bench.lay(self.world, faults);
    }

    /// Types the commands of a mend that set variables or take them away.
    pub fn type_in(&mut self, fix: &str) {
        for command in fix.lines().filter_map(|line| line.strip_prefix("$ ")) {
            if let Some((name, value)) = command
                .strip_prefix("export ")
                .and_then(|rest| rest.split_once('='))
            {
                self.environment.insert(name.to_owned(), value.to_owned());
            } else if let Some(name) = command.strip_prefix("unset ") {
                self.environment.remove(name);
            } else {
                panic!("not about a variable: {command}");
            }
        }
    }

    /// A program in the space, with the space's variables, not yet started.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let bench = self.bench.as_ref().expect("there until dropped");
        let mut command = self.home.command("nsenter");
        command.arg(format!("--target={}", bench.ready.space));
        if !rustix::process::geteuid().is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command
            .args(["--net", "--mount", "env", "-C"])
            .arg(self.home.path())
            .arg(program)
            .envs(&self.environment);
        command
    }

    /// Runs the binary under test in the space.
    pub fn studio_mirror<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Finished {
        self.home
            .run(self.command(binary_under_test()).args(arguments))
    }

    /// Logs in for pip, uv and npm, and keeps npm's token fresh as the lifecycle script does.
    pub fn login(&self) -> Finished {
        self.studio_mirror(["refresh", "--daemon"]).success();
        let done = self.studio_mirror(std::iter::once(&"login").chain(&REPOSITORY));
        if done.status.success() {
            // A token that is gone before the background process saw it is one to renew at once.
            wait_until("the renewal is planned", Duration::from_secs(30), || {
                let records = self.token_folders().into_iter();
                let mut records =
                    records.filter_map(|folder| Post::of(&folder, self.home.path()).record());
                records.any(|record| record.next_at.is_some())
            });
        }
        done
    }

    /// Where tokens, and what the background process says of itself, may be.
    fn token_folders(&self) -> [PathBuf; 2] {
        let [home, runtime] = self.home.folders();
        [
            home.join(".cache/studio-mirror/tokens"),
            runtime.join("studio-mirror"),
        ]
    }

    /// Takes the cached token away, as its end would: the next helper has to ask for one.
    pub fn forget_token(&self) {
        let folders = self.token_folders();
        let files = folders.iter().filter_map(|folder| folder.read_dir().ok());
        for file in files.flatten().flatten().map(|file| file.path()) {
            // Named by a hash; what the background process keeps beside them is not.
            if file.file_stem().is_some_and(|name| name.len() == 32) {
                let _ = std::fs::remove_file(file);
            }
        }
    }

    /// Like [`Lab::command`], for a program that is ended when it takes longer than anybody here waits: pip's helper tries
    /// for half a minute, and npm waits without end where a server says nothing.
    fn impatient(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = self.command("timeout");
        command.args(["--kill-after=1", PATIENCE]).arg(program);
        command
    }

    /// `pip install` by the newest pip, which does not wait for long.
    pub fn pip_install(&self) -> Finished {
        let mut pip = self.impatient(clients::bin("pip-newest").join("python"));
        pip.args(["-m", "pip", "install", "--no-input", "--no-cache-dir"])
            .args(["--timeout", "2", "--retries", "0", "--target", "pip"]);
        self.home.run(pip.arg("mirror-words"))
    }

    /// `uv pip install` by the newest uv, which does not wait for long.
    pub fn uv_install(&self) -> Finished {
        let mut uv = self.impatient("uv");
        uv.env("UV_HTTP_TIMEOUT", "2").env("UV_HTTP_RETRIES", "0");
        uv.args(["pip", "install", "--no-cache", "--target", "uv"]);
        self.home.run(uv.arg("mirror-words"))
    }

    /// `npm install` by the newest npm, which does not wait for long.
    pub fn npm_install(&self) -> Finished {
        let mut npm = self.impatient("npm");
        npm.args(["install", "--prefix", "npm", "--no-audit", "--no-fund"])
            .args(["--fetch-retries=0", "--fetch-timeout=2000"]);
        self.home.run(npm.arg("mirror-right"))
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Nothing of this home may run on in the namespaces.
        self.studio_mirror(["refresh", "--stop"]);
        standing().extend(self.bench.take());
    }
}

/// A laboratory in a process of its own.
struct Standing {
    process: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    ready: Ready,
    _packages: Packages,
}

/// What the process answers an order with.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Laid {
    Environment(BTreeMap<String, String>),
    Error(String),
}

impl Standing {
    fn raise() -> Standing {
        let packages = Packages::with_public(&[EVERYWHERE]);
        let mut process = Command::new(built_program("studio-mirror-lab"))
            .args(["serve", "--packages"])
            .arg(packages.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the laboratory's program runs");
        let stdin = process.stdin.take();
        let mut stdout = BufReader::new(process.stdout.take().expect("piped"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a pipe is readable");
        let ready = serde_json::from_str(&line);
        Standing {
            ready: ready.unwrap_or_else(|_| panic!("the laboratory did not come up: {line:?}")),
            process,
            stdin,
            stdout,
            _packages: packages,
        }
    }

    fn lay(&mut self, world: World, faults: &[Fault]) -> BTreeMap<String, String> {
        let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
        let stdin = self.stdin.as_mut().expect("there until dropped");
        writeln!(stdin, "{world} {}", faults.join(" ")).expect("the laboratory reads");
        let mut line = String::new();
        self.stdout
            .read_line(&mut line)
            .expect("a pipe is readable");
        match serde_json::from_str(&line) {
            Ok(Laid::Environment(variables)) => variables,
            Ok(Laid::Error(cause)) => panic!("the laboratory: {cause}"),
            Err(_) => panic!("the laboratory is gone: {line:?}"),
        }
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        // It ends with its stdin, and the namespaces with it.
        self.stdin.take();
        let _ = self.process.wait();
    }
}
