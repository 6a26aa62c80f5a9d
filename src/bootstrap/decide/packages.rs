//! The domain and its repositories: which are made, which are there.

use super::{Decision, Verb, Wanted};
use crate::bootstrap::found::Found;
use crate::bootstrap::from_choices;
use crate::bootstrap::names::Names;
use crate::bootstrap::printed::word;
use crate::bootstrap::stacks::{PackagesStack, Public};

pub(super) fn decide(
    wanted: &Wanted<'_>,
    found: &Found,
    decision: &mut Decision,
) -> anyhow::Result<()> {
    let (choices, names) = (wanted.choices, wanted.names);
    if names.owner != found.account {
        decision.refuse(
            format!("domain {} of account {}", names.domain, names.owner),
            format!(
                "these credentials are of account {}: its stack is made in the owner's account, with --part packages",
                found.account
            ),
        );
        return Ok(());
    }
    let has_domain = held(found, "Domain", found.packages.domain.is_some());
    if !has_domain {
        let why = match choices.kms_key_arn.is_some() {
            true => "it is there, and keeps the key that it has",
            false => "it is there",
        };
        decision.say(Verb::Reuse, format!("domain {}", names.domain), why);
    }
    let is_there = |name: &str| found.packages.repositories.contains_key(name);
    let has_repository = held(found, "Repository", is_there(&names.repository));
    let (pypi, npm) = (&names.pypi_store, &names.npm_store);
    let has_pypi = store(found, names, ("PypiStore", pypi, "public:pypi"), decision);
    let has_npm = store(found, names, ("NpmStore", npm, "public:npmjs"), decision);
    let has_binary = held(
        found,
        "BinaryRepository",
        is_there(&names.binary_repository),
    );
    if !has_repository {
        reused_repository(found, names, &wanted.public, decision);
    }
    if !has_binary {
        decision.say(
            Verb::Reuse,
            format!("repository {}", names.binary_repository),
            "it is there, and gets the binary",
        );
    }
    let public = wanted.public.clone();
    decision.packages = Some(PackagesStack {
        has_domain,
        has_repository,
        has_pypi_store: has_pypi,
        has_npm_store: has_npm,
        has_binary_repository: has_binary,
        ..from_choices::packages(choices, names, &found.region, public)?
    });
    Ok(())
}

/// Whether the stack is to hold it: because it does already, or because it is nowhere.
fn held(found: &Found, logical_id: &str, is_there: bool) -> bool {
    let stack = found.packages_stack.as_ref();
    stack.is_some_and(|stack| stack.resource(logical_id).is_some()) || !is_there
}

/// Whether the stack is to hold a store, which has one external connection.
fn store(
    found: &Found,
    names: &Names,
    (logical_id, name, connection): (&str, &str, &str),
    decision: &mut Decision,
) -> bool {
    let seen = found.packages.repositories.get(name);
    let is_held = held(found, logical_id, seen.is_some());
    let Some(seen) = seen.filter(|_| !is_held) else {
        return is_held;
    };
    let subject = format!("repository {name}");
    match seen.external.as_deref() {
        Some(external) if external == connection => {
            decision.say(Verb::Reuse, subject, format!("it is there, with {connection}"));
        }
        Some(external) => decision.refuse(
            subject,
            format!(
                "it is there with {external}, and a repository has one external connection: --domain names another domain to set up"
            ),
        ),
        None => decision.refuse(
            subject,
            format!(
                "it is there without {connection}: aws codeartifact associate-external-connection --domain {} --domain-owner {} --repository {name} --external-connection {connection}",
                names.domain, names.owner
            ),
        ),
    }
    is_held
}

/// A team's repository that was there: do public packages come through it?
fn reused_repository(found: &Found, names: &Names, public: &Public, decision: &mut Decision) {
    let all = &found.packages.repositories;
    let Some(seen) = all.get(&names.repository) else {
        return;
    };
    let upstreams = match seen.upstreams.is_empty() {
        true => "without upstreams".to_owned(),
        false => format!("with the upstreams {}", seen.upstreams.join(", ")),
    };
    let subject = format!("repository {}", names.repository);
    decision.say(Verb::Reuse, subject, format!("it is there, {upstreams}"));
    if *public == Public::None {
        return;
    }
    for (connection, store) in [
        ("public:pypi", &names.pypi_store),
        ("public:npmjs", &names.npm_store),
    ] {
        let leads = |name: &String| {
            name == store
                || all
                    .get(name)
                    .is_some_and(|one| one.external.as_deref() == Some(connection))
        };
        let is_reached = seen.external.as_deref() == Some(connection)
            || seen.upstreams.iter().any(|name| {
                leads(name)
                    || all
                        .get(name)
                        .is_some_and(|one| one.upstreams.iter().any(leads))
            });
        if !is_reached {
            let upstreams = seen.upstreams.iter().chain([store]);
            let list: Vec<String> = upstreams
                .map(|name| word(&format!("repositoryName={name}")))
                .collect();
            decision.by_hand(
                format!("Nothing of {connection} comes through the repository {}, which was there before: its own people may add {store}", names.repository),
                format!(
                    "aws codeartifact update-repository --domain {} --domain-owner {} --repository {} --upstreams {}",
                    names.domain, names.owner, names.repository, list.join(" ")
                ),
            );
        }
    }
}
