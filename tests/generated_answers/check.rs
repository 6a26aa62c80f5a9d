//! Both calls against one server, and what must hold of whatever it answered.

use std::time::{Duration, Instant};

use studio_mirror::aws::CodeArtifact;
use studio_mirror::credentials::CredentialSource;
use studio_mirror::endpoint::{EndpointType, Format, RepositoryEndpoint};
use studio_mirror::error::explain;
use studio_mirror::timestamp::rfc3339;
use studio_mirror::token::{Token, TokenRequest, now};

/// How long a call may take, and how much later it must be over.
pub const DEADLINE: Duration = Duration::from_millis(300);
const GRACE: Duration = Duration::from_secs(1);
/// The request that `api_endpoint` gets.
pub fn request(api_endpoint: String, credentials: CredentialSource) -> TokenRequest {
    TokenRequest {
        domain: "corp".into(),
        owner: Some("111122223333".into()),
        region: "us-east-1".into(),
        api_endpoint: Some(api_endpoint),
        duration_seconds: None,
        credentials,
    }
}

/// The keys in the environment.
pub fn keys() -> CredentialSource {
    CredentialSource::Environment {
        access_key_id: "AKIAIOSFODNN7EXAMPLE".into(),
    }
}

/// What became of one case.
pub struct Outcome {
    pub token: anyhow::Result<Token>,
    pub endpoint: anyhow::Result<RepositoryEndpoint>,
}

/// Makes both calls, each within its deadline, and checks what must hold of every answer.
pub async fn ask(request: &TokenRequest, limit: Duration) -> Outcome {
    let begun = Instant::now();
    let api = CodeArtifact::new(request, (begun + limit).into());
    let token = api.authorization_token(request);
    let endpoint = api.repository_endpoint(request, "team", Format::Pypi, EndpointType::Ipv4);
    let (token, endpoint) = futures_util::future::join(token, endpoint).await;
    let took = begun.elapsed();
    assert!(took < limit + GRACE, "it took {took:?}");
    match &token {
        Ok(token) => {
            let text = token.token.expose();
            let harmless = |b: u8| b.is_ascii_alphanumeric() || b"-._~+=".contains(&b);
            assert!(!text.is_empty() && text.bytes().all(harmless), "{text:?}");
            assert!(!rfc3339(token.expires_at).is_empty());
            let _ = (token.is_usable(now()), token.is_young(now()));
        }
        Err(error) => is_readable(error),
    }
    match &endpoint {
        Ok(endpoint) => {
            let harmless = |c: char| c.is_ascii_alphanumeric() || ":/.-_~[]".contains(c);
            assert!(endpoint.url().chars().all(harmless), "{:?}", endpoint.url());
            let local = endpoint.url().starts_with("http://127.0.0.1:9/");
            assert!(
                local || endpoint.url().starts_with("https://"),
                "{:?}",
                endpoint.url()
            );
        }
        Err(error) => is_readable(error),
    }
    Outcome { token, endpoint }
}

fn is_readable(error: &anyhow::Error) {
    let explained = explain(error);
    assert!(
        !explained.error.is_empty() && explained.hint.is_some(),
        "{explained}"
    );
    for line in explained.to_string().lines() {
        let steers = |c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!line.contains(steers), "{line:?}");
        assert!(
            line.chars().count() < 1_000,
            "{} characters in a line",
            line.len()
        );
    }
    assert!(explained.to_string().lines().count() <= 2 + explained.causes.len());
}
