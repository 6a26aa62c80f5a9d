//! What stands in a tool's files that a login leaves alone, and wins over what it wrote.

use std::collections::BTreeMap;
use std::path::Path;

use crate::files;
use crate::places::Places;
use crate::secret::Secret;
use crate::state::ToolLogin;
use crate::tools::effective::pip::{self, Folders};
use crate::tools::effective::{Address, Origin, ReadFile};
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

/// One sentence for each place that pip's other files put before the repositories of `login`, or beside them. `planned` has
/// what a file will say once a login has written it; `prefix` is that of the Python in question.
pub fn by_pips_other_files(
    login: &ToolLogin,
    places: &Places,
    environment: &BTreeMap<String, String>,
    prefix: Option<&Path>,
    planned: impl Fn(&Path) -> Option<String>,
) -> Vec<String> {
    let read = read_pips_files(places, environment, prefix, planned);
    // Variables are warned of by their names. What pip cannot read it complains of.
    let Ok(settings) = pip::merge(&read, &BTreeMap::new(), Path::exists) else {
        return Vec::new();
    };
    let elsewhere = |origin: &Origin| matches!(origin, Origin::Lines(lines) if !lines.is_own);
    let is_ours = |address: &Address| {
        let mut urls = login.repositories().map(|known| known.endpoint.url());
        urls.any(|url| address.same_place(&format!("{url}simple/")))
    };
    let index = &settings.index;
    let overruling = (elsewhere(&index.origin) && !is_ours(&index.value)).then(|| {
        format!(
            "{} ({}) wins for pip: take it out there to use the repository",
            index.origin, index.value.url
        )
    });
    let beside = settings
        .extra
        .iter()
        .filter(|extra| elsewhere(&extra.origin) && !is_ours(&extra.value));
    let beside = beside.map(|extra| {
        format!(
            "pip takes packages from {} ({}) beside CodeArtifact, so whoever publishes there can replace an internal package",
            extra.value.url, extra.origin
        )
    });
    overruling.into_iter().chain(beside).collect()
}

/// Those that it reads. One that is planned counts as the user's own: `login` writes it.
fn read_pips_files(
    places: &Places,
    environment: &BTreeMap<String, String>,
    prefix: Option<&Path>,
    planned: impl Fn(&Path) -> Option<String>,
) -> Vec<ReadFile> {
    let folders = Folders {
        home: &places.home,
        config: &places.config,
        prefix,
    };
    let read = |path: &Path| {
        let new = planned(path);
        let is_own = new.is_some();
        let text = new.or_else(|| files::read_text(path).ok().flatten())?;
        Some(ReadFile {
            path: places.shown(path),
            text: Ok(Secret::new(text)),
            is_own,
        })
    };
    pip::files(&folders, environment, Path::exists)
        .iter()
        .filter_map(|path| read(path))
        .collect()
}
