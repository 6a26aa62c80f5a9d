//! CodeArtifact's name rules, as its service model states them.

use crate::call::normalise;
use crate::error::AwsError;
use std::fmt;
use std::str::FromStr;

/// A package format that a repository endpoint serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Format {
    Npm,
    Pypi,
    Maven,
    Nuget,
    Generic,
    Ruby,
    Swift,
    Cargo,
}

impl Format {
    const ALL: [(Format, &'static str); 8] = [
        (Format::Npm, "npm"),
        (Format::Pypi, "pypi"),
        (Format::Maven, "maven"),
        (Format::Nuget, "nuget"),
        (Format::Generic, "generic"),
        (Format::Ruby, "ruby"),
        (Format::Swift, "swift"),
        (Format::Cargo, "cargo"),
    ];
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Format::ALL
            .iter()
            .find(|(format, _)| format == self)
            .map_or("", |(_, name)| name);
        f.write_str(name)
    }
}

impl FromStr for Format {
    type Err = AwsError;

    fn from_str(text: &str) -> Result<Format, AwsError> {
        Format::ALL
            .iter()
            .find(|(_, name)| *name == text)
            .map(|(format, _)| *format)
            .ok_or_else(|| {
                let all: Vec<_> = Format::ALL.iter().map(|(_, name)| *name).collect();
                refused(
                    text,
                    "format",
                    &format!("Member must satisfy enum value set: [{}]", all.join(", ")),
                )
            })
    }
}

/// A public index that a repository can be connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    pub(crate) name: &'static str,
    pub(crate) format: Format,
}

impl Connection {
    const ALL: [Connection; 10] = [
        connection("public:pypi", Format::Pypi),
        connection("public:npmjs", Format::Npm),
        connection("public:maven-central", Format::Maven),
        connection("public:maven-googleandroid", Format::Maven),
        connection("public:maven-gradleplugins", Format::Maven),
        connection("public:maven-commonsware", Format::Maven),
        connection("public:maven-clojars", Format::Maven),
        connection("public:nuget-org", Format::Nuget),
        connection("public:ruby-gems-org", Format::Ruby),
        connection("public:crates-io", Format::Cargo),
    ];

    /// The connection of this name.
    pub(crate) fn of(name: &str) -> Option<Connection> {
        Connection::ALL.into_iter().find(|known| known.name == name)
    }
}

const fn connection(name: &'static str, format: Format) -> Connection {
    Connection { name, format }
}

/// `[a-z][a-z0-9-]{0,48}[a-z0-9]`
pub(crate) fn check_domain(name: &str) -> Result<(), AwsError> {
    let middle = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = (2..=50).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(middle)
        && !name.ends_with('-');
    if fits {
        Ok(())
    } else {
        Err(pattern(name, "domain", "[a-z][a-z0-9\\-]{0,48}[a-z0-9]"))
    }
}

/// Twelve digits.
pub(crate) fn check_owner(owner: &str) -> Result<(), AwsError> {
    let fits = owner.len() == 12 && owner.chars().all(|c| c.is_ascii_digit());
    if fits {
        Ok(())
    } else {
        Err(pattern(owner, "domainOwner", "[0-9]{12}"))
    }
}

/// The form of a region's name, as in `eu-west-1`.
pub(crate) fn check_region(region: &str) -> Result<(), AwsError> {
    let parts: Vec<_> = region.split('-').collect();
    let is_word =
        |part: &&&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let fits = match parts.as_slice() {
        [words @ .., number] => {
            words.len() >= 2
                && words.iter().all(|word| is_word(&word))
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        [] => false,
    };
    if fits {
        Ok(())
    } else {
        Err(pattern(region, "region", "[a-z]+(-[a-z]+)+-[0-9]+"))
    }
}

/// `[A-Za-z0-9][A-Za-z0-9._-]{1,99}`
pub(crate) fn check_repository(name: &str) -> Result<(), AwsError> {
    let rest = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let fits = (2..=100).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(rest);
    if fits {
        Ok(())
    } else {
        Err(pattern(
            name,
            "repository",
            "[A-Za-z0-9][A-Za-z0-9._\\-]{1,99}",
        ))
    }
}

fn pattern(value: &str, member: &str, rule: &str) -> AwsError {
    refused(
        value,
        member,
        &format!("Member must satisfy regular expression pattern: {rule}"),
    )
}

/// AWS's sentence for a member that breaks a constraint of the model.
pub(crate) fn refused(value: &str, member: &str, constraint: &str) -> AwsError {
    AwsError::validation(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    ))
}

/// The name under which a package's files are kept.
pub(crate) fn whole_name(format: Format, namespace: Option<&str>, name: &str) -> String {
    match (format, namespace) {
        (Format::Npm, Some(scope)) => format!("@{scope}/{name}"),
        (Format::Maven, Some(group)) => format!("{group}:{name}"),
        (Format::Generic, Some(namespace)) => format!("{namespace}/{name}"),
        (Format::Pypi, _) => normalise(name),
        _ => name.into(),
    }
}

/// Namespace and name of a package that is kept under `whole`.
pub(crate) fn split_name(format: Format, whole: &str) -> (&str, &str) {
    let split = match format {
        Format::Npm => whole
            .strip_prefix('@')
            .and_then(|scoped| scoped.split_once('/')),
        Format::Maven => whole.split_once(':'),
        Format::Generic => whole.split_once('/'),
        _ => None,
    };
    split.unwrap_or(("", whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_service_model() {
        for good in ["corp", "a1", "a-b", &format!("a{}z", "b".repeat(48))] {
            assert!(check_domain(good).is_ok(), "{good}");
        }
        for bad in ["", "c", "Corp", "1corp", "corp-", "co_rp", &"a".repeat(51)] {
            assert!(check_domain(bad).is_err(), "{bad}");
        }
        for good in ["team", "Te.am_1-", "11"] {
            assert!(check_repository(good).is_ok(), "{good}");
        }
        for bad in ["", "t", ".team", "te am", "te/am", &"a".repeat(101)] {
            assert!(check_repository(bad).is_err(), "{bad}");
        }
        assert!(check_owner("111122223333").is_ok());
        for bad in ["", "11112222333", "1111222233334", "11112222333x"] {
            assert!(check_owner(bad).is_err(), "{bad}");
        }
        for good in ["us-east-1", "us-gov-west-1"] {
            assert!(check_region(good).is_ok(), "{good}");
        }
        for bad in ["", "us", "us-east", "us-east-", "US-east-1", "us--east-1"] {
            assert!(check_region(bad).is_err(), "{bad}");
        }
        assert!("pypi".parse::<Format>().is_ok());
        assert!("PyPI".parse::<Format>().is_err());
    }
}
