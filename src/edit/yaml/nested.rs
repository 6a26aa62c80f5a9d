//! Mappings in the root's mapping, and scalars in those.

use super::scan::{indent_of, is_aside, quoted, scalar};
use super::{Entry, YamlFile};
use crate::edit::SyntaxError;
use crate::edit::lines;

impl YamlFile {
    /// The keys of the mapping `key` at the root; none where it is written in another form than a key a line.
    ///
    /// # Errors
    /// As [`YamlFile::parse`], or that a key stands there twice.
    pub fn keys_of(&self, key: &str) -> Result<Vec<String>, SyntaxError> {
        let entry = self.root_entry(key)?;
        let children = entry.and_then(|entry| self.entries_below(&entry).ok());
        let children = children.unwrap_or_default();
        self.refuse_repetition(&children)?;
        Ok(children.into_iter().map(|child| child.key).collect())
    }

    /// The scalar `child` in the mapping `key` at the root; `None` where either is written in another form than a key a line.
    ///
    /// # Errors
    /// As [`YamlFile::parse`].
    pub fn child(&self, key: &str, child: &str) -> Result<Option<String>, SyntaxError> {
        let entry = self.root_entry(key)?;
        let children = entry.and_then(|entry| self.entries_below(&entry).ok());
        let mut children = children.unwrap_or_default().into_iter();
        let found = children.find(|entry| entry.key == child);
        Ok(found.and_then(|entry| scalar(&entry)))
    }

    /// The scalar `name` in the mapping `child` in the mapping `key`; `None` where one of them is written in another form
    /// than a key a line.
    ///
    /// # Errors
    /// As [`YamlFile::parse`].
    pub fn value_in(
        &self,
        key: &str,
        child: &str,
        name: &str,
    ) -> Result<Option<String>, SyntaxError> {
        let entry = self.root_entry(key)?;
        let children = entry.and_then(|entry| self.entries_below(&entry).ok());
        let mut children = children.unwrap_or_default().into_iter();
        let child = children.find(|entry| entry.key == child);
        let entries = child.and_then(|child| self.entries_below(&child).ok());
        let mut entries = entries.unwrap_or_default().into_iter();
        Ok(entries
            .find(|entry| entry.key == name)
            .and_then(|entry| scalar(&entry)))
    }

    /// Makes `child` in the mapping `key` hold exactly `entries`; other children stay.
    ///
    /// # Errors
    /// Where `key` or `child` is no block mapping, or a key stands there twice.
    pub fn set_in(
        &mut self,
        key: &str,
        child: &str,
        entries: &[(&str, String)],
    ) -> Result<(), SyntaxError> {
        self.remove_in(key, child, false)?;
        let (at, indent) = match self.root_entry(key)? {
            None => {
                let at = self.end_of_content();
                lines::insert(&mut self.lines, at, format!("{key}:"), ());
                (at + 1, 2)
            }
            Some(entry) => {
                let children = self.children(key)?;
                let last = children.last();
                let at = last.map_or(entry.start + 1, |last| last.end);
                (at, last.map_or(2, |last| last.indent))
            }
        };
        let pad = " ".repeat(indent);
        let mut new = vec![format!("{pad}{}:", quoted(child))];
        let values = entries.iter();
        new.extend(values.map(|(name, value)| format!("{pad}{pad}{name}: {value}")));
        for (offset, line) in new.into_iter().enumerate() {
            lines::insert(&mut self.lines, at + offset, line, ());
        }
        Ok(())
    }

    /// Takes `child` out of the mapping `key`, and the mapping with its last child if `tidy`.
    ///
    /// # Errors
    /// Where `key` is no block mapping, or a key stands there twice.
    pub fn remove_in(&mut self, key: &str, child: &str, tidy: bool) -> Result<(), SyntaxError> {
        let children = self.children(key)?;
        let Some(found) = children.iter().find(|entry| entry.key == child) else {
            return Ok(());
        };
        for _ in found.start..found.end {
            lines::remove(&mut self.lines, found.start);
        }
        if tidy
            && children.len() == 1
            && let Some(parent) = self.root_entry(key)?
            && parent.end == parent.start + 1
        {
            lines::remove(&mut self.lines, parent.start);
        }
        Ok(())
    }

    fn children(&self, key: &str) -> Result<Vec<Entry>, SyntaxError> {
        match self.root_entry(key)? {
            None => Ok(Vec::new()),
            Some(entry) => {
                let children = self.entries_below(&entry)?;
                self.refuse_repetition(&children)?;
                Ok(children)
            }
        }
    }

    fn entries_below(&self, entry: &Entry) -> Result<Vec<Entry>, SyntaxError> {
        if !entry.value.is_empty() {
            let message = format!("`{}` must be a mapping, one key a line", entry.key);
            return Err(self.refusal(entry.start, message));
        }
        let first = (entry.start + 1..entry.end).find(|at| !is_aside(&self.lines[*at].text));
        match first {
            None => Ok(Vec::new()),
            Some(first) => {
                let indent = indent_of(&self.lines[first].text);
                self.entries(entry.start + 1, entry.end, indent)
            }
        }
    }
}
