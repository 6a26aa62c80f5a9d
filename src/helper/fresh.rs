//! A fresh token for whoever asks in a tool's name: from the cache when it can, minting when it must.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use tokio::time::Instant;

use crate::aws::{self, CodeArtifact};
use crate::credentials::CredentialSource;
use crate::error::{explain, with_hint};
use crate::places::{Places, this_program};
use crate::state::{State, ToolLogin};
use crate::token::{Need, Store, Token, TokenRequest, cache_folder, now, obtain};

/// How long a client waits for its token at most. Longer than a login's limit: here somebody
/// waits for packages, and a throttled account answers late rather than never.
pub const LIMIT: Duration = Duration::from_secs(30);

/// A usable token for `request`, which a login in `state` has remembered.
///
/// # Errors
/// Why none could be minted, with the next step.
pub fn fresh_token(
    request: &TokenRequest,
    state: &State,
    places: &Places,
) -> anyhow::Result<Token> {
    fresh_token_within(LIMIT, request, state, places)
}

/// The same for whoever waits no longer than `limit`.
///
/// # Errors
/// As [`fresh_token`].
pub fn fresh_token_within(
    limit: Duration,
    request: &TokenRequest,
    state: &State,
    places: &Places,
) -> anyhow::Result<Token> {
    let folder = state.cache.clone();
    let store = Store::new(folder.unwrap_or_else(|| login_cache(state, places)));
    let renewed = renewed_keys(request);
    let cached = [request, &renewed]
        .into_iter()
        .filter_map(|request| store.read(request))
        .find(|token| token.is_usable(now()));
    match cached {
        Some(token) => Ok(token),
        None => {
            let is_logged_in =
                || State::read(&places.state).is_ok_and(|state| opens(&state, request));
            let was_logged_in = is_logged_in();
            let token = mint(limit, &renewed, places, state)?;
            // Of a logout that came meanwhile no token stays behind; the client has been promised this one.
            if was_logged_in && !is_logged_in() {
                Store::new(login_cache(state, places)).forget(&renewed);
            }
            Ok(token)
        }
    }
}

/// Whether a login in `state` asks for tokens by `request`.
fn opens(state: &State, request: &TokenRequest) -> bool {
    let mut known = state.tools.values().flat_map(ToolLogin::repositories);
    known.any(|known| known.token == *request)
}

fn mint(
    limit: Duration,
    request: &TokenRequest,
    places: &Places,
    state: &State,
) -> anyhow::Result<Token> {
    inherit_container_credentials(&request.credentials)?;
    let deadline = Instant::now() + limit;
    let store = Store::new(login_cache(state, places));
    aws::block_on(obtain(
        &store,
        request,
        Need::Usable,
        deadline,
        now,
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

/// The cache folder of the logins in `state`, or the one that a login would choose now.
pub fn login_cache(state: &State, places: &Places) -> PathBuf {
    let runtime_dir = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    cache_folder(
        state.cache.as_deref(),
        runtime_dir.as_deref(),
        &places.cache,
    )
}

/// Keys in the environment may have been renewed since the login, or be somebody else's: what they
/// mint is cached as theirs.
pub fn renewed_keys(request: &TokenRequest) -> TokenRequest {
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
///
/// # Errors
/// When it cannot start over.
pub fn inherit_container_credentials(source: &CredentialSource) -> anyhow::Result<()> {
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
    let program = this_program()?;
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let called_as = arguments.remove(0);
    let error = Command::new(program)
        .arg0(called_as)
        .args(arguments)
        .envs(missing)
        .exec();
    Err(error).context("cannot start over with the container's credentials")
}
