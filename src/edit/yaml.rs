//! A line editor for YAML files that are a block mapping at their root (`~/.yarnrc.yml`): scalars at the root, lists of them
//! (`list.rs`), and scalars in a mapping in a mapping (`nested.rs`: `npmRegistries:` → `"//host":` → `npmAuthToken:`). What it touches it must
//! understand; the rest may be any YAML that indentation sets apart. It refuses what it would have to guess at.

mod list;
mod nested;
mod scan;

pub use scan::quoted;

use super::SyntaxError;
use super::lines::{self, Line};
use scan::{comment_of, indent_of, is_aside, is_item, key_and_value, scalar};

/// A file as lines.
pub struct YamlFile {
    lines: Vec<Line<()>>,
}

/// An entry of a mapping: its key's line, and the lines below that are deeper.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    key: String,
    indent: usize,
    /// What stands behind the colon, without a comment.
    value: String,
    start: usize,
    end: usize,
}

impl YamlFile {
    /// Parses `text`.
    ///
    /// # Errors
    /// Where the root is anything but one block mapping, or a key stands there twice.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let lines = lines::split(text)
            .into_iter()
            .map(|(text, end)| Line {
                text: text.to_owned(),
                end,
                role: (),
            })
            .collect();
        let file = Self { lines };
        let root = file.entries(0, file.lines.len(), 0)?;
        file.refuse_repetition(&root)?;
        Ok(file)
    }

    fn refuse_repetition(&self, entries: &[Entry]) -> Result<(), SyntaxError> {
        let repeats = |(at, entry): &(usize, &Entry)| {
            entries[..*at].iter().any(|before| before.key == entry.key)
        };
        match entries.iter().enumerate().find(repeats) {
            None => Ok(()),
            Some((_, entry)) => Err(self.refusal(entry.start, "a key stands here a second time")),
        }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        lines::join(&self.lines)
    }

    /// The keys at the root.
    ///
    /// # Errors
    /// As [`YamlFile::parse`].
    pub fn keys(&self) -> Result<Vec<String>, SyntaxError> {
        let entries = self.entries(0, self.lines.len(), 0)?;
        Ok(entries.into_iter().map(|entry| entry.key).collect())
    }

    /// The scalar `key` at the root, `None` if there is none that fits on a line.
    ///
    /// # Errors
    /// As [`YamlFile::parse`].
    pub fn value(&self, key: &str) -> Result<Option<String>, SyntaxError> {
        let entry = self.root_entry(key)?;
        Ok(entry.and_then(|entry| scalar(&entry)))
    }

    /// Sets the scalar `key` at the root: in its place, else at the end of the file.
    ///
    /// # Errors
    /// Where it is there as something else than a scalar on one line.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SyntaxError> {
        let line = format!("{key}: {}", quoted(value));
        match self.root_entry(key)? {
            None => {
                let at = self.end_of_content();
                lines::insert(&mut self.lines, at, line, ());
            }
            Some(entry) if scalar(&entry).as_deref() == Some(value) => {}
            Some(entry) if scalar(&entry).is_some() => {
                let comment = comment_of(&self.lines[entry.start].text).to_owned();
                self.lines[entry.start].text = line + &comment;
            }
            Some(entry) => {
                let message = format!("`{key}` must be a plain value on one line");
                return Err(self.refusal(entry.start, message));
            }
        }
        Ok(())
    }

    /// Takes the scalar `key` at the root out.
    ///
    /// # Errors
    /// As [`YamlFile::parse`].
    pub fn remove(&mut self, key: &str) -> Result<(), SyntaxError> {
        if let Some(entry) = self.root_entry(key)?
            && scalar(&entry).is_some()
        {
            lines::remove(&mut self.lines, entry.start);
        }
        Ok(())
    }

    fn root_entry(&self, key: &str) -> Result<Option<Entry>, SyntaxError> {
        let entries = self.entries(0, self.lines.len(), 0)?;
        Ok(entries.into_iter().find(|entry| entry.key == key))
    }

    /// The entries between two lines whose keys stand at `indent`.
    fn entries(&self, from: usize, to: usize, indent: usize) -> Result<Vec<Entry>, SyntaxError> {
        let mut entries: Vec<Entry> = Vec::new();
        for at in from..to {
            let text = &self.lines[at].text;
            let is_marker = at == from && text.trim_end() == "---";
            if is_aside(text) || is_marker {
                continue;
            }
            let depth = indent_of(text);
            if text[depth..].starts_with('\t') {
                return Err(self.refusal(at, "a tab sets this line in; YAML wants blanks"));
            }
            if depth > indent {
                match entries.last_mut() {
                    Some(last) => last.end = at + 1,
                    None => return Err(self.refusal(at, "this line is set in too far")),
                }
                continue;
            }
            // A list may stand as deep as the key that it belongs to.
            let listed = entries.last_mut().filter(|last| last.value.is_empty());
            if let Some(last) = listed.filter(|_| depth == indent && is_item(&text[depth..])) {
                last.end = at + 1;
                continue;
            }
            let entry = (depth == indent)
                .then(|| key_and_value(&text[depth..]))
                .flatten();
            let Some((key, value)) = entry else {
                return Err(self.refusal(at, "this is no `key: value` of a plain mapping"));
            };
            entries.push(Entry {
                key,
                indent,
                value,
                start: at,
                end: at + 1,
            });
        }
        Ok(entries)
    }

    /// Behind the last line that is not blank.
    fn end_of_content(&self) -> usize {
        let last = self
            .lines
            .iter()
            .rposition(|line| !line.text.trim().is_empty());
        last.map_or(0, |last| last + 1)
    }

    fn refusal(&self, at: usize, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(at + 1, message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: &str = "# mine\nnodeLinker: node-modules\nplugins:\n  - path: .yarn/x.cjs\n    spec: \"@yarn/x\"\npackageExtensions:\n  \"a@*\":\n    dependencies: { b: \"1\" }\n";

    fn login(text: &str) -> Result<String, SyntaxError> {
        let mut file = YamlFile::parse(text)?;
        file.set("npmRegistryServer", "https://h/npm/r/")?;
        let entries = [
            ("npmAlwaysAuth", "true".to_owned()),
            ("npmAuthToken", quoted("T")),
        ];
        file.set_in("npmRegistries", "//h/npm/r", &entries)?;
        Ok(file.text())
    }

    fn logout(text: &str) -> String {
        let mut file = YamlFile::parse(text).unwrap();
        file.remove("npmRegistryServer").unwrap();
        file.remove_in("npmRegistries", "//h/npm/r", true).unwrap();
        file.text()
    }

    #[test]
    fn what_is_added_goes_again_and_the_rest_stays() {
        for text in [
            "",
            MINE,
            &MINE.replace('\n', "\r\n"),
            "---\na: 1",
            "npmRegistries:\n    '//other':\n        npmAuthToken: x\n",
        ] {
            let done = login(text).unwrap();
            assert_eq!(login(&done).unwrap(), done);
            let file = YamlFile::parse(&done).unwrap();
            let token = file.value_in("npmRegistries", "//h/npm/r", "npmAuthToken");
            assert_eq!(token.unwrap().as_deref(), Some("T"));
            assert_eq!(logout(&done), text);
        }
    }

    #[test]
    fn values_change_in_their_places_with_their_comments() {
        let done = login("npmRegistryServer: https://old # why\nb: 2\n").unwrap();
        assert!(
            done.starts_with("npmRegistryServer: \"https://h/npm/r/\" # why\nb: 2\n"),
            "{done}"
        );
    }

    #[test]
    fn what_would_have_to_be_guessed_at_is_refused_with_its_line() {
        for (text, line) in [
            ("a: 1\n- b\n", 2),
            ("{a: 1}\n", 1),
            ("a: 1\na: 2\n", 2),
            ("a: 1\n\tb: 2\n", 2),
            ("a: 1\n---\nb: 2\n", 2),
            ("npmRegistries: {}\n", 1),
            ("npmRegistryServer:\n  https://x\n", 1),
            ("npmRegistryServer: *x\n", 1),
            ("  a: 1\n", 1),
        ] {
            assert_eq!(
                login(text).map_err(|error| error.line),
                Err(line),
                "{text:?}"
            );
        }
    }
}
