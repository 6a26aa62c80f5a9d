//! What a project's files, or the user's own, say against what a command would find in its environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use crate::files;
use crate::places::Places;
use crate::tools::{AuthMode, NamedRegistry, ProjectFiles, Tool};

/// What makes a folder a project's, or its workspace's.
const MANIFESTS: [&str; 2] = ["package.json", "pnpm-workspace.yaml"];

/// Options before another working folder.
const ELSEWHERE: [&str; 4] = ["-C", "--dir", "--cwd", "--prefix"];

/// No file that a client reads for its settings comes near this.
const LARGEST: u64 = 4 * 1024 * 1024;

/// The registries that the project and its user name in files, over which no variable of ours is to win.
pub fn named_registries(
    tool: Tool,
    known: ProjectFiles,
    places: &Places,
    environment: &BTreeMap<String, String>,
    arguments: &[OsString],
) -> Vec<NamedRegistry> {
    let client = tool.client();
    let own = client.files(places, environment, AuthMode::Helper);
    let own = own.into_iter().map(|file| file.path);
    let winning = client.winning_files(places, environment);
    let winning = winning.into_iter().map(|file| file.path);
    let folder = working_folder(arguments);
    let is_project = |at: &Path| at == folder || MANIFESTS.iter().any(|it| at.join(it).exists());
    let projects = folder.ancestors().filter(|at| is_project(at));
    let of_projects = projects.flat_map(|at| known.files.iter().map(|file| at.join(file)));
    let files = own.chain(winning).chain(of_projects);
    let named = files.filter_map(|path| {
        let text = files::read_text(&path).ok().flatten()?;
        Some((known.names)(path.to_str()?, &text))
    });
    named.flatten().collect()
}

fn working_folder(arguments: &[OsString]) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    let mut words = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(word) = words.next() {
        let (option, value) = match word.split_once('=') {
            Some((option, value)) => (option, Some(value.to_owned())),
            None => (&*word, None),
        };
        if ELSEWHERE.contains(&option) {
            let there = value.or_else(|| words.next().map(|next| next.into_owned()));
            return there.map_or(here.clone(), |there| here.join(there));
        }
    }
    here
}

/// The file of a project that names `variable`. What an argument names may be a project, too, or such a file.
pub fn giving_away(variable: &str, known: ProjectFiles, arguments: &[OsString]) -> Option<PathBuf> {
    let here = std::env::current_dir().unwrap_or_default();
    let words = arguments.iter().map(|argument| argument.to_string_lossy());
    let named = words.flat_map(|word| {
        let value = word.split_once('=').map_or(&*word, |(_, value)| value);
        let paths = value.split(',').map(|path| here.join(path));
        paths.collect::<Vec<PathBuf>>()
    });
    let places = named.filter_map(|path| fs::canonicalize(path).ok());
    let mut places = std::iter::once(here.clone()).chain(places);
    places.find_map(|place| {
        let folders = place.ancestors().flat_map(|folder| settings(folder, known));
        std::iter::once(place.clone())
            .chain(folders)
            .find(|file| names(file, variable))
    })
}

/// Files of a folder in which a client puts variables in. Those whose names are known need no look into it, which it may refuse.
fn settings(folder: &Path, known: ProjectFiles) -> Vec<PathBuf> {
    let listed = fs::read_dir(folder).into_iter().flatten().flatten();
    let listed = listed.map(|entry| entry.file_name());
    let environments = listed.filter(|name| name.as_encoded_bytes().starts_with(b".env"));
    let usual = known.files.iter().chain(&[".env"]).map(OsString::from);
    let all = usual.chain(environments);
    all.map(|name| folder.join(name)).collect()
}

/// Whether a file names `variable`, or in a way that cannot be seen: JSON's and TOML's texts spell letters as `\u0041`, too.
fn names(file: &Path, variable: &str) -> bool {
    let kind = fs::metadata(file);
    let Some(kind) = kind.ok().filter(fs::Metadata::is_file) else {
        return false;
    };
    if kind.len() > LARGEST {
        return is_settings(file);
    }
    let text = fs::read(file).unwrap_or_default();
    let has = |part: &[u8]| text.windows(part.len()).any(|it| it == part);
    has(variable.as_bytes()) || is_settings(file) && has(b"$") && has(b"\\")
}

/// An .npmrc or a TOML file.
fn is_settings(file: &Path) -> bool {
    let name = file.file_name().unwrap_or_default().as_encoded_bytes();
    name.ends_with(b"npmrc") || name.ends_with(b".toml")
}
