//! The .netrc file: words between blanks, entries of `machine` or `default`. Its many readers agree on plain words alone, so
//! that quotes, backslashes and macros are refused; as is what Python's reader would refuse.

use std::ops::Range;

use super::SyntaxError;

/// A parsed file.
pub struct NetrcFile {
    text: String,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    /// `None` for `default`.
    machine: Option<String>,
    login: Option<String>,
    password: Option<String>,
    /// From its first word to the end of its last.
    span: Range<usize>,
}

impl NetrcFile {
    /// Parses `text`.
    ///
    /// # Errors
    /// Where readers would not agree, or would read nothing.
    pub fn parse(text: &str) -> Result<Self, SyntaxError> {
        let mut file = Self {
            text: text.to_owned(),
            entries: Vec::new(),
        };
        file.read()?;
        Ok(file)
    }

    /// The file's text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// User and password for `machine`, as its first entry says.
    pub fn login(&self, machine: &str) -> Option<(&str, &str)> {
        let mut entries = self.entries.iter();
        let entry = entries.find(|entry| entry.is_for(machine))?;
        Some((
            entry.login.as_deref().unwrap_or_default(),
            entry.password.as_deref().unwrap_or_default(),
        ))
    }

    /// Makes one entry for `machine` in the place of all that there are: where the first stood, else before `default`, which
    /// ends the file for its readers, else at the end.
    ///
    /// # Errors
    /// As [`NetrcFile::parse`].
    pub fn set(&mut self, machine: &str, login: &str, password: &str) -> Result<(), SyntaxError> {
        let entry = format!("machine {machine} login {login} password {password}");
        let known = self.spans(|entry| entry.is_for(machine));
        let Some((first, others)) = known.split_first() else {
            return self.add(&entry);
        };
        self.cut(others);
        self.text.replace_range(first.clone(), &entry);
        self.read()
    }

    /// Takes the entries for `machine` with this login out.
    ///
    /// # Errors
    /// As [`NetrcFile::parse`].
    pub fn remove(&mut self, machine: &str, login: &str) -> Result<(), SyntaxError> {
        let unwanted =
            |entry: &Entry| entry.is_for(machine) && entry.login.as_deref() == Some(login);
        self.cut(&self.spans(unwanted));
        self.read()
    }

    fn spans(&self, is_meant: impl Fn(&Entry) -> bool) -> Vec<Range<usize>> {
        let meant = self.entries.iter().filter(|entry| is_meant(entry));
        meant.map(|entry| entry.span.clone()).collect()
    }

    fn add(&mut self, entry: &str) -> Result<(), SyntaxError> {
        let end = match self.text.contains("\r\n") {
            true => "\r\n",
            false => "\n",
        };
        let default = self.entries.iter().find(|entry| entry.machine.is_none());
        match default.map(|default| default.span.start) {
            Some(at) => self.text.insert_str(at, &format!("{entry}{end}")),
            None => {
                let is_open = !self.text.is_empty() && !self.text.ends_with('\n');
                let (before, after) = if is_open { (end, "") } else { ("", end) };
                self.text.push_str(&format!("{before}{entry}{after}"));
            }
        }
        self.read()
    }

    /// Takes these out, the last one first: the others stay where they are.
    fn cut(&mut self, spans: &[Range<usize>]) {
        for span in spans.iter().rev() {
            self.cut_one(span.clone());
        }
    }

    /// Takes `span` out, and its line with it if nothing else is there.
    fn cut_one(&mut self, span: Range<usize>) {
        let text = &self.text;
        let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
        let end = text[span.end..]
            .find('\n')
            .map_or(text.len(), |at| span.end + at + 1);
        let is_alone =
            text[start..span.start].trim().is_empty() && text[span.end..end].trim().is_empty();
        let last_line = is_alone && end == text.len() && !text.ends_with('\n') && start > 0;
        let span = match (is_alone, last_line) {
            (true, true) => {
                let before = &text[..start];
                before.trim_end_matches('\n').trim_end_matches('\r').len()..end
            }
            (true, false) => start..end,
            (false, _) => span,
        };
        self.text.replace_range(span, "");
    }

    fn read(&mut self) -> Result<(), SyntaxError> {
        self.entries = entries(&self.text)?;
        Ok(())
    }
}

impl Entry {
    fn is_for(&self, machine: &str) -> bool {
        self.machine
            .as_ref()
            .is_some_and(|name| name.eq_ignore_ascii_case(machine))
    }
}

fn entries(text: &str) -> Result<Vec<Entry>, SyntaxError> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut words = words(text)?.into_iter();
    while let Some(word) = words.next() {
        let refusal = |message: &str| {
            let line = 1 + text[..word.start].matches('\n').count();
            SyntaxError::new(line, message)
        };
        let keyword = &text[word.clone()];
        let mut value = || words.next().ok_or_else(|| refusal("a value is missing"));
        let last = match keyword {
            "default" => {
                entries.push(Entry::default());
                word.clone()
            }
            "machine" => {
                let name = value()?;
                let machine = Some(text[name.clone()].to_owned());
                entries.push(Entry {
                    machine,
                    ..Entry::default()
                });
                name
            }
            "login" | "user" | "password" | "account" => {
                let Some(entry) = entries.last_mut() else {
                    return Err(refusal("no `machine` stands before this"));
                };
                let value = value()?;
                let said = Some(text[value.clone()].to_owned());
                match keyword {
                    "password" => entry.password = said,
                    "account" => {}
                    _ => entry.login = said,
                }
                entry.span.end = value.end;
                continue;
            }
            "macdef" => return Err(refusal("macros are read by one program and not by another")),
            _ => return Err(refusal("this is no word of .netrc")),
        };
        if let Some(entry) = entries.last_mut() {
            entry.span = word.start..last.end;
        }
    }
    let default = entries.iter().position(|entry| entry.machine.is_none());
    match default.filter(|at| at + 1 < entries.len()) {
        Some(at) => {
            let line = 1 + text[..entries[at].span.start].matches('\n').count();
            let message = "entries behind `default` are read by one program and not by another";
            Err(SyntaxError::new(line, message))
        }
        None => Ok(entries),
    }
}

/// Every word that is in no comment.
fn words(text: &str) -> Result<Vec<Range<usize>>, SyntaxError> {
    let mut words = Vec::new();
    let mut offset = 0;
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let is_comment = line.trim_start().starts_with('#');
        let content = line.strip_suffix("\r\n").or(line.strip_suffix('\n'));
        let content = content.unwrap_or(line);
        let is_odd = |c: char| match c {
            ' ' | '\t' => false,
            '\r' => true,
            _ => !is_comment && (c == '"' || c == '\\' || c.is_control() || c.is_whitespace()),
        };
        if content.contains(is_odd) {
            let message =
                "quotes, backslashes and odd blanks are read by one program and not by another";
            return Err(SyntaxError::new(at + 1, message));
        }
        let mut from = offset;
        for word in line.split_inclusive([' ', '\t', '\r', '\n']) {
            let bare = word.trim_end_matches([' ', '\t', '\r', '\n']);
            if !is_comment && bare.starts_with('#') {
                let message =
                    "a comment behind other words is read by one program and not by another";
                return Err(SyntaxError::new(at + 1, message));
            }
            if !is_comment && !bare.is_empty() {
                words.push(from..from + bare.len());
            }
            from += word.len();
        }
        offset += line.len();
    }
    Ok(words)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(text: &str) -> Result<String, SyntaxError> {
        let mut file = NetrcFile::parse(text)?;
        file.set("h.example", "token", "T")?;
        assert_eq!(file.login("H.example"), Some(("token", "T")));
        Ok(file.text().to_owned())
    }

    #[test]
    fn an_entry_comes_and_goes_and_the_rest_stays() {
        for text in [
            "",
            "# mine\nmachine a.example login me password p\n",
            "machine a.example\r\n\tlogin me\r\n\tpassword p\r\n",
            "machine a.example login me password p",
            "machine a.example login me\n\ndefault login anonymous password x\n",
            "machine a.example login me default login you",
        ] {
            let done = set(text).unwrap();
            assert_eq!(set(&done).unwrap(), done);
            let mut file = NetrcFile::parse(&done).unwrap();
            file.remove("h.example", "token").unwrap();
            if !text.contains("me default") {
                assert_eq!(file.text(), text);
            }
            assert_eq!(file.login("h.example"), None);
        }
    }

    #[test]
    fn what_stood_there_for_the_machine_is_replaced_whole() {
        let text = "machine h.example\n  login token\n  password old\n# mine\nmachine a login b\nmachine h.example login aws password older\n";
        assert_eq!(
            set(text).unwrap(),
            "machine h.example login token password T\n# mine\nmachine a login b\n"
        );
    }

    #[test]
    fn what_readers_would_not_agree_on_is_refused_with_its_line() {
        for (text, line) in [
            ("machine a login b password \"c d\"\n", 1),
            ("\nmachine a login b password c\\d\n", 2),
            ("macdef init\ncd /pub\n\n", 1),
            ("machine a login b # mine\n", 1),
            ("login b\n", 1),
            ("machine a\nlogin\n", 2),
            ("machine\n", 1),
            ("machine a port 21\n", 1),
            ("default login a\nmachine b login c\n", 1),
            ("machine a login b\u{b}password c\n", 1),
        ] {
            assert_eq!(set(text).unwrap_err().line, line, "{text:?}");
        }
    }
}
