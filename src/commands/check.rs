//! `check`: what is broken, and how to mend it.

mod plan;
mod unsettled;
mod vpc;

use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::process::ExitCode;

use serde::Serialize;

use super::session::Session;
use crate::aws;
use crate::check::catalogue::ASKING;
use crate::check::explain::{Explained, List};
use crate::check::render::{Style, markdown, text};
use crate::check::{self, catalogue};
use crate::cli::CheckArgs;
use crate::error::{Usage, with_hint};
use crate::output::{Printer, Report, Verbosity};
use crate::token::now;
pub(super) use plan::of_tools;
pub(super) use unsettled::without_settings;

/// Explains a check, or all of them; asks nobody.
pub fn explained(printer: Printer, id: &str) -> anyhow::Result<ExitCode> {
    if id.is_empty() {
        printer.report(&List::new())?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(check) = catalogue::find(id) else {
        let near = catalogue::near(id);
        let hint = match near.is_empty() {
            true => "`studio-mirror check --explain` lists all of them".to_owned(),
            false => format!("did you mean {}?", near.join(", ")),
        };
        let message = format!("there is no check `{}`", id.escape_debug());
        return Err(with_hint(Usage(message), hint));
    };
    printer.report(&Explained::new(check))?;
    Ok(ExitCode::SUCCESS)
}

/// Runs the checks.
pub fn run(session: &Session, args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let report = match &args.place.join {
        Some(path) => vpc::joined(session, &args.place, path)?,
        None => made_here(session, args)?,
    };
    shown(session.printer, report, &session.environment)
}

/// Shows a report, and ends as it says.
fn shown(
    printer: Printer,
    report: check::Report,
    environment: &BTreeMap<String, String>,
) -> anyhow::Result<ExitCode> {
    let style = Style {
        is_coloured: is_coloured(environment),
        is_detailed: printer.verbosity == Verbosity::Verbose,
    };
    let is_ok = report.ok;
    printer.report(&Shown {
        report,
        style,
        now: now(),
    })?;
    Ok(if is_ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The report of this machine.
fn made_here(session: &Session, args: &CheckArgs) -> anyhow::Result<check::Report> {
    let plan = plan::of(session, args);
    aws::block_on(async {
        Ok(match args.vpc {
            true => check::run_with_vpc(&plan, &vpc::asking(session, &args.place, ASKING)).await,
            false => check::run(&plan).await,
        })
    })
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    report: check::Report,
    #[serde(skip)]
    style: Style,
    #[serde(skip)]
    now: u64,
}

impl Report for Shown {
    fn text(&self) -> String {
        text(&self.report, self.style)
    }

    fn markdown(&self) -> String {
        markdown(&self.report, self.now)
    }
}

/// Colours on a terminal that knows them, unless `NO_COLOR` forbids them.
fn is_coloured(environment: &BTreeMap<String, String>) -> bool {
    let variable = |name: &str| environment.get(name).map(String::as_str);
    let is_forbidden = variable("NO_COLOR").is_some_and(|value| !value.is_empty());
    let is_dumb = variable("TERM").is_none_or(|term| term == "dumb");
    std::io::stdout().is_terminal() && !is_forbidden && !is_dumb
}
