//! What every package client has in common: which files it reads, and what we do with their text.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;

use super::{AuthMode, ProjectFiles, ShimFile, SystemWide, Tool, WinningFile};
use crate::edit::SyntaxError;
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;
use crate::token::TokenRequest;

/// A package client. One file of this folder each; no state, no I/O.
pub trait Client: Sync {
    /// Its `--tool` name.
    fn name(&self) -> &'static str;

    /// The format it reads.
    fn format(&self) -> Format;

    /// How it authenticates unless told otherwise: by the credential helper where it has a protocol for one.
    fn usual_auth(&self) -> AuthMode;

    /// Whether one of its files can hold a token that goes to one address alone.
    fn takes_token_in_file(&self) -> bool {
        true
    }

    /// The files that hold its configuration for this user, the one to show first: that with the token, where one has it.
    fn files(
        &self,
        places: &Places,
        environment: &BTreeMap<String, String>,
        auth: AuthMode,
    ) -> Vec<ToolFile>;

    /// Files that a login leaves alone and that win over those it edits.
    fn winning_files(
        &self,
        _places: &Places,
        _environment: &BTreeMap<String, String>,
    ) -> Vec<WinningFile> {
        Vec::new()
    }

    /// Links to this program that its files name.
    fn links(&self, _registries: &[Registry]) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Variables that win over its files.
    fn overriding_variables(&self) -> &'static [&'static str] {
        &[]
    }

    /// Variables that set another index beside the one in its files: a package of an internal name
    /// that somebody publishes there is then taken for ours.
    fn adding_variables(&self) -> &'static [&'static str] {
        &[]
    }

    /// What a scope is to this tool, where `scope` (without its `@`) is none: it would spoil the file.
    fn broken_scope_rule(&self, _scope: &str) -> Option<&'static str> {
        None
    }

    /// A tool that takes this one's entries in a file for its own, and a sentence about it.
    fn misleads(&self) -> Option<(Tool, &'static str)> {
        None
    }

    /// How it authenticates by its environment alone, where it can: [`AuthMode::Token`] where a variable holds the
    /// token, [`AuthMode::Helper`] where variables can only send it to the helper.
    fn environment_auth(&self) -> Option<AuthMode> {
        None
    }

    /// What `exec` puts into the environment of its child; `registries` as for [`Editor::configure`], each with its token.
    fn environment(&self, _registries: &[Registry]) -> Vec<(String, Secret)> {
        Vec::new()
    }

    /// Whether a variable's name can tell it the registry of `scope` (without its `@`).
    fn environment_takes_scope(&self, _scope: &str) -> bool {
        true
    }

    /// Variables with a user or a password of somebody's own that would be sent where [`Client::environment`] leads it:
    /// `exec` takes them out.
    fn foreign_logins(&self, _registries: &[Registry]) -> Vec<String> {
        Vec::new()
    }

    /// How it is set up for all users of a machine (`login --system`); `None` where it takes that from each user alone.
    fn system(&self) -> Option<SystemWide> {
        None
    }

    /// The file that a variable names to a command behind one of our shims: its tokens stand there, and in no variable.
    fn shim_file(&self) -> Option<ShimFile> {
        None
    }

    /// Whether what a shim hands on can tell the registry of a scope.
    fn shims_take_scopes(&self) -> bool {
        true
    }

    /// What a project, or the user, can say that [`Client::environment`] would win over, or be given away by.
    fn project_files(&self) -> Option<ProjectFiles> {
        None
    }

    /// Whether these arguments send what a variable holds elsewhere than to `url`.
    fn leads_elsewhere(&self, _arguments: &[OsString], _url: &str) -> bool {
        false
    }
}

/// The file or folder that a variable names. A relative path is none: it would lead elsewhere from each folder.
pub fn path_in(environment: &BTreeMap<String, String>, variable: &str) -> Option<PathBuf> {
    let path = environment.get(variable)?;
    path.starts_with('/').then(|| PathBuf::from(path))
}

/// A file of a tool.
#[derive(Clone)]
pub struct ToolFile {
    /// Where it is.
    pub path: PathBuf,
    /// How it is edited.
    pub editor: &'static dyn Editor,
}

/// What is done with the text of one kind of file. Several tools may share a file: an editor leaves
/// the others' entries alone.
pub trait Editor: Sync {
    /// Puts `registries` into the text: the main one first, those of `[[repository]]` behind it. None of them: the
    /// text as it is.
    ///
    /// # Errors
    /// Where the tool itself would not read the text, or would read the edit differently.
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError>;

    /// Takes what we wrote for the endpoints `urls` out of the text.
    ///
    /// # Errors
    /// As [`Editor::configure`].
    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError>;

    /// What the text says about the endpoint `url`.
    ///
    /// # Errors
    /// As [`Editor::configure`].
    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError>;

    /// Whether a name that our token is kept by, in this text or in another file of the tool, stands here for an address at a
    /// host that none of `urls` is at: for tools that keep tokens apart from addresses.
    ///
    /// # Errors
    /// As [`Editor::configure`].
    fn leads_astray(&self, _text: &str, _urls: &[&str]) -> Result<bool, SyntaxError> {
        Ok(false)
    }

    /// The program that the text has asked for the token of the endpoint `url`, where it names one by its path.
    fn program(&self, _text: &str, _url: &str) -> Option<PathBuf> {
        None
    }
}

/// How a tool gets its token.
#[derive(Debug, Clone, Copy)]
pub enum Auth<'a> {
    /// The tool asks the credential helper; the file holds no token.
    Helper,
    /// The token is in the file.
    Token(&'a Secret),
}

/// A CodeArtifact repository that a tool is to use.
#[derive(Debug, Clone, Copy)]
pub struct Registry<'a> {
    /// What files call it; unique among a tool's registries.
    pub name: &'a str,
    /// The repository endpoint, ending in `/`.
    pub url: &'a str,
    /// How the tool proves who it is.
    pub auth: Auth<'a>,
    /// npm's family and Swift only: the scope (`@acme` or `acme`) that is served from here, instead of everything.
    pub namespace: Option<&'a str>,
    /// Which token opens it.
    pub request: &'a TokenRequest,
    /// Where we are, for files that name us.
    pub installed: Installed<'a>,
    /// The file as the last login wrote it, for what is to be called as it was; `None` at the first.
    pub before: Option<&'a str>,
}

/// Where this program and the links to it are: absolute paths.
#[derive(Debug, Clone, Copy)]
pub struct Installed<'a> {
    /// The program itself.
    pub program: &'a str,
    /// The folder of links by which it is called as another (pnpm's token helpers).
    pub helpers: &'a str,
}

/// An edited text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// The file's new text.
    pub text: String,
    /// What the file's owner should know, one sentence each, without any secret.
    pub warnings: Vec<String>,
}

impl Configured {
    /// `text` as it is.
    pub fn unchanged(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            warnings: Vec::new(),
        }
    }
}

/// What a tool's file says about one repository endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The tool does not use this endpoint.
    NotConfigured,
    /// It names this endpoint, and yet what follows from it is not what a login wants, which mends it: what is amiss, as the
    /// beginning of a sentence, without any secret.
    Amiss(String),
    /// Nothing needs to stand here: another file of the tool says it, and this one says nothing against it.
    Unneeded,
    /// The tool uses it; its login stands in another of its files.
    Address,
    /// The tool uses it and asks the credential helper.
    Helper,
    /// The tool uses it with this token.
    Token(Secret),
}
