//! The decisions: what is there and what is wanted become what the stacks are to hold. Pure.

mod decision;
mod network;
mod packages;
mod slots;
#[cfg(test)]
mod tests;

use serde_json::json;

pub use decision::{ByHand, Decision, Item, Verb};
pub use slots::{AttachVerb, Attachment, fill, is_of_ours, is_ours};

use super::choices::{Choices, IamWay, role_name};
use super::discover::spaces_groups;
use super::found::Found;
use super::from_choices;
use super::names::Names;
use super::stacks::{ConsumerStack, Public};
use crate::check::catalogue::REGIONS;

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Wanted<'a> {
    /// What was chosen, now and before.
    pub choices: &'a Choices,
    /// What things are called.
    pub names: &'a Names,
    /// Which of the stacks.
    pub parts: Parts,
    /// What may come from outside.
    pub public: Public,
    /// The lifecycle script, filled.
    pub script: String,
    /// Another's lifecycle configuration may be replaced.
    pub replace: bool,
    /// The one profile that gets the lifecycle configuration before everybody.
    pub canary: Option<String>,
}

/// Which stacks a run is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// That of the account that owns the packages.
    pub packages: bool,
    /// That of an account whose spaces use them.
    pub consumer: bool,
}

/// Whether a region has CodeArtifact.
pub fn has_codeartifact(region: &str) -> bool {
    REGIONS.iter().any(|(known, _)| *known == region)
}

/// Decides.
///
/// # Errors
/// When what was chosen contradicts itself.
pub fn decide(wanted: &Wanted<'_>, found: &Found) -> anyhow::Result<Decision> {
    let mut decision = Decision::default();
    if !has_codeartifact(&found.region) {
        let known: Vec<&str> = REGIONS.iter().map(|(region, _)| *region).collect();
        decision.refuse(
            format!("the region {}", found.region),
            format!(
                "CodeArtifact is not there, and an endpoint leads to its own region alone; CodeArtifact is in {}",
                known.join(", ")
            ),
        );
        return Ok(decision);
    }
    others_stacks(wanted.parts, found, &mut decision);
    if decision.refusals().next().is_some() {
        return Ok(decision);
    }
    impostor(wanted, found, &mut decision);
    if wanted.parts.packages {
        packages::decide(wanted, found, &mut decision)?;
    }
    if wanted.parts.consumer {
        consumer(wanted, found, &mut decision)?;
    }
    Ok(decision)
}

/// What only has the name of a stack of ours is not touched: CloudFormation would put ours in place of all that it made.
fn others_stacks(parts: Parts, found: &Found, decision: &mut Decision) {
    let packages = found.packages_stack.as_ref().filter(|_| parts.packages);
    let consumer = found.consumer_stack.as_ref().filter(|_| parts.consumer);
    for seen in packages.into_iter().chain(consumer) {
        if let Some(why) = &seen.not_ours {
            decision.refuse(
                format!("stack {}", seen.stack.name),
                format!("{why}: take another name with --name"),
            );
        }
    }
}

/// A version's name follows from its bytes: one with others can neither be published over nor be fetched, for spaces know the hash.
fn impostor(wanted: &Wanted<'_>, found: &Found, decision: &mut Decision) {
    let (names, seen) = (wanted.names, &found.packages.binary);
    if let Some(seen) = seen
        && wanted.choices.binary_source.is_none()
        && seen.sha256 != names.binary.sha256
    {
        decision.refuse(
            "the binary",
            format!(
                "the version {} in the repository {} has other bytes (SHA-256 {}) than its name stands for: somebody published over it. \
                 Look at who, in CloudTrail (PublishPackageVersion, CopyPackageVersions), and delete that version",
                seen.version, names.binary_repository, seen.sha256
            ),
        );
    }
}

fn consumer(wanted: &Wanted<'_>, found: &Found, decision: &mut Decision) -> anyhow::Result<()> {
    let choices = wanted.choices;
    let names = wanted.names;
    if names.owner != found.account && !wanted.parts.packages {
        other_owner(names, found, decision);
    }
    let endpoints = network::decide(choices, found, decision)?;
    shared_spaces(choices, found, decision);
    let roles = roles(choices, found, decision)?;
    let mut stack = from_choices::consumer(
        choices,
        names,
        &found.region,
        &found.account,
        &wanted.script,
    )?;
    let seen = found.packages.domain.as_ref();
    if let Some(domain) = seen.filter(|domain| !domain.bucket_arn.is_empty()) {
        stack.asset_bucket_arn = Some(domain.bucket_arn.clone());
    }
    stack.vpc_id = endpoints.vpc;
    stack.subnet_ids = endpoints.subnets;
    stack.route_table_ids = endpoints.route_tables;
    stack.space_group_ids = spaces_groups(choices, found.studio.as_ref());
    stack.endpoints = endpoints.held;
    stack.other_endpoint_ids.extend(endpoints.others);
    stack.other_endpoint_ids.sort();
    stack.other_endpoint_ids.dedup();
    stack.role_names = roles;
    stack.held_lifecycles.clear();
    binary_object(&stack, found, decision);
    slots::decide(wanted, found, &mut stack, decision);
    decision.consumer = Some(stack);
    Ok(())
}

/// The role and the security groups that shared spaces have for themselves: both count as the users' do.
fn shared_spaces(choices: &Choices, found: &Found, decision: &mut Decision) {
    let Some(studio) = &found.studio else { return };
    let (role, groups) = studio.of_shared_spaces();
    let mut has = Vec::new();
    if let Some(arn) = role {
        match choices.role_arn.is_empty() || choices.role_arn.contains(&arn) {
            true => has.push(format!("the role {}", role_name(&arn).unwrap_or(&arn))),
            false => decision.affected.push(format!(
                "--role-arn leaves {arn} of shared spaces out: they are not logged in"
            )),
        }
    }
    let known = spaces_groups(choices, Some(studio));
    let (known, left_out): (Vec<_>, Vec<_>) =
        groups.into_iter().partition(|group| known.contains(group));
    if !known.is_empty() {
        has.push(format!("the security groups {}", known.join(", ")));
    }
    if !left_out.is_empty() {
        decision.affected.push(format!(
            "--security-group-ids leaves {} of shared spaces out: new endpoints do not let them in",
            left_out.join(", ")
        ));
    }
    if !has.is_empty() {
        let why = format!("they have {} for themselves", has.join(" and "));
        decision.say(Verb::Keep, "shared spaces", why);
    }
}

/// What the roles' policy alone does not open, where the binary is an object of S3.
fn binary_object(stack: &ConsumerStack, found: &Found, decision: &mut Decision) {
    let Some(arn) = &stack.binary_object_arn else {
        return;
    };
    let roles = stack.role_names.iter();
    let roles: Vec<_> = roles
        .map(|name| format!("arn:aws:iam::{}:role/{name}", found.account))
        .collect();
    decision.by_hand(
        format!(
            "The roles get s3:GetObject on {arn} and nothing else. Where a KMS key of your own encrypts it, that key's policy must let them \
             decrypt, too; where it is another account's, so must the bucket's policy"
        ),
        json!({"Effect": "Allow", "Principal": {"AWS": roles}, "Action": "kms:Decrypt", "Resource": "*"}).to_string(),
    );
}

fn other_owner(names: &Names, found: &Found, decision: &mut Decision) {
    let subject = format!("domain {} of account {}", names.domain, names.owner);
    match (&found.packages.refusal, &found.packages.domain) {
        (Some(refusal), _) => decision.say(
            Verb::Reuse,
            subject,
            format!("another account's, which does not let us look at it ({refusal}): a login shows whether the roles may use it"),
        ),
        (None, Some(_)) => decision.say(Verb::Reuse, subject, "another account's"),
        (None, None) => decision.refuse(
            subject,
            format!(
                "it is not there yet: type first, in account {}, `studio-mirror bootstrap apply --part packages --domain {} --readers {}`",
                names.owner, names.domain, found.account
            ),
        ),
    }
}

/// The names of the spaces' roles.
fn roles(choices: &Choices, found: &Found, decision: &mut Decision) -> anyhow::Result<Vec<String>> {
    if found.roles.is_empty() && choices.iam.unwrap_or_default() == IamWay::Attach {
        decision.refuse(
            "the roles' policy",
            "no role of the spaces is known: name them with --role-arn, or choose --iam print",
        );
    }
    for arn in &choices.role_arn {
        let account = arn.split(':').nth(4).unwrap_or_default();
        if account != found.account {
            let why = format!(
                "it is of account {account}, and policies are attached in {} alone: run this there",
                found.account
            );
            decision.refuse(format!("role {}", role_name(arn)?), why);
        }
    }
    for (name, role) in &found.roles {
        match role {
            None => decision.refuse(
                format!("role {name}"),
                format!("there is no such role in account {}", found.account),
            ),
            Some(role) => {
                if let Some(boundary) = &role.boundary {
                    decision.by_hand(
                        format!("The role {name} has a permissions boundary. {boundary} must allow what the new policy allows"),
                        "studio-mirror bootstrap plan --iam print",
                    );
                }
            }
        }
    }
    Ok(found.roles.keys().cloned().collect())
}
