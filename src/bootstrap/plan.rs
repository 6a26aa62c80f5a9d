//! The plan: what would happen, from the decisions and from CloudFormation's own change sets.

use serde::Serialize;

use super::cost::{Cost, cost};
use super::decide::{AttachVerb, Attachment, ByHand, Decision, Item, Verb, is_of_ours};
use super::drift::Drift;
use super::found::{Found, StackSeen};
use super::memory::Memory;
use super::names::Names;
use super::script::Pinned;
use super::slot::Slot;
use super::stack::Proposed;
use super::template::is_memory;
use crate::aws::cloudformation::Change;

/// What would happen.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Plan {
    /// What it comes to.
    pub outcome: Outcome,
    /// The account.
    pub account: String,
    /// Who asked.
    pub caller: String,
    /// The region.
    pub region: String,
    /// The CodeArtifact domain, as `owner/name`.
    pub domain: String,
    /// The Studio domain, if one was named.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub studio_domain: Option<String>,
    /// The stacks.
    pub stacks: Vec<StackPlan>,
    /// What is kept, reused, refused.
    pub items: Vec<Item>,
    /// The binary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binary: Option<BinaryPlan>,
    /// The lifecycle configuration's slots.
    pub attachments: Vec<Attachment>,
    /// Who else will notice.
    pub affected: Vec<String>,
    /// What others have to do.
    pub by_hand: Vec<ByHand>,
    /// What is no longer as it was made.
    pub drift: Drift,
    /// What it costs a month.
    pub cost: Cost,
    /// Whether a question follows, so that nobody has to be told what to type.
    #[serde(skip)]
    pub is_asked: bool,
}

/// What a plan comes to, the gravest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Something stands in the way.
    Refused,
    /// Something was changed by hand.
    Drift,
    /// There is something to do.
    Changes,
    /// Everything is as it should be.
    #[default]
    NoChange,
}

impl Outcome {
    /// The exit code of `bootstrap plan`.
    pub fn exit_code(self) -> u8 {
        match self {
            Outcome::NoChange => 0,
            Outcome::Refused => 1,
            Outcome::Changes => 3,
            Outcome::Drift => 4,
        }
    }
}

/// What happens to a stack.
#[derive(Clone, Debug, Default, Serialize)]
pub struct StackPlan {
    /// Its name.
    pub name: String,
    /// Its status now; empty if it is not there.
    pub status: String,
    /// What happens.
    pub verb: StackVerb,
    /// What CloudFormation would do, by its change set.
    pub changes: Vec<Change>,
    /// Whether it remembers something else from then on.
    pub remembers: bool,
}

/// What happens to a stack as a whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StackVerb {
    /// It is made.
    Create,
    /// What is left of a failed creation is deleted, and it is made anew.
    CreateAnew,
    /// It is changed.
    Change,
    /// It is as it should be.
    #[default]
    Keep,
}

/// What happens to the binary's package.
#[derive(Clone, Debug, Serialize)]
pub struct BinaryPlan {
    /// Its repository, or `s3://…`.
    pub source: String,
    /// The binary.
    #[serde(flatten)]
    pub binary: Pinned,
    /// Whether it is to be published by this run.
    pub is_published_now: bool,
    /// Whether it was seen there. Nobody looks into S3, nor where another account does not let us.
    pub is_seen: bool,
}

impl StackPlan {
    /// From the stack that is there and the change set.
    pub fn new(name: &str, seen: Option<&StackSeen>, proposed: Option<&Proposed>) -> Self {
        let status = seen.map(|seen| seen.stack.status.clone());
        let changes = proposed.map(|proposed| proposed.changes.clone());
        let mut changes = changes.unwrap_or_default();
        let verb = match (seen, proposed) {
            (_, None) => StackVerb::CreateAnew,
            (_, Some(proposed)) if proposed.is_new => StackVerb::Create,
            _ if changes.is_empty() => StackVerb::Keep,
            _ => StackVerb::Change,
        };
        let all = changes.len();
        changes.retain(|change| !is_memory(&change.kind));
        Self {
            name: name.to_owned(),
            status: status.unwrap_or_default(),
            verb,
            remembers: changes.len() < all,
            changes,
        }
    }
}

impl Plan {
    /// Without stacks, which CloudFormation adds to.
    pub fn new(decision: &Decision, found: &Found, names: &Names) -> Self {
        let mut plan = Self {
            account: found.account.clone(),
            caller: found.caller.clone(),
            region: found.region.clone(),
            domain: format!("{}/{}", names.owner, names.domain),
            studio_domain: found.studio.as_ref().map(|studio| studio.id.clone()),
            items: decision.items.clone(),
            attachments: decision.attachments.clone(),
            affected: decision.affected.clone(),
            by_hand: decision.by_hand.clone(),
            cost: cost(decision.packages.as_ref(), decision.consumer.as_ref()),
            ..Self::default()
        };
        plan.judge();
        plan
    }

    /// Says what it comes to.
    pub fn judge(&mut self) {
        let refuses = |item: &Item| item.verb == Verb::Refuse;
        let attaches = |attachment: &Attachment| attachment.verb != AttachVerb::Keep;
        self.outcome = if self.items.iter().any(refuses) {
            Outcome::Refused
        } else if !self.drift.is_none() {
            Outcome::Drift
        } else if self
            .stacks
            .iter()
            .any(|stack| stack.verb != StackVerb::Keep)
            || self
                .binary
                .as_ref()
                .is_some_and(|binary| binary.is_published_now)
            || self.attachments.iter().any(attaches)
        {
            Outcome::Changes
        } else {
            Outcome::NoChange
        };
    }
}

/// What the stack of the spaces is to remember, after what it remembers now.
pub fn remember(before: &Memory, now: Memory, attachments: &[Attachment], found: &Found) -> Memory {
    let mut memory = now;
    memory.replaced.clone_from(&before.replaced);
    if let Some(studio) = &found.studio {
        // Nothing comes back to a profile that is gone.
        memory.replaced.retain(|key, _| match Slot::of_key(key) {
            Some(slot) => studio.has(&slot),
            None => true,
        });
    }
    let attached = attachments.iter();
    for attachment in attached.filter(|one| one.verb != AttachVerb::Restore) {
        let was = attachment.before.as_deref().unwrap_or_default();
        // What is ours now hides what was there before us; that stays remembered.
        if was.is_empty() || !is_of_ours(was, found) {
            memory
                .replaced
                .insert(attachment.slot.key(), was.to_owned());
        }
    }
    memory
}
