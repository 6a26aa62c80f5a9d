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
    /// Why CloudFormation could not look at everything.
    pub not_looked_at: Vec<String>,
}

impl Drift {
    /// Whether nothing differs, as far as it was looked at.
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
        let was_attached = |attachment: &&Attachment| {
            let key = attachment.slot.key();
            memory.is_some_and(|memory| memory.replaced.contains_key(&key))
        };
        let slots = attachments
            .iter()
            .filter(|attachment| attachment.verb == AttachVerb::Attach)
            .filter(was_attached)
            .filter(|attachment| {
                let now = attachment.before.as_deref();
                now.is_none_or(|arn| !is_of_ours(arn, found))
            })
            .map(|attachment| attachment.slot.to_string())
            .collect();
        Self {
            slots,
            binary: published.is_some_and(|now| lost_binary(found, now)),
            ..Self::default()
        }
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

/// Whether the binary of this version was published by this set-up, and is no longer what it was.
fn lost_binary(found: &Found, now: &Pinned) -> bool {
    let stack = found.packages_stack.as_ref();
    let known = stack.and_then(|stack| stack.memory.binary.as_ref());
    // Another version is not drift, but something to do.
    known == Some(now) && found.packages.binary.as_ref() != known
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
