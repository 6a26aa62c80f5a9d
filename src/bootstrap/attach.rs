//! Puts our lifecycle configuration into the slots of a Studio domain: one leaf at a time, read back and compared.

use std::time::{Duration, Instant};

use anyhow::anyhow;
use serde_json::Value;

use super::decide::{AttachVerb, Attachment};
use super::reach::Reach;
use super::slot::{Holder, Slot};
use crate::aws::AwsError;
use crate::error::with_hint;

/// A Studio domain takes an update some seconds.
const LIMIT: Duration = Duration::from_secs(300);
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(3);

/// Fills the slots of `attachments` that have something else. Each lifecycle configuration must hold `script`: a name proves nothing.
///
/// # Errors
/// At the first slot that cannot be filled, or where AWS changed more than was asked.
pub async fn attach(
    reach: &Reach,
    studio: &str,
    attachments: &[Attachment],
    script: &str,
    tell: &mut dyn FnMut(&Slot),
) -> anyhow::Result<()> {
    let moving = attachments.iter();
    for attachment in moving.filter(|one| one.verb != AttachVerb::Keep) {
        let after = attachment.after.as_deref();
        if let (AttachVerb::Attach, Some(arn)) = (attachment.verb, after) {
            same_content(reach, arn, script).await?;
        }
        let expected = Some(attachment.before.as_deref());
        put(reach, studio, &attachment.slot, expected, after).await?;
        tell(&attachment.slot);
    }
    Ok(())
}

/// That the lifecycle configuration of this ARN holds `script`.
async fn same_content(reach: &Reach, arn: &str, script: &str) -> anyhow::Result<()> {
    let name = arn.rsplit('/').next().unwrap_or_default();
    let seen = reach.sagemaker.lifecycle(name).await;
    let wanted = aws_smithy_types::base64::encode(script);
    match seen.map_err(AwsError::into_hinted)? {
        Some(seen) if seen.content == wanted => Ok(()),
        Some(_) => Err(with_hint(
            anyhow!(
                "the lifecycle configuration {name} holds another script than its name stands for"
            ),
            "somebody made it anew: CloudTrail's CreateStudioLifecycleConfig says who; delete it, and type the command again",
        )),
        None => Err(with_hint(
            anyhow!("there is no lifecycle configuration {name}"),
            "`studio-mirror bootstrap apply` makes it",
        )),
    }
}

/// Puts `arn`, or nothing, into `slot`, where `expected` must be now; `None` expects nothing in particular.
///
/// # Errors
/// When something else is there by now, AWS refuses, or changed more than was asked.
pub async fn put(
    reach: &Reach,
    studio: &str,
    slot: &Slot,
    expected: Option<Option<&str>>,
    arn: Option<&str>,
) -> anyhow::Result<()> {
    let before = in_service(reach, studio, slot).await?;
    let now = slot.arn(&before);
    if now.as_deref() == arn {
        return Ok(());
    }
    if let Some(expected) = expected
        && now.as_deref() != expected
    {
        let now = now.as_deref().unwrap_or("nothing");
        return Err(with_hint(
            anyhow!("{slot} has {now} since this run began: somebody else changed it"),
            "look at it, and type the command again",
        ));
    }
    let changed = slot.update(arn);
    let done = match &slot.holder {
        Holder::Profile(name) => reach.sagemaker.update_profile(studio, name, changed).await,
        _ => reach.sagemaker.update_domain(studio, changed).await,
    };
    done.map_err(AwsError::into_hinted)?;
    let after = in_service(reach, studio, slot).await?;
    if slot.arn(&after).as_deref() != arn {
        return Err(with_hint(
            anyhow!(
                "SageMaker took the update of {slot}, and shows {} in it",
                slot.arn(&after).as_deref().unwrap_or("nothing")
            ),
            "look at who changes it at the same time, and type the command again",
        ));
    }
    let (was, is) = (slot.rest_of(&before), slot.rest_of(&after));
    if was != is {
        return Err(with_hint(
            anyhow!(
                "with {slot} something else of the Studio domain changed: {}",
                differing(&was, &is)
            ),
            "somebody changed it at the same time, or AWS did: compare `aws sagemaker describe-domain` with what you know",
        ));
    }
    Ok(())
}

/// The members at the top in which two answers differ.
fn differing(was: &Value, is: &Value) -> String {
    let empty = serde_json::Map::new();
    let (was, is) = (
        was.as_object().unwrap_or(&empty),
        is.as_object().unwrap_or(&empty),
    );
    let mut names: Vec<&str> = was
        .keys()
        .chain(is.keys())
        .filter(|name| was.get(*name) != is.get(*name))
        .map(String::as_str)
        .collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// The domain or profile of `slot`, once no update is at work on it.
async fn in_service(reach: &Reach, studio: &str, slot: &Slot) -> anyhow::Result<Value> {
    let deadline = reach.deadline().min(Instant::now() + LIMIT);
    let mut wait = FIRST_WAIT;
    loop {
        let described = match &slot.holder {
            Holder::Profile(name) => reach.sagemaker.profile(studio, name).await,
            _ => reach.sagemaker.domain_as_it_is(studio).await,
        };
        let described = described.map_err(AwsError::into_hinted)?;
        let status = described["Status"].as_str().unwrap_or("InService");
        match status {
            "InService" => return Ok(described),
            "Updating" | "Pending" if Instant::now() + wait < deadline => {}
            _ => {
                let why = described["FailureReason"].as_str().unwrap_or_default();
                return Err(with_hint(
                    anyhow!("{slot}: the Studio domain or profile is {status} {why}"),
                    "wait until `aws sagemaker describe-domain` shows InService, and type the command again",
                ));
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}
