//! How a tool is set up for all users of a machine, and the commands that cannot ask for their token there.

use std::ffi::OsString;
use std::path::PathBuf;

use super::{Editor, NamedRegistry, ToolFile};

/// How a tool is set up for all users of a machine. No token stands in any of it.
pub struct SystemWide {
    /// The files that it reads for everybody.
    pub files: Vec<ToolFile>,
    /// Its commands that cannot ask the helper.
    pub shims: &'static [Shim],
}

impl SystemWide {
    /// No file for everybody: that the helper answers is all it needs.
    pub fn helper() -> Self {
        Self::shims(&[])
    }

    /// Set up by shims alone.
    pub fn shims(shims: &'static [Shim]) -> Self {
        let files = Vec::new();
        Self { files, shims }
    }

    /// Set up by one file.
    pub fn file(path: impl Into<PathBuf>, editor: &'static dyn Editor) -> Self {
        let path = path.into();
        Self {
            files: vec![ToolFile { path, editor }],
            shims: &[],
        }
    }
}

/// A command that cannot ask for its token: a link to this program stands before it on PATH, and becomes it with the token
/// in the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shim {
    /// The command.
    pub command: &'static str,
    /// When it wants a token.
    pub asks: Asks,
}

/// When a command asks its registry: a call that does not is not to wait for a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Unless it begins with one of these, or no word is in it. Behind an option one of these may be the option's value
    /// (`--prefix test install`), and a token too many does no harm.
    Unless(&'static [&'static str]),
    /// When one of its words is one of these.
    With(&'static [&'static str]),
}

impl Asks {
    /// Whether a call with these arguments asks its registry, or may.
    pub fn for_call(self, arguments: &[OsString]) -> bool {
        let arguments = || arguments.iter().filter_map(|argument| argument.to_str());
        let mut words = arguments().filter(|argument| !argument.starts_with('-'));
        match self {
            Asks::Unless(others) => {
                let is_other = arguments().next().is_some_and(|it| others.contains(&it));
                !is_other && words.next().is_some()
            }
            Asks::With(ours) => words.any(|word| ours.contains(&word)),
        }
    }
}

/// A file with registries and tokens that a command behind a [`Shim`] is led to. A project can name a variable, and so send what
/// it holds anywhere; it cannot name what a file holds.
#[derive(Clone, Copy)]
pub struct ShimFile {
    /// The variable that leads there.
    pub variable: &'static str,
    /// The variables that tell where the client is installed, the one that wins first.
    pub prefix_variables: &'static [&'static str],
    /// The program that is otherwise in `bin` there: what the client runs on.
    pub runs_on: &'static str,
    /// The machine's own file, which the client would read without us, below that folder.
    pub below_prefix: &'static str,
    /// How it is edited.
    pub editor: &'static dyn Editor,
    /// First arguments with which it changes that file, where `for_all` is among the others.
    pub edits: &'static [&'static str],
    /// How the command is told that the machine's own file is meant.
    pub for_all: &'static [&'static str],
}

/// Files of a project, or of its user, that say where packages come from.
#[derive(Clone, Copy)]
pub struct ProjectFiles {
    /// Their names in a project.
    pub files: &'static [&'static str],
    /// The registries that a text names, by the name of its file.
    pub names: fn(&str, &str) -> Vec<NamedRegistry>,
    /// A variable of ours that such a file can send anywhere, because the client puts it in where the file names it.
    pub given_away: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &str) -> Vec<OsString> {
        words.split_whitespace().map(OsString::from).collect()
    }

    #[test]
    fn a_call_that_asks_no_registry_waits_for_no_token() {
        let npm = Asks::Unless(&["run", "test"]);
        for (words, asks) in [
            ("", false),
            ("--version", false),
            ("run build", false),
            ("--silent run build", true),
            ("install", true),
            ("--prefix test install", true),
        ] {
            assert_eq!(npm.for_call(&call(words)), asks, "{words}");
        }
        let bun = Asks::With(&["install"]);
        for (words, asks) in [("index.ts", false), ("--cwd there install", true)] {
            assert_eq!(bun.for_call(&call(words)), asks, "{words}");
        }
    }
}
