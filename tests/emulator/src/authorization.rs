//! The token that a request at a repository's endpoint has to carry.

use crate::error::insert;
use crate::faults::Action;
use crate::names::Format;
use crate::route::Endpoint;
use crate::shared::Shared;
use crate::tokens::TokenRefusal;
use crate::wire::error;
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The user name of Basic authentication; no other is taken.
const USER: &str = "aws";

/// The ARN of who holds the token that came along, or what is said of it in the 401.
pub(crate) fn holder(
    shared: &Shared,
    endpoint: &Endpoint,
    headers: &HeaderMap,
    fault: Option<&Action>,
) -> Result<String, &'static str> {
    let header = headers
        .get("authorization")
        .ok_or("Unauthenticated: no credentials in the request")?;
    let token = header
        .to_str()
        .ok()
        .and_then(|header| token_of(header, endpoint.format))
        .ok_or("Unauthenticated: credentials not correct")?;
    let now = shared.clocks.token_now();
    let is_elsewhere = endpoint
        .region
        .as_ref()
        .is_some_and(|region| *region != shared.region_of(endpoint));
    let judged = match fault {
        Some(Action::Expired) => Err(TokenRefusal::Expired),
        _ if is_elsewhere => Err(TokenRefusal::Elsewhere),
        _ => shared
            .tokens
            .judge(&token, &endpoint.domain, &endpoint.owner, now),
    };
    judged.map_err(|refusal| match refusal {
        TokenRefusal::Expired => "Unauthenticated: the authorization token has expired",
        TokenRefusal::Unknown => "Unauthenticated: credentials not correct",
        TokenRefusal::Elsewhere => "Unauthenticated: the authorization token is for another domain",
    })
}

/// Whether a request brings no token: no credentials at all, or a user name without a password.
pub(crate) fn is_anonymous(headers: &HeaderMap) -> bool {
    let Some(header) = headers.get("authorization") else {
        return true;
    };
    let basic = header.to_str().ok().and_then(|header| {
        let (scheme, value) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("basic").then_some(value)
    });
    basic
        .and_then(|value| STANDARD.decode(value.trim()).ok())
        .is_some_and(|decoded| decoded.ends_with(b":"))
}

fn token_of(header: &str, format: Format) -> Option<String> {
    // Cargo sends what its credential provider says, word for word; AWS documents the bare token.
    if format == Format::Cargo && !header.contains(' ') {
        return Some(header.to_owned());
    }
    let (scheme, value) = header.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(value.trim().to_owned());
    }
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(value.trim()).ok()?).ok()?;
    let (user, password) = decoded.split_once(':')?;
    (user == USER).then(|| password.to_owned())
}

pub(crate) fn unauthorized(message: &str) -> Response {
    let mut response = error(401, message);
    insert(
        &mut response,
        "www-authenticate",
        "Basic realm=\"AWS CodeArtifact\"",
    );
    response
}
