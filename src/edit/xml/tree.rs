//! What an XML text holds, and where: elements with their places in it. Entities are the five of XML itself, and a text with a
//! DOCTYPE is refused: it could mean anything.

use std::ops::Range;

use xmlparser::{ElementEnd, Reference, Stream, Token, Tokenizer};

use crate::edit::SyntaxError;

/// No configuration file comes near, and what is nested without end must not fill the stack.
const DEEPEST: usize = 100;

/// An element as it stands in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name as written, with a prefix if it has one.
    pub name: String,
    /// Names and values, in the order of the text.
    pub attributes: Vec<(String, String)>,
    /// The text in it, not in its children; without the blanks around it.
    pub text: String,
    /// The elements in it.
    pub children: Vec<Element>,
    /// From its `<` to behind its last `>`.
    pub range: Range<usize>,
    /// Between its tags; `None` for `<name/>`.
    pub inner: Option<Range<usize>>,
}

impl Element {
    /// The children of that name.
    pub fn all(&self, name: &str) -> Vec<&Element> {
        let named = self.children.iter().filter(|child| child.name == name);
        named.collect()
    }

    /// The text of the first child of that name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.all(name).first().map(|child| child.text.as_str())
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|(own, _)| own == name);
        found.map(|(_, value)| value.as_str())
    }
}

/// The outermost element; `None` where there is nothing but blanks.
///
/// # Errors
/// Where the text is not well-formed, or has a DOCTYPE.
pub fn parse(text: &str) -> Result<Option<Element>, SyntaxError> {
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Ok(None);
    }
    let mut reader = Reader {
        text,
        open: Vec::new(),
        root: None,
    };
    for token in Tokenizer::from(text) {
        let token = token.map_err(|error| {
            let line = usize::try_from(error.pos().row).unwrap_or(1);
            SyntaxError::new(line, "this is no well-formed XML")
        })?;
        reader.take(&token)?;
    }
    match (reader.open.pop(), reader.root) {
        (None, Some(root)) => Ok(Some(root)),
        (Some(open), _) => Err(error(
            text,
            open.range.start,
            format!("`{}` has no end tag", open.name),
        )),
        (None, None) => Err(error(text, text.len(), "there is no element")),
    }
}

struct Reader<'a> {
    text: &'a str,
    /// The elements that have begun and not ended, outermost first.
    open: Vec<Element>,
    root: Option<Element>,
}

impl Reader<'_> {
    fn take(&mut self, token: &Token) -> Result<(), SyntaxError> {
        let at = token.span().start();
        match token {
            Token::ElementStart { span, .. } => {
                if self.open.is_empty() && self.root.is_some() {
                    return Err(error(self.text, at, "there is a second outermost element"));
                }
                if self.open.len() == DEEPEST {
                    return Err(error(self.text, at, "elements are nested too deep here"));
                }
                self.open.push(Element {
                    name: span.as_str().trim_start_matches('<').to_owned(),
                    attributes: Vec::new(),
                    text: String::new(),
                    children: Vec::new(),
                    range: at..at,
                    inner: None,
                });
            }
            Token::Attribute { value, span, .. } => {
                // Its name ends with the equals sign or the blanks before it.
                let name = span.as_str().split(['=', ' ', '\t', '\r', '\n']).next();
                let name = name.unwrap_or_default().to_owned();
                let value = self.decoded(value.as_str(), value.start())?;
                let text = self.text;
                let Some(element) = self.open.last_mut() else {
                    return Ok(());
                };
                if element.attribute(&name).is_some() {
                    return Err(error(text, at, format!("`{name}` is there twice")));
                }
                element.attributes.push((name, value));
            }
            Token::ElementEnd { end, span } => match end {
                ElementEnd::Open => {
                    if let Some(element) = self.open.last_mut() {
                        element.inner = Some(span.end()..span.end());
                    }
                }
                ElementEnd::Empty => self.close(span.end()),
                ElementEnd::Close(..) => {
                    let name = span.as_str().trim_start_matches("</");
                    let name = name.trim_end_matches('>').trim_end();
                    match self.open.last_mut() {
                        Some(element) if element.name == name => {
                            if let Some(inner) = &mut element.inner {
                                inner.end = at;
                            }
                            self.close(span.end());
                        }
                        _ => {
                            let message = format!("`{name}` ends here and did not begin last");
                            return Err(error(self.text, at, message));
                        }
                    }
                }
            },
            Token::Text { text } => {
                let decoded = self.decoded(text.as_str(), text.start())?;
                self.add_text(&decoded);
            }
            Token::Cdata { text, .. } => self.add_text(text.as_str()),
            Token::DtdStart { .. } | Token::EmptyDtd { .. } => {
                let message = "a DOCTYPE is here, and what it means cannot be told";
                return Err(error(self.text, at, message));
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self, end: usize) {
        let Some(mut element) = self.open.pop() else {
            return;
        };
        element.range.end = end;
        element.text = element.text.trim().to_owned();
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
    }

    fn add_text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }

    fn decoded(&self, raw: &str, at: usize) -> Result<String, SyntaxError> {
        let mut decoded = String::with_capacity(raw.len());
        let mut rest = raw;
        while let Some(start) = rest.find('&') {
            decoded.push_str(&rest[..start]);
            let mut stream = Stream::from(&rest[start..]);
            let here = at + (raw.len() - rest.len()) + start;
            match stream.consume_reference() {
                // What the reader makes of a number that is no character.
                Ok(Reference::Char('\u{fffd}')) => {
                    return Err(error(self.text, here, "this is no character of XML"));
                }
                Ok(Reference::Char(c)) => decoded.push(c),
                Ok(Reference::Entity(name)) => {
                    let message = format!("`&{name};` is not known to XML");
                    return Err(error(self.text, here, message));
                }
                Err(_) => return Err(error(self.text, here, "`&` stands here for itself")),
            }
            rest = &rest[start + stream.pos()..];
        }
        decoded.push_str(rest);
        Ok(decoded)
    }
}

/// A refusal that names the line of a place in `text`.
pub(super) fn error(text: &str, at: usize, message: impl Into<String>) -> SyntaxError {
    let line = 1 + text[..at].matches('\n').count();
    SyntaxError::new(line, message)
}
