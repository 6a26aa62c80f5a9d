//! Who may write to the terminal: results on stdout, everything else on stderr.

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

use crate::columns;
use crate::error::{Explained, one_line};

/// How results are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document with `schema_version`.
    Json,
    /// For a ticket; of `check` alone.
    Markdown,
}

/// How much is said on stderr.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors alone.
    Quiet,
    /// Warnings and notes too.
    #[default]
    Normal,
    /// What is done, step by step.
    Verbose,
}

/// The streams.
#[derive(Clone, Copy, Debug, Default)]
pub struct Printer {
    /// How results are shown.
    pub format: Format,
    /// How much is said on stderr.
    pub verbosity: Verbosity,
}

/// A result that can be shown both ways.
pub trait Report: Serialize {
    /// The text form, ending in a line end unless empty.
    fn text(&self) -> String;

    /// The form to paste into a ticket.
    fn markdown(&self) -> String {
        self.text()
    }
}

#[derive(Serialize)]
struct Document<'a, T> {
    schema_version: u32,
    #[serde(flatten)]
    report: &'a T,
}

impl Printer {
    /// Shows a command's result.
    ///
    /// # Errors
    /// When stdout cannot be written; a reader that went away is no error.
    pub fn report(&self, report: &impl Report) -> anyhow::Result<()> {
        match self.format {
            Format::Text => self.result(&report.text()),
            Format::Markdown => self.result(&report.markdown()),
            Format::Json => {
                let document = Document {
                    schema_version: 1,
                    report,
                };
                self.result(&format!("{}\n", serde_json::to_string_pretty(&document)?))
            }
        }
    }

    /// Writes `text` to stdout as it is.
    ///
    /// # Errors
    /// As [`Printer::report`].
    pub fn result(&self, text: &str) -> anyhow::Result<()> {
        let mut stdout = io::stdout().lock();
        match stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush())
        {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                Err(anyhow::Error::new(error).context("cannot write the result to stdout"))
            }
            _ => Ok(()),
        }
    }

    /// Something that works and may still surprise.
    pub fn warning(&self, text: &str) {
        self.say(Verbosity::Normal, &format!("warning: {}", one_line(text)));
    }

    /// Something to know that is not at fault.
    pub fn note(&self, text: &str) {
        self.say(Verbosity::Normal, &format!("note: {}", one_line(text)));
    }

    /// A step, for `-v`.
    pub fn detail(&self, text: &str) {
        self.say(Verbosity::Verbose, &one_line(text));
    }

    /// A command that failed as a whole: for people on stderr, and for programs that asked for a
    /// document a document.
    pub fn failure(&self, failure: &Explained) {
        self.error(&failure.to_string());
        if self.format == Format::Json {
            self.failure_document(failure);
        }
    }

    /// The document alone.
    pub fn failure_document(&self, failure: &Explained) {
        let document = serde_json::json!({ "schema_version": 1, "ok": false, "failure": failure });
        // Whoever cannot be told on stdout has been told on stderr.
        let _ = self.result(&format!("{document:#}\n"));
    }

    /// Why a part of the command failed.
    pub fn error(&self, text: &str) {
        self.say(Verbosity::Quiet, text);
    }

    fn say(&self, at: Verbosity, text: &str) {
        if self.verbosity >= at {
            let mut stderr = io::stderr().lock();
            // A log keeps its lines whole, for whoever looks something up in it.
            let lines = match stderr.is_terminal() {
                true => columns::message(text),
                false => format!("{text}\n"),
            };
            // There is no place left to report that stderr is gone.
            let _ = stderr.write_all(lines.as_bytes());
        }
    }
}
