//! What each tool's configuration file must say, one module a tool: text in, text out, no I/O and no environment.

pub mod keyringrc;
pub mod npm;
pub mod pip;
mod tool;
mod url;
pub mod uv;

pub use tool::{AuthMode, Tool};

use crate::secret::Secret;

/// How a tool gets its token.
#[derive(Debug, Clone, Copy)]
pub enum Auth<'a> {
    /// The tool asks the credential helper; the file holds no token.
    Helper,
    /// The token is in the file.
    Token(&'a Secret),
}

/// The CodeArtifact repository a tool is to use.
#[derive(Debug, Clone, Copy)]
pub struct Registry<'a> {
    /// The repository endpoint, ending in `/`.
    pub url: &'a str,
    /// How the tool proves who it is.
    pub auth: Auth<'a>,
    /// npm only: the scope (`@acme` or `acme`) that is served from here, instead of everything.
    pub namespace: Option<&'a str>,
}

/// An edited file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configured {
    /// The file's new text.
    pub text: String,
    /// What the file's owner should know, one sentence each, without any secret.
    pub warnings: Vec<String>,
}

/// What a tool's file says about one repository endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// The tool does not use this endpoint.
    NotConfigured,
    /// The tool uses it and asks the credential helper.
    Helper,
    /// The tool uses it with this token.
    Token(Secret),
}
