//! What a login is about: which tools, each with its repository and its way to authenticate.

use std::collections::BTreeSet;

use crate::cli::LoginArgs;
use crate::commands::session::Session;
use crate::endpoint::RepositoryEndpoint;
use crate::error::{Usage, with_hint};
use crate::settings::{Field, Repository, Source, file_names};
use crate::state::ToolLogin;
use crate::token::TokenRequest;
use crate::tools::{AuthMode, Tool};

/// One tool to configure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The tool.
    pub tool: Tool,
    /// How it shall authenticate.
    pub auth: AuthMode,
    /// Its repositories, the main one first.
    pub repositories: Vec<Wanted>,
    /// Its repository, where it was told one of its own.
    pub told_repository: Option<String>,
    /// How it was told to authenticate, if it was.
    pub told_auth: Option<AuthMode>,
    /// That the other way was asked for and is none of the tool's.
    pub auth_refused: bool,
}

/// A repository that a tool is to use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// What the tool's files call it.
    pub name: String,
    /// The repository.
    pub repository: Repository,
    /// Which token opens it.
    pub request: TokenRequest,
    /// Its endpoint, where it need not be asked for.
    pub endpoint: Option<RepositoryEndpoint>,
}

/// Chooses them: the tools named, else those of the last login, else pip, uv and npm.
///
/// # Errors
/// When a tool has no repository, or tools not named are logged in to another domain.
pub fn choose(session: &Session, args: &LoginArgs) -> anyhow::Result<Vec<Target>> {
    let remembered: BTreeSet<Tool> = session.state.tools.keys().copied().collect();
    let named: BTreeSet<Tool> = args.tool.iter().copied().collect();
    let tools = [named, remembered, Tool::USUAL.into_iter().collect()]
        .into_iter()
        .find(|tools| !tools.is_empty())
        .unwrap_or_default();
    refuse_two_domains(session, &tools)?;
    refuse_namespace_of_nobody(args, &tools)?;
    tools
        .into_iter()
        .map(|tool| target(session, args, tool))
        .collect()
}

/// Every one of `tools` with its token, for `exec`. Where a login knows a repository's address in one format, it is not
/// asked for in another.
///
/// # Errors
/// When a tool has no repository, domain or region.
pub fn for_environment(session: &Session, tools: &[Tool]) -> anyhow::Result<Vec<Target>> {
    let target = |tool: &Tool| {
        let repositories = session.settings.repositories(*tool)?;
        let mut repositories = wanted(session, repositories);
        for wanted in &mut repositories {
            wanted.endpoint = known_endpoint(session, wanted, *tool);
        }
        Ok(Target {
            tool: *tool,
            auth: AuthMode::Token,
            repositories,
            told_repository: None,
            told_auth: None,
            auth_refused: false,
        })
    };
    tools.iter().map(target).collect()
}

fn known_endpoint(session: &Session, wanted: &Wanted, tool: Tool) -> Option<RepositoryEndpoint> {
    let logins = session.logins();
    let known = logins.flat_map(ToolLogin::repositories).find(|known| {
        known.repository == wanted.repository.name
            && known.token.domain == wanted.request.domain
            && known.token.region == wanted.request.region
            && known.token.owner == wanted.request.owner
    })?;
    known.endpoint.in_format(tool.client().format())
}

fn wanted(session: &Session, repositories: Vec<Repository>) -> Vec<Wanted> {
    let named = file_names(&repositories).into_iter().zip(repositories);
    named
        .map(|(name, repository)| Wanted {
            name,
            request: session.request_for(&repository),
            repository,
            endpoint: None,
        })
        .collect()
}

/// A scope that none of `tools` can take would be remembered, and become npm's at its next login.
fn refuse_namespace_of_nobody(args: &LoginArgs, tools: &BTreeSet<Tool>) -> anyhow::Result<()> {
    let takes_one = |tool: &Tool| tool.client().format().is_scoped();
    if args.namespace.is_none() || tools.iter().any(takes_one) {
        return Ok(());
    }
    let names = |tools: Vec<Tool>| {
        let names: Vec<&str> = tools.iter().map(|tool| tool.as_str()).collect();
        names.join(", ")
    };
    let given = names(tools.iter().copied().collect());
    let able = names(Tool::all().filter(takes_one).collect());
    Err(with_hint(
        Usage(format!("{given}: no tool among these knows --namespace")),
        format!("leave it out, or name one that does: {able}"),
    ))
}

/// One login has one domain: a tool sent to another one would drag the rest there at their next login.
fn refuse_two_domains(session: &Session, tools: &BTreeSet<Tool>) -> anyhow::Result<()> {
    let request = session.token_request()?;
    let elsewhere = |tool: Tool, login: &ToolLogin| {
        let now = session.settings.repositories(tool).ok();
        let now = now.as_ref().and_then(|repositories| repositories.first());
        let token = &login.main.token;
        now.is_some_and(|now| now.domain != token.domain || now.region != token.region)
    };
    let others: Vec<&str> = session
        .state
        .tools
        .iter()
        .filter(|(tool, login)| !tools.contains(tool) && elsewhere(**tool, login))
        .map(|(tool, _)| tool.as_str())
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    let others = others.join(",");
    Err(with_hint(
        Usage(format!(
            "{others} would stay at another domain or region than {} in {}",
            request.domain, request.region
        )),
        format!(
            "log in all tools by leaving out --tool, or first: {} --tool {others}; \
             several domains at once go into [[repository]] of config.toml",
            session.places.scope.command("logout")
        ),
    ))
}

fn target(session: &Session, args: &LoginArgs, tool: Tool) -> anyhow::Result<Target> {
    let settings = &session.settings;
    let last = session.state.tools.get(&tool);
    let told_auth = args.auth.or_else(|| last?.told_auth);
    let auth = told_auth
        .or_else(|| settings.auth(tool))
        .unwrap_or_else(|| tool.client().usual_auth());
    let client = tool.client();
    let possible = match (client.usual_auth(), client.takes_token_in_file()) {
        (AuthMode::Token, _) => AuthMode::Token,
        (AuthMode::Helper, true) => auth,
        (AuthMode::Helper, false) => AuthMode::Helper,
    };
    let repositories = settings.repositories(tool)?;
    let main = repositories
        .first()
        .map(|repository| repository.name.clone());
    let told_now = settings
        .setting(Field::Repository)
        .is_some_and(|setting| matches!(setting.source, Source::Flag(_) | Source::Environment(_)));
    let told_repository = match (told_now, args.tool.is_empty()) {
        (true, false) => main,
        (true, true) => None,
        (false, _) => last.and_then(|last| last.told_repository.clone()),
    };
    Ok(Target {
        tool,
        auth: possible,
        repositories: wanted(session, repositories),
        told_repository,
        told_auth,
        auth_refused: possible != auth,
    })
}
