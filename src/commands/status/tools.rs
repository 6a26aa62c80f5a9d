//! What each tool is set to.

use serde::Serialize;

use crate::columns::beside;
use crate::commands::overruled::overruled;
use crate::commands::session::Session;
use crate::files;
use crate::helper;
use crate::places::Scope;
use crate::state::ToolLogin;
use crate::token::{Token, now};
use crate::tools::{AuthMode, Found, Tool, ToolFile};

/// What one tool is set to.
#[derive(Debug, Serialize)]
pub struct ToolReport {
    tool: Tool,
    files: Vec<String>,
    logged_in: bool,
    /// How it authenticates, if it is logged in.
    pub auth: Option<AuthMode>,
    endpoint: Option<String>,
    /// Endpoints of `[[repository]]` beside it.
    extra: Vec<String>,
    /// `ok`, or what is wrong.
    state: String,
}

/// What `tool` is set to; `cached` is the newest token that there is.
pub fn report(session: &Session, tool: Tool, cached: Option<&Token>) -> ToolReport {
    let login = session.state.tools.get(&tool);
    let client = tool.client();
    let auth = login.map_or(client.usual_auth(), |login| login.auth);
    let files = tool.files(&session.places, &session.environment, auth);
    ToolReport {
        tool,
        files: files
            .iter()
            .map(|file| session.places.shown(&file.path))
            .collect(),
        logged_in: login.is_some(),
        auth: login.map(|login| login.auth),
        endpoint: login.map(|login| login.main.endpoint.url().to_owned()),
        extra: login
            .iter()
            .flat_map(|login| &login.extra)
            .map(|extra| extra.endpoint.url().to_owned())
            .collect(),
        state: match login {
            None => "not logged in".to_owned(),
            Some(login) => match overridden(session, tool) {
                Some(variable) => format!("${variable} is set and wins over its file"),
                None if tool.asks_keyring(login) && helper::first_keyring_on_path().is_none() => {
                    "no `keyring` on PATH: it cannot ask for its token".to_owned()
                }
                None => files
                    .iter()
                    .map(|file| tool_state(session, tool, file, login, cached, Scope::User))
                    .chain(overruled(
                        tool,
                        login,
                        &session.places,
                        &session.environment,
                    ))
                    .find(|state| state != "ok")
                    .unwrap_or_else(|| "ok".to_owned()),
            },
        },
    }
}

/// A variable of this environment that wins over the tool's file.
fn overridden(session: &Session, tool: Tool) -> Option<&'static str> {
    tool.overriding_variables(&session.environment).next()
}

/// How a login is made again: that of `tool` alone, or of all that it was for.
pub fn again(scope: Scope, tool: Option<Tool>) -> String {
    let tool = tool.map_or_else(String::new, |tool| format!(" --tool {tool}"));
    match scope {
        Scope::User => format!("run `studio-mirror login{tool}`"),
        Scope::System => format!("as root, run `studio-mirror login --system{tool}`"),
    }
}

/// What one of the tool's files says, of this user's login or of that of all users.
pub fn tool_state(
    session: &Session,
    tool: Tool,
    file: &ToolFile,
    login: &ToolLogin,
    cached: Option<&Token>,
    scope: Scope,
) -> String {
    let again = |tool| again(scope, tool);
    let text = match files::read_text(&file.path) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return format!("{error:#}"),
    };
    let url = login.main.endpoint.url();
    let found = file.editor.inspect(&text, url);
    match (found, login.auth) {
        (Err(error), _) => format!("{tool} cannot read its file: {error}"),
        (Ok(Found::NotConfigured), _) => {
            format!("its file no longer names the repository; {}", again(None))
        }
        (Ok(Found::Amiss(what)), _) => format!("{what}; {}", again(Some(tool))),
        (Ok(Found::Unneeded), _) | (Ok(Found::Address), AuthMode::Token) => "ok".into(),
        (Ok(Found::Address | Found::Helper), AuthMode::Helper) => {
            match file.editor.program(&text, url) {
                Some(program) if !program.is_file() => format!(
                    "it asks `{}`, which is not there; {}",
                    program.display(),
                    again(None)
                ),
                _ => "ok".into(),
            }
        }
        (Ok(Found::Helper), AuthMode::Token) => {
            format!("its file holds no token; {}", again(None))
        }
        (Ok(Found::Token(_)), AuthMode::Helper) => {
            format!(
                "its file holds somebody's token, which will expire; {}",
                again(None)
            )
        }
        (Ok(Found::Token(found)), AuthMode::Token) => match cached {
            Some(token) if token.token == found && token.remaining(now()) > 0 => "ok".into(),
            Some(token) if token.token == found => {
                "its token has expired; run `studio-mirror login`".into()
            }
            Some(_) => "its token is not the last one; run `studio-mirror login`".into(),
            // The cache in memory is gone with a restart; the token in the file is not.
            None => match session.state.life(&found) {
                Some(life) if life.expires_at > now() => "ok".into(),
                Some(_) => "its token has expired; run `studio-mirror login`".into(),
                None => "holds a token whose age is not known here".into(),
            },
        },
    }
}

/// All of them, for people.
pub fn text(tools: &[ToolReport]) -> String {
    let mut text = String::new();
    let (tools, others): (Vec<_>, Vec<_>) = tools.iter().partition(|tool| tool.logged_in);
    let first = |tool: &ToolReport| tool.files.first().map_or("-".to_owned(), String::clone);
    let widest = tools.iter().map(|tool| first(tool).len()).max();
    let column = 19 + widest.unwrap_or_default();
    for tool in tools {
        let auth = tool.auth.map_or("-".to_owned(), |auth| auth.to_string());
        let head = format!("  {:<6} {auth:<7} {}", tool.tool.as_str(), first(tool));
        text += &beside(&head, column, &tool.state);
        for file in tool.files.iter().skip(1) {
            text += &format!("  {:<6} {:<7} {file}\n", "", "");
        }
        if let Some(endpoint) = &tool.endpoint {
            for endpoint in [endpoint].into_iter().chain(&tool.extra) {
                text += &format!("    {endpoint}\n");
            }
        }
    }
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|tool| tool.tool.as_str()).collect();
        text += &beside("  not logged in:", 17, &names.join(", "));
    }
    text
}
