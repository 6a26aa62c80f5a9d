//! What stands in a tool's files that a login leaves alone, and wins over what it wrote.

use std::collections::BTreeMap;

use crate::files;
use crate::places::Places;
use crate::state::ToolLogin;
use crate::tools::{Tool, WinningFile};

/// One sentence for each registry that keeps `tool` from a repository of `login`.
pub fn overruled(
    tool: Tool,
    login: &ToolLogin,
    places: &Places,
    environment: &BTreeMap<String, String>,
) -> Vec<String> {
    let files = tool.client().winning_files(places, environment);
    files
        .iter()
        .flat_map(|file| in_file(file, login, places))
        .collect()
}

fn in_file(file: &WinningFile, login: &ToolLogin, places: &Places) -> Vec<String> {
    // What cannot be read is the tool's to complain of.
    let text = files::read_text(&file.path).ok().flatten();
    let named = text.map_or_else(Vec::new, |text| (file.names)(&text));
    let mut sentences = Vec::new();
    for (at, known) in login.repositories().enumerate() {
        let scope = known.namespace.as_deref();
        let is_used = at == 0 || scope.is_some();
        let url = known.endpoint.url();
        let winning = named.iter().filter(|named| named.overrules(scope, url));
        for named in winning.filter(|_| is_used) {
            sentences.push(format!(
                "`{}` in {} ({}) wins for {}: take it out there to use the repository",
                named.setting,
                places.shown(&file.path),
                named.shown_url(),
                file.readers
            ));
        }
    }
    sentences
}
