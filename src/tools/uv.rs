//! uv.toml: the default index, and `keyring-provider = "subprocess"` so that uv asks the credential helper.

mod blocks;
mod inline;
mod plan;
mod provider;
mod warnings;

use std::collections::BTreeMap;

use toml_edit::{Item, TableLike};

use self::plan::Plan;
use self::provider::{remove_entry, set_provider};
use super::url::{self, Parts, same_endpoint};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::toml::{TomlFile, string};
use crate::endpoint::Format;
use crate::places::Places;
use crate::secret::Secret;

const NAME: &str = "codeartifact";
pub(super) const PROVIDER: &str = "keyring-provider";
const SUBPROCESS: &str = "subprocess";
const PUBLISH_URL: &str = "publish-url";

/// uv, `uv pip` included.
pub struct Uv;

impl Client for Uv {
    fn name(&self) -> &'static str {
        "uv"
    }

    fn format(&self) -> Format {
        Format::Pypi
    }

    fn usual_auth(&self) -> AuthMode {
        AuthMode::Helper
    }

    fn files(&self, places: &Places, _: &BTreeMap<String, String>, _: AuthMode) -> Vec<ToolFile> {
        vec![ToolFile {
            path: places.config.join("uv/uv.toml"),
            editor: &UvToml,
        }]
    }

    fn system(&self) -> Option<SystemWide> {
        // uv reads the first that is there, and no other.
        let file = Places::either("/etc/xdg/uv/uv.toml".into(), "/etc/uv/uv.toml".into());
        Some(SystemWide::file(file, &UvToml))
    }

    fn environment_auth(&self) -> Option<AuthMode> {
        // UV_INDEX_*_PASSWORD would go to whatever a project gives that name, and uv writes an index URL into pyproject.toml.
        Some(AuthMode::Helper)
    }

    fn environment(&self, registries: &[Registry]) -> Vec<(String, Secret)> {
        let Some((main, extra)) = registries.split_first() else {
            return Vec::new();
        };
        let index = |registry: &Registry| {
            let url = url::with_login(registry.url, "simple/", Auth::Helper);
            format!("{}={url}", registry.name)
        };
        let mut variables = vec![
            ("UV_DEFAULT_INDEX", index(main)),
            ("UV_KEYRING_PROVIDER", SUBPROCESS.to_owned()),
            ("UV_PUBLISH_URL", main.url.to_owned()),
            ("UV_PUBLISH_USERNAME", "aws".to_owned()),
        ];
        if !extra.is_empty() {
            let indexes: Vec<String> = extra.iter().map(index).collect();
            variables.push(("UV_INDEX", indexes.join(" ")));
        }
        variables
            .into_iter()
            .map(|(name, value)| (name.to_owned(), Secret::new(value)))
            .collect()
    }

    fn foreign_logins(&self, registries: &[Registry]) -> Vec<String> {
        let of_index = registries.iter().flat_map(|registry| {
            ["USERNAME", "PASSWORD"].map(|what| index_variable(registry.name, what))
        });
        ["UV_PUBLISH_TOKEN", "UV_PUBLISH_PASSWORD"]
            .map(str::to_owned)
            .into_iter()
            .chain(of_index)
            .collect()
    }

    fn adding_variables(&self) -> &'static [&'static str] {
        &["UV_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS"]
    }

    fn overriding_variables(&self) -> &'static [&'static str] {
        &[
            "UV_DEFAULT_INDEX",
            "UV_INDEX_URL",
            "UV_CONFIG_FILE",
            "UV_NO_CONFIG",
            "UV_KEYRING_PROVIDER",
            "UV_INDEX_CODEARTIFACT_USERNAME",
            "UV_INDEX_CODEARTIFACT_PASSWORD",
        ]
    }
}

/// The variable that uv takes the `USERNAME` or the `PASSWORD` for an index of this name from, before the index's own address.
pub(super) fn index_variable(name: &str, what: &str) -> String {
    let plain = |letter: char| match letter.is_ascii_alphanumeric() {
        true => letter.to_ascii_uppercase(),
        false => '_',
    };
    let name: String = name.chars().map(plain).collect();
    format!("UV_INDEX_{name}_{what}")
}

/// The user's uv.toml.
pub struct UvToml;

impl Editor for UvToml {
    fn configure(&self, text: &str, registries: &[Registry]) -> Result<Configured, SyntaxError> {
        let Some(registry) = registries.first() else {
            return Ok(Configured::unchanged(text));
        };
        let mut file = TomlFile::parse(text)?;
        let plan = Plan::of(&file, registry)?;
        let provider_added = set_provider(&mut file, registry)?;
        match file.root().get("index") {
            Some(Item::Value(_)) => inline::set(&mut file, &plan),
            _ => blocks::set(&mut file, &plan, provider_added)?,
        }
        let mut text = file.finish();
        for extra in registries.iter().skip(1) {
            text = add_extra(&text, extra)?;
        }
        let warnings = warnings::warnings(&TomlFile::parse(&text)?, registries);
        Ok(Configured { text, warnings })
    }

    fn unconfigure(&self, text: &str, urls: &[&str]) -> Result<String, SyntaxError> {
        let mut file = TomlFile::parse(text)?;
        let ours: Vec<String> = urls.iter().map(|url| format!("{url}simple/")).collect();
        let is_ours = |index| ours.iter().any(|simple| leads_to(index, simple));
        let doomed: Vec<usize> = indexes(&file)?
            .into_iter()
            .enumerate()
            .filter(|(_, index)| is_ours(*index) && (is_default(*index) || asks_always(*index)))
            .map(|(at, _)| at)
            .collect();
        if doomed.is_empty() {
            return Ok(text.to_owned());
        }
        if string(file.root(), PROVIDER) == Some(SUBPROCESS) {
            remove_entry(&mut file, PROVIDER);
        }
        match file.root().get("index") {
            Some(Item::Value(_)) => inline::remove(&mut file, &doomed),
            _ => blocks::remove(&mut file, &doomed),
        }
        Ok(file.finish())
    }

    fn inspect(&self, text: &str, url: &str) -> Result<Found, SyntaxError> {
        let file = TomlFile::parse(text)?;
        let simple = format!("{url}simple/");
        let found = indexes(&file)?
            .into_iter()
            .find(|index| is_default(*index) && leads_to(*index, &simple));
        let Some(parts) = found
            .and_then(|index| string(index, "url"))
            .and_then(Parts::of)
        else {
            return Ok(Found::NotConfigured);
        };
        Ok(match parts.password {
            Some(token) => Found::Token(Secret::new(url::percent_decoded(token))),
            None if string(file.root(), PROVIDER) == Some(SUBPROCESS) => Found::Helper,
            None => Found::NotConfigured,
        })
    }
}

/// Puts an index beside the default one; uv looks there first.
fn add_extra(text: &str, registry: &Registry) -> Result<String, SyntaxError> {
    let mut file = TomlFile::parse(text)?;
    let plan = Plan::beside(&file, registry)?;
    match file.root().get("index") {
        Some(Item::Value(_)) => inline::set(&mut file, &plan),
        _ => blocks::set(&mut file, &plan, false)?,
    }
    Ok(file.finish())
}

fn asks_always(index: &dyn TableLike) -> bool {
    string(index, "authenticate") == Some("always")
}

/// The indexes of the file, in either of TOML's two ways to write a list of tables.
fn indexes<'f>(file: &'f TomlFile) -> Result<Vec<&'f dyn TableLike>, SyntaxError> {
    let item = file.root().get("index");
    let found = match item {
        None => Some(Vec::new()),
        Some(Item::ArrayOfTables(tables)) => {
            Some(tables.iter().map(|table| table as &dyn TableLike).collect())
        }
        Some(Item::Value(toml_edit::Value::Array(array))) => array
            .iter()
            .map(|value| value.as_inline_table().map(|table| table as &dyn TableLike))
            .collect(),
        Some(_) => None,
    };
    found.ok_or_else(|| {
        let at = item.and_then(Item::span).map_or(0, |span| span.start);
        SyntaxError::new(
            file.line_of(at),
            "`index` must be a list of tables, as in `[[index]]`",
        )
    })
}

fn is_default(index: &dyn TableLike) -> bool {
    is_true(index, "default")
}

fn is_true(table: &dyn TableLike, key: &str) -> bool {
    table.get(key).and_then(Item::as_bool) == Some(true)
}

fn leads_to(index: &dyn TableLike, simple: &str) -> bool {
    string(index, "url").is_some_and(|url| same_endpoint(url, simple))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variables_of_our_index_are_among_those_that_win() {
        for what in ["USERNAME", "PASSWORD"] {
            let own = index_variable(NAME, what);
            let known = Uv.overriding_variables();
            assert!(known.contains(&own.as_str()), "{own}");
        }
        let beside = index_variable("codeartifact-my.models", "PASSWORD");
        assert_eq!(beside, "UV_INDEX_CODEARTIFACT_MY_MODELS_PASSWORD");
    }
}
