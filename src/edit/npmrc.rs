//! npm's ini dialect: `key=value` lines, of which npm reads those before the first `[section]`. npm reads nearly everything,
//! so nothing is refused here but a file in which npm would not read the edit as written.

use super::SyntaxError;
use super::lines::{self, Line};

#[derive(Debug, Clone, PartialEq, Eq)]
enum Role {
    /// Blank, a comment, or what npm skips.
    Aside,
    Header(String),
    /// An entry before the first header, which is where npm's settings are.
    Key(Key),
    /// An entry in a section.
    Ignored,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Key {
    name: String,
    /// `None` where there is no `=`: npm reads `true`.
    value: Option<String>,
}

/// A parsed .npmrc. Changes are made to its lines; [`text`](NpmrcFile::text) gives the file back.
pub struct NpmrcFile {
    lines: Vec<Line<Role>>,
}

/// JavaScript's white space: Unicode's and the byte order mark, but not U+0085.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || c != '\u{85}' && c.is_whitespace()
}

fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
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
                for &at in others.iter().rev() {
                    lines::remove(&mut self.lines, at);
                }
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
        for at in found.into_iter().rev() {
            lines::remove(&mut self.lines, at);
        }
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

/// One line as `ini.parse` takes it.
fn role_of(line: &str, in_section: bool) -> Role {
    let content = trim(line);
    if content.is_empty() || content.starts_with([';', '#']) {
        return Role::Aside;
    }
    if let Some(inside) = line.strip_prefix('[')
        && let Some((name, tail)) = inside.split_once(']')
        && trim(tail).is_empty()
    {
        return Role::Header(decoded(name));
    }
    let (name, value) = match line.split_once('=') {
        Some(("", _)) => return Role::Aside,
        // JavaScript's `.` does not match these two: npm skips the line.
        Some((_, value)) if value.contains(['\u{2028}', '\u{2029}']) => return Role::Aside,
        Some((name, value)) => (name, Some(value)),
        None => (line, None),
    };
    if in_section {
        return Role::Ignored;
    }
    let name = decoded(name);
    // `key[]=` makes an array of the key, also of a `key=` before or after it.
    let name = match name.strip_suffix("[]") {
        Some(array) if !array.is_empty() => array.to_owned(),
        _ => name,
    };
    Role::Key(Key {
        name,
        value: value.map(decoded),
    })
}

/// The line with another value: key, spaces and a comment behind the value stay.
fn replaced(line: &str, name: &str, value: &str) -> String {
    let value = encoded(value);
    let Some((head, old)) = line.split_once('=') else {
        let (key, tail) = line.split_at(comment_start(line));
        let trimmed = key.trim_end_matches(is_space);
        return format!("{trimmed}={value}{}{tail}", &key[trimmed.len()..]);
    };
    let head = if decoded(head) == name {
        head.to_owned()
    } else {
        encoded(name)
    };
    let content = old.trim_start_matches(is_space);
    let spaces = &old[..old.len() - content.len()];
    let comment = if is_quoted(trim(content)) {
        content.len()
    } else {
        comment_start(content)
    };
    let kept = content[..comment].trim_end_matches(is_space).len();
    format!("{head}={spaces}{value}{}", &content[kept..])
}

/// Where an unescaped `;` or `#` starts a comment; the length where none does.
fn comment_start(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            ';' | '#' => return at,
            '\\' => escaped = true,
            _ => {}
        }
    }
    text.len()
}

/// ini's `isQuoted`; a lone quote counts.
fn is_quoted(text: &str) -> bool {
    text.starts_with('"') && text.ends_with('"') || text.starts_with('\'') && text.ends_with('\'')
}

/// ini's `unsafe`: what a written key or value stands for.
fn decoded(text: &str) -> String {
    let text = trim(text);
    if is_quoted(text) {
        let json = match text.strip_prefix('\'') {
            Some(inside) => inside.strip_suffix('\'').unwrap_or(inside),
            None => text,
        };
        return match serde_json::from_str(json) {
            Ok(value) => as_string(&value),
            Err(_) => json.to_owned(),
        };
    }
    let mut plain = String::with_capacity(text.len());
    let mut escaped = false;
    for c in text[..comment_start(text)].chars() {
        if escaped {
            if !['\\', ';', '#'].contains(&c) {
                plain.push('\\');
            }
            plain.push(c);
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else {
            plain.push(c);
        }
    }
    if escaped {
        plain.push('\\');
    }
    trim(&plain).to_owned()
}

/// A JSON value as JavaScript makes a property name of it.
fn as_string(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => {
            items.iter().map(as_string).collect::<Vec<_>>().join(",")
        }
        serde_json::Value::Object(_) => "[object Object]".to_owned(),
        other => other.to_string(),
    }
}

/// A key or value as it must be written to be read back; plain for everything a URL or token is made of.
fn encoded(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~+/@:%,&?!*()".contains(c);
    let needs_no_quotes = text.chars().all(|c| plain(c) || c == '=') && !text.is_empty();
    if needs_no_quotes {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}
