//! The stacks as flags alone say them: for an export, which asks nobody.

use anyhow::Context;

use super::choices::{AttachWay, IamWay, YesNo, role_name};
use super::decide::Parts;
use super::names::Names;
use super::prepare::{Told, chosen_now, public, source};
use super::publish::Content;
use super::script::Script;
use super::slot::App;
use super::stacks::{ConsumerStack, NamePattern, PackagesStack, PublisherRole};
use crate::check::catalogue::bucket;
use crate::settings::{Field, Settings};

/// What is asked for, all of it made by the stacks: nothing is known of what is there.
///
/// # Errors
/// When a flag is wrong, the region or the owner is not named, or the binary is none for spaces.
pub fn stacks(
    told: &Told,
    settings: &Settings,
) -> anyhow::Result<(Option<PackagesStack>, Option<ConsumerStack>)> {
    let content = Content::read(told.binary.as_deref())?;
    let choices = chosen_now(told)?.over(&super::choices::Choices::default());
    let region = settings.require(Field::Region)?.to_owned();
    let owner = match told.flags.get("domain-owner") {
        Some(owner) => owner.clone(),
        None => settings.require(Field::DomainOwner)?.to_owned(),
    };
    let names = Names::of(
        &told.base,
        &choices,
        settings,
        &owner,
        content.binary.clone(),
    );
    let parts = told.parts.unwrap_or(Parts {
        packages: true,
        consumer: true,
    });
    let role = |trusted: Vec<String>| PublisherRole {
        name: format!("{}-publisher", names.base),
        trusted,
        permissions_boundary: choices.permissions_boundary.clone(),
    };
    let trusted = choices.publisher_role_trust.clone();
    let packages = PackagesStack {
        region: region.clone(),
        owner: owner.clone(),
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
        public: public(&choices),
        vpc_ids: choices.reader_vpc_ids.clone(),
        publisher_role: (!trusted.is_empty()).then(|| role(trusted)),
        tags: choices.tag_map()?,
    };
    let script = Script {
        domain: names.domain.clone(),
        domain_owner: owner.clone(),
        repository: names.repository.clone(),
        region: region.clone(),
        api_endpoint: None,
        repository_endpoint: None,
        binary_source: source(&choices, &names),
        binary: content.binary.clone(),
        previous_sha256: None,
    };
    let has_lifecycle = choices.attach != Some(AttachWay::None);
    let roles = choices
        .role_arn
        .iter()
        .map(|arn| role_name(arn).map(str::to_owned));
    let consumer = ConsumerStack {
        asset_bucket_arn: bucket(&region).map(|bucket| format!("arn:aws:s3:::{bucket}")),
        region,
        account: owner.clone(),
        domain: names.domain.clone(),
        domain_owner: owner,
        repository: names.repository.clone(),
        binary_repository: names.binary_repository.clone(),
        vpc_id: choices.vpc_id.clone().unwrap_or_default(),
        subnet_ids: choices.subnet_ids.clone(),
        route_table_ids: choices.route_table_ids.clone(),
        space_group_ids: choices.security_group_ids.clone(),
        endpoints: choices.wanted_endpoints()?,
        endpoint_policy: choices.endpoint_policy.unwrap_or_default(),
        other_endpoint_ids: Vec::new(),
        private_dns: true,
        role_names: roles.collect::<anyhow::Result<_>>().context("--role-arn")?,
        attach_policies: choices.iam.unwrap_or_default() == IamWay::Attach,
        longest_token: choices.longest_token,
        only_through_vpc: choices.only_through_vpc == Some(YesNo::Yes),
        name: names.base.clone(),
        lifecycle_script: match has_lifecycle {
            true => Some(script.text()?),
            false => None,
        },
        held_lifecycles: App::ALL.into(),
        tags: choices.tag_map()?,
    };
    Ok((
        parts.packages.then_some(packages),
        parts.consumer.then_some(consumer),
    ))
}
