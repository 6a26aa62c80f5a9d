//! `--explain`: what a check looks at and how it is mended. From the catalogue alone; asks nobody.

use serde::Serialize;

use super::fill::Words;
use super::render::lines::{Block, blocks};
use super::{Check, Mender, Severity, catalogue};
use crate::columns::wrapped;
use crate::output::Report;

/// One check, explained.
#[derive(Debug, Serialize)]
pub struct Explained {
    id: &'static str,
    title: &'static str,
    severity: Severity,
    mender: Mender,
    needs: &'static [&'static str],
    explanation: &'static str,
    fix: String,
}

impl Explained {
    /// Explains `check`.
    pub fn new(check: &'static Check) -> Self {
        Self {
            id: check.id,
            title: check.title,
            severity: check.severity,
            mender: check.mender,
            needs: check.needs,
            explanation: check.explanation,
            fix: Words::default().fill(check.fix),
        }
    }
}

impl Report for Explained {
    fn text(&self) -> String {
        let mut text = format!("{}: {}\n\n", self.id, self.title);
        text += &wrapped(self.explanation, "");
        text += &format!("\nMended by {}:\n", self.mender);
        text += &blocks(&self.fix, "  ");
        if !self.needs.is_empty() {
            text += &wrapped(&format!("\nNeeds: {}", self.needs.join(", ")), "");
        }
        text
    }

    fn markdown(&self) -> String {
        let mut text = format!(
            "### `{}`: {}\n\n{}\n",
            self.id, self.title, self.explanation
        );
        text += &format!("\nMended by {}:\n\n", self.mender);
        text + &Block::markdown(&self.fix)
    }
}

/// All checks, as a list.
#[derive(Debug, Serialize)]
pub struct List {
    checks: Vec<Entry>,
}

#[derive(Debug, Serialize)]
struct Entry {
    id: &'static str,
    title: &'static str,
    severity: Severity,
    mender: Mender,
}

impl List {
    /// The catalogue's.
    pub fn new() -> Self {
        let entry = |check: &'static Check| Entry {
            id: check.id,
            title: check.title,
            severity: check.severity,
            mender: check.mender,
        };
        Self {
            checks: catalogue::all().map(entry).collect(),
        }
    }
}

impl Default for List {
    fn default() -> Self {
        Self::new()
    }
}

impl Report for List {
    fn text(&self) -> String {
        let line = |entry: &Entry| format!("{:<26} {}\n", entry.id, entry.title);
        self.checks.iter().map(line).collect()
    }

    /// The table in docs/check.md.
    fn markdown(&self) -> String {
        let row = |entry: &Entry| {
            let worst = match entry.severity {
                Severity::Failure => "",
                Severity::Warning => " (a warning at worst)",
            };
            format!(
                "| `{}` | {}{worst} | {} |\n",
                entry.id, entry.title, entry.mender
            )
        };
        let rows: String = self.checks.iter().map(row).collect();
        format!("| Check | Holds when | Usually mended by |\n|---|---|---|\n{rows}")
    }
}
