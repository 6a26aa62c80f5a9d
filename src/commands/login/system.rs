//! `login --system`: what an image is given when it is built, for all users and without asking anybody over the network.

use super::targets::{self, Target, Wanted};
use crate::cli::LoginArgs;
use crate::commands::session::Session;
use crate::endpoint::RepositoryEndpoint;
use crate::error::{Usage, with_hint};
use crate::settings::{Field, Source};
use crate::tools::{AuthMode, Tool};

/// Chooses the tools as every login does, and puts their repositories' addresses together by AWS's rules.
///
/// # Errors
/// When a tool takes its token from each user's own file alone, or a part of an address is not set.
pub fn targets(session: &Session, args: &LoginArgs) -> anyhow::Result<Vec<Target>> {
    refuse_personal(session, args)?;
    let mut targets = targets::choose(session, args)?;
    for target in &mut targets {
        if target.tool.client().system().is_none() {
            return Err(cannot(target.tool));
        }
        say_scopes(session, target)?;
        target.auth = AuthMode::Helper;
        target.auth_refused = false;
        for wanted in &mut target.repositories {
            wanted.endpoint = Some(endpoint(session, target.tool, wanted)?);
        }
    }
    Ok(targets)
}

/// A tool that knows a registry for everything alone would ask the public one for a scope's packages.
fn say_scopes(session: &Session, target: &Target) -> anyhow::Result<()> {
    let tool = target.tool;
    if tool.client().shims_take_scopes() {
        return Ok(());
    }
    let scopes = target
        .repositories
        .iter()
        .enumerate()
        .filter_map(|(at, wanted)| {
            let scope = wanted.repository.namespace.as_deref()?;
            Some((at, scope.trim_start_matches('@')))
        });
    for (at, scope) in scopes {
        let why = format!("no variable can tell {tool} the registry of @{scope}");
        if at == 0 {
            let message = format!("{tool} cannot be set up for all users: {why}");
            return Err(with_hint(Usage(message), instead(tool)));
        }
        let said = format!("{why}: {tool} asks for these packages where it asks for all others");
        session.printer.warning(&said);
    }
    Ok(())
}

/// What says who somebody is has no place in an image.
fn refuse_personal(session: &Session, args: &LoginArgs) -> anyhow::Result<()> {
    if args.auth == Some(AuthMode::Token) {
        let message = "--system puts no token into any file".to_owned();
        return Err(with_hint(Usage(message), "leave --auth token out"));
    }
    let profile = session.settings.setting(Field::Profile);
    if profile.is_some_and(|profile| matches!(profile.source, Source::Flag(_))) {
        let message = "--system takes no --profile: every process asks with its own credentials";
        return Err(with_hint(Usage(message.to_owned()), "leave --profile out"));
    }
    Ok(())
}

fn cannot(tool: Tool) -> anyhow::Error {
    let message = format!(
        "{tool} cannot be set up for all users: it finds its token in each user's own files alone"
    );
    with_hint(Usage(message), instead(tool))
}

fn instead(tool: Tool) -> String {
    format!(
        "leave it out of --tool; each user runs `studio-mirror login --tool {tool}`, or a start-up script does"
    )
}

fn endpoint(session: &Session, tool: Tool, wanted: &Wanted) -> anyhow::Result<RepositoryEndpoint> {
    let repository = &wanted.repository;
    let format = tool.client().format();
    let owner = repository.owner.as_deref().ok_or_else(|| {
        with_hint(
            Usage(format!(
                "no owner of the domain {} is set",
                repository.domain
            )),
            "give --domain-owner ACCOUNT: nobody is asked while an image is built",
        )
    })?;
    let endpoint = match &repository.repository_endpoint {
        Some(base) => {
            RepositoryEndpoint::behind(base, format, &repository.domain, owner, &repository.name)
        }
        None => RepositoryEndpoint::of_aws(
            session.settings.endpoint_type(),
            format,
            &repository.domain,
            owner,
            &repository.region,
            &repository.name,
        ),
    };
    Ok(endpoint?)
}
