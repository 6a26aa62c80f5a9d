//! What a run is about: the settings and the logins, and the addresses that follow from them.

mod targets;

use std::collections::BTreeSet;

use self::targets::{others, targets};
use crate::check::evidence::tools::Life;
use crate::check::evidence::{CacheSeen, SettingsSeen, Trouble};
use crate::check::probes::tools::ToolsPlan;
use crate::check::run::{Plan, Target, is_own_api};
use crate::cli::CheckArgs;
use crate::commands::session::Session;
use crate::endpoint::Format as PackageFormat;
use crate::error::explain;
use crate::files;
use crate::output::Verbosity;
use crate::secret::Secret;
use crate::settings::Field;
use crate::state::{Change, ToolLogin};
use crate::token::{Store, TokenRequest, now};
use crate::tools::{AuthMode, Tool};

/// The tools in question: those named, else those logged in, else the usual ones.
fn tools(session: &Session, args: &CheckArgs) -> Vec<Tool> {
    if !args.tool.is_empty() {
        return args.tool.clone();
    }
    let known: BTreeSet<Tool> = [&session.state, &session.system]
        .into_iter()
        .flat_map(|state| state.tools.keys().copied())
        .collect();
    if known.is_empty() {
        Tool::USUAL.to_vec()
    } else {
        known.into_iter().collect()
    }
}

/// How `tool` is logged in: by the user's own login, else by that of all users.
fn login_of(session: &Session, tool: Tool) -> Option<&ToolLogin> {
    let states = [&session.state, &session.system];
    states.into_iter().find_map(|state| state.tools.get(&tool))
}

/// What a run of `check` with these arguments is about.
pub(super) fn of(session: &Session, args: &CheckArgs) -> Plan {
    of_tools(session, &tools(session, args), !args.tool.is_empty())
}

/// The same for these tools.
pub(in crate::commands) fn of_tools(session: &Session, tools: &[Tool], are_named: bool) -> Plan {
    let settings = &session.settings;
    let region = settings.get(Field::Region).unwrap_or_default();
    let request = session.token_request();
    let api = settings.get(Field::ApiEndpoint).map_or_else(
        || format!("https://codeartifact.{region}.amazonaws.com"),
        str::to_owned,
    );
    let own_sts = ["AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL"]
        .iter()
        .find_map(|variable| session.environment.get(*variable))
        .filter(|url| !url.is_empty());
    let sts = own_sts.map_or_else(
        || format!("https://sts.{region}.amazonaws.com"),
        String::clone,
    );
    let targets = targets(session, tools, is_own_api(&api));
    let seen = settings_seen(session, tools, &targets, &request, &api);
    let request = request.ok().filter(|_| seen.missing.is_none());
    let (cache, cached) = request
        .as_ref()
        .map(|request| cache_seen(session, request))
        .unwrap_or_default();
    Plan {
        endpoint_type: settings.endpoint_type(),
        cache,
        cached,
        settings: seen,
        request,
        api,
        sts,
        own_sts: own_sts.cloned(),
        targets: targets.unwrap_or_default(),
        others: others(session, tools),
        tools: tools_plan(session, tools, are_named),
        is_quiet: session.printer.verbosity == Verbosity::Quiet,
    }
}

fn settings_seen(
    session: &Session,
    tools: &[Tool],
    targets: &anyhow::Result<Vec<Target>>,
    request: &anyhow::Result<TokenRequest>,
    api: &str,
) -> SettingsSeen {
    let settings = &session.settings;
    let value = |field| settings.get(field).map(str::to_owned);
    let missing = request
        .as_ref()
        .err()
        .or(targets.as_ref().err())
        .map(|error| missing(session, error));
    let mut formats: Vec<PackageFormat> = tools.iter().map(|tool| tool.client().format()).collect();
    formats.sort();
    formats.dedup();
    let first = targets.as_ref().ok().and_then(|targets| targets.first());
    let known_owner = || {
        let endpoint = first?.endpoint.as_ref()?;
        endpoint.owner().map(str::to_owned)
    };
    SettingsSeen {
        all: settings
            .all()
            .map(|(_, name, setting)| (name, setting.value.clone(), setting.source.to_string()))
            .collect(),
        missing,
        region: value(Field::Region),
        domain: value(Field::Domain),
        owner: value(Field::DomainOwner).or_else(known_owner),
        repository: first
            .map(|target| target.repository.clone())
            .or_else(|| value(Field::Repository)),
        formats,
        helper_waits_for_401: tools.iter().any(|tool| waits_for_401(session, *tool)),
        own_api: is_own_api(api),
        studio_domain_id: session.metadata.domain_id().map(str::to_owned),
        role: session.metadata.role().map(str::to_owned),
    }
}

/// Which setting is missing, with the whole command that sets it.
fn missing(session: &Session, error: &anyhow::Error) -> Trouble {
    let explained = explain(error);
    let part = |field, word: &str| {
        let value = session.settings.get(field).unwrap_or(word);
        value.to_owned()
    };
    let command = format!(
        "$ studio-mirror login --domain {} --repository {} --region {}",
        part(Field::Domain, "<domain>"),
        part(Field::Repository, "<repository>"),
        part(Field::Region, "<region>"),
    );
    let hint = explained.hint.unwrap_or_default();
    Trouble {
        what: explained.error,
        mend: Some(format!("{hint}:\n{command}")),
    }
}

/// pip and what reads its files ask the helper only after a 401.
fn waits_for_401(session: &Session, tool: Tool) -> bool {
    let auth = login_of(session, tool)
        .map(|login| login.auth)
        .or_else(|| session.settings.auth(tool))
        .unwrap_or(AuthMode::Helper);
    tool == Tool::Pip && auth == AuthMode::Helper
}

fn tools_plan(session: &Session, tools: &[Tool], are_named: bool) -> ToolsPlan {
    let state = &session.state;
    let login = |tool: &Tool| (*tool, login_of(session, *tool).cloned());
    let written = state.changes.values().flat_map(Change::tokens);
    let written = written.map(|(_, token)| (token.clone(), None));
    let store = Store::new(session.cache_folder());
    let cached = session
        .logins()
        .flat_map(ToolLogin::repositories)
        .filter_map(|known| store.read(&known.token))
        .map(|token| {
            let life = Life {
                begins: token.minted_at,
                ends: token.expires_at,
            };
            (token.token, Some(life))
        });
    ToolsPlan {
        tools: tools.iter().map(login).collect(),
        of_everybody: tools
            .iter()
            .copied()
            .filter(|tool| {
                !state.tools.contains_key(tool) && session.system.tools.contains_key(tool)
            })
            .collect(),
        are_named,
        places: session.places.clone(),
        environment: session.environment.clone(),
        cache: session.cache_folder(),
        project: std::env::current_dir().ok(),
        // Where both know one, the cache knows more.
        tokens: cached.chain(written).collect(),
        asked: Default::default(),
    }
}

/// The cache, and the token that helpers are given out of it.
fn cache_seen(session: &Session, request: &TokenRequest) -> (CacheSeen, Option<Secret>) {
    let folder = session.cache_folder();
    let store = Store::new(&folder);
    let token = store.read(request);
    let is_there = store.path(request).exists();
    let seen = CacheSeen {
        trouble: files::make_private_dir(&folder)
            .err()
            .map(|error| error.to_string()),
        damaged: is_there && token.is_none(),
        token: token
            .as_ref()
            .map(|token| (token.expires_at, token.is_usable(now()))),
        folder,
        answer: None,
    };
    let given = token.filter(|token| token.is_usable(now()));
    (seen, given.map(|token| token.token))
}
