//! The dialect of Python's `RawConfigParser`, as pip and the keyring package read their files: sections, `key = value` or
//! `key: value`, values that go on in indented lines. What Python refuses is refused here, with the line.

mod placing;
mod reader;

use self::reader::{Role, indent_of, is_space, strip};
use super::SyntaxError;
use super::lines::{self, Line};

/// A parsed file. Changes are made to its lines; [`text`](ConfigFile::text) gives the file back.
pub struct ConfigFile {
    lines: Vec<Line<Role>>,
    normalize: fn(&str) -> String,
}

/// One `key = value`, with its continuation lines joined by `\n` as Python joins them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The section's name, exactly as between its brackets.
    pub section: String,
    /// The key's name, normalized.
    pub name: String,
    /// The value as Python reads it.
    pub value: String,
    /// The line of the key, counted from 1.
    pub line: usize,
    /// Its last continuation line, or the same line.
    pub last_line: usize,
}

impl ConfigFile {
    /// Parses `text`; `normalize` is the reader's `optionxform`, which decides which spellings name the same key.
    ///
    /// # Errors
    /// Exactly where `RawConfigParser` raises: a repeated section or key, a key without a value or before any section.
    pub fn parse(text: &str, normalize: fn(&str) -> String) -> Result<Self, SyntaxError> {
        let lines = reader::read(text, normalize)?;
        Ok(Self { lines, normalize })
    }

    /// The file's text.
    pub fn text(&self) -> String {
        lines::join(&self.lines)
    }

    /// Every entry in the order of the file.
    pub fn entries(&self) -> Vec<Entry> {
        (0..self.lines.len())
            .filter_map(|at| self.entry_at(at))
            .collect()
    }

    /// Whether there is a header `[section]`.
    pub fn has_section(&self, section: &str) -> bool {
        let is_header =
            |line: &Line<Role>| matches!(&line.role, Role::Header(name) if name == section);
        self.lines.iter().any(is_header)
    }

    /// The value of `name` in `section`.
    pub fn value(&self, section: &str, name: &str) -> Option<String> {
        self.find(section, name)
            .and_then(|at| self.entry_at(at))
            .map(|entry| entry.value)
    }

    /// Sets `name` in `section`: in place where it is already there, else at the end of the section, else in a new section
    /// at the end of the file. The lines of a value after its first are set in, or they would be entries of their own.
    pub fn set(&mut self, section: &str, name: &str, value: &str) {
        match self.find(section, name) {
            Some(at) => self.replace(at, &set_in(value, indent_of(&self.lines[at].text))),
            None => self.add(section, name, &set_in(value, "")),
        }
    }

    /// Takes `name` out of `section`.
    pub fn remove(&mut self, section: &str, name: &str) {
        let Some(at) = self.find(section, name) else {
            return;
        };
        self.drop_continuations(at);
        lines::remove(&mut self.lines, at);
    }

    /// Takes the header of `section` out if nothing but blank lines stands under it.
    pub fn remove_empty_section(&mut self, section: &str) {
        let Some(header) = self
            .lines
            .iter()
            .position(|line| matches!(&line.role, Role::Header(name) if name == section))
        else {
            return;
        };
        let next = self.next_header(header);
        if self.lines[header + 1..next]
            .iter()
            .any(|line| !strip(&line.text).is_empty())
        {
            return;
        }
        // A header that is set in would go on with the value of a key above.
        let next_is_set_in = |line: &Line<Role>| !indent_of(&line.text).is_empty();
        if self.lines.get(next).is_some_and(next_is_set_in) {
            return;
        }
        lines::remove(&mut self.lines, header);
        // The blank line that stood between this section and the one before.
        if header == self.lines.len() && header > 0 && self.lines[header - 1].text.is_empty() {
            lines::remove(&mut self.lines, header - 1);
        }
    }

    /// Takes the words that `unwanted` names out of a list value (words between white space), and the whole entry if none is
    /// left. True if there was one.
    pub fn remove_words(
        &mut self,
        section: &str,
        name: &str,
        unwanted: impl Fn(&str) -> bool,
    ) -> bool {
        let Some(at) = self.find(section, name) else {
            return false;
        };
        let Some(entry) = self.entry_at(at) else {
            return false;
        };
        if !entry
            .value
            .split(is_space)
            .any(|word| !word.is_empty() && unwanted(word))
        {
            return false;
        }
        if entry
            .value
            .split(is_space)
            .all(|word| word.is_empty() || unwanted(word))
        {
            self.remove(section, name);
            return true;
        }
        for line in (at..self.end_of(at)).rev() {
            let from = match &self.lines[line].role {
                Role::Key(key) => key.value_at,
                Role::Continuation => indent_of(&self.lines[line].text).len(),
                Role::Aside | Role::Header(_) => continue,
            };
            let (head, words) = self.lines[line].text.split_at(from);
            if !words
                .split(is_space)
                .any(|word| !word.is_empty() && unwanted(word))
            {
                continue;
            }
            let kept: Vec<&str> = words
                .split(is_space)
                .filter(|word| !word.is_empty() && !unwanted(word))
                .collect();
            if kept.is_empty() && line != at {
                self.drop_line(line);
            } else {
                self.lines[line].text = format!("{head}{}", kept.join(" "));
            }
        }
        true
    }

    /// Whether `word` is in a list value (words between white space, as Python has it).
    pub fn has_word(&self, section: &str, name: &str, word: &str) -> bool {
        let value = self.value(section, name).unwrap_or_default();
        value.split(is_space).any(|known| known == word)
    }

    /// Puts `word` behind the others of a list value (words between white space): on a line of its own where the last one
    /// has one. The entry must be there.
    pub fn add_word(&mut self, section: &str, name: &str, word: &str) {
        let Some(at) = self.find(section, name) else {
            return;
        };
        let last = self.end_of(at) - 1;
        if last == at {
            let blank = match self.lines[at].text.ends_with(is_space) {
                true => "",
                false => " ",
            };
            self.lines[at].text += &format!("{blank}{word}");
            return;
        }
        let indent = indent_of(&self.lines[last].text).to_owned();
        lines::insert(&mut self.lines, last + 1, indent + word, Role::Continuation);
    }

    fn find(&self, section: &str, name: &str) -> Option<usize> {
        self.lines
            .iter()
            .position(|line| matches!(&line.role, Role::Key(key) if key.section == section && key.name == name))
    }

    /// The line behind the entry's last continuation line.
    fn end_of(&self, at: usize) -> usize {
        let mut end = at + 1;
        for (line, next) in self.lines.iter().enumerate().skip(at + 1) {
            match next.role {
                Role::Continuation => end = line + 1,
                Role::Aside => {}
                Role::Header(_) | Role::Key(_) => break,
            }
        }
        end
    }

    fn entry_at(&self, at: usize) -> Option<Entry> {
        let line = self.lines.get(at)?;
        let Role::Key(key) = &line.role else {
            return None;
        };
        let mut value = strip(&line.text[key.value_at..]).to_owned();
        for line in &self.lines[at + 1..self.end_of(at)] {
            // A blank line inside a value is part of it; a comment line is not.
            if line.role == Role::Continuation || strip(&line.text).is_empty() {
                value.push('\n');
                value.push_str(strip(&line.text));
            }
        }
        Some(Entry {
            section: key.section.clone(),
            name: key.name.clone(),
            value,
            line: at + 1,
            last_line: self.end_of(at),
        })
    }

    fn replace(&mut self, at: usize, value: &str) {
        self.drop_continuations(at);
        let line = &mut self.lines[at];
        let Role::Key(key) = &mut line.role else {
            return;
        };
        let was_empty = key.value_at == line.text.len();
        line.text.truncate(key.value_at);
        let head = &line.text;
        if was_empty
            && (head.ends_with(':')
                || head.ends_with('=') && head[..head.len() - 1].ends_with(is_space))
        {
            line.text.push(' ');
        }
        key.value_at = line.text.len();
        line.text.push_str(value);
    }

    fn drop_continuations(&mut self, at: usize) {
        for line in (at + 1..self.end_of(at)).rev() {
            if self.lines[line].role == Role::Continuation {
                self.drop_line(line);
            }
        }
    }

    /// Takes out a line of a value. The `\r` before it must not become one line end with a blank line's `\n` behind it.
    fn drop_line(&mut self, at: usize) {
        lines::remove(&mut self.lines, at);
        let joins = |next: &Line<Role>| next.text.is_empty() && next.end == "\n";
        if self.lines.get(at).is_some_and(joins)
            && let Some(before) = self.lines.get_mut(at - 1)
            && before.end == "\r"
            && before.role != Role::Aside
        {
            before.end = "\r\n";
        }
    }
}

/// `value` with its lines after the first deeper than their key, which stands at `indent`.
fn set_in(value: &str, indent: &str) -> String {
    value.replace('\n', &format!("\n{indent}\t"))
}
