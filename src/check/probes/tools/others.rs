//! The tools whose files login's own editors inspect: those, the variables over them, and the project's file.

use std::path::{Path, PathBuf};

use super::{ToolsPlan, command, exists};
use crate::check::evidence::tools::{Held, LoginSeen, OtherSeen};
use crate::edit::SyntaxError;
use crate::secret::Secret;
use crate::state::ToolLogin;
use crate::tools::effective::{Address, Origin, ReadFile, Sourced, project};
use crate::tools::poetry::AuthToml;
use crate::tools::{AuthMode, Found, Tool, dotnet};

/// `None` where the tool is not installed.
pub fn look(plan: &ToolsPlan, tool: Tool, login: &ToolLogin) -> Option<OtherSeen> {
    let path = plan.find(command(tool))?;
    let seen = plan.login_seen(tool, login);
    let mut trouble = None;
    let mut held = Vec::new();
    for file in plan.files(tool, login) {
        let read = plan.read([file.path.clone()]).pop();
        let read = read.unwrap_or_else(|| ReadFile {
            path: plan.places.shown(&file.path),
            text: Ok(Secret::new("")),
            is_own: true,
        });
        let found = match &read.text {
            Ok(text) => file.editor.inspect(text.expose(), &seen.endpoint),
            Err(error) => Err(error.clone()),
        };
        if let Ok(Found::Token(token)) = &found {
            held.push(held_in(plan, &read, token));
        }
        trouble = trouble.or_else(|| what_is_wrong(tool, &read, found));
    }
    let holds_none = login.auth == AuthMode::Token && held.is_empty() && !seen.is_shimmed;
    if holds_none && trouble.is_none() {
        trouble = Some(format!("{} holds no token", seen.file));
    }
    if tool == Tool::Poetry && login.auth == AuthMode::Helper {
        held.extend(poetrys_own_logins(plan));
    }
    Some(OtherSeen {
        tool,
        program: plan.program(&path, None),
        wins: over_files(plan, tool, login, &seen),
        login: seen,
        trouble,
        held,
    })
}

/// poetry takes a login in auth.toml before it asks the keyring.
fn poetrys_own_logins(plan: &ToolsPlan) -> Option<Held> {
    let client = Tool::Poetry.client();
    let files = client.files(&plan.places, &plan.environment, AuthMode::Token);
    files.iter().find_map(|file| {
        let read = plan.read([file.path.clone()]).pop()?;
        let password = AuthToml::password_before_keyring(read.text().ok()?);
        Some(held_in(plan, &read, &password.ok()??))
    })
}

fn held_in(plan: &ToolsPlan, file: &ReadFile, token: &Secret) -> Held {
    let text = file.text().unwrap_or_default();
    let line = text.lines().position(|line| line.contains(token.expose()));
    let line = line.map_or(1, |at| at + 1);
    plan.held(token, &file.lines(line, line, None))
}

fn what_is_wrong(tool: Tool, file: &ReadFile, found: Result<Found, SyntaxError>) -> Option<String> {
    let path = &file.path;
    match found {
        Err(error) => Some(format!("{tool} cannot read {path}: {error}")),
        Ok(Found::NotConfigured) => Some(format!("{path} does not name the repository")),
        Ok(Found::Amiss(what)) => Some(format!("{path}: {what}")),
        Ok(_) => None,
    }
}

/// What tools put behind an endpoint.
const TAILS: [&str; 3] = ["", "simple/", "v3/index.json"];

/// What wins over login's files: a variable, else the nearest of the project's files that names another place.
fn over_files(
    plan: &ToolsPlan,
    tool: Tool,
    logged_in: &ToolLogin,
    login: &LoginSeen,
) -> Option<Sourced<String>> {
    let is_ours = |address: &Address| TAILS.iter().any(|tail| login.is_ours(address, tail));
    if let Some(variable) = tool.overriding_variables(&plan.environment).next() {
        let address = |value: &String| Address::of(value);
        let value = plan.environment.get(variable).map(address);
        // One that names our own place is no conflict.
        if !value.as_ref().is_some_and(&is_ours) {
            let shown = value
                .filter(|value| value.is_remote())
                .map_or_else(String::new, |value| value.url);
            return Some(Sourced::new(shown, Origin::Variable(variable.to_owned())));
        }
    }
    let own: Vec<PathBuf> = plan
        .files(tool, logged_in)
        .into_iter()
        .map(|file| file.path)
        .collect();
    let ours = match tool {
        Tool::Dotnet => names_for_nuget(plan, &own, &login.endpoint),
        _ => Vec::new(),
    };
    let folder = plan.project.as_deref()?;
    let names = project::files(tool);
    let found = folder
        .ancestors()
        .flat_map(|folder: &Path| names.iter().map(move |name| folder.join(name)));
    let is_read = |path: &Path| tool != Tool::Cargo || !is_beside_config(path);
    let found = found.filter(|path| exists(path) && is_read(path) && !own.contains(path));
    plan.read(found)
        .iter()
        .find_map(|file| project::wins(tool, file, &ours, is_ours))
}

/// Beside a `config` cargo reads no config.toml.
fn is_beside_config(path: &Path) -> bool {
    path.extension().is_some() && exists(&path.with_extension(""))
}

/// What login's own file calls its source: a project's of that name wins over it.
fn names_for_nuget(plan: &ToolsPlan, own: &[PathBuf], endpoint: &str) -> Vec<String> {
    let read = plan.read(own.iter().cloned());
    let texts = read.iter().filter_map(|file| file.text().ok());
    texts
        .flat_map(|text| dotnet::names(text, endpoint))
        .collect()
}
