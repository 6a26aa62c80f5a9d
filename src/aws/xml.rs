//! Answers in XML, as a tree. They come from AWS itself and hold neither namespaces that matter nor attributes that tell anything.

use xmlparser::{ElementEnd, Token, Tokenizer};

/// No answer of AWS nests deeper than a dozen.
const DEEPEST: usize = 64;

/// An element: what it is called, its text, and the elements in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The root of the document `text`.
    ///
    /// # Errors
    /// Why `text` is no XML.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut open: Vec<Element> = vec![Element::default()];
        for token in Tokenizer::from(text) {
            let inner = open.last_mut().ok_or("an element is closed twice")?;
            match token.map_err(|error| error.to_string())? {
                Token::ElementStart { local, .. } => {
                    if open.len() > DEEPEST {
                        return Err("it nests too deeply".to_owned());
                    }
                    open.push(Element {
                        name: local.as_str().to_owned(),
                        ..Element::default()
                    });
                }
                Token::ElementEnd { end, .. } => {
                    if let ElementEnd::Close(_, name) = end
                        && name.as_str() != inner.name
                    {
                        return Err(format!("<{}> is closed by </{name}>", inner.name));
                    }
                    if end != ElementEnd::Open {
                        let done = open.pop().unwrap_or_default();
                        let outer = open.last_mut().ok_or("more is closed than was opened")?;
                        outer.children.push(done);
                    }
                }
                Token::Text { text } => inner.text += &unescaped(text.as_str()),
                Token::Cdata { text, .. } => inner.text += text.as_str(),
                _ => {}
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(mut document), true) if document.children.len() == 1 => {
                Ok(document.children.remove(0))
            }
            _ => Err("it ends too early, or holds nothing".to_owned()),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its text, without blanks around it.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The first element of this name in it.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of that element; empty where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.child(name).map(Element::text).unwrap_or_default()
    }

    /// The same as an owned text.
    pub fn string(&self, name: &str) -> String {
        self.text_of(name).to_owned()
    }

    /// Whether the text of that element is `true`.
    pub fn is_true(&self, name: &str) -> bool {
        self.text_of(name) == "true"
    }

    /// The members of the list of this name.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &Element> {
        let list = self.child(name).into_iter();
        list.flat_map(|list| &list.children)
    }

    /// The texts of its members.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.list(name).map(|item| item.text().to_owned()).collect()
    }

    /// The text of `member` in each of them.
    pub fn texts_of(&self, name: &str, member: &str) -> Vec<String> {
        let texts = self.list(name).map(|item| item.string(member));
        texts.filter(|text| !text.is_empty()).collect()
    }
}

/// `text` with XML's own references replaced; another one stays as it stands.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain += &rest[..at];
        rest = &rest[at..];
        let character = rest
            .split_once(';')
            .and_then(|(name, _)| Some((meant_by(&name[1..])?, name.len() + 1)));
        let (character, length) = character.unwrap_or(('&', 1));
        plain.push(character);
        rest = &rest[length..];
    }
    plain + rest
}

fn meant_by(reference: &str) -> Option<char> {
    Some(match reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let number = reference.strip_prefix('#')?;
            let code = match number.strip_prefix('x') {
                Some(hex) => u32::from_str_radix(hex, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_texts_and_references_are_read() {
        let root = Element::parse(
            "<?xml version=\"1.0\"?><A xmlns=\"urn:x\">\n <set>\n <item><id>1</id></item><item><id>2</id></item></set>\
             <empty/><policy>{&quot;a&quot;: &#34;&#x26;&lt;&quot;} &other; &</policy><on>true</on><c><![CDATA[<&>]]></c></A>",
        )
        .expect("XML");
        assert_eq!(root.name(), "A");
        assert_eq!(root.texts_of("set", "id"), ["1", "2"]);
        assert_eq!(root.text_of("policy"), "{\"a\": \"&<\"} &other; &");
        assert!(root.is_true("on") && !root.is_true("empty") && !root.is_true("absent"));
        assert_eq!(root.text_of("c"), "<&>");
        assert_eq!(root.list("absent").count(), 0);
    }

    #[test]
    fn what_is_no_whole_document_is_refused() {
        for text in [
            "",
            "words",
            "<a>",
            "<a></b>",
            "<a/><b/>",
            "</a>",
            "<a><b></a></b>",
            "{\"a\": 1}",
            &"<a>".repeat(1_000),
        ] {
            assert!(Element::parse(text).is_err(), "{text:.20}");
        }
    }
}
