//! The one way to a fresh token: the cache, the lock, and minting when it must be.

mod cache;
mod obtain;

pub use cache::{Store, cache_folder, parse};
pub use obtain::{Need, obtain};

use std::time::{SystemTime, UNIX_EPOCH};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use sha2::{Digest, Sha256};

use crate::credentials::CredentialSource;
use crate::endpoint::{is_domain, is_region};
use crate::secret::Secret;

/// Which token: everything that makes one token differ from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRequest {
    /// The domain it opens.
    #[serde(deserialize_with = "domain")]
    pub domain: String,
    /// The domain's owner; `None` means the caller's own account.
    pub owner: Option<String>,
    /// The domain's region.
    #[serde(deserialize_with = "region")]
    pub region: String,
    /// The address of the API, where it is not AWS's own name.
    pub api_endpoint: Option<String>,
    /// Its lifetime in seconds; `None` leaves it to CodeArtifact.
    pub duration_seconds: Option<u32>,
    /// Whose credentials ask for it.
    pub credentials: CredentialSource,
}

/// File names and host names are made of both: what no login accepts must not come in by the state file either.
fn domain<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    named(source, is_domain)
}

fn region<'de, D: Deserializer<'de>>(source: D) -> Result<String, D::Error> {
    named(source, is_region)
}

fn named<'de, D: Deserializer<'de>>(
    source: D,
    is_name: fn(&str) -> bool,
) -> Result<String, D::Error> {
    let name = String::deserialize(source)?;
    match is_name(&name) {
        true => Ok(name),
        false => Err(D::Error::custom("not a name")),
    }
}

impl TokenRequest {
    /// A file name that no two different requests share.
    pub fn cache_name(&self) -> String {
        let mut hash = Sha256::new();
        for part in [
            self.domain.as_str(),
            self.owner.as_deref().unwrap_or_default(),
            &self.region,
            self.api_endpoint.as_deref().unwrap_or_default(),
            &self
                .duration_seconds
                .map(|d| d.to_string())
                .unwrap_or_default(),
            &self.credentials.identity(),
        ] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hex::encode(&hash.finalize()[..16])
    }
}

/// No token comes near this; a header or a command line of the client would not take it.
const LONGEST_TOKEN: usize = 16 * 1024;

/// Whether `text` has the alphabet of a bearer token (`b64token` of RFC 6750). It ends up in URLs,
/// files and a line for the shell, where a quote, a blank or a `$` would do harm.
pub fn is_token(text: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&text.len())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b))
}

/// An authorization token and its life, in seconds since 1970.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// The token itself.
    pub token: Secret,
    /// When it was made.
    pub minted_at: u64,
    /// When CodeArtifact will refuse it.
    pub expires_at: u64,
}

/// A token is given out until this long before it expires, so that the install that asked for
/// it can finish; never more than a quarter of a short token's life.
const SAFE_MARGIN_SECONDS: u64 = 15 * 60;

/// CodeArtifact's longest token lives 12 hours (`durationSeconds`); as much again for clocks that
/// differ. A cache that claims more is damaged.
const LONGEST_LIFE_SECONDS: u64 = 24 * 3_600;

impl Token {
    /// Whether it may be given out at `now`. One that says it was made in the future tells of a
    /// clock that jumped: its expiry means nothing.
    pub fn is_usable(&self, now: u64) -> bool {
        let margin = (self.lifetime() / 4).clamp(1, SAFE_MARGIN_SECONDS);
        self.is_sane(now) && now < self.expires_at.saturating_sub(margin)
    }

    /// Whether more than half of its life is left at `now`.
    pub fn is_young(&self, now: u64) -> bool {
        self.is_sane(now) && self.remaining(now) > self.lifetime() / 2
    }

    /// Seconds left at `now`.
    pub fn remaining(&self, now: u64) -> u64 {
        self.expires_at.saturating_sub(now)
    }

    /// How long it lives, in milliseconds.
    pub fn lifetime_millis(&self) -> u64 {
        self.lifetime().saturating_mul(1_000)
    }

    fn lifetime(&self) -> u64 {
        self.expires_at.saturating_sub(self.minted_at)
    }

    fn is_sane(&self, now: u64) -> bool {
        self.minted_at <= now
            && self.lifetime() <= LONGEST_LIFE_SECONDS
            && !self.token.expose().is_empty()
    }
}

/// What tells the time, in seconds since 1970.
pub type Clock = fn() -> u64;

/// The wall clock, in seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(minted_at: u64, expires_at: u64) -> Token {
        Token {
            token: Secret::new("t"),
            minted_at,
            expires_at,
        }
    }

    #[test]
    fn token_is_given_out_until_a_safe_margin_before_its_end() {
        let twelve_hours = token(0, 43_200);
        assert!(twelve_hours.is_usable(43_200 - 901));
        assert!(!twelve_hours.is_usable(43_200 - 900));
        let eight_seconds = token(100, 108);
        assert!(eight_seconds.is_usable(105));
        assert!(!eight_seconds.is_usable(106));
    }

    #[test]
    fn login_reuses_a_token_in_the_first_half_of_its_life() {
        assert!(token(0, 43_200).is_young(21_599));
        assert!(!token(0, 43_200).is_young(21_600));
    }

    #[test]
    fn a_token_from_the_future_is_not_believed() {
        assert!(!token(1_000, 44_200).is_usable(999));
        assert!(!token(1_000, 44_200).is_young(999));
    }

    #[test]
    fn a_token_that_never_ends_is_not_believed() {
        assert!(!token(0, u64::MAX).is_usable(1));
        assert!(!token(0, u64::MAX).is_young(1));
    }

    #[test]
    fn every_part_of_a_request_makes_another_token() {
        let base = TokenRequest {
            domain: "corp".into(),
            owner: None,
            region: "us-east-1".into(),
            api_endpoint: None,
            duration_seconds: None,
            credentials: CredentialSource::Instance,
        };
        let variants = [
            TokenRequest {
                domain: "other".into(),
                ..base.clone()
            },
            TokenRequest {
                owner: Some("111122223333".into()),
                ..base.clone()
            },
            TokenRequest {
                region: "eu-west-1".into(),
                ..base.clone()
            },
            TokenRequest {
                api_endpoint: Some("https://x".into()),
                ..base.clone()
            },
            TokenRequest {
                duration_seconds: Some(900),
                ..base.clone()
            },
            TokenRequest {
                credentials: CredentialSource::Profile {
                    name: "p".into(),
                    stands_for: Vec::new(),
                },
                ..base.clone()
            },
        ];
        let names: std::collections::BTreeSet<String> = variants
            .iter()
            .chain([&base])
            .map(TokenRequest::cache_name)
            .collect();
        assert_eq!(names.len(), variants.len() + 1);
    }
}
