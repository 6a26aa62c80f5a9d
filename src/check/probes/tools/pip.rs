//! pip, as the shell that this runs in would start it.

use super::{ToolsPlan, beside, exists, links};
use crate::check::evidence::tools::{Program, ToolSeen};
use crate::endpoint::PlainUrl;
use crate::state::ToolLogin;
use crate::tools::Tool;
use crate::tools::effective::links::{Link, LinkKind};
use crate::tools::effective::pip::{Folders, PipSettings, files, merge};

/// `None` where no pip is installed.
pub fn look(plan: &ToolsPlan, login: &ToolLogin) -> Option<ToolSeen<PipSettings>> {
    let pip = plan.find_pip()?;
    let folders = Folders {
        home: &plan.places.home,
        config: &plan.places.config,
        prefix: Some(&pip.prefix),
    };
    let texts = plan.read(files(&folders, &plan.environment, exists));
    let settings = merge(&texts, &plan.environment, exists);
    let login = plan.login_seen(Tool::Pip, login);
    let index = settings.as_ref().ok().map(|settings| &settings.index);
    let held =
        index.and_then(|index| Some(plan.held(index.value.password.as_ref()?, &index.origin)));
    let between = settings.as_ref().ok().map(|settings| {
        let mut links = settings.links.clone();
        links.extend(unproved(settings, &login.endpoint));
        links::of(&links)
    });
    Some(ToolSeen {
        links: between.unwrap_or_default(),
        beside: settings
            .as_ref()
            .map(|settings| beside(&settings.extra, &login, "simple/"))
            .unwrap_or_default(),
        held: held.filter(|_| index.is_some_and(|index| login.is_ours(&index.value, "simple/"))),
        program: Program {
            has_keyring: pip.has_keyring,
            is_of_old_python: pip.is_old,
            ..plan.program(&pip.path, pip.version)
        },
        login,
        settings,
    })
}

/// Whether the repository's host is among those that need not prove who they are.
fn unproved(settings: &PipSettings, endpoint: &str) -> Option<Link> {
    let hosts = settings.trusted_hosts.as_ref()?;
    let url = PlainUrl::parse(endpoint).ok()?;
    let is_it = |word: &str| {
        word == url.host() || word == url.origin().rsplit("//").next().unwrap_or_default()
    };
    let is_secure = endpoint.starts_with("https:");
    (is_secure && hosts.value.split_whitespace().any(is_it))
        .then(|| Link::new(LinkKind::Unproved, "trusted-host", hosts))
}
