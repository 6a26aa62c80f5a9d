//! Cargo's credential provider protocol, version 1: a line of JSON for each question and each answer
//! (<https://doc.rust-lang.org/cargo/reference/credential-provider-protocol.html>).

use std::io::{BufRead, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::cargo_question::Question;
use super::known::Known;
use super::query::login_at;
use crate::error::explain;
use crate::secret::Secret;

/// What cargo puts behind the provider's own arguments.
pub const ARGUMENT: &str = "--cargo-plugin";

/// No question comes near this; a longer line is none.
const LONGEST_QUESTION: u64 = 64 * 1024;

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
        let question = Question::parse(&line)?;
        let answer = serde_json::to_string(&answer(&question))?;
        writeln!(stdout, "{answer}")?;
        stdout.flush()?;
    }
}

fn answer(question: &Question) -> Answer {
    let Some(index) = question.index() else {
        return Answer::Err(Refusal::OperationNotSupported);
    };
    match credential(index) {
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
