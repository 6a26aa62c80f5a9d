//! Elements that are to be written.

use super::Element;

/// How a text sets its lines.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    /// The blanks before the element.
    pub indent: String,
    /// How much deeper its children are set in.
    pub step: String,
    /// The line end.
    pub end: &'static str,
}

/// An element that is to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct New {
    name: String,
    attributes: Vec<(String, String)>,
    content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Content {
    Nothing,
    Text(String),
    Children(Vec<New>),
}

impl New {
    /// One with a text in it.
    pub fn text(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            attributes: Vec::new(),
            content: Content::Text(text.to_owned()),
        }
    }

    /// One with others in it.
    pub fn parent(name: &str, children: impl IntoIterator<Item = New>) -> Self {
        Self {
            name: name.to_owned(),
            attributes: Vec::new(),
            content: Content::Children(children.into_iter().collect()),
        }
    }

    /// One with attributes alone.
    pub fn empty(name: &str, attributes: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self {
            name: name.to_owned(),
            attributes: attributes.iter().map(owned).collect(),
            content: Content::Nothing,
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether an element says just this, in whatever layout.
    pub(super) fn is_said_by(&self, element: &Element) -> bool {
        let mut attributes = self.attributes.iter();
        let has = |(name, value): &(String, String)| element.attribute(name) == Some(value);
        let (text, children) = match &self.content {
            Content::Nothing => ("", &[][..]),
            Content::Text(text) => (text.trim(), &[][..]),
            Content::Children(children) => ("", &children[..]),
        };
        element.name == self.name
            && element.attributes.len() == self.attributes.len()
            && attributes.all(has)
            && element.text == text
            && element.children.len() == children.len()
            && children
                .iter()
                .zip(&element.children)
                .all(|(new, old)| new.is_said_by(old))
    }

    /// As it stands in a text; without the blanks before it.
    pub(super) fn rendered(&self, layout: &Layout) -> String {
        let name = &self.name;
        let attributes: String = self
            .attributes
            .iter()
            .map(|(name, value)| format!(" {name}=\"{}\"", escaped(value)))
            .collect();
        match &self.content {
            Content::Nothing => format!("<{name}{attributes} />"),
            Content::Text(text) => format!("<{name}{attributes}>{}</{name}>", escaped(text)),
            Content::Children(children) => {
                let below = Layout {
                    indent: format!("{}{}", layout.indent, layout.step),
                    ..layout.clone()
                };
                let end = layout.end;
                let lines: String = children
                    .iter()
                    .map(|child| format!("{end}{}{}", below.indent, child.rendered(&below)))
                    .collect();
                format!("<{name}{attributes}>{lines}{end}{}</{name}>", layout.indent)
            }
        }
    }
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
