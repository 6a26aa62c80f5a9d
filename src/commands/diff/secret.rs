//! Keys that name a secret, and how far their values go.

use super::words::names_secret;

/// A key that names a secret.
#[derive(Debug)]
pub struct Secret {
    /// Where in the line its value begins.
    pub value: usize,
    /// Between key and value, if it is not blank.
    separator: Option<char>,
}

impl Secret {
    /// The first in the line.
    pub fn find(text: &str) -> Option<Self> {
        let mut at = 0;
        for name in text.split(|c: char| !is_of_name(c)) {
            let end = at + name.len();
            if names_secret(name)
                && !is_spoken_of(&text[..at])
                && let Some(secret) = Self::behind(text, end)
            {
                return Some(secret);
            }
            at = end + text[end..].chars().next().map_or(0, char::len_utf8);
        }
        None
    }

    /// What follows a name that ends at `end`, if that is a value: behind `=`, `:`, `>` or a blank, or at the line's end.
    fn behind(text: &str, end: usize) -> Option<Self> {
        let rest = &text[end..];
        let unquoted = rest.trim_start_matches(['"', '\'']);
        let mut value = unquoted.trim_start();
        let is_apart = value.len() < unquoted.len() || unquoted.is_empty();
        // NuGet: `<add key="ClearTextPassword" value="…" />`.
        if is_apart
            && let Some(of_attribute) = value.strip_prefix("value")
            && of_attribute.trim_start().starts_with('=')
        {
            value = of_attribute.trim_start();
        }
        let separator = value.chars().next().filter(|c| "=:>".contains(*c));
        if separator.is_none() && !is_apart {
            return None;
        }
        let value = value[separator.map_or(0, char::len_utf8)..].trim_start();
        Some(Self {
            value: text.len() - value.len(),
            separator,
        })
    }

    /// Where its value goes on below.
    pub fn goes_on(&self, text: &str) -> Option<Inside> {
        let value = &text[self.value..];
        let opened = |quotes: &&str| value.matches(quotes).count() % 2 == 1;
        let quotes = ["\"\"\"", "'''"].into_iter().find(opened);
        match self.separator {
            Some('>') => (!value.contains("</")).then_some(Inside::Element),
            _ if value.ends_with('\\') => Some(Inside::NextLine),
            None => value.is_empty().then_some(Inside::NextLine),
            Some(_) => quotes
                .map(Inside::Quotes)
                .or(Some(Inside::Key(indentation(text)))),
        }
    }
}

/// Whether what follows is no key: a part of a path, a closing tag's name, or netrc's user.
fn is_spoken_of(before: &str) -> bool {
    before.ends_with('/') || before.trim_end().ends_with("login")
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
}

/// A secret that goes on behind the end of its line.
#[derive(Debug)]
pub enum Inside {
    /// An XML element, up to the next closing tag.
    Element,
    /// The value of a key that is indented so far, on lines indented further.
    Key(usize),
    /// The next line that is not empty: netrc's words may be apart, and properties end a line with `\`.
    NextLine,
    /// A string of several lines, up to these quotes.
    Quotes(&'static str),
}

/// How far a line is indented.
pub fn indentation(text: &str) -> usize {
    text.len() - text.trim_start().len()
}
