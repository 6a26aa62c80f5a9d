//! CodeArtifact's control plane: GetAuthorizationToken, GetRepositoryEndpoint, DescribeDomain.

use crate::account::{Domain, no_domain};
use crate::connection::Arrival;
use crate::credentials::Caller;
use crate::endpoints::{self, EndpointType, Named};
use crate::error::{AwsError, respond};
use crate::faults::Action;
use crate::names;
use crate::route::Operation;
use crate::shared::Shared;
use crate::signature::{Refusal, Request};
use crate::tokens;
use axum::response::Response;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::time::Instant;
use time::OffsetDateTime;

/// Answers a signed call.
pub(crate) fn answer(
    shared: &Shared,
    operation: Operation,
    arrival: Arrival,
    request: Request<'_>,
    fault: Option<&Action>,
) -> Response {
    let answer = caller(shared, request, fault).and_then(|caller| {
        let call = Call {
            shared,
            arrival,
            caller: &caller,
            fault,
            query: parameters(request.query),
        };
        match operation {
            Operation::GetAuthorizationToken => call.get_authorization_token(),
            Operation::GetRepositoryEndpoint => call.get_repository_endpoint(),
            Operation::DescribeDomain => call.describe_domain(),
            Operation::Unknown => Err(AwsError::unknown_operation()),
        }
    });
    match answer {
        Ok(body) => respond(200, "application/json", body.to_string()),
        Err(error) => error.into_rest_json(),
    }
}

fn caller(
    shared: &Shared,
    request: Request<'_>,
    fault: Option<&Action>,
) -> Result<Caller, AwsError> {
    let now = shared.clocks.signing_now();
    let regions = shared.regions(request.headers);
    let caller = shared
        .credentials
        .authenticate(request, "codeartifact", &regions, now);
    if matches!(fault, Some(Action::Expired)) {
        return Err(refusal(Refusal::Expired));
    }
    caller.map_err(refusal)
}

/// How a REST-JSON service words a refused signature.
fn refusal(refusal: Refusal) -> AwsError {
    match refusal {
        Refusal::Missing => AwsError::new(
            403,
            "MissingAuthenticationTokenException",
            "Missing Authentication Token",
        ),
        Refusal::Incomplete(message) => AwsError::new(403, "IncompleteSignatureException", message),
        Refusal::UnknownKey => AwsError::new(
            403,
            "UnrecognizedClientException",
            "The security token included in the request is invalid.",
        ),
        Refusal::Expired => AwsError::new(
            403,
            "ExpiredTokenException",
            "The security token included in the request is expired",
        ),
        Refusal::Wrong(message) => AwsError::new(403, "InvalidSignatureException", message),
    }
}

/// The parameters of a query string; of a repeated one the last.
fn parameters(query: &str) -> HashMap<String, String> {
    url::form_urlencoded::parse(query.as_bytes())
        .into_owned()
        .collect()
}

struct Call<'a> {
    shared: &'a Shared,
    arrival: Arrival,
    caller: &'a Caller,
    fault: Option<&'a Action>,
    query: HashMap<String, String>,
}

impl Call<'_> {
    fn get_authorization_token(&self) -> Result<Value, AwsError> {
        let (domain, owner) = self.domain()?;
        let left = self
            .caller
            .principal
            .expires_at()
            .map(|at| at - self.shared.clocks.signing_now());
        let life = tokens::life(self.query.get("duration").map(String::as_str), left)?;
        self.permit("GetAuthorizationToken", &self.arn("domain", domain, &owner))?;
        self.find(domain, &owner)?;
        self.shared.tokens.spend_quota(Instant::now())?;
        let now = self.shared.clocks.token_now();
        let minted = self
            .shared
            .tokens
            .mint(domain, &owner, &self.caller.principal.arn, life, now);
        Ok(json!({ "authorizationToken": minted.token, "expiration": epoch(minted.expires_at) }))
    }

    fn get_repository_endpoint(&self) -> Result<Value, AwsError> {
        let (domain, owner) = self.domain()?;
        let repository = self.required("repository")?;
        names::check_repository(repository)?;
        let format = self.required("format")?.parse()?;
        let kind = match self.query.get("endpointType").map(String::as_str) {
            None | Some("ipv4") => EndpointType::Ipv4,
            Some("dualstack") => EndpointType::DualStack,
            Some(other) => {
                let rule = "Member must satisfy enum value set: [dualstack, ipv4]";
                return Err(names::refused(other, "endpointType", rule));
            }
        };
        self.permit(
            "GetRepositoryEndpoint",
            &self.arn("repository", &format!("{domain}/{repository}"), &owner),
        )?;
        let region = &self.find(domain, &owner)?.region;
        let account = &self.shared.catalogue.account;
        account.repository(domain, &owner, repository)?;
        let named = Named {
            domain,
            owner: &owner,
            region,
            repository,
            format,
        };
        let endpoint = endpoints::repository(self.shared.style, self.arrival, kind, named);
        Ok(json!({ "repositoryEndpoint": endpoint }))
    }

    fn describe_domain(&self) -> Result<Value, AwsError> {
        let (name, owner) = self.domain()?;
        let arn = self.arn("domain", name, &owner);
        self.permit("DescribeDomain", &arn)?;
        let domain = self.find(name, &owner)?;
        let region = &domain.region;
        Ok(json!({ "domain": {
            "name": domain.name,
            "owner": domain.owner,
            "arn": arn,
            "status": "Active",
            "createdTime": epoch(domain.created),
            "encryptionKey": format!("arn:aws:kms:{region}:{owner}:key/11111111-2222-3333-4444-555555555555"),
            "repositoryCount": self.shared.catalogue.account.repository_count(name),
            "assetSizeBytes": 0,
            "s3BucketArn": format!("arn:aws:s3:::assets-444455556666-{region}"),
        }}))
    }

    /// The domain asked for, and its owner: the caller's account when none is named.
    fn domain(&self) -> Result<(&str, String), AwsError> {
        let domain = self.required("domain")?;
        names::check_domain(domain)?;
        let owner = self
            .query
            .get("domain-owner")
            .unwrap_or(&self.caller.principal.account)
            .clone();
        names::check_owner(&owner)?;
        Ok((domain, owner))
    }

    /// A domain of the region that was asked.
    fn find(&self, name: &str, owner: &str) -> Result<&Domain, AwsError> {
        let domain = self.shared.catalogue.account.domain(name, owner)?;
        match domain.region == self.caller.region {
            true => Ok(domain),
            false => Err(no_domain(name, owner)),
        }
    }

    fn required(&self, name: &str) -> Result<&str, AwsError> {
        self.query.get(name).map(String::as_str).ok_or_else(|| {
            AwsError::validation(format!(
                "1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    fn arn(&self, kind: &str, path: &str, owner: &str) -> String {
        format!(
            "arn:aws:codeartifact:{}:{owner}:{kind}/{path}",
            self.caller.region
        )
    }

    /// Policies allow everything that no fault denies.
    fn permit(&self, operation: &str, resource: &str) -> Result<(), AwsError> {
        let Some(Action::Deny { layer }) = self.fault else {
            return Ok(());
        };
        let action = format!("codeartifact:{operation}");
        Err(AwsError::access_denied(layer.sentence(
            &self.caller.principal.arn,
            &action,
            resource,
        )))
    }
}

/// The wire form of a timestamp: seconds since 1970, with milliseconds.
fn epoch(at: OffsetDateTime) -> f64 {
    (at.unix_timestamp_nanos() / 1_000_000) as f64 / 1e3
}
