//! Where a login's repositories are read: AWS is asked once a repository, whatever number of formats its tools want.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};

use super::targets::Wanted;
use crate::aws::CodeArtifact;
use crate::endpoint::{EndpointType, Format, RepositoryEndpoint};
use crate::error::with_hint;

/// The endpoints of one repository, in the order of `formats`.
///
/// # Errors
/// An [`AwsError`](crate::aws::AwsError) that says why there is none, or what is wrong with the address that was set.
pub async fn of_repository(
    api: &CodeArtifact,
    formats: &BTreeMap<Format, &Wanted>,
    kind: EndpointType,
) -> anyhow::Result<Vec<RepositoryEndpoint>> {
    let mut answered: Option<RepositoryEndpoint> = None;
    let mut endpoints = Vec::with_capacity(formats.len());
    for (&format, &wanted) in formats {
        if let Some(known) = known(wanted, format)? {
            endpoints.push(known);
            continue;
        }
        let answer = match answered.as_ref().and_then(|one| one.in_format(format)) {
            Some(other_format) => other_format,
            None => {
                let Wanted {
                    repository,
                    request,
                    ..
                } = wanted;
                api.repository_endpoint(request, &repository.name, format, kind)
                    .await?
            }
        };
        endpoints.push(as_set(wanted, format, &answer)?);
        answered.get_or_insert(answer);
    }
    Ok(endpoints)
}

/// The endpoint that need not be asked for: remembered, or the VPC endpoint's address is set and the owner known.
fn known(wanted: &Wanted, format: Format) -> anyhow::Result<Option<RepositoryEndpoint>> {
    if let Some(known) = &wanted.endpoint {
        return Ok(Some(known.clone()));
    }
    let base = wanted.repository.repository_endpoint.as_deref();
    match (base, wanted.request.owner.as_deref()) {
        (Some(base), Some(owner)) => behind(base, wanted, format, owner).map(Some),
        _ => Ok(None),
    }
}

/// AWS's answer, or the endpoint behind the address that is set, for the owner whom the answer names.
fn as_set(
    wanted: &Wanted,
    format: Format,
    answer: &RepositoryEndpoint,
) -> anyhow::Result<RepositoryEndpoint> {
    let Some(base) = wanted.repository.repository_endpoint.as_deref() else {
        return Ok(answer.clone());
    };
    let owner = answer.owner().ok_or_else(|| {
        with_hint(
            anyhow!(
                "the owner of the domain {} is not known",
                wanted.request.domain
            ),
            "give --domain-owner ACCOUNT",
        )
    })?;
    behind(base, wanted, format, owner)
}

fn behind(
    base: &str,
    wanted: &Wanted,
    format: Format,
    owner: &str,
) -> anyhow::Result<RepositoryEndpoint> {
    let domain = &wanted.request.domain;
    RepositoryEndpoint::behind(base, format, domain, owner, &wanted.repository.name)
        .with_context(|| format!("the repository endpoint `{base}` cannot be used"))
}
