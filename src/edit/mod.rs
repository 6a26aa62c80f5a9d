//! Editors that keep every byte of a person's file they were not asked to change: one for Python's configparser dialect,
//! one for npm's ini dialect, ones that splice TOML, JSON and XML, one for plain YAML, one for .netrc. Text in, text out.

pub mod configparser;
pub mod json;
mod lines;
pub mod merge;
pub mod netrc;
pub mod npmrc;
pub mod toml;
pub mod toml_tables;
pub mod xml;
pub mod yaml;

use std::fmt;

/// Why a file cannot be edited: the tool that owns it would not read it either, or would read the edit differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line at fault, counted from 1.
    pub line: usize,
    /// What is wrong there, in words for the file's owner. Never a value: values may be tokens.
    pub message: String,
}

impl SyntaxError {
    pub(crate) fn new(line: usize, message: impl Into<String>) -> Self {
        Self {
            line,
            message: message.into(),
        }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for SyntaxError {}
