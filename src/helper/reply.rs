//! How the helper answers: for nobody but the hosts that `login` was sent to.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use super::install::next_keyring;
use super::known::Known;
use super::query::{self, Mode, Query, USER, Wanted, login_for};
use crate::endpoint::PlainUrl;
use crate::error::explain;
use crate::output::Printer;
use crate::places::this_program;
use crate::token::Token;

/// Names the programs that have had a foreign question already, as PATH does, so that two copies of
/// the helper cannot hand it to each other for ever, and yet both pass it on.
const HANDED_ON: &str = "STUDIO_MIRROR_HANDED_ON";

/// Answers the question in `arguments` on stdout: exit 0 with credentials, or exit 1 and nothing on
/// stdout, as package clients expect. `stands_in` tells that we were called as `keyring`: questions
/// that are not ours then go on to the next `keyring` on PATH, which would have had them without us.
pub fn run(arguments: Vec<OsString>, stands_in: bool) -> ExitCode {
    let printer = Printer::default();
    let query = query::parse(arguments.iter().cloned());
    let answered = match &query {
        Some(query) => match known(query) {
            Ok(Some(known)) => known.token().map(|token| Some(render(query, &token))),
            Ok(None) => Ok(None),
            // What cannot be read must not stand before other people's passwords.
            Err(error) if stands_in => {
                printer.error(&explain(&error).to_string());
                Ok(None)
            }
            Err(error) => Err(error),
        },
        None => Ok(None),
    };
    let result = match answered {
        Ok(Some(text)) => printer.result(&text),
        Ok(None) if stands_in => return hand_on(arguments),
        Ok(None) => {
            if query.is_none() {
                printer.error("error: the helper answers `get URL [aws]` alone\nhint: see `studio-mirror keyring --help`");
            }
            return ExitCode::FAILURE;
        }
        Err(error) => Err(error),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            printer.error(&explain(&error).to_string());
            ExitCode::FAILURE
        }
    }
}

/// The login that is asked about; `None` if the question is not ours.
fn known(query: &Query) -> anyhow::Result<Option<Known>> {
    if PlainUrl::parse(&query.service).is_err() {
        return Ok(None);
    }
    Known::find(|state| login_for(state, query))
}

fn render(query: &Query, token: &Token) -> String {
    let token = token.token.expose();
    match (query.mode, query.wanted) {
        (_, Wanted::Json) => {
            // A map of serde_json's would put the password first.
            let password = serde_json::Value::from(token);
            format!("{{\"username\":\"{USER}\",\"password\":{password}}}\n")
        }
        (Mode::Password, Wanted::Lines) => format!("{token}\n"),
        (Mode::Credentials, Wanted::Lines) => format!("{USER}\n{token}\n"),
    }
}

/// Becomes the `keyring` that would have been asked if we were not there.
fn hand_on(arguments: Vec<OsString>) -> ExitCode {
    let mut asked: Vec<PathBuf> = std::env::var_os(HANDED_ON)
        .map(|paths| std::env::split_paths(&paths).collect())
        .unwrap_or_default();
    asked.extend(
        this_program()
            .ok()
            .and_then(|own| std::fs::canonicalize(own).ok()),
    );
    if let Some(next) = next_keyring(&asked) {
        asked.extend(std::fs::canonicalize(&next));
        if let Ok(asked) = std::env::join_paths(asked) {
            // Only returns when that program cannot be started; then nobody has an answer.
            let _ = Command::new(next)
                .args(arguments)
                .env(HANDED_ON, asked)
                .exec();
        }
    }
    ExitCode::FAILURE
}
