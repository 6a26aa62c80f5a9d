//! What is no longer as it was made: resources of the stacks, the attached slots, the published binary.

use std::time::Duration;

use serde::Serialize;

use super::decide::{AttachVerb, Attachment, is_of_ours};
use super::found::{Found, StackSeen};
use super::reach::Reach;
use super::script::Pinned;
use crate::aws::cloudformation::ResourceDrift;
use crate::error::explain;

/// CloudFormation looks at each resource in turn; a stack of ours takes it some ten seconds.
const LIMIT: Duration = Duration::from_secs(120);
const WAIT: Duration = Duration::from_millis(500);

/// Everything that differs.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Drift {
    /// Resources, by CloudFormation's own look at them.
    pub resources: Vec<ResourceDrift>,
    /// Slots that had our lifecycle configuration and have it no longer.
    pub slots: Vec<String>,
    /// Whether the binary that was published is not there, or is another one.
    pub binary: bool,
    /// What is as a run leaves it that was interrupted, and as somebody leaves it who takes something away: nobody can tell which. A run
    /// remembers before it does, so that what stood there is known even if it dies at once.
    pub unfinished: Vec<String>,
    /// Why CloudFormation could not look at everything.
    pub not_looked_at: Vec<String>,
}

impl Drift {
    /// Whether nothing was surely changed by hand, as far as it was looked at.
    pub fn is_none(&self) -> bool {
        self.resources.is_empty() && self.slots.is_empty() && !self.binary
    }

    /// What can be told without asking again; `published` is the binary that this account publishes.
    pub fn seen(found: &Found, attachments: &[Attachment], published: Option<&Pinned>) -> Self {
        let memory = found.consumer_stack.as_ref().map(|stack| &stack.memory);
        // Of a creation that failed nothing was attached.
        let memory = memory.filter(|_| {
            let stack = found.consumer_stack.as_ref();
            stack.is_some_and(|seen| !seen.stack.is_stillborn())
        });
        let stood = |attachment: &Attachment| {
            let key = attachment.slot.key();
            memory.and_then(|memory| memory.replaced.get(&key))
        };
        let holds_ours = |attachment: &Attachment| {
            let now = attachment.before.as_deref();
            now.is_some_and(|arn| is_of_ours(arn, found))
        };
        // They are filled one after the other: what comes before one with ours had ours, too.
        let filled = attachments
            .iter()
            .rposition(|one| one.verb != AttachVerb::Restore && holds_ours(one));
        let mut drift = Self::default();
        for (at, attachment) in attachments.iter().enumerate() {
            let Some(stood) = stood(attachment) else {
                continue;
            };
            if attachment.verb != AttachVerb::Attach || holds_ours(attachment) {
                continue;
            }
            let slot = attachment.slot.to_string();
            let is_as_before = attachment.before.as_deref().unwrap_or_default() == stood;
            match is_as_before && filled.is_none_or(|filled| at > filled) {
                true => drift
                    .unfinished
                    .push(format!("{slot} has not got our lifecycle configuration")),
                false => drift.slots.push(slot),
            }
        }
        match published.map_or(Binary::AsItWas, |now| binary(found, now)) {
            Binary::AsItWas => {}
            Binary::Lost => drift.binary = true,
            Binary::MaybeNeverPublished => drift
                .unfinished
                .push("the binary of this version is not published".to_owned()),
        }
        drift
    }

    /// Has CloudFormation look at what `stack` made.
    pub async fn look(&mut self, reach: &Reach, stack: &StackSeen) {
        let name = &stack.stack.name;
        if !stack.stack.takes_updates() {
            return;
        }
        match tokio::time::timeout(LIMIT, look(reach, name)).await {
            Ok(Ok((drifted, trouble))) => {
                self.resources.extend(drifted);
                self.not_looked_at.extend(trouble);
            }
            // A plan is a plan without this, too; what it lacks is said.
            Ok(Err(error)) => {
                let explained = explain(&error);
                let causes = explained.causes.join(": ");
                self.not_looked_at
                    .push(format!("{name}: {}: {causes}", explained.error));
            }
            Err(_) => self.not_looked_at.push(format!(
                "{name}: CloudFormation has not ended its drift detection"
            )),
        }
    }
}

/// What became of the binary of this version.
enum Binary {
    AsItWas,
    Lost,
    MaybeNeverPublished,
}

/// Whether the binary of this version was published by this set-up, and is no longer what it was.
fn binary(found: &Found, now: &Pinned) -> Binary {
    let remembers = |stack: &Option<StackSeen>| {
        let stack = stack.as_ref();
        stack.and_then(|stack| stack.memory.binary.as_ref()) == Some(now)
    };
    // Another version is not drift, but something to do.
    if !remembers(&found.packages_stack) || found.packages.binary.as_ref() == Some(now) {
        return Binary::AsItWas;
    }
    // The spaces' stack comes after the publication.
    match found.packages.binary.is_some() || remembers(&found.consumer_stack) {
        true => Binary::Lost,
        false => Binary::MaybeNeverPublished,
    }
}

async fn look(reach: &Reach, stack: &str) -> anyhow::Result<(Vec<ResourceDrift>, Option<String>)> {
    use crate::aws::AwsError;
    let cloudformation = &reach.cloudformation;
    let id = cloudformation.detect_drift(stack).await;
    let id = id.map_err(AwsError::into_hinted)?;
    let trouble = loop {
        let ended = cloudformation.drift_detected(&id).await;
        match ended.map_err(AwsError::into_hinted)? {
            Some(trouble) => break trouble,
            None => tokio::time::sleep(WAIT).await,
        }
    };
    let drifted = cloudformation.drifted(stack).await;
    Ok((drifted.map_err(AwsError::into_hinted)?, trouble))
}
