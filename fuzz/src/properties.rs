//! What must hold for every text an editor is given, whether a person, a fuzzer or a generator wrote it.

use std::ops::Range;
use std::sync::LazyLock;

use studio_mirror::credentials::CredentialSource;
use studio_mirror::edit::configparser::ConfigFile;
use studio_mirror::edit::npmrc::NpmrcFile;
use studio_mirror::secret::Secret;
use studio_mirror::token::TokenRequest;
use studio_mirror::tools::{Auth, Configured, Editor, Found, Installed, Registry, npm, pip, uv};

/// The endpoints the properties log in to.
pub const PYPI: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/";
pub const NPM: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/";
pub const MAVEN: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/maven/team/";
const OTHER_PYPI: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/other/";
const OTHER_NPM: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/other/";
pub const TOKEN: &str = "eyJ2ZXIiOjEsImlzdSI6MX0.abc-DEF_123";

/// A registry as a login of the domain `corp` would name it.
pub fn registry<'a>(url: &'a str, auth: Auth<'a>) -> Registry<'a> {
    static REQUEST: LazyLock<TokenRequest> = LazyLock::new(|| TokenRequest {
        domain: "corp".to_owned(),
        owner: Some("111122223333".to_owned()),
        region: "us-east-1".to_owned(),
        api_endpoint: None,
        duration_seconds: None,
        credentials: CredentialSource::Instance,
    });
    Registry {
        name: "codeartifact",
        url,
        auth,
        namespace: None,
        request: &REQUEST,
        installed: Installed {
            program: "/usr/local/bin/studio-mirror",
            helpers: "/home/me/.local/share/studio-mirror/bin",
        },
    }
}

/// pip.conf.
pub fn pip(text: &str) {
    let secret = Secret::new(TOKEN);
    for auth in [Auth::Helper, Auth::Token(&secret)] {
        let registry = registry(PYPI, auth);
        let Ok(done) = pip::PipConf.configure(text, &[registry]) else {
            assert!(
                pip::PipConf.inspect(text, PYPI).is_err()
                    && pip::PipConf.unconfigure(text, &[PYPI]).is_err()
            );
            return;
        };
        settled(&done, &registry, &pip::PipConf);
        lines_kept(text, &done.text, pip_index_lines);
        assert_eq!(other_pip_settings(text), other_pip_settings(&done.text));
        let undone = pip::PipConf
            .unconfigure(&done.text, &[PYPI])
            .expect("what was written can be read");
        assert_eq!(
            pip::PipConf.inspect(&undone, PYPI),
            Ok(Found::NotConfigured)
        );
        assert_eq!(other_pip_settings(text), other_pip_settings(&undone));
        moved(
            &done.text,
            &Registry {
                url: OTHER_PYPI,
                ..registry
            },
            &pip::PipConf,
            "team",
        );
    }
}

/// .npmrc, for everything and for one scope.
pub fn npmrc(text: &str) {
    let secret = Secret::new(TOKEN);
    for namespace in [None, Some("@acme"), Some("acme")] {
        let registry = Registry {
            namespace,
            ..registry(NPM, Auth::Token(&secret))
        };
        let Ok(done) = npm::Npmrc.configure(text, &[registry]) else {
            return;
        };
        settled(&done, &registry, &npm::Npmrc);
        let setting = if namespace.is_some() {
            "@acme:registry"
        } else {
            "registry"
        };
        lines_kept(text, &done.text, |text| {
            let file = NpmrcFile::parse(text);
            let ours = file
                .entries()
                .filter(|(_, name, _)| is_ours_in_npmrc(name, setting));
            ours.map(|(line, ..)| line..line + 1).collect()
        });
        assert_eq!(NpmrcFile::parse(&done.text).value(setting), Some(NPM));
        assert_eq!(
            other_npm_settings(text, setting),
            other_npm_settings(&done.text, setting)
        );
        let undone = npm::Npmrc
            .unconfigure(&done.text, &[NPM])
            .expect("npm reads everything");
        assert_eq!(npm::Npmrc.inspect(&undone, NPM), Ok(Found::NotConfigured));
        moved(
            &done.text,
            &Registry {
                url: OTHER_NPM,
                ..registry
            },
            &npm::Npmrc,
            "//corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/:_authToken=eyJ2",
        );
    }
    let _ = npm::Npmrc.inspect(text, NPM);
    let _ = npm::Npmrc.unconfigure(text, &[NPM]);
}

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

/// The edit says what it should, and doing it again changes nothing; no warning gives the token away.
fn settled(done: &Configured, registry: &Registry, editor: &dyn Editor) {
    let expected = match registry.auth {
        Auth::Helper => Found::Helper,
        Auth::Token(token) => Found::Token(token.clone()),
    };
    assert_eq!(
        editor.inspect(&done.text, registry.url).as_ref(),
        Ok(&expected)
    );
    let again = editor
        .configure(&done.text, &[*registry])
        .expect("what was written can be read");
    assert_eq!(again.text, done.text, "a second edit changes nothing");
    assert!(done.warnings.iter().all(|warning| !warning.contains(TOKEN)));
}

/// A login to another repository replaces this one.
fn moved(text: &str, registry: &Registry, editor: &dyn Editor, gone: &str) {
    let Ok(done) = editor.configure(text, &[*registry]) else {
        panic!("what was written can be edited")
    };
    assert_ne!(
        editor.inspect(&done.text, registry.url),
        Ok(Found::NotConfigured)
    );
    if !text.contains("acme") && text.matches(gone).count() == 1 {
        assert!(
            !done.text.contains(gone),
            "{:?} still has {gone:?}",
            done.text
        );
    }
}

/// Without the lines that are ours the file is what it was, byte for byte. `ours` names them, counted from 1.
fn lines_kept(before: &str, after: &str, ours: impl Fn(&str) -> Vec<Range<usize>>) {
    let others = |text: &str| -> String {
        let ours = ours(text);
        let lines = split(text).into_iter().enumerate();
        let kept = lines.filter(|(at, line)| {
            is_aside(line) || !ours.iter().any(|range| range.contains(&(at + 1)))
        });
        let text: String = kept.map(|(_, line)| line).collect();
        // A line end may come to what was the last line, and a section behind it.
        text.trim_end_matches(['\r', '\n']).to_owned()
    };
    let (old, new) = (others(before), others(after));
    let added_section = new
        .strip_suffix("[global]")
        .map(|new| new.trim_end_matches(['\r', '\n']));
    assert!(
        new == old || added_section == Some(&old),
        "{old:?} became {new:?}"
    );
}

/// Comments and blank lines, which stay also where they stand inside a value that goes.
fn is_aside(line: &str) -> bool {
    let is_space = |c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c);
    let content = line.trim_start_matches(is_space);
    content.is_empty() || content.starts_with(['#', ';'])
}

/// Lines with their ends: `\n`, `\r\n`, `\r`.
fn split(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = Vec::new();
    let mut start = 0;
    for (at, c) in text.char_indices() {
        if c == '\n' || c == '\r' && !text[at + 1..].starts_with('\n') {
            lines.push(&text[start..=at]);
            start = at + 1;
        }
    }
    lines.push(&text[start..]);
    lines
}

/// The lines of pip's index settings, whatever the section.
fn pip_index_lines(text: &str) -> Vec<Range<usize>> {
    let file = ConfigFile::parse(text, str::to_lowercase).expect("a file that was accepted");
    let entries = file
        .entries()
        .into_iter()
        .filter(|entry| is_pip_index_key(&entry.name));
    entries
        .map(|entry| entry.line..entry.last_line + 1)
        .collect()
}

fn is_pip_index_key(key: &str) -> bool {
    let name = key.to_lowercase().replace('_', "-");
    let name = name.strip_prefix("--").unwrap_or(&name);
    ["index-url", "extra-index-url", "keyring-provider"].contains(&name)
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

/// All of pip.conf but the index settings.
fn other_pip_settings(text: &str) -> Vec<(String, String, String)> {
    let file = ConfigFile::parse(text, str::to_lowercase).expect("a file that was accepted");
    let entries = file
        .entries()
        .into_iter()
        .filter(|entry| !is_pip_index_key(&entry.name));
    entries
        .map(|entry| (entry.section, entry.name, entry.value))
        .collect()
}

fn is_ours_in_npmrc(name: &str, setting: &str) -> bool {
    name == setting
        || name.starts_with("//")
            && name.contains(".codeartifact.")
            && (name.ends_with(":_authToken") || name.ends_with(":always-auth"))
}

/// All of .npmrc but the setting and CodeArtifact's credentials.
fn other_npm_settings(text: &str, setting: &str) -> Vec<(String, String)> {
    let file = NpmrcFile::parse(text);
    let others = file
        .entries()
        .filter(|(_, name, _)| !is_ours_in_npmrc(name, setting));
    others
        .map(|(_, name, value)| (name.to_owned(), value.to_owned()))
        .collect()
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
