//! `login`: points the tools at the repository, with credentials that stay fresh.

mod edits;
mod endpoints;
pub mod fetch;
mod one_file;
mod one_place;
mod report;
mod spare;
mod system;
pub mod targets;

use std::process::ExitCode;
use std::time::Duration;

use tokio::time::Instant;

use super::diff::masked_diff;
use super::session::Session;
use crate::aws;
use crate::changes::Edit;
use crate::cli::LoginArgs;
use crate::error::explain;
use crate::helper::{self, Installation};
use crate::output::Format;
use crate::places::{Scope, this_program};
use crate::refresh::Running;
use crate::settings::Field;
use crate::state::State;
use crate::system_login;
use crate::token::Need;
use crate::tools::AuthMode;
use crate::tools::compose::Tokens;
use edits::{Edits, Wish};
use fetch::Fetched;
use report::LoginReport;
use targets::Target;

/// All that a login may take: a lifecycle configuration has 10 seconds for everything, and what went
/// wrong must be on its log before they are over.
pub const LIMIT: Duration = Duration::from_secs(6);

/// Logs in, or shows what that would change.
pub fn run(session: Session, args: &LoginArgs) -> anyhow::Result<ExitCode> {
    // Asked for first: without a domain no other question makes sense.
    session.settings.require(Field::Domain)?;
    let targets = match args.system {
        true => system::targets(&session, args)?,
        false => targets::choose(&session, args)?,
    };
    // Before the network is waited for: an update may replace it meanwhile.
    let program = this_program()?;
    if args.system {
        // Whatever the tools are, everybody's commands will lead to it.
        helper::refuse_unfit(program)?;
    }
    let deadline = Instant::now() + LIMIT;
    let need = match (args.dry_run || args.system, args.force) {
        (true, _) => None,
        (false, true) => Some(Need::New),
        (false, false) => Some(Need::Young),
    };
    let fetched = aws::block_on(fetch::fetch(&session, &targets, need, deadline))?;
    if args.dry_run {
        return show(&session, &targets, &fetched);
    }
    let report = {
        let _lock = State::lock(&session.places.state)?;
        write(&session, args, &targets, &fetched)?
    };
    session.printer.report(&report)?;
    for warning in &report.warnings {
        session.printer.warning(warning);
    }
    if report.holds_token() && Running::find(&fetched.cache, &session.places.home) == Running::No {
        session
            .printer
            .note("`studio-mirror refresh --daemon` keeps the tokens in files fresh");
    }
    Ok(report.conclude(session.printer))
}

/// Makes the changes, under the lock.
fn write(
    session: &Session,
    args: &LoginArgs,
    targets: &[Target],
    fetched: &Fetched,
) -> anyhow::Result<LoginReport> {
    // Somebody may have logged in since this process looked.
    let mut state = State::read(&session.places.state)?;
    let before = state.clone();
    let (wishes, tokens) = wishes(session, targets, fetched);
    let mut edits = Edits::plan(session, &state, wishes, &tokens);
    edits.warn_of_refused_auth(session, targets);
    let helper = edits
        .needs_helper(session, &state)
        .then(|| Installation::plan(&state, &session.places, &session.environment));
    let is_system = session.places.scope == Scope::System;
    let helper = match helper {
        Some(Ok(helper)) => Some(helper),
        // Whatever all users are given leads to the helper.
        Some(Err(error)) if is_system => return Err(error),
        Some(Err(error)) => {
            edits.fail_helper_tools(&error);
            None
        }
        None => None,
    };
    remember_settings(session, args, &mut state);
    state.cache = (!is_system).then(|| fetched.cache.clone());
    edits.remember(&mut state);
    state.note_lives(fetched.all_tokens());
    if let Some(helper) = &helper {
        helper.remember(&mut state);
    }
    // The state first: a process killed after this line has forgotten nothing that it changed.
    if state != before {
        state.write(&session.places.state)?;
    }
    // The helper before the files that make tools ask for it.
    if let Some(helper) = &helper
        && let Err(error) = helper.make()
    {
        if is_system {
            return Err(error);
        }
        edits.fail_helper_tools(&error);
    }
    if is_system {
        system_login::publish(&state)?;
    }
    edits.make(session.printer, session.places.scope);
    let written = state.clone();
    edits.keep_earlier_logins(&before, &mut state);
    edits.give_back_unused(session, &mut state, &before);
    if state != written {
        if is_system {
            system_login::publish(&state)?;
        }
        // What keeps a file from being written may keep this one too; the next login mends it.
        let _ = state.write(&session.places.state);
    }
    let helper_warnings = helper.map(|helper| helper.warnings).unwrap_or_default();
    Ok(LoginReport::new(session, fetched, edits, helper_warnings))
}

/// What each tool is to become, and the tokens for files.
fn wishes(session: &Session, targets: &[Target], fetched: &Fetched) -> (Vec<Wish>, Tokens) {
    let wishes = targets.iter().filter_map(|target| {
        let main = target.repositories.first()?;
        let waits = target.auth == AuthMode::Token && fetched.no_token_yet(&main.request).is_some();
        let mut login = fetched.login(target)?;
        let unfit = one_file::unfit_scope(session, target.tool, &login);
        login.waits = waits && unfit.is_none();
        let without_token = || waits.then(|| one_file::without_token(target.tool));
        Some(Wish {
            tool: target.tool,
            login,
            refusal: unfit.or_else(without_token),
        })
    });
    (wishes.collect(), fetched.tokens(targets))
}

/// What was told is added to what is remembered by now; a repository told for some tools alone is
/// theirs, unless it is the first. Another domain's owner and VPC endpoint are not remembered on.
fn remember_settings(session: &Session, args: &LoginArgs, state: &mut State) {
    let mut told = session.settings.told();
    if session.places.scope == Scope::System {
        // Whoever builds an image is not who uses it.
        told.remove(&Field::Profile);
    }
    if !args.tool.is_empty() && state.told.contains_key(&Field::Repository) {
        told.remove(&Field::Repository);
    }
    let domain = told.get(&Field::Domain);
    if domain.is_some() && domain != state.told.get(&Field::Domain) {
        state.told.remove(&Field::DomainOwner);
        state.told.remove(&Field::RepositoryEndpoint);
    }
    state.told.extend(told);
}

/// `--dry-run`: the edits as diffs.
fn show(session: &Session, targets: &[Target], fetched: &Fetched) -> anyhow::Result<ExitCode> {
    let (wishes, tokens) = wishes(session, targets, fetched);
    let mut edits = Edits::plan(session, &session.state, wishes, &tokens);
    edits.warn_of_refused_auth(session, targets);
    let mut diffs = String::new();
    let mut warnings = edits.warnings.clone();
    let mut failed = false;
    for edit in &edits.edits {
        let name = session.places.shown(&edit.path);
        diffs += &shown(&name, edit);
    }
    let refused = edits
        .planned
        .iter()
        .filter_map(|planned| planned.files.as_ref().err());
    for error in fetched.left_out.iter().chain(refused) {
        failed = true;
        session.printer.error(&explain(error).to_string());
    }
    if edits.needs_helper(session, &session.state) {
        let helper = Installation::plan(&session.state, &session.places, &session.environment)?;
        for edit in &helper.edits {
            let name = session.places.shown(&edit.path);
            diffs += &shown(&name, edit);
        }
        for (link, target) in helper.links.iter().filter(|(link, _)| !link.exists()) {
            let (link, target) = (session.places.shown(link), target.display().to_string());
            diffs += &format!("new symlink {link} -> {target}\n");
        }
        warnings.extend(helper.warnings);
    }
    match session.printer.format {
        Format::Text | Format::Markdown if diffs.is_empty() => {
            session.printer.result("Nothing would change.\n")?
        }
        Format::Text | Format::Markdown => session.printer.result(&diffs)?,
        Format::Json => {
            let document = serde_json::json!({ "schema_version": 1, "dry_run": true, "diff": diffs, "warnings": warnings });
            session.printer.result(&format!("{document:#}\n"))?;
        }
    }
    for warning in &warnings {
        session.printer.warning(warning);
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// One file's edit. Our own program text is no edit of anybody's file.
fn shown(name: &str, edit: &Edit) -> String {
    let is_program = [".py", ".gradle"].iter().any(|end| name.ends_with(end));
    match is_program {
        true if edit.is_made() => String::new(),
        true => format!("new file {name}\n"),
        false => masked_diff(name, edit.current.as_deref(), &edit.text),
    }
}
