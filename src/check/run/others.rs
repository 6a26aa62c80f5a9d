//! The repositories beside the first (`[[repository]]`). Those of other domains and regions need a token of their own each,
//! and are read with it.

use futures_util::future::join_all;

use super::Run;
use super::packages::probe;
use crate::check::catalogue::{READ, REPOSITORIES};
use crate::check::evidence::{OtherRepository, Outcome, Refusal};
use crate::check::probes::aws;
use crate::check::probes::http::Credentials;
use crate::endpoint::{Format, RepositoryEndpoint};
use crate::token::TokenRequest;

/// One of them.
#[derive(Clone, Debug)]
pub struct OtherTarget {
    /// Its token.
    pub request: TokenRequest,
    /// Its name.
    pub repository: String,
    /// The format that a tool reads it in.
    pub format: Format,
    /// Where it is, if that is known without asking.
    pub endpoint: Option<RepositoryEndpoint>,
}

impl Run<'_> {
    /// Those of the same domain that AWS does not know: a login leaves them out, and their host answers as one
    /// that lacks the package.
    pub(super) async fn unknown(&self) -> Vec<(String, Refusal)> {
        let targets = &self.plan.targets;
        let is_first = |at: usize| {
            let mut before = targets[..at].iter();
            before.all(|target| target.repository != targets[at].repository)
        };
        let others = (1..targets.len())
            .filter(|at| is_first(*at))
            .map(|at| async move {
                let target = &targets[at];
                let asked = aws::endpoint(
                    self.request,
                    &target.repository,
                    target.format,
                    self.plan.endpoint_type,
                    self.way.deadline,
                );
                Some((target.repository.clone(), asked.await.err()?))
            });
        join_all(others).await.into_iter().flatten().collect()
    }

    /// Asks for each one's token and reads it.
    pub(super) async fn others(&self) -> Vec<OtherRepository> {
        let looks = self.plan.others.iter().map(|target| async {
            let TokenRequest {
                domain,
                owner,
                region,
                ..
            } = &target.request;
            OtherRepository {
                domain: domain.clone(),
                owner: owner.clone(),
                region: region.clone(),
                repository: target.repository.clone(),
                path: probe(target.format),
                outcome: self.other(target).await,
            }
        });
        join_all(looks).await
    }

    async fn other(&self, target: &OtherTarget) -> Outcome {
        let deadline = self.way.deadline;
        let token = match aws::token(&target.request, deadline).await {
            Ok((_, token)) => token,
            Err(refusal) => return Outcome::Refused(refusal),
        };
        let endpoint = match &target.endpoint {
            Some(known) => known.clone(),
            None => {
                let asked = aws::endpoint(
                    &target.request,
                    &target.repository,
                    target.format,
                    self.plan.endpoint_type,
                    deadline,
                );
                match asked.await {
                    Ok(endpoint) => endpoint,
                    Err(refusal) => return Outcome::Refused(refusal),
                }
            }
        };
        let page = format!("{}{}", endpoint.url(), probe(target.format));
        let fetch = self.way.fetch(
            &page,
            Credentials::Token(&token),
            false,
            &REPOSITORIES,
            READ,
        );
        match fetch.await {
            Some((_, Some(answer))) => Outcome::Answered(answer),
            Some((host, None)) => Outcome::Unreached(Box::new(host)),
            None => Outcome::Answered(crate::check::evidence::Answer::NotHttp),
        }
    }
}
