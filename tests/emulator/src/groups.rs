//! Package groups: patterns over package paths, the tree that they form, and the origin restrictions that follow. Pure.

mod pattern;

pub(crate) use pattern::Pattern;

use crate::account::Tags;
use crate::names::Format;
use std::collections::{BTreeMap, BTreeSet};
use time::OffsetDateTime;

/// A way for package versions into a repository.
pub(crate) const RESTRICTIONS: [&str; 3] = ["EXTERNAL_UPSTREAM", "INTERNAL_UPSTREAM", "PUBLISH"];
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
        let mut root = Group::new(Pattern::root());
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
}
