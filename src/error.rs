//! How a failure is carried and shown: what went wrong, why, and what to type next.

use std::error::Error as StdError;
use std::fmt;

/// Wrong usage: the process exits with 2 instead of 1.
#[derive(Debug)]
pub struct Usage(pub String);

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for Usage {}

/// An error that knows the next step; shown behind `hint:`.
#[derive(Debug)]
struct Hinted {
    error: anyhow::Error,
    hint: String,
}

impl fmt::Display for Hinted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.error, f)
    }
}

impl StdError for Hinted {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.source()
    }
}

/// Adds the next step to a failure.
pub trait HintExt<T> {
    /// Attaches `hint`, one sentence with the command or the change to make.
    fn hint(self, hint: impl FnOnce() -> String) -> anyhow::Result<T>;
}

impl<T, E: Into<anyhow::Error>> HintExt<T> for Result<T, E> {
    fn hint(self, hint: impl FnOnce() -> String) -> anyhow::Result<T> {
        self.map_err(|error| with_hint(error, hint()))
    }
}

/// `error` with `hint` as the next step.
pub fn with_hint(error: impl Into<anyhow::Error>, hint: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(Hinted {
        error: error.into(),
        hint: hint.into(),
    })
}

/// `failure` again, as wrong usage: what was typed is at fault, whoever noticed it.
pub fn as_usage(failure: anyhow::Error) -> anyhow::Error {
    let explained = explain(&failure);
    let mut sentences = explained.causes;
    sentences.insert(0, explained.error);
    let usage = Usage(sentences.join(": "));
    match explained.hint {
        Some(hint) => with_hint(usage, hint),
        None => usage.into(),
    }
}

/// The error of type `T` in `failure`, however it was wrapped.
pub fn find<T: fmt::Display + fmt::Debug + Send + Sync + 'static>(
    failure: &anyhow::Error,
) -> Option<&T> {
    failure.downcast_ref().or_else(|| {
        failure
            .chain()
            .filter_map(|cause| cause.downcast_ref::<Hinted>())
            .find_map(|hinted| find(&hinted.error))
    })
}

/// `failure` again, for everybody whom it concerns: the same sentences, causes and next step.
pub fn copied(failure: &anyhow::Error) -> anyhow::Error {
    let explained = explain(failure);
    let innermost_first = explained.causes.into_iter().rev().chain([explained.error]);
    let copy = innermost_first.fold(None, |inner: Option<anyhow::Error>, sentence| {
        Some(match inner {
            None => anyhow::Error::msg(sentence),
            Some(inner) => inner.context(sentence),
        })
    });
    let copy = copy.unwrap_or_else(|| anyhow::Error::msg(""));
    match explained.hint {
        Some(hint) => with_hint(copy, hint),
        None => copy,
    }
}

/// A failure taken apart for people: the sentence, its causes, the next step.
#[derive(Debug, PartialEq, Eq, serde::Serialize)]
pub struct Explained {
    /// What went wrong, naming the value at fault.
    pub error: String,
    /// Why, outermost first, without repetition.
    pub causes: Vec<String>,
    /// What to do next.
    pub hint: Option<String>,
    /// 2 for wrong usage, else 1.
    #[serde(skip)]
    pub exit_code: u8,
}

/// Takes `failure` apart.
pub fn explain(failure: &anyhow::Error) -> Explained {
    let mut lines: Vec<String> = Vec::new();
    let mut hint = None;
    for cause in failure.chain() {
        if let Some(hinted) = cause.downcast_ref::<Hinted>() {
            hint.get_or_insert_with(|| one_line(&hinted.hint));
        }
        let line = one_line(&cause.to_string());
        // A wrapper often repeats its source's sentence; people need it once.
        if lines.iter().all(|shown| !shown.contains(&line)) {
            lines.push(line);
        }
    }
    let mut lines = lines.into_iter();
    Explained {
        error: lines.next().unwrap_or_default(),
        causes: lines.collect(),
        hint,
        exit_code: if find::<Usage>(failure).is_some() {
            2
        } else {
            1
        },
    }
}

/// `text` on one line: it may quote a file or a variable, where line ends and escape sequences can stand.
pub fn one_line(text: &str) -> String {
    let shown = |c: char| match c {
        '\n' | '\r' | '\t' => " ".to_owned(),
        c if steers(c) => c.escape_default().to_string(),
        c => c.to_string(),
    };
    text.trim().chars().map(shown).collect()
}

/// Whether a character does something to a terminal instead of standing there: control characters, line ends of Unicode, marks and
/// overrides that turn the direction of text.
pub fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// One line without characters that steer a terminal, and not endless: it came from the network.
pub fn printable(text: &str) -> String {
    let clean: String = text
        .chars()
        .map(|c| if steers(c) { ' ' } else { c })
        .take(600)
        .collect();
    clean.trim().to_owned()
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.error)?;
        for cause in &self.causes {
            write!(f, "\n  caused by: {cause}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::{Context, anyhow};

    #[test]
    fn shows_error_causes_and_the_innermost_kept_hint() {
        let failure = Err::<(), _>(anyhow!("no space left"))
            .hint(|| "free some space".into())
            .context("cannot write `pip.conf`")
            .unwrap_err();
        assert_eq!(
            explain(&failure).to_string(),
            "error: cannot write `pip.conf`\n  caused by: no space left\nhint: free some space"
        );
    }

    #[test]
    fn a_copy_says_what_the_failure_says() {
        let failure =
            with_hint(anyhow!("no space left"), "free some space").context("cannot write");
        assert_eq!(explain(&copied(&failure)), explain(&failure));
    }

    #[test]
    fn what_an_error_quotes_cannot_steer_the_terminal() {
        let failure = with_hint(anyhow!("no key `a\u{1b}[2J\nb`"), "try\tthis");
        assert_eq!(
            explain(&failure).to_string(),
            "error: no key `a\\u{1b}[2J b`\nhint: try this"
        );
    }

    #[test]
    fn usage_exits_with_2_under_any_wrapping() {
        let failure = with_hint(Usage("no such tool".into()), "see --help");
        assert_eq!(explain(&failure).exit_code, 2);
        assert_eq!(explain(&failure.context("login")).exit_code, 2);
    }
}
