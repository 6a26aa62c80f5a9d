//! The second host, CodeArtifact's asset bucket: presigned addresses only, and like S3 one way to authenticate only.

use crate::error::{escape, respond};
use crate::presign::PresignRefusal;
use crate::random;
use crate::shared::Shared;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

/// Answers a request at the asset host.
pub(crate) async fn answer(shared: &Shared, uri: &Uri, headers: &HeaderMap) -> Response {
    if let Some(value) = headers.get("authorization") {
        let kind = String::from_utf8_lossy(value.as_bytes())
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        return error(
            400,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string \
             parameter or the Authorization header should be specified",
            &format!(
                "<ArgumentName>Authorization</ArgumentName><ArgumentValue>{}</ArgumentValue>",
                escape(&kind)
            ),
        );
    }
    match shared.presigner.judge(
        uri.path(),
        uri.query().unwrap_or(""),
        shared.clocks.signing_now(),
    ) {
        Err(PresignRefusal::Unsigned) => return error(403, "AccessDenied", "Access Denied", ""),
        Err(PresignRefusal::Expired) => {
            return error(403, "AccessDenied", "Request has expired", "");
        }
        Err(PresignRefusal::Wrong) => {
            let message = "The request signature we calculated does not match the signature you provided. Check your \
                           key and signing method.";
            return error(403, "SignatureDoesNotMatch", message, "");
        }
        Ok(()) => {}
    }
    let Some(asset) = shared.catalogue.presigned(uri.path()) else {
        return error(404, "NoSuchKey", "The specified key does not exist.", "");
    };
    match shared.store.open(&asset).await {
        Ok(body) => respond(200, "application/octet-stream", body),
        Err(cause) => error(503, "ServiceUnavailable", &format!("{cause:#}"), ""),
    }
}

/// S3's way of saying no.
pub(crate) fn error(status: u16, code: &str, message: &str, details: &str) -> Response {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>{}</Message>{details}\
         <RequestId>{}</RequestId><HostId>{}</HostId></Error>",
        escape(message),
        random::key_characters(16),
        random::base64(48)
    );
    respond(status, "application/xml", body)
}
