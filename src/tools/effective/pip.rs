//! pip: `[global]`, then the command's own section, then `PIP_*`; in each of them the later file wins.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::links::{Link, LinkKind};
use super::{Address, BadFile, Origin, ReadFile, Sourced};
use crate::edit::configparser::ConfigFile;
use crate::tools::pip::{EXTRA, INDEX, LINKS, PROVIDER, parse};

/// What pip does with nobody's help.
const PUBLIC: &str = "https://pypi.org/simple";

/// What `pip install` uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipSettings {
    /// Where packages come from.
    pub index: Sourced<Address>,
    /// Further indexes, and pages of links.
    pub extra: Vec<Sourced<Address>>,
    /// Who keeps it from every index.
    pub no_index: Option<Origin>,
    /// How it asks for credentials.
    pub provider: Sourced<String>,
    /// Who keeps it from asking anybody anything.
    pub no_input: Option<Origin>,
    /// What stands between it and the index, by its own settings.
    pub links: Vec<Link>,
    /// Hosts that need not prove who they are.
    pub trusted_hosts: Option<Sourced<String>>,
    /// The variable that makes it leave the user's own files out.
    pub leaves_out_user: Option<&'static str>,
}

/// Folders that pip looks for its files in.
#[derive(Clone, Debug)]
pub struct Folders<'a> {
    /// The home.
    pub home: &'a Path,
    /// `$XDG_CONFIG_HOME`, `~/.config`.
    pub config: &'a Path,
    /// `sys.prefix` of the Python that it belongs to.
    pub prefix: Option<&'a Path>,
}

/// The variable that names a file of its own.
pub const CONFIG_FILE: &str = "PIP_CONFIG_FILE";

/// Whether the user's own files are left out; `exists` tells whether a file is there.
fn leaves_out_user(environment: &BTreeMap<String, String>, exists: impl Fn(&Path) -> bool) -> bool {
    let named = environment.get(CONFIG_FILE);
    named.is_some_and(|path| !path.is_empty() && exists(Path::new(path)))
}

/// The files that pip reads, the one that wins last.
pub fn files(
    folders: &Folders,
    environment: &BTreeMap<String, String>,
    exists: impl Fn(&Path) -> bool,
) -> Vec<PathBuf> {
    let named = environment.get(CONFIG_FILE).map(String::as_str);
    if named == Some("/dev/null") {
        return Vec::new();
    }
    let shared = environment
        .get("XDG_CONFIG_DIRS")
        .filter(|folders| !folders.is_empty())
        .map_or("/etc/xdg", String::as_str);
    let mut files: Vec<PathBuf> = shared
        .split(':')
        .map(|folder| Path::new(folder).join("pip/pip.conf"))
        .collect();
    files.push("/etc/pip.conf".into());
    if !leaves_out_user(environment, exists) {
        files.push(folders.home.join(".pip/pip.conf"));
        files.push(folders.config.join("pip/pip.conf"));
    }
    files.extend(folders.prefix.map(|prefix| prefix.join("pip.conf")));
    files.extend(named.map(PathBuf::from));
    files
}

/// Merges `files`, the one that wins last, for `pip install`.
///
/// # Errors
/// With the first file that pip refuses.
pub fn merge(
    files: &[ReadFile],
    environment: &BTreeMap<String, String>,
    exists: impl Fn(&Path) -> bool,
) -> Result<PipSettings, BadFile> {
    let mut sections: [Section; 3] = Default::default();
    for file in files {
        let parsed = parse(file.text()?).map_err(|error| file.bad(error))?;
        for (at, name) in ["global", "install"].into_iter().enumerate() {
            read(&parsed, name, file, &mut sections[at]);
        }
    }
    for (variable, value) in environment {
        if let Some(name) = variable.strip_prefix("PIP_") {
            let name = name.to_lowercase().replace('_', "-");
            let origin = Origin::Variable(variable.clone());
            sections[2].insert(name, Sourced::new(value.clone(), origin));
        }
    }
    // A value that is empty after all says nothing.
    let find = |name: &str| {
        let named = sections
            .iter()
            .rev()
            .filter_map(|section| section.get(name));
        named.into_iter().find(|found| !found.value.is_empty())
    };
    let switch = |name: &str| {
        let on = ["y", "yes", "t", "true", "on", "1"];
        let found = find(name)?;
        on.contains(&found.value.to_lowercase().as_str())
            .then(|| found.origin.clone())
    };
    let extra = [EXTRA, LINKS].into_iter().filter_map(find);
    let hides_user = environment.get(CONFIG_FILE).map(String::as_str) == Some("/dev/null")
        || leaves_out_user(environment, exists);
    Ok(PipSettings {
        index: match find(INDEX) {
            Some(found) => Sourced::new(Address::of(&found.value), found.origin.clone()),
            None => Sourced::default(Address::of(PUBLIC)),
        },
        extra: extra
            .flat_map(|found| {
                let words = found.value.split_whitespace();
                words.map(|word| Sourced::new(Address::of(word), found.origin.clone()))
            })
            .collect(),
        no_index: switch("no-index"),
        provider: find(PROVIDER)
            .cloned()
            .unwrap_or_else(|| Sourced::default("auto".to_owned())),
        no_input: switch("no-input"),
        links: links(find, environment),
        trusted_hosts: find("trusted-host").cloned(),
        leaves_out_user: hides_user.then_some(CONFIG_FILE),
    })
}

/// `proxy`, `cert` and `client-cert`; without `cert` the variables of pip's HTTP library name the CAs.
fn links<'s>(
    find: impl Fn(&str) -> Option<&'s Sourced<String>>,
    environment: &BTreeMap<String, String>,
) -> Vec<Link> {
    let own = |kind, name| Some(Link::new(kind, name, find(name)?));
    let of_library = || {
        let variables = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];
        let (name, value) = variables.iter().find_map(|name| {
            let value = environment.get(*name).filter(|value| !value.is_empty())?;
            Some((*name, value.clone()))
        })?;
        let told = Sourced::new(value, Origin::Variable(name.to_owned()));
        Some(Link::new(LinkKind::Roots, "cert", &told))
    };
    let all = [
        own(LinkKind::Proxy, "proxy"),
        own(LinkKind::Roots, "cert").or_else(of_library),
        own(LinkKind::Identity, "client-cert"),
    ];
    all.into_iter().flatten().collect()
}

type Section = BTreeMap<String, Sourced<String>>;

/// What `file` adds to the section `name`. `[DEFAULT]` stands in every section that is there, as Python has it.
fn read(parsed: &ConfigFile, name: &str, file: &ReadFile, into: &mut Section) {
    if !parsed.has_section(name) {
        return;
    }
    for section in ["DEFAULT", name] {
        for entry in parsed.entries() {
            if entry.section != section {
                continue;
            }
            let origin = file.lines(entry.line, entry.last_line, Some(&entry.section));
            into.insert(entry.name, Sourced::new(entry.value, origin));
        }
    }
}
