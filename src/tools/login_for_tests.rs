//! What the tests of this folder log in with.

use super::{Auth, Installed, Registry};
use crate::credentials::CredentialSource;
use crate::secret::Secret;
use crate::token::TokenRequest;

/// A login to the domain `corp`, by token.
pub struct Login {
    token: Secret,
    request: TokenRequest,
}

impl Login {
    pub fn by(token: &str) -> Self {
        Self {
            token: Secret::new(token),
            request: TokenRequest {
                domain: "corp".into(),
                owner: None,
                region: "us-east-1".into(),
                api_endpoint: None,
                duration_seconds: None,
                credentials: CredentialSource::Instance,
            },
        }
    }

    /// The repository behind `url`, as the tools' files call it.
    pub fn to<'a>(&'a self, name: &'a str, url: &'a str) -> Registry<'a> {
        Registry {
            name,
            url,
            auth: Auth::Token(&self.token),
            namespace: None,
            request: &self.request,
            installed: Installed {
                program: "/bin/studio-mirror",
                helpers: "/",
            },
            before: None,
        }
    }
}
