//! `bootstrap plan --permissions` and `--scp`: policies for others to put in place.

use std::process::ExitCode;

use serde::Serialize;
use serde_json::Value;

use crate::aws::{AwsError, Kind};
use crate::bootstrap::names::Names;
use crate::bootstrap::offline;
use crate::bootstrap::policies;
use crate::bootstrap::prepare::{Prepared, Told};
use crate::bootstrap::stacks::{ConsumerStack, PackagesStack};
use crate::cli::PlanArgs;
use crate::commands::session::Session;
use crate::error::find;
use crate::output::Report;

/// Prints the policy that was asked for: for what is there, or, for whoever may not look at that yet, for all that the flags say.
pub fn show(
    session: &Session,
    told: &Told,
    prepared: anyhow::Result<Prepared>,
    args: &PlanArgs,
) -> anyhow::Result<ExitCode> {
    let mut role = told.choices.cloudformation_role_arn.clone();
    let (packages, consumer) = match prepared {
        Ok(prepared) => {
            role = prepared.choices.cloudformation_role_arn;
            (prepared.decision.packages, prepared.decision.consumer)
        }
        Err(error) if is_for_want_of_permissions(&error) => {
            let stacks = offline::stacks(told, &session.settings)?;
            session.printer.note(
                "these credentials may not look at what is there: this policy is for a set-up that makes everything",
            );
            stacks
        }
        Err(error) => return Err(error),
    };
    let names = Names {
        base: told.base.clone(),
        ..Names::default()
    };
    let document = match args.scp {
        true => consumer
            .as_ref()
            .and_then(policies::service_control)
            .ok_or_else(|| {
                anyhow::anyhow!("there are no roles of spaces to guard: `studio-mirror bootstrap plan` says what is missing")
            })?,
        false => permissions(packages.as_ref(), consumer.as_ref(), &names, role.as_deref()),
    };
    if let Some(warning) = too_long(&document, args.scp) {
        session.printer.warning(&warning);
    }
    session.printer.report(&Document { policy: document })?;
    Ok(ExitCode::SUCCESS)
}

/// Whoever asks for the permissions may have none, or no credentials at all.
fn is_for_want_of_permissions(error: &anyhow::Error) -> bool {
    let kind = find::<AwsError>(error).map(|error| &error.kind);
    matches!(kind, Some(Kind::Denied | Kind::Credentials))
}

/// What to do with a policy that is longer than AWS takes as one: each statement says what it says by itself.
fn too_long(document: &Value, is_scp: bool) -> Option<String> {
    let (most, taker, hint) = match is_scp {
        true => (policies::LONGEST_CONTROL_POLICY, "AWS Organizations", ""),
        false => (
            policies::LONGEST_MANAGED_POLICY,
            "IAM",
            " (`--part packages` and `--part consumer` print one each)",
        ),
    };
    let length = document.to_string().len();
    (length > most).then(|| {
        format!(
            "this policy is {length} characters long without white space, and {taker} takes {most} as one: put its statements into two \
             policies{hint}"
        )
    })
}

fn permissions(
    packages: Option<&PackagesStack>,
    consumer: Option<&ConsumerStack>,
    names: &Names,
    role: Option<&str>,
) -> Value {
    let packages = packages
        .map(|stack| policies::packages_administrator(stack, &names.packages_stack(), role));
    let consumer = consumer
        .map(|stack| policies::consumer_administrator(stack, &names.consumer_stack(), role));
    let all: Vec<_> = packages.into_iter().chain(consumer).flatten().collect();
    policies::administrator_document(&all)
}

/// As text the policy itself, to be given to AWS as it is; among what programs read a member, for IAM takes no word beside its own.
#[derive(Serialize)]
struct Document {
    policy: Value,
}

impl Report for Document {
    fn text(&self) -> String {
        format!("{:#}\n", self.policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_that_aws_would_not_take_is_told() {
        let of = |length: usize| Value::from("x".repeat(length - 2));
        assert_eq!(too_long(&of(6_144), false), None);
        assert_eq!(too_long(&of(5_120), true), None);
        let told = too_long(&of(6_145), false).expect("a warning");
        assert!(told.contains("6145") && told.contains("--part"), "{told}");
        let told = too_long(&of(5_121), true).expect("a warning");
        assert!(told.contains("Organizations takes 5120"), "{told}");
    }
}
