//! The slots of a Studio domain: which get our lifecycle configuration, and which are somebody else's.

use serde::Serialize;
use serde_json::Value;

use super::{Decision, Wanted};
use crate::aws::LifecycleConfig;
use crate::bootstrap::choices::AttachWay;
use crate::bootstrap::found::{Found, StudioSeen};
use crate::bootstrap::names::Names;
use crate::bootstrap::slot::{App, Holder, Slot};

/// A line that every script of ours has, and by which it is known as ours.
pub const MARK: &str = "studio-mirror for a SageMaker Studio space";

/// What happens to a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AttachVerb {
    /// It gets our lifecycle configuration.
    Attach,
    /// It has it.
    Keep,
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
    /// The ARN to be in it.
    pub after: String,
    /// Whether what is in it now is somebody else's.
    pub replaces_another: bool,
}

pub(super) fn decide(wanted: &Wanted<'_>, found: &Found, decision: &mut Decision) {
    for app in App::ALL {
        impostor(wanted, found, app, decision);
    }
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
        one(wanted, found, studio, slot, decision);
    }
    if wanted.canary.is_none() {
        overrides(found, studio, decision);
    }
}

fn one(
    wanted: &Wanted<'_>,
    found: &Found,
    studio: &StudioSeen,
    slot: Slot,
    decision: &mut Decision,
) {
    let name = wanted.names.lifecycle(slot.app, &wanted.script);
    let after = Names::lifecycle_arn(&found.region, &found.account, &name);
    let before = slot.arn(studio.described(&slot));
    let replaces_another = before.as_ref().is_some_and(|arn| !is_of_ours(arn, found));
    if replaces_another && !wanted.replace {
        decision.refuse(
            slot.to_string(),
            format!(
                "{} is there, and not ours: --replace puts ours in its place and remembers it; --attach print leaves the Studio domain to you",
                before.as_deref().unwrap_or_default()
            ),
        );
        return;
    }
    decision.attachments.push(Attachment {
        verb: match before.as_ref() == Some(&after) {
            true => AttachVerb::Keep,
            false => AttachVerb::Attach,
        },
        slot,
        before,
        after,
        replaces_another,
    });
}

/// One of our name, but with another script: whoever may delete and make lifecycle configurations can put it there.
fn impostor(wanted: &Wanted<'_>, found: &Found, app: App, decision: &mut Decision) {
    let name = wanted.names.lifecycle(app, &wanted.script);
    let Some(seen) = found.lifecycles.get(&name) else {
        return;
    };
    if script_of(seen).as_deref() != Some(&wanted.script) || seen.app != app.as_str() {
        decision.refuse(
            format!("lifecycle configuration {name}"),
            "it is there with another script than its name stands for: somebody made it anew. Look at who, in CloudTrail \
             (CreateStudioLifecycleConfig), and delete it",
        );
    }
}

/// Profiles whose own lifecycle configuration wins over the domain's.
fn overrides(found: &Found, studio: &StudioSeen, decision: &mut Decision) {
    for name in studio.profiles.keys() {
        for slot in Slot::of_profile(name) {
            let Some(arn) = slot.arn(studio.described(&slot)) else {
                continue;
            };
            let whose = match is_of_ours(&arn, found) {
                true => "a canary's: `bootstrap attach --end-canary` takes it away",
                false => "which wins over the domain's: its spaces get no packages by ours",
            };
            decision.affected.push(format!("{slot} has its own, {arn}, {whose}"));
        }
    }
}

/// Whether the lifecycle configuration of this ARN is one of ours: by its name and by its script.
pub fn is_of_ours(arn: &str, found: &Found) -> bool {
    let name = arn.rsplit('/').next().unwrap_or_default();
    found.lifecycles.get(name).is_some_and(|seen| seen.arn == arn && is_ours(seen))
}

/// Whether a lifecycle configuration has a script of ours.
pub fn is_ours(lifecycle: &LifecycleConfig) -> bool {
    script_of(lifecycle).is_some_and(|script| script.contains(MARK))
}

/// Its script.
fn script_of(lifecycle: &LifecycleConfig) -> Option<String> {
    let bytes = aws_smithy_types::base64::decode(&lifecycle.content).ok()?;
    String::from_utf8(bytes).ok()
}

/// What stands in each slot that ours replaces, for [`crate::bootstrap::memory::Memory::replaced`].
pub fn replaced(attachments: &[Attachment], found: &Found) -> impl Iterator<Item = (String, String)> {
    attachments
        .iter()
        .filter(|attachment| {
            let before = attachment.before.as_ref();
            before.is_none_or(|arn| !is_of_ours(arn, found))
        })
        .map(|attachment| {
            let before = attachment.before.clone().unwrap_or_default();
            (attachment.slot.key(), before)
        })
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
        shown.insert("verb".to_owned(), match self.verb {
            AttachVerb::Attach => "attach".into(),
            AttachVerb::Keep => "keep".into(),
        });
        shown.insert("before".to_owned(), self.before.clone().into());
        shown.insert("after".to_owned(), self.after.as_str().into());
        shown.insert("replaces_another".to_owned(), self.replaces_another.into());
        shown.serialize(serializer)
    }
}
