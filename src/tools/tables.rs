//! Repositories as tables of a TOML file, one table a repository (`[repositories.NAME]`): what pdm, poetry and hatch have
//! in common.

use super::url::Parts;
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
        let url = format!("{}{}", registry.url, self.tail);
        let mut entries = vec![(self.url, quoted(&url))];
        entries.extend(self.user.map(|key| (key, quoted("aws"))));
        match (self.password, registry.auth) {
            (Some(key), Auth::Token(token)) => entries.push((key, quoted(token.expose()))),
            (Some(key), Auth::Helper) => {
                // A password of an earlier login would win over the helper.
                let text = toml_tables::remove(text, path, &[key])?;
                return toml_tables::set(&text, path, &entries);
            }
            (None, _) => {}
        }
        toml_tables::set(text, path, &entries)
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
        let known = self.url_in(text, path)?;
        if !known.is_some_and(|known| self.is_same(&known, url)) {
            return Ok(Found::NotConfigured);
        }
        let password = match self.password {
            Some(key) => toml_tables::string(text, &[path, &[key]].concat())?,
            None => None,
        };
        Ok(password.map_or(Found::Helper, |token| Found::Token(Secret::new(token))))
    }

    fn url_in(&self, text: &str, path: &[&str]) -> Result<Option<String>, SyntaxError> {
        toml_tables::string(text, &[path, &[self.url]].concat())
    }

    fn is_same(&self, known: &str, url: &str) -> bool {
        let ours = format!("{url}{}", self.tail);
        let both = Parts::of(known).zip(Parts::of(&ours));
        both.is_some_and(|(known, ours)| known.same_endpoint(&ours))
    }
}
