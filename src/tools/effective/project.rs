//! What a project's own file says over what login wrote, for the tools that are not merged in full.

use toml_edit::{Item, TableLike};

use super::{Address, Origin, ReadFile, Sourced};
use crate::edit::json;
use crate::edit::npmrc::NpmrcFile;
use crate::edit::toml::{TomlFile, string};
use crate::edit::xml::{Element, XmlFile};
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
        Tool::Maven => &[".mvn/maven.config"],
        Tool::Gem => &[".bundle/config"],
        Tool::Dotnet => &["nuget.config", "NuGet.config", "NuGet.Config"],
        Tool::Swift => &[".swiftpm/configuration/registries.json"],
        _ => &[],
    }
}

/// The address, or the name, in `file` that wins over ours. What does not parse says nothing: the tool will say so. `names` is
/// what login's file calls its source, where a project's of that name takes its place.
pub fn wins(
    tool: Tool,
    file: &ReadFile,
    names: &[String],
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
        "maven.config" => settings_of_maven(file, text),
        "registries.json" => {
            let path = ["registries", "[default]", "url"];
            let url = json::value(text, &path).ok()??;
            let line = 1 + text.lines().position(|line| line.contains("[default]"))?;
            foreign(url.as_str()?, file.lines(line, line, None))
        }
        // bundler's, which win over its variables too.
        "config" if tool == Tool::Gem => [
            "BUNDLE_MIRROR__ALL",
            "BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/",
        ]
        .iter()
        .filter_map(|key| in_yaml(file, text, key))
        .find_map(|(url, origin)| foreign(&url, origin)),
        _ if tool == Tool::Dotnet => sources_of_nuget(file, text, names, is_ours),
        "pnpm-workspace.yaml" => {
            in_yaml(file, text, "registry").and_then(|(url, origin)| foreign(&url, origin))
        }
        _ => in_toml(tool, file, text, foreign),
    }
}

/// The settings.xml that a project has Maven read in the place of the user's: an argument a line, or several.
fn settings_of_maven(file: &ReadFile, text: &str) -> Option<Sourced<String>> {
    let lines = text.lines().enumerate();
    let words =
        lines.flat_map(|(at, line)| line.split_whitespace().map(move |word| (at + 1, word)));
    let words: Vec<(usize, &str)> = words.collect();
    words.iter().enumerate().find_map(|(at, (first, word))| {
        let (last, path) = match *word {
            "-s" | "--settings" => words.get(at + 1).copied()?,
            word => (
                *first,
                word.strip_prefix("--settings=")
                    .or_else(|| word.strip_prefix("-s="))?,
            ),
        };
        Some(Sourced::new(
            path.to_owned(),
            file.lines(*first, last, None),
        ))
    })
}

/// What takes login's source away: a `<clear />` without our login behind it, its name for another address, or among the disabled ones.
fn sources_of_nuget(
    file: &ReadFile,
    text: &str,
    names: &[String],
    is_ours: impl Fn(&Address) -> bool,
) -> Option<Sourced<String>> {
    let parsed = XmlFile::parse(text, "configuration").ok()?;
    let address = |source: &Element| source.attribute("value").map(Address::of);
    let leads_to_us = |source: &Element| address(source).is_some_and(|address| is_ours(&address));
    let has_name = |source: &Element, is_same: fn(&str, &str) -> bool| {
        let key = source.attribute("key");
        key.is_some_and(|key| names.iter().any(|name| is_same(key, name)))
    };
    let all = |path: &str, name: &str| parsed.all(&[path], name).unwrap_or_default();
    let sources = all("packageSources", "add");
    // With our source its login is gone too, which goes by its address: another name for that is no use without one of its own.
    let is_kept = |source: &Element| {
        let key = source.attribute("key").unwrap_or_default();
        let login = parsed.find(&["packageSourceCredentials", key]);
        let has_login = login.is_ok_and(|login| login.is_some());
        leads_to_us(source) && (has_login || has_name(source, str::eq_ignore_ascii_case))
    };
    let cleared = all("packageSources", "clear").into_iter().next();
    let cleared = cleared.filter(|_| !sources.iter().any(|source| is_kept(source)));
    // Of two with one name the higher version of the protocol counts (ours says 3; none is 2), then the nearer file.
    let is_as_new = |source: &Element| {
        let version = source.attribute("protocolVersion");
        version.is_some_and(|version| version.parse::<u32>().is_ok_and(|version| version >= 3))
    };
    let replaced = sources.iter().find(|source| {
        has_name(source, str::eq_ignore_ascii_case) && is_as_new(source) && !leads_to_us(source)
    });
    let is_true = |source: &Element| {
        let value = source.attribute("value");
        value.is_some_and(|value| value.eq_ignore_ascii_case("true"))
    };
    // Here the client does regard case.
    let disabled = all("disabledPackageSources", "add")
        .into_iter()
        .find(|source| has_name(source, |key, name| key == name) && is_true(source));
    let (found, what) = if let Some(clear) = cleared {
        (clear, "<clear />".to_owned())
    } else if let Some(source) = replaced {
        (*source, address(source)?.url)
    } else {
        (disabled?, "disabledPackageSources".to_owned())
    };
    let line_at = |at: usize| 1 + parsed.text()[..at].matches('\n').count();
    let lines = file.lines(line_at(found.range.start), line_at(found.range.end), None);
    Some(Sourced::new(what, lines))
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
