//! The one place that turns an SDK error into a cause and a mend in the user's terms.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use aws_sdk_codeartifact::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::connection::SetupFailure;
use super::mend::{Denial, credentials_cause, local_texts, service_texts};
use super::service::Subject;
use super::trust::Roots;
use crate::error::{printable, with_hint};

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The host's name has no address.
    Name,
    /// Nothing answered in time.
    Timeout,
    /// The network has no way to the host.
    NoRoute,
    /// The host answered that nothing listens there.
    Refused,
    /// The connection broke off.
    Broken,
    /// The TLS handshake failed.
    Tls,
    /// The proxy did not let us through.
    Proxy,
    /// Nothing could be sent from here: a CA bundle or a proxy variable at fault.
    Setup,
    /// No credentials, or none that can be used.
    Credentials,
    /// The clocks of this machine and AWS differ.
    ClockSkew,
    /// Credentials that AWS does not know, or no longer.
    Rejected,
    /// Known, and not allowed.
    Denied,
    /// No such domain or repository.
    NotFound,
    /// Too many requests.
    Throttled,
    /// The service failed.
    ServerFault,
    /// The service did not accept the request's values.
    Invalid,
    /// Something answered that is not CodeArtifact.
    NotAws,
}

/// A failed AWS call.
#[derive(Clone, Debug)]
pub struct AwsError {
    /// Why.
    pub kind: Kind,
    /// Which policy refused, if one did.
    pub denial: Option<Denial>,
    message: String,
    detail: Option<String>,
    hint: Box<str>,
    retry_after: Duration,
}

impl fmt::Display for AwsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for AwsError {}

impl AwsError {
    /// Explains `error` of `operation`.
    pub fn new<E>(operation: &str, subject: &Subject, error: SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
    {
        if let SdkError::ServiceError(context) = &error {
            let status = context.raw().status().as_u16();
            return Self::of_service(operation, subject, status, context.err(), context.raw());
        }
        let kind = kind_of_failure(&error);
        let mut chain = innermost(&error);
        if kind == Kind::Tls
            && let Ok(roots) = Roots::load()
        {
            chain += &format!(" (trusted: {})", roots.from);
        }
        if kind == Kind::Credentials {
            chain = credentials_cause(chain);
        }
        if let Some(setup) = find::<SetupFailure>(&error) {
            let mut failure = Self::local(Kind::Setup, operation, subject, setup.message.clone());
            failure.hint = setup.hint.clone().map_or(failure.hint, String::into);
            return failure;
        }
        Self::local(kind, operation, subject, chain)
    }

    /// The time limit ran out while nothing answered.
    pub fn out_of_time(operation: &str, subject: &Subject) -> Self {
        Self::local(Kind::Timeout, operation, subject, String::new())
    }

    /// What answered is none of the service: `why`.
    pub(super) fn not_aws(operation: &str, subject: &Subject, why: &str) -> Self {
        Self::local(Kind::NotAws, operation, subject, printable(why))
    }

    /// Whether the same call may succeed a little later.
    pub fn is_transient(&self) -> bool {
        matches!(
            self.kind,
            Kind::Throttled | Kind::ServerFault | Kind::Timeout | Kind::Broken
        )
    }

    /// Whether the service's own code and sentence contain `words`.
    pub fn says(&self, words: &str) -> bool {
        let said = self.detail.as_deref().unwrap_or_default();
        said.contains(words)
    }

    /// What the service or the network said, in one line.
    pub fn said(&self) -> &str {
        self.detail.as_deref().unwrap_or(&self.message)
    }

    /// How long the service asked us to stay away; zero if it did not say.
    pub fn retry_after(&self) -> Duration {
        self.retry_after
    }

    /// As an error with causes and a hint.
    pub fn into_hinted(self) -> anyhow::Error {
        let hint = self.hint.to_string();
        let detail = self.detail.clone();
        let error = match detail {
            Some(detail) => anyhow::anyhow!(detail).context(self),
            None => self.into(),
        };
        with_hint(error, hint)
    }

    fn local(kind: Kind, operation: &str, subject: &Subject, detail: String) -> Self {
        let (message, hint) = local_texts(&kind, operation, subject);
        Self {
            kind,
            denial: None,
            message,
            detail: (!detail.is_empty()).then_some(detail),
            hint: hint.into(),
            retry_after: Duration::ZERO,
        }
    }

    fn of_service(
        operation: &str,
        subject: &Subject,
        status: u16,
        error: &(impl ProvideErrorMetadata + StdError),
        raw: &HttpResponse,
    ) -> Self {
        let code = error.code().unwrap_or_default();
        let sentence = printable(error.message().unwrap_or_default());
        // What follows is the request in canonical form, of use to those who write signatures.
        let sentence = sentence
            .split(" The Canonical String for this request")
            .next()
            .unwrap_or_default()
            .trim_end();
        let kind = kind_of_answer(status, code, sentence);
        let seconds = raw
            .headers()
            .get("retry-after")
            .and_then(|seconds| seconds.parse().ok())
            .unwrap_or(0);
        let (message, hint) = service_texts(&kind, operation, subject, sentence);
        let code = if code.is_empty() {
            format!("HTTP {status}")
        } else {
            printable(code)
        };
        let denial =
            (kind == Kind::Denied).then(|| Denial::of(subject.service, operation, sentence));
        Self {
            kind,
            denial,
            message,
            // The service's own sentence names role, action and layer: it must reach the user.
            detail: Some(if sentence.is_empty() {
                code
            } else {
                format!("{code}: {sentence}")
            }),
            hint: hint.into(),
            retry_after: Duration::from_secs(seconds),
        }
    }
}

/// What the service's answer means. Codes as in CodeArtifact's API reference and the common errors of AWS.
fn kind_of_answer(status: u16, code: &str, sentence: &str) -> Kind {
    let says = |words: &str| sentence.contains(words);
    match code {
        // EC2's words for a session that is over; those for a clock that is off go on with the date of the request.
        "RequestExpired" if sentence == "Request has expired." => Kind::Rejected,
        "RequestExpired" | "RequestTimeTooSkewed" | "RequestInTheFuture" => Kind::ClockSkew,
        _ if says("Signature expired") || says("Signature not yet current") => Kind::ClockSkew,
        "ExpiredTokenException"
        | "ExpiredToken"
        | "UnrecognizedClientException"
        | "InvalidSignatureException"
        | "SignatureDoesNotMatch"
        | "InvalidClientTokenId"
        | "IncompleteSignature"
        | "MissingAuthenticationTokenException" => Kind::Rejected,
        "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => Kind::Denied,
        // EC2's words for a signature or a key that it does not know.
        "AuthFailure" | "Blocked" => Kind::Rejected,
        "ResourceNotFoundException" | "ResourceNotFound" | "NoSuchEntity" => Kind::NotFound,
        _ if code.ends_with(".NotFound") => Kind::NotFound,
        "ThrottlingException"
        | "Throttling"
        | "TooManyRequestsException"
        | "RequestLimitExceeded" => Kind::Throttled,
        "ValidationException" => Kind::Invalid,
        _ if status == 429 => Kind::Throttled,
        _ if status >= 500 => Kind::ServerFault,
        "" => Kind::NotAws,
        _ if status == 403 => Kind::Denied,
        _ => Kind::Invalid,
    }
}

/// What a call that got no answer means, read from the chain of sources.
fn kind_of_failure<E>(error: &SdkError<E, HttpResponse>) -> Kind
where
    E: StdError + 'static,
{
    use aws_credential_types::provider::error::CredentialsError;
    if find::<CredentialsError>(error).is_some() {
        return Kind::Credentials;
    }
    let text = chain_text(error);
    let io_kind = find::<io::Error>(error).map(io::Error::kind);
    match error {
        SdkError::ConstructionFailure(_) => return Kind::Credentials,
        SdkError::ResponseError(_) => return Kind::NotAws,
        SdkError::TimeoutError(_) => return Kind::Timeout,
        _ => {}
    }
    if text.contains("invalid peer certificate")
        || text.contains("TLS")
        || text.contains("received fatal alert")
        || text.contains("corrupt message")
    {
        return Kind::Tls;
    }
    if text.contains("proxy") || text.contains("tunnel") {
        return Kind::Proxy;
    }
    if text.contains("dns error") || text.contains("failed to lookup address") {
        return Kind::Name;
    }
    match io_kind {
        Some(io::ErrorKind::ConnectionRefused) => Kind::Refused,
        Some(io::ErrorKind::TimedOut) => Kind::Timeout,
        Some(io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable) => Kind::NoRoute,
        _ if matches!(error, SdkError::DispatchFailure(failure) if failure.is_timeout()) => {
            Kind::Timeout
        }
        _ => Kind::Broken,
    }
}

/// The first error of type `T` in the chain of sources.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    anyhow::Chain::new(error).find_map(|error| error.downcast_ref())
}

fn chain_text(error: &(dyn StdError + 'static)) -> String {
    anyhow::Chain::new(error)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// The innermost sentence: the outer ones say "dispatch failure".
pub(super) fn innermost(error: &(dyn StdError + 'static)) -> String {
    anyhow::Chain::new(error)
        .last()
        .map(|error| printable(&error.to_string()))
        .unwrap_or_default()
}
