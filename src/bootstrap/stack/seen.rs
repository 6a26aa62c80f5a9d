//! What happens to a stack, as its events tell it: each told once, and what failed first kept.

use std::collections::BTreeSet;

use anyhow::anyhow;

use super::{STUCK, unstick};
use crate::aws::AwsError;
use crate::aws::cloudformation::{Event, Stack};
use crate::bootstrap::reach::Reach;
use crate::error::with_hint;

/// The events that were told.
#[derive(Default)]
pub(super) struct Seen {
    ids: BTreeSet<String>,
    failures: Vec<String>,
}

impl Seen {
    pub(super) async fn skip_all(&mut self, reach: &Reach, stack: &str) -> anyhow::Result<()> {
        let events = reach.cloudformation.events(stack).await;
        let events = events.map_err(AwsError::into_hinted)?;
        self.ids.extend(events.into_iter().map(|event| event.id));
        Ok(())
    }

    pub(super) async fn tell(
        &mut self,
        reach: &Reach,
        stack: &str,
        tell: &mut dyn FnMut(&Event),
    ) -> anyhow::Result<()> {
        let events = reach.cloudformation.events(stack).await;
        let events = events.map_err(AwsError::into_hinted)?;
        for event in events.into_iter().rev() {
            if !self.ids.insert(event.id.clone()) {
                continue;
            }
            // What was cancelled failed because of another. The stack's own failure may say nothing.
            let tells = !event.reason.is_empty() && !event.reason.contains("cancelled");
            if event.is_failure() && tells {
                self.failures.push(format!(
                    "{} ({}): {}",
                    event.logical_id, event.kind, event.reason
                ));
            }
            tell(&event);
        }
        Ok(())
    }

    /// Why a stack is not as it should be.
    pub(super) fn failure(&self, reach: &Reach, stack: &Stack) -> anyhow::Error {
        let why = match self.failures.first() {
            Some(first) => first.clone(),
            None => stack.reason.clone(),
        };
        let hint = match stack.status.as_str() {
            STUCK => unstick(reach, stack),
            "DELETE_FAILED" => "what could not be deleted is still there, and the stack with it; mend the cause, and type the same command again".to_owned(),
            _ => "CloudFormation has taken back what this run did; mend the cause, and type the same command again".to_owned(),
        };
        let error = anyhow!(why).context(format!("the stack {} is {}", stack.name, stack.status));
        with_hint(error, hint)
    }
}
