//! A container image made by our Dockerfile, and containers of it, in namespaces of their own; the emulator beside them.

use super::dockerfile::{Steps, steps};
use super::home::{Finished, run_unheard};
use super::leak_watch::{LeakWatch, holds_token};
use super::packages::Packages;
use super::studio_space::CREDENTIALS;
use super::{binary_under_test, checkout, clients, emulator_binary};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;

/// The API and the packages, as seen in a container.
pub const API: &str = "http://127.0.0.1:8080";
const ROOT: &str = "/mnt/image";

/// Whose process it is, in which kind of container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// A space of Studio: uid 1000, a home of its own.
    Space,
    /// A training job: root.
    TrainingJob,
    /// A processing job of a user that the image does not know, without a home.
    Stranger,
}

/// What is run as root beside all containers: `docker build`'s next step.
pub const BUILDER: Who = Who::TrainingJob;

/// A built image with the emulator; gone with this value.
pub struct Image {
    emulator: Child,
    stdin: Option<ChildStdin>,
    _packages: Packages,
    _steps: tempfile::NamedTempFile,
    environment: Vec<(String, String)>,
    watch: LeakWatch,
    transcript: Mutex<String>,
}

impl Image {
    /// Builds it with these tools.
    pub fn build(tools: &str) -> Image {
        let text = std::fs::read_to_string(checkout().join("lifecycle/Dockerfile"));
        let Steps {
            script,
            environment,
            user,
        } = steps(
            &text.expect("our Dockerfile"),
            &[
                ("BASE", "this machine"),
                ("DOMAIN", "corp"),
                ("DOMAIN_OWNER", "111122223333"),
                ("REPOSITORY", "team"),
                ("REGION", "us-east-1"),
                ("TOOLS", tools),
                ("API_ENDPOINT", API),
                ("REPOSITORY_ENDPOINT", API),
            ],
            // As SageMaker Distribution has it.
            &[(
                "PATH",
                "/opt/conda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )],
        );
        assert_eq!(user, "sagemaker-user");
        let mut file = tempfile::NamedTempFile::new().expect("a scratch file");
        file.write_all(script.as_bytes()).expect("space for it");
        let packages = Packages::build();
        let watch = LeakWatch::start(Path::new("/home/sagemaker-user"));
        let mut unshare = Command::new("unshare");
        unshare
            .args(["--mount", "--net", "bash"])
            .arg(checkout().join("tests/support/image.sh"))
            .arg(clients::folder("conda"))
            .arg(clients::bin("uv-newest").join("uv"))
            .arg(clients::bin("npm-newest").join("npm"))
            .arg(clients::bin("node").join("node"))
            .args([binary_under_test(), emulator_binary()])
            .arg(packages.path())
            .arg(file.path())
            .arg(clients::all());
        let python = clients::base_python();
        let prefix = python.ancestors().nth(2);
        unshare.arg(prefix.expect("an interpreter is in PREFIX/bin"));
        let mut emulator = unshare
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare runs");
        let mut lines = BufReader::new(emulator.stdout.take().expect("piped")).lines();
        let mut transcript = String::new();
        let ready = loop {
            let line = lines.next().expect("the image did not come up");
            let line = line.expect("a pipe is readable");
            if line.starts_with("{\"") {
                break line;
            }
            transcript += &format!("{line}\n");
        };
        assert!(ready.contains(API), "{ready}");
        Image {
            stdin: emulator.stdin.take(),
            emulator,
            _packages: packages,
            _steps: file,
            environment: environment.into_iter().collect(),
            watch,
            transcript: Mutex::new(transcript),
        }
    }

    /// What the build and the containers have printed so far.
    pub fn transcript(&self) -> String {
        let transcript = self.transcript.lock();
        transcript.expect("no test thread panicked in here").clone()
    }

    /// A program in a container, not yet started.
    pub fn command(&self, who: Who, program: &str) -> Command {
        let mut command = self.enter();
        command.args(["chroot", ROOT, "setpriv", "--clear-groups"]);
        let (user, group, home) = match who {
            Who::Space => ("1000", "100", Some("/home/sagemaker-user")),
            Who::TrainingJob => ("0", "0", Some("/root")),
            Who::Stranger => ("4321", "4321", None),
        };
        command.args(["--reuid", user, "--regid", group]);
        if who != Who::TrainingJob {
            command.args(["--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]);
        }
        command.args(["env", "-i", "-C", home.unwrap_or("/tmp")]);
        let all = self.environment.iter();
        command.args(all.map(|(name, value)| format!("{name}={value}")));
        command.args(home.map(|home| format!("HOME={home}")));
        command.args(["LANG=C.UTF-8", "AWS_REGION=us-east-1"]);
        command.arg(format!(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI={CREDENTIALS}"
        ));
        command.arg(program);
        command
    }

    /// A shell script in a container.
    pub fn sh(&self, who: Who, script: &str) -> Finished {
        let finished = self.sh_unheard(who, script);
        let mut transcript = self.transcript.lock();
        transcript
            .as_mut()
            .expect("no test thread panicked in here")
            .push_str(&finished.to_string());
        finished
    }

    /// Like [`Image::sh`], for a script whose very answer is a token.
    pub fn sh_unheard(&self, who: Who, script: &str) -> Finished {
        let mut shell = self.command(who, "bash");
        run_unheard(shell.args(["-euc", script]), Path::new("/"))
    }

    /// Tells the emulator something by one of its admin routes.
    pub fn admin(&self, route: &str, body: &str) {
        let script = "import sys, urllib.request as u\n\
                      u.urlopen(u.Request(sys.argv[1], sys.argv[2].encode(), {'content-type': 'application/json'}))";
        let mut python = self.command(BUILDER, "/opt/conda/bin/python");
        python.args(["-Ic", script, &format!("{API}/_admin/{route}"), body]);
        run_unheard(&mut python, Path::new("/")).success();
    }

    /// What differs from the machine's own root was listed when the image was the `base` alone, and when it was `built`; the
    /// lines of that list and of today's that differ.
    pub fn changed_since(&self, moment: &str) -> Vec<String> {
        let then = std::fs::read_to_string(self.outside(&format!("/mnt/{moment}")));
        let (then, now) = (then.expect("a list"), self.differences());
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
        lines(&then)
            .symmetric_difference(&lines(&now))
            .cloned()
            .collect()
    }

    fn differences(&self) -> String {
        let mut list = self.enter();
        list.args(["sh", "/mnt/differences"]);
        run_unheard(&mut list, Path::new("/")).stdout
    }

    /// Every file of the image that is not the base's and holds a token; memory and homes are not the image's.
    pub fn files_with_tokens(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut folders = vec![self.outside("/mnt/upper")];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let kind = entry.file_type().expect("a file has a kind");
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_file()
                    && std::fs::read(entry.path()).is_ok_and(|text| holds_token(&text))
                {
                    found.push(entry.path());
                }
            }
        }
        found
    }

    /// Panics if a token has been seen where none may be.
    #[track_caller]
    pub fn assert_no_leak(&self) {
        assert_eq!(self.files_with_tokens(), Vec::<PathBuf>::new());
        let folders =
            ["/home", "/dev/shm", "/tmp"].map(|folder| self.outside(&format!("{ROOT}{folder}")));
        self.watch.assert_none(&self.transcript(), &folders, &[]);
    }

    fn outside(&self, path: &str) -> PathBuf {
        format!("/proc/{}/root{path}", self.emulator.id()).into()
    }

    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--target={}", self.emulator.id()))
            .args(["--mount", "--net"])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // The emulator ends with its stdin, and the namespaces with it.
        self.stdin.take();
        let _ = self.emulator.wait();
    }
}
