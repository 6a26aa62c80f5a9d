//! `bootstrap rollback`: the lifecycle configuration before the last, attached again.

use std::process::ExitCode;

use anyhow::anyhow;

use super::{announce, conclude, settle};
use crate::aws;
use crate::bootstrap::names::Names;
use crate::bootstrap::reach::Reach;
use crate::bootstrap::rollback::{carry_out, survey};
use crate::cli::RollbackArgs;
use crate::commands::session::Session;
use crate::error::with_hint;

/// Does it.
pub fn run(session: &Session, reach: &Reach, args: &RollbackArgs) -> anyhow::Result<ExitCode> {
    aws::block_on(async {
        let printer = session.printer;
        let names = Names {
            base: args.which.name.clone(),
            ..Names::default()
        };
        settle(reach, &names.base, printer).await?;
        let rollback = survey(reach, &names).await?;
        if rollback.studio_domain.is_empty() {
            return Err(with_hint(
                anyhow!(
                    "no stack {} has attached a lifecycle configuration",
                    names.consumer_stack()
                ),
                "`studio-mirror bootstrap plan` shows what there is",
            ));
        }
        if rollback.slots.is_empty() {
            return Err(with_hint(
                anyhow!("there is no earlier version to attach"),
                "this version is the first, or a rollback attached it: `studio-mirror bootstrap plan` shows what is attached, `studio-mirror bootstrap destroy` detaches it",
            ));
        }
        announce(printer, &rollback, args.yes)?;
        carry_out(reach, &rollback, printer).await?;
        conclude(printer, &rollback)?;
        printer.note("spaces that start from now on run the version before; the next `studio-mirror bootstrap apply` attaches the new one again");
        Ok(ExitCode::SUCCESS)
    })
}
