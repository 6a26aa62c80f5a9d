//! Reads what is there. Reads only.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use futures_util::future::try_join_all;

use super::choices::{Choices, role_name};
use super::found::{Found, Network, PackagesSeen, StackSeen, StudioSeen};
use super::memory::Memory;
use super::names::Names;
use super::reach::Reach;
use super::script::{ASSET, Pinned};
use super::stack::CHANGE_SET;
use super::stacks::Endpoint;
use super::template;
use crate::aws::cloudformation::Stack;
use crate::aws::ec2::VpcAttribute;
use crate::aws::{AwsError, Kind};
use crate::error::with_hint;

/// What a login of the account needs to know: who asks, and the two stacks.
#[derive(Clone, Debug, Default)]
pub struct Beginning {
    /// The account.
    pub account: String,
    /// Who asks, as an ARN.
    pub caller: String,
    /// The stack of the packages.
    pub packages: Option<StackSeen>,
    /// The stack of the spaces.
    pub consumer: Option<StackSeen>,
}

impl Beginning {
    /// What was chosen in runs before; where the stacks differ, as that of the spaces has it.
    pub fn remembered(&self) -> Choices {
        choices_of(&self.consumer).over(&choices_of(&self.packages))
    }

    /// What was chosen in runs before; where the stacks differ, as that of the packages has it.
    pub fn remembered_of_packages(&self) -> Choices {
        choices_of(&self.packages).over(&choices_of(&self.consumer))
    }
}

fn choices_of(stack: &Option<StackSeen>) -> Choices {
    let memory = stack.as_ref().map(|stack| &stack.memory);
    memory.map_or_else(Choices::default, |memory| memory.choices.clone())
}

/// A stack with what it made and remembers; `None` where there is none, or but a name.
///
/// # Errors
/// When CloudFormation would not tell.
pub async fn stack(reach: &Reach, name: &str) -> anyhow::Result<Option<StackSeen>> {
    let cloudformation = &reach.cloudformation;
    let found = cloudformation.stack(name).await;
    let Some(stack) = found.map_err(AwsError::into_hinted)? else {
        return Ok(None);
    };
    if stack.is_unmade() || stack.status == "DELETE_COMPLETE" {
        return Ok(Some(StackSeen {
            not_ours: anothers_change_set(reach, &stack).await?,
            stack,
            ..StackSeen::default()
        }));
    }
    let (resources, body) = tokio::try_join!(
        cloudformation.resources(name),
        cloudformation.template(name)
    )
    .map_err(AwsError::into_hinted)?;
    // Every template of ours has that line, also where nothing stands in it.
    let is_ours = template::text::remembered(&body).is_some();
    Ok(Some(StackSeen {
        memory: Memory::of_template(&body).unwrap_or_default(),
        not_ours: (!is_ours).then(|| "it is there and not ours".to_owned()),
        resources,
        stack,
    }))
}

/// Of a stack that is but a name: the change set of somebody else that it waits for.
async fn anothers_change_set(reach: &Reach, stack: &Stack) -> anyhow::Result<Option<String>> {
    if !stack.is_unmade() {
        return Ok(None);
    }
    let listed = reach.cloudformation.change_sets(&stack.name).await;
    let mut listed = listed.map_err(AwsError::into_hinted)?.into_iter();
    let theirs = listed.find(|name| !name.starts_with(CHANGE_SET));
    Ok(theirs.map(|name| format!("somebody's change set {name} waits for it")))
}

/// Everything else, as far as `choices` name it.
///
/// # Errors
/// When a call fails: a plan that guesses would be worse than none.
pub async fn discover(
    reach: &Reach,
    beginning: Beginning,
    choices: &Choices,
    names: &Names,
) -> anyhow::Result<Found> {
    let studio = match &choices.studio_domain_id {
        Some(id) => Some(studio(reach, id).await?),
        None => None,
    };
    let roles = roles(choices, studio.as_ref())?;
    let vpc = choices.vpc_id.clone();
    let vpc = vpc.or_else(|| Some(studio.as_ref()?.vpc()?.to_owned()));
    let groups = spaces_groups(choices, studio.as_ref());
    let (network, roles, packages, lifecycles) = tokio::try_join!(
        async {
            match &vpc {
                Some(vpc) => network(reach, vpc, &groups).await.map(Some),
                None => Ok(None),
            }
        },
        try_join_all(roles.into_iter().map(async |name| {
            let role = reach.iam.role(&name).await;
            Ok((name, role.map_err(AwsError::into_hinted)?))
        })),
        packages(reach, names, &beginning.account),
        lifecycles(reach, names),
    )?;
    Ok(Found {
        account: beginning.account,
        caller: beginning.caller,
        region: reach.caller.region.clone(),
        packages_stack: beginning.packages,
        consumer_stack: beginning.consumer,
        studio,
        network,
        roles: roles.into_iter().collect(),
        packages,
        lifecycles,
    })
}

async fn studio(reach: &Reach, id: &str) -> anyhow::Result<StudioSeen> {
    let sagemaker = &reach.sagemaker;
    let found = tokio::try_join!(sagemaker.domain_as_it_is(id), sagemaker.profiles(id));
    let (domain, names) = found.map_err(|error| match error.kind {
        Kind::NotFound => with_hint(
            error.into_hinted(),
            format!(
                "there is no Studio domain {id} in {}: `aws sagemaker list-domains` lists them",
                reach.caller.region
            ),
        ),
        _ => error.into_hinted(),
    })?;
    let profiles = try_join_all(names.into_iter().map(async |name| {
        let profile = sagemaker.profile(id, &name).await?;
        Ok((name, profile))
    }));
    let profiles = profiles.await.map_err(AwsError::into_hinted)?;
    Ok(StudioSeen {
        id: id.to_owned(),
        domain,
        profiles: profiles.into_iter().collect(),
    })
}

/// The names of the spaces' roles.
fn roles(choices: &Choices, studio: Option<&StudioSeen>) -> anyhow::Result<BTreeSet<String>> {
    let of_studio = studio.map(StudioSeen::roles).unwrap_or_default();
    let arns = match choices.role_arn.is_empty() {
        true => of_studio,
        false => choices.role_arn.iter().cloned().collect(),
    };
    let names = arns.iter().map(|arn| role_name(arn).map(str::to_owned));
    names.collect::<anyhow::Result<_>>().context("--role-arn")
}

/// The security groups of the spaces: those named, else those of the Studio domain.
pub fn spaces_groups(choices: &Choices, studio: Option<&StudioSeen>) -> Vec<String> {
    if !choices.security_group_ids.is_empty() {
        return choices.security_group_ids.clone();
    }
    let groups = studio.map(StudioSeen::groups).unwrap_or_default();
    groups.into_iter().collect()
}

async fn network(reach: &Reach, vpc: &str, groups: &[String]) -> anyhow::Result<Network> {
    let ec2 = &reach.ec2;
    let services: Vec<String> = Endpoint::ALL
        .iter()
        .map(|endpoint| endpoint.service(&reach.caller.region))
        .collect();
    // First: of one that is not there each of the others would say so in its own words.
    let found = match ec2.vpc(vpc).await {
        Err(error) if error.kind == Kind::NotFound => None,
        found => found.map_err(AwsError::into_hinted)?,
    };
    let Some(found) = found else {
        let error = anyhow::anyhow!("there is no VPC {vpc} in {}", reach.caller.region);
        return Err(with_hint(error, "look at --vpc-id, --region and --profile"));
    };
    let (dns_support, dns_hostnames, endpoints, services, subnets, tables) = tokio::try_join!(
        ec2.vpc_attribute(vpc, VpcAttribute::DnsSupport),
        ec2.vpc_attribute(vpc, VpcAttribute::DnsHostnames),
        ec2.endpoints(vpc),
        ec2.endpoint_services(&services),
        ec2.subnets(vpc),
        ec2.route_tables(vpc),
    )
    .map_err(AwsError::into_hinted)?;
    let of_endpoints = endpoints.iter().flat_map(|endpoint| &endpoint.groups);
    let groups: BTreeSet<String> = groups.iter().chain(of_endpoints).cloned().collect();
    let groups: Vec<String> = groups.into_iter().collect();
    let groups = match groups.is_empty() {
        true => Vec::new(),
        false => ec2
            .security_groups(&groups)
            .await
            .map_err(AwsError::into_hinted)?,
    };
    Ok(Network {
        vpc: found,
        dns_support,
        dns_hostnames,
        endpoints,
        services,
        subnets,
        tables,
        groups,
    })
}

/// What the domain holds. Another account's may keep its inside to itself: its stack is that account's to make.
async fn packages(reach: &Reach, names: &Names, account: &str) -> anyhow::Result<PackagesSeen> {
    match look_into(reach, names).await {
        Ok(seen) => Ok(seen),
        Err(error) if error.kind == Kind::Denied && names.owner != account => Ok(PackagesSeen {
            refusal: Some(error.to_string()),
            ..PackagesSeen::default()
        }),
        Err(error) => Err(error.into_hinted()),
    }
}

async fn look_into(reach: &Reach, names: &Names) -> Result<PackagesSeen, AwsError> {
    let registry = reach.registry(&names.domain, &names.owner);
    let Some(domain) = registry.domain().await? else {
        return Ok(PackagesSeen::default());
    };
    let mut seen = PackagesSeen {
        domain: Some(domain),
        ..PackagesSeen::default()
    };
    let mut wanted: Vec<String> = names.repositories().map(str::to_owned).collect();
    // Then what the team's looks into, which may be others.
    for _ in 0..2 {
        let found = try_join_all(wanted.drain(..).map(async |name| {
            let found = registry.repository(&name).await?;
            Ok::<_, AwsError>((name, found))
        }));
        for (name, found) in found.await? {
            if let Some(found) = found {
                wanted.extend(found.upstreams.iter().cloned());
                seen.repositories.insert(name, found);
            }
        }
        wanted.retain(|name| !seen.repositories.contains_key(name));
        wanted.sort();
        wanted.dedup();
    }
    if seen.repositories.contains_key(&names.binary_repository) {
        let version = names.version();
        let sha256 = registry.asset_sha256(&version, ASSET).await?;
        seen.binary = sha256.map(|sha256| Pinned {
            version: version.version.to_owned(),
            sha256,
        });
    }
    Ok(seen)
}

/// The lifecycle configurations that bear our names.
async fn lifecycles(
    reach: &Reach,
    names: &Names,
) -> anyhow::Result<BTreeMap<String, crate::aws::LifecycleConfig>> {
    let sagemaker = &reach.sagemaker;
    let listed = sagemaker.lifecycles(&names.base).await;
    let listed = listed.map_err(AwsError::into_hinted)?;
    let ours = listed.into_iter().filter(|name| names.is_lifecycle(name));
    let found = try_join_all(ours.map(async |name| {
        let found = sagemaker.lifecycle(&name).await?;
        Ok::<_, AwsError>((name, found))
    }));
    let found = found.await.map_err(AwsError::into_hinted)?;
    let there = found.into_iter();
    Ok(there
        .filter_map(|(name, found)| Some((name, found?)))
        .collect())
}
