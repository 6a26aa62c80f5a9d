//! `bootstrap publish`: the binary alone, for whoever deploys the templates another way.

use std::process::ExitCode;

use anyhow::anyhow;

use super::flags;
use crate::aws::{self, AwsError, caller_identity};
use crate::bootstrap::choices::Choices;
use crate::bootstrap::names::{BASE, Names};
use crate::bootstrap::prepare::begin;
use crate::bootstrap::printed::upload;
use crate::bootstrap::publish::{Content, publish};
use crate::bootstrap::reach::Reach;
use crate::cli::{Global, PublishArgs};
use crate::commands::session::Session;
use crate::error::with_hint;
use crate::output::Report;

#[derive(serde::Serialize)]
struct Published {
    domain: String,
    repository: String,
    version: String,
    sha256: String,
    is_new: bool,
}

impl Report for Published {
    fn text(&self) -> String {
        let what = if self.is_new {
            "published"
        } else {
            "was published before"
        };
        format!(
            "studio-mirror {} {what}\nRepository {} of domain {}\nSHA-256 {}\n",
            self.version, self.repository, self.domain, self.sha256
        )
    }
}

/// Does it.
pub fn run(
    session: &Session,
    reach: &Reach,
    global: &Global,
    args: &PublishArgs,
) -> anyhow::Result<ExitCode> {
    aws::block_on(async {
        let content = Content::read(args.binary.as_deref())?;
        let now = Choices {
            binary_repository: args.binary_repository.clone(),
            settings: flags(global),
            ..Choices::default()
        };
        let (account, remembered) = of_set_up(reach, args.name.as_deref()).await?;
        let choices = now.over(&remembered);
        let names = Names::of(
            args.name.as_deref().unwrap_or(BASE),
            &choices,
            &session.settings,
            &account,
            content.binary.clone(),
        );
        let is_new = publish(reach, &names, &content).await?;
        if let Some(url) = &choices.binary_source {
            session.printer.warning(&format!(
                "spaces of this set-up do not fetch from there, but from {url}: `{}` puts it where they look",
                upload(&content, url)
            ));
        }
        session.printer.report(&Published {
            domain: names.domain.clone(),
            repository: names.binary_repository.clone(),
            version: content.binary.version.clone(),
            sha256: content.binary.sha256.clone(),
            is_new,
        })?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The account, and what the stacks of a set-up remember. Without a name nobody but CodeArtifact is asked: machines that publish may no more.
async fn of_set_up(reach: &Reach, name: Option<&str>) -> anyhow::Result<(String, Choices)> {
    let Some(name) = name else {
        let identity = caller_identity(&reach.caller, reach.sts_url.as_deref()).await;
        let (account, _) = identity.map_err(AwsError::into_hinted)?;
        return Ok((account, Choices::default()));
    };
    let beginning = begin(reach, name).await?;
    if beginning.packages.is_none() && beginning.consumer.is_none() {
        return Err(with_hint(
            anyhow!("this account has no stacks of the name {name} in this region"),
            "look at `--name`, `--region` and `--profile`, or give `--domain` and `--binary-repository` instead",
        ));
    }
    let remembered = beginning.remembered_of_packages();
    Ok((beginning.account, remembered))
}
