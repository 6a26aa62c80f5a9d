//! One line of YAML: how deep it stands, its key, its value, its comment.

use super::Entry;

pub(super) fn indent_of(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}

pub(super) fn is_aside(text: &str) -> bool {
    let content = text.trim();
    content.is_empty() || content.starts_with('#')
}

/// `key: value` with a plain or quoted key; `None` for every other thing that YAML has.
pub(super) fn key_and_value(text: &str) -> Option<(String, String)> {
    let (key, rest) = match text.chars().next()? {
        '"' => {
            let end = 1 + text[1..].find('"')?;
            let key = serde_json::from_str(&text[..=end]).ok()?;
            (key, text[end + 1..].strip_prefix(':')?)
        }
        '\'' => {
            let end = 1 + text[1..].find('\'')?;
            (text[1..end].to_owned(), text[end + 1..].strip_prefix(':')?)
        }
        // Indicators of YAML: lists, flow, anchors, tags, directives.
        c if "-?[]{}&*!|>%@`,#".contains(c) => return None,
        _ => {
            let end = text
                .find(": ")
                .or_else(|| text.strip_suffix(':').map(str::len))?;
            (text[..end].trim_end().to_owned(), &text[end + 1..])
        }
    };
    let is_apart = rest.is_empty() || rest.starts_with(' ');
    let value = &rest[..rest.len() - comment_in(rest).len()];
    is_apart.then(|| (key, value.trim().to_owned()))
}

/// The comment behind an entry, with the blanks before it.
pub(super) fn comment_of(line: &str) -> &str {
    let start = line.find(": ").map_or(line.len(), |at| at + 1);
    comment_in(&line[start..])
}

fn comment_in(value: &str) -> &str {
    let mut quote = None;
    for (at, c) in value.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, '#') if value[..at].ends_with(' ') => {
                return &value[value[..at].trim_end().len()..];
            }
            _ => {}
        }
    }
    ""
}

pub(super) fn is_item(text: &str) -> bool {
    text == "-" || text.starts_with("- ")
}

/// What stands behind the dash of a list's item, without its comment.
pub(super) fn item(text: &str) -> Option<&str> {
    let value = text.strip_prefix('-')?;
    let is_apart = value.starts_with(' ');
    is_apart.then(|| value[..value.len() - comment_in(value).len()].trim())
}

/// Whether a value is one for YAML too: no mapping and no list, and nothing that ends one.
pub(super) fn is_plain(value: &str) -> bool {
    let is_pair = value.contains(": ") || value.ends_with(':');
    let is_odd = value.starts_with([',', ']', '}']) || is_item(value) || value.starts_with("? ");
    value.starts_with(['"', '\'']) || !(is_pair || is_odd)
}

/// The scalar of an entry that fits on its line.
pub(super) fn scalar(entry: &Entry) -> Option<String> {
    if entry.end > entry.start + 1 {
        return None;
    }
    scalar_of(&entry.value)
}

/// What a scalar says; `None` for what is none, or goes on in the next line.
pub(super) fn scalar_of(value: &str) -> Option<String> {
    match value.chars().next()? {
        '"' => serde_json::from_str(value).ok(),
        '\'' => {
            let inner = value.strip_prefix('\'')?.strip_suffix('\'')?;
            (!inner.contains('\'')).then(|| inner.to_owned())
        }
        '[' | '{' | '&' | '*' | '!' | '|' | '>' | '%' | '@' | '`' => None,
        _ => Some(value.to_owned()),
    }
}

/// A string as YAML writes it: JSON's form is one of YAML's.
pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
