//! What the tools on this machine really use, and what of this machine they depend on.

use crate::refresh::Running;
use crate::secret::Secret;
use crate::tools::effective::links::Link;
use crate::tools::effective::npm::NpmSettings;
use crate::tools::effective::pip::PipSettings;
use crate::tools::effective::uv::UvSettings;
use crate::tools::effective::{Address, BadFile, Origin, Sourced};
use crate::tools::{AuthMode, Tool};

/// The tools that are logged in and installed, and what they depend on.
#[derive(Clone, Debug, Default)]
pub struct ToolsSeen {
    /// pip.
    pub pip: Option<ToolSeen<PipSettings>>,
    /// uv.
    pub uv: Option<ToolSeen<UvViews>>,
    /// npm.
    pub npm: Option<ToolSeen<NpmSettings>>,
    /// The others.
    pub others: Vec<OtherSeen>,
    /// Every `keyring` that one of them runs.
    pub keyrings: Vec<KeyringSeen>,
    /// What keeps the Python package keyring from us, where a tool needs it.
    pub backend: Option<Result<String, NoBackend>>,
    /// Files, ages, the background process.
    pub machine: MachineSeen,
    /// Tools that are asked for by name and cannot be looked at, and why.
    pub strangers: Vec<(Tool, String)>,
}

impl ToolsSeen {
    /// Why `tool`, which is asked for by name, cannot be looked at.
    pub fn stranger(&self, tool: Tool) -> Option<&str> {
        let found = self
            .strangers
            .iter()
            .find(|(stranger, _)| *stranger == tool);
        found.map(|(_, why)| why.as_str())
    }

    /// The tokens in the tools' own files, where they count.
    pub fn held(&self) -> impl Iterator<Item = (Tool, &Held)> {
        let pip = self.pip.as_ref().and_then(|pip| pip.held.as_ref());
        let uv = self.uv.as_ref().and_then(|uv| uv.held.as_ref());
        let npm = self.npm.as_ref().and_then(|npm| npm.held.as_ref());
        let main = [(Tool::Pip, pip), (Tool::Uv, uv), (Tool::Npm, npm)];
        let others = self
            .others
            .iter()
            .flat_map(|other| other.held.iter().map(|held| (other.tool, held)));
        main.into_iter()
            .filter_map(|(tool, held)| Some((tool, held?)))
            .chain(others)
    }
}

/// What keeps the Python package keyring from us.
#[derive(Clone, Debug)]
pub enum NoBackend {
    /// Another backend is chosen, or none.
    Chosen(Sourced<String>),
    /// All users are set up, and the tool's Python, at this prefix, is not.
    NotInstalled(Tool, String),
}

/// What uv uses, by the kind of command.
#[derive(Clone, Debug)]
pub struct UvViews {
    /// `uv add`, `uv sync`, `uv run`.
    pub project: UvSettings,
    /// `uv pip`.
    pub pip: UvSettings,
    /// The login in ~/.netrc that it takes before it asks the helper.
    pub netrc: Option<Held>,
    /// The login in its own store that it takes before it asks the helper.
    pub store: Option<Held>,
}

/// A tool of which login's files, the variables and the project's file are looked at.
#[derive(Clone, Debug)]
pub struct OtherSeen {
    /// Which.
    pub tool: Tool,
    /// The program.
    pub program: Program,
    /// What its login said.
    pub login: LoginSeen,
    /// What wins over its files: the setting, and who says so.
    pub wins: Option<Sourced<String>>,
    /// What is wrong with its own files, if anything.
    pub trouble: Option<String>,
    /// The tokens in its files.
    pub held: Vec<Held>,
}

/// A `keyring` on PATH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyringSeen {
    /// Where it is, as people see it; `None` where there is none.
    pub path: Option<String>,
    /// The tools that run it.
    pub tools: Vec<Tool>,
    /// What it is.
    pub kind: KeyringKind,
}

/// What a `keyring` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyringKind {
    /// studio-mirror.
    Ours,
    /// Another program, which gives the token.
    Answers,
    /// Another program, which gives something else.
    SomethingElse,
    /// Another program, which gives nothing.
    Silent,
    /// There is none.
    Missing,
}

/// What of this machine the tools depend on.
#[derive(Clone, Debug, Default)]
pub struct MachineSeen {
    /// Files with secrets that others may read, as people see them, with their modes.
    pub wide: Vec<(String, u32)>,
    /// Tokens of CodeArtifact that no login of ours has written.
    pub old_tokens: Vec<Origin>,
    /// The tools whose tokens stand in files, and how old these are where that is known.
    pub ages: Vec<(Tool, Option<Life>)>,
    /// From when to when a token is good at most that the last login or renewal wrote.
    pub last_written: Option<Life>,
    /// The process that renews tokens in files; `None` where no file holds one.
    pub daemon: Option<Running>,
    /// How the lifecycle configuration's last run went; `None` outside of Studio.
    pub lifecycle: Option<LifecycleSeen>,
}

/// What is left of the lifecycle configuration's last run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LifecycleSeen {
    /// Its log on this disk, as people see it.
    pub log: String,
    /// What it says, if it is there.
    pub text: Option<String>,
    /// The stream of CloudWatch that has all of it, in /aws/sagemaker/studio.
    pub stream: Option<String>,
}

/// A tool and its merged settings.
#[derive(Clone, Debug)]
pub struct ToolSeen<Settings> {
    /// The program.
    pub program: Program,
    /// What its login said.
    pub login: LoginSeen,
    /// What it uses, or the file that it refuses.
    pub settings: Result<Settings, BadFile>,
    /// The indexes beside ours.
    pub beside: Vec<Beside>,
    /// The token in the address that it uses, or in its file.
    pub held: Option<Held>,
    /// What stands between it and the repository, and why nothing comes of it, where it was tried.
    pub links: Vec<LinkSeen>,
}

/// What a tool's own settings put between it and the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSeen {
    /// The setting; `None` where it is what the tool does with nobody's help.
    pub link: Option<Link>,
    /// Why the repository is not reached by it.
    pub trouble: Option<String>,
    /// Where its CAs are not enough: the file of the system's store, if those in it are.
    pub store: Option<String>,
}

/// A program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    /// Where it is, as people see it.
    pub path: String,
    /// Its version, where that could be told.
    pub version: Option<String>,
    /// Whether studio-mirror stands before it on PATH under its name.
    pub is_behind_us: bool,
    /// Whether the Python package keyring is installed beside it.
    pub has_keyring: bool,
    /// Whether a Python before 3.10 runs it.
    pub is_of_old_python: bool,
}

impl Program {
    /// Whether it is of this version or newer; `None` where that is not known.
    pub fn is_at_least(&self, major: u32, minor: u32) -> Option<bool> {
        let mut parts = self.version.as_deref()?.split(['.', '-', '+']);
        let mut number = || parts.next()?.parse::<u32>().ok();
        let own = (number()?, number().unwrap_or(0));
        Some(own >= (major, minor))
    }

    /// Whether it, being pip, trusts the system's store: from 24.2 on, by a Python of 3.10 or newer.
    pub fn trusts_system(&self) -> Option<bool> {
        Some(self.is_at_least(24, 2)? && !self.is_of_old_python)
    }
}

/// What a tool's login said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoginSeen {
    /// How it gets its token.
    pub auth: AuthMode,
    /// The repository endpoint that is its main one.
    pub endpoint: String,
    /// Those of `[[repository]]` beside it.
    pub extra: Vec<String>,
    /// Whether a link to studio-mirror before it on PATH gives it its token: root's way for who asks no helper.
    pub is_shimmed: bool,
    /// The scope of npm's kin that is served from there, instead of everything.
    pub namespace: Option<String>,
    /// The file that login wrote for it, as people see it.
    pub file: String,
}

impl LoginSeen {
    /// Whether `address` is one of the login's, with `tail` behind the endpoint.
    pub fn is_ours(&self, address: &Address, tail: &str) -> bool {
        let mut all = std::iter::once(&self.endpoint).chain(&self.extra);
        all.any(|endpoint| address.same_place(&format!("{endpoint}{tail}")))
    }
}

/// An index beside ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Where it is, without a login.
    pub url: String,
    /// Who names it.
    pub origin: Origin,
    /// Why it does not answer; `Ok` if it does, `None` if nobody asked.
    pub answers: Option<Result<(), String>>,
}

/// From when to when a token is good, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Life {
    /// When it was made.
    pub begins: u64,
    /// When CodeArtifact will refuse it.
    pub ends: u64,
}

impl Life {
    /// Whether more than half of it is left.
    pub fn is_young(self, now: u64) -> bool {
        now < self.begins + self.ends.saturating_sub(self.begins) / 2
    }
}

/// A token that stands in a file or a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The token.
    pub token: Secret,
    /// Where it stands.
    pub origin: Origin,
    /// Whether it is one that we wrote.
    pub is_ours: bool,
    /// From when to when it is good, where that is known.
    pub life: Option<Life>,
    /// How the repository answers to it; `None` if nobody asked.
    pub answer: Option<u16>,
}
