//! Who answers the tools' questions for credentials.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::program::{every, python_tool};
use super::{ToolsPlan, command};
use crate::check::evidence::tools::{KeyringKind, KeyringSeen, NoBackend};
use crate::helper::{self, BACKEND_NAME, DISTRIBUTION};
use crate::state::ToolLogin;
use crate::token::{Store, is_token};
use crate::tools::effective::{Origin, Sourced};
use crate::tools::{Tool, keyringrc};

/// Python takes a while to load what it calls a keyring.
const LIMIT: Duration = Duration::from_millis(3_500);

/// Chooses the backend of the Python package keyring, whatever its file says.
const BACKEND_VARIABLE: &str = "PYTHON_KEYRING_BACKEND";

/// The programs that tools run when they want credentials, each with the tools that do.
pub fn look(plan: &ToolsPlan) -> Vec<KeyringSeen> {
    let on_path: Vec<PathBuf> = every("keyring", &plan.environment).collect();
    let mut runners: BTreeMap<Option<PathBuf>, Vec<(Tool, &ToolLogin)>> = BTreeMap::new();
    for (tool, login) in plan.logins() {
        if !login_runs_keyring(tool, login) {
            continue;
        }
        let own_folder = own_folder(plan, tool);
        let first = on_path
            .iter()
            .find(|path| own_folder.is_none() || path.parent().map(Path::to_owned) != own_folder);
        runners
            .entry(first.cloned())
            .or_default()
            .push((tool, login));
    }
    let seen = |(path, tools): (Option<PathBuf>, Vec<(Tool, &ToolLogin)>)| KeyringSeen {
        kind: match (&path, tools.first()) {
            (Some(path), Some((_, login))) => kind(path, login, plan),
            _ => KeyringKind::Missing,
        },
        path: path.map(|path| plan.places.shown(&path)),
        tools: tools.into_iter().map(|(tool, _)| tool).collect(),
    };
    runners.into_iter().map(seen).collect()
}

/// The others of Python's tools import the package keyring.
fn login_runs_keyring(tool: Tool, login: &ToolLogin) -> bool {
    tool.asks_keyring(login) && [Tool::Pip, Tool::Uv, Tool::Pdm].contains(&tool)
}

/// pip never runs a `keyring` of its own environment.
fn own_folder(plan: &ToolsPlan, tool: Tool) -> Option<PathBuf> {
    let pip = plan.find_pip().filter(|_| tool == Tool::Pip)?;
    Some(pip.prefix.join("bin"))
}

fn kind(path: &Path, login: &ToolLogin, plan: &ToolsPlan) -> KeyringKind {
    if helper::is_this_program(path) {
        return KeyringKind::Ours;
    }
    let url = format!("{}simple/", login.main.endpoint.url());
    let Some(said) = plan.asked.ask(path, &["get", &url, "aws"], LIMIT) else {
        return KeyringKind::Silent;
    };
    let said = said.trim_end_matches('\n');
    let known = Store::new(&plan.cache).read(&login.main.token);
    match known {
        Some(known) if known.token.expose() == said => KeyringKind::Answers,
        _ if is_token(said) => KeyringKind::SomethingElse,
        _ => KeyringKind::Silent,
    }
}

/// Whether the Python package keyring reaches us, where a tool imports it: how, or what keeps it from that.
pub fn backend(plan: &ToolsPlan) -> Option<Result<String, NoBackend>> {
    let imports = [Tool::Twine, Tool::Poetry, Tool::Hatch];
    let importing: Vec<Tool> = plan
        .logins()
        .filter(|(tool, login)| imports.contains(tool) && tool.asks_keyring(login))
        .map(|(tool, _)| tool)
        .collect();
    importing.first()?;
    let chosen = |backend| Some(Err(NoBackend::Chosen(backend)));
    if let Some(value) = plan.environment.get(BACKEND_VARIABLE)
        && !value.is_empty()
        && value != BACKEND_NAME
    {
        let origin = Origin::Variable(BACKEND_VARIABLE.to_owned());
        return chosen(Sourced::new(value.clone(), origin));
    }
    let path = plan.places.config.join("python_keyring/keyringrc.cfg");
    let shown = plan.places.shown(&path);
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    match keyringrc::backend(&text) {
        Ok(Some(named)) if named == BACKEND_NAME => Some(Ok(shown)),
        Ok(None)
            if importing
                .iter()
                .all(|tool| plan.of_everybody.contains(tool)) =>
        {
            installed_for_all(plan, &importing)
        }
        Ok(named) => chosen(Sourced::default(named.unwrap_or_else(|| "none".to_owned()))),
        Err(error) => chosen(Sourced::default(format!(
            "not to be read ({shown}: {error})"
        ))),
    }
}

/// The same by the distribution that the login of all users leaves in every Python: none of `tools` needs a file of the user's.
fn installed_for_all(plan: &ToolsPlan, tools: &[Tool]) -> Option<Result<String, NoBackend>> {
    let look = |tool: &Tool| {
        let path = plan.find(command(*tool))?;
        let python = python_tool(DISTRIBUTION, &path, &plan.places.home, &plan.asked)?;
        let prefix = plan.places.shown(&python.prefix);
        Some(match python.version {
            Some(_) => Ok(format!("{DISTRIBUTION} in {prefix}")),
            None => Err(NoBackend::NotInstalled(*tool, prefix)),
        })
    };
    let seen: Vec<_> = tools.iter().filter_map(look).collect();
    let missing = seen.iter().position(Result::is_err).unwrap_or_default();
    seen.into_iter().nth(missing)
}
