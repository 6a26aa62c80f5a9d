//! `keyring-provider`, an entry of the file's root table.

use toml_edit::Item;

use super::{PROVIDER, SUBPROCESS, indexes, is_default};
use crate::edit::SyntaxError;
use crate::edit::toml::{TomlFile, entry_spans, first_header, quoted, string};
use crate::tools::url::Parts;
use crate::tools::{Auth, Registry};

/// Writes, or takes out, `keyring-provider`. True if it was added where nothing was.
pub(super) fn set_provider(file: &mut TomlFile, registry: &Registry) -> Result<bool, SyntaxError> {
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

pub(super) fn remove_entry(file: &mut TomlFile, key: &str) {
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
