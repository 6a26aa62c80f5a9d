//! Names that no project can know, for tools that give the password of a name to whatever a project calls by it.

use sha2::{Digest, Sha256};

use crate::secret::Secret;

/// How long the part is that nobody can guess, in hexadecimal digits.
const LENGTH: usize = 16;

/// `name` with a part behind it that follows from `token`: whoever knows it has no need of it.
pub(super) fn secret_name(name: &str, token: &Secret) -> String {
    let hash = Sha256::digest(token.expose().as_bytes());
    format!("{name}-{}", hex::encode(&hash[..LENGTH / 2]))
}

/// Whether `name` is the [`secret_name`] of a login's main registry, with any token.
pub(super) fn is_secret(name: &str) -> bool {
    is_secret_of(name, "codeartifact")
}

/// Whether `known` is the [`secret_name`] of `name`, with any token.
pub(super) fn is_secret_of(known: &str, name: &str) -> bool {
    let secret = known
        .strip_prefix(name)
        .and_then(|rest| rest.strip_prefix('-'));
    let secret = secret.unwrap_or_default();
    secret.len() == LENGTH && secret.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_again_and_another_token_has_another() {
        let first = secret_name("codeartifact", &Secret::new("one"));
        assert_eq!(first, secret_name("codeartifact", &Secret::new("one")));
        assert_ne!(first, secret_name("codeartifact", &Secret::new("two")));
        assert!(is_secret(&first));
        let beside = secret_name("codeartifact-web", &Secret::new("one"));
        for name in ["codeartifact", "codeartifact-", "codeartifact-web", &beside] {
            assert!(!is_secret(name), "{name}");
        }
        assert!(is_secret_of(&beside, "codeartifact-web"));
    }
}
