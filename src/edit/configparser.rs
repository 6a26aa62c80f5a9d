//! The dialect of Python's `RawConfigParser`, as pip and the keyring package read their files: sections, `key = value` or
//! `key: value`, values that go on in indented lines. What Python refuses is refused here, with the line.

use super::SyntaxError;
use super::lines::{self, Line};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    /// Blank or a comment; neither ends a value.
    Aside,
    Header(String),
    Key(Key),
    Continuation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    section: String,
    name: String,
    /// Where the value starts in the line, behind the delimiter and its spaces.
    value_at: usize,
}

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

/// Python's `str.strip` and `\s`: Unicode white space and the four ASCII separators.
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// How far a line is indented, in characters, as Python counts it.
fn indentation(text: &str) -> usize {
    text.chars().take_while(|c| is_space(*c)).count()
}

/// The white space a line starts with.
fn indent_of(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_space).len()]
}

impl ConfigFile {
    /// Parses `text`; `normalize` is the reader's `optionxform`, which decides which spellings name the same key.
    ///
    /// # Errors
    /// Exactly where `RawConfigParser` raises: a repeated section or key, a key without a value or before any section.
    pub fn parse(text: &str, normalize: fn(&str) -> String) -> Result<Self, SyntaxError> {
        let mut reader = Reader {
            normalize,
            ..Reader::new()
        };
        for (number, (line, end)) in lines::split(text).into_iter().enumerate() {
            let role = reader.role_of(line, number + 1)?;
            reader.lines.push(Line {
                text: line.to_owned(),
                end,
                role,
            });
        }
        Ok(Self {
            lines: reader.lines,
            normalize,
        })
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

    /// The value of `name` in `section`.
    pub fn value(&self, section: &str, name: &str) -> Option<String> {
        self.find(section, name)
            .and_then(|at| self.entry_at(at))
            .map(|entry| entry.value)
    }

    /// Sets `name` in `section`: in place where it is already there, else at the end of the section, else in a new section
    /// at the end of the file.
    pub fn set(&mut self, section: &str, name: &str, value: &str) {
        match self.find(section, name) {
            Some(at) => self.replace(at, value),
            None => self.add(section, name, value),
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
                lines::remove(&mut self.lines, line);
            } else {
                self.lines[line].text = format!("{head}{}", kept.join(" "));
            }
        }
        true
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
                lines::remove(&mut self.lines, line);
            }
        }
    }

    fn add(&mut self, section: &str, name: &str, value: &str) {
        let header = self
            .lines
            .iter()
            .rposition(|line| matches!(&line.role, Role::Header(name) if name == section));
        let header = header.unwrap_or_else(|| self.add_section(section));
        let next = self.next_header(header);
        let last_key = (header + 1..next).rfind(|at| matches!(self.lines[*at].role, Role::Key(_)));
        let after_content = last_key.map_or(header + 1, |at| self.end_of(at));
        let at = self.behind_comments(after_content, next);
        // As deep as the key before, so that it is no continuation of that; in a section without keys as deep as the next
        // header, so that the header is no continuation of it.
        let model = last_key.or((next < self.lines.len()).then_some(next));
        let indent = model
            .map_or("", |at| indent_of(&self.lines[at].text))
            .to_owned();
        let head = format!("{indent}{name}{}", self.delimiter(last_key));
        let role = Role::Key(Key {
            section: section.to_owned(),
            name: (self.normalize)(name),
            value_at: head.len(),
        });
        lines::insert(&mut self.lines, at, head + value, role);
    }

    /// A new section's header, behind a blank line.
    fn add_section(&mut self, section: &str) -> usize {
        let blank = self
            .lines
            .last()
            .is_none_or(|line| line.role == Role::Aside && strip(&line.text).is_empty());
        if !blank {
            let at = self.lines.len();
            lines::insert(&mut self.lines, at, String::new(), Role::Aside);
        }
        let at = self.lines.len();
        lines::insert(
            &mut self.lines,
            at,
            format!("[{section}]"),
            Role::Header(section.to_owned()),
        );
        at
    }

    fn next_header(&self, header: usize) -> usize {
        let behind = self
            .lines
            .iter()
            .skip(header + 1)
            .position(|line| matches!(line.role, Role::Header(_)));
        behind.map_or(self.lines.len(), |at| header + 1 + at)
    }

    /// Comments right under the last entry belong to it, unless they stand right over the next section.
    fn behind_comments(&self, from: usize, next_header: usize) -> usize {
        let comments = self.lines[from..next_header]
            .iter()
            .take_while(|line| !strip(&line.text).is_empty())
            .count();
        let behind = from + comments;
        if behind == next_header && next_header < self.lines.len() {
            from
        } else {
            behind
        }
    }

    /// The delimiter with its spaces as the entry at `model` has it, else as the file's first entry, else ` = `.
    fn delimiter(&self, model: Option<usize>) -> String {
        let first = || {
            self.lines
                .iter()
                .position(|line| matches!(line.role, Role::Key(_)))
        };
        let Some(line) = model.or_else(first).and_then(|at| self.lines.get(at)) else {
            return " = ".to_owned();
        };
        let Role::Key(key) = &line.role else {
            return " = ".to_owned();
        };
        let head = &line.text[..key.value_at];
        let option = head
            .trim_end_matches(is_space)
            .trim_end_matches(['=', ':'])
            .trim_end_matches(is_space);
        match &head[option.len()..] {
            delimiter @ ("=" | " = " | " =" | "= " | ": " | " : " | ":") => {
                if key.value_at < line.text.len() {
                    delimiter.to_owned()
                } else {
                    format!("{} ", delimiter.trim_end())
                }
            }
            _ => " = ".to_owned(),
        }
    }
}

/// `RawConfigParser._read`, line by line.
struct Reader {
    lines: Vec<Line<Role>>,
    normalize: fn(&str) -> String,
    section: Option<String>,
    in_value: bool,
    indent: usize,
    sections: std::collections::HashMap<String, usize>,
    keys: std::collections::HashMap<(String, String), usize>,
}

impl Reader {
    fn new() -> Self {
        Self {
            lines: Vec::new(),
            normalize: str::to_lowercase,
            section: None,
            in_value: false,
            indent: 0,
            sections: Default::default(),
            keys: Default::default(),
        }
    }

    fn role_of(&mut self, line: &str, number: usize) -> Result<Role, SyntaxError> {
        let content = strip(line);
        if content.is_empty() || content.starts_with(['#', ';']) {
            return Ok(Role::Aside);
        }
        let indent = indentation(line);
        if self.section.is_some() && self.in_value && indent > self.indent {
            return Ok(Role::Continuation);
        }
        self.indent = indent;
        if let Some(name) = header(content) {
            return self.enter(name, number);
        }
        self.key(line, content, number)
    }

    fn enter(&mut self, name: &str, number: usize) -> Result<Role, SyntaxError> {
        // DEFAULT may come again: it is no section of its own but what all of them start from.
        if name != "DEFAULT"
            && let Some(first) = self.sections.insert(name.to_owned(), number)
        {
            return Err(SyntaxError::new(
                number,
                format!("the section [{name}] is there twice, first in line {first}"),
            ));
        }
        self.section = Some(name.to_owned());
        self.in_value = false;
        Ok(Role::Header(name.to_owned()))
    }

    fn key(&mut self, line: &str, content: &str, number: usize) -> Result<Role, SyntaxError> {
        let Some(section) = self.section.clone() else {
            let message = if line.starts_with('\u{feff}') {
                "the file starts with a byte order mark (BOM), which Python does not skip"
            } else {
                "this stands before the first [section]"
            };
            return Err(SyntaxError::new(number, message));
        };
        let Some(delimiter) = content.find(['=', ':']) else {
            return Err(SyntaxError::new(
                number,
                "this is neither a [section] nor a `key = value`",
            ));
        };
        let option = content[..delimiter].trim_end_matches(is_space);
        if option.is_empty() {
            return Err(SyntaxError::new(
                number,
                "the key before the `=` or `:` is missing",
            ));
        }
        let name = (self.normalize)(option);
        if let Some(first) = self.keys.insert((section.clone(), name.clone()), number) {
            return Err(SyntaxError::new(
                number,
                format!("the key `{name}` is there twice in [{section}], first in line {first}"),
            ));
        }
        // pip's spelling rule turns the key `--` into nothing, and Python then reads no continuation lines under it.
        self.in_value = !name.is_empty();
        let behind = line.len() - line.trim_start_matches(is_space).len() + delimiter + 1;
        let value_at = behind + indent_of(&line[behind..]).len();
        Ok(Role::Key(Key {
            section,
            name,
            value_at,
        }))
    }
}

/// The name in a `[section]` line: everything up to the last bracket, at least one character.
fn header(content: &str) -> Option<&str> {
    let inside = content.strip_prefix('[')?;
    let end = inside.rfind(']')?;
    (end > 0).then(|| &inside[..end])
}
