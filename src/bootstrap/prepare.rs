//! From flags to decisions: what every `bootstrap` command but the smallest begins with.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Context;

use super::before::{previous, standing_scripts};
use super::choices::{Choices, NAMES};
use super::decide::{Decision, Parts, Wanted, decide, has_codeartifact};
use super::discover::{Beginning, discover, stack};
use super::found::Found;
use super::from_choices;
use super::memory::Memory;
use super::names::{Names, field_key};
use super::plan::remember;
use super::public::public_names;
use super::publish::Content;
use super::reach::Reach;
use super::script::{BinarySource, Pinned};
use super::stack::is_free;
use super::template::{self, Template};
use super::validate;
use crate::aws::{AwsError, caller_identity};
use crate::error::{HintExt, Usage, with_hint};
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
    /// SHA-256 of the binary that spaces run now, if it was named.
    pub previous_sha256: Option<String>,
    /// Another's lifecycle configuration may be replaced.
    pub replace: bool,
    /// The one profile that goes first.
    pub canary: Option<String>,
    /// What was chosen now: of [`read_choices`].
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
    /// What the stack of the spaces remembers then.
    pub memory: Memory,
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
    let stacks = [&beginning.packages, &beginning.consumer];
    for seen in stacks.into_iter().flatten() {
        is_free(reach, &seen.stack)?;
    }
    let (choices, names) = named(told, settings, &beginning, &content.binary);
    let parts = told.parts.unwrap_or(Parts {
        packages: names.owner == beginning.account,
        consumer: true,
    });
    if parts.packages {
        same_domain(&beginning, &names)?;
    }
    let before = beginning.consumer.as_ref();
    let before = before.map_or_else(Memory::default, |stack| stack.memory.clone());
    let found = look(reach, beginning, &choices, &names).await?;
    let standing = standing_scripts(&before, &found);
    let previous = match &told.previous_sha256 {
        None => previous(&standing, &before, &content.binary),
        told => told.clone(),
    };
    let region = &reach.caller.region;
    let script = from_choices::script(&choices, &names, region, previous.clone()).text()?;
    let wanted = Wanted {
        choices: &choices,
        names: &names,
        parts,
        public: from_choices::public(&choices),
        script: script.clone(),
        replace: told.replace,
        canary: told.canary.clone(),
    };
    let decision = decide(&wanted, &found)?;
    let mut memory = Memory {
        choices: choices.clone(),
        binary: Some(content.binary.clone()),
        previous_sha256: previous,
        scripts: before.scripts.clone(),
        ..Memory::default()
    };
    // What stands now is what is gone back to.
    for script in standing.iter().chain([&script]) {
        memory.attach(script);
    }
    let of_consumer = remember(&before, memory.clone(), &decision.attachments, &found);
    let (packages, consumer) = filled(&decision, &memory, &of_consumer)?;
    Ok(Prepared {
        source: from_choices::binary_source(&choices, &names),
        names,
        parts,
        found,
        decision,
        script,
        content,
        choices,
        memory: of_consumer,
        packages,
        consumer,
    })
}

/// What was chosen, now and before, and what things are called after it; those names are chosen then.
fn named(
    told: &Told,
    settings: &Settings,
    beginning: &Beginning,
    binary: &Pinned,
) -> (Choices, Names) {
    let is_of_packages = told.parts.is_some_and(|parts| !parts.consumer);
    let mut choices = told.choices.over(&match is_of_packages {
        true => beginning.remembered_of_packages(),
        false => beginning.remembered(),
    });
    let account = &beginning.account;
    let names = Names::of(&told.base, &choices, settings, account, binary.clone());
    for (field, name) in [
        (Field::Domain, &names.domain),
        (Field::DomainOwner, &names.owner),
        (Field::Repository, &names.repository),
    ] {
        let key = field_key(field).to_owned();
        choices.settings.insert(key, name.clone());
    }
    (choices, names)
}

/// That the stack of the packages stays with its domain: CloudFormation would make another one, and forget the first.
fn same_domain(beginning: &Beginning, names: &Names) -> anyhow::Result<()> {
    let Some(seen) = &beginning.packages else {
        return Ok(());
    };
    let was = seen.memory.choices.settings.get(field_key(Field::Domain));
    match was.filter(|was| **was != names.domain) {
        None => Ok(()),
        Some(was) => Err(with_hint(
            Usage(format!(
                "the stack {} holds the domain {was}, not {}",
                seen.stack.name, names.domain
            )),
            format!(
                "`--part consumer` leaves it out; `--domain {was}` means it; a set-up for another domain has another `--name`"
            ),
        )),
    }
}

/// What is there. Where there is no CodeArtifact, there is nobody to ask.
async fn look(
    reach: &Reach,
    beginning: Beginning,
    choices: &Choices,
    names: &Names,
) -> anyhow::Result<Found> {
    let region = &reach.caller.region;
    if has_codeartifact(region) {
        return discover(reach, beginning, choices, names).await;
    }
    Ok(Found {
        account: beginning.account,
        caller: beginning.caller,
        region: region.clone(),
        ..Found::default()
    })
}

/// The templates of the stacks that were decided on, with what they remember.
fn filled(
    decision: &Decision,
    of_packages: &Memory,
    of_consumer: &Memory,
) -> anyhow::Result<(Option<Template>, Option<Template>)> {
    let packages = decision.packages.as_ref();
    let packages = packages.map(|stack| template::packages(stack, &of_packages.line()));
    // What is refused is not filled in: it may lack a VPC.
    let is_refused = decision.refusals().next().is_some();
    let consumer = decision.consumer.as_ref().filter(|_| !is_refused);
    let consumer = consumer.map(|stack| template::consumer(stack, &of_consumer.line()));
    Ok((packages.transpose()?, consumer.transpose()?))
}

/// The choices of now with the settings among the flags, by [`field_key`], each possible by itself. The names of a file are among them,
/// not its path: another machine has not got it.
///
/// # Errors
/// When a flag is wrong, or the file is.
pub fn read_choices(
    flags: &Choices,
    settings: BTreeMap<String, String>,
) -> anyhow::Result<Choices> {
    validate::flags(flags)?;
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
