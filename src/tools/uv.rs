//! uv.toml: the default index, and `keyring-provider = "subprocess"` so that uv asks the credential helper.

mod blocks;
mod inline;
mod warnings;

use std::collections::BTreeMap;

use toml_edit::{Item, TableLike};

use super::url::{self, Parts};
use super::{Auth, AuthMode, Client, Configured, Editor, Found, Registry, SystemWide, ToolFile};
use crate::edit::SyntaxError;
use crate::edit::toml::{TomlFile, entry_spans, first_header, quoted, string};
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
        Some(SystemWide::file("/etc/uv/uv.toml", &UvToml))
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
        ]
    }
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
        let is_ours = |index| ours.iter().any(|simple| same_endpoint(index, simple));
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
            .find(|index| is_default(*index) && same_endpoint(*index, &simple));
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
    let simple = format!("{}simple/", registry.url);
    let ours = indexes(&file)?
        .into_iter()
        .position(|index| same_endpoint(index, &simple));
    let url = url::with_login(registry.url, "simple/", registry.auth);
    let plan = Plan {
        ours,
        was_ours: ours.is_some(),
        doomed: Vec::new(),
        entries: vec![
            ("name", quoted(registry.name)),
            ("url", quoted(&url)),
            ("authenticate", quoted("always")),
        ]
        .into_iter()
        .chain(publish_url(registry))
        .collect(),
    };
    match file.root().get("index") {
        Some(Item::Value(_)) => inline::set(&mut file, &plan),
        _ => blocks::set(&mut file, &plan, false)?,
    }
    Ok(file.finish())
}

/// Where `uv publish --index` goes. Not with a token: uv 0.6 shows the whole address.
fn publish_url(registry: &Registry) -> Option<(&'static str, String)> {
    let asks = matches!(registry.auth, Auth::Helper);
    let url = url::with_login(registry.url, "", Auth::Helper);
    asks.then(|| (PUBLISH_URL, quoted(&url)))
}

fn asks_always(index: &dyn TableLike) -> bool {
    string(index, "authenticate") == Some("always")
}

/// What the index list is to become.
struct Plan {
    /// The index that becomes ours, by its place in the list; `None`: a new one.
    ours: Option<usize>,
    /// Whether that one already was ours: then its other keys and comments stay.
    was_ours: bool,
    /// Indexes to take out.
    doomed: Vec<usize>,
    /// Key and value of ours, as TOML, in the order to write them.
    entries: Vec<(&'static str, String)>,
}

impl Plan {
    fn of(file: &TomlFile, registry: &Registry) -> Result<Self, SyntaxError> {
        let simple = format!("{}simple/", registry.url);
        let indexes = indexes(file)?;
        // An explicit index serves only what a project pins to it: the owner's own, whatever its URL.
        let same = |at: &usize| {
            let index = indexes[*at];
            same_endpoint(index, &simple) && (is_default(index) || !is_true(index, "explicit"))
        };
        let default = |at: &usize| is_default(indexes[*at]);
        let places = || 0..indexes.len();
        let known = places()
            .filter(default)
            .find(same)
            .or_else(|| places().find(same));
        let ours = known.or_else(|| places().find(default));
        let doomed: Vec<usize> = places()
            .filter(|at| Some(*at) != ours && (default(at) || same(at)))
            .collect();
        let taken: Vec<&str> = (0..indexes.len())
            .filter(|at| Some(*at) != ours && !doomed.contains(at))
            .filter_map(|at| string(indexes[at], "name"))
            .collect();
        let kept_name = known
            .and_then(|at| string(indexes[at], "name"))
            .filter(|name| !taken.contains(name));
        let name = kept_name.map_or_else(|| free_name(&taken), str::to_owned);
        Ok(Self {
            ours,
            was_ours: known.is_some(),
            doomed,
            entries: vec![
                ("name", quoted(&name)),
                (
                    "url",
                    quoted(&url::with_login(registry.url, "simple/", registry.auth)),
                ),
                ("default", "true".to_owned()),
                ("authenticate", quoted("always")),
            ]
            .into_iter()
            .chain(publish_url(registry))
            .collect(),
        })
    }

    /// Whether a key of the index that becomes ours may stay beside ours.
    fn keeps(&self, key: &str) -> bool {
        // uv uses an index that is both default and explicit for nothing. Where to publish is ours to say.
        self.was_ours && !["explicit", PUBLISH_URL].contains(&key)
    }
}

/// Of two indexes of one name uv ignores the second.
fn free_name(taken: &[&str]) -> String {
    let is_free = |name: &String| !taken.iter().any(|taken| taken.eq_ignore_ascii_case(name));
    let mut numbered = (2..).map(|number| format!("{NAME}-{number}"));
    Some(NAME.to_owned())
        .into_iter()
        .chain(&mut numbered)
        .find(is_free)
        .unwrap_or_default()
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

fn same_endpoint(index: &dyn TableLike, simple: &str) -> bool {
    let parts = string(index, "url").and_then(Parts::of);
    parts
        .zip(Parts::of(simple))
        .is_some_and(|(url, ours)| url.same_endpoint(&ours))
}

/// Writes, or takes out, `keyring-provider`. True if it was added where nothing was.
fn set_provider(file: &mut TomlFile, registry: &Registry) -> Result<bool, SyntaxError> {
    let value = file.root().get(PROVIDER);
    let span = value.and_then(Item::span);
    match (registry.auth, value.map(Item::is_value)) {
        (_, Some(false)) => {
            let line = file.line_of(span.map_or(0, |span| span.start));
            return Err(SyntaxError::new(
                line,
                format!("`{PROVIDER}` must be a string"),
            ));
        }
        (Auth::Helper, None) => {
            add_root_entry(file, format!("{PROVIDER} = {}", quoted(SUBPROCESS)));
            return Ok(true);
        }
        (Auth::Helper, Some(true)) if string(file.root(), PROVIDER) != Some(SUBPROCESS) => {
            if let Some(span) = span {
                file.replace(span, quoted(SUBPROCESS));
            }
        }
        (Auth::Token(_), Some(true)) if asks_helper(file)? => remove_entry(file, PROVIDER),
        _ => {}
    }
    Ok(false)
}

/// Whether the file already sends uv to a credential helper: `aws@` in the default index and no token.
fn asks_helper(file: &TomlFile) -> Result<bool, SyntaxError> {
    let default = indexes(file)?.into_iter().find(|index| is_default(*index));
    let parts = default
        .and_then(|index| string(index, "url"))
        .and_then(Parts::of);
    Ok(string(file.root(), PROVIDER) == Some(SUBPROCESS)
        && parts.is_some_and(|parts| parts.user == Some("aws") && parts.password.is_none()))
}

/// Adds a line to the root table: behind its last entry, else over the first header and the comment on it.
fn add_root_entry(file: &mut TomlFile, line: String) {
    let entries = entry_spans(file.root());
    if let Some(end) = entries.iter().map(|span| span.end).max() {
        file.insert_lines(file.line_end(end), &[line]);
        return;
    }
    let Some(header) = first_header(file.root()) else {
        file.insert_lines(file.end(), &[line]);
        return;
    };
    let mut at = file.line_start(header);
    while at > file.start() {
        let above = file.line_start(at - 1);
        if !file.slice(above..at).trim_start().starts_with('#') {
            break;
        }
        at = above;
    }
    file.insert_lines(at, &[line, String::new()]);
}

fn remove_entry(file: &mut TomlFile, key: &str) {
    let root = file.root();
    let spans = root
        .get(key)
        .and_then(Item::span)
        .zip(root.key(key).and_then(|key| key.span()));
    if let Some((value, key)) = spans {
        file.remove_lines(key.start..value.end);
        file.remove_blank_below(value.end);
    }
}
