//! `bootstrap destroy`: detached, the stacks deleted, the packages kept.

use std::process::ExitCode;

use anyhow::anyhow;

use super::{announce, conclude, settle, teller};
use crate::aws;
use crate::bootstrap::destroy::{Destruction, carry_out, survey};
use crate::bootstrap::reach::Reach;
use crate::cli::DestroyArgs;
use crate::commands::session::Session;
use crate::error::with_hint;

/// Does it.
pub fn run(session: &Session, reach: &Reach, args: &DestroyArgs) -> anyhow::Result<ExitCode> {
    aws::block_on(async {
        let printer = session.printer;
        settle(reach, &args.which.name, printer).await?;
        let mut destruction: Destruction =
            survey(reach, &args.which.name, args.delete_packages).await?;
        if destruction.is_nothing() {
            return Err(with_hint(
                anyhow!(
                    "this account has no stacks of the name {} in this region",
                    args.which.name
                ),
                "look at `--name`, `--region` and `--profile`",
            ));
        }
        announce(printer, &destruction, args.yes)?;
        carry_out(reach, &mut destruction, printer, &mut teller(printer)).await?;
        conclude(printer, &destruction)?;
        if !destruction.in_use.is_empty() {
            printer.warning(&format!(
                "still in use, so it is still there: {}. An app that runs holds a lifecycle configuration until it ends; a Studio domain \
                 or user profile that names it starts its spaces with it (`aws sagemaker describe-domain`, `describe-user-profile`). \
                 When nothing does any more, the same command again takes it away",
                destruction.in_use.join(", ")
            ));
            return Ok(ExitCode::FAILURE);
        }
        printer.note("done: spaces start without it from now on; homes keep the login until somebody types `studio-mirror logout` there");
        Ok(ExitCode::SUCCESS)
    })
}
