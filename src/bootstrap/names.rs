//! What things are called: every ARN and name follows from these, so that neither stack waits for the other's outputs.

use super::choices::Choices;
use super::script::{NAMESPACE, PACKAGE, Pinned};
use super::slot::App;
use crate::aws::Version;
use crate::settings::{Field, Settings};

/// What stacks and lifecycle configurations are called after, unless `--name` says otherwise.
pub const BASE: &str = "studio-mirror";
/// A name that stacks and lifecycle configurations can be called after: with what we put behind it, the latter have at most 63 characters.
///
/// # Errors
/// The rule, for clap.
pub fn base(name: &str) -> Result<String, String> {
    let is_good = (1..=36).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.split('-').all(|part| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    match is_good {
        true => Ok(name.to_owned()),
        false => {
            Err("1 to 36 lower-case letters, digits and single hyphens, a letter first".to_owned())
        }
    }
}

/// The names of one set-up.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// What its stacks and lifecycle configurations are called after.
    pub base: String,
    /// CodeArtifact domain.
    pub domain: String,
    /// Account that owns it.
    pub owner: String,
    /// The repository that spaces use.
    pub repository: String,
    /// Repository with the external connection public:pypi.
    pub pypi_store: String,
    /// Repository with the external connection public:npmjs.
    pub npm_store: String,
    /// The repository of the binary.
    pub binary_repository: String,
    /// The binary.
    pub binary: Pinned,
}

impl Names {
    /// As flags, the run before and the environment say, in this order; else the usual ones.
    pub fn of(
        base: &str,
        choices: &Choices,
        settings: &Settings,
        account: &str,
        binary: Pinned,
    ) -> Self {
        let chosen = |field: Field, usual: &str| {
            let told = choices.settings.get(field_key(field)).map(String::as_str);
            told.or(settings.get(field)).unwrap_or(usual).to_owned()
        };
        Self {
            base: base.to_owned(),
            domain: chosen(Field::Domain, "packages"),
            owner: chosen(Field::DomainOwner, account),
            repository: chosen(Field::Repository, "team"),
            pypi_store: "pypi-store".to_owned(),
            npm_store: "npm-store".to_owned(),
            binary_repository: choices
                .binary_repository
                .clone()
                .unwrap_or_else(|| PACKAGE.to_owned()),
            binary,
        }
    }

    /// The stack of the account that owns the packages.
    pub fn packages_stack(&self) -> String {
        format!("{}-packages", self.base)
    }

    /// The stack of an account whose spaces use them.
    pub fn consumer_stack(&self) -> String {
        format!("{}-consumer", self.base)
    }

    /// All four repositories.
    pub fn repositories(&self) -> impl Iterator<Item = &str> {
        let all = [
            &self.repository,
            &self.pypi_store,
            &self.npm_store,
            &self.binary_repository,
        ];
        all.into_iter().map(String::as_str)
    }

    /// The version of the binary.
    pub fn version(&self) -> Version<'_> {
        Version {
            repository: &self.binary_repository,
            namespace: NAMESPACE,
            package: PACKAGE,
            version: &self.binary.version,
        }
    }

    /// Whether a lifecycle configuration has a name as this set-up gives them, `BASE-APP-HASH`: one made by hand, or by the set-up
    /// `BASE-dev`, has not.
    pub fn is_lifecycle(&self, name: &str) -> bool {
        let rest = name.strip_prefix(&self.base);
        let rest = rest.and_then(|rest| rest.strip_prefix('-')?.split_once('-'));
        rest.is_some_and(|(app, hash)| {
            let is_app = App::ALL
                .iter()
                .any(|known| known.as_str().to_ascii_lowercase() == app);
            is_app
                && hash.len() == 12
                && hash.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
        })
    }
}

/// The key of `field` in [`Choices::settings`].
pub fn field_key(field: Field) -> &'static str {
    match field {
        Field::Domain => "domain",
        Field::DomainOwner => "domain-owner",
        _ => "repository",
    }
}

/// The version of the package of a binary with this hash. The hash is part of it: other bytes are another version, and no
/// version ever changes.
pub fn version_of(sha256: &str) -> String {
    format!("{}-{}", env!("CARGO_PKG_VERSION"), &sha256[..12])
}
