//! Lifecycle configurations of the past: kept while anything names them, and the last two that were attached always.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::before::standing;
use super::names::Names;
use super::prepare::Prepared;
use super::reach::Reach;
use crate::aws::{AwsError, LifecycleConfig};
use crate::output::Printer;

/// This one and the one before stay, to go back to.
const KEPT: usize = 2;

/// Those of the lifecycle configurations with our names that have a rank, by app, the greatest first.
///
/// # Errors
/// When SageMaker would not tell.
pub async fn history(
    reach: &Reach,
    names: &Names,
    rank: &dyn Fn(&LifecycleConfig) -> Option<usize>,
) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let sagemaker = &reach.sagemaker;
    let listed = sagemaker.lifecycles(&names.base).await;
    let mut ranked = Vec::new();
    for name in listed.map_err(AwsError::into_hinted)? {
        if !names.is_lifecycle(&name) {
            continue;
        }
        let seen = sagemaker.lifecycle(&name).await;
        if let Some(seen) = seen.map_err(AwsError::into_hinted)?
            && let Some(rank) = rank(&seen)
        {
            ranked.push((rank, seen.app, name));
        }
    }
    ranked.sort_by_key(|(rank, ..)| Reverse(*rank));
    let mut history: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, app, name) in ranked {
        history.entry(app).or_default().push(name);
    }
    Ok(history)
}

/// Deletes what was attached before the last two, stood nowhere when this run began and is named by nothing; SageMaker itself refuses
/// what something names.
///
/// # Errors
/// When SageMaker would not tell or delete.
pub async fn collect(reach: &Reach, prepared: &Prepared, printer: Printer) -> anyhow::Result<()> {
    let Prepared {
        found,
        names,
        memory,
        ..
    } = prepared;
    let held = found.consumer_stack.as_ref();
    let stood: Vec<String> = found.studio.iter().flat_map(standing).collect();
    // What somebody else put there under our name is not counted, and not ours to delete.
    for (_, all) in history(reach, names, &|seen| memory.attached(seen)).await? {
        for name in all.into_iter().skip(KEPT) {
            let is_it = |arn: &String| arn.rsplit('/').next() == Some(&name);
            if stood.iter().any(is_it) || held.is_some_and(|stack| stack.made(&name)) {
                continue;
            }
            let deleted = reach.sagemaker.delete_lifecycle(&name).await;
            if deleted.map_err(AwsError::into_hinted)? {
                printer.detail(&format!("deleted the old lifecycle configuration {name}"));
            }
        }
    }
    Ok(())
}
