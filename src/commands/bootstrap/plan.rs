//! `bootstrap plan`: what would happen; nothing does.

use std::process::ExitCode;

use super::{policy, progress};
use crate::aws;
use crate::bootstrap::decide::ByHand;
use crate::bootstrap::drift::Drift;
use crate::bootstrap::found::StackSeen;
use crate::bootstrap::plan::{BinaryPlan, Plan, StackPlan};
use crate::bootstrap::prepare::{Prepared, Told, prepare};
use crate::bootstrap::printed::{self, printed};
use crate::bootstrap::reach::Reach;
use crate::bootstrap::script::BinarySource;
use crate::bootstrap::stack::{self, Proposed};
use crate::bootstrap::template::Template;
use crate::cli::PlanArgs;
use crate::commands::session::Session;
use crate::output::Printer;

/// Shows it.
pub fn run(
    session: &Session,
    reach: &Reach,
    told: &Told,
    args: &PlanArgs,
) -> anyhow::Result<ExitCode> {
    aws::block_on(async {
        progress(session.printer, "looking at what is there …");
        let prepared = prepare(reach, told, &session.settings).await;
        if args.permissions || args.scp {
            return policy::show(session, told, prepared, args);
        }
        let prepared = prepared?;
        let (plan, proposals) = make(reach, &prepared, session.printer).await?;
        for proposed in &proposals {
            stack::forget(reach, proposed).await?;
        }
        session.printer.report(&plan)?;
        Ok(ExitCode::from(plan.outcome.exit_code()))
    })
}

/// The plan, with CloudFormation's change sets, which wait to be carried out or forgotten.
pub(super) async fn make(
    reach: &Reach,
    prepared: &Prepared,
    printer: Printer,
) -> anyhow::Result<(Plan, Vec<Proposed>)> {
    let Prepared {
        decision,
        found,
        names,
        ..
    } = prepared;
    let mut plan = Plan::new(decision, found, names);
    plan.binary = binary(prepared);
    plan.by_hand.extend(binary_by_hand(prepared, &plan));
    plan.by_hand
        .extend(printed(&prepared.choices, decision, found));
    let mut proposals = Vec::new();
    if decision.refusals().next().is_none() {
        let is_ours = publishes(prepared).then_some(&prepared.content.binary);
        plan.drift = Drift::seen(found, &decision.attachments, is_ours);
        for (name, seen, template) in stacks(prepared) {
            progress(
                printer,
                &format!("asking CloudFormation what it would do to the stack {name} …"),
            );
            let proposed = match propose(reach, prepared, &name, seen, template).await {
                Ok(proposed) => proposed,
                Err(error) => {
                    for proposed in &proposals {
                        stack::forget(reach, proposed).await?;
                    }
                    return Err(error);
                }
            };
            plan.stacks
                .push(StackPlan::new(&name, seen, proposed.as_ref()));
            proposals.extend(proposed);
            if let Some(seen) = seen {
                plan.drift.look(reach, seen).await;
            }
        }
    }
    plan.judge();
    Ok((plan, proposals))
}

/// The stacks in the order in which they are made.
pub(super) fn stacks(
    prepared: &Prepared,
) -> impl Iterator<Item = (String, Option<&StackSeen>, &Template)> {
    let Prepared { found, names, .. } = prepared;
    let packages = prepared.packages.as_ref();
    let consumer = prepared.consumer.as_ref();
    let packages = packages.map(|template| {
        (
            names.packages_stack(),
            found.packages_stack.as_ref(),
            template,
        )
    });
    let consumer = consumer.map(|template| {
        (
            names.consumer_stack(),
            found.consumer_stack.as_ref(),
            template,
        )
    });
    packages.into_iter().chain(consumer)
}

/// A change set; none where what is left of a failed creation must go first.
pub(super) async fn propose(
    reach: &Reach,
    prepared: &Prepared,
    name: &str,
    seen: Option<&StackSeen>,
    template: &Template,
) -> anyhow::Result<Option<Proposed>> {
    if seen.is_some_and(|seen| seen.stack.is_stillborn()) {
        return Ok(None);
    }
    let tags = prepared.choices.tag_map()?.into_iter().collect();
    let role = prepared.choices.cloudformation_role_arn.clone();
    let proposed = stack::propose(reach, name, seen, template, tags, role).await?;
    Ok(Some(proposed))
}

/// Whether the binary is this account's to publish.
fn publishes(prepared: &Prepared) -> bool {
    matches!(prepared.source, BinarySource::Repository(_)) && prepared.parts.packages
}

fn binary(prepared: &Prepared) -> Option<BinaryPlan> {
    let source = match &prepared.source {
        BinarySource::Repository(name) => format!("the repository {name}"),
        BinarySource::S3(url) => url.clone(),
    };
    let is_seen = matches!(prepared.source, BinarySource::Repository(_))
        && prepared.found.packages.binary.as_ref() == Some(&prepared.content.binary);
    Some(BinaryPlan {
        source,
        binary: prepared.content.binary.clone(),
        is_published_now: publishes(prepared) && !is_seen,
        is_seen,
    })
}

/// The binary that spaces are to start with, where it is neither seen nor published by this run.
fn binary_by_hand(prepared: &Prepared, plan: &Plan) -> Option<ByHand> {
    let binary = plan.binary.as_ref()?;
    let is_fetched = prepared
        .decision
        .consumer
        .as_ref()?
        .lifecycle_script
        .is_some();
    let is_refused = prepared.decision.refusals().next().is_some();
    let is_missing = !binary.is_seen && !binary.is_published_now;
    (is_fetched && is_missing && !is_refused)
        .then(|| printed::binary(&prepared.source, &prepared.content, &prepared.names))
}
