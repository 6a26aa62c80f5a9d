//! Patterns of package groups. Pure.

use crate::error::AwsError;
use crate::names::Format;

/// A part of a package's path, as a pattern gives it.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    All,
    Prefix(String),
    Exactly(String),
}

/// The pattern of a group, which is its name too.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    format: Option<Format>,
    namespace: Part,
    name: Part,
}

impl Pattern {
    /// What matches every package.
    pub(super) fn root() -> Pattern {
        Pattern {
            text: "/*".into(),
            format: None,
            namespace: Part::All,
            name: Part::All,
        }
    }

    /// Reads a pattern: `/*`, `/FORMAT/*`, `/FORMAT/NAMESPACE~`, `/FORMAT/NAMESPACE/*`, `/FORMAT/NAMESPACE/NAME~` or
    /// `/FORMAT/NAMESPACE/NAME$`.
    pub(crate) fn read(text: &str) -> Result<Pattern, AwsError> {
        let wrong = |why: &str| {
            AwsError::validation(format!("Package group pattern '{text}' is invalid: {why}"))
        };
        let pattern = |format, namespace, name| Pattern {
            text: text.into(),
            format,
            namespace,
            name,
        };
        let path = text
            .strip_prefix('/')
            .ok_or_else(|| wrong("it must start with '/'"))?;
        let parts: Vec<_> = path.split('/').collect();
        if parts == ["*"] {
            return Ok(pattern(None, Part::All, Part::All));
        }
        let format: Format = parts[0]
            .parse()
            .map_err(|_| wrong("it names no package format"))?;
        let suffix = "it must end in '/*', '~' or '$'";
        let read = match parts[1..] {
            ["*"] => pattern(Some(format), Part::All, Part::All),
            [namespace] => {
                let prefix = namespace.strip_suffix('~').ok_or_else(|| wrong(suffix))?;
                pattern(Some(format), Part::Prefix(prefix.into()), Part::All)
            }
            [namespace, "*"] => pattern(Some(format), Part::Exactly(namespace.into()), Part::All),
            [namespace, name] => {
                let name = match (name.strip_suffix('~'), name.strip_suffix('$')) {
                    (Some(prefix), _) => Part::Prefix(prefix.into()),
                    (_, Some(name)) => Part::Exactly(name.into()),
                    _ => return Err(wrong(suffix)),
                };
                pattern(Some(format), Part::Exactly(namespace.into()), name)
            }
            _ => return Err(wrong("it has too many parts")),
        };
        read.check(format).map_err(|why| wrong(&why))?;
        Ok(read)
    }

    fn check(&self, format: Format) -> Result<(), String> {
        for part in [&self.namespace, &self.name] {
            let (Part::Prefix(text) | Part::Exactly(text)) = part else {
                continue;
            };
            if text.contains(['*', '~', '$', '#']) || text.contains(char::is_whitespace) {
                return Err(format!("'{text}' is no name"));
            }
        }
        let is_empty = |part: &Part| matches!(part, Part::Prefix(text) if text.is_empty());
        if is_empty(&self.namespace)
            || is_empty(&self.name)
            || self.name == Part::Exactly(String::new())
        {
            return Err("a name is empty".into());
        }
        let blank = Part::Exactly(String::new());
        let has_namespaces = matches!(
            format,
            Format::Npm | Format::Maven | Format::Generic | Format::Swift
        );
        if !has_namespaces && !matches!(&self.namespace, Part::All) && self.namespace != blank {
            return Err(format!("packages of format {format} have no namespace"));
        }
        if matches!(format, Format::Maven | Format::Generic | Format::Swift)
            && self.namespace == blank
        {
            return Err(format!("packages of format {format} need a namespace"));
        }
        if let (Format::Pypi, Part::Prefix(name) | Part::Exactly(name)) = (format, &self.name)
            && name.contains(|c: char| c.is_ascii_uppercase() || c == '_' || c == '.')
        {
            return Err(format!("'{name}' is not normalized"));
        }
        Ok(())
    }

    pub(super) fn matches(&self, format: Format, namespace: &str, name: &str) -> bool {
        self.format.is_none_or(|own| own == format)
            && self.namespace.takes(namespace)
            && self.name.takes(name)
    }

    /// Whether every package of `other` matches this too.
    pub(super) fn covers(&self, other: &Pattern) -> bool {
        self.format.is_none_or(|own| Some(own) == other.format)
            && self.namespace.covers(&other.namespace)
            && self.name.covers(&other.name)
    }

    pub(super) fn specificity(&self) -> (usize, usize, usize) {
        (
            usize::from(self.format.is_some()),
            self.namespace.specificity(),
            self.name.specificity(),
        )
    }
}

impl Part {
    fn takes(&self, text: &str) -> bool {
        match self {
            Part::All => true,
            Part::Exactly(own) => own == text,
            Part::Prefix(own) => begins_with_words(text, own),
        }
    }

    fn covers(&self, other: &Part) -> bool {
        match (self, other) {
            (Part::All, _) => true,
            (_, Part::All) => false,
            (Part::Exactly(own), Part::Exactly(text)) => own == text,
            (Part::Exactly(_), Part::Prefix(_)) => false,
            (Part::Prefix(own), Part::Prefix(text) | Part::Exactly(text)) => {
                begins_with_words(text, own)
            }
        }
    }

    fn specificity(&self) -> usize {
        match self {
            Part::All => 0,
            Part::Prefix(text) => text.len(),
            Part::Exactly(_) => usize::MAX,
        }
    }
}

/// A prefix ends where a word ends: `acme` is the start of `acme-tools`, not of `acmetools`.
fn begins_with_words(text: &str, prefix: &str) -> bool {
    let Some(rest) = text.strip_prefix(prefix) else {
        return false;
    };
    let is_word = |c: char| c.is_alphanumeric();
    !(prefix.ends_with(is_word) && rest.starts_with(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_that_aws_does_not_know_are_refused() {
        for good in [
            "/*",
            "/pypi/*",
            "/pypi//*",
            "/pypi//acme-~",
            "/npm/space/ui$",
            "/maven/com.acme~",
        ] {
            assert!(Pattern::read(good).is_ok(), "{good}");
        }
        for bad in [
            "/pypi//acme-*",
            "/pypi//acme",
            "pypi/*",
            "/pip/*",
            "/pypi/space/*",
            "/pypi//~",
            "/pypi//Acme~",
            "/generic//x$",
            "/npm/a/b/c$",
            "/npm/a*/b$",
            "/",
        ] {
            assert!(Pattern::read(bad).is_err(), "{bad}");
        }
    }
}
