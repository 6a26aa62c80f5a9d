//! `status`: settings with their sources, and what each tool is set to. Asks nobody over the network.

mod everybody;
mod renewal;

use std::process::ExitCode;

use serde::Serialize;

use super::overruled::overruled;
use super::session::Session;
use crate::columns::beside;
use crate::credentials::CredentialSource;
use crate::files;
use crate::helper::{self, renewed_keys};
use crate::output::Report;
use crate::settings::Field;
use crate::state::ToolLogin;
use crate::timestamp::{rfc3339, span};
use crate::token::{Store, Token, now};
use crate::tools::{AuthMode, Found, Tool, ToolFile};
use everybody::EverybodysTool;
use renewal::RefreshReport;

/// Shows it.
pub fn run(session: &Session) -> anyhow::Result<ExitCode> {
    session.printer.report(&StatusReport::of(session))?;
    Ok(ExitCode::SUCCESS)
}

#[derive(Debug, Serialize)]
struct StatusReport {
    settings: Vec<SettingReport>,
    credentials: String,
    tools: Vec<ToolReport>,
    /// What root's `login --system` set up for all users.
    all_users: Vec<EverybodysTool>,
    token: Option<TokenReport>,
    helper: HelperReport,
    refresh: RefreshReport,
}

#[derive(Debug, Serialize)]
struct SettingReport {
    name: String,
    value: String,
    source: String,
}

#[derive(Debug, Serialize)]
struct ToolReport {
    tool: Tool,
    files: Vec<String>,
    logged_in: bool,
    auth: Option<AuthMode>,
    endpoint: Option<String>,
    /// Endpoints of `[[repository]]` beside it.
    extra: Vec<String>,
    /// `ok`, or what is wrong.
    state: String,
}

#[derive(Debug, Serialize)]
struct TokenReport {
    expires_at: String,
    expires_in_seconds: u64,
    usable: bool,
    cache: String,
}

#[derive(Debug, Serialize)]
struct HelperReport {
    first_keyring_on_path: Option<String>,
    is_studio_mirror: bool,
}

impl StatusReport {
    fn of(session: &Session) -> Self {
        let mut settings: Vec<SettingReport> = session
            .settings
            .all()
            .map(|(_, name, setting)| SettingReport {
                name: name.to_owned(),
                value: setting.value.clone(),
                source: setting.source.to_string(),
            })
            .collect();
        let everybodys = session.settings.get(Field::Repository);
        settings.extend(
            session
                .settings
                .own_repositories()
                .filter(|(_, setting)| everybodys != Some(&setting.value))
                .map(|(tool, setting)| SettingReport {
                    name: format!("repository of {tool}"),
                    value: setting.value.clone(),
                    source: setting.source.to_string(),
                }),
        );
        settings.extend(session.settings.repository_entries().map(|(entry, path)| {
            let domain = entry.domain.as_deref();
            SettingReport {
                name: "[[repository]]".to_owned(),
                value: match domain {
                    Some(domain) => format!("{} of domain {domain}", entry.name),
                    None => entry.name.clone(),
                },
                source: path.display().to_string(),
            }
        }));
        let cached = cached_token(session);
        let first = helper::first_keyring_on_path();
        Self {
            settings,
            credentials: credentials(session),
            tools: Tool::all()
                .map(|tool| tool_report(session, tool, cached.as_ref().map(|(token, _)| token)))
                .collect(),
            all_users: everybody::tools(session),
            token: cached.map(|(token, cache)| TokenReport {
                expires_at: rfc3339(token.expires_at),
                expires_in_seconds: token.remaining(now()),
                usable: token.is_usable(now()),
                cache,
            }),
            refresh: RefreshReport::of(session),
            helper: HelperReport {
                is_studio_mirror: first
                    .as_ref()
                    .is_some_and(|path| helper::is_this_program(path)),
                first_keyring_on_path: first.map(|path| session.places.shown(&path)),
            },
        }
    }
}

/// Whose credentials are used: those of the login, which may have had keys that are not here.
fn credentials(session: &Session) -> String {
    let Some(login) = session.state.tools.values().next() else {
        return session.credential_source().describe();
    };
    let source = renewed_keys(&login.main.token).credentials;
    let key = session.environment.get("AWS_ACCESS_KEY_ID");
    let is_gone =
        matches!(source, CredentialSource::Environment { .. }) && key.is_none_or(String::is_empty);
    match is_gone {
        true => format!("{}, at the login; not set here", source.describe()),
        false => source.describe(),
    }
}

/// The newest token in the cache among those that the tools use, and its file.
fn cached_token(session: &Session) -> Option<(Token, String)> {
    let store = Store::new(session.cache_folder());
    session
        .logins()
        .flat_map(ToolLogin::repositories)
        .filter_map(|known| {
            let path = session.places.shown(&store.path(&known.token));
            Some((store.read(&known.token)?, path))
        })
        .max_by_key(|(token, _)| token.expires_at)
}

fn tool_report(session: &Session, tool: Tool, cached: Option<&Token>) -> ToolReport {
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
                    .map(|file| tool_state(tool, file, login, cached))
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

fn tool_state(tool: Tool, file: &ToolFile, login: &ToolLogin, cached: Option<&Token>) -> String {
    let text = match files::read_text(&file.path) {
        Ok(text) => text.unwrap_or_default(),
        Err(error) => return format!("{error:#}"),
    };
    let found = file.editor.inspect(&text, login.main.endpoint.url());
    match (found, login.auth) {
        (Err(error), _) => format!("{tool} cannot read its file: {error}"),
        (Ok(Found::NotConfigured), _) => {
            "its file no longer names the repository; run `studio-mirror login`".into()
        }
        (Ok(Found::Unneeded | Found::Address), _) | (Ok(Found::Helper), AuthMode::Helper) => {
            "ok".into()
        }
        (Ok(Found::Helper), AuthMode::Token) => {
            "its file holds no token; run `studio-mirror login`".into()
        }
        (Ok(Found::Token(_)), AuthMode::Helper) => {
            "its file holds somebody's token, which will expire; run `studio-mirror login`".into()
        }
        (Ok(Found::Token(found)), AuthMode::Token) => match cached {
            Some(token) if token.token == found && token.remaining(now()) > 0 => "ok".into(),
            Some(token) if token.token == found => {
                "its token has expired; run `studio-mirror login`".into()
            }
            Some(_) => "its token is not the last one; run `studio-mirror login`".into(),
            // The cache in memory is gone with a restart; the token in the file is not.
            None => "holds a token whose age is not known here".into(),
        },
    }
}

impl StatusReport {
    fn tools_text(&self) -> String {
        let mut text = String::new();
        let (tools, others): (Vec<_>, Vec<_>) = self.tools.iter().partition(|tool| tool.logged_in);
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
}

impl Report for StatusReport {
    fn text(&self) -> String {
        let mut text = String::from("Settings\n");
        let names_domain = ["domain", "[[repository]]"];
        if !self
            .settings
            .iter()
            .any(|setting| names_domain.contains(&setting.name.as_str()))
        {
            text += "  no domain: run `studio-mirror login --domain NAME --repository NAME`\n";
        }
        let width = self.settings.iter().map(|setting| setting.value.len());
        let width = width.max().unwrap_or_default();
        for setting in &self.settings {
            text += &format!(
                "  {:<20} {:<width$}  from {}\n",
                setting.name, setting.value, setting.source
            );
        }
        text += &beside("  credentials", 23, &self.credentials);
        text += "Tools\n";
        text += &self.tools_text();
        text += &everybody::text(&self.all_users);
        text += "Token\n";
        match &self.token {
            None => text += "  none cached; the next request gets one\n",
            Some(token) => {
                let life = match token.expires_in_seconds {
                    0 => format!("expired at {}", token.expires_at),
                    seconds => format!("good for {} (until {})", span(seconds), token.expires_at),
                };
                text += &format!("  {life}\n  cached in {}\n", token.cache);
            }
        }
        text += "Renewal of tokens in files\n";
        let held = |tool: &ToolReport| tool.auth == Some(AuthMode::Token);
        text += &self.refresh.text(self.tools.iter().any(held));
        text += "Credential helper\n";
        text += &match (
            &self.helper.first_keyring_on_path,
            self.helper.is_studio_mirror,
        ) {
            (None, _) => "  no `keyring` on PATH\n".to_owned(),
            (Some(path), true) => format!("  {path}\n"),
            (Some(path), false) => {
                format!("  {path}, which asks studio-mirror if it is Python's\n")
            }
        };
        text
    }
}
