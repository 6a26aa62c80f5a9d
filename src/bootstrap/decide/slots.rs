//! The slots of a Studio domain: which get our lifecycle configuration, and which are somebody else's.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Decision, Wanted};
use crate::aws::LifecycleConfig;
use crate::bootstrap::choices::AttachWay;
use crate::bootstrap::found::{Found, StudioSeen};
use crate::bootstrap::script::MARK;
use crate::bootstrap::slot::{App, Holder, Slot};
use crate::bootstrap::stacks::ConsumerStack;
use crate::bootstrap::template::{LifecycleConfiguration, lifecycle_configurations};

/// What happens to a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttachVerb {
    /// It gets our lifecycle configuration.
    Attach,
    /// It has it.
    Keep,
    /// It gets back what was there: a canary has served.
    Restore,
}

/// One slot's part of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// Which.
    pub slot: Slot,
    /// What happens.
    pub verb: AttachVerb,
    /// The ARN in it now.
    pub before: Option<String>,
    /// The ARN to be in it; `None` for nothing.
    pub after: Option<String>,
    /// Whether what is in it now is somebody else's.
    pub replaces_another: bool,
}

pub(super) fn decide(
    wanted: &Wanted<'_>,
    found: &Found,
    stack: &mut ConsumerStack,
    decision: &mut Decision,
) {
    let lifecycles = lifecycle_configurations(stack);
    for lifecycle in &lifecycles {
        if is_held(lifecycle, wanted, found, decision) {
            stack.held_lifecycles.push(lifecycle.app);
        }
    }
    let arns = lifecycles.iter().map(|one| (one.app, one.arn(stack)));
    let arns: BTreeMap<App, String> = arns.collect();
    if !arns.is_empty() {
        fill(wanted, found, &arns, decision);
    }
}

/// What happens to each slot when `arns` are to be in them.
pub fn fill(
    wanted: &Wanted<'_>,
    found: &Found,
    arns: &BTreeMap<App, String>,
    decision: &mut Decision,
) {
    let Some(studio) = &found.studio else { return };
    if wanted.choices.attach.unwrap_or_default() != AttachWay::Patch {
        return;
    }
    if let Some(name) = &wanted.canary
        && !studio.profiles.contains_key(name)
    {
        decision.refuse(
            format!("user profile {name}"),
            format!("the Studio domain {} has none of this name", studio.id),
        );
        return;
    }
    let slots = match &wanted.canary {
        Some(name) => Slot::of_profile(name).to_vec(),
        None => Slot::of_domain(&studio.domain),
    };
    for slot in slots {
        let after = arns.get(&slot.app).cloned();
        one(wanted, found, studio, (slot, after), decision);
    }
    if wanted.canary.is_none() {
        of_profiles(found, studio, decision);
    }
}

fn one(
    wanted: &Wanted<'_>,
    found: &Found,
    studio: &StudioSeen,
    (slot, after): (Slot, Option<String>),
    decision: &mut Decision,
) {
    let before = slot.arn(studio.described(&slot));
    let replaces_another = before.as_ref().is_some_and(|arn| !is_of_ours(arn, found));
    if replaces_another && !wanted.replace {
        decision.refuse(
            slot.to_string(),
            format!(
                "{} is attached, and not ours: --replace attaches ours instead and remembers that one; --attach print leaves the Studio domain to you",
                before.as_deref().unwrap_or_default()
            ),
        );
        return;
    }
    decision.attachments.push(Attachment {
        verb: match before == after {
            true => AttachVerb::Keep,
            false => AttachVerb::Attach,
        },
        slot,
        before,
        after,
        replaces_another,
    });
}

/// Whether the stack is to hold it: because it does already, or because it is nowhere. One of our name with another script is refused:
/// whoever may delete and make lifecycle configurations can put it there.
fn is_held(
    lifecycle: &LifecycleConfiguration,
    wanted: &Wanted<'_>,
    found: &Found,
    decision: &mut Decision,
) -> bool {
    let LifecycleConfiguration { app, name, .. } = lifecycle;
    let Some(seen) = found.lifecycles.get(name) else {
        return true;
    };
    if seen.script().as_deref() != Some(&wanted.script) || seen.app != app.as_str() {
        decision.refuse(
            format!("lifecycle configuration {name}"),
            "it is there with another script than its name stands for: somebody made it again. Look at who, in CloudTrail \
             (CreateStudioLifecycleConfig), and delete it",
        );
    }
    let stack = found.consumer_stack.as_ref();
    stack.is_some_and(|stack| stack.made(name))
}

/// Profiles' own lifecycle configurations, which win over the domain's: a canary's ends now, another's stays.
fn of_profiles(found: &Found, studio: &StudioSeen, decision: &mut Decision) {
    let memory = found.consumer_stack.as_ref().map(|stack| &stack.memory);
    for name in studio.profiles.keys() {
        for slot in Slot::of_profile(name) {
            let Some(arn) = slot.arn(studio.described(&slot)) else {
                continue;
            };
            if !is_of_ours(&arn, found) {
                decision.affected.push(format!(
                    "{slot} has its own lifecycle configuration {arn}, which wins over the domain's: its spaces are not logged in by ours"
                ));
                continue;
            }
            let was = memory.and_then(|memory| memory.replaced.get(&slot.key()));
            decision.attachments.push(Attachment {
                verb: AttachVerb::Restore,
                before: Some(arn),
                after: was.filter(|was| !was.is_empty()).cloned(),
                replaces_another: false,
                slot,
            });
        }
    }
}

/// Whether the lifecycle configuration of this ARN is one of ours: by its name and by its script.
pub fn is_of_ours(arn: &str, found: &Found) -> bool {
    let name = arn.rsplit('/').next().unwrap_or_default();
    found
        .lifecycles
        .get(name)
        .is_some_and(|seen| seen.arn == arn && is_ours(seen))
}

/// Whether a lifecycle configuration has a script of ours.
pub fn is_ours(lifecycle: &LifecycleConfig) -> bool {
    lifecycle
        .script()
        .is_some_and(|script| script.contains(MARK))
}

/// As JSON shows it.
impl Serialize for Attachment {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut shown = serde_json::Map::new();
        let profile = match &self.slot.holder {
            Holder::Profile(name) => Value::from(name.as_str()),
            _ => Value::Null,
        };
        shown.insert("slot".to_owned(), self.slot.key().into());
        shown.insert("app".to_owned(), self.slot.app.as_str().into());
        shown.insert("profile".to_owned(), profile);
        shown.insert(
            "verb".to_owned(),
            match self.verb {
                AttachVerb::Attach => "attach".into(),
                AttachVerb::Keep => "keep".into(),
                AttachVerb::Restore => "restore".into(),
            },
        );
        shown.insert("before".to_owned(), self.before.clone().into());
        shown.insert("after".to_owned(), self.after.clone().into());
        shown.insert("replaces_another".to_owned(), self.replaces_another.into());
        shown.serialize(serializer)
    }
}
