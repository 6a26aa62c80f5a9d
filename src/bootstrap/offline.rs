//! The stacks as flags alone say them: for an export, which asks nobody.

use super::chosen;
use super::decide::Parts;
use super::names::Names;
use super::prepare::{Told, public, source};
use super::publish::Content;
use super::script::Script;
use super::stacks::{ConsumerStack, PackagesStack};
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
    let choices = told.choices.over(&super::choices::Choices::default());
    let region = settings.require(Field::Region)?.to_owned();
    let owner = match choices.settings.get("domain-owner") {
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
    let packages = chosen::packages(&choices, &names, &region, public(&choices))?;
    let consumer = chosen::consumer(&choices, &names, &region, &owner, &script.text()?)?;
    Ok((
        parts.packages.then_some(packages),
        parts.consumer.then_some(consumer),
    ))
}
