//! Cargo's credential provider protocol, version 1: a line of JSON for each question and each answer
//! (<https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html>).

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde::{Deserialize, Serialize};

use super::known::Known;
use super::query::login_at;
use crate::error::explain;
use crate::secret::Secret;

/// What cargo puts behind the provider's own arguments.
pub const ARGUMENT: &str = "--cargo-plugin";

/// No question comes near this; a longer line is none.
const LONGEST_QUESTION: u64 = 64 * 1024;

/// A question, as far as it is looked at.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Question {
    /// The protocol's version.
    pub v: u32,
    /// `get`, `login`, `logout`, or what later versions have.
    pub kind: String,
    /// The registry.
    pub registry: Registry,
}

/// A registry, as cargo names it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registry {
    /// Its index; for a sparse one with `sparse+` before the URL.
    pub index_url: String,
}

#[derive(Serialize)]
enum Answer {
    Ok(Credential),
    Err(Refusal),
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Credential {
    Get {
        token: Secret,
        cache: &'static str,
        expiration: u64,
        operation_independent: bool,
    },
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Refusal {
    UrlNotSupported,
    OperationNotSupported,
    #[serde(rename_all = "kebab-case")]
    Other {
        message: String,
        caused_by: Vec<String>,
    },
}

/// Answers cargo's questions until it has no more.
pub fn run() -> ExitCode {
    match converse() {
        Ok(()) => ExitCode::SUCCESS,
        // Cargo has gone, or says what is no question: nobody is left to be told.
        Err(_) => ExitCode::FAILURE,
    }
}

fn converse() -> anyhow::Result<()> {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{{\"v\":[1]}}")?;
    stdout.flush()?;
    let mut stdin = std::io::stdin().lock();
    loop {
        let mut line = String::new();
        let mut limited = std::io::Read::take(&mut stdin, LONGEST_QUESTION);
        if limited.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let question = parse(&line)?;
        let answer = serde_json::to_string(&answer(&question))?;
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
}

/// Parses a question.
///
/// # Errors
/// When it is none of version 1.
pub fn parse(line: &str) -> anyhow::Result<Question> {
    let question: Question = serde_json::from_str(line)?;
    anyhow::ensure!(question.v == 1, "this is version {}", question.v);
    Ok(question)
}

fn answer(question: &Question) -> Answer {
    if question.kind != "get" {
        return Answer::Err(Refusal::OperationNotSupported);
    }
    let index = &question.registry.index_url;
    match credential(index.strip_prefix("sparse+").unwrap_or(index)) {
        Ok(Some(credential)) => Answer::Ok(credential),
        Ok(None) => Answer::Err(Refusal::UrlNotSupported),
        Err(error) => {
            let explained = explain(&error);
            let hint = explained.hint.map(|hint| format!("hint: {hint}"));
            Answer::Err(Refusal::Other {
                message: explained.error,
                caused_by: explained.causes.into_iter().chain(hint).collect(),
            })
        }
    }
}

/// A token for the index at `url`, if it is one that login was sent to.
fn credential(url: &str) -> anyhow::Result<Option<Credential>> {
    let Some(known) = Known::find(|state| login_at(state, url))? else {
        return Ok(None);
    };
    let token = known.token()?;
    Ok(Some(Credential::Get {
        token: token.token,
        cache: "expires",
        expiration: token.expires_at,
        operation_independent: true,
    }))
}
