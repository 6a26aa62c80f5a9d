//! Takes the last version back: the lifecycle configuration before it is attached again.

use serde::Serialize;

use super::attach::{put, there};
use super::collect::history;
use super::names::Names;
use super::prepare::begin;
use super::reach::Reach;
use super::slot::{Holder, Slot};
use crate::columns::broken;
use crate::error::one_line;
use crate::output::{Printer, Report};

/// What goes back to the version before.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Rollback {
    /// The Studio domain; empty if nothing was attached to one.
    pub studio_domain: String,
    /// Its slots.
    pub slots: Vec<Return>,
}

/// A slot that goes back.
#[derive(Clone, Debug, Serialize)]
pub struct Return {
    /// Its key.
    pub slot: String,
    /// What is in it when the command begins.
    pub before: String,
    /// What is in it afterwards.
    pub after: String,
    #[serde(skip)]
    place: Slot,
}

impl Report for Rollback {
    fn text(&self) -> String {
        let lines = self.slots.iter().map(|one| {
            let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
            let (after, before) = (name(&one.after), name(&one.before));
            let line = format!("{}: {after} (now {before})", one.place);
            broken(&one_line(&line), "+ attach  ", "          ", "")
        });
        lines.collect()
    }
}

/// Looks for what there was before. Only what has the last version goes back, to the one that was attached before it: typed again, after a
/// kill perhaps, it goes no further.
///
/// # Errors
/// When AWS would not tell.
pub async fn survey(reach: &Reach, names: &Names) -> anyhow::Result<Rollback> {
    let beginning = begin(reach, &names.base).await?;
    let memory = beginning.consumer.map(|stack| stack.memory);
    let memory = memory.unwrap_or_default();
    let Some(studio) = memory.choices.studio_domain_id.clone() else {
        return Ok(Rollback::default());
    };
    let history = history(reach, names, &|seen| memory.attached(seen)).await?;
    let mut slots = Vec::new();
    for place in memory.replaced.keys().filter_map(|key| Slot::of_key(key)) {
        let described = match &place.holder {
            Holder::Profile(name) => reach.sagemaker.profile(&studio, name).await,
            _ => reach.sagemaker.domain_as_it_is(&studio).await,
        };
        // A canary's profile may be gone.
        let Some(now) = there(described)?.and_then(|described| place.arn(&described)) else {
            continue;
        };
        let (prefix, name) = now.rsplit_once('/').unwrap_or_default();
        let known = history.get(place.app.as_str()).map(Vec::as_slice);
        let Some([newest, older, ..]) = known else {
            continue;
        };
        if name == newest {
            slots.push(Return {
                slot: place.key(),
                after: format!("{prefix}/{older}"),
                before: now,
                place,
            });
        }
    }
    Ok(Rollback {
        slots,
        studio_domain: studio,
    })
}

/// Does it.
///
/// # Errors
/// At the first slot that cannot be filled; the same command again goes on from there.
pub async fn carry_out(reach: &Reach, rollback: &Rollback, printer: Printer) -> anyhow::Result<()> {
    for one in &rollback.slots {
        let now = Some(Some(one.before.as_str()));
        put(
            reach,
            &rollback.studio_domain,
            &one.place,
            now,
            Some(&one.after),
            printer,
        )
        .await?;
    }
    Ok(())
}
