//! What of a person's file may be shown: names that package clients know, and addresses without their logins. Whatever else
//! stands there may be a secret, however it is spelled, and shows as `***`.

use super::address;
use super::secret::{Inside, Secret, indentation};
use super::words::{Known, known, looks_random};

/// What stands in for a secret.
pub const MASK: &str = "***";

/// Masks a text line by line, from its beginning: a secret may begin on a line above.
#[derive(Debug, Default)]
pub struct Masker {
    inside: Option<Inside>,
}

impl Masker {
    /// The next line of the text, its secrets masked.
    pub fn line(&mut self, line: &str) -> String {
        let (text, end) = match line.strip_suffix('\n') {
            Some(text) => (text, "\n"),
            None => (line, ""),
        };
        let masked = match self.goes_on(text) {
            true => MASK.to_owned(),
            false => self.of_its_own(text),
        };
        format!("{masked}{end}")
    }

    /// Whether the line is still a part of a secret above.
    fn goes_on(&mut self, text: &str) -> bool {
        let is_empty = text.trim().is_empty();
        let (goes_on, ends) = match &self.inside {
            None => return false,
            Some(Inside::Element) => (true, text.contains("</")),
            Some(Inside::Key(above)) => {
                let goes_on = is_empty || indentation(text) > *above;
                (goes_on && !is_empty, !goes_on)
            }
            Some(Inside::NextLine) => (!is_empty, !is_empty && !text.ends_with('\\')),
            Some(Inside::Quotes(quotes)) => (true, text.contains(quotes)),
        };
        if ends {
            self.inside = None;
        }
        goes_on
    }

    fn of_its_own(&mut self, text: &str) -> String {
        let Some(secret) = Secret::find(text) else {
            return mask_tokens(&mask_words(text, text.len()));
        };
        self.inside = secret.goes_on(text);
        let is_empty = secret.value == text.len();
        let mask = if is_empty { "" } else { MASK };
        joined(mask_tokens(&mask_words(text, secret.value)) + mask)
    }
}

/// What a word may be, by what stands before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// Names that people gave: of registries, sections, elements.
    Name,
    /// One of them.
    OneName,
    /// Anything.
    Anything,
}

/// The line up to `end` with every word masked that is not known to be harmless.
fn mask_words(text: &str, end: usize) -> String {
    let is_xml = text.trim_start().starts_with('<');
    let mut expected = match is_header(text) {
        true => Expected::Name,
        false => Expected::Anything,
    };
    let mut shown = String::new();
    let mut at = 0;
    while at < end {
        let (before, rest) = text.split_at(at);
        if let Some((address, length)) = address::at(&text[..end], at) {
            shown += &address;
            at += length;
            continue;
        }
        let word = word(rest, is_xml);
        if word.is_empty() {
            let c = rest.chars().next().unwrap_or_default();
            shown.push(c);
            at += c.len_utf8();
            continue;
        }
        let after = &rest[word.len()..];
        let is_tag = is_xml && before.ends_with(['<', '/']);
        let is_key = is_tag || is_followed_as_key(after);
        let is_expected = expected != Expected::Anything;
        let what = known(word);
        let may_show = what.is_some()
            || is_punctuation(word)
            || is_name(word) && (is_tag || is_expected || is_key_of_theirs(before, word, after));
        expected = match what {
            Some(Known::NameFollows) => Expected::OneName,
            Some(Known::Name) if is_key && !before.ends_with('/') => Expected::Name,
            Some(Known::NameInXml) if is_key && is_xml => Expected::Name,
            _ if is_key || expected == Expected::OneName => Expected::Anything,
            _ => expected,
        };
        shown += if may_show { word } else { MASK };
        at += match may_show {
            true => word.len(),
            false => length_of_unit(before, rest),
        };
    }
    joined(shown)
}

/// The word at the beginning; `/` belongs to paths, and in XML to tags.
fn word(text: &str, is_xml: bool) -> &str {
    let end = text.find(|c: char| c.is_whitespace() || "\"'`=:,;<>{}[]()".contains(c));
    let word = &text[..end.unwrap_or(text.len())];
    let is_closed = is_xml && text[word.len()..].starts_with('>');
    match is_xml && word.starts_with('/') {
        true => "",
        false if is_closed => word.trim_end_matches('/'),
        false => word,
    }
}

/// `[section]`, `[[table]]`, `[table.name]`.
fn is_header(text: &str) -> bool {
    let text = text.trim();
    let inner = text.trim_start_matches('[').trim_end_matches(']');
    text.starts_with('[')
        && text.ends_with(']')
        && inner.starts_with(|c: char| c.is_alphanumeric())
        && !inner.contains(['=', ',', '[', ']'])
}

fn is_followed_as_key(after: &str) -> bool {
    let after = after.trim_start_matches(['"', '\'']).trim_start();
    after.starts_with(['=', ':'])
}

/// Names that only people know, where nothing but a name can stand: a scope of npm's, a key at the line's beginning, a key
/// that has others below it.
fn is_key_of_theirs(before: &str, word: &str, after: &str) -> bool {
    if word.starts_with('@') {
        return after.trim_start_matches('"').starts_with(":registry");
    }
    let is_first = before.trim_start().trim_matches('"').is_empty();
    let after = after.trim_start_matches('"').trim_start();
    let (separator, value) = after.split_at(after.chars().next().map_or(0, char::len_utf8));
    let value = value.trim();
    match separator {
        ":" if is_first && (value.is_empty() || value.starts_with('{')) => true,
        ":" | "=" => {
            before.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_alphabetic() || "_-.".contains(c))
                && !value.is_empty()
                && !value.starts_with(['=', ':'])
        }
        _ => false,
    }
}

/// A name as registries, sections and files have them.
fn is_name(word: &str) -> bool {
    word.len() <= 200
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.@/*".contains(c))
        && !looks_random(word)
}

fn is_punctuation(word: &str) -> bool {
    word.len() <= MASK.len() && word.chars().all(|c| c.is_ascii_punctuation())
}

/// How much goes with a masked word at the beginning of `rest`: up to the closing quote, a blank or a tag.
fn length_of_unit(before: &str, rest: &str) -> usize {
    let quote = before.chars().next_back().filter(|c| "\"'".contains(*c));
    let closing = quote.and_then(|quote| rest.find(quote));
    let open = || rest.find(|c: char| c.is_whitespace() || "\",<>{}[]()".contains(c));
    let length = closing.or_else(open).unwrap_or(rest.len());
    match address::next(&rest[..length]) {
        Some(address) if address > 0 => address,
        _ => length,
    }
}

/// Several masks beside each other say no more than one.
fn joined(mut shown: String) -> String {
    let several = format!("{MASK} {MASK}");
    while shown.contains(&several) {
        shown = shown.replace(&several, MASK);
    }
    shown
}

/// Tokens of CodeArtifact and other JWTs are base64 of `{"`.
fn mask_tokens(line: &str) -> String {
    let mut masked = String::new();
    let mut rest = line;
    while let Some(start) = rest.find("eyJ") {
        let (before, token) = rest.split_at(start);
        masked.push_str(before);
        masked.push_str(MASK);
        let end = token
            .find(|c: char| !c.is_ascii_alphanumeric() && !"-_.+/=%~".contains(c))
            .unwrap_or(token.len());
        rest = &token[end..];
    }
    masked + rest
}

#[cfg(test)]
mod tests;
