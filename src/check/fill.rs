//! Texts with `{words}` in them: filled from the evidence, or shown as `<words>` where nothing is known.

/// What stands for each word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<(&'static str, String)>);

impl Words {
    /// Lets `word` stand for `value`; the first to say so counts.
    #[must_use]
    pub fn with(mut self, word: &'static str, value: Option<impl Into<String>>) -> Self {
        self.0.extend(value.map(|value| (word, value.into())));
        self
    }

    fn get(&self, word: &str) -> Option<&str> {
        let known = self.0.iter().find(|(name, _)| *name == word);
        known.map(|(_, value)| value.as_str())
    }

    /// A text that was filled before, with what these words know and those did not.
    pub fn fill_left(&self, text: &str) -> String {
        let fill = |text: String, (word, value): &(&str, String)| {
            text.replace(&format!("<{}>", word.replace('_', "-")), value)
        };
        self.0.iter().fold(text.to_owned(), fill)
    }

    /// `text` with every `{word}` replaced. Other braces, as JSON has them, stay.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('{') {
            let (before, from_brace) = rest.split_at(at);
            filled += before;
            let word = from_brace[1..].split_once('}').map(|(word, _)| word);
            let is_word = |word: &&str| {
                word.starts_with(|c: char| c.is_ascii_lowercase())
                    && word
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            };
            match word.filter(is_word) {
                Some(word) => {
                    match self.get(word) {
                        Some(value) => filled += value,
                        None => filled += &format!("<{}>", word.replace('_', "-")),
                    }
                    rest = &from_brace[word.len() + 2..];
                }
                None => {
                    filled.push('{');
                    rest = &from_brace[1..];
                }
            }
        }
        filled + rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_and_other_braces_stay() {
        let words = Words::default()
            .with("region", Some("us-east-1"))
            .with("host", None::<String>);
        assert_eq!(
            words.fill(r#"{"a": "{region}"} {host} {vpc_id} {s3_prefix_list} {3} {"#),
            r#"{"a": "us-east-1"} <host> <vpc-id> <s3-prefix-list> {3} {"#
        );
        let later = Words::default().with("vpc_id", Some("vpc-1"));
        assert_eq!(later.fill_left("<vpc-id> <host>"), "vpc-1 <host>");
    }
}
