//! The three tools' files before and after, letter by letter.

mod keyringrc_cfg;
mod npmrc;
mod pip_conf;
mod pip_conf_warnings;
mod uv_toml;

use std::sync::LazyLock;

use studio_mirror::credentials::CredentialSource;
use studio_mirror::secret::Secret;
use studio_mirror::token::TokenRequest;
use studio_mirror::tools::{Auth, Editor, Found, Installed, Registry, keyringrc, npm, pip, uv};

const PYPI: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/";
const NPM: &str = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/npm/team/";

fn helper(url: &str) -> Registry<'_> {
    registry(url, Auth::Helper)
}

fn token<'a>(url: &'a str, token: &'a Secret) -> Registry<'a> {
    registry(url, Auth::Token(token))
}

/// A registry as a login of the domain `corp` would name it.
fn registry<'a>(url: &'a str, auth: Auth<'a>) -> Registry<'a> {
    static REQUEST: LazyLock<TokenRequest> = LazyLock::new(|| TokenRequest {
        domain: "corp".to_owned(),
        owner: Some("111122223333".to_owned()),
        region: "us-east-1".to_owned(),
        api_endpoint: None,
        duration_seconds: None,
        credentials: CredentialSource::Instance,
    });
    Registry {
        name: "codeartifact",
        url,
        auth,
        namespace: None,
        request: &REQUEST,
        installed: Installed {
            program: "/usr/local/bin/studio-mirror",
            helpers: "/home/me/.local/share/studio-mirror/bin",
        },
        before: None,
    }
}

/// `HOST` in the expectations stands for the endpoint's host.
fn expand(text: &str) -> String {
    text.replace(
        "HOST",
        "corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
    )
}
