//! What `login` remembers: what it was told, where each tool was sent, and what every changed file
//! held before. The file is private; the helper trusts it and nothing else.

mod file;
mod lives;

pub use file::refuse_home_kept_by_sudo;
pub use lives::TokenLife;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{anyhow, bail};
use serde::{Deserialize, Serialize};

use crate::endpoint::RepositoryEndpoint;
use crate::secret::Secret;
use crate::settings::Values;
use crate::token::TokenRequest;
use crate::tools::{AuthMode, Tool};

/// The one version of the file that this program knows.
const SCHEMA_VERSION: u32 = 2;

/// Everything remembered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    schema_version: u32,
    /// Values that a flag or a variable named.
    #[serde(default)]
    pub told: Values,
    /// Where each tool was sent.
    #[serde(default)]
    pub tools: BTreeMap<Tool, ToolLogin>,
    /// Where tokens are cached.
    #[serde(default)]
    pub cache: Option<PathBuf>,
    /// What was changed, by path.
    #[serde(default)]
    pub changes: BTreeMap<PathBuf, Change>,
    /// Folders that were made on the way, deleted by `logout` when empty.
    #[serde(default)]
    pub folders: BTreeSet<PathBuf>,
    /// How long the tokens in changed files live. Versions that do not know this drop it; the cache tells then.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    lives: BTreeMap<String, TokenLife>,
}

/// One tool's login.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ToolLogin {
    /// The repository, where this tool was told one of its own.
    pub told_repository: Option<String>,
    /// How it was told to authenticate, if it was.
    #[serde(default)]
    pub told_auth: Option<AuthMode>,
    /// How the tool authenticates.
    pub auth: AuthMode,
    /// The repository that it uses for everything, or for its one scope.
    pub main: RepositoryLogin,
    /// Those of `[[repository]]` beside it, in their order.
    #[serde(default)]
    pub extra: Vec<RepositoryLogin>,
    /// Whether it is not configured yet, since there was no token for its file: a busy account. Whoever keeps tokens
    /// fresh in the background logs it in.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub waits: bool,
}

impl ToolLogin {
    /// All of its repositories, the main one first.
    pub fn repositories(&self) -> impl Iterator<Item = &RepositoryLogin> {
        std::iter::once(&self.main).chain(&self.extra)
    }
}

/// One repository of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RepositoryLogin {
    /// What the tool's files call it.
    pub name: String,
    /// The repository.
    pub repository: String,
    /// The npm scope, where only one is served.
    pub namespace: Option<String>,
    /// Where its packages are.
    pub endpoint: RepositoryEndpoint,
    /// Which token opens it.
    pub token: TokenRequest,
}

/// Who a changed file belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A tool's configuration.
    Tool(Tool),
    /// The credential helper and what leads to it.
    Helper,
}

/// What became of one path.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Whom it was changed for; tools may share a file.
    pub parts: BTreeSet<Part>,
    /// What was done.
    #[serde(flatten)]
    pub kind: ChangeKind,
}

impl Change {
    /// The tokens in what we wrote, by the names of their requests.
    pub fn tokens(&self) -> impl Iterator<Item = (&String, &Secret)> {
        match &self.kind {
            ChangeKind::Text { tokens, .. } => Some(tokens),
            ChangeKind::Link { .. } => None,
        }
        .into_iter()
        .flatten()
    }
}

/// A change that can be taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum ChangeKind {
    /// A text was edited.
    Text {
        /// What stood there; `None` if there was no file.
        original: Option<Secret>,
        /// Its permission bits.
        original_mode: Option<u32>,
        /// What we wrote.
        written: Secret,
        /// The tokens in it, by the names of their requests: what `refresh` looks for, and replaces.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        tokens: BTreeMap<String, Secret>,
        /// The tokens that those replaced: a refresh killed on its way leaves them in the file.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        former_tokens: BTreeMap<String, Secret>,
        /// What an earlier login had written and this one replaced: a login killed on its way leaves it there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaced: Option<Secret>,
    },
    /// A symlink was made where nothing stood.
    Link {
        /// Where it points.
        target: PathBuf,
    },
}

impl Default for State {
    fn default() -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            told: Values::new(),
            tools: BTreeMap::new(),
            cache: None,
            changes: BTreeMap::new(),
            folders: BTreeSet::new(),
            lives: BTreeMap::new(),
        }
    }
}

impl State {
    /// Parses what [`State::write`] wrote.
    ///
    /// # Errors
    /// When it is something else, or another version's.
    pub fn parse(text: &[u8]) -> anyhow::Result<Self> {
        // serde_json's own sentence quotes the value at fault, and the state holds texts with tokens in them.
        let state: Self = serde_json::from_slice(text).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            anyhow!("line {line}, column {column}: not what this program writes")
        })?;
        if state.schema_version != SCHEMA_VERSION {
            bail!(
                "it has version {}; this program knows {SCHEMA_VERSION}",
                state.schema_version
            );
        }
        Ok(state)
    }

    /// Whether a tool is not configured for want of a token.
    pub fn waits(&self) -> bool {
        self.tools.values().any(|login| login.waits)
    }

    /// The tools that `path` was changed for.
    pub fn tools_of(&self, path: &Path) -> BTreeSet<Tool> {
        let parts = self.changes.get(path).map(|change| &change.parts);
        let parts = parts.into_iter().flatten();
        parts
            .filter_map(|part| match part {
                Part::Tool(tool) => Some(*tool),
                Part::Helper => None,
            })
            .collect()
    }

    /// What a login wrote at `path`.
    pub fn written(&self, path: &Path) -> Option<&str> {
        match &self.changes.get(path)?.kind {
            ChangeKind::Text { written, .. } => Some(written.expose()),
            ChangeKind::Link { .. } => None,
        }
    }

    /// The paths that were changed for `part`.
    pub fn paths_of(&self, part: Part) -> Vec<PathBuf> {
        let changes = self.changes.iter();
        changes
            .filter(|(_, change)| change.parts.contains(&part))
            .map(|(path, _)| path.clone())
            .collect()
    }

    /// Tools that ask the helper by the name `keyring`.
    pub fn helper_tools(&self) -> impl Iterator<Item = (Tool, &ToolLogin)> {
        self.tools
            .iter()
            .filter(|(tool, login)| tool.asks_keyring(login))
            .map(|(tool, login)| (*tool, login))
    }
}
