//! Lifecycle configurations of the past: kept while anything names them, and the last two always.

use std::collections::BTreeMap;

use super::found::Found;
use super::names::Names;
use super::reach::Reach;
use crate::aws::{AwsError, LifecycleConfig};
use crate::output::Printer;

/// This one and the one before stay, to go back to.
const KEPT: usize = 2;

/// Those of the lifecycle configurations with our names that are meant, by app, the newest first.
///
/// # Errors
/// When SageMaker would not tell.
pub async fn history(
    reach: &Reach,
    names: &Names,
    is_meant: &dyn Fn(&LifecycleConfig) -> bool,
) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let sagemaker = &reach.sagemaker;
    let listed = sagemaker.lifecycles(&names.base).await;
    let mut history: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for name in listed.map_err(AwsError::into_hinted)? {
        if !names.is_lifecycle(&name) {
            continue;
        }
        let seen = sagemaker.lifecycle(&name).await;
        if let Some(seen) = seen.map_err(AwsError::into_hinted)?.filter(is_meant) {
            history.entry(seen.app).or_default().push(name);
        }
    }
    Ok(history)
}

/// Deletes what is older than the last two and named by nothing; SageMaker itself refuses what something names.
///
/// # Errors
/// When SageMaker would not tell or delete.
pub async fn collect(
    reach: &Reach,
    names: &Names,
    (found, script): (&Found, &str),
    printer: Printer,
) -> anyhow::Result<()> {
    let held = found.consumer_stack.as_ref();
    let mut memory = held.map(|stack| stack.memory.clone()).unwrap_or_default();
    memory.attach(script);
    // What somebody else put there under our name is not counted, and not ours to delete.
    for (_, all) in history(reach, names, &|seen| memory.attached(seen)).await? {
        for name in all.into_iter().skip(KEPT) {
            if held.is_some_and(|stack| stack.made(&name)) {
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
