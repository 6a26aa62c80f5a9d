//! Repositories as tables of a TOML file, one table a repository (`[repositories.NAME]`): what pdm, poetry and hatch have
//! in common.

use super::url::{Parts, percent_decoded, same_endpoint, with_login};
use super::{Auth, Found, Registry};
use crate::edit::SyntaxError;
use crate::edit::toml::quoted;
use crate::edit::toml_tables;
use crate::secret::Secret;

/// What a tool calls the keys of such a table.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    /// The address.
    pub url: &'static str,
    /// Behind the endpoint's own address: `simple/` for an index.
    pub tail: &'static str,
    /// The user name, where the table has one.
    pub user: Option<&'static str>,
    /// The password, where the table may hold one.
    pub password: Option<&'static str>,
    /// Where a token is put.
    pub token: TokenPlace,
}

/// Where such a table holds a token of ours.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TokenPlace {
    /// Nowhere: the tool has another file for it.
    OtherFile,
    /// Under the key of the password: for a tool whose projects have no say in the table.
    Password,
    /// In the address, for a tool that gives the password of a table to whatever a project calls by its name.
    Address,
}

impl Keys {
    /// Whether a login gives such a name (see `settings::file_names`), for files that name no address.
    pub fn is_our_name(name: &str) -> bool {
        name == "codeartifact" || name.starts_with("codeartifact-")
    }

    fn all(&self) -> Vec<&'static str> {
        let keys = [Some(self.url), self.user, self.password];
        keys.into_iter().flatten().collect()
    }

    /// Puts `registry` into the table `path`.
    pub fn set(
        &self,
        text: &str,
        path: &[&str],
        registry: &Registry,
    ) -> Result<String, SyntaxError> {
        let mut entries = vec![(self.url, quoted(&format!("{}{}", registry.url, self.tail)))];
        // A user or a password of an earlier login would win.
        let mut stale = Vec::new();
        match (self.token, registry.auth) {
            (TokenPlace::Address, Auth::Token(_)) => {
                entries[0].1 = quoted(&with_login(registry.url, self.tail, registry.auth));
                stale.extend(self.user);
                stale.extend(self.password);
            }
            (TokenPlace::Password, Auth::Token(token)) => {
                entries.extend(self.user.map(|key| (key, quoted("aws"))));
                let password = self.password.map(|key| (key, quoted(token.expose())));
                entries.extend(password);
            }
            _ => {
                entries.extend(self.user.map(|key| (key, quoted("aws"))));
                stale.extend(self.password);
            }
        }
        let text = toml_tables::set(text, path, &entries)?;
        match stale.is_empty() {
            true => Ok(text),
            false => toml_tables::remove(&text, path, &stale),
        }
    }

    /// Takes the table `path` out if it names one of the endpoints.
    pub fn remove(&self, text: &str, path: &[&str], urls: &[&str]) -> Result<String, SyntaxError> {
        let is_ours = |known: &str| urls.iter().any(|url| self.is_same(known, url));
        match self.url_in(text, path)? {
            Some(known) if is_ours(&known) => toml_tables::remove(text, path, &self.all()),
            _ => Ok(text.to_owned()),
        }
    }

    /// Takes every table below `path` out that names one of the endpoints.
    pub fn remove_below(
        &self,
        text: &str,
        path: &[&str],
        urls: &[&str],
    ) -> Result<String, SyntaxError> {
        let mut text = text.to_owned();
        for name in toml_tables::tables_in(&text, path)? {
            let table = [path, &[name.as_str()]].concat();
            text = self.remove(&text, &table, urls)?;
        }
        Ok(text)
    }

    /// What the table `path` says about the endpoint `url`.
    pub fn inspect(&self, text: &str, path: &[&str], url: &str) -> Result<Found, SyntaxError> {
        let Some(known) = self
            .url_in(text, path)?
            .filter(|known| self.is_same(known, url))
        else {
            return Ok(Found::NotConfigured);
        };
        let in_address = Parts::of(&known).and_then(|parts| parts.password);
        let token = match (self.password, in_address) {
            (Some(key), None) => toml_tables::string(text, &[path, &[key]].concat())?,
            (_, in_address) => in_address.map(percent_decoded),
        };
        Ok(token.map_or(Found::Helper, |token| Found::Token(Secret::new(token))))
    }

    fn url_in(&self, text: &str, path: &[&str]) -> Result<Option<String>, SyntaxError> {
        toml_tables::string(text, &[path, &[self.url]].concat())
    }

    fn is_same(&self, known: &str, url: &str) -> bool {
        same_endpoint(known, &format!("{url}{}", self.tail))
    }
}
