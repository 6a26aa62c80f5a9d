//! What a project's own file says over what login wrote, for the tools that are not merged in full.

use toml_edit::{Item, TableLike};

use super::{Address, Origin, ReadFile, Sourced};
use crate::edit::npmrc::NpmrcFile;
use crate::edit::toml::{TomlFile, string};
use crate::edit::yaml::YamlFile;
use crate::tools::Tool;

/// Names of files that a project may have for `tool`, in its folder or in one above.
pub fn files(tool: Tool) -> &'static [&'static str] {
    match tool {
        Tool::Pnpm => &[".npmrc", "pnpm-workspace.yaml"],
        Tool::Yarn => &[".npmrc", ".yarnrc.yml"],
        Tool::Bun => &[".npmrc", "bunfig.toml"],
        Tool::Cargo => &[".cargo/config.toml", ".cargo/config"],
        Tool::Poetry => &["pyproject.toml"],
        Tool::Pdm => &["pyproject.toml", "pdm.toml"],
        _ => &[],
    }
}

/// The address, or the name, in `file` that wins over ours. What does not parse says nothing: the tool will say so.
pub fn wins(
    tool: Tool,
    file: &ReadFile,
    is_ours: impl Fn(&Address) -> bool,
) -> Option<Sourced<String>> {
    let text = file.text().ok()?;
    let name = file.path.rsplit('/').next().unwrap_or_default();
    let foreign = |url: &str, origin: Origin| {
        let address = Address::of(url);
        (!is_ours(&address)).then(|| Sourced::new(address.url, origin))
    };
    match name {
        ".npmrc" => {
            let parsed = NpmrcFile::parse(text);
            let (line, ..) = parsed
                .entries()
                .filter(|(_, name, _)| *name == "registry")
                .last()?;
            foreign(parsed.value("registry")?, file.lines(line, line, None))
        }
        ".yarnrc.yml" => {
            in_yaml(file, text, "npmRegistryServer").and_then(|(url, origin)| foreign(&url, origin))
        }
        "pnpm-workspace.yaml" => {
            in_yaml(file, text, "registry").and_then(|(url, origin)| foreign(&url, origin))
        }
        _ => in_toml(tool, file, text, foreign),
    }
}

fn in_yaml(file: &ReadFile, text: &str, key: &str) -> Option<(String, Origin)> {
    let value = YamlFile::parse(text).ok()?.value(key).ok()??;
    let line = 1 + text.lines().position(|line| line.starts_with(key))?;
    Some((value, file.lines(line, line, None)))
}

fn in_toml(
    tool: Tool,
    file: &ReadFile,
    text: &str,
    foreign: impl Fn(&str, Origin) -> Option<Sourced<String>>,
) -> Option<Sourced<String>> {
    let parsed = TomlFile::parse(text).ok()?;
    let root: &dyn TableLike = parsed.root();
    let table = |path: &[&str]| {
        let mut table = Some(root);
        for name in path {
            table = table.and_then(|table| table.get(name)?.as_table_like());
        }
        table
    };
    let line = |table: &dyn TableLike, key: &str| {
        let at = table
            .get(key)
            .and_then(Item::span)
            .map_or(0, |span| span.start);
        let line = parsed.line_of(at);
        file.lines(line, line, None)
    };
    match tool {
        Tool::Bun => {
            let install = table(&["install"])?;
            let url = string(install, "registry")
                .or_else(|| string(table(&["install", "registry"])?, "url"))?;
            foreign(url, line(install, "registry"))
        }
        Tool::Cargo => {
            let source = table(&["source", "crates-io"])?;
            let named =
                string(source, "replace-with").filter(|name| !name.starts_with("codeartifact"))?;
            Some(Sourced::new(named.to_owned(), line(source, "replace-with")))
        }
        Tool::Pdm if file.path.ends_with("pdm.toml") => {
            let pypi = table(&["pypi"])?;
            foreign(string(pypi, "url")?, line(pypi, "url"))
        }
        Tool::Pdm => {
            let sources = sources(table(&["tool", "pdm"])?);
            let pypi = sources
                .into_iter()
                .find(|source| string(*source, "name") == Some("pypi"))?;
            foreign(string(pypi, "url")?, line(pypi, "url"))
        }
        Tool::Poetry => {
            let poetry = table(&["tool", "poetry"])?;
            let urls = sources(poetry)
                .into_iter()
                .filter_map(|source| string(source, "url"));
            let ours = urls
                .map(|url| foreign(url, Origin::Default))
                .any(|found| found.is_none());
            // Only a project names poetry's index; one that names none goes to the public one.
            (!ours).then(|| Sourced::default("https://pypi.org/simple".to_owned()))
        }
        _ => None,
    }
}

fn sources(table: &dyn TableLike) -> Vec<&dyn TableLike> {
    match table.get("source") {
        Some(Item::ArrayOfTables(tables)) => {
            tables.iter().map(|table| table as &dyn TableLike).collect()
        }
        _ => Vec::new(),
    }
}
