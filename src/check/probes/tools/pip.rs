//! pip, as the shell that this runs in would start it.

use super::program::find_pip;
use super::{ToolsPlan, beside, exists};
use crate::check::evidence::tools::{Program, ToolSeen};
use crate::state::ToolLogin;
use crate::tools::Tool;
use crate::tools::effective::pip::{Folders, PipSettings, files, merge};

/// `None` where no pip is installed.
pub fn look(plan: &ToolsPlan, login: &ToolLogin) -> Option<ToolSeen<PipSettings>> {
    let pip = find_pip(&plan.places.home, &plan.environment)?;
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
    Some(ToolSeen {
        beside: settings
            .as_ref()
            .map(|settings| beside(&settings.extra, &login, "simple/"))
            .unwrap_or_default(),
        held: held.filter(|_| index.is_some_and(|index| login.is_ours(&index.value, "simple/"))),
        program: Program {
            has_keyring: pip.has_keyring,
            ..plan.program(&pip.path, pip.version)
        },
        login,
        settings,
    })
}
