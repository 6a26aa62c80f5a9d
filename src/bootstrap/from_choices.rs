//! What the choices alone say: the script of the spaces, and the stacks with all of it made by them. An export leaves it at that; the
//! decisions take out what is there.

use anyhow::Context;

use super::choices::{AttachWay, Choices, IamWay, NAMES, YesNo, role_name};
use super::names::Names;
use super::script::{BinarySource, Script};
use super::slot::App;
use super::stacks::{
    ConsumerStack, LONGEST_TOKEN, NamePattern, PackagesStack, Public, PublisherRole,
};
use crate::check::catalogue::bucket;

/// What may come from outside.
pub fn public(choices: &Choices) -> Public {
    match choices.public.as_deref() {
        Some("none") => Public::None,
        Some(NAMES) => Public::Only(choices.public_names.clone()),
        _ => Public::All,
    }
}

/// Where spaces get the binary.
pub fn binary_source(choices: &Choices, names: &Names) -> BinarySource {
    match &choices.binary_source {
        Some(url) => BinarySource::S3(url.clone()),
        None => BinarySource::Repository(names.binary_repository.clone()),
    }
}

/// What spaces start with; `previous_sha256` is the binary that they run until they have the new one.
pub fn script(
    choices: &Choices,
    names: &Names,
    region: &str,
    previous_sha256: Option<String>,
) -> Script {
    Script {
        domain: names.domain.clone(),
        domain_owner: names.owner.clone(),
        repository: names.repository.clone(),
        region: region.to_owned(),
        api_endpoint: None,
        repository_endpoint: None,
        duration_seconds: choices
            .longest_token
            .filter(|seconds| *seconds < LONGEST_TOKEN),
        binary_source: binary_source(choices, names),
        binary: names.binary.clone(),
        previous_sha256,
    }
}

/// The stack of the packages.
///
/// # Errors
/// When a flag is wrong.
pub fn packages(
    choices: &Choices,
    names: &Names,
    region: &str,
    public: Public,
) -> anyhow::Result<PackagesStack> {
    let trusted = &choices.publisher_role_trust;
    let publisher_role = (!trusted.is_empty()).then(|| PublisherRole {
        name: format!("{}-publisher", names.base),
        trusted: trusted.clone(),
        permissions_boundary: choices.permissions_boundary.clone(),
    });
    Ok(PackagesStack {
        region: region.to_owned(),
        owner: names.owner.clone(),
        domain: names.domain.clone(),
        has_domain: true,
        kms_key_arn: choices.kms_key_arn.clone(),
        repository: names.repository.clone(),
        has_repository: true,
        pypi_store: names.pypi_store.clone(),
        npm_store: names.npm_store.clone(),
        has_pypi_store: true,
        has_npm_store: true,
        binary_repository: names.binary_repository.clone(),
        has_binary_repository: true,
        readers: choices.readers.clone(),
        organization: choices.organization.clone(),
        publishers: choices.publishers.clone(),
        internal: choices.internal.iter().cloned().map(NamePattern).collect(),
        public,
        vpc_ids: choices.reader_vpc_ids.clone(),
        publisher_role,
        tags: choices.tag_map()?,
    })
}

/// The stack of the spaces; `script` is what they start with.
///
/// # Errors
/// When a flag is wrong.
pub fn consumer(
    choices: &Choices,
    names: &Names,
    region: &str,
    account: &str,
    script: &str,
) -> anyhow::Result<ConsumerStack> {
    let has_lifecycle = choices.attach != Some(AttachWay::None);
    let roles = choices.role_arn.iter();
    let roles = roles.map(|arn| role_name(arn).map(str::to_owned));
    Ok(ConsumerStack {
        region: region.to_owned(),
        account: account.to_owned(),
        domain: names.domain.clone(),
        domain_owner: names.owner.clone(),
        repository: names.repository.clone(),
        binary_repository: names.binary_repository.clone(),
        binary_object_arn: choices.binary_object_arn(),
        asset_bucket_arn: bucket(region).map(|bucket| format!("arn:aws:s3:::{bucket}")),
        vpc_id: choices.vpc_id.clone().unwrap_or_default(),
        subnet_ids: choices.subnet_ids.clone(),
        route_table_ids: choices.route_table_ids.clone(),
        space_group_ids: choices.security_group_ids.clone(),
        endpoints: choices.wanted_endpoints()?,
        endpoint_policy: choices.endpoint_policy.unwrap_or_default(),
        other_endpoint_ids: choices.endpoint_ids.clone(),
        private_dns: true,
        role_names: roles.collect::<anyhow::Result<_>>().context("--role-arn")?,
        attach_policies: choices.iam.unwrap_or_default() == IamWay::Attach,
        longest_token: choices.longest_token,
        only_through_vpc: choices.only_through_vpc == Some(YesNo::Yes),
        name: names.base.clone(),
        lifecycle_script: has_lifecycle.then(|| script.to_owned()),
        held_lifecycles: App::ALL.into(),
        tags: choices.tag_map()?,
    })
}
