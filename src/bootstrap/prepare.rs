//! From flags to decisions: what every `bootstrap` command but the smallest begins with.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use super::choices::{Choices, NAMES};
use super::decide::{Decision, Parts, Wanted, decide, has_codeartifact};
use super::discover::{Beginning, discover, stack};
use super::found::Found;
use super::memory::Memory;
use super::names::{Names, field_key};
use super::plan::remember;
use super::public::public_names;
use super::publish::Content;
use super::reach::Reach;
use super::script::{BinarySource, Pinned, Script};
use super::stack::is_free;
use super::stacks::Public;
use super::template::{self, Template};
use super::validate;
use crate::aws::{AwsError, caller_identity};
use crate::error::HintExt;
use crate::settings::{Field, Settings};

/// What a command was told.
#[derive(Clone, Debug)]
pub struct Told {
    /// What stacks and lifecycle configurations are called after.
    pub base: String,
    /// Which stacks; `None` leaves it to the account.
    pub parts: Option<Parts>,
    /// The binary that spaces get, if not this program.
    pub binary: Option<PathBuf>,
    /// Another's lifecycle configuration may be replaced.
    pub replace: bool,
    /// The one profile that goes first.
    pub canary: Option<String>,
    /// What was chosen now: of [`chosen_now`].
    pub choices: Choices,
}

/// Everything that is known before the first change.
#[derive(Debug)]
pub struct Prepared {
    /// What things are called.
    pub names: Names,
    /// Which stacks.
    pub parts: Parts,
    /// What was found.
    pub found: Found,
    /// What was decided.
    pub decision: Decision,
    /// The lifecycle script.
    pub script: String,
    /// The binary.
    pub content: Content,
    /// Where spaces get it.
    pub source: BinarySource,
    /// What was chosen, now and before.
    pub choices: Choices,
    /// The packages' template, if its stack is among the parts.
    pub packages: Option<Template>,
    /// The spaces' template, likewise.
    pub consumer: Option<Template>,
}

/// Who asks, and what the two stacks are and remember.
///
/// # Errors
/// When AWS would not tell.
pub async fn begin(reach: &Reach, base: &str) -> anyhow::Result<Beginning> {
    let names = Names {
        base: base.to_owned(),
        ..Names::default()
    };
    let (packages, consumer) = (names.packages_stack(), names.consumer_stack());
    let (identity, packages, consumer) = tokio::try_join!(
        async {
            let identity = caller_identity(&reach.caller, reach.sts_url.as_deref()).await;
            identity.map_err(AwsError::into_hinted)
        },
        stack(reach, &packages),
        stack(reach, &consumer),
    )?;
    let (account, caller) = identity;
    Ok(Beginning {
        account,
        caller,
        packages,
        consumer,
    })
}

/// Reads what is there, and decides.
///
/// # Errors
/// When AWS would not tell, or what was chosen cannot be.
pub async fn prepare(reach: &Reach, told: &Told, settings: &Settings) -> anyhow::Result<Prepared> {
    let content = Content::read(told.binary.as_deref())?;
    let beginning = begin(reach, &told.base).await?;
    for seen in [&beginning.packages, &beginning.consumer]
        .into_iter()
        .flatten()
    {
        is_free(reach, &seen.stack)?;
    }
    let mut choices = told.choices.over(&beginning.remembered());
    let names = Names::of(
        &told.base,
        &choices,
        settings,
        &beginning.account,
        content.binary.clone(),
    );
    for (field, name) in [
        (Field::Domain, &names.domain),
        (Field::DomainOwner, &names.owner),
        (Field::Repository, &names.repository),
    ] {
        choices
            .settings
            .insert(field_key(field).to_owned(), name.clone());
    }
    let is_own = names.owner == beginning.account;
    let parts = told.parts.unwrap_or(Parts {
        packages: is_own,
        consumer: true,
    });
    let before = beginning
        .consumer
        .as_ref()
        .map(|stack| stack.memory.clone());
    let before = before.unwrap_or_default();
    let mut memory = Memory {
        choices: choices.clone(),
        binary: Some(content.binary.clone()),
        scripts: before.scripts.clone(),
        ..Memory::default()
    };
    let source = source(&choices, &names);
    let script = Script {
        domain: names.domain.clone(),
        domain_owner: names.owner.clone(),
        repository: names.repository.clone(),
        region: reach.caller.region.clone(),
        api_endpoint: None,
        repository_endpoint: None,
        binary_source: source.clone(),
        binary: content.binary.clone(),
        previous_sha256: previous(&before, &content.binary).map(|previous| previous.sha256),
    };
    let script = script.text()?;
    // Where there is no CodeArtifact, there is nobody to ask.
    let found = match has_codeartifact(&reach.caller.region) {
        true => discover(reach, beginning, &choices, &names).await?,
        false => Found {
            account: beginning.account,
            caller: beginning.caller,
            region: reach.caller.region.clone(),
            ..Found::default()
        },
    };
    let wanted = Wanted {
        choices: &choices,
        names: &names,
        parts,
        public: public(&choices),
        script: script.clone(),
        replace: told.replace,
        canary: told.canary.clone(),
    };
    let decision = decide(&wanted, &found)?;
    memory.attach(&script);
    memory.previous = previous(&before, &content.binary);
    let of_consumer = remember(&before, memory.clone(), &decision.attachments, &found);
    let packages = match &decision.packages {
        Some(stack) => Some(template::packages(stack, &memory.line())?),
        None => None,
    };
    // What is refused is not filled in: it may lack a VPC.
    let is_refused = decision.refusals().next().is_some();
    let consumer = match decision.consumer.as_ref().filter(|_| !is_refused) {
        Some(stack) => Some(template::consumer(stack, &of_consumer.line())?),
        None => None,
    };
    Ok(Prepared {
        names,
        parts,
        found,
        decision,
        script,
        content,
        source,
        choices,
        packages,
        consumer,
    })
}

/// The binary before `now`.
fn previous(before: &Memory, now: &Pinned) -> Option<Pinned> {
    match &before.binary {
        Some(old) if old.sha256 != now.sha256 => Some(old.clone()),
        _ => before.previous.clone(),
    }
}

pub(super) fn source(choices: &Choices, names: &Names) -> BinarySource {
    match &choices.binary_source {
        Some(url) => BinarySource::S3(url.clone()),
        None => BinarySource::Repository(names.binary_repository.clone()),
    }
}

/// The choices of now with the settings among the flags, by [`field_key`], each possible by itself. The names of a file are among them,
/// not its path: another machine has not got it.
///
/// # Errors
/// When a flag is wrong, or the file is.
pub fn chosen_now(flags: &Choices, settings: BTreeMap<String, String>) -> anyhow::Result<Choices> {
    validate::chosen(flags)?;
    let mut now = Choices {
        settings,
        ..flags.clone()
    };
    let Some(file) = now.public_file() else {
        return Ok(now);
    };
    let shown = file.display();
    now.public_names = fs::read_to_string(&file)
        .map_err(anyhow::Error::new)
        .and_then(|text| public_names(&text))
        .with_context(|| format!("--public: cannot use {shown}"))
        .hint(|| "it is all, none, or a file with one `pypi:NAME` or `npm:NAME` a line".into())?;
    now.public = Some(NAMES.to_owned());
    Ok(now)
}

/// What may come from outside.
pub(super) fn public(choices: &Choices) -> Public {
    match choices.public.as_deref() {
        Some("none") => Public::None,
        Some(NAMES) => Public::Only(choices.public_names.clone()),
        _ => Public::All,
    }
}
