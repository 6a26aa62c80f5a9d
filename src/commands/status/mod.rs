//! `status`: settings with their sources, and what each tool is set to. Asks nobody over the network.

mod everybody;
mod renewal;
mod tools;

use std::process::ExitCode;

use serde::Serialize;

use super::session::Session;
use crate::columns::beside;
use crate::credentials::CredentialSource;
use crate::helper::{self, renewed_keys};
use crate::output::Report;
use crate::settings::Field;
use crate::state::ToolLogin;
use crate::timestamp::{rfc3339, span};
use crate::token::{Store, Token, now};
use crate::tools::{AuthMode, Tool};
use everybody::EverybodysTool;
use renewal::RefreshReport;
use tools::ToolReport;

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
                .map(|tool| tools::report(session, tool, cached.as_ref().map(|(token, _)| token)))
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
        text += &tools::text(&self.tools);
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
