//! What cargo asks its credential provider: a line of JSON.

use serde::Deserialize;

/// A question, as far as it is looked at.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub struct Question {
    /// The protocol's version.
    pub v: u32,
    /// `get`, `login`, `logout`, or what later versions have.
    pub kind: String,
    /// The registry.
    pub registry: Registry,
}

/// A registry, as cargo names it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Registry {
    /// Its index; for a sparse one with `sparse+` before the URL.
    pub index_url: String,
}

impl Question {
    /// Parses a line.
    ///
    /// # Errors
    /// When it is no question of version 1.
    pub fn parse(line: &str) -> anyhow::Result<Self> {
        let question: Self = serde_json::from_str(line)?;
        anyhow::ensure!(question.v == 1, "this is version {}", question.v);
        Ok(question)
    }

    /// The index for which a token is wanted; `None` where something else is.
    pub fn index(&self) -> Option<&str> {
        let url = self.registry.index_url.as_str();
        (self.kind == "get").then(|| url.strip_prefix("sparse+").unwrap_or(url))
    }
}
