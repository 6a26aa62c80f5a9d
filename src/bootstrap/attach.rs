//! Puts our lifecycle configuration into the slots of a Studio domain: one leaf at a time, read back and compared.

use std::time::{Duration, Instant};

use anyhow::anyhow;
use serde_json::Value;

use super::decide::{AttachVerb, Attachment};
use super::reach::Reach;
use super::slot::{Holder, Slot};
use crate::aws::{AwsError, Kind};
use crate::error::with_hint;
use crate::output::Printer;

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
    printer: Printer,
) -> anyhow::Result<()> {
    let moving = attachments.iter();
    for attachment in moving.filter(|one| one.verb != AttachVerb::Keep) {
        let after = attachment.after.as_deref();
        if let (AttachVerb::Attach, Some(arn)) = (attachment.verb, after) {
            same_content(reach, arn, script).await?;
        }
        let expected = Some(attachment.before.as_deref());
        let slot = &attachment.slot;
        put(reach, studio, slot, expected, after, printer).await?;
        printer.detail(&format!("attached to {slot}"));
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
                "the lifecycle configuration {name} does not hold the script that its name stands for"
            ),
            "somebody made it again: CloudTrail's CreateStudioLifecycleConfig says who; delete it, and type the command again",
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
    printer: Printer,
) -> anyhow::Result<()> {
    let changed = slot.update(arn);
    let deadline = reach.deadline().min(Instant::now() + LIMIT);
    let before = loop {
        let before = settled(reach, studio, slot, deadline, printer).await?;
        if is_done(slot, &before, expected, arn)? {
            return Ok(());
        }
        let change = changed.clone();
        let done = match &slot.holder {
            Holder::Profile(name) => reach.sagemaker.update_profile(studio, name, change).await,
            _ => reach.sagemaker.update_domain(studio, change).await,
        };
        match done {
            Ok(()) => break before,
            // Somebody else's update came first.
            Err(error) if error.says("ResourceInUse") && Instant::now() < deadline => {
                tokio::time::sleep(LONGEST_WAIT).await;
            }
            Err(error) => return Err(error.into_hinted()),
        }
    };
    let after = settled(reach, studio, slot, deadline, printer).await?;
    as_asked(slot, &before, &after, arn)
}

/// A Studio domain or profile, which may be gone by now.
pub(super) fn there(described: Result<Value, AwsError>) -> anyhow::Result<Option<Value>> {
    match described {
        Err(error) if error.kind == Kind::NotFound => Ok(None),
        described => described.map(Some).map_err(AwsError::into_hinted),
    }
}

/// Whether `arn` is in the slot already; what is there else must be what is expected.
fn is_done(
    slot: &Slot,
    described: &Value,
    expected: Option<Option<&str>>,
    arn: Option<&str>,
) -> anyhow::Result<bool> {
    let now = slot.arn(described);
    let now = now.as_deref();
    if now == arn {
        return Ok(true);
    }
    match expected {
        Some(expected) if now != expected => Err(with_hint(
            anyhow!(
                "{slot} has {} since this run began: somebody else changed it",
                now.unwrap_or("nothing")
            ),
            "look at it, and type the command again",
        )),
        _ => Ok(false),
    }
}

/// That the slot has `arn` now, and nothing else is different.
fn as_asked(slot: &Slot, before: &Value, after: &Value, arn: Option<&str>) -> anyhow::Result<()> {
    if let Some(why) = failure(after) {
        return Err(with_hint(
            anyhow!("SageMaker could not change {slot}: {why}"),
            "mend the cause, and type the command again",
        ));
    }
    if slot.arn(after).as_deref() != arn {
        return Err(with_hint(
            anyhow!(
                "SageMaker accepted the update of {slot}, but shows {} there",
                slot.arn(after).as_deref().unwrap_or("nothing")
            ),
            "look at who changes it at the same time, and type the command again",
        ));
    }
    let (was, is) = (slot.rest_of(before), slot.rest_of(after));
    if was != is {
        return Err(with_hint(
            anyhow!(
                "the update of {slot} changed more of the Studio domain: {}",
                differing(&was, &is)
            ),
            "somebody changed it at the same time, or AWS did: compare `aws sagemaker describe-domain` with what you know",
        ));
    }
    Ok(())
}

/// Why the last update failed, if it did. Another one can be made then.
fn failure(described: &Value) -> Option<&str> {
    let has_failed = described["Status"] == "Update_Failed";
    has_failed.then(|| {
        described["FailureReason"]
            .as_str()
            .unwrap_or("it does not say why")
    })
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

/// The domain or profile of `slot`, once no update is at work on it: until then AWS refuses another.
async fn settled(
    reach: &Reach,
    studio: &str,
    slot: &Slot,
    deadline: Instant,
    printer: Printer,
) -> anyhow::Result<Value> {
    let mut wait = FIRST_WAIT;
    loop {
        let described = match &slot.holder {
            Holder::Profile(name) => reach.sagemaker.profile(studio, name).await,
            _ => reach.sagemaker.domain_as_it_is(studio).await,
        };
        let described = described.map_err(AwsError::into_hinted)?;
        let status = described["Status"].as_str().unwrap_or("InService");
        match status {
            "InService" | "Update_Failed" => return Ok(described),
            "Updating" | "Pending" if Instant::now() + wait < deadline => {
                // Our own updates take less.
                if wait == LONGEST_WAIT {
                    printer.note(&format!(
                        "{slot}: the Studio domain or profile is {status}; waiting until that is over"
                    ));
                }
            }
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
