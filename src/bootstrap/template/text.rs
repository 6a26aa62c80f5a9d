//! Values in YAML: whatever stands in one, it stays that one value.

use anyhow::anyhow;

use crate::error::with_hint;

/// `value` as a YAML string in double quotes, which holds any character as an escape.
pub fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len() + 2);
    text.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            ' '..='~' => text.push(c),
            c if u32::from(c) > 0xffff => text.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => text.push_str(&format!("\\u{:04x}", u32::from(c))),
        }
    }
    text.push('"');
    text
}

/// `json` on one line and in ASCII (CloudFormation turns other characters into question marks), in single quotes.
///
/// # Errors
/// When it is no JSON.
pub fn quoted_json(json: &str) -> anyhow::Result<String> {
    let value: serde_json::Value = serde_json::from_str(json)?;
    let mut text = String::from("'");
    for c in value.to_string().chars() {
        match c {
            '\'' => text.push_str("''"),
            ' '..='~' => text.push(c),
            // Outside of strings JSON has no such character: the escape is one of a string.
            c => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text.push('\'');
    Ok(text)
}

/// The text that [`quoted_json`] quoted.
pub fn unquoted_json(line: &str) -> Option<String> {
    let inner = line.trim().strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inner.replace("''", "'"))
}

/// What the template `body` remembers: what it was given when it was filled.
pub fn remembered(body: &str) -> Option<String> {
    let line = body
        .lines()
        .find_map(|line| line.strip_prefix("      StudioMirror: "))?;
    unquoted_json(line)
}

/// `text` as a block that can be read as it is; `indent` is that of the line with the key.
///
/// # Errors
/// When it holds a character that no such block can hold, or that CloudFormation changes.
pub fn block(text: &str, indent: usize) -> anyhow::Result<String> {
    if let Some(odd) = text.chars().find(|c| !matches!(c, ' '..='~' | '\n' | '\t')) {
        return Err(with_hint(
            anyhow!("the lifecycle script holds the character {odd:?}"),
            "CloudFormation carries printable ASCII, tabs and line feeds only",
        ));
    }
    // The indent is said: the first line may begin with spaces. The sign tells how many line feeds end it.
    let keep = match text.strip_suffix('\n') {
        None => "-",
        Some(rest) if rest.is_empty() || rest.ends_with('\n') => "+",
        Some(_) => "",
    };
    let mut lines = format!("|2{keep}\n");
    for line in text.split_inclusive('\n') {
        if line != "\n" {
            lines.push_str(&" ".repeat(indent + 2));
        }
        lines.push_str(line);
    }
    Ok(lines.strip_suffix('\n').unwrap_or(&lines).to_owned())
}

/// `fragment` with each of these words replaced, in one pass: what a value holds is no word of the fragment.
pub fn filled(fragment: &str, values: &[(&str, &str)]) -> String {
    let mut text = String::with_capacity(fragment.len());
    let mut rest = fragment;
    while let Some((at, word, value)) = values
        .iter()
        .filter_map(|(word, value)| Some((rest.find(word)?, word, value)))
        .min_by_key(|(at, ..)| *at)
    {
        text.push_str(&rest[..at]);
        text.push_str(value);
        rest = &rest[at + word.len()..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_comes_back() {
        let json = r#"{"tags":{"owner":"O'Brien"},"name":"Zoë 😀"}"#;
        let quoted = quoted_json(json).unwrap();
        assert!(quoted.is_ascii() && !quoted.contains('\n'), "{quoted}");
        let back: serde_json::Value =
            serde_json::from_str(&unquoted_json(&quoted).unwrap()).unwrap();
        assert_eq!(
            back,
            serde_json::from_str::<serde_json::Value>(json).unwrap()
        );
    }

    #[test]
    fn a_quoted_value_ends_where_we_end_it() {
        assert_eq!(
            quoted("a\"b\\c\n: é😀\u{7f}"),
            r#""a\"b\\c\u000a: \u00e9\U0001f600\u007f""#
        );
    }

    #[test]
    fn a_value_is_not_filled_again() {
        assert_eq!(filled("A: B", &[("A", "B"), ("B", "A")]), "B: A");
    }

    #[test]
    fn a_block_says_how_it_ends() {
        assert_eq!(block("a\n", 0).unwrap(), "|2\n  a");
        assert_eq!(block("a", 0).unwrap(), "|2-\n  a");
        assert_eq!(block("a\n\n", 0).unwrap(), "|2+\n  a\n");
        assert!(block("a\r\n", 0).is_err());
    }
}
