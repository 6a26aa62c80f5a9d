//! What a tool really uses once its files and its variables are merged, in the tool's own order. Pure: the files' texts
//! and the environment come in as values. Each value says where it comes from, so that whoever wants it gone knows where.

pub mod links;
pub mod netrc;
pub mod npm;
pub mod pip;
pub mod project;
pub mod uv;

use std::fmt;

use super::url::{self, Parts, same_endpoint};
use crate::edit::SyntaxError;
use crate::secret::Secret;

/// A file that a tool reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadFile {
    /// Its path, as people see it.
    pub path: String,
    /// Its text, which may hold tokens; or why it is none.
    pub text: Result<Secret, SyntaxError>,
    /// Whether the user may write it.
    pub is_own: bool,
}

impl ReadFile {
    /// Its text.
    ///
    /// # Errors
    /// When it is none.
    pub fn text(&self) -> Result<&str, BadFile> {
        match &self.text {
            Ok(text) => Ok(text.expose()),
            Err(error) => Err(self.bad(error.clone())),
        }
    }

    /// The file, refused because of `error`.
    pub fn bad(&self, error: SyntaxError) -> BadFile {
        BadFile {
            path: self.path.clone(),
            error,
        }
    }

    /// Lines of it.
    pub fn lines(&self, first: usize, last: usize, section: Option<&str>) -> Origin {
        Origin::Lines(Lines {
            path: self.path.clone(),
            first,
            last,
            section: section.map(str::to_owned),
            is_own: self.is_own,
        })
    }
}

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A variable of the environment.
    Variable(String),
    /// Lines of a file.
    Lines(Lines),
    /// Nobody names it: the tool's own default.
    Default,
}

/// Lines of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// The file, as people see it.
    pub path: String,
    /// The first line, counted from 1.
    pub first: usize,
    /// The last one.
    pub last: usize,
    /// The section that they stand in, where the file has some.
    pub section: Option<String>,
    /// Whether the user may write the file.
    pub is_own: bool,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Variable(name) => write!(f, "${name}"),
            Origin::Lines(lines) => {
                write!(f, "{} line {}", lines.path, lines.first)?;
                match &lines.section {
                    Some(section) => write!(f, " in [{section}]"),
                    None => Ok(()),
                }
            }
            Origin::Default => f.write_str("nobody (the tool's own default)"),
        }
    }
}

/// A value and where it comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Who says so.
    pub origin: Origin,
}

impl<T> Sourced<T> {
    /// `value`, as `origin` says.
    pub fn new(value: T, origin: Origin) -> Self {
        Self { value, origin }
    }

    /// What nobody names.
    pub fn default(value: T) -> Self {
        Self::new(value, Origin::Default)
    }
}

/// The address of an index or a registry, the login in it apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Without the login: fit to be shown.
    pub url: String,
    /// The user in it.
    pub user: Option<String>,
    /// The password in it.
    pub password: Option<Secret>,
}

impl Address {
    /// Takes `url` apart. What is no URL (a folder) is an address without a login.
    pub fn of(url: &str) -> Self {
        match Parts::of(url) {
            None => Self {
                url: url::of_no_url(url),
                user: None,
                password: None,
            },
            Some(parts) => Self {
                url: url::without_login(url),
                user: parts.user.map(url::percent_decoded),
                password: parts
                    .password
                    .map(|password| Secret::new(url::percent_decoded(password))),
            },
        }
    }

    /// Whether it is a URL that something can be fetched from over the network.
    pub fn is_remote(&self) -> bool {
        self.url.starts_with("http://") || self.url.starts_with("https://")
    }

    /// Whether both lead to the same place, a `/` at the end apart.
    pub fn same_place(&self, url: &str) -> bool {
        same_endpoint(&self.url, url)
    }
}

/// A file that a tool cannot read: most do nothing then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadFile {
    /// The file, as people see it.
    pub path: String,
    /// Where and why.
    pub error: SyntaxError,
}
