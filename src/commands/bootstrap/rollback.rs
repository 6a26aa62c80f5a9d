//! `bootstrap rollback`: the lifecycle configuration before the last, attached again.

use std::process::ExitCode;

use anyhow::anyhow;

use super::ask;
use crate::aws::{self, AwsError};
use crate::bootstrap::attach::put;
use crate::bootstrap::collect::history;
use crate::bootstrap::names::Names;
use crate::bootstrap::prepare::begin;
use crate::bootstrap::reach::Reach;
use crate::bootstrap::slot::Slot;
use crate::cli::RollbackArgs;
use crate::commands::session::Session;
use crate::error::with_hint;

/// Does it.
pub fn run(session: &Session, reach: &Reach, args: &RollbackArgs) -> anyhow::Result<ExitCode> {
    aws::block_on(async {
        let names = Names {
            base: args.which.name.clone(),
            ..Names::default()
        };
        let beginning = begin(reach, &names.base).await?;
        let memory = beginning
            .consumer
            .map(|stack| stack.memory)
            .unwrap_or_default();
        let Some(studio) = memory.choices.studio_domain_id.clone() else {
            return Err(with_hint(
                anyhow!("the stack {} attached nothing", names.consumer_stack()),
                "`studio-mirror bootstrap plan` shows what there is",
            ));
        };
        let history = history(reach, &names, &|seen| memory.attached(seen)).await?;
        let mut moves = Vec::new();
        for slot in memory.replaced.keys().filter_map(|key| Slot::of_key(key)) {
            let described = match &slot.holder {
                crate::bootstrap::slot::Holder::Profile(name) => {
                    reach.sagemaker.profile(&studio, name).await
                }
                _ => reach.sagemaker.domain_as_it_is(&studio).await,
            };
            let described = described.map_err(AwsError::into_hinted)?;
            let Some(now) = slot.arn(&described) else {
                continue;
            };
            let (place, name) = now.rsplit_once('/').unwrap_or_default();
            let all = history.get(slot.app.as_str());
            let before = all.and_then(|all| {
                let at = all.iter().position(|known| known == name)?;
                all.get(at + 1)
            });
            if let Some(before) = before {
                moves.push((slot, now.clone(), format!("{place}/{before}")));
            }
        }
        if moves.is_empty() {
            return Err(with_hint(
                anyhow!("there is no lifecycle configuration before the one that is attached"),
                "`studio-mirror bootstrap destroy` takes it away altogether",
            ));
        }
        for (slot, now, before) in &moves {
            session
                .printer
                .note(&format!("{slot}: {before} (now {now})"));
        }
        ask("Attach these?", args.yes)?;
        for (slot, now, before) in &moves {
            put(reach, &studio, slot, Some(Some(now)), Some(before)).await?;
        }
        session.printer.note("spaces that start from now on run the version before; the next `bootstrap apply` attaches the new one again");
        Ok(ExitCode::SUCCESS)
    })
}
