//! Where a new entry goes, and how it is written: at the end of its section, in the style of its neighbours.

use super::ConfigFile;
use super::reader::{Key, Role, indent_of, is_space, strip};
use crate::edit::lines;

impl ConfigFile {
    pub(super) fn add(&mut self, section: &str, name: &str, value: &str) {
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

    pub(super) fn next_header(&self, header: usize) -> usize {
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
