//! What a login asks: a token, and where a repository is.

use super::{Call, Outcome, epoch};
use crate::endpoints::{self, EndpointType, Named};
use crate::tokens;
use serde_json::json;
use std::time::Instant;

impl Call<'_> {
    pub(super) fn get_authorization_token(&self) -> Outcome {
        let (domain, owner) = self.domain();
        let principal = &self.caller.principal;
        let left = principal
            .expires_at()
            .map(|at| at - self.shared.clocks.signing_now());
        let duration = self.input.get("durationSeconds").map(ToString::to_string);
        let life = tokens::life(duration.as_deref(), left)?;
        self.permit(&self.domain_arn())?;
        let service = (
            "sts:AWSServiceName",
            "codeartifact.amazonaws.com".to_owned(),
        );
        let seconds = ("sts:DurationSeconds", life.whole_seconds().to_string());
        self.permit_action("sts:GetServiceBearerToken", "*", &[service, seconds])?;
        self.find_domain()?;
        self.shared.tokens.spend_quota(Instant::now())?;
        let now = self.shared.clocks.token_now();
        let minted = self
            .shared
            .tokens
            .mint(domain, owner, &principal.arn, life, now);
        let expiration = epoch(minted.expires_at);
        Ok(json!({ "authorizationToken": minted.token, "expiration": expiration }).into())
    }

    pub(super) fn get_repository_endpoint(&self) -> Outcome {
        let kind = match self.optional("endpointType") {
            Some("dualstack") => EndpointType::DualStack,
            _ => EndpointType::Ipv4,
        };
        self.permit(&self.repository_arn())?;
        let repository = self.find_repository("repository")?;
        let named = Named {
            domain: &repository.domain,
            owner: &repository.owner,
            region: &self.caller.region,
            repository: &repository.name,
            format: self.text("format").parse()?,
        };
        let endpoint = endpoints::repository(self.shared.style, self.arrival, kind, named);
        Ok(json!({ "repositoryEndpoint": endpoint }).into())
    }
}
