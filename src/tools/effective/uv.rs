//! uv: variables, then the project's file, the user's, the system's. `uv pip` has a table of its own and its own order.

mod layer;
mod links;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml_edit::{Item, TableLike};

use self::layer::Layer;
use super::links::Link;
use super::{Address, BadFile, Origin, ReadFile, Sourced};
use crate::edit::toml::TomlFile;
use crate::secret::Secret;
use crate::tools::uv::{PROVIDER, index_variable};

/// What uv does with nobody's help.
const PUBLIC: &str = "https://pypi.org/simple";

/// The variable that names the one file to read.
pub const CONFIG_FILE: &str = "UV_CONFIG_FILE";
/// The variable that makes uv read no file.
pub const NO_CONFIG: &str = "UV_NO_CONFIG";

/// Which of uv's two kinds of command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// `uv add`, `uv sync`, `uv lock`, `uv run`.
    Project,
    /// `uv pip`.
    Pip,
}

/// What uv uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UvSettings {
    /// Where packages come from in the end.
    pub index: Sourced<Address>,
    /// The password that a variable gives for that index: it wins over the address's.
    pub password: Option<Sourced<Secret>>,
    /// Whether that index is asked with credentials from the start.
    pub is_always_authenticated: bool,
    /// Indexes before it, and pages of links.
    pub extra: Vec<Sourced<Address>>,
    /// Who keeps it from every index.
    pub no_index: Option<Origin>,
    /// Who keeps it off the network.
    pub offline: Option<Origin>,
    /// How it asks for credentials.
    pub provider: Sourced<String>,
    /// What it puts between itself and that index.
    pub links: Vec<Link>,
    /// The variable that makes it leave the user's own file out.
    pub leaves_out_user: Option<&'static str>,
}

/// The file of the project that `folder` lies in: the nearest uv.toml, or pyproject.toml with a table for uv.
pub fn project_file(folder: &Path, read: impl Fn(&Path) -> Option<String>) -> Option<PathBuf> {
    folder.ancestors().find_map(|folder| {
        let own = folder.join("uv.toml");
        if read(&own).is_some() {
            return Some(own);
        }
        let project = folder.join("pyproject.toml");
        let text = read(&project)?;
        let parsed = TomlFile::parse(&text).ok()?;
        has_table(&parsed).then_some(project)
    })
}

fn has_table(file: &TomlFile) -> bool {
    let tool = file.root().get("tool").and_then(Item::as_table_like);
    tool.is_some_and(|tool| tool.contains_key("uv"))
}

/// Whether variables make uv read one named file alone, or none.
pub fn leaves_out(environment: &BTreeMap<String, String>) -> Option<&'static str> {
    if environment.contains_key(CONFIG_FILE) {
        return Some(CONFIG_FILE);
    }
    is_on(environment.get(NO_CONFIG)?).then_some(NO_CONFIG)
}

fn is_on(value: &str) -> bool {
    ["y", "yes", "t", "true", "on", "1"].contains(&value.to_lowercase().as_str())
}

/// Merges `files`, the one that wins first.
///
/// # Errors
/// With the first file that uv refuses.
pub fn merge(
    files: &[ReadFile],
    environment: &BTreeMap<String, String>,
    view: View,
) -> Result<UvSettings, BadFile> {
    let mut layers = Vec::new();
    for file in files {
        let text = file.text()?;
        let parsed = TomlFile::parse(text).map_err(|error| file.bad(error))?;
        layers.push((file, parsed));
    }
    let layers: Vec<Layer> = layers
        .iter()
        .filter_map(|(file, parsed)| Layer::of(file, parsed))
        .collect();
    let mut indexes = Vec::new();
    let variables = Variables(environment);
    indexes.extend(variables.indexes("UV_DEFAULT_INDEX", true));
    indexes.extend(variables.indexes("UV_INDEX", false));
    let old_variables = || {
        let extra = variables.indexes("UV_EXTRA_INDEX_URL", false);
        let main = variables.indexes("UV_INDEX_URL", true);
        extra.into_iter().chain(main)
    };
    if view == View::Pip {
        indexes.extend(old_variables());
    }
    indexes.extend(layers.iter().flat_map(Layer::indexes));
    let tables = tables(&layers, view);
    if view == View::Project {
        indexes.extend(variables.indexes("UV_EXTRA_INDEX_URL", false));
    }
    let each = |name: &str, is_default: bool| {
        let found = tables
            .iter()
            .map(|(layer, table)| layer.addresses(*table, name, is_default));
        found.flatten().collect::<Vec<Index>>()
    };
    indexes.extend(each("extra-index-url", false));
    let main = each("index-url", true);
    match view {
        View::Project => {
            let variable = variables.indexes("UV_INDEX_URL", true);
            indexes.extend(variable.into_iter().chain(main).take(1));
        }
        View::Pip => indexes.extend(main.into_iter().take(1)),
    }
    let mut links = variables.links();
    links.extend(each("find-links", false));
    let find = |name: &str| {
        tables
            .iter()
            .find_map(|(layer, table)| layer.value(*table, name))
    };
    let in_files = |name: &str| {
        let found = find(name)?;
        (found.value == "true").then_some(found.origin)
    };
    let switch = |variable: &str, name: &str| {
        let by_variable = environment.get(variable).filter(|value| !value.is_empty());
        match by_variable {
            Some(value) if is_on(value) => Some(Origin::Variable(variable.to_owned())),
            _ => in_files(name),
        }
    };
    let provider = environment
        .get("UV_KEYRING_PROVIDER")
        .filter(|value| !value.is_empty());
    let provider = provider.map(|value| {
        Sourced::new(
            value.clone(),
            Origin::Variable("UV_KEYRING_PROVIDER".to_owned()),
        )
    });
    let (main, extra) = split(indexes, links);
    let index = main.as_ref().map_or(PUBLIC, |main| &main.address.value.url);
    Ok(UvSettings {
        links: links::links(index, &tables, environment),
        password: main.as_ref().and_then(|main| variables.password(main)),
        is_always_authenticated: main
            .as_ref()
            .is_some_and(|main| main.is_always_authenticated),
        index: main.map_or_else(
            || Sourced::default(Address::of(PUBLIC)),
            |main| main.address,
        ),
        extra: extra.into_iter().map(|index| index.address).collect(),
        // No variable stands for this one: no uv knows a UV_NO_INDEX.
        no_index: in_files("no-index"),
        offline: switch("UV_OFFLINE", "offline"),
        provider: provider
            .or_else(|| find(PROVIDER))
            .unwrap_or_else(|| Sourced::default("disabled".to_owned())),
        leaves_out_user: leaves_out(environment),
    })
}

/// The tables that count, the one that wins first: for `uv pip` its own ones of all files, then the common ones.
fn tables<'l, 'f>(layers: &'l [Layer<'f>], view: View) -> Vec<(&'l Layer<'f>, &'f dyn TableLike)> {
    let own = layers
        .iter()
        .filter_map(|layer| Some((layer, layer.pip()?)));
    let common = layers.iter().map(|layer| (layer, layer.table));
    own.filter(|_| view == View::Pip).chain(common).collect()
}

struct Index {
    name: Option<String>,
    address: Sourced<Address>,
    is_default: bool,
    is_explicit: bool,
    is_always_authenticated: bool,
}

/// The index that packages come from in the end, and those that are asked before. Of two of one name the second counts
/// for nothing, of two default ones neither does.
fn split(indexes: Vec<Index>, links: Vec<Index>) -> (Option<Index>, Vec<Index>) {
    let mut names: Vec<String> = Vec::new();
    let mut main = None;
    let mut extra = Vec::new();
    for index in indexes {
        if let Some(name) = &index.name {
            if names.contains(name) {
                continue;
            }
            names.push(name.clone());
        }
        match (index.is_default, &main) {
            (true, None) => main = Some(index),
            (true, Some(_)) => {}
            (false, _) if index.is_explicit => {}
            (false, _) => extra.push(index),
        }
    }
    extra.extend(links);
    (main, extra)
}

struct Variables<'a>(&'a BTreeMap<String, String>);

impl Variables<'_> {
    /// `url` or `name=url`, several with blanks between them.
    fn indexes(&self, variable: &str, is_default: bool) -> Vec<Index> {
        let value = self.0.get(variable).map_or("", String::as_str);
        let index = |word: &str| {
            let named = word.split_once('=').filter(|(name, _)| {
                !name.is_empty()
                    && name
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
            });
            Index {
                name: named.map(|(name, _)| name.to_owned()),
                address: Sourced::new(
                    Address::of(named.map_or(word, |(_, url)| url)),
                    Origin::Variable(variable.to_owned()),
                ),
                is_default,
                is_explicit: false,
                is_always_authenticated: false,
            }
        };
        value.split_whitespace().map(index).collect()
    }

    fn password(&self, index: &Index) -> Option<Sourced<Secret>> {
        let variable = index_variable(index.name.as_ref()?, "PASSWORD");
        let value = Secret::new(self.0.get(&variable)?);
        Some(Sourced::new(value, Origin::Variable(variable)))
    }

    fn links(&self) -> Vec<Index> {
        let value = self.0.get("UV_FIND_LINKS").map_or("", String::as_str);
        let origin = Origin::Variable("UV_FIND_LINKS".to_owned());
        let words = value
            .split([',', ' ', '\n'])
            .filter(|word| !word.is_empty());
        words
            .map(|word| Index::plain(word, origin.clone(), false))
            .collect()
    }
}

impl Index {
    fn plain(url: &str, origin: Origin, is_default: bool) -> Self {
        Self {
            name: None,
            address: Sourced::new(Address::of(url), origin),
            is_default,
            is_explicit: false,
            is_always_authenticated: false,
        }
    }
}
