//! A value that must never be shown: tokens, and texts that hold one.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A secret string. `Debug` prints a placeholder, there is no `Display`; whoever
/// needs the text asks for it by [`Secret::expose`], which is easy to search for.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps `value`.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
