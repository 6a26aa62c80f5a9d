//! What must hold for uv.toml.

use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Editor, Found, Registry, uv};

use super::{OTHER_PYPI, PYPI, TOKEN, moved, registry, settled};

/// uv.toml.
pub fn uv(text: &str) {
    let secret = Secret::new(TOKEN);
    for auth in [Auth::Helper, Auth::Token(&secret)] {
        let registry = registry(PYPI, auth);
        let Ok(done) = uv::UvToml.configure(text, &[registry]) else {
            return;
        };
        settled(&done, &registry, &uv::UvToml);
        comments_kept(text, &done.text);
        let (before, after) = (uv_settings(text), uv_settings(&done.text));
        assert_eq!(before.others, after.others);
        assert_eq!(after.defaults, 1, "one default index: {:?}", done.text);
        assert_eq!(before.kept, after.kept);
        let undone = uv::UvToml
            .unconfigure(&done.text, &[PYPI])
            .expect("what was written can be read");
        assert_eq!(uv::UvToml.inspect(&undone, PYPI), Ok(Found::NotConfigured));
        assert_eq!(before.others, uv_settings(&undone).others);
        moved(
            &done.text,
            &Registry {
                url: OTHER_PYPI,
                ..registry
            },
            &uv::UvToml,
            "/pypi/team/",
        );
    }
    let _ = uv::UvToml.inspect(text, PYPI);
    let _ = uv::UvToml.unconfigure(text, &[PYPI]);
}

fn comments_kept(before: &str, after: &str) {
    let text_lines = |text: &str| {
        text.lines()
            .filter(|line| line.trim_start().starts_with('#'))
            .count()
    };
    // Inside a value that goes, and in strings, a `#` is no comment of its own.
    if !before.contains(['\'', '{']) && !before.contains("\"\"\"") && !before.contains('[') {
        assert_eq!(text_lines(before), text_lines(after));
    }
    if before.contains("\r\n") && before.matches('\n').count() == before.matches("\r\n").count() {
        assert_eq!(
            after.matches('\n').count(),
            after.matches("\r\n").count(),
            "CRLF stays CRLF"
        );
    }
}

#[derive(Debug)]
struct UvSettings {
    /// Everything but `index` and the provider.
    others: String,
    /// Indexes that are no default and not at our endpoint.
    kept: Vec<String>,
    defaults: usize,
}

/// What the TOML parser sees, written out without the layout.
fn uv_settings(text: &str) -> UvSettings {
    let document = toml_edit::Document::parse(text).expect("a file that was accepted");
    let plain = |item: &toml_edit::Item| -> String { plain_item(item) };
    let mut others: Vec<String> = document
        .iter()
        .filter(|(key, _)| !["index", "keyring-provider"].contains(key))
        .map(|(key, item)| format!("{key:?}={}", plain(item)))
        .collect();
    others.sort();
    let indexes: Vec<Vec<(String, String)>> = match document.get("index") {
        Some(toml_edit::Item::ArrayOfTables(tables)) => tables
            .iter()
            .map(|table| {
                table
                    .iter()
                    .map(|(key, item)| (key.to_owned(), plain(item)))
                    .collect()
            })
            .collect(),
        Some(item) => item
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(toml_edit::Value::as_inline_table)
            .map(|table| {
                table
                    .iter()
                    .map(|(key, value)| (key.to_owned(), plain_value(value)))
                    .collect()
            })
            .collect(),
        None => Vec::new(),
    };
    let has = |index: &[(String, String)], key: &str, fits: fn(&str) -> bool| {
        index.iter().any(|(k, v)| k == key && fits(v))
    };
    let is_default = |index: &[(String, String)]| has(index, "default", |value| value == "true");
    let defaults = indexes.iter().filter(|index| is_default(index)).count();
    let kept = indexes
        .iter()
        .filter(|index| {
            !is_default(index) && !has(index, "url", |url| url.contains("codeartifact"))
        })
        .map(|index| format!("{index:?}"))
        .collect();
    UvSettings {
        others: others.join("\n"),
        kept,
        defaults,
    }
}

fn plain_item(item: &toml_edit::Item) -> String {
    match item {
        toml_edit::Item::None => String::new(),
        toml_edit::Item::Value(value) => plain_value(value),
        toml_edit::Item::Table(table) => {
            let mut entries: Vec<String> = table
                .iter()
                .map(|(key, item)| format!("{key:?}={}", plain_item(item)))
                .collect();
            entries.sort();
            format!("{{{}}}", entries.join(","))
        }
        toml_edit::Item::ArrayOfTables(tables) => {
            format!(
                "[{}]",
                tables
                    .iter()
                    .map(|table| plain_item(&toml_edit::Item::Table(table.clone())))
                    .collect::<Vec<_>>()
                    .join(",")
            )
        }
    }
}

fn plain_value(value: &toml_edit::Value) -> String {
    match value {
        toml_edit::Value::String(text) => format!("{:?}", text.value()),
        toml_edit::Value::Array(array) => format!(
            "[{}]",
            array.iter().map(plain_value).collect::<Vec<_>>().join(",")
        ),
        toml_edit::Value::InlineTable(table) => {
            format!(
                "{{{}}}",
                table
                    .iter()
                    .map(|(key, value)| format!("{key:?}={}", plain_value(value)))
                    .collect::<Vec<_>>()
                    .join(",")
            )
        }
        other => other.to_string().trim().to_owned(),
    }
}
