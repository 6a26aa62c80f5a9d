//! `bootstrap apply`: the plan, a question, and then what CloudFormation and we do.

use std::process::ExitCode;

use anyhow::Context;

use super::{announce, conclude, plan, progress, settle, teller};
use crate::aws;
use crate::bootstrap::attach::attach;
use crate::bootstrap::collect::collect;
use crate::bootstrap::decide::AttachVerb;
use crate::bootstrap::plan::{Outcome, Plan, StackVerb};
use crate::bootstrap::prepare::{Prepared, Told, prepare};
use crate::bootstrap::publish::publish;
use crate::bootstrap::reach::Reach;
use crate::bootstrap::stack::{self, Proposed};
use crate::commands::session::Session;
use crate::output::Printer;

/// Does it.
pub fn run(session: &Session, reach: &Reach, told: &Told, yes: bool) -> anyhow::Result<ExitCode> {
    aws::block_on(async {
        let printer = session.printer;
        settle(reach, &told.base, printer).await?;
        progress(printer, "looking at what is there …");
        let prepared = prepare(reach, told, &session.settings).await?;
        let (mut plan, proposals) = plan::make(reach, &prepared, printer).await?;
        plan.is_asked = true;
        match plan.outcome {
            Outcome::Refused => {
                printer.report(&plan)?;
                return Ok(ExitCode::FAILURE);
            }
            Outcome::NoChange => {
                printer.report(&plan)?;
                forget(reach, &proposals).await?;
                return Ok(ExitCode::SUCCESS);
            }
            Outcome::Changes | Outcome::Drift => {}
        }
        if let Err(error) = announce(printer, &plan, yes) {
            forget(reach, &proposals).await?;
            return Err(error);
        }
        let mut proposals = proposals;
        if let Err(error) = carry_out(reach, &prepared, &plan, &mut proposals, printer).await {
            // What is not begun is not left waiting. The first trouble is the one to be told.
            let _ = forget(reach, &proposals).await;
            return Err(error);
        }
        conclude(printer, &plan)?;
        printer.note(&done(&plan, told.canary.as_deref()));
        Ok(ExitCode::SUCCESS)
    })
}

/// What it comes to for the spaces, and what is left to others.
fn done(plan: &Plan, canary: Option<&str>) -> String {
    let mut said = match canary {
        _ if plan.attachments.is_empty() => "done: no Studio domain was changed".to_owned(),
        Some(profile) => format!(
            "done: spaces of the profile {profile} log in at their next start; `studio-mirror bootstrap apply` attaches for everybody"
        ),
        None => {
            "done: spaces log in at their next start; `studio-mirror bootstrap prove`, typed in one, shows what holds"
                .to_owned()
        }
    };
    if !plan.by_hand.is_empty() {
        said += "; what the plan lists for others to do is still to be done";
    }
    said
}

async fn forget(reach: &Reach, proposals: &[Proposed]) -> anyhow::Result<()> {
    for proposed in proposals {
        stack::forget(reach, proposed).await?;
    }
    Ok(())
}

/// In the order in which a space needs it: nothing is attached that a space could not fetch.
async fn carry_out(
    reach: &Reach,
    prepared: &Prepared,
    plan: &Plan,
    proposals: &mut Vec<Proposed>,
    printer: Printer,
) -> anyhow::Result<()> {
    let packages = prepared.names.packages_stack();
    for (name, seen, template) in plan::stacks(prepared) {
        let verb = plan
            .stacks
            .iter()
            .find(|stack| stack.name == name)
            .map(|stack| stack.verb);
        if verb == Some(StackVerb::CreateAnew)
            && let Some(seen) = seen
        {
            let role = prepared.choices.cloudformation_role_arn.as_deref();
            stack::delete(reach, &seen.stack, role, &mut teller(printer)).await?;
            let proposed = plan::propose(reach, prepared, &name, None, template).await?;
            proposals.extend(proposed);
        }
        let position = proposals.iter().position(|proposed| proposed.stack == name);
        if let Some(position) = position {
            stack(reach, &proposals[position], printer).await?;
            proposals.remove(position);
        }
        if name == packages {
            publish_binary(reach, prepared, plan, printer).await?;
        }
    }
    if plan
        .attachments
        .iter()
        .any(|one| one.verb != AttachVerb::Keep)
    {
        attach_all(reach, prepared, printer).await?;
    }
    collect(reach, prepared, printer).await
}

async fn stack(reach: &Reach, proposed: &Proposed, printer: Printer) -> anyhow::Result<()> {
    if proposed.changes.is_empty() {
        return stack::forget(reach, proposed).await;
    }
    printer.detail(&format!("the stack {}", proposed.stack));
    stack::execute(reach, proposed, &mut teller(printer)).await
}

async fn publish_binary(
    reach: &Reach,
    prepared: &Prepared,
    plan: &Plan,
    printer: Printer,
) -> anyhow::Result<()> {
    if !plan
        .binary
        .as_ref()
        .is_some_and(|binary| binary.is_published_now)
    {
        return Ok(());
    }
    let version = &prepared.content.binary.version;
    progress(printer, &format!("publishing studio-mirror {version} …"));
    let published = publish(reach, &prepared.names, &prepared.content).await;
    if published
        .context("the stack of the packages is made, but the binary could not be published")?
    {
        printer.detail(&format!("published studio-mirror {version}"));
    }
    Ok(())
}

async fn attach_all(reach: &Reach, prepared: &Prepared, printer: Printer) -> anyhow::Result<()> {
    let Some(studio) = &prepared.found.studio else {
        return Ok(());
    };
    let attachments = &prepared.decision.attachments;
    let attached = attach(reach, &studio.id, attachments, &prepared.script, printer);
    attached
        .await
        .context("the stacks are made and the binary is published, but not everything is attached")
}
