//! Files that are flat, as Ruby's tools have them: scalars and lists of scalars, one a line (`:sources:` → `- https://…`).

use super::scan::{comment_of, indent_of, is_aside, is_plain, item, scalar, scalar_of};
use super::{Entry, SyntaxError, YamlFile, lines, quoted};

/// An item: its line, how deep it stands, its value.
struct Item {
    at: usize,
    indent: usize,
    value: String,
}

impl YamlFile {
    /// The items of the list `key` at the root; none where there is no such key, or nothing under it.
    ///
    /// # Errors
    /// Where it is anything else than a list of plain values, one a line.
    pub fn items(&self, key: &str) -> Result<Vec<String>, SyntaxError> {
        let entry = self.root_entry(key)?;
        let items = entry.map_or(Ok(Vec::new()), |entry| self.items_below(&entry))?;
        Ok(items.into_iter().map(|item| item.value).collect())
    }

    /// Puts `value` into the list `key` as item number `at` (as the last one if there are fewer), and makes the list where
    /// there is none.
    ///
    /// # Errors
    /// As [`YamlFile::items`].
    pub fn insert_item(&mut self, key: &str, at: usize, value: &str) -> Result<(), SyntaxError> {
        let (line, indent) = match self.root_entry(key)? {
            None => {
                let end = self.end_of_content();
                lines::insert(&mut self.lines, end, format!("{key}:"), ());
                (end + 1, 0)
            }
            Some(entry) => {
                let items = self.items_below(&entry)?;
                let indent = items.first().map_or(0, |item| item.indent);
                let line = match (items.get(at), items.last()) {
                    (Some(next), _) => next.at,
                    (None, Some(last)) => last.at + 1,
                    (None, None) => entry.start + 1,
                };
                (line, indent)
            }
        };
        let text = format!("{}- {}", " ".repeat(indent), quoted(value));
        lines::insert(&mut self.lines, line, text, ());
        Ok(())
    }

    /// Takes item number `at` out of the list `key`, and the list with its last one.
    ///
    /// # Errors
    /// As [`YamlFile::items`].
    pub fn remove_item(&mut self, key: &str, at: usize) -> Result<(), SyntaxError> {
        let Some(entry) = self.root_entry(key)? else {
            return Ok(());
        };
        let items = self.items_below(&entry)?;
        if let Some(item) = items.get(at) {
            lines::remove(&mut self.lines, item.at);
            if items.len() == 1 && entry.end == entry.start + 2 {
                lines::remove(&mut self.lines, entry.start);
            }
        }
        Ok(())
    }

    /// Refuses what is not flat.
    ///
    /// # Errors
    /// With the first line that is neither a scalar nor a list of them.
    pub fn check_flat(&self) -> Result<(), SyntaxError> {
        for entry in self.entries(0, self.lines.len(), 0)? {
            if entry.key.is_empty() {
                return Err(self.refusal(entry.start, "a value stands here without a key"));
            } else if entry.value.is_empty() {
                self.items_below(&entry)?;
            } else if scalar(&entry).is_none() || !is_plain(&entry.value) {
                let message = format!("`{}` must be a plain value on one line", entry.key);
                return Err(self.refusal(entry.start, message));
            }
        }
        Ok(())
    }

    /// Takes the comment behind the scalar `key` away.
    ///
    /// # Errors
    /// As [`YamlFile::parse`].
    pub fn drop_comment(&mut self, key: &str) -> Result<(), SyntaxError> {
        if let Some(entry) = self.root_entry(key)? {
            let line = &mut self.lines[entry.start].text;
            line.truncate(line.len() - comment_of(line).len());
        }
        Ok(())
    }

    fn items_below(&self, entry: &Entry) -> Result<Vec<Item>, SyntaxError> {
        let refusal = |at| {
            let message = format!("`{}` must be a list of plain values, one a line", entry.key);
            self.refusal(at, message)
        };
        if !entry.value.is_empty() {
            return Err(refusal(entry.start));
        }
        let mut items: Vec<Item> = Vec::new();
        for at in entry.start + 1..entry.end {
            let text = &self.lines[at].text;
            if is_aside(text) {
                continue;
            }
            let indent = indent_of(text);
            let is_level = items.first().is_none_or(|first| first.indent == indent);
            let value = item(&text[indent..]).filter(|value| is_level && is_plain(value));
            let Some(value) = value.and_then(scalar_of) else {
                return Err(refusal(at));
            };
            items.push(Item { at, indent, value });
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = ":sources:";

    fn file(text: &str) -> YamlFile {
        YamlFile::parse(text).unwrap()
    }

    #[test]
    fn items_come_and_go_and_the_rest_stays() {
        let key = KEY.trim_end_matches(':');
        for text in [
            "",
            "---\n:verbose: true\n",
            "# mine\r\n:sources: # of ours\r\n- https://a.example/ # first\r\n- 'https://b.example/'\r\ngem: --no-document\r\n",
            ":sources:\n  - https://a.example/\n  # between\n\n  - \"https://b.example/\"",
            ":sources:\n- https://a.example/",
        ] {
            let before = file(text).items(key).unwrap();
            for at in 0..=before.len() {
                let mut file = file(text);
                file.insert_item(key, at, "https://ours/").unwrap();
                let mut expected = before.clone();
                expected.insert(at, "https://ours/".to_owned());
                assert_eq!(file.items(key).unwrap(), expected);
                file.remove_item(key, at).unwrap();
                assert_eq!(file.text(), text);
            }
        }
    }

    #[test]
    fn a_list_in_another_form_is_refused_with_its_line() {
        for (text, line) in [
            (":sources: []\n", 1),
            (":sources: https://a.example/\n", 1),
            (":sources:\n- a: 1\n", 2),
            (":sources:\n- https://a.example/\n  - b\n", 3),
            (":sources:\n- https://a.example/\n  and more\n", 3),
            (":sources:\n- *x\n", 2),
            (":sources:\n  a: 1\n", 2),
            (":sources:\n-\n", 2),
        ] {
            let refused = file(text).items(KEY.trim_end_matches(':')).unwrap_err();
            assert_eq!(refused.line, line, "{text:?}");
        }
    }
}
