//! The text of a file that tools may share: every tool's editor, one after the other, on the text without us.

mod agreement;

use std::collections::BTreeMap;
use std::fmt;

pub use agreement::disagreement;

use super::url::holds_token;
use super::{Auth, AuthMode, Configured, Editor, Installed, Registry, Tool};
use crate::edit::SyntaxError;
use crate::secret::Secret;
use crate::state::ToolLogin;
use crate::token::TokenRequest;

/// A tool that has a say in a file.
#[derive(Clone, Copy)]
pub struct Sharer<'a> {
    /// The tool.
    pub tool: Tool,
    /// What it is to use.
    pub login: &'a ToolLogin,
    /// How it edits this file.
    pub editor: &'static dyn Editor,
    /// The file as the last login wrote it.
    pub written: Option<&'a str>,
}

/// Tokens for the files that hold one, by what they were asked for.
#[derive(Clone, Debug, Default)]
pub struct Tokens(pub BTreeMap<String, Secret>);

impl Tokens {
    /// The token for `request`.
    pub fn get(&self, request: &TokenRequest) -> Option<&Secret> {
        self.0.get(&request.cache_name())
    }

    /// Keeps `token` for `request`.
    pub fn insert(&mut self, request: &TokenRequest, token: Secret) {
        self.0.insert(request.cache_name(), token);
    }

    /// Those of these sharers that stand in `text`: of a tool's files not every one has the token.
    pub fn held_by(&self, sharers: &[Sharer], text: &str) -> BTreeMap<String, Secret> {
        let hold = sharers
            .iter()
            .filter(|one| one.login.auth == AuthMode::Token);
        let known = hold.flat_map(|sharer| sharer.login.repositories());
        known
            .filter_map(|known| Some((known.token.cache_name(), self.get(&known.token)?.clone())))
            .filter(|(_, token)| holds_token(text, token.expose()))
            .collect()
    }
}

/// A tool that cannot read the file.
#[derive(Debug)]
pub struct Refused {
    /// The tool.
    pub tool: Tool,
    /// Why.
    pub error: SyntaxError,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for Refused {}

/// What `login` means for a file, the main registry first. One that wants a token and has none is left out.
pub fn registries<'a>(
    login: &'a ToolLogin,
    tokens: &'a Tokens,
    installed: Installed<'a>,
) -> Vec<Registry<'a>> {
    login
        .repositories()
        .filter_map(|repository| {
            let auth = match login.auth {
                AuthMode::Helper => Auth::Helper,
                AuthMode::Token => Auth::Token(tokens.get(&repository.token)?),
            };
            Some(Registry {
                name: &repository.name,
                url: repository.endpoint.url(),
                auth,
                namespace: repository.namespace.as_deref(),
                request: &repository.token,
                installed,
                before: None,
            })
        })
        .collect()
}

/// `text`, which is without us, with everything that the sharers want in it.
///
/// # Errors
/// The first sharer that cannot read it.
pub fn configure(
    text: &str,
    sharers: &[Sharer],
    tokens: &Tokens,
    installed: Installed,
) -> Result<Configured, Refused> {
    let mut composed = Configured::unchanged(text);
    for sharer in sharers {
        let mut registries = registries(sharer.login, tokens, installed);
        for registry in &mut registries {
            registry.before = sharer.written;
        }
        let configured = sharer
            .editor
            .configure(&composed.text, &registries)
            .map_err(|error| sharer.refused(error))?;
        composed.text = configured.text;
        for warning in configured.warnings {
            if !composed.warnings.contains(&warning) {
                composed.warnings.push(warning);
            }
        }
    }
    Ok(composed)
}

/// `text` without anything that the sharers put into it.
///
/// # Errors
/// The first sharer that cannot read it.
pub fn unconfigure(text: &str, sharers: &[Sharer]) -> Result<String, Refused> {
    let mut text = text.to_owned();
    for sharer in sharers {
        let repositories = sharer.login.repositories();
        let urls: Vec<&str> = repositories.map(|known| known.endpoint.url()).collect();
        text = sharer
            .editor
            .unconfigure(&text, &urls)
            .map_err(|error| sharer.refused(error))?;
    }
    Ok(text)
}

impl Sharer<'_> {
    fn refused(&self, error: SyntaxError) -> Refused {
        Refused {
            tool: self.tool,
            error,
        }
    }
}
