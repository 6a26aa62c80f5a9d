//! The login of all users: what root's `login --system` wrote into /etc, where everybody reads it. No secret is in it.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use anyhow::{Context, anyhow, bail};

use crate::credentials::CredentialSource;
use crate::error::with_hint;
use crate::files::{self, Mode};
use crate::places::Places;
use crate::state::{Part, State, ToolLogin};
use crate::tools::{SystemWide, Tool};

/// Where it stands. A fixed place that root alone can write: it tells the helper whom to trust.
pub const FILE: &str = "/etc/studio-mirror/login.json";

/// The login of all users, if there is one.
///
/// # Errors
/// When somebody else than root could have written it, or it does not parse.
pub fn read() -> anyhow::Result<Option<State>> {
    let path = Path::new(FILE);
    let Some(text) = files::read_text(path)? else {
        return Ok(None);
    };
    let folder = path.parent().unwrap_or(path);
    if let Some(odd) = [path, folder].into_iter().find(|path| !is_roots(path)) {
        let odd = odd.display();
        bail!(with_hint(
            anyhow!("`{odd}` is not root's alone; somebody else could have written it"),
            format!("as root: chown root:root '{odd}'; chmod go-w '{odd}'"),
        ));
    }
    let state = State::parse(text.as_bytes()).map_err(|error| {
        let error = error.context(format!("`{FILE}` is damaged"));
        with_hint(error, "as root, run `studio-mirror login --system`")
    })?;
    Ok(Some(state))
}

/// The same as the process with this environment is to use it: with its own credentials.
///
/// # Errors
/// As [`read`].
pub fn read_for_caller(
    places: &Places,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<Option<State>> {
    let Some(mut state) = read()? else {
        return Ok(None);
    };
    let caller = CredentialSource::of_caller(places, environment);
    for login in state.tools.values_mut().flat_map(repositories_mut) {
        login.token.credentials = caller.clone();
    }
    Ok(Some(state))
}

/// Lets everybody read what `state` says of tools that are set up, and nothing of what files held before.
///
/// # Errors
/// When the file cannot be written or deleted.
pub fn publish(state: &State) -> anyhow::Result<()> {
    let path = Path::new(FILE);
    let mut told = State::default();
    told.told = state.told.clone();
    told.tools = state.tools.clone();
    // One whose file is refused is remembered, for the next login, and nothing leads it to us.
    told.tools.retain(|tool, _| is_set_up(state, *tool));
    if told.tools.is_empty() {
        return match std::fs::remove_file(path) {
            Err(error) if !files::is_absent(&error) => {
                Err(error).with_context(|| format!("cannot delete `{FILE}`"))
            }
            _ => {
                // Only where nothing else of root's is in it.
                let _ = path.parent().map(std::fs::remove_dir);
                Ok(())
            }
        };
    }
    let mut text = serde_json::to_vec_pretty(&told)?;
    text.push(b'\n');
    files::remove_litter(path);
    files::write(path, &text, Mode::Shared)?;
    Ok(())
}

/// Whether something of the machine's leads `tool` to us, or nothing has to.
fn is_set_up(state: &State, tool: Tool) -> bool {
    let needs_nothing = |all: SystemWide| all.files.is_empty() && all.shims.is_empty();
    let is_led = !state.paths_of(Part::Tool(tool)).is_empty();
    is_led || tool.client().system().is_none_or(needs_nothing)
}

fn repositories_mut(
    login: &mut ToolLogin,
) -> impl Iterator<Item = &mut crate::state::RepositoryLogin> {
    std::iter::once(&mut login.main).chain(&mut login.extra)
}

fn is_roots(path: &Path) -> bool {
    std::fs::symlink_metadata(path)
        .is_ok_and(|kind| kind.uid() == 0 && kind.mode() & 0o022 == 0 && !kind.is_symlink())
}
