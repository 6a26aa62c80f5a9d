//! The token cache's files, and what a token says of its own age.

use studio_mirror::token::{self, Token};

/// A cache file, whatever became of it.
pub fn cache(bytes: &[u8]) {
    let Some(token) = token::parse(bytes) else {
        return;
    };
    let again = serde_json::to_vec(&token).expect("a token can be written");
    assert_eq!(token::parse(&again).as_ref(), Some(&token));
    let points = [0, token.minted_at, token.expires_at, u64::MAX, u64::MAX / 2];
    for point in points {
        for distance in [0, 1, 2, 899, 900, 901, 21_600, 43_200] {
            at(&token, point.saturating_add(distance));
            at(&token, point.saturating_sub(distance));
        }
    }
}

fn at(token: &Token, now: u64) {
    let left = token.expires_at.saturating_sub(now);
    assert_eq!(token.remaining(now), left);
    if token.is_usable(now) || token.is_young(now) {
        assert!(left > 0, "{token:?} is over at {now}");
        assert!(
            token.minted_at <= now,
            "{token:?} is from the future at {now}"
        );
        let text = token.token.expose();
        // The alphabet of RFC 6750. It is printed as a line of its own, into a header, and for the shell.
        let harmless = |b: u8| b.is_ascii_alphanumeric() || b"-._~+/=".contains(&b);
        assert!(!text.is_empty() && text.bytes().all(harmless), "{text:?}");
    }
    if token.is_usable(now) {
        // Time to finish an install: a quarter of its life, or a quarter of an hour.
        let lifetime = token.expires_at - token.minted_at;
        assert!(left > (lifetime / 4).min(900), "{token:?} at {now}");
        assert!(token.is_usable(token.minted_at), "it was usable before");
    }
    if token.is_young(now) {
        assert!(token.is_young(token.minted_at), "it was young before");
    }
}
