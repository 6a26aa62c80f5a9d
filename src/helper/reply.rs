//! How the helper answers: from the cache when it can, minting when it must, and for nobody but
//! the hosts that `login` was sent to.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::Context;

use super::install::next_keyring;
use super::query::{self, Mode, Query, USER, Wanted, login_for};
use crate::aws::{self, CodeArtifact};
use crate::credentials::CredentialSource;
use crate::endpoint::PlainUrl;
use crate::error::{explain, with_hint};
use crate::output::Printer;
use crate::places::Places;
use crate::state::State;
use crate::token::{Need, Store, Token, TokenRequest, cache_folder, now, obtain};

/// How long a client waits for its token at most. Longer than a login's limit: here somebody
/// waits for packages, and a throttled account answers late rather than never.
const LIMIT: Duration = Duration::from_secs(30);

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
        Some(query) => answer(query),
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

/// The text for stdout; `None` if the question is not ours.
fn answer(query: &Query) -> anyhow::Result<Option<String>> {
    if PlainUrl::parse(&query.service).is_err() {
        return Ok(None);
    }
    let places = Places::find()?;
    let state = State::read(&places.state)?;
    let Some(login) = login_for(&state, query) else {
        return Ok(None);
    };
    let folder = state.cache.clone().unwrap_or_else(|| places.cache.clone());
    let store = Store::new(&folder);
    let renewed = renewed(&login.token);
    let cached = [&login.token, &renewed]
        .into_iter()
        .filter_map(|request| store.read(request))
        .find(|token| token.is_usable(now()));
    let token = match cached {
        Some(token) => token,
        None => mint(&renewed, &places, &state)?,
    };
    Ok(Some(render(query, &token)))
}

fn mint(request: &TokenRequest, places: &Places, state: &State) -> anyhow::Result<Token> {
    inherit_container_credentials(&request.credentials)?;
    let deadline = Instant::now() + LIMIT;
    let runtime_dir = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let folder = cache_folder(
        state.cache.as_deref(),
        runtime_dir.as_deref(),
        &places.cache,
    );
    let store = Store::new(folder);
    aws::block_on(obtain(
        &store,
        request,
        Need::Usable,
        deadline,
        async || {
            CodeArtifact::new(request, deadline)
                .authorization_token(request)
                .await
        },
    ))
    .map_err(|error| {
        let explained = explain(&error);
        match explained.hint {
            Some(_) => error,
            None => with_hint(error, "run `studio-mirror login`"),
        }
    })
}

/// Keys in the environment may have been renewed since the login, or be somebody else's: what they
/// mint is cached as theirs.
fn renewed(request: &TokenRequest) -> TokenRequest {
    let mut request = request.clone();
    if let CredentialSource::Environment { access_key_id } = &mut request.credentials
        && let Ok(current) = std::env::var("AWS_ACCESS_KEY_ID")
    {
        *access_key_id = current;
    }
    request
}

/// A process that did not inherit the container's variables (cron) gets those of the login. They
/// must be in the environment, where the SDK looks for them, so this process starts over.
fn inherit_container_credentials(source: &CredentialSource) -> anyhow::Result<()> {
    let CredentialSource::Container { variables, .. } = source else {
        return Ok(());
    };
    let missing: BTreeMap<&String, &String> = variables
        .iter()
        .filter(|(name, _)| std::env::var_os(name).is_none_or(|value| value.is_empty()))
        .collect();
    let inherits_some = variables.len() != missing.len();
    if missing.is_empty() || inherits_some {
        return Ok(());
    }
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let called_as = arguments.remove(0);
    let error = Command::new(program)
        .arg0(called_as)
        .args(arguments)
        .envs(missing)
        .exec();
    Err(error).context("cannot start over with the container's credentials")
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
    asked.extend(std::env::current_exe().and_then(std::fs::canonicalize));
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
