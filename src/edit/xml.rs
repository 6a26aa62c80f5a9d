//! XML files, spliced: elements come and go in the manner of their neighbours, every other byte stays.
//!
//! An [`XmlFile`] never changes: each edit reads its own result again and gives a new one.

mod new;
mod tree;

use std::ops::Range;

pub use self::new::New;
pub use self::tree::Element;

use self::tree::{error, parse};
use super::SyntaxError;

/// Where among its siblings an element is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Before all others.
    First,
    /// Behind all others.
    Last,
}

/// A file that was read: its text and what is in it.
#[derive(Debug, Clone)]
pub struct XmlFile {
    text: String,
    root: Option<Element>,
}

impl XmlFile {
    /// Reads `text`, whose outermost element must be a `root`; one of blanks alone is an empty file.
    ///
    /// # Errors
    /// Where it is no well-formed XML, has a DOCTYPE, or holds something else.
    pub fn parse(text: &str, root: &str) -> Result<Self, SyntaxError> {
        let found = parse(text)?;
        if let Some(found) = found.as_ref().filter(|found| found.name != root) {
            let message = format!("the outermost element is `{}`, not `{root}`", found.name);
            return Err(error(text, found.range.start, message));
        }
        Ok(Self {
            text: text.to_owned(),
            root: found,
        })
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The element at the end of `path`, which begins below the outermost one.
    ///
    /// # Errors
    /// Where one on the way is there twice: it cannot be told what the tool takes.
    pub fn find(&self, path: &[&str]) -> Result<Option<&Element>, SyntaxError> {
        let mut found = self.root.as_ref();
        for name in path {
            let Some(parent) = found else { break };
            let named = parent.all(name);
            found = named.first().copied();
            if let Some(second) = named.get(1) {
                let message = format!("`{name}` is there twice");
                return Err(error(&self.text, second.range.start, message));
            }
        }
        Ok(found)
    }

    /// The elements called `name` in the one at the end of `path`.
    ///
    /// # Errors
    /// As [`XmlFile::find`].
    pub fn all(&self, path: &[&str], name: &str) -> Result<Vec<&Element>, SyntaxError> {
        let parent = self.find(path)?;
        Ok(parent.map_or_else(Vec::new, |parent| parent.all(name)))
    }

    /// With `new` in the element at the end of `path`; what is missing on the way is made. In the place of the sibling
    /// that `is_same` knows, where there is one; one that says the same already stays to the letter.
    ///
    /// # Errors
    /// As [`XmlFile::find`].
    pub fn with(
        &self,
        path: &[&str],
        new: &New,
        among: Among,
        is_same: impl Fn(&Element) -> bool,
    ) -> Result<Self, SyntaxError> {
        let parent = self.find(path)?;
        let mut known = parent
            .into_iter()
            .flat_map(|parent| parent.all(new.name()))
            .filter(|sibling| is_same(sibling));
        match known.next() {
            Some(known) if new.is_said_by(known) => Ok(self.clone()),
            Some(known) => {
                let layout = self.layout(self.indent_at(known.range.start));
                self.spliced(known.range.clone(), &new.rendered(&layout))
            }
            None => self.with_inserted(path, new, among),
        }
    }

    /// Without the element of that `range`, nor the line it stood on alone; and without those of `path` around it that hold
    /// nothing then.
    ///
    /// # Errors
    /// As [`XmlFile::find`].
    pub fn without(&self, path: &[&str], range: &Range<usize>) -> Result<Self, SyntaxError> {
        let mut file = self.spliced(self.with_line(range), "")?;
        for depth in (1..=path.len()).rev() {
            let Some(left) = file.find(&path[..depth])? else {
                break;
            };
            let inner = left.inner.clone().unwrap_or_default();
            if !file.text[inner].trim().is_empty() {
                break;
            }
            file = file.spliced(file.with_line(&left.range), "")?;
        }
        Ok(file)
    }

    fn with_inserted(&self, path: &[&str], new: &New, among: Among) -> Result<Self, SyntaxError> {
        let Some((name, above)) = path.split_last() else {
            return self.inserted(&[], new, among);
        };
        match self.find(path)? {
            Some(_) => self.inserted(path, new, among),
            None => {
                let made = New::parent(name, [new.clone()]);
                self.with_inserted(above, &made, Among::Last)
            }
        }
    }

    /// With `new` in the element at the end of `path`, which is there.
    fn inserted(&self, path: &[&str], new: &New, among: Among) -> Result<Self, SyntaxError> {
        let Some(parent) = self.find(path)? else {
            return Ok(self.clone());
        };
        let own = self.indent_at(parent.range.start);
        let sibling = parent
            .children
            .iter()
            .find(|child| self.is_first_on_line(child.range.start));
        let indent = match sibling {
            Some(sibling) => self.indent_at(sibling.range.start).to_owned(),
            None => format!("{own}{}", self.step()),
        };
        let layout = self.layout(&indent);
        let line = format!("{}{indent}{}", layout.end, new.rendered(&layout));
        let last = format!("{}{own}", layout.end);
        let Some(inner) = &parent.inner else {
            // `<name />` is opened.
            let slash = parent.range.end - "/>".len();
            let head = self.text[..slash].trim_end().len();
            let opened = format!(">{line}{last}</{}>", parent.name);
            return self.spliced(head..parent.range.end, &opened);
        };
        let content = &self.text[inner.clone()];
        let at = match among {
            Among::First => inner.start,
            Among::Last => inner.start + content.trim_end().len(),
        };
        let behind = &self.text[at..inner.end];
        let blanks = &behind[..behind.len() - behind.trim_start().len()];
        let closes = if blanks.contains(['\n', '\r']) {
            ""
        } else {
            &last
        };
        self.spliced(at..at, &format!("{line}{closes}"))
    }

    /// `root` with nothing in it, where the file has nothing.
    ///
    /// # Errors
    /// Never: it can be read.
    pub fn begun(self, root: &str) -> Result<Self, SyntaxError> {
        match self.root {
            Some(_) => Ok(self),
            None => Self::parse(
                &format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{root}>\n</{root}>\n"),
                root,
            ),
        }
    }

    fn spliced(&self, range: Range<usize>, new: &str) -> Result<Self, SyntaxError> {
        let mut text = self.text.clone();
        text.replace_range(range, new);
        let root = parse(&text)?;
        Ok(Self { text, root })
    }

    /// An element's range; where it stands alone on its lines, with the line end and the blanks before it.
    fn with_line(&self, range: &Range<usize>) -> Range<usize> {
        let behind = self.text[range.end..].trim_start_matches([' ', '\t']);
        let is_last = behind.is_empty() || behind.starts_with(['\n', '\r']);
        if !is_last || !self.is_first_on_line(range.start) {
            return range.clone();
        }
        let before = self.text[..range.start].trim_end_matches([' ', '\t']);
        let before = before.strip_suffix('\n').unwrap_or(before);
        let before = before.strip_suffix('\r').unwrap_or(before);
        before.len()..self.text.len() - behind.len()
    }

    fn is_first_on_line(&self, at: usize) -> bool {
        let before = self.text[..at].trim_end_matches([' ', '\t']);
        before.ends_with(['\n', '\r'])
    }

    /// The blanks that the line of a place begins with.
    fn indent_at(&self, at: usize) -> &str {
        let start = self.text[..at].rfind(['\n', '\r']).map_or(0, |end| end + 1);
        let line = &self.text[start..];
        &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
    }

    /// How much deeper a child is set in than its parent.
    fn step(&self) -> String {
        let of_first_child = |root: &Element| {
            let mut set_in = root.children.iter();
            let child = set_in.find(|child| self.is_first_on_line(child.range.start))?;
            let own = self.indent_at(root.range.start);
            self.indent_at(child.range.start).strip_prefix(own)
        };
        let step = self.root.as_ref().and_then(of_first_child);
        step.filter(|step| !step.is_empty())
            .unwrap_or("  ")
            .to_owned()
    }

    fn layout(&self, indent: &str) -> new::Layout {
        let end = match self.text.find(['\n', '\r']) {
            Some(at) if self.text[at..].starts_with("\r\n") => "\r\n",
            Some(at) if self.text[at..].starts_with('\r') => "\r",
            _ => "\n",
        };
        new::Layout {
            indent: indent.to_owned(),
            step: self.step(),
            end,
        }
    }
}

#[cfg(test)]
mod tests;
