//! npm, in the folder that this runs in.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{ToolsPlan, beside, exists, links, said};
use crate::check::evidence::tools::{LoginSeen, ToolSeen};
use crate::state::ToolLogin;
use crate::tools::Tool;
use crate::tools::effective::npm::{NpmSettings, merge, project_file};

/// `None` where no npm is installed.
pub fn look(plan: &ToolsPlan, login: &ToolLogin) -> Option<ToolSeen<NpmSettings>> {
    let path = plan.find("npm")?;
    let login_seen = plan.login_seen(Tool::Npm, login);
    let program = plan.program(&path, version(&path));
    let is_shimmed = login_seen.is_shimmed && program.is_behind_us;
    let texts = plan.read(files(plan, login, &path, is_shimmed));
    let mut settings = merge(&texts, &plan.environment, login_seen.namespace.as_deref());
    settings.leaves_out_user = left_out(plan, &login_seen);
    let held = settings
        .token
        .as_ref()
        .map(|token| plan.held(&token.value, &token.origin));
    Some(ToolSeen {
        program,
        beside: beside(&settings.scopes, &login_seen, ""),
        links: links::of(&settings.links),
        held: held.filter(|_| login_seen.is_ours(&settings.registry.value, "")),
        login: login_seen,
        settings: Ok(settings),
    })
}

/// The variable that hides the user's own file, where that one leads to the repository.
fn left_out(plan: &ToolsPlan, login: &LoginSeen) -> Option<String> {
    let (variable, _) = named(plan, "userconfig")?;
    let texts = plan.read([plan.places.home.join(".npmrc")]);
    let usual = merge(&texts, &BTreeMap::new(), login.namespace.as_deref());
    login
        .is_ours(&usual.registry.value, "")
        .then(|| variable.to_owned())
}

/// The variable that names the setting `name`, in whatever case, and its value.
fn named<'p>(plan: &'p ToolsPlan, name: &str) -> Option<(&'p str, &'p str)> {
    let variable = format!("npm_config_{name}");
    let mut all = plan.environment.iter();
    let (variable, value) = all.find(|(known, _)| known.eq_ignore_ascii_case(&variable))?;
    (!value.is_empty()).then_some((variable, value))
}

/// The files that npm reads, the one that wins first.
fn files(plan: &ToolsPlan, login: &ToolLogin, npm: &Path, is_shimmed: bool) -> Vec<PathBuf> {
    let user = Tool::Npm
        .client()
        .files(&plan.places, &plan.environment, login.auth);
    let user = named(plan, "userconfig")
        .map(|(_, path)| PathBuf::from(path))
        .or_else(|| user.into_iter().next().map(|file| file.path));
    let project = plan
        .project
        .as_deref()
        .map(|folder| project_file(folder, exists));
    let named = |name: &str| Some(PathBuf::from(named(plan, name)?.1));
    let prefix = named("prefix").or_else(|| {
        let folder = npm.parent()?.parent()?;
        Some(folder.to_owned())
    });
    let ours = plan.files(Tool::Npm, login).into_iter().next();
    let ours = ours.filter(|_| is_shimmed).map(|file| file.path);
    // Our link before it on PATH puts what all users get over the machine's own.
    let machine = named("globalconfig").or_else(|| Some(prefix?.join("etc/npmrc")));
    project
        .into_iter()
        .chain(user)
        .chain(ours)
        .chain(machine)
        .collect()
}

/// The version in the package.json that the program belongs to.
fn version(npm: &Path) -> Option<String> {
    let real = fs::canonicalize(npm).ok()?;
    real.ancestors().skip(1).take(3).find_map(|folder| {
        let text = fs::read_to_string(folder.join("package.json")).ok()?;
        said::npm(&text)
    })
}
