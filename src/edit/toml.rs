//! TOML by splicing: the parser says where things are, and only those bytes are replaced. (Writing through the parser's own
//! document would turn CRLF into LF and drop the comment behind a changed value.)

use std::ops::Range;

use toml_edit::{Document, Item, Table, TableLike};

use super::SyntaxError;

/// A parsed file and the changes collected for it.
pub struct TomlFile<'t> {
    text: &'t str,
    document: Document<&'t str>,
    splices: Vec<(Range<usize>, String)>,
}

impl<'t> TomlFile<'t> {
    /// Parses `text`.
    ///
    /// # Errors
    /// Where it is not TOML.
    pub fn parse(text: &'t str) -> Result<Self, SyntaxError> {
        let document = Document::parse(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            SyntaxError::new(line_of(text, at), error.message())
        })?;
        Ok(Self {
            text,
            document,
            splices: Vec::new(),
        })
    }

    /// The root table.
    pub fn root(&self) -> &Table {
        self.document.as_table()
    }

    /// The line of a byte offset, counted from 1.
    pub fn line_of(&self, at: usize) -> usize {
        line_of(self.text, at)
    }

    /// The new text.
    pub fn finish(mut self) -> String {
        self.splices
            .sort_by_key(|(range, _)| (range.start, range.end));
        let mut text = String::with_capacity(self.text.len() + 256);
        let mut at = 0;
        for (range, new) in &self.splices {
            // Two removals may share a blank line.
            let start = range.start.max(at);
            text.push_str(&self.text[at..start]);
            text.push_str(new);
            at = range.end.max(start);
        }
        text.push_str(&self.text[at..]);
        if self.text.len() > self.start() && !self.text.ends_with('\n') && text.ends_with('\n') {
            // The last line went: the one before it is now the one without a line end.
            text.pop();
            if text.ends_with('\r') {
                text.pop();
            }
        }
        text
    }

    /// Replaces the bytes of a span.
    pub fn replace(&mut self, span: Range<usize>, new: impl Into<String>) {
        self.splices.push((span, new.into()));
    }

    /// Replaces a value and whatever stands behind it in its line, a comment about the old value.
    pub fn replace_with_comment(&mut self, span: Range<usize>, new: impl Into<String>) {
        let line = self.line_end(span.end);
        let behind = self.text[span.end..line]
            .trim_end_matches(['\r', '\n'])
            .len();
        self.replace(span.start..span.end + behind, new);
    }

    /// Takes out the lines that hold a `key = value` or a table's header.
    pub fn remove_lines(&mut self, span: Range<usize>) {
        self.replace(self.line_start(span.start)..self.line_end(span.end), "");
    }

    /// The blank line right above the line of `at`, to be taken out with what it set apart.
    pub fn remove_blank_above(&mut self, at: usize) {
        if let Some(blank) = self.blank_above(at) {
            self.replace(blank, "");
        }
    }

    /// The blank line below the line of `at`, if nothing but that would stand above it then.
    pub fn remove_blank_below(&mut self, at: usize) {
        let below = self.line_end(at);
        let end = self.line_end(below);
        let first = self.line_start(at) == self.start() || self.blank_above(at).is_some();
        if first && end > below && self.text[below..end].trim().is_empty() {
            self.replace(below..end, "");
        }
    }

    fn blank_above(&self, at: usize) -> Option<Range<usize>> {
        let start = self.line_start(at);
        let above = self.line_start(start.checked_sub(1)?.max(self.start()));
        (above < start && self.text[above..start].trim().is_empty()).then_some(above..start)
    }

    /// Puts whole lines in at the start of the line `at`, or at the end of the file.
    pub fn insert_lines(&mut self, at: usize, lines: &[String]) {
        let eol = self.line_break();
        let unterminated = at == self.text.len() && at > self.start() && !self.text.ends_with('\n');
        let new: String = if unterminated {
            lines.iter().flat_map(|line| [eol, line.as_str()]).collect()
        } else {
            lines.iter().flat_map(|line| [line.as_str(), eol]).collect()
        };
        self.replace(at..at, new);
    }

    /// Whether the line above the line start `at` holds something.
    pub fn content_above(&self, at: usize) -> bool {
        let above = self.text[self.start()..at]
            .trim_end_matches(['\r', '\n'])
            .len()
            + self.start();
        let breaks = self.text[above..at].matches('\n').count();
        above > self.start() && breaks < 2
    }

    /// The file's line end, taken from its first line.
    pub fn line_break(&self) -> &'static str {
        match self.text.find('\n') {
            Some(at) if self.text[..at].ends_with('\r') => "\r\n",
            _ => "\n",
        }
    }

    /// The start of the line that holds `at`.
    pub fn line_start(&self, at: usize) -> usize {
        self.text[..at]
            .rfind('\n')
            .map_or(self.start(), |end| end + 1)
    }

    /// The start of the next line behind `at`, or the end of the file.
    pub fn line_end(&self, at: usize) -> usize {
        self.text[at..]
            .find('\n')
            .map_or(self.text.len(), |end| at + end + 1)
    }

    /// The end of the file.
    pub fn end(&self) -> usize {
        self.text.len()
    }

    /// Behind a byte order mark.
    pub fn start(&self) -> usize {
        if self.text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        }
    }

    /// The bytes of a span.
    pub fn slice(&self, span: Range<usize>) -> &'t str {
        &self.text[span]
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1
}

/// Where `key = value` stands, for each such line of a table and of the dotted keys in it.
pub fn entry_spans(table: &Table) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    for (name, item) in table {
        let key = table.key(name).and_then(|key| key.span());
        match item {
            Item::Value(value) => spans.extend(
                key.zip(value.span())
                    .map(|(key, value)| key.start..value.end),
            ),
            Item::Table(inner) if inner.is_dotted() => spans.extend(entry_spans(inner)),
            _ => {}
        }
    }
    spans
}

/// Where everything of a table stands: its header, its entries, its sub-tables.
pub fn all_spans(table: &Table) -> Vec<Range<usize>> {
    let mut spans: Vec<_> = table
        .span()
        .into_iter()
        .filter(|_| !table.is_implicit() && !table.is_dotted())
        .collect();
    spans.extend(entry_spans(table));
    for (_, item) in table {
        match item {
            Item::Table(inner) if !inner.is_dotted() => spans.extend(all_spans(inner)),
            Item::Table(inner) => spans.extend(
                inner
                    .iter()
                    .filter_map(|(_, item)| item.as_table())
                    .filter(|t| !t.is_dotted())
                    .flat_map(all_spans),
            ),
            Item::ArrayOfTables(tables) => spans.extend(tables.iter().flat_map(all_spans)),
            _ => {}
        }
    }
    spans
}

/// Where the first header of the file stands, if there is one.
pub fn first_header(root: &Table) -> Option<usize> {
    let entries = entry_spans(root);
    all_spans(root)
        .into_iter()
        .filter(|span| !entries.contains(span))
        .filter(|span| !span.is_empty())
        .map(|span| span.start)
        .min()
}

/// A string of a table, whatever kind of table it is.
pub fn string<'a>(table: &'a dyn TableLike, key: &str) -> Option<&'a str> {
    table.get(key)?.as_str()
}

/// A string as TOML writes it.
pub fn quoted(text: &str) -> String {
    toml_edit::Value::from(text).to_string()
}
