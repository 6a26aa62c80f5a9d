//! Names of packages as administrators write them (`acme-*`, `@acme/*`), and as CodeArtifact's package groups want them.

use std::collections::BTreeMap;

use anyhow::anyhow;

use super::stacks::{NamePattern, Public, PublicName};
use crate::error::with_hint;

/// A package group that says whether its names may come from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageGroup {
    /// As CodeArtifact writes it: `/pypi//acme-~`, `/npm/acme/*`, `/pypi//numpy$`.
    pub pattern: String,
    /// Whether its names may come from outside.
    pub public: bool,
}

/// The groups for names that are exceptions, sorted by pattern.
///
/// # Errors
/// When a name is none, or internal and public at once.
pub fn package_groups(
    internal: &[NamePattern],
    public: &Public,
) -> anyhow::Result<Vec<PackageGroup>> {
    let mut groups = BTreeMap::new();
    let mut closed = Vec::new();
    for NamePattern(written) in internal {
        for name in Name::internal(written)? {
            groups.insert(name.pattern(), false);
            closed.push((written, name));
        }
    }
    if let Public::Only(names) = public {
        for public in names {
            let name = Name::public(public)?;
            if let Some((internal, _)) = closed.iter().find(|(_, closed)| closed.covers(&name)) {
                return Err(with_hint(
                    anyhow!(
                        "`{}` may come from outside, but is internal by `{internal}`",
                        public.name.0
                    ),
                    "take it out of `--internal` or `--public`",
                ));
            }
            groups.insert(name.pattern(), true);
        }
    }
    let groups = groups.into_iter();
    Ok(groups
        .map(|(pattern, public)| PackageGroup { pattern, public })
        .collect())
}

/// A name, or how names begin, in one format.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    format: &'static str,
    /// npm's scope, without its `@`.
    scope: String,
    name: String,
    /// Whether longer names are meant too. With an empty name that is all names of the scope.
    prefix: bool,
}

impl Name {
    /// In each format that it can be a name in.
    fn internal(written: &str) -> anyhow::Result<Vec<Self>> {
        let npm = Self::read("npm", written)?;
        if npm.scope.is_empty() {
            return Ok(vec![Self::read("pypi", written)?, npm]);
        }
        Ok(vec![npm])
    }

    fn public(PublicName { format, name }: &PublicName) -> anyhow::Result<Self> {
        match format.as_str() {
            "pypi" if name.0.starts_with('@') => Err(with_hint(
                anyhow!("`{}` is no PyPI name", name.0),
                "scopes are npm's: write `npm:` before it",
            )),
            "pypi" => Self::read("pypi", &name.0),
            "npm" => Self::read("npm", &name.0),
            _ => Err(with_hint(
                anyhow!("`{}` has the format `{format}`", name.0),
                "formats with a connection to the outside are pypi and npm",
            )),
        }
    }

    fn read(format: &'static str, written: &str) -> anyhow::Result<Self> {
        let (scope, rest) = match written.strip_prefix('@') {
            Some(scoped) => scoped
                .split_once('/')
                .filter(|(scope, _)| is_part(scope))
                .ok_or_else(|| refused(written))?,
            None => ("", written),
        };
        let (name, prefix) = match rest.strip_suffix('*') {
            Some(name) => (name, true),
            None => (rest, false),
        };
        let whole_scope = name.is_empty() && prefix && !scope.is_empty();
        if !whole_scope && !is_part(name) {
            return Err(refused(written));
        }
        Ok(Self {
            format,
            scope: scope.to_owned(),
            name: match format {
                "pypi" => normalized(name),
                _ => name.to_owned(),
            },
            prefix,
        })
    }

    /// A star may stand after a slash only; how a name begins ends with `~`, and a whole name with `$`.
    fn pattern(&self) -> String {
        let end = match (self.prefix, self.name.is_empty()) {
            (true, true) => "*",
            (true, false) => "~",
            (false, _) => "$",
        };
        format!("/{}/{}/{}{end}", self.format, self.scope, self.name)
    }

    /// Whether everything that `other` means is meant by this as well.
    fn covers(&self, other: &Self) -> bool {
        let same = (self.format, &self.scope) == (other.format, &other.scope);
        same && match self.prefix {
            true => other.name.starts_with(&self.name),
            false => !other.prefix && other.name == self.name,
        }
    }
}

fn refused(written: &str) -> anyhow::Error {
    let hint = match written {
        "*" | "@*" | "@*/*" => "to let nothing come from outside give `--public none`",
        _ => {
            "names look like acme-billing, acme-* (all that begin so), @acme/* (a scope of npm's) or @acme/billing; \
             a star stands at the end alone"
        }
    };
    with_hint(anyhow!("`{written}` is no package name"), hint)
}

/// Letters, digits and what joins them, as names and scopes of both formats are made of.
fn is_part(text: &str) -> bool {
    text.len() <= 214
        && text.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_')
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

/// As CodeArtifact keeps Python's names: lower case, and one hyphen for a run of `-`, `_`, `.`.
fn normalized(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '-' | '_' | '.' if text.ends_with('-') => {}
            '-' | '_' | '.' => text.push('-'),
            c => text.push(c.to_ascii_lowercase()),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::explain;

    fn patterns(internal: &[&str], public: &Public) -> anyhow::Result<Vec<String>> {
        let internal: Vec<_> = internal
            .iter()
            .map(|name| NamePattern((*name).into()))
            .collect();
        let groups = package_groups(&internal, public)?.into_iter();
        Ok(groups
            .map(|group| format!("{}{}", if group.public { "+" } else { "-" }, group.pattern))
            .collect())
    }

    fn only(names: &[(&str, &str)]) -> Public {
        let name = |(format, name): &(&str, &str)| PublicName {
            format: (*format).into(),
            name: NamePattern((*name).into()),
        };
        Public::Only(names.iter().map(name).collect())
    }

    #[test]
    fn internal_names_are_written_as_codeartifact_wants_them() {
        for (written, wanted) in [
            ("acme-*", vec!["-/npm//acme-~", "-/pypi//acme-~"]),
            ("Acme_*", vec!["-/npm//Acme_~", "-/pypi//acme-~"]),
            (
                "acme.billing",
                vec!["-/npm//acme.billing$", "-/pypi//acme-billing$"],
            ),
            ("@acme/*", vec!["-/npm/acme/*"]),
            ("@acme/ui-*", vec!["-/npm/acme/ui-~"]),
            ("@acme/ui", vec!["-/npm/acme/ui$"]),
        ] {
            assert_eq!(
                patterns(&[written], &Public::All).unwrap(),
                wanted,
                "{written}"
            );
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        for wrong in [
            "*",
            "@*",
            "@*/*",
            "*-acme",
            "acme-*-x",
            "ac me",
            "",
            "@acme",
            "@/x",
            "@acme/",
            "acme/x",
            "/pypi//acme-~",
            "acme~",
            "acme$",
            "-x",
            "a\nb",
            "é",
            "acme-**",
            "a'b",
            "a\"b",
            "${AWS::Region}",
            "@a/b/c",
            "../x",
        ] {
            assert!(patterns(&[wrong], &Public::All).is_err(), "{wrong}");
        }
        assert_eq!(
            explain(&patterns(&["*"], &Public::All).unwrap_err()).to_string(),
            "error: `*` is no package name\nhint: to let nothing come from outside give `--public none`"
        );
    }

    #[test]
    fn public_names_are_in_one_format_and_not_internal() {
        let public = only(&[("pypi", "NumPy"), ("npm", "@types/*"), ("npm", "react")]);
        assert_eq!(
            patterns(&["acme-*"], &public).unwrap(),
            [
                "-/npm//acme-~",
                "+/npm//react$",
                "+/npm/types/*",
                "-/pypi//acme-~",
                "+/pypi//numpy$"
            ]
        );
        for (format, name) in [
            ("pypi", "acme-x"),
            ("pypi", "acme-*"),
            ("npm", "acme-"),
            ("maven", "x"),
            ("pypi", "@a/b"),
        ] {
            assert!(
                patterns(&["acme-*"], &only(&[(format, name)])).is_err(),
                "{format} {name}"
            );
        }
        // The wider name may come from outside: the narrower, internal one has its own group, which wins.
        assert!(patterns(&["acme-billing"], &only(&[("pypi", "acme-*")])).is_ok());
    }
}
