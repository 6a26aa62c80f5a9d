//! `bootstrap attach`: the lifecycle configuration that another way of deployment made, put into the Studio domain.

use std::collections::BTreeMap;
use std::process::ExitCode;

use anyhow::anyhow;

use super::{announce, conclude};
use crate::aws;
use crate::bootstrap::attach::attach;
use crate::bootstrap::decide::{AttachVerb, Decision, Parts, Wanted, fill};
use crate::bootstrap::plan::{Outcome, Plan};
use crate::bootstrap::prepare::{Prepared, Told, prepare};
use crate::bootstrap::reach::Reach;
use crate::bootstrap::slot::App;
use crate::bootstrap::stacks::Public;
use crate::commands::session::Session;
use crate::error::with_hint;

/// Does it.
pub fn run(session: &Session, reach: &Reach, told: &Told, yes: bool) -> anyhow::Result<ExitCode> {
    aws::block_on(async {
        let printer = session.printer;
        let told = Told {
            parts: Some(Parts {
                packages: false,
                consumer: true,
            }),
            ..told.clone()
        };
        let prepared = prepare(reach, &told, &session.settings).await?;
        let Some(studio) = &prepared.found.studio else {
            return Err(with_hint(
                anyhow!("no Studio domain is named"),
                "name it with `--studio-domain-id`",
            ));
        };
        let decision = decide(&prepared, &told)?;
        let mut plan = Plan::new(&decision, &prepared.found, &prepared.names);
        plan.is_asked = true;
        match plan.outcome {
            Outcome::Changes | Outcome::Drift => {}
            end => {
                printer.report(&plan)?;
                return Ok(match end {
                    Outcome::NoChange => ExitCode::SUCCESS,
                    _ => ExitCode::FAILURE,
                });
            }
        }
        announce(printer, &plan, yes)?;
        let attachments = &decision.attachments;
        let attached = attach(reach, &studio.id, attachments, &prepared.script, printer);
        attached.await?;
        // No stack of ours remembers what was there.
        for one in attachments
            .iter()
            .filter(|one| one.verb != AttachVerb::Keep)
        {
            let before = one.before.as_deref().unwrap_or("None");
            let update = one.slot.update(Some(before));
            printer.note(&format!(
                "{}: what was attached before comes back with this update of Studio domain {}: {update}",
                one.slot, studio.id
            ));
        }
        conclude(printer, &plan)?;
        Ok(ExitCode::SUCCESS)
    })
}

/// The lifecycle configurations are known by their script, whatever template made them.
fn decide(prepared: &Prepared, told: &Told) -> anyhow::Result<Decision> {
    let content = aws_smithy_types::base64::encode(&prepared.script);
    let arn = |app: App| {
        let mut all = prepared.found.lifecycles.values();
        let found = all.find(|seen| seen.app == app.as_str() && seen.content == content);
        found.map(|seen| (app, seen.arn.clone()))
    };
    let arns: BTreeMap<App, String> = App::ALL.into_iter().filter_map(arn).collect();
    if arns.len() < App::ALL.len() {
        return Err(with_hint(
            anyhow!(
                "no lifecycle configuration of this account has the script that this version makes with these flags"
            ),
            "deploy the template of `studio-mirror bootstrap export` first, exported by this version with the same flags",
        ));
    }
    let wanted = Wanted {
        choices: &prepared.choices,
        names: &prepared.names,
        parts: prepared.parts,
        public: Public::All,
        script: prepared.script.clone(),
        replace: told.replace,
        canary: told.canary.clone(),
    };
    let mut decision = Decision::default();
    fill(&wanted, &prepared.found, &arns, &mut decision);
    Ok(decision)
}
