//! How long the tokens in changed files live. The cache tells it too, but not every cache: of two containers that share a home
//! each has its own, and neither is to take the other's young token for one of which nothing is known.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Change, State};
use crate::secret::Secret;
use crate::token::Token;

/// The life of a token, in seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenLife {
    /// When it was made.
    pub minted_at: u64,
    /// When CodeArtifact will refuse it.
    pub expires_at: u64,
}

impl From<&Token> for TokenLife {
    fn from(token: &Token) -> Self {
        Self {
            minted_at: token.minted_at,
            expires_at: token.expires_at,
        }
    }
}

impl State {
    /// The life of `token`, which stands in a file.
    pub fn life(&self, token: &Secret) -> Option<TokenLife> {
        self.lives.get(&key(token)).copied()
    }

    /// Remembers the lives of those of `tokens` that stand in files.
    pub fn note_lives<'a>(&mut self, tokens: impl IntoIterator<Item = &'a Token>) {
        let held = self.held();
        let known = tokens.into_iter().map(|token| (key(&token.token), token));
        let known = known.filter(|(key, _)| held.contains(key));
        self.lives
            .extend(known.map(|(key, token)| (key, token.into())));
    }

    /// Forgets the lives of tokens that stand in no file any more.
    pub fn forget_lives(&mut self) {
        let held = self.held();
        self.lives.retain(|key, _| held.contains(key));
    }

    fn held(&self) -> BTreeSet<String> {
        let tokens = self.changes.values().flat_map(Change::tokens);
        tokens.map(|(_, token)| key(token)).collect()
    }
}

/// What a token's life is remembered by. Not the token: the fewer places it stands in, the better.
fn key(token: &Secret) -> String {
    hex::encode(&Sha256::digest(token.expose())[..16])
}
