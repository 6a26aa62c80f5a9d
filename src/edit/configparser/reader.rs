//! What each line of a file is to Python's `RawConfigParser`, and where that refuses it.

use std::collections::HashMap;

use crate::edit::SyntaxError;
use crate::edit::lines::{self, Line};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Blank or a comment; neither ends a value.
    Aside,
    Header(String),
    Key(Key),
    Continuation,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub section: String,
    pub name: String,
    /// Where the value starts in the line, behind the delimiter and its spaces.
    pub value_at: usize,
}

/// Reads `text` line by line, as `RawConfigParser._read` does.
pub(super) fn read(
    text: &str,
    normalize: fn(&str) -> String,
) -> Result<Vec<Line<Role>>, SyntaxError> {
    let mut reader = Reader {
        normalize,
        section: None,
        in_value: false,
        indent: 0,
        sections: HashMap::new(),
        keys: HashMap::new(),
    };
    let mut lines = Vec::new();
    for (number, (line, end)) in lines::split(text).into_iter().enumerate() {
        let role = reader.role_of(line, number + 1)?;
        lines.push(Line {
            text: line.to_owned(),
            end,
            role,
        });
    }
    Ok(lines)
}

struct Reader {
    normalize: fn(&str) -> String,
    section: Option<String>,
    in_value: bool,
    indent: usize,
    sections: HashMap<String, usize>,
    keys: HashMap<(String, String), usize>,
}

impl Reader {
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

/// Python's `str.strip` and `\s`: Unicode white space and the four ASCII separators.
pub(super) fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\x1c'..='\x1f').contains(&c)
}

pub(super) fn strip(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// How far a line is indented, in characters, as Python counts it.
pub(super) fn indentation(text: &str) -> usize {
    text.chars().take_while(|c| is_space(*c)).count()
}

/// The white space a line starts with.
pub(super) fn indent_of(text: &str) -> &str {
    &text[..text.len() - text.trim_start_matches(is_space).len()]
}
