//! STS over the query protocol: GetCallerIdentity.

use crate::credentials::Principal;
use crate::error::{AwsError, escape, respond};
use crate::faults::Action;
use crate::random;
use crate::shared::Shared;
use crate::signature::{Refusal, Request};
use axum::response::Response;
use std::collections::HashMap;

/// The namespace of the API's XML, and with it its version.
pub(crate) const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers a signed call.
pub(crate) fn answer(shared: &Shared, request: Request<'_>, fault: Option<&Action>) -> Response {
    match identity(shared, request, fault) {
        Ok(caller) => respond(200, "text/xml", document(&caller)),
        Err(error) => error.into_query_xml(NAMESPACE),
    }
}

fn identity(
    shared: &Shared,
    request: Request<'_>,
    fault: Option<&Action>,
) -> Result<Principal, AwsError> {
    // An API call over GET has its parameters in the query string.
    let form = if request.body.is_empty() {
        request.query.as_bytes()
    } else {
        request.body
    };
    let form: HashMap<_, _> = url::form_urlencoded::parse(form).collect();
    let now = shared.clocks.signing_now();
    let caller = shared
        .credentials
        .authenticate(request, "sts", &shared.regions(request.headers), now)
        .map_err(refusal)?
        .principal;
    match (
        form.get("Action").map(AsRef::as_ref),
        form.get("Version").map(AsRef::as_ref),
    ) {
        (Some("GetCallerIdentity"), Some("2011-06-15")) => {}
        (action, version) => {
            let (action, version) = (action.unwrap_or(""), version.unwrap_or(""));
            let message = format!("Could not find operation {action} for version {version}");
            return Err(AwsError::new(400, "InvalidAction", message));
        }
    }
    match fault {
        Some(Action::Expired) => Err(refusal(Refusal::Expired)),
        Some(Action::Deny { layer }) => {
            let message = layer.sentence(&caller.arn, "sts:GetCallerIdentity", "*");
            Err(AwsError::new(403, "AccessDenied", message))
        }
        _ => Ok(caller),
    }
}

/// How a query service words a refused signature.
fn refusal(refusal: Refusal) -> AwsError {
    match refusal {
        Refusal::Missing => AwsError::new(
            403,
            "MissingAuthenticationToken",
            "Request is missing Authentication Token",
        ),
        Refusal::Incomplete(message) => AwsError::new(403, "IncompleteSignature", message),
        Refusal::UnknownKey => AwsError::new(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        ),
        Refusal::Expired => AwsError::new(
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        ),
        Refusal::Wrong(message) => AwsError::new(403, "SignatureDoesNotMatch", message),
    }
}

fn document(caller: &Principal) -> String {
    format!(
        "<GetCallerIdentityResponse xmlns=\"{NAMESPACE}\">\n  <GetCallerIdentityResult>\n    <Arn>{}</Arn>\n    \
         <UserId>{}</UserId>\n    <Account>{}</Account>\n  </GetCallerIdentityResult>\n  <ResponseMetadata>\n    \
         <RequestId>{}</RequestId>\n  </ResponseMetadata>\n</GetCallerIdentityResponse>\n",
        escape(&caller.arn),
        escape(&caller.user_id),
        caller.account,
        random::uuid()
    )
}
