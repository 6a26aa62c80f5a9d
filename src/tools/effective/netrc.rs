//! Logins that stand beside a tool's own files: ~/.netrc, and uv's own store. uv takes both before it asks a helper.

use toml_edit::{Item, TableLike};

use super::{Address, BadFile, ReadFile, Sourced};
use crate::edit::toml::{TomlFile, string};
use crate::secret::Secret;

/// The password for `user` (anybody's, where that is `None`) at `host` in a netrc file. The first entry for the host
/// counts, and where there is none the `default` one; a host stands for all of its ports.
pub fn in_netrc(file: &ReadFile, host: &str, user: Option<&str>) -> Option<Sourced<Secret>> {
    let entries = entries(file.text().ok()?);
    let named = entries.iter().find(|entry| entry.host == Some(host));
    let entry = named.or_else(|| entries.iter().find(|entry| entry.host.is_none()))?;
    if user.is_some_and(|user| user != entry.login.unwrap_or_default()) {
        return None;
    }
    let origin = file.lines(entry.first, entry.last, None);
    Some(Sourced::new(Secret::new(entry.password?), origin))
}

#[derive(Debug, Default)]
struct Entry<'t> {
    /// `None` for the default entry.
    host: Option<&'t str>,
    login: Option<&'t str>,
    password: Option<&'t str>,
    first: usize,
    last: usize,
}

fn entries(text: &str) -> Vec<Entry<'_>> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut words = words(text);
    while let Some((line, word)) = words.next() {
        match word {
            "machine" => {
                let host = words.next().map(|(_, host)| host);
                let (first, last) = (line, line);
                entries.push(Entry {
                    // One without a name is nobody's.
                    host: Some(host.unwrap_or_default()),
                    first,
                    last,
                    ..Entry::default()
                });
            }
            "default" => entries.push(Entry {
                first: line,
                last: line,
                ..Entry::default()
            }),
            "login" | "user" | "password" | "account" => {
                let value = words.next();
                let (Some(entry), Some((line, value))) = (entries.last_mut(), value) else {
                    continue;
                };
                entry.last = line;
                match word {
                    "password" => entry.password = Some(value),
                    "account" => {}
                    _ => entry.login = Some(value),
                }
            }
            _ => {}
        }
    }
    entries
}

/// The words of a netrc file with their lines, counted from 1; comments and macros left out.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut in_macro = false;
    let lines = text.lines().enumerate().filter(move |(_, line)| {
        let is_blank = line.trim().is_empty();
        in_macro = (in_macro || line.trim_start().starts_with("macdef")) && !is_blank;
        !in_macro && !line.trim_start().starts_with('#')
    });
    lines.flat_map(|(at, line)| {
        let words = line.split_whitespace();
        words.map(move |word| (at + 1, word.trim_matches('"')))
    })
}

/// The password for `user` (anybody's, where that is `None`) at `url` in uv's credentials.toml.
///
/// # Errors
/// Where it is no TOML.
pub fn in_uv_store(
    file: &ReadFile,
    url: &str,
    user: Option<&str>,
) -> Result<Option<Sourced<Secret>>, BadFile> {
    let parsed = TomlFile::parse(file.text()?).map_err(|error| file.bad(error))?;
    let Some(Item::ArrayOfTables(tables)) = parsed.root().get("credential") else {
        return Ok(None);
    };
    let found = tables.iter().find(|table| {
        let service = string(*table, "service").map(Address::of);
        let known = string(*table, "username");
        service.is_some_and(|service| covers(&service.url, url))
            && user.is_none_or(|user| known == Some(user))
    });
    Ok(found.and_then(|table| {
        let value = |name| string(table as &dyn TableLike, name);
        let password = value("password").or_else(|| value("token"))?;
        let line = parsed.line_of(table.span()?.start);
        let origin = file.lines(line, line, None);
        Some(Sourced::new(Secret::new(password), origin))
    }))
}

/// Whether the login for `service` is for `url`: the same host and port, and a path that begins alike.
fn covers(service: &str, url: &str) -> bool {
    let service = service.trim_end_matches('/');
    url.strip_prefix(service)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
