//! uv, in the folder that this runs in.

use std::path::{Path, PathBuf};

use super::{ToolsPlan, beside, exists, links, said};
use crate::check::evidence::tools::{Held, Program, ToolSeen, UvViews};
use crate::endpoint::PlainUrl;
use crate::state::ToolLogin;
use crate::tools::Tool;
use crate::tools::effective::links::{Link, LinkKind};
use crate::tools::effective::netrc::{in_netrc, in_uv_store};
use crate::tools::effective::uv::{CONFIG_FILE, View, leaves_out, merge, project_file};
use crate::tools::effective::{Address, BadFile, Origin, ReadFile, Sourced};

/// `None` where no uv is installed.
pub fn look(plan: &ToolsPlan, login: &ToolLogin) -> Option<ToolSeen<UvViews>> {
    let path = plan.find("uv")?;
    let said = plan.asked.ask(&path, &["--version"], super::program::LIMIT);
    let version = said.and_then(|said| said::uv(&said));
    let login = plan.login_seen(Tool::Uv, login);
    let texts = plan.read(files(plan));
    let settings = views(plan, &texts, &login.endpoint);
    let main = settings.as_ref().ok().map(|views| &views.project);
    let held = main.and_then(|main| {
        let index = login
            .is_ours(&main.index.value, "simple/")
            .then_some(&main.index)?;
        if let Some(password) = &main.password {
            return Some(plan.held(&password.value, &password.origin));
        }
        Some(plan.held(index.value.password.as_ref()?, &index.origin))
    });
    let program = plan.program(&path, version);
    let between = main.map(|main| {
        let mut all = main.links.clone();
        if !all.iter().any(|link| link.kind == LinkKind::Unproved)
            && let Some(roots) = named_roots(plan, &program)
        {
            // It wins over the system's store.
            all.retain(|link| link.kind != LinkKind::Store);
            all.push(roots);
        }
        links::of(&all)
    });
    Some(ToolSeen {
        links: between.unwrap_or_default(),
        beside: settings
            .as_ref()
            .map(|views| {
                let mut all = views.project.extra.clone();
                let more = views.pip.extra.iter().filter(|index| !all.contains(index));
                all.extend(more.cloned().collect::<Vec<_>>());
                beside(&all, &login, "simple/")
            })
            .unwrap_or_default(),
        program,
        held,
        login,
        settings,
    })
}

/// The CAs that OpenSSL's variables name: what they name together is not tried, as is any folder. uv before 0.11 knows the
/// file alone, and passes over one that is not there.
fn named_roots(plan: &ToolsPlan, program: &Program) -> Option<Link> {
    let is_newer = program.is_at_least(0, 11) != Some(false);
    let named = ["SSL_CERT_DIR", "SSL_CERT_FILE"].into_iter();
    let mut named = named.filter_map(|name| {
        let value = plan
            .environment
            .get(name)
            .filter(|value| !value.is_empty())?;
        let counts = is_newer || (name == "SSL_CERT_FILE" && exists(Path::new(value)));
        counts.then_some((name, value))
    });
    let (name, value) = named.next()?;
    let found = Sourced::new(value.clone(), Origin::Variable(name.to_owned()));
    Some(Link::new(LinkKind::Roots, name, &found))
}

/// The files that uv reads, the one that wins first.
fn files(plan: &ToolsPlan) -> Vec<PathBuf> {
    let environment = &plan.environment;
    match leaves_out(environment) {
        Some(CONFIG_FILE) => {
            return environment
                .get(CONFIG_FILE)
                .map(PathBuf::from)
                .into_iter()
                .collect();
        }
        Some(_) => return Vec::new(),
        None => {}
    }
    let read = |path: &Path| std::fs::read_to_string(path).ok();
    let project = plan
        .project
        .as_deref()
        .and_then(|folder| project_file(folder, read));
    let shared = environment
        .get("XDG_CONFIG_DIRS")
        .map_or("/etc/xdg", String::as_str);
    let system = shared
        .split(':')
        .map(|folder| Path::new(folder).join("uv/uv.toml"))
        .chain([PathBuf::from("/etc/uv/uv.toml")])
        .find(|path| exists(path));
    let user = plan.places.config.join("uv/uv.toml");
    project.into_iter().chain([user]).chain(system).collect()
}

fn views(plan: &ToolsPlan, texts: &[ReadFile], endpoint: &str) -> Result<UvViews, BadFile> {
    let project = merge(texts, &plan.environment, View::Project)?;
    let user = project.index.value.user.clone();
    Ok(UvViews {
        netrc: netrc(plan, endpoint, user.as_deref()),
        store: store(plan, endpoint, user.as_deref()),
        pip: merge(texts, &plan.environment, View::Pip)?,
        project,
    })
}

fn netrc(plan: &ToolsPlan, endpoint: &str, user: Option<&str>) -> Option<Held> {
    let host = PlainUrl::parse(endpoint).ok()?.host().to_owned();
    let file = plan.read([plan.netrc()]).pop()?;
    let found = in_netrc(&file, &host, user)?;
    Some(plan.held(&found.value, &found.origin))
}

fn store(plan: &ToolsPlan, endpoint: &str, user: Option<&str>) -> Option<Held> {
    let file = plan.read([plan.uv_store()]).pop()?;
    let index = Address::of(&format!("{endpoint}simple/"));
    // A store that uv cannot read is a store that uv says so of.
    let found = in_uv_store(&file, &index.url, user).ok()??;
    Some(plan.held(&found.value, &found.origin))
}
