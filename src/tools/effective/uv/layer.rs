//! What one of uv's files says, each value with its lines.

use toml_edit::{Array, Item, TableLike, Value};

use super::Index;
use crate::edit::toml::{TomlFile, string};
use crate::tools::effective::{Address, Origin, ReadFile, Sourced};

/// uv's table in one file.
pub(super) struct Layer<'f> {
    pub file: &'f ReadFile,
    pub parsed: &'f TomlFile<'f>,
    pub table: &'f dyn TableLike,
}

impl<'f> Layer<'f> {
    pub fn of(file: &'f ReadFile, parsed: &'f TomlFile<'f>) -> Option<Self> {
        let is_project = file.path.ends_with("pyproject.toml");
        let root: &dyn TableLike = parsed.root();
        let table = match is_project {
            false => root,
            true => root
                .get("tool")?
                .as_table_like()?
                .get("uv")?
                .as_table_like()?,
        };
        Some(Self {
            file,
            parsed,
            table,
        })
    }

    pub fn pip(&self) -> Option<&'f dyn TableLike> {
        self.table.get("pip")?.as_table_like()
    }

    fn origin(&self, span: Option<std::ops::Range<usize>>) -> Origin {
        let span = span.unwrap_or(0..0);
        let first = self.parsed.line_of(span.start);
        let last = self.parsed.line_of(span.end.max(span.start + 1) - 1);
        self.file.lines(first, last, None)
    }

    pub fn indexes(&self) -> Vec<Index> {
        let tables: Vec<(&dyn TableLike, Origin)> = match self.table.get("index") {
            Some(Item::ArrayOfTables(tables)) => tables
                .iter()
                .map(|table| (table as &dyn TableLike, self.origin(block(table))))
                .collect(),
            Some(Item::Value(Value::Array(array))) => inline_tables(array)
                .map(|(table, span)| (table, self.origin(span)))
                .collect(),
            _ => Vec::new(),
        };
        let index = |(table, origin): (&dyn TableLike, Origin)| {
            let is_true = |key: &str| table.get(key).and_then(Item::as_bool) == Some(true);
            Some(Index {
                name: string(table, "name").map(str::to_owned),
                address: Sourced::new(Address::of(string(table, "url")?), origin),
                is_default: is_true("default"),
                is_explicit: is_true("explicit"),
                is_always_authenticated: string(table, "authenticate") == Some("always"),
            })
        };
        tables.into_iter().filter_map(index).collect()
    }

    /// A string or a list of them.
    pub fn addresses(&self, table: &dyn TableLike, name: &str, is_default: bool) -> Vec<Index> {
        let Some(item) = table.get(name) else {
            return Vec::new();
        };
        let origin = self.origin(entry(table, name));
        let urls: Vec<&str> = match item {
            Item::Value(Value::Array(array)) => array.iter().filter_map(Value::as_str).collect(),
            item => item.as_str().into_iter().collect(),
        };
        urls.into_iter()
            .map(|url| Index::plain(url, origin.clone(), is_default))
            .collect()
    }

    pub fn value(&self, table: &dyn TableLike, name: &str) -> Option<Sourced<String>> {
        let item = table.get(name)?;
        let value = match item.as_bool() {
            Some(value) => value.to_string(),
            None => item.as_str()?.to_owned(),
        };
        Some(Sourced::new(value, self.origin(entry(table, name))))
    }

    /// A list of strings, with commas between them.
    pub fn list(&self, table: &dyn TableLike, name: &str) -> Option<Sourced<String>> {
        let array = table.get(name)?.as_array()?;
        let words: Vec<&str> = array.iter().filter_map(Value::as_str).collect();
        Some(Sourced::new(
            words.join(","),
            self.origin(entry(table, name)),
        ))
    }
}

/// Where `name = value` stands.
fn entry(table: &dyn TableLike, name: &str) -> Option<std::ops::Range<usize>> {
    let key = table.key(name)?.span()?;
    let value = table.get(name)?.span()?;
    Some(key.start..value.end)
}

/// Where a `[[index]]` and its entries stand.
fn block(table: &toml_edit::Table) -> Option<std::ops::Range<usize>> {
    let entries = crate::edit::toml::entry_spans(table);
    let header = table.span()?;
    let end = entries
        .iter()
        .map(|span| span.end)
        .max()
        .unwrap_or(header.end);
    Some(header.start..end.max(header.end))
}

fn inline_tables(
    array: &Array,
) -> impl Iterator<Item = (&dyn TableLike, Option<std::ops::Range<usize>>)> {
    array
        .iter()
        .filter_map(|value| Some((value.as_inline_table()? as &dyn TableLike, value.span())))
}
