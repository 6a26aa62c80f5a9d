//! AWS's errors: the code, the sentence and the status, spelt as REST-JSON services and as query services spell them.

use crate::random;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value, json};

/// An error that a service answers with.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AwsError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Members of the error shape beside `message`.
    pub(crate) members: Vec<(&'static str, Value)>,
    /// Sent as `Retry-After`, which the model reads as `retryAfterSeconds`.
    pub(crate) retry_after: Option<u64>,
}

impl AwsError {
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> AwsError {
        AwsError {
            status,
            code: code.into(),
            message: message.into(),
            members: Vec::new(),
            retry_after: None,
        }
    }

    pub(crate) fn validation(message: impl Into<String>) -> AwsError {
        let mut error = AwsError::new(400, "ValidationException", message);
        error
            .members
            .push(("reason", json!("FIELD_VALIDATION_FAILED")));
        error
    }

    pub(crate) fn not_found(
        resource_type: &'static str,
        resource_id: &str,
        message: impl Into<String>,
    ) -> AwsError {
        let mut error = AwsError::new(404, "ResourceNotFoundException", message);
        error.members.push(("resourceId", json!(resource_id)));
        error.members.push(("resourceType", json!(resource_type)));
        error
    }

    pub(crate) fn conflict(
        resource_type: &'static str,
        resource_id: &str,
        message: impl Into<String>,
    ) -> AwsError {
        let mut error = AwsError::new(409, "ConflictException", message);
        error.members.push(("resourceId", json!(resource_id)));
        error.members.push(("resourceType", json!(resource_type)));
        error
    }

    pub(crate) fn access_denied(message: impl Into<String>) -> AwsError {
        AwsError::new(403, "AccessDeniedException", message)
    }

    pub(crate) fn throttled(retry_after: Option<u64>) -> AwsError {
        AwsError {
            retry_after,
            ..AwsError::new(429, "ThrottlingException", "Rate exceeded")
        }
    }

    /// An operation that CodeArtifact does not have (or this emulator does not play).
    pub(crate) fn unknown_operation() -> AwsError {
        AwsError::new(
            404,
            "UnknownOperationException",
            "The requested operation is not recognized by the service.",
        )
    }

    /// The answer of a REST-JSON service: the code in `x-amzn-errortype`, the members in the body.
    pub(crate) fn into_rest_json(self) -> Response {
        let mut body = Map::new();
        body.insert("message".into(), json!(self.message));
        body.extend(
            self.members
                .into_iter()
                .map(|(name, value)| (name.into(), value)),
        );
        let mut response = respond(
            self.status,
            "application/json",
            Value::Object(body).to_string(),
        );
        insert(&mut response, "x-amzn-errortype", &self.code);
        if let Some(seconds) = self.retry_after {
            insert(&mut response, "retry-after", &seconds.to_string());
        }
        response
    }

    /// The answer of a service that is asked in JSON 1.1: the code in the body's `__type`.
    pub(crate) fn into_json(self) -> Response {
        let status = if self.status >= 500 { self.status } else { 400 };
        let body = json!({ "__type": self.code, "message": self.message });
        let mut response = respond(status, "application/x-amz-json-1.1", body.to_string());
        if let Some(seconds) = self.retry_after {
            insert(&mut response, "retry-after", &seconds.to_string());
        }
        response
    }

    /// The answer of a query service such as STS: an XML document.
    pub(crate) fn into_query_xml(self, namespace: &str) -> Response {
        let body = format!(
            "<ErrorResponse xmlns=\"{namespace}\">\n  <Error>\n    <Type>Sender</Type>\n    <Code>{}</Code>\n    \
             <Message>{}</Message>\n  </Error>\n  <RequestId>{}</RequestId>\n</ErrorResponse>\n",
            escape(&self.code),
            escape(&self.message),
            random::uuid()
        );
        let mut response = respond(self.status, "text/xml", body);
        if let Some(seconds) = self.retry_after {
            insert(&mut response, "retry-after", &seconds.to_string());
        }
        response
    }
}

/// An answer with the headers that every AWS service sends.
pub(crate) fn respond(status: u16, content_type: &str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    insert(&mut response, "content-type", content_type);
    insert(&mut response, "x-amzn-requestid", &random::uuid());
    response
}

/// Sets a header; a value that no header can carry is left out.
pub(crate) fn insert(response: &mut Response, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

/// Text made safe for XML and HTML, attribute values included.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
