//! A Studio space in namespaces of its own: the user, the folders, the environment and the network of the real one.

use super::home::{Finished, run_unheard};
use super::leak_watch::{LeakWatch, holds_token};
use super::packages::Packages;
use super::{binary_under_test, checkout, clients, emulator_binary, tell_skipped};
use std::io::{BufRead, BufReader};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::Mutex;

/// The home in the space.
pub const HOME: &str = "/home/sagemaker-user";
/// The API, as seen in the space.
pub const API: &str = "http://127.0.0.1:8080";
/// An API that no packet comes back from.
pub const DEAD_API: &str = "https://10.255.255.1";
/// Where the space keeps the lifecycle script as it is in the checkout.
pub const LIFECYCLE: &str = "/mnt/image/on-start.sh";

/// Where the emulator hands out the role's credentials.
pub const CREDENTIALS: &str = "/_sagemaker-instance-credentials/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A running space, with the emulator in it; gone with this value.
pub struct Space {
    emulator: Child,
    stdin: Option<ChildStdin>,
    _packages: Packages,
    watch: LeakWatch,
    transcript: Mutex<String>,
}

/// Whether the machine lets us make namespaces; says loudly when not, for the test to be skipped.
pub fn possible() -> bool {
    let able = rustix::process::geteuid().is_root()
        && ["unshare", "nsenter", "setpriv", "ip"].iter().all(|tool| {
            Command::new(tool)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok()
        })
        && Command::new("unshare")
            .args(["--mount", "--net", "true"])
            .status()
            .is_ok_and(|status| status.success());
    if !able {
        tell_skipped(
            "a Studio space",
            "making namespaces needs root, util-linux and iproute2",
        );
    }
    able
}

impl Space {
    /// A space whose image has studio-mirror in /usr/local/bin.
    pub fn open() -> Space {
        Space::with_binary(Some(&binary_under_test()))
    }

    /// A space whose image has this program as /usr/local/bin/studio-mirror, or none.
    pub fn with_binary(binary: Option<&Path>) -> Space {
        let packages = Packages::build();
        let watch = LeakWatch::start(Path::new(HOME));
        let python = clients::base_python();
        let mut unshare = Command::new("unshare");
        unshare
            .args(["--mount", "--net", "bash"])
            .arg(checkout().join("tests/support/studio_space.sh"));
        unshare
            .arg(clients::folder("conda"))
            .arg(clients::bin("uv-newest").join("uv"))
            .arg(clients::bin("aws").join("aws"));
        unshare
            .arg(binary.unwrap_or(Path::new("-")))
            .arg(emulator_binary())
            .arg(packages.path());
        unshare
            .arg(checkout().join("lifecycle/on-start.sh"))
            .arg("--")
            .arg(clients::all());
        unshare.arg(
            python
                .ancestors()
                .nth(2)
                .expect("an interpreter is in PREFIX/bin"),
        );
        let mut emulator = unshare
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("unshare runs");
        let mut ready = String::new();
        let stdout = emulator.stdout.take().expect("piped");
        BufReader::new(stdout)
            .read_line(&mut ready)
            .expect("a pipe is readable");
        assert!(
            ready.starts_with("{\"") && ready.contains(API),
            "the space did not come up: {ready:?}"
        );
        let stdin = emulator.stdin.take();
        Space {
            emulator,
            stdin,
            _packages: packages,
            watch,
            transcript: Mutex::default(),
        }
    }

    /// A program run by the space's user with the environment that Studio gives, not yet started.
    pub fn command(&self, program: &str) -> Command {
        self.command_with(program, &[("HOME", HOME)])
    }

    /// Like [`Space::command`], with other variables in place of HOME.
    pub fn command_with(&self, program: &str, variables: &[(&str, &str)]) -> Command {
        let mut command = self.enter();
        command.args([
            "setpriv",
            "--reuid",
            "1000",
            "--regid",
            "100",
            "--clear-groups",
            "--no-new-privs",
        ]);
        command.args([
            "--inh-caps=-all",
            "--bounding-set=-all",
            "env",
            "-i",
            "-C",
            HOME,
        ]);
        command.arg(format!(
            "PATH=/opt/conda/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:{HOME}/.local/bin"
        ));
        command.args([
            "LANG=C.UTF-8",
            "SHELL=/bin/bash",
            "USER=sagemaker-user",
            "AWS_REGION=us-east-1",
        ]);
        command.arg("AWS_DEFAULT_REGION=us-east-1");
        command.arg(format!(
            "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI={CREDENTIALS}"
        ));
        command.args(
            variables
                .iter()
                .map(|(name, value)| format!("{name}={value}")),
        );
        command.arg(program);
        command
    }

    /// Runs it to its end and remembers what it printed.
    pub fn run(&self, command: &mut Command) -> Finished {
        let finished = run_unheard(command, Path::new(HOME));
        self.transcript
            .lock()
            .expect("no test thread panicked in here")
            .push_str(&finished.to_string());
        finished
    }

    /// A shell script, run by the space's user.
    pub fn sh(&self, script: &str) -> Finished {
        self.run(self.command("bash").args(["-euc", script]))
    }

    /// The lifecycle script as an administrator fills it in, run as Studio runs it.
    pub fn start(&self) -> Finished {
        let filled = format!("{HOME}/on-start.sh");
        self.sh(&format!(
            "sed \"s/^domain=''/domain='corp'/; s/^repository=''/repository='team'/\" {LIFECYCLE} >{filled}; chmod +x {filled}"
        ))
        .success();
        self.run(&mut self.command(&filled))
    }

    /// A shell script, run by root in the space: what the image or the volume is like.
    pub fn root(&self, script: &str) -> Finished {
        let mut shell = self.enter();
        run_unheard(shell.args(["bash", "-euc", script]), Path::new(HOME)).success()
    }

    /// Puts a program of the space's user at `path`.
    pub fn put_program(&self, path: &str, program: &[u8]) {
        let outside = self.outside(path);
        let folder = outside.parent().expect("a folder above the file");
        // As its owner, so that no folder on the way is root's.
        self.sh(&format!("mkdir -p \"$(dirname {path})\""))
            .success();
        assert!(folder.is_dir(), "{path} is in the space");
        // Never written in place: it may be running.
        let new = outside.with_extension("put");
        std::fs::write(&new, program).expect("a file in the space");
        std::fs::set_permissions(&new, PermissionsExt::from_mode(0o755)).expect("a mode");
        std::os::unix::fs::chown(&new, Some(1000), Some(100)).expect("root gives files away");
        std::fs::rename(&new, &outside).expect("a file in the space");
    }

    /// The user's configuration file: the space has no private DNS, so it names the API.
    pub fn configure_api(&self, api: &str) {
        self.sh(&format!(
            "mkdir -p ~/.config/studio-mirror; echo 'api_endpoint = \"{api}\"' >~/.config/studio-mirror/config.toml"
        ))
        .success();
    }

    /// Tells the emulator something by one of its admin routes; asks it if there is nothing to tell.
    pub fn admin(&self, route: &str, body: &str) -> String {
        let script = "import sys, urllib.request as u\n\
                      print(u.urlopen(u.Request(sys.argv[1], sys.argv[2].encode() or None, {'content-type': 'application/json'})).read().decode())";
        let mut python = self.enter();
        python
            .args(["/opt/conda/bin/python", "-Ic", script])
            .arg(format!("{API}/_admin/{route}"))
            .arg(body);
        run_unheard(&mut python, Path::new(HOME)).success().stdout
    }

    /// Ends all faults of the emulator.
    pub fn end_faults(&self) {
        let script =
            "import sys, urllib.request as u\nu.urlopen(u.Request(sys.argv[1], method='DELETE'))";
        let mut python = self.enter();
        python.args(["/opt/conda/bin/python", "-Ic", script]);
        python.arg(format!("{API}/_admin/faults"));
        run_unheard(&mut python, Path::new(HOME)).success();
    }

    /// The token that the helper gives out now.
    pub fn token(&self) -> String {
        let url = format!("{API}/pypi/d/corp-111122223333/team/simple/");
        let mut helper = self.command("studio-mirror");
        let answer = run_unheard(
            helper.args(["keyring", "get", &url, "aws"]),
            Path::new(HOME),
        )
        .success();
        let token = answer.stdout.trim().to_owned();
        assert!(
            holds_token(token.as_bytes()),
            "the watch for leaks would not know this for a token"
        );
        token
    }

    /// Whether the emulator's package index still takes the token.
    pub fn accepts(&self, token: &str) -> bool {
        let script = "import sys, urllib.request as u, urllib.error as e\n\
                      request = u.Request(sys.argv[1], headers={'authorization': 'Bearer ' + sys.stdin.read()})\n\
                      try: u.urlopen(request)\n\
                      except e.HTTPError as error: sys.exit({401: 1}.get(error.code, 2))";
        let mut python = self.enter();
        python.args(["/opt/conda/bin/python", "-Ic", script]);
        python.arg(format!(
            "{API}/pypi/d/corp-111122223333/team/simple/mirror-words/"
        ));
        let mut python = python.stdin(Stdio::piped()).spawn().expect("nsenter runs");
        let mut stdin = python.stdin.take().expect("piped");
        std::io::Write::write_all(&mut stdin, token.as_bytes()).expect("Python reads");
        drop(stdin);
        match python.wait().expect("our own child").code() {
            Some(0) => true,
            Some(1) => false,
            other => panic!("the index answered neither 200 nor 401 ({other:?})"),
        }
    }

    /// The text of a file in the space.
    pub fn read(&self, path: &str) -> String {
        let path = self.outside(path);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|why| panic!("cannot read {}: {why}", path.display()))
    }

    /// Panics if a token has been seen where none may be; `token_free` are files in the space.
    #[track_caller]
    pub fn assert_no_leak(&self, token_free: &[&str]) {
        let transcript = self
            .transcript
            .lock()
            .expect("no test thread panicked in here")
            .clone();
        let folders = ["/home", "/dev/shm", "/tmp"].map(|folder| self.outside(folder));
        let files: Vec<PathBuf> = token_free.iter().map(|file| self.outside(file)).collect();
        self.watch.assert_none(&transcript, &folders, &files);
    }

    /// A place in the space, as a path outside of it.
    pub fn outside(&self, path: &str) -> PathBuf {
        let mut outside = format!("/proc/{}/root", self.emulator.id()).into_bytes();
        outside.extend(path.as_bytes());
        PathBuf::from(std::ffi::OsStr::from_bytes(&outside))
    }

    /// Ends all that runs in the space, as the end of its container does; the home outlives it.
    pub fn end_what_stayed(&self) {
        for pid in self.processes() {
            let pid = rustix::process::Pid::from_raw(pid).expect("a process id");
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
    }

    /// Whether a process of the space has this as one of its words.
    pub fn runs(&self, word: &str) -> bool {
        self.processes().any(|pid| {
            let words = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            words
                .split(|byte| *byte == 0)
                .any(|known| known == word.as_bytes())
        })
    }

    /// The processes of the space, but for the emulator.
    fn processes(&self) -> impl Iterator<Item = i32> {
        let namespace = |pid: i32| std::fs::read_link(format!("/proc/{pid}/ns/mnt")).ok();
        let own = self.emulator.id().cast_signed();
        let ours = namespace(own);
        let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
        let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        pids.filter(move |pid| *pid != own && ours.is_some() && namespace(*pid) == ours)
    }

    fn enter(&self) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--target={}", self.emulator.id()))
            .args(["--mount", "--net"]);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        self.end_what_stayed();
        // The emulator ends with its stdin, and the namespaces with it.
        self.stdin.take();
        let _ = self.emulator.wait();
    }
}
