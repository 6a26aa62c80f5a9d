//! Keys of one table of a TOML file: set and taken out, while every other byte stays.

use toml_edit::{Item, Table, TableLike};

use super::SyntaxError;
use super::toml::{TomlFile, entry_spans};

/// A value as TOML writes it, by its key.
pub type Entries<'a> = &'a [(&'a str, String)];

/// `text` with `entries` in the table `path` (`["source", "crates-io"]`): values in their places, new ones behind the table's
/// last, a new table at the end of the file.
///
/// # Errors
/// Where the text is not TOML, or the table or a value is written in a form that cannot be added to line by line.
pub fn set(text: &str, path: &[&str], entries: Entries) -> Result<String, SyntaxError> {
    let mut file = TomlFile::parse(text)?;
    match find(&file, path)? {
        Some(table) if !table.is_implicit() => set_in(&mut file, &table, entries)?,
        Some(table) if entries.iter().any(|(key, _)| table.contains_key(key)) => {
            let message = format!("`[{}]` has one of our keys as a table", header(path));
            return Err(SyntaxError::new(1, message));
        }
        _ => add(&mut file, path, entries),
    }
    Ok(file.finish())
}

/// `text` without `keys` in the table `path`, and without the table if nothing of it is left.
///
/// # Errors
/// As [`set`].
pub fn remove(text: &str, path: &[&str], keys: &[&str]) -> Result<String, SyntaxError> {
    let mut file = TomlFile::parse(text)?;
    let Some(table) = find(&file, path)?.filter(|table| !table.is_implicit()) else {
        return Ok(text.to_owned());
    };
    let is_value = |item: &Item| matches!(item, Item::Value(_));
    let mut values = table.iter().filter(|(_, item)| is_value(item)).peekable();
    let has_values = values.peek().is_some();
    if has_values && values.all(|(key, _)| keys.contains(&key)) {
        // Tables below this one have headers of their own, and stay.
        let header = table.span().unwrap_or_default();
        for span in entry_spans(&table).into_iter().chain([header.clone()]) {
            file.remove_lines(span);
        }
        file.remove_blank_above(header.start);
        return Ok(file.finish());
    }
    for key in keys {
        let value = table.get(key).and_then(Item::span);
        let key = table.key(key).and_then(|key| key.span());
        if let Some((key, value)) = key.zip(value) {
            file.remove_lines(key.start..value.end);
        }
    }
    Ok(file.finish())
}

/// The string at `path`, `None` if there is none.
///
/// # Errors
/// Where the text is not TOML.
pub fn string(text: &str, path: &[&str]) -> Result<Option<String>, SyntaxError> {
    let file = TomlFile::parse(text)?;
    Ok(item(&file, path).and_then(Item::as_str).map(str::to_owned))
}

/// The first string of the array at `path`, `None` if there is none.
///
/// # Errors
/// Where the text is not TOML.
pub fn first_string(text: &str, path: &[&str]) -> Result<Option<String>, SyntaxError> {
    let file = TomlFile::parse(text)?;
    let array = item(&file, path).and_then(Item::as_array);
    let first = array.and_then(|array| array.get(0)?.as_str());
    Ok(first.map(str::to_owned))
}

/// The line, counted from 1, of what stands at `path`; the first where it is spread over the file.
///
/// # Errors
/// Where the text is not TOML.
pub fn line_of(text: &str, path: &[&str]) -> Result<usize, SyntaxError> {
    let file = TomlFile::parse(text)?;
    let span = item(&file, path).and_then(Item::span);
    Ok(span.map_or(1, |span| file.line_of(span.start)))
}

fn item<'a>(file: &'a TomlFile, path: &[&str]) -> Option<&'a Item> {
    let mut item: Option<&Item> = None;
    for (depth, key) in path.iter().enumerate() {
        item = match (depth, item) {
            (0, _) => file.root().get(key),
            (_, Some(above)) => above.as_table_like().and_then(|table| table.get(key)),
            (_, None) => None,
        };
    }
    item
}

/// The keys of the table `path` that are tables themselves.
///
/// # Errors
/// Where the text is not TOML.
pub fn tables_in(text: &str, path: &[&str]) -> Result<Vec<String>, SyntaxError> {
    let file = TomlFile::parse(text)?;
    let mut table: &dyn TableLike = file.root();
    for key in path {
        match table.get(key).and_then(Item::as_table_like) {
            Some(inner) => table = inner,
            None => return Ok(Vec::new()),
        }
    }
    let tables = table.iter().filter(|(_, item)| item.is_table_like());
    Ok(tables.map(|(key, _)| key.to_owned()).collect())
}

/// `path` as a header has it, with quotes where a key needs them.
fn header(path: &[&str]) -> String {
    let keys: Vec<String> = path
        .iter()
        .map(|key| toml_edit::Key::new(*key).to_string())
        .collect();
    keys.join(".")
}

/// The table; an implicit one is but a part of others' headers.
fn find(file: &TomlFile, path: &[&str]) -> Result<Option<Table>, SyntaxError> {
    let mut table = file.root();
    for key in path {
        match table.get(key) {
            None => return Ok(None),
            Some(Item::Table(inner)) if !inner.is_dotted() => table = inner,
            Some(other) => {
                let at = other.span().or(table.span()).map_or(0, |span| span.start);
                let header = header(path);
                return Err(SyntaxError::new(
                    file.line_of(at),
                    format!("`{key}` must be written as a table, under `[{header}]`"),
                ));
            }
        }
    }
    Ok(Some(table.clone()))
}

fn set_in(file: &mut TomlFile, table: &Table, entries: Entries) -> Result<(), SyntaxError> {
    let header = table.span().unwrap_or_default();
    let mut missing = Vec::new();
    for (key, new) in entries {
        match (table.get(key), table.get(key).and_then(Item::span)) {
            (None, _) => missing.push(format!("{key} = {new}")),
            (Some(Item::Value(_)), Some(span)) if file.slice(span.clone()) == new => {}
            (Some(Item::Value(_)), Some(span)) => file.replace(span, new.as_str()),
            _ => {
                return Err(SyntaxError::new(
                    file.line_of(header.start),
                    format!("`{key}` in this table must be a plain value"),
                ));
            }
        }
    }
    if !missing.is_empty() {
        let ends = entry_spans(table).into_iter().map(|span| span.end);
        let end = ends.max().unwrap_or(header.end);
        file.insert_lines(file.line_end(end), &missing);
    }
    Ok(())
}

fn add(file: &mut TomlFile, path: &[&str], entries: Entries) {
    let at = file.end();
    let mut lines = Vec::new();
    if file.content_above(at) {
        lines.push(String::new());
    }
    lines.push(format!("[{}]", header(path)));
    lines.extend(
        entries
            .iter()
            .map(|(key, value)| format!("{key} = {value}")),
    );
    file.insert_lines(at, &lines);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set_url(text: &str) -> Result<String, SyntaxError> {
        set(
            text,
            &["pypi"],
            &[("url", "\"u\"".to_owned()), ("user", "\"aws\"".to_owned())],
        )
    }

    #[test]
    fn a_table_is_made_at_the_end_and_goes_again() {
        for text in [
            "",
            "a = 1\n",
            "# mine\r\n[x]\r\ny = 2\r\n",
            "[x.y]\nz = 1",
            "[pypi.sub]\nk = 1\n",
        ] {
            let done = set_url(text).unwrap();
            let eol = if text.contains('\r') { "\r\n" } else { "\n" };
            let table = ["[pypi]", "url = \"u\"", "user = \"aws\""].join(eol);
            assert!(done.contains(&table), "{done:?}");
            assert!(done.starts_with(text), "{done:?}");
            assert_eq!(set_url(&done).unwrap(), done);
            assert_eq!(remove(&done, &["pypi"], &["url", "user"]).unwrap(), text);
        }
    }

    #[test]
    fn values_change_in_their_places_and_new_ones_come_behind_the_last() {
        let text = "[pypi] # index\nurl = \"old\" # why\nverify_ssl = true\n\n[x]\n";
        let done = set_url(text).unwrap();
        assert_eq!(
            done,
            "[pypi] # index\nurl = \"u\" # why\nverify_ssl = true\nuser = \"aws\"\n\n[x]\n"
        );
        assert_eq!(
            remove(&done, &["pypi"], &["url", "user"]).unwrap(),
            "[pypi] # index\nverify_ssl = true\n\n[x]\n"
        );
        assert_eq!(
            string(&done, &["pypi", "url"]).unwrap().as_deref(),
            Some("u")
        );
        assert_eq!(string(&done, &["pypi", "none"]).unwrap(), None);
    }

    #[test]
    fn forms_that_have_no_lines_of_their_own_are_refused() {
        for text in [
            "pypi = { url = \"x\" }\n",
            "pypi.url = \"x\"\n",
            "[[pypi]]\n",
            "[pypi]\nurl = [\n",
            "[pypi.url]\n",
        ] {
            assert!(set_url(text).is_err(), "{text:?}");
        }
    }
}
