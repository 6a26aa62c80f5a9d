//! Package groups: patterns over package paths, the tree that they form, and the origin restrictions that follow. Pure.

use crate::account::Tags;
use crate::error::AwsError;
use crate::names::Format;
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;

/// A way for package versions into a repository.
pub(crate) const RESTRICTIONS: [&str; 3] = ["EXTERNAL_UPSTREAM", "INTERNAL_UPSTREAM", "PUBLISH"];
const ROOT: &str = "/*";

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

/// A package group.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) pattern: Pattern,
    pub(crate) contact: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) created: OffsetDateTime,
    pub(crate) tags: Tags,
    /// The mode of each of [`RESTRICTIONS`].
    pub(crate) modes: BTreeMap<&'static str, String>,
    /// The repositories of ALLOW_SPECIFIC_REPOSITORIES.
    pub(crate) allowed: BTreeMap<&'static str, BTreeSet<String>>,
}

/// The groups of a domain; the root group is always there.
#[derive(Clone, Debug)]
pub(crate) struct Groups {
    list: Vec<Group>,
}

impl Default for Groups {
    fn default() -> Groups {
        let pattern = Pattern {
            text: ROOT.into(),
            format: None,
            namespace: Part::All,
            name: Part::All,
        };
        let mut root = Group::new(pattern);
        root.modes = RESTRICTIONS.map(|kind| (kind, "ALLOW".to_owned())).into();
        Groups { list: vec![root] }
    }
}

impl Group {
    /// A group that inherits everything.
    pub(crate) fn new(pattern: Pattern) -> Group {
        Group {
            pattern,
            contact: None,
            description: None,
            created: OffsetDateTime::now_utc(),
            tags: Tags::new(),
            modes: RESTRICTIONS.map(|kind| (kind, "INHERIT".to_owned())).into(),
            allowed: BTreeMap::new(),
        }
    }
}

impl Groups {
    pub(crate) fn all(&self) -> &[Group] {
        &self.list
    }

    pub(crate) fn find(&self, pattern: &str) -> Option<&Group> {
        self.list.iter().find(|group| group.pattern.text == pattern)
    }

    pub(crate) fn find_mut(&mut self, pattern: &str) -> Option<&mut Group> {
        let mut list = self.list.iter_mut();
        list.find(|group| group.pattern.text == pattern)
    }

    pub(crate) fn add(&mut self, group: Group) {
        self.list.push(group);
    }

    pub(crate) fn remove(&mut self, pattern: &str) {
        self.list.retain(|group| group.pattern.text != pattern);
    }

    /// The group that a package is in: the most specific one that matches.
    pub(crate) fn of_package(&self, format: Format, namespace: &str, name: &str) -> &Group {
        let matching = self
            .list
            .iter()
            .filter(|group| group.pattern.matches(format, namespace, name));
        most_specific(matching).unwrap_or(&self.list[0])
    }

    /// The group right above a group; `None` for the root.
    pub(crate) fn parent(&self, group: &Group) -> Option<&Group> {
        let above = self
            .list
            .iter()
            .filter(|other| other.pattern != group.pattern && other.pattern.covers(&group.pattern));
        most_specific(above)
    }

    /// The group whose own mode decides for `group`.
    pub(crate) fn decides<'a>(&'a self, group: &'a Group, kind: &str) -> &'a Group {
        let mut group = group;
        while group.modes[kind] == "INHERIT" {
            match self.parent(group) {
                Some(parent) => group = parent,
                None => break,
            }
        }
        group
    }

    /// Whether versions of a package may come into `repository` in this way.
    pub(crate) fn allow(
        &self,
        kind: &str,
        (format, namespace, name): (Format, &str, &str),
        repository: &str,
    ) -> bool {
        let group = self.decides(self.of_package(format, namespace, name), kind);
        match group.modes[kind].as_str() {
            "BLOCK" => false,
            "ALLOW_SPECIFIC_REPOSITORIES" => group
                .allowed
                .get(kind)
                .is_some_and(|repositories| repositories.contains(repository)),
            _ => true,
        }
    }
}

fn most_specific<'a>(groups: impl Iterator<Item = &'a Group>) -> Option<&'a Group> {
    groups.max_by_key(|group| group.pattern.specificity())
}

impl Pattern {
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

    fn matches(&self, format: Format, namespace: &str, name: &str) -> bool {
        self.format.is_none_or(|own| own == format)
            && self.namespace.takes(namespace)
            && self.name.takes(name)
    }

    /// Whether every package of `other` matches this too.
    fn covers(&self, other: &Pattern) -> bool {
        self.format.is_none_or(|own| Some(own) == other.format)
            && self.namespace.covers(&other.namespace)
            && self.name.covers(&other.name)
    }

    fn specificity(&self) -> (usize, usize, usize) {
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

    fn groups(patterns: &[(&str, &str)]) -> Groups {
        let mut groups = Groups::default();
        for (pattern, mode) in patterns {
            let mut group = Group::new(Pattern::read(pattern).unwrap());
            group.modes.insert("EXTERNAL_UPSTREAM", (*mode).into());
            groups.add(group);
        }
        groups
    }

    #[test]
    fn the_most_specific_pattern_decides() {
        let groups = groups(&[
            ("/pypi/*", "BLOCK"),
            ("/pypi//acme~", "INHERIT"),
            ("/pypi//acme-web~", "ALLOW"),
            ("/npm/space/*", "BLOCK"),
        ]);
        let open = |format, namespace, name| {
            groups.allow("EXTERNAL_UPSTREAM", (format, namespace, name), "store")
        };
        assert!(!open(Format::Pypi, "", "requests"));
        assert!(!open(Format::Pypi, "", "acme-tools"));
        assert!(open(Format::Pypi, "", "acme-web-kit"));
        assert!(!open(Format::Pypi, "", "acme-website"));
        assert!(!open(Format::Npm, "space", "ui"));
        assert!(open(Format::Npm, "", "ui"));
        let group = groups.find("/pypi//acme-web~").unwrap();
        assert_eq!(groups.parent(group).unwrap().pattern.text, "/pypi//acme~");
    }

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
