//! What a login is about: which tools, each with its repository and its way to authenticate.

use std::collections::BTreeSet;

use crate::cli::LoginArgs;
use crate::commands::session::Session;
use crate::settings::{Field, Source};
use crate::tools::{AuthMode, Tool};

/// One tool to configure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The tool.
    pub tool: Tool,
    /// How it shall authenticate.
    pub auth: AuthMode,
    /// Its repository.
    pub repository: String,
    /// Its repository, where it was told one of its own.
    pub told_repository: Option<String>,
    /// The npm scope, where only one is served.
    pub namespace: Option<String>,
    /// That a helper was asked for and the tool has no protocol for one.
    pub helper_refused: bool,
}

/// Chooses them: the tools named, else those of the last login, else pip, uv and npm.
///
/// # Errors
/// When a tool has no repository.
pub fn choose(session: &Session, args: &LoginArgs) -> anyhow::Result<Vec<Target>> {
    let remembered: BTreeSet<Tool> = session.state.tools.keys().copied().collect();
    let named: BTreeSet<Tool> = args.tool.iter().copied().collect();
    let tools = [named, remembered, Tool::ALL.into_iter().collect()]
        .into_iter()
        .find(|tools| !tools.is_empty())
        .unwrap_or_default();
    tools
        .into_iter()
        .map(|tool| target(session, args, tool))
        .collect()
}

fn target(session: &Session, args: &LoginArgs, tool: Tool) -> anyhow::Result<Target> {
    let settings = &session.settings;
    let last = session.state.tools.get(&tool);
    let asked = args.auth.or_else(|| settings.auth(tool));
    let auth = match (asked, last) {
        (Some(auth), _) => auth,
        (None, Some(last)) => last.auth,
        (None, None) => tool.usual_auth(),
    };
    let has_helper = tool.usual_auth() == AuthMode::Helper;
    let repository = settings.repository(tool)?.to_owned();
    let flagged = settings
        .setting(Field::Repository)
        .is_some_and(|setting| matches!(setting.source, Source::Flag(_)));
    let told_repository = match (flagged, args.tool.is_empty()) {
        (true, false) => Some(repository.clone()),
        (true, true) => None,
        (false, _) => last.and_then(|last| last.told_repository.clone()),
    };
    Ok(Target {
        tool,
        auth: if has_helper { auth } else { AuthMode::Token },
        repository,
        told_repository,
        namespace: settings
            .get(Field::Namespace)
            .filter(|_| tool == Tool::Npm)
            .map(str::to_owned),
        helper_refused: !has_helper && auth == AuthMode::Helper,
    })
}
