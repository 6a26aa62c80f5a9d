//! `bootstrap`: sets up, once, what spaces need.

mod apply;
mod attach;
mod destroy;
mod export;
mod plan;
mod policy;
mod prove;
mod publish;
mod rollback;

use std::collections::BTreeMap;
use std::io::{self, BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::anyhow;

use super::session::Session;
use crate::aws::cloudformation::Event;
use crate::aws::{AwsError, Caller, Kind};
use crate::bootstrap::before;
use crate::bootstrap::decide::Parts;
use crate::bootstrap::names::{Names, field_key};
use crate::bootstrap::prepare::{Told, read_choices};
use crate::bootstrap::reach::Reach;
use crate::bootstrap::stack;
use crate::cli::{BeforeArgs, BootstrapAction, BootstrapArgs, Global, Part, SetupArgs};
use crate::error::{Usage, find, one_line, with_hint};
use crate::output::{Format, Printer, Report, Verbosity};
use crate::settings::Field;

/// CloudFormation takes minutes; an hour is out of the ordinary.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// Does what the command line says.
pub fn run(session: &Session, global: &Global, args: &BootstrapArgs) -> anyhow::Result<ExitCode> {
    act(session, global, args).map_err(again)
}

/// What to type after credentials that ended, maybe in the middle: everything here goes on from where it was.
fn again(error: anyhow::Error) -> anyhow::Error {
    match find::<AwsError>(&error).map(|error| &error.kind) {
        Some(Kind::Rejected) => with_hint(
            error,
            "get new credentials (`aws sso login`, or renew the keys), and type the same command again: it goes on from here",
        ),
        _ => error,
    }
}

fn act(session: &Session, global: &Global, args: &BootstrapArgs) -> anyhow::Result<ExitCode> {
    if let BootstrapAction::Export(args) = &args.action {
        let told = told(global, &args.setup, Some(&args.before))?;
        return export::run(session, &told, args);
    }
    let reach = reach(session)?;
    match &args.action {
        // It asks nobody.
        BootstrapAction::Export(_) => Ok(ExitCode::SUCCESS),
        BootstrapAction::Plan(args) => {
            let told = told(global, &args.setup, None)?;
            plan::run(session, &reach, &told, args)
        }
        BootstrapAction::Apply(args) => {
            let told = told(global, &args.setup, None)?;
            apply::run(session, &reach, &told, args.yes)
        }
        BootstrapAction::Attach(args) => {
            let told = told(global, &args.apply.setup, Some(&args.before))?;
            attach::run(session, &reach, &told, args.apply.yes)
        }
        BootstrapAction::Rollback(args) => rollback::run(session, &reach, args),
        BootstrapAction::Destroy(args) => destroy::run(session, &reach, args),
        BootstrapAction::Publish(args) => publish::run(session, &reach, global, args),
        BootstrapAction::Prove(args) => prove::run(session, args),
    }
}

fn reach(session: &Session) -> anyhow::Result<Reach> {
    let caller = Caller {
        credentials: session.credential_source(),
        region: session.settings.require(Field::Region)?.to_owned(),
        deadline: Instant::now() + LIMIT,
    };
    Ok(Reach::new(caller, &session.environment))
}

fn told(global: &Global, setup: &SetupArgs, before: Option<&BeforeArgs>) -> anyhow::Result<Told> {
    if global.endpoint_type.is_some() {
        return Err(with_hint(
            Usage("`--endpoint-type` says nothing to a set-up".to_owned()),
            "spaces take ipv4 names; an image can set STUDIO_MIRROR_ENDPOINT_TYPE, or its config.toml endpoint_type",
        ));
    }
    let previous = before.and_then(|before| before.previous_binary.as_ref());
    Ok(Told {
        base: setup.which.name.clone(),
        parts: setup.part.map(|part| Parts {
            packages: part != Part::Consumer,
            consumer: part != Part::Packages,
        }),
        binary: setup.binary.clone(),
        previous_sha256: previous.map(|named| before::told(named)).transpose()?,
        replace: setup.replace,
        canary: setup.canary.clone(),
        choices: read_choices(&setup.choices, flags(global))?,
    })
}

/// The settings of a set-up among the flags of every command.
fn flags(global: &Global) -> BTreeMap<String, String> {
    let told = [
        (Field::Domain, &global.domain),
        (Field::DomainOwner, &global.domain_owner),
        (Field::Repository, &global.repository),
    ];
    told.into_iter()
        .filter_map(|(field, value)| Some((field_key(field).to_owned(), value.clone()?)))
        .collect()
}

/// Waits for what an earlier run began: it goes on without us.
async fn settle(reach: &Reach, base: &str, printer: Printer) -> anyhow::Result<()> {
    let names = Names {
        base: base.to_owned(),
        ..Names::default()
    };
    for name in [names.packages_stack(), names.consumer_stack()] {
        stack::settled(reach, &name, &mut teller(printer)).await?;
    }
    Ok(())
}

/// Shows people what is going to happen, and asks them. Programs get it as their one document when it is done, by [`conclude`].
fn announce(printer: Printer, what: &impl Report, yes: bool) -> anyhow::Result<()> {
    match printer.format {
        // stdout is for that document; a person who is asked must see what about.
        Format::Json if !yes && io::stdin().is_terminal() => {
            io::stderr().lock().write_all(what.text().as_bytes())?;
        }
        Format::Json => {}
        _ => printer.report(what)?,
    }
    ask("Do this?", yes)
}

/// What was done, for programs: had it failed, the failure would be the document.
fn conclude(printer: Printer, what: &impl Report) -> anyhow::Result<()> {
    match printer.format {
        Format::Json => printer.report(what),
        _ => Ok(()),
    }
}

/// Asks a person. Nobody to ask is no consent.
fn ask(question: &str, yes: bool) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !io::stdin().is_terminal() {
        return Err(with_hint(
            Usage("cannot ask: stdin is not a terminal".to_owned()),
            "add `--yes` to do it without a question",
        ));
    }
    let mut stderr = io::stderr().lock();
    write!(stderr, "{question} [y/N] ")?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match answer.trim().to_ascii_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(anyhow!("not confirmed: nothing was done")),
    }
}

/// Says on a terminal, and to whoever wants to know everything, what takes its time now.
fn progress(printer: Printer, what: &str) {
    if io::stderr().is_terminal() && printer.verbosity > Verbosity::Quiet {
        printer.error(&one_line(what));
    } else {
        printer.detail(what);
    }
}

/// What is told of a stack's events: the ends of things on a terminal, everything with `-v`.
fn teller(printer: Printer) -> impl FnMut(&Event) {
    let is_shown = io::stderr().is_terminal() && printer.verbosity > Verbosity::Quiet;
    move |event| {
        let is_over = !event.status.ends_with("_IN_PROGRESS");
        let is_wanted = is_over && is_shown || printer.verbosity == Verbosity::Verbose;
        if !is_wanted && !event.is_failure() {
            return;
        }
        let status = event.status.to_ascii_lowercase().replace('_', " ");
        let why = match event.reason.is_empty() || !event.is_failure() {
            true => String::new(),
            false => format!(": {}", event.reason),
        };
        let line = one_line(&format!("{status:<18} {}{why}", event.logical_id));
        printer.error(&format!("  {line}"));
    }
}
