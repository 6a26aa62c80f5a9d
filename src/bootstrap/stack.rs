//! Drives CloudFormation: a change set is made, shown, and carried out or forgotten.

mod seen;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::anyhow;

use super::found::StackSeen;
use super::reach::Reach;
use super::template::Template;
use crate::aws::AwsError;
use crate::aws::cloudformation::{Change, Event, Proposal, Stack};
use crate::error::with_hint;
use seen::Seen;

/// What our change sets' names begin with: those that a killed run left are known by it.
pub(super) const CHANGE_SET: &str = "studio-mirror-";
/// Neither the change nor its taking back went through.
const STUCK: &str = "UPDATE_ROLLBACK_FAILED";
/// CloudFormation is asked again after this long, then after twice as long, up to the longest.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// A change set that waits to be carried out.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// The stack.
    pub stack: String,
    /// The change set.
    pub name: String,
    /// Whether the stack is made by it.
    pub is_new: bool,
    /// What it would do; nothing if there is nothing to do.
    pub changes: Vec<Change>,
}

/// Polls with growing pauses until `done` gives something or time is up.
async fn until<T>(
    reach: &Reach,
    what: &str,
    mut done: impl AsyncFnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let mut wait = FIRST_WAIT;
    loop {
        if let Some(result) = done().await? {
            return Ok(result);
        }
        if Instant::now() + wait >= reach.deadline() {
            return Err(with_hint(
                anyhow!("{what} has not ended in time"),
                "CloudFormation goes on by itself; the same command, typed again, waits for it",
            ));
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// Waits for the work of an earlier run, with its events to `tell`. Gives the stack as it is then.
///
/// # Errors
/// When CloudFormation would not tell, or does not end in time.
pub async fn settled(
    reach: &Reach,
    name: &str,
    tell: &mut dyn FnMut(&Event),
) -> anyhow::Result<Option<Stack>> {
    let mut seen = Seen::default();
    until(reach, &format!("the stack {name}"), async || {
        let stack = reach.cloudformation.stack(name).await;
        let stack = stack.map_err(AwsError::into_hinted)?;
        match &stack {
            Some(stack) if stack.is_at_work() => {
                seen.tell(reach, &stack.id, tell).await?;
                Ok(None)
            }
            _ => Ok(Some(stack)),
        }
    })
    .await
}

/// That nothing is at work on the stack, and that CloudFormation would take a change of it.
///
/// # Errors
/// When a run is at work on it, or an earlier one could not be taken back.
pub fn is_free(reach: &Reach, stack: &Stack) -> anyhow::Result<()> {
    let what = format!("the stack {} is {}", stack.name, stack.status);
    if stack.is_at_work() {
        return Err(with_hint(
            anyhow!("an earlier run is still at work").context(what),
            "look again when it has ended: `studio-mirror bootstrap apply` waits for that, and shows how it goes",
        ));
    }
    if stack.status == STUCK {
        let error = anyhow!("{}", stack.reason).context(what);
        return Err(with_hint(error, unstick(reach, stack)));
    }
    Ok(())
}

/// What leads a stack out of [`STUCK`].
fn unstick(reach: &Reach, stack: &Stack) -> String {
    let region = &reach.caller.region;
    format!(
        "mend the cause, then `aws cloudformation continue-update-rollback --stack-name {} --region {region}`, then the same command again",
        stack.name
    )
}

/// Makes a change set of `template`, and waits until CloudFormation knows what it would do.
///
/// # Errors
/// When it cannot be made; CloudFormation's own reason is among the causes.
pub async fn propose(
    reach: &Reach,
    name: &str,
    existing: Option<&StackSeen>,
    template: &Template,
    tags: Vec<(String, String)>,
    role_arn: Option<String>,
) -> anyhow::Result<Proposed> {
    let is_new = existing.is_none_or(|seen| seen.stack.is_unmade());
    if existing.is_some() {
        forget_old(reach, name).await?;
    }
    let change_set = fresh_name();
    let proposal = Proposal {
        stack: name.to_owned(),
        name: change_set.clone(),
        is_new,
        body: template.body.clone(),
        parameters: template.parameters.clone(),
        tags,
        role_arn,
    };
    let cloudformation = &reach.cloudformation;
    let made = cloudformation.propose(&proposal).await;
    made.map_err(AwsError::into_hinted)?;
    let mut proposed = Proposed {
        stack: name.to_owned(),
        name: change_set,
        is_new,
        changes: Vec::new(),
    };
    let what = format!("the change set of {name}");
    let set = until(reach, &what, async || {
        let set = cloudformation.change_set(name, &proposed.name).await;
        let set = set.map_err(AwsError::into_hinted)?;
        Ok((!set.is_at_work()).then_some(set))
    });
    let set = match set.await {
        Ok(set) => set,
        Err(error) => {
            // The first trouble is the one to be told.
            let _ = forget(reach, &proposed).await;
            return Err(error);
        }
    };
    proposed.changes.clone_from(&set.changes);
    if set.status == "CREATE_COMPLETE" || set.is_empty() {
        return Ok(proposed);
    }
    forget(reach, &proposed).await?;
    Err(with_hint(
        anyhow!(set.reason).context(format!("CloudFormation cannot plan the stack {name}")),
        "the sentence above is CloudFormation's own; `bootstrap export` writes the template that it is about",
    ))
}

/// A name that no two runs share.
fn fresh_name() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let seconds = now.unwrap_or_default().as_secs();
    format!("{CHANGE_SET}{seconds}-{}", std::process::id())
}

/// Forgets what killed runs left.
async fn forget_old(reach: &Reach, stack: &str) -> anyhow::Result<()> {
    let cloudformation = &reach.cloudformation;
    let listed = cloudformation.change_sets(stack).await;
    for name in listed.map_err(AwsError::into_hinted)? {
        if name.starts_with(CHANGE_SET) {
            let forgotten = cloudformation.forget(stack, &name).await;
            forgotten.map_err(AwsError::into_hinted)?;
        }
    }
    Ok(())
}

/// Forgets a change set, and the stack too if it is but a name: nothing is left of a plan.
///
/// # Errors
/// When CloudFormation would not.
pub async fn forget(reach: &Reach, proposed: &Proposed) -> anyhow::Result<()> {
    let cloudformation = &reach.cloudformation;
    let forgotten = cloudformation.forget(&proposed.stack, &proposed.name).await;
    forgotten.map_err(AwsError::into_hinted)?;
    if !proposed.is_new {
        return Ok(());
    }
    let stack = cloudformation.stack(&proposed.stack).await;
    let stack = stack.map_err(AwsError::into_hinted)?;
    match stack.filter(Stack::is_unmade) {
        Some(stack) => delete_name(reach, &stack).await,
        None => Ok(()),
    }
}

/// Deletes a stack that is but a name: nothing happens to anything.
async fn delete_name(reach: &Reach, stack: &Stack) -> anyhow::Result<()> {
    let cloudformation = &reach.cloudformation;
    let begun = cloudformation.delete(&stack.id, None).await;
    begun.map_err(AwsError::into_hinted)?;
    until(reach, &format!("the stack {}", stack.name), async || {
        let found = cloudformation.stack(&stack.id).await;
        let found = found.map_err(AwsError::into_hinted)?;
        let is_gone = found.is_none_or(|found| found.status == "DELETE_COMPLETE");
        Ok(is_gone.then_some(()))
    })
    .await
}

/// Carries a change set out, with its events to `tell`.
///
/// # Errors
/// When it fails; the first failures of its resources are among the causes, and CloudFormation has rolled back.
pub async fn execute(
    reach: &Reach,
    proposed: &Proposed,
    tell: &mut dyn FnMut(&Event),
) -> anyhow::Result<()> {
    let cloudformation = &reach.cloudformation;
    let mut seen = Seen::default();
    seen.skip_all(reach, &proposed.stack).await?;
    let begun = cloudformation
        .execute(&proposed.stack, &proposed.name)
        .await;
    begun.map_err(AwsError::into_hinted)?;
    let stack = ended(reach, &proposed.stack, &mut seen, tell).await?;
    match stack {
        Some(stack) if matches!(stack.status.as_str(), "CREATE_COMPLETE" | "UPDATE_COMPLETE") => {
            Ok(())
        }
        Some(stack) => Err(seen.failure(reach, &stack)),
        None => Err(anyhow!("the stack {} is gone", proposed.stack)),
    }
}

/// Deletes a stack, with its events to `tell`; what it retains stays.
///
/// # Errors
/// When it fails, with the first failures of its resources among the causes.
pub async fn delete(
    reach: &Reach,
    stack: &Stack,
    role_arn: Option<&str>,
    tell: &mut dyn FnMut(&Event),
) -> anyhow::Result<()> {
    let mut seen = Seen::default();
    // By its id: a deleted stack has no name any more.
    seen.skip_all(reach, &stack.id).await?;
    let begun = reach.cloudformation.delete(&stack.id, role_arn).await;
    begun.map_err(AwsError::into_hinted)?;
    match ended(reach, &stack.id, &mut seen, tell).await? {
        Some(stack) if stack.status != "DELETE_COMPLETE" => Err(seen.failure(reach, &stack)),
        _ => Ok(()),
    }
}

async fn ended(
    reach: &Reach,
    stack: &str,
    seen: &mut Seen,
    tell: &mut dyn FnMut(&Event),
) -> anyhow::Result<Option<Stack>> {
    until(reach, &format!("the stack {stack}"), async || {
        let found = reach.cloudformation.stack(stack).await;
        let found = found.map_err(AwsError::into_hinted)?;
        if found.is_some() {
            seen.tell(reach, stack, tell).await?;
        }
        Ok(match found {
            Some(found) if found.status.ends_with("_IN_PROGRESS") => None,
            found => Some(found),
        })
    })
    .await
}
