//! npm's ini dialect: `key=value` lines, of which npm reads those before the first `[section]`. npm reads nearly everything,
//! so nothing is refused here but a file in which npm would not read the edit as written.

mod dialect;

use self::dialect::{Key, Role, encoded, replaced, role_of, trim};
use super::SyntaxError;
use super::lines::{self, Line};

/// A parsed .npmrc. Changes are made to its lines; [`text`](NpmrcFile::text) gives the file back.
pub struct NpmrcFile {
    lines: Vec<Line<Role>>,
}

impl NpmrcFile {
    /// Reads `text` as npm does.
    pub fn parse(text: &str) -> Self {
        let mut in_section = false;
        let lines = lines::split(text).into_iter().map(|(line, end)| {
            let role = role_of(line, in_section);
            in_section |= matches!(role, Role::Header(_));
            Line {
                text: line.to_owned(),
                end,
                role,
            }
        });
        Self {
            lines: lines.collect(),
        }
    }

    /// The file's text.
    pub fn text(&self) -> String {
        lines::join(&self.lines)
    }

    /// The value of `name` (npm takes the last one); `true` where the key has no value.
    pub fn value(&self, name: &str) -> Option<&str> {
        let key = self.keys().filter(|(_, key)| key.name == name).last()?.1;
        Some(key.value.as_deref().unwrap_or("true"))
    }

    /// Names and values of all settings, in the order of the file, with the line counted from 1.
    pub fn entries(&self) -> impl Iterator<Item = (usize, &str, &str)> {
        self.keys().map(|(at, key)| {
            (
                at + 1,
                key.name.as_str(),
                key.value.as_deref().unwrap_or("true"),
            )
        })
    }

    /// Sets `name`: in place where npm takes it from now, any other line for it removed; else behind the last setting.
    ///
    /// # Errors
    /// If something else in the file makes npm read another value for `name`.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SyntaxError> {
        self.check_not_shadowed(name)?;
        let found: Vec<usize> = self
            .keys()
            .filter(|(_, key)| key.name == name)
            .map(|(at, _)| at)
            .collect();
        match found.split_last() {
            None => self.add(name, value),
            Some((&last, others)) => {
                let text = replaced(&self.lines[last].text, name, value);
                let role = Role::Key(Key {
                    name: name.to_owned(),
                    value: Some(value.to_owned()),
                });
                self.lines[last] = Line {
                    text,
                    end: self.lines[last].end,
                    role,
                };
                lines::remove_each(&mut self.lines, others);
            }
        }
        Ok(())
    }

    /// Takes every line for `name` out.
    pub fn remove(&mut self, name: &str) {
        let found: Vec<usize> = self
            .keys()
            .filter(|(_, key)| key.name == name)
            .map(|(at, _)| at)
            .collect();
        lines::remove_each(&mut self.lines, &found);
    }

    fn keys(&self) -> impl Iterator<Item = (usize, &Key)> {
        self.lines
            .iter()
            .enumerate()
            .filter_map(|(at, line)| match &line.role {
                Role::Key(key) => Some((at, key)),
                _ => None,
            })
    }

    /// npm's ini makes `[a.b]`, and a key `a.b` with the value null, a member of `a`, whatever `a` was set to.
    fn check_not_shadowed(&self, name: &str) -> Result<(), SyntaxError> {
        let shadows = |other: &str| {
            let mut parts = other.split('.');
            // `a\.b` is no path.
            parts.next() == Some(name) && parts.next().is_some()
        };
        let shadow = self.lines.iter().position(|line| match &line.role {
            Role::Header(section) => shadows(section),
            Role::Key(key) => key.value.as_deref() == Some("null") && shadows(&key.name),
            Role::Aside | Role::Ignored => false,
        });
        match shadow {
            Some(at) => Err(SyntaxError::new(
                at + 1,
                format!("npm reads this in place of the key `{name}`"),
            )),
            None => Ok(()),
        }
    }

    fn add(&mut self, name: &str, value: &str) {
        let last = self.keys().last().map(|(at, _)| at);
        let header = self
            .lines
            .iter()
            .position(|line| matches!(line.role, Role::Header(_)));
        let limit = header.unwrap_or(self.lines.len());
        let from = last.map_or(0, |at| at + 1);
        let comments = self.lines[from..limit]
            .iter()
            .take_while(|line| !trim(&line.text).is_empty())
            .count();
        // Comments right under the last setting belong to it, unless they stand right over the section.
        let at = if from + comments == limit && header.is_some() {
            from
        } else {
            from + comments
        };
        let spaced = last.is_some_and(|at| self.lines[at].text.contains(" = "));
        let delimiter = if spaced { " = " } else { "=" };
        let text = format!("{}{delimiter}{}", encoded(name), encoded(value));
        let role = Role::Key(Key {
            name: name.to_owned(),
            value: Some(value.to_owned()),
        });
        lines::insert(&mut self.lines, at, text, role);
    }
}
