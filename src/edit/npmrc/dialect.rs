//! How npm's ini reads a line, and how a value must be written to be read back.

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Role {
    /// Blank, a comment, or what npm skips.
    Aside,
    Header(String),
    /// An entry before the first header, which is where npm's settings are.
    Key(Key),
    /// An entry in a section.
    Ignored,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub name: String,
    /// `None` where there is no `=`: npm reads `true`.
    pub value: Option<String>,
}

/// One line as `ini.parse` takes it.
pub(super) fn role_of(line: &str, in_section: bool) -> Role {
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
pub(super) fn replaced(line: &str, name: &str, value: &str) -> String {
    let value = encoded(value);
    let key = |written: &str| match decoded(written) == name {
        true => written.to_owned(),
        // `registry[]` would make a list of it.
        false => encoded(name),
    };
    let Some((head, old)) = line.split_once('=') else {
        let (head, tail) = line.split_at(comment_start(line));
        let trimmed = head.trim_end_matches(is_space);
        return format!("{}={value}{}{tail}", key(trimmed), &head[trimmed.len()..]);
    };
    let head = key(head);
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
pub(super) fn encoded(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~+/@:%,&?!*()".contains(c);
    let needs_no_quotes = text.chars().all(|c| plain(c) || c == '=') && !text.is_empty();
    if needs_no_quotes {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

/// JavaScript's white space: Unicode's and the byte order mark, but not U+0085.
fn is_space(c: char) -> bool {
    c == '\u{feff}' || c != '\u{85}' && c.is_whitespace()
}

pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}
