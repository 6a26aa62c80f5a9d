//! Which tools have a say in a file: several may read the same one (~/.npmrc).

use std::collections::BTreeMap;
use std::path::Path;

use crate::files;
use crate::places::Places;
use crate::state::{Part, State};
use crate::tools::compose::Sharer;
use crate::tools::{AuthMode, Editor, Tool};

/// The tools that `path` was changed for and that are still logged in.
pub fn remembered<'a>(
    state: &'a State,
    path: &Path,
    places: &Places,
    environment: &BTreeMap<String, String>,
) -> Vec<Sharer<'a>> {
    let tools = state.tools_of(path).into_iter();
    tools
        .filter_map(|tool| {
            Some(Sharer {
                tool,
                login: state.tools.get(&tool)?,
                editor: editor_of(tool, path, places, environment)?,
                written: state.written(path),
            })
        })
        .collect()
}

/// Whether a file of these tools has a name that a token of theirs is kept by stand for another host: the token itself may stand in
/// another of their files.
///
/// # Errors
/// When one of the files cannot be read or understood.
pub fn lead_astray(
    sharers: &[Sharer],
    state: &State,
    places: &Places,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<bool> {
    let hold = |sharer: &&Sharer| sharer.login.auth == AuthMode::Token;
    for sharer in sharers.iter().filter(hold) {
        let repositories = sharer.login.repositories();
        let urls: Vec<&str> = repositories.map(|known| known.endpoint.url()).collect();
        for path in state.paths_of(Part::Tool(sharer.tool)) {
            let editor = editor_of(sharer.tool, &path, places, environment);
            let text = files::read_text(&path)?;
            if let (Some(editor), Some(text)) = (editor, text)
                && editor.leads_astray(&text, &urls)?
            {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// How `tool` edits `path`. A variable may have led to another place when it was changed: then the
/// file's name tells, else there is but one.
pub fn editor_of(
    tool: Tool,
    path: &Path,
    places: &Places,
    environment: &BTreeMap<String, String>,
) -> Option<&'static dyn Editor> {
    let files = [AuthMode::Helper, AuthMode::Token]
        .map(|auth| tool.files(places, environment, auth))
        .concat();
    let same_path = files.iter().find(|file| file.path == path);
    let same_name = || {
        files
            .iter()
            .find(|file| file.path.file_name() == path.file_name())
    };
    let file = same_path.or_else(same_name).or(files.first())?;
    Some(file.editor)
}
