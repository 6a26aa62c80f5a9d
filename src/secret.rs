//! A value that must not reach a log, an error text or a terminal by accident.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An authorization token. It has no `Display` and its `Debug` hides the value; what needs the value says
/// [`expose`](Secret::expose) aloud.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes the value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself: for the wire, a 0600 file or the helper's answer, nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn debug_hides_the_value() {
        assert_eq!(format!("{:?}", Secret::new("eyJ2")), "Secret(…)");
    }

    #[test]
    fn json_is_the_bare_string() -> serde_json::Result<()> {
        assert_eq!(serde_json::to_string(&Secret::new("eyJ2"))?, "\"eyJ2\"");
        let back: Secret = serde_json::from_str("\"eyJ2\"")?;
        assert_eq!(back.expose(), "eyJ2");
        Ok(())
    }
}
