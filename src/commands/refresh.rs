//! `refresh`: tokens that stand in tools' files are renewed, once or from now on.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use futures_util::future::join_all;
use serde::Serialize;

use super::sharers::{lead_astray, remembered};
use crate::aws::{self, CodeArtifact};
use crate::cli::RefreshArgs;
use crate::columns::beside;
use crate::error::{Explained, explain};
use crate::helper::{inherit_container_credentials, login_cache, renewed_keys};
use crate::output::{Printer, Report};
use crate::places::Places;
use crate::refresh::{self, FileReport, FileState, Seen, Started};
use crate::state::{State, refuse_home_kept_by_sudo};
use crate::timestamp::span;
use crate::token::{Store, Token, TokenRequest, now};
use crate::tools::compose;

/// Does what the flags say.
pub fn run(printer: Printer, args: &RefreshArgs) -> anyhow::Result<ExitCode> {
    let places = Places::find()?;
    // Before anything is made, and before the user's own state is called somebody else's.
    refuse_home_kept_by_sudo(&places.state)?;
    let state = State::read(&places.state)?;
    if args.serve {
        refresh::serve(&places, &state, login_cache)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.daemon {
        let report = DaemonReport {
            running: true,
            message: match refresh::start(&["refresh", "--serve"])? {
                Started::Now => "Tokens in files are kept fresh from now on.",
                Started::Already => "Tokens in files are kept fresh already.",
            },
        };
        printer.report(&report)?;
        if refresh::held_requests(&state).is_empty() {
            printer.note("no file holds a token yet; those of later logins are taken up");
        }
        return Ok(ExitCode::SUCCESS);
    }
    if args.stop {
        let report = DaemonReport {
            running: false,
            message: match refresh::stop(&login_cache(&state, &places), &places.home)? {
                true => "Stopped: tokens in files are not renewed any more.",
                false => "No background process runs.",
            },
        };
        printer.report(&report)?;
        return Ok(ExitCode::SUCCESS);
    }
    once(printer, &places, state, args.comes_again)
}

fn once(
    printer: Printer,
    places: &Places,
    state: State,
    comes_again: bool,
) -> anyhow::Result<ExitCode> {
    let requests = refresh::held_requests(&state);
    let store = Store::new(login_cache(&state, places));
    let mut report = RefreshReport::default();
    let mut tokens: BTreeMap<String, Token> = requests
        .iter()
        .filter_map(|(name, request)| Some((name.clone(), young(&store, request)?)))
        .collect();
    if tokens.len() < requests.len() {
        for request in requests.values() {
            inherit_container_credentials(&request.credentials)?;
        }
        let missing = requests
            .iter()
            .filter(|(name, _)| !tokens.contains_key(*name));
        let asked = missing.map(|(name, request)| ask(&store, name, request, comes_again));
        let answers = aws::block_on(async { Ok(join_all(asked).await) })?;
        for (name, answer) in answers {
            match answer {
                Ok(token) => drop(tokens.insert(name.clone(), token)),
                Err(error) => report.failures.push(explain(&error)),
            }
        }
    }
    report.good_for_seconds = tokens.values().map(|token| token.remaining(now())).min();
    if !tokens.is_empty() {
        let _lock = State::lock(&places.state)?;
        // Somebody may have logged in or out since this process looked.
        let mut state = State::read(&places.state)?;
        let environment = crate::environment::read();
        let seen = |state: &State, path: &Path, text: &str| {
            let sharers = remembered(state, path, places, &environment);
            Ok(Seen {
                rest: compose::unconfigure(text, &sharers)?,
                is_astray: lead_astray(&sharers, state, places, &environment)?,
            })
        };
        report.files = refresh::renew(&mut state, &tokens, places, &seen)?;
    }
    printer.report(&report)?;
    Ok(report.conclude(printer))
}

/// The cached token for `request`, as `obtain` would take it.
fn young(store: &Store, request: &TokenRequest) -> Option<Token> {
    let cached = store.read(&renewed_keys(request))?;
    let now = now();
    (cached.is_young(now) && cached.is_usable(now)).then_some(cached)
}

async fn ask<'a>(
    store: &Store,
    name: &'a String,
    request: &TokenRequest,
    comes_again: bool,
) -> (&'a String, anyhow::Result<Token>) {
    let request = renewed_keys(request);
    let api = |deadline| {
        let api = CodeArtifact::new(&request, deadline);
        match comes_again {
            true => api.of_one_who_comes_again(),
            false => api,
        }
    };
    let token = refresh::young_token(store, &request, now, api).await;
    (name, token)
}

/// What a renewal did.
#[derive(Debug, Default, Serialize)]
struct RefreshReport {
    files: Vec<FileReport>,
    good_for_seconds: Option<u64>,
    failures: Vec<Explained>,
}

impl RefreshReport {
    fn conclude(&self, printer: Printer) -> ExitCode {
        let files = self.files.iter().filter_map(|file| file.failure.as_ref());
        let mut code = ExitCode::SUCCESS;
        for failure in self.failures.iter().chain(files) {
            printer.error(&failure.to_string());
            code = ExitCode::FAILURE;
        }
        code
    }
}

impl Report for RefreshReport {
    fn text(&self) -> String {
        if self.files.is_empty() && self.failures.is_empty() {
            return "No file holds a token.\n".to_owned();
        }
        let life = self.good_for_seconds.map_or(String::new(), span);
        let mut text = String::new();
        for file in &self.files {
            let said = match file.state {
                FileState::Renewed => format!("has a new token, good for {life}"),
                FileState::Fresh => format!("has a token good for {life}"),
                FileState::Edited => "was edited: it does not hold our token, and stays as it is; \
                     `studio-mirror login` puts ours there"
                    .to_owned(),
                FileState::Gone => "is not there any more".to_owned(),
                FileState::Failed => "FAILED".to_owned(),
            };
            text += &beside(&format!("  {:<26}  ", file.file), 30, &said);
        }
        text
    }
}

/// Whether the background process runs.
#[derive(Debug, Serialize)]
struct DaemonReport {
    running: bool,
    message: &'static str,
}

impl Report for DaemonReport {
    fn text(&self) -> String {
        format!("{}\n", self.message)
    }
}
