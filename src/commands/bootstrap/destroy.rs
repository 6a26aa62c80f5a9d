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
        let destruction: Destruction =
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
        carry_out(reach, &destruction, printer, &mut teller(printer)).await?;
        conclude(printer, &destruction)?;
        printer.note("done: spaces start without it from now on; homes keep the login until somebody types `studio-mirror logout` there");
        Ok(ExitCode::SUCCESS)
    })
}
