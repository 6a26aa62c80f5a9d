//! A scratch home: nothing of the machine's environment reaches the programs that run in it.

use super::leak_watch::LeakWatch;
use super::{binary_under_test, clients};
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// No client needs as long for packages of a kilobyte; a program that hangs fails its test instead of the run.
const TIME_LIMIT: Duration = Duration::from_secs(180);

/// A person's home for one test: a folder, a PATH, an environment, and what everything in it has printed.
pub struct Home {
    folder: TempDir,
    runtime: TempDir,
    environment: BTreeMap<OsString, OsString>,
    path: Vec<PathBuf>,
    transcript: Mutex<String>,
}

impl Home {
    /// An empty home whose PATH is `~/.local/bin` and the system's own folders, with the emulator's user's access key.
    pub fn new() -> Home {
        let folder = tempfile::Builder::new()
            .prefix("home-")
            .tempdir()
            .expect("a scratch home");
        // Each test its own: programs that keep secrets in memory-backed storage must not meet each other there.
        let memory = Path::new("/dev/shm");
        let runtime = if memory.is_dir() {
            TempDir::with_prefix_in("run-", memory)
        } else {
            TempDir::with_prefix("run-")
        };
        let runtime = runtime.expect("a scratch XDG_RUNTIME_DIR");
        std::fs::set_permissions(runtime.path(), PermissionsExt::from_mode(0o700))
            .expect("a private folder");
        let path = vec![
            folder.path().join(".local/bin"),
            "/usr/bin".into(),
            "/bin".into(),
        ];
        let home = Home {
            folder,
            runtime,
            environment: BTreeMap::new(),
            path,
            transcript: Mutex::default(),
        };
        let (folder, runtime) = (home.path().to_owned(), home.runtime.path().to_owned());
        home.env("HOME", folder)
            .env("XDG_RUNTIME_DIR", runtime)
            .env("LANG", "C.UTF-8")
            .env("AWS_ACCESS_KEY_ID", "AKIAEMULATOREXAMPLE")
            .env("AWS_SECRET_ACCESS_KEY", "emulator-secret-key")
            .env("AWS_REGION", "us-east-1")
            // A machine's metadata service is nobody's business here, and asking takes seconds where there is none.
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("UV_PYTHON_DOWNLOADS", "never")
            .env("NPM_CONFIG_UPDATE_NOTIFIER", "false")
    }

    /// Sets a variable for everything that runs in this home.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Home {
        self.environment
            .insert(name.into(), value.as_ref().to_owned());
        self
    }

    /// Leaves a variable unset for everything that runs in this home.
    pub fn without(mut self, name: &str) -> Home {
        self.environment.remove(OsStr::new(name));
        self
    }

    /// Puts a folder before all others on PATH.
    pub fn first_on_path(mut self, folder: impl Into<PathBuf>) -> Home {
        self.path.insert(0, folder.into());
        self
    }

    /// The home itself.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A place below the home.
    pub fn join(&self, below: impl AsRef<Path>) -> PathBuf {
        self.path().join(below)
    }

    /// The text of a file below the home.
    pub fn read(&self, below: impl AsRef<Path>) -> String {
        let path = self.join(below);
        std::fs::read_to_string(&path)
            .unwrap_or_else(|why| panic!("cannot read {}: {why}", path.display()))
    }

    /// Writes a file below the home, and the folders on the way to it.
    pub fn write(&self, below: impl AsRef<Path>, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.join(below);
        std::fs::create_dir_all(path.parent().expect("a folder above the file"))
            .expect("folders in the scratch home");
        std::fs::write(&path, text)
            .unwrap_or_else(|why| panic!("cannot write {}: {why}", path.display()));
        path
    }

    /// A virtual environment in this home with exactly the pip of a pinned client; its interpreter.
    pub fn venv_with_pip(&self, below: &str, client: &str) -> PathBuf {
        let venv = self.join(below);
        let from = clients::folder(client);
        self.run(
            self.command(from.join("bin/python"))
                .args(["-m", "venv", "--without-pip"])
                .arg(&venv),
        )
        .success();
        let copy = "import glob, shutil, sys, sysconfig\n\
                    for found in glob.glob(sys.argv[1] + '/lib/python*/site-packages/pip*'):\n    \
                    shutil.copytree(found, sysconfig.get_path('purelib') + '/' + found.rsplit('/', 1)[1])";
        let python = venv.join("bin/python");
        self.run(self.command(&python).args(["-c", copy]).arg(from))
            .success();
        python
    }

    /// A program that will run in this home with its environment alone.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .envs(&self.environment)
            .current_dir(self.path());
        command.env(
            "PATH",
            std::env::join_paths(&self.path).expect("no colon in a folder of PATH"),
        );
        command
    }

    /// Runs a program to its end, without a terminal to ask at. Panics when it takes minutes.
    pub fn run(&self, command: &mut Command) -> Finished {
        let finished = self.run_unheard(command);
        let mut transcript = self
            .transcript
            .lock()
            .expect("no test thread panicked in here");
        transcript.push_str(&finished.to_string());
        finished
    }

    /// Runs the binary under test in this home.
    pub fn studio_mirror<S: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Finished {
        self.run(self.command(binary_under_test()).args(arguments))
    }

    /// Like [`Home::run`], for a program whose very answer is a token: it stays out of the transcript.
    pub fn run_unheard(&self, command: &mut Command) -> Finished {
        run_unheard(command, self.path())
    }

    /// Everything that programs printed here, but for those run unheard.
    pub fn transcript(&self) -> String {
        self.transcript
            .lock()
            .expect("no test thread panicked in here")
            .clone()
    }

    /// The folders that belong to this home: itself, and its memory-backed storage.
    pub fn folders(&self) -> [PathBuf; 2] {
        [self.path().to_owned(), self.runtime.path().to_owned()]
    }

    /// Panics if a token was seen where none may be since the watch began; `token_free` are files below the home.
    #[track_caller]
    pub fn assert_no_leak(&self, watch: &LeakWatch, token_free: &[&str]) {
        let (transcript, folders) = (self.transcript(), self.folders());
        let files: Vec<PathBuf> = token_free.iter().map(|below| self.join(below)).collect();
        watch.assert_none(&transcript, &folders, &files);
    }
}

/// Runs a program to its end, without a terminal to ask at; `home` is written `~` in what is shown of it.
pub fn run_unheard(command: &mut Command, home: &Path) -> Finished {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(OsStr::to_string_lossy).collect();
    let what = words.join(" ").replace(&*home.to_string_lossy(), "~");
    let begun = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn();
    let mut child = child.unwrap_or_else(|why| panic!("cannot run {what}: {why}"));
    let stdout = read_to_end(child.stdout.take().expect("piped"));
    let stderr = read_to_end(child.stderr.take().expect("piped"));
    let status = wait_with_limit(&mut child, &what);
    let text = |reader: std::thread::JoinHandle<Vec<u8>>| {
        String::from_utf8_lossy(&reader.join().expect("a pipe is readable")).into_owned()
    };
    Finished {
        what,
        status,
        stdout: text(stdout),
        stderr: text(stderr),
        lasted: begun.elapsed(),
    }
}

fn read_to_end(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("a pipe is readable");
        bytes
    })
}

fn wait_with_limit(child: &mut Child, what: &str) -> ExitStatus {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("our own child can be waited for") {
            return status;
        }
        if begun.elapsed() > TIME_LIMIT {
            let group = rustix::process::Pid::from_child(child);
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
            panic!("still running after {TIME_LIMIT:?}: {what}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a program left when it ended.
#[derive(Debug)]
pub struct Finished {
    /// The command line, the home written `~`.
    pub what: String,
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    pub lasted: Duration,
}

impl Finished {
    /// What stdout says, whatever its lines are broken at.
    pub fn words(&self) -> String {
        let words: Vec<&str> = self.stdout.split_whitespace().collect();
        words.join(" ")
    }

    /// Its exit code; a signal has none.
    pub fn code(&self) -> i32 {
        self.status.code().unwrap_or(-1)
    }

    /// Panics with everything it printed unless it ended with 0.
    #[track_caller]
    pub fn success(self) -> Finished {
        self.exit(0)
    }

    /// Panics with everything it printed unless it ended with this code.
    #[track_caller]
    pub fn exit(self, code: i32) -> Finished {
        assert!(
            self.status.code() == Some(code),
            "expected exit {code}:\n{self}"
        );
        self
    }

    /// Panics with everything it printed if it ended with 0.
    #[track_caller]
    pub fn failure(self) -> Finished {
        assert!(!self.status.success(), "expected it to fail:\n{self}");
        self
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let end = match (self.status.code(), self.status.signal()) {
            (Some(code), _) => format!("exit {code}"),
            (None, signal) => format!("killed by signal {}", signal.unwrap_or_default()),
        };
        writeln!(f, "$ {}\n[{end} after {:.1?}]", self.what, self.lasted)?;
        writeln!(
            f,
            "--- stdout\n{}\n--- stderr\n{}",
            self.stdout.trim_end(),
            self.stderr.trim_end()
        )
    }
}
