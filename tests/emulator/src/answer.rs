//! One request from its arrival to its answer: classified, recorded, met by faults, handed to the service it is for.

use crate::assets;
use crate::authorization::is_anonymous;
use crate::clock::http_date;
use crate::codeartifact;
use crate::connection::Arrival;
use crate::error::{AwsError, insert, respond};
use crate::faults::Action;
use crate::requests::describe;
use crate::route::{Route, classify};
use crate::sagemaker;
use crate::shared::Shared;
use crate::signature::Request;
use crate::sts;
use crate::wire;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::response::Response;
use serde_json::json;
use std::time::Duration;

/// Why a connection ends without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HangUp {
    Close,
    Reset,
}

impl std::fmt::Display for HangUp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a fault ends this connection")
    }
}

impl std::error::Error for HangUp {}

/// Answers a request to anything but the admin API.
pub(crate) async fn answer(
    shared: &Shared,
    arrival: Arrival,
    parts: &Parts,
    body: &Bytes,
) -> Result<Response, HangUp> {
    let host = parts
        .headers
        .get("host")
        .and_then(|host| host.to_str().ok())
        .unwrap_or("");
    let route = match arrival.assets {
        true => None,
        false => {
            let target = parts.headers.get("x-amz-target");
            let target = target.and_then(|target| target.to_str().ok());
            Some(classify(
                parts.method.as_str(),
                host,
                parts.uri.path(),
                target,
            ))
        }
    };
    let label = route
        .as_ref()
        .map_or(("s3", "GetObject".into()), |route| route.label(body));
    let operation = label.1.clone();
    let record = describe(label, &parts.method, &parts.uri, &parts.headers, body);
    let pending = shared.requests.begin(record);
    let mut left = None;
    let anonymous = is_anonymous(&parts.headers);
    for action in shared.faults.take(&operation, parts.uri.path(), anonymous) {
        match action {
            Action::Delay { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
            Action::Drop => return Err(HangUp::Close),
            Action::Reset => return Err(HangUp::Reset),
            Action::Hang => std::future::pending().await,
            other => left = Some(other),
        }
    }
    let mut response = match left.as_ref().and_then(injected) {
        Some(error) if matches!(route, Some(Route::Sts)) => error.into_query_xml(sts::NAMESPACE),
        Some(error) if route.is_none() => {
            assets::error(error.status, &error.code, &error.message, "")
        }
        Some(error) if matches!(route, Some(Route::SageMaker(..))) => error.into_json(),
        Some(error) => error.into_rest_json(),
        None => serve(shared, route, arrival, parts, body, left.as_ref()).await,
    };
    let now = shared.clocks.signing_now();
    insert(&mut response, "date", &http_date(now));
    pending.answered(response.status().as_u16());
    Ok(response)
}

async fn serve(
    shared: &Shared,
    route: Option<Route>,
    arrival: Arrival,
    parts: &Parts,
    body: &Bytes,
    fault: Option<&Action>,
) -> Response {
    let request = Request {
        method: parts.method.as_str(),
        path: parts.uri.path(),
        query: parts.uri.query().unwrap_or(""),
        headers: &parts.headers,
        body,
    };
    match route {
        None => assets::answer(shared, &parts.uri, &parts.headers).await,
        Some(Route::CodeArtifact(operation)) => {
            codeartifact::answer(shared, operation, arrival, request, fault).await
        }
        Some(Route::SageMaker(_, operation)) => {
            sagemaker::answer(shared, operation, arrival, request, fault)
        }
        Some(Route::Sts) => sts::answer(shared, request, fault),
        Some(Route::Credentials) => container_credentials(shared, request.path),
        Some(Route::Repository(endpoint)) => {
            wire::answer(shared, &endpoint, arrival, parts, body, fault).await
        }
        Some(Route::Admin | Route::Unknown) => respond(
            404,
            "application/json",
            json!({ "message": "Not Found" }).to_string(),
        ),
    }
}

/// The error of a fault that strikes before the service looks at the request.
fn injected(action: &Action) -> Option<AwsError> {
    match action {
        Action::Status {
            status,
            code,
            message,
            retry_after,
        } => {
            let code = code.as_deref().unwrap_or("InternalServerException");
            let message = message.as_deref().unwrap_or("An internal error occurred.");
            Some(AwsError {
                retry_after: *retry_after,
                ..AwsError::new(*status, code, message)
            })
        }
        Action::Throttle {
            retry_after_seconds,
        } => Some(AwsError::throttled(*retry_after_seconds)),
        _ => None,
    }
}

/// The route that `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` names in Studio: its id is 64 hexadecimal digits.
fn container_credentials(shared: &Shared, path: &str) -> Response {
    let id = path.rsplit('/').next().unwrap_or("");
    let studio = path.starts_with("/_sagemaker-instance-credentials/");
    let known = id
        .bytes()
        .all(|byte| byte.is_ascii_hexdigit() || (!studio && byte == b'-'));
    let long_enough = if studio {
        id.len() == 64
    } else {
        !id.is_empty()
    };
    if !(known && long_enough) {
        let body = json!({ "code": "InvalidIdInTask", "message": "CredentialsFetcher: no such id", "HTTPErrorCode": 404 });
        return respond(404, "application/json", body.to_string());
    }
    let document = shared.credentials.hand_out(shared.clocks.signing_now());
    respond(200, "application/json", document.to_string())
}
