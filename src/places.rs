//! Where things live in a user's home and on the machine.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::anyhow;

use crate::error::with_hint;

/// Configuration for all users, written by root alone.
pub const SYSTEM_CONFIG: &str = "/etc/studio-mirror/config.toml";

/// Our own folder for all users' programs and links, by the Filesystem Hierarchy Standard, 4.9.
const SYSTEM_DATA: &str = "/usr/local/lib/studio-mirror";

/// What Linux puts behind the path of a program whose file was deleted or replaced while it runs (proc_pid_exe(5)).
const DELETED: &str = " (deleted)";

/// This program's own file, for files and links that name it; found once. To be asked for before a wait in which another version
/// may take its place: the path is then the other's.
///
/// # Errors
/// When no file stands at that path any more.
pub fn this_program() -> anyhow::Result<&'static Path> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| match std::env::current_exe() {
        Ok(path) => in_place(path),
        Err(error) => Err(format!("cannot find this program's own file: {error}")),
    });
    found.as_deref().map_err(|why| {
        let hint = "install it, then run the same again";
        with_hint(anyhow!(why.clone()), hint)
    })
}

/// Where the program at `path` is: a newer one may stand in its place.
fn in_place(path: PathBuf) -> Result<PathBuf, String> {
    let text = path.as_os_str().as_bytes();
    let Some(before) = text.strip_suffix(DELETED.as_bytes()) else {
        return Ok(path);
    };
    let stripped = PathBuf::from(OsStr::from_bytes(before));
    match (path.is_file(), stripped.is_file()) {
        (true, _) => Ok(path),
        (false, true) => Ok(stripped),
        (false, false) => Err(format!(
            "this program's own file `{}` was deleted while it runs",
            stripped.display()
        )),
    }
}

/// Whose places they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One user's.
    User,
    /// All users' of the machine or the image: root's to write, everybody's to read.
    System,
}

impl Scope {
    /// Permission bits of a folder that is made.
    pub fn folder_mode(self) -> u32 {
        match self {
            Scope::User => 0o700,
            Scope::System => 0o755,
        }
    }

    /// Our command `name` for the same places, as it is typed.
    pub fn command(self, name: &str) -> String {
        match self {
            Scope::User => format!("studio-mirror {name}"),
            Scope::System => format!("studio-mirror {name} --system"),
        }
    }
}

/// The folders of the user who runs us, by the XDG base directory rules; or those of the machine.
#[derive(Clone, Debug)]
pub struct Places {
    /// Whose they are.
    pub scope: Scope,
    /// `$HOME`, else the home that /etc/passwd tells.
    pub home: PathBuf,
    /// `$XDG_CONFIG_HOME`, `~/.config`
    pub config: PathBuf,
    /// Our own folder below `~/.local/state`. Not below `$XDG_STATE_HOME`: what lies here tells the helper whom
    /// to trust, and a project's environment must not lead it elsewhere.
    pub state: PathBuf,
    /// For tokens where there is no storage in memory: a folder of their own below
    /// `$XDG_CACHE_HOME`, `~/.cache`, since it must be closed to others.
    pub cache: PathBuf,
    /// Our own folder below `$XDG_DATA_HOME`, `~/.local/share`.
    pub data: PathBuf,
    /// `~/.local/bin`
    pub bin: PathBuf,
}

impl Places {
    /// Finds them.
    ///
    /// # Errors
    /// When the user has no home folder at all.
    pub fn find() -> anyhow::Result<Self> {
        let home = dirs::home_dir()
            .filter(|home| home.is_absolute())
            .ok_or_else(|| {
                with_hint(
                    anyhow!(
                        "HOME is not set to a folder, and /etc/passwd names none for this user"
                    ),
                    "set it: HOME=/home/sagemaker-user studio-mirror …",
                )
            })?;
        let or = |found: Option<PathBuf>, usual: &str| found.unwrap_or_else(|| home.join(usual));
        let own = |base: PathBuf| base.join("studio-mirror");
        Ok(Self {
            scope: Scope::User,
            config: or(dirs::config_dir(), ".config"),
            state: own(home.join(".local/state")),
            cache: own(or(dirs::cache_dir(), ".cache")).join("tokens"),
            data: own(or(dirs::data_dir(), ".local/share")),
            bin: home.join(".local/bin"),
            home,
        })
    }

    /// Those of a process that has no home: what is asked of them does not exist.
    pub fn of_nobody() -> Self {
        let nowhere = PathBuf::from("/nonexistent");
        Self {
            scope: Scope::User,
            config: nowhere.join(".config"),
            state: nowhere.join(".local/state/studio-mirror"),
            cache: nowhere.join(".cache/studio-mirror/tokens"),
            data: nowhere.join(".local/share/studio-mirror"),
            bin: nowhere.join(".local/bin"),
            home: nowhere,
        }
    }

    /// Those of the machine, for `login --system`. No token is kept there.
    pub fn of_system() -> Self {
        let data = PathBuf::from(SYSTEM_DATA);
        Self {
            scope: Scope::System,
            config: "/etc".into(),
            state: "/var/lib/studio-mirror".into(),
            bin: data.join("bin"),
            data,
            ..Self::of_nobody()
        }
    }

    /// The folder of links by which this program is called as a token helper.
    pub fn helpers(&self) -> PathBuf {
        self.data.join("bin")
    }

    /// The user's own configuration file.
    pub fn user_config(&self) -> PathBuf {
        self.config.join("studio-mirror/config.toml")
    }

    /// `first` if it is there, else `otherwise`: where a tool reads a second place only while the first is empty.
    pub fn either(first: PathBuf, otherwise: PathBuf) -> PathBuf {
        if first.exists() { first } else { otherwise }
    }

    /// `path` with the home written as `~`, for people.
    pub fn shown(&self, path: &Path) -> String {
        match path.strip_prefix(&self.home) {
            Ok(below) => format!("~/{}", below.display()),
            Err(_) => path.display().to_string(),
        }
    }
}
