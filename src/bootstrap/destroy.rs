//! Takes a set-up away: what was attached before is attached again, the stacks go, the packages stay unless they shall not.

mod made;
mod show;

pub use made::Made;

use std::collections::BTreeSet;

use anyhow::anyhow;
use serde::Serialize;

use super::attach::{put, there};
use super::collect::history;
use super::decide::is_ours;
use super::found::StackSeen;
use super::memory::Memory;
use super::names::Names;
use super::prepare::begin;
use super::reach::Reach;
use super::slot::{Holder, Slot};
use super::stack;
use crate::aws::AwsError;
use crate::aws::cloudformation::Event;
use crate::error::with_hint;
use crate::output::Printer;

/// What would be taken away.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Destruction {
    /// Slots that ours is in, with what comes back; empty for nothing.
    pub slots: Vec<Detachment>,
    /// Stacks, in the order in which they go.
    pub stacks: Vec<String>,
    /// Lifecycle configurations of ours, which the stacks keep.
    pub lifecycles: Vec<String>,
    /// Repositories, with every package in them.
    pub repositories: Vec<Made>,
    /// The CodeArtifact domain.
    pub domain: Option<Made>,
    /// What stays.
    pub stays: Vec<String>,
    /// Those of the lifecycle configurations that something still used when they were to go.
    pub in_use: Vec<String>,
    #[serde(skip)]
    consumer: Option<StackSeen>,
    #[serde(skip)]
    packages: Option<StackSeen>,
}

/// A slot that is emptied or gets back what it had.
#[derive(Clone, Debug, Serialize)]
pub struct Detachment {
    /// Its key.
    pub slot: String,
    /// Its Studio domain.
    pub studio_domain: String,
    /// What is in it now.
    pub now: String,
    /// What comes back.
    pub back: Option<String>,
    /// What was there before, and was deleted since: it cannot come back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gone: Option<String>,
}

impl Destruction {
    /// Whether there is nothing of ours.
    pub fn is_nothing(&self) -> bool {
        self.stacks.is_empty() && self.slots.is_empty() && self.lifecycles.is_empty()
    }
}

/// Looks at what there is.
///
/// # Errors
/// When AWS would not tell.
pub async fn survey(reach: &Reach, base: &str, with_packages: bool) -> anyhow::Result<Destruction> {
    let beginning = begin(reach, base).await?;
    let names = Names {
        base: base.to_owned(),
        ..Names::default()
    };
    let stacks = [&beginning.consumer, &beginning.packages];
    let stacks = stacks.into_iter().flatten();
    if let Some(seen) = stacks.clone().find(|seen| seen.not_ours.is_some()) {
        return Err(with_hint(
            anyhow!("the stack {} is not ours", seen.stack.name),
            "--name says what this set-up is called; `aws cloudformation delete-stack` deletes what another made",
        ));
    }
    let history = history(reach, &names, &|seen| is_ours(seen).then_some(0)).await?;
    let mut destruction = Destruction {
        stacks: stacks.map(|seen| seen.stack.name.clone()).collect(),
        lifecycles: history.into_values().flatten().collect(),
        ..Destruction::default()
    };
    if let Some(seen) = &beginning.consumer {
        destruction.slots = slots(reach, &names, &seen.memory).await?;
    }
    if let Some(seen) = &beginning.packages {
        for made in made::by(seen, &beginning.account, &reach.caller.region)? {
            match (&made.repository, with_packages) {
                (_, false) => destruction.stays.push(made.kept()),
                (Some(_), true) => destruction.repositories.push(made),
                (None, true) => destruction.domain = Some(made),
            }
        }
    }
    destruction.consumer = beginning.consumer;
    destruction.packages = beginning.packages;
    Ok(destruction)
}

/// The slots that ours is in: those that are remembered, and the Studio domain's own.
async fn slots(reach: &Reach, names: &Names, memory: &Memory) -> anyhow::Result<Vec<Detachment>> {
    let Some(studio) = &memory.choices.studio_domain_id else {
        return Ok(Vec::new());
    };
    let Some(domain) = there(reach.sagemaker.domain_as_it_is(studio).await)? else {
        return Ok(Vec::new());
    };
    let remembered = memory.replaced.keys();
    let mut all: BTreeSet<Slot> = remembered.filter_map(|key| Slot::of_key(key)).collect();
    all.extend(Slot::of_domain(&domain));
    let mut detachments = Vec::new();
    for slot in all {
        let described = match &slot.holder {
            Holder::Profile(name) => there(reach.sagemaker.profile(studio, name).await)?,
            _ => Some(domain.clone()),
        };
        let Some(now) = described.and_then(|described| slot.arn(&described)) else {
            continue;
        };
        let name = now.rsplit('/').next().unwrap_or_default();
        let lifecycle = reach.sagemaker.lifecycle(name).await;
        let lifecycle = lifecycle.map_err(AwsError::into_hinted)?;
        if !lifecycle.is_some_and(|seen| names.is_lifecycle(name) && is_ours(&seen)) {
            continue;
        }
        let back = memory.replaced.get(&slot.key());
        let (mut back, mut gone) = (back.filter(|back| !back.is_empty()).cloned(), None);
        if let Some(arn) = &back {
            let name = arn.rsplit('/').next().unwrap_or_default();
            let lifecycle = reach.sagemaker.lifecycle(name).await;
            // No space shall name what is not there any more.
            if lifecycle.map_err(AwsError::into_hinted)?.is_none() {
                gone = back.take();
            }
        }
        detachments.push(Detachment {
            slot: slot.key(),
            studio_domain: studio.clone(),
            now,
            back,
            gone,
        });
    }
    Ok(detachments)
}

/// Takes it away: what names a thing goes before the thing.
///
/// # Errors
/// At the first step that fails; the same command again goes on from there.
pub async fn carry_out(
    reach: &Reach,
    destruction: &mut Destruction,
    printer: Printer,
    tell: &mut dyn FnMut(&Event),
) -> anyhow::Result<()> {
    for one in &destruction.slots {
        let Some(slot) = Slot::of_key(&one.slot) else {
            continue;
        };
        put(
            reach,
            &one.studio_domain,
            &slot,
            Some(Some(&one.now)),
            one.back.as_deref(),
            printer,
        )
        .await?;
    }
    if let Some(seen) = &destruction.consumer {
        let role = seen.stack.role_arn.as_deref();
        stack::delete(reach, &seen.stack, role, tell).await?;
    }
    for name in &destruction.lifecycles {
        let deleted = reach.sagemaker.delete_lifecycle(name).await;
        if !deleted.map_err(AwsError::into_hinted)? {
            destruction.in_use.push(name.clone());
        }
    }
    // Before their stack, which alone knows what it made: a run that is killed between the two finds them again.
    for made in destruction.repositories.iter().chain(&destruction.domain) {
        let registry = reach.registry(&made.domain, &made.owner);
        let deleted = match &made.repository {
            Some(name) => registry.delete_repository(name).await,
            None => registry.delete_domain().await,
        };
        deleted.map_err(AwsError::into_hinted)?;
    }
    if let Some(seen) = &destruction.packages {
        let role = seen.stack.role_arn.as_deref();
        stack::delete(reach, &seen.stack, role, tell).await?;
    }
    Ok(())
}
