//! The stacks as flags alone say them: for an export, which asks nobody.

use super::choices::{AttachWay, Choices};
use super::decide::Parts;
use super::from_choices;
use super::names::Names;
use super::prepare::Told;
use super::publish::Content;
use super::stacks::{ConsumerStack, PackagesStack};
use crate::settings::{Field, Settings};

/// The flags of `told` that say nothing to files: they are about what is there.
pub fn without_effect(told: &Told) -> Vec<&'static str> {
    let choices = &told.choices;
    let all = [
        ("--replace", told.replace),
        ("--canary", told.canary.is_some()),
        ("--studio-domain-id", choices.studio_domain_id.is_some()),
        (
            "--cloudformation-role-arn",
            choices.cloudformation_role_arn.is_some(),
        ),
        ("--attach print", choices.attach == Some(AttachWay::Print)),
    ];
    let told = all.into_iter().filter(|(_, is_told)| *is_told);
    told.map(|(flag, _)| flag).collect()
}

/// What is asked for, all of it made by the stacks: nothing is known of what is there.
///
/// # Errors
/// When a flag is wrong, the region or the owner is not named, or the binary is none for spaces.
pub fn stacks(
    told: &Told,
    settings: &Settings,
) -> anyhow::Result<(Option<PackagesStack>, Option<ConsumerStack>)> {
    let content = Content::read(told.binary.as_deref())?;
    let choices = told.choices.over(&Choices::default());
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
    let script =
        from_choices::script(&choices, &names, &region, told.previous_sha256.clone()).text()?;
    let packages =
        from_choices::packages(&choices, &names, &region, from_choices::public(&choices))?;
    let consumer = from_choices::consumer(&choices, &names, &region, &owner, &script)?;
    Ok((
        parts.packages.then_some(packages),
        parts.consumer.then_some(consumer),
    ))
}
