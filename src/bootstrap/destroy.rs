//! Takes a set-up away: what stood in the slots before comes back, the stacks go, the packages stay unless they shall not.

use std::collections::BTreeSet;

use anyhow::anyhow;
use serde::Serialize;
use serde_json::Value;

use super::attach::put;
use super::collect::history;
use super::decide::is_ours;
use super::found::StackSeen;
use super::memory::Memory;
use super::names::{Names, field_key};
use super::prepare::begin;
use super::reach::Reach;
use super::slot::{Holder, Slot};
use super::stack;
use crate::aws::cloudformation::Event;
use crate::aws::{AwsError, Kind};
use crate::columns::broken;
use crate::error::{one_line, with_hint};
use crate::output::{Printer, Report};
use crate::settings::Field;

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
    pub repositories: Vec<String>,
    /// The CodeArtifact domain.
    pub domain: Option<String>,
    /// What stays.
    pub stays: Vec<String>,
    #[serde(skip)]
    consumer: Option<StackSeen>,
    #[serde(skip)]
    packages: Option<StackSeen>,
    #[serde(skip)]
    names: Names,
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

impl Report for Destruction {
    fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |mark: &str, what: &str| {
            text += &broken(&one_line(what), &format!("{mark:<10}"), "          ", "");
        };
        for slot in &self.slots {
            let back = match (&slot.back, &slot.gone) {
                (Some(arn), _) => format!("{arn} comes back"),
                (None, Some(arn)) => format!("{arn} was there before, and was deleted since"),
                (None, None) => "nothing was there before".to_owned(),
            };
            line(
                "- detach",
                &format!("{} of {}: {back}", slot.slot, slot.studio_domain),
            );
        }
        for stack in &self.stacks {
            line("- delete", &format!("stack {stack}"));
        }
        for name in &self.lifecycles {
            line("- delete", &format!("lifecycle configuration {name}"));
        }
        for name in &self.repositories {
            line(
                "- DELETE",
                &format!("repository {name}, with every package in it"),
            );
        }
        if let Some(domain) = &self.domain {
            line("- DELETE", &format!("domain {domain}"));
        }
        for what in &self.stays {
            line("= keep", what);
        }
        text
    }
}

/// Looks at what there is.
///
/// # Errors
/// When AWS would not tell.
pub async fn survey(reach: &Reach, base: &str, with_packages: bool) -> anyhow::Result<Destruction> {
    let beginning = begin(reach, base).await?;
    let remembered = beginning.remembered();
    let setting = |field: Field| remembered.settings.get(field_key(field)).cloned();
    let mut destruction = Destruction {
        names: Names {
            base: base.to_owned(),
            domain: setting(Field::Domain).unwrap_or_default(),
            owner: setting(Field::DomainOwner).unwrap_or(beginning.account),
            ..Names::default()
        },
        ..Destruction::default()
    };
    let memory = beginning
        .consumer
        .as_ref()
        .map(|stack| stack.memory.clone());
    let history = history(reach, &destruction.names, &is_ours).await?;
    destruction.lifecycles = history.into_values().flatten().collect();
    if let Some(memory) = memory {
        destruction.slots = slots(reach, &memory).await?;
    }
    let stacks = [&beginning.consumer, &beginning.packages];
    for seen in stacks.into_iter().flatten() {
        if seen.not_ours.is_some() {
            return Err(with_hint(
                anyhow!("the stack {} is not ours", seen.stack.name),
                "--name says what this set-up is called; `aws cloudformation delete-stack` deletes what another made",
            ));
        }
        destruction.stacks.push(seen.stack.name.clone());
    }
    if let Some(seen) = &beginning.packages {
        packages(seen, with_packages, &mut destruction);
    }
    destruction.consumer = beginning.consumer;
    destruction.packages = beginning.packages;
    Ok(destruction)
}

/// Domain and repositories that the stack made: they stay behind it.
fn packages(seen: &StackSeen, with_packages: bool, destruction: &mut Destruction) {
    let mut resources: Vec<_> = seen.resources.iter().collect();
    resources.retain(|resource| resource.exists());
    // What looks into another goes before it.
    resources.sort_by_key(|resource| resource.logical_id != "Repository");
    for resource in resources {
        let name = resource
            .physical_id
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned();
        match (resource.kind.as_str(), with_packages) {
            ("AWS::CodeArtifact::Repository", true) => destruction.repositories.push(name),
            ("AWS::CodeArtifact::Domain", true) => destruction.domain = Some(name),
            ("AWS::CodeArtifact::Repository", false) => {
                destruction.stays.push(format!("repository {name}"))
            }
            ("AWS::CodeArtifact::Domain", false) => {
                destruction.stays.push(format!("domain {name}"))
            }
            _ => {}
        }
    }
}

/// The slots that ours is in: those that are remembered, and the Studio domain's own.
async fn slots(reach: &Reach, memory: &Memory) -> anyhow::Result<Vec<Detachment>> {
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
        if !lifecycle.is_some_and(|seen| is_ours(&seen)) {
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

/// A Studio domain or profile, which may be gone by now.
fn there(described: Result<Value, AwsError>) -> anyhow::Result<Option<Value>> {
    match described {
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        described => described.map(Some).map_err(AwsError::into_hinted),
    }
}

/// Takes it away: what names a thing goes before the thing.
///
/// # Errors
/// At the first step that fails; the same command again goes on from there.
pub async fn carry_out(
    reach: &Reach,
    destruction: &Destruction,
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
        // Something of another's names it: theirs to change.
        deleted.map_err(AwsError::into_hinted)?;
    }
    // Before their stack, which alone knows what it made: a run that is killed between the two finds them again.
    let names = &destruction.names;
    let registry = reach.registry(&names.domain, &names.owner);
    for name in &destruction.repositories {
        let deleted = registry.delete_repository(name).await;
        deleted.map_err(AwsError::into_hinted)?;
    }
    if destruction.domain.is_some() {
        let deleted = registry.delete_domain().await;
        deleted.map_err(AwsError::into_hinted)?;
    }
    if let Some(seen) = &destruction.packages {
        let role = seen.stack.role_arn.as_deref();
        stack::delete(reach, &seen.stack, role, tell).await?;
    }
    Ok(())
}
