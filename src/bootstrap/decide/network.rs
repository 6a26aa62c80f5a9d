//! The VPC's endpoints: which are made, which are there and good, and whom a new one concerns.

mod reused;

use std::collections::BTreeSet;

use super::{Decision, Verb};
use crate::aws::ec2::VpcEndpoint;
use crate::bootstrap::choices::Choices;
use crate::bootstrap::discover::spaces_groups;
use crate::bootstrap::found::{Found, Network};
use crate::bootstrap::printed::word;
use crate::bootstrap::stacks::Endpoint;
use reused::reused;

/// What was decided about the network.
#[derive(Clone, Debug, Default)]
pub(super) struct Endpoints {
    pub(super) vpc: String,
    pub(super) subnets: Vec<String>,
    pub(super) route_tables: Vec<String>,
    pub(super) held: Vec<Endpoint>,
    pub(super) others: Vec<String>,
}

pub(super) fn decide(
    choices: &Choices,
    found: &Found,
    decision: &mut Decision,
) -> anyhow::Result<Endpoints> {
    let wanted = choices.wanted_endpoints()?;
    let mut decided = Endpoints::default();
    if wanted.is_empty() {
        decision.say(
            Verb::Keep,
            "the network",
            "--endpoints none: the endpoints are a hub's, and its people look after them",
        );
    }
    let Some(network) = &found.network else {
        decision.refuse(
            "the VPC",
            "none is known: name the Studio domain with --studio-domain-id, or the VPC with --vpc-id",
        );
        return Ok(decided);
    };
    decided.vpc.clone_from(&network.vpc.id);
    if wanted.is_empty() {
        return Ok(decided);
    }
    let owner = &network.vpc.owner;
    if !owner.is_empty() && *owner != found.account {
        decision.refuse(
            format!("VPC {}", network.vpc.id),
            format!(
                "account {owner} shares it, and that account alone can make endpoints in it: when they are there, choose --endpoints none"
            ),
        );
        return Ok(decided);
    }
    if let Some(studio) = &found.studio
        && !studio.is_vpc_only()
        && studio.vpc() == Some(&network.vpc.id)
    {
        decision.refuse(
            format!("Studio domain {}", studio.id),
            "its spaces go out by SageMaker's own VPC (PublicInternetOnly): endpoints in yours would not reach them; \
             make it VpcOnly, or take --endpoints none",
        );
    }
    dns_attributes(network, decision);
    for endpoint in wanted {
        let service = endpoint.service(&found.region);
        let there = network.endpoints.iter().filter(|seen| {
            seen.service == service && seen.is_gateway() == endpoint.is_gateway() && !is_gone(seen)
        });
        let of_stack = found.consumer_stack.as_ref();
        let (own, others): (Vec<_>, Vec<_>) =
            there.partition(|seen| of_stack.is_some_and(|stack| stack.made(&seen.id)));
        // A second one with the same private names is refused by AWS; one without them is in nobody's way.
        let other = others
            .into_iter()
            .find(|seen| endpoint.is_gateway() || seen.has_private_dns);
        match other.filter(|_| own.is_empty()) {
            Some(other) => {
                reused(endpoint, other, choices, found, network, decision);
                if matches!(endpoint, Endpoint::Api | Endpoint::Repositories) {
                    decided.others.push(other.id.clone());
                }
            }
            None => {
                if own.is_empty() {
                    concerned(endpoint, network, decision);
                }
                decided.held.push(endpoint);
            }
        }
    }
    let needs_addresses = decided.held.iter().any(|endpoint| !endpoint.is_gateway());
    if needs_addresses {
        if spaces_groups(choices, found.studio.as_ref()).is_empty() {
            decision.refuse(
                "the endpoints' security group",
                "it lets the spaces' groups in, and none is known: name them with --security-group-ids",
            );
        }
        decided.subnets = subnets(&decided.held, choices, found, network, decision);
    }
    if decided.held.contains(&Endpoint::S3) {
        decided.route_tables = spaces_tables(choices, found, network);
    }
    Ok(decided)
}

fn is_gone(endpoint: &VpcEndpoint) -> bool {
    let state = endpoint.state.to_ascii_lowercase();
    matches!(
        state.as_str(),
        "deleted" | "deleting" | "rejected" | "expired"
    )
}

fn dns_attributes(network: &Network, decision: &mut Decision) {
    for (is_on, name, flag) in [
        (
            network.dns_support,
            "enableDnsSupport",
            "--enable-dns-support",
        ),
        (
            network.dns_hostnames,
            "enableDnsHostnames",
            "--enable-dns-hostnames",
        ),
    ] {
        if !is_on {
            decision.refuse(
                format!("VPC {}", network.vpc.id),
                format!(
                    "{name} is off, and private DNS needs it: aws ec2 modify-vpc-attribute --vpc-id {} {flag} '{{\"Value\":true}}'",
                    word(&network.vpc.id)
                ),
            );
        }
    }
}

/// Whom a new endpoint concerns besides the spaces.
fn concerned(endpoint: Endpoint, network: &Network, decision: &mut Decision) {
    let vpc = &network.vpc.id;
    match endpoint {
        Endpoint::Api => decision.affected.push(format!(
            "Private DNS holds for all of {vpc}: everybody in it who uses CodeArtifact's API goes through the new endpoint, and needs port 443 to it"
        )),
        Endpoint::Repositories => decision.affected.push(format!(
            "The same holds for CodeArtifact's packages in {vpc}"
        )),
        Endpoint::S3 => decision.affected.push(format!(
            "The S3 gateway gets the traffic to S3 of every subnet of the spaces' route tables in {vpc}; connections to S3 that are open at that moment break off"
        )),
        other => decision.affected.push(format!(
            "Private DNS holds for all of {vpc}: everybody in it who uses {} goes through the new endpoint",
            other.logical_id().trim_end_matches("Endpoint")
        )),
    }
}

/// The subnets where the spaces are.
fn spaces_subnets(choices: &Choices, found: &Found) -> Vec<String> {
    if !choices.subnet_ids.is_empty() {
        return choices.subnet_ids.clone();
    }
    let studio = found.studio.as_ref();
    studio.map(|studio| studio.subnets()).unwrap_or_default()
}

/// Subnets for the endpoints: one a zone, in zones that every service has.
fn subnets(
    held: &[Endpoint],
    choices: &Choices,
    found: &Found,
    network: &Network,
    decision: &mut Decision,
) -> Vec<String> {
    let wanted = spaces_subnets(choices, found);
    if wanted.is_empty() {
        decision.refuse(
            "the endpoints' subnets",
            "none is known: name them with --subnet-ids",
        );
    }
    let (mut chosen, mut zones, mut unserved) = (Vec::new(), BTreeSet::new(), Vec::new());
    for id in &wanted {
        let Some(subnet) = network.subnets.iter().find(|known| known.id == *id) else {
            decision.refuse(
                format!("subnet {id}"),
                format!("it is not in the VPC {}", network.vpc.id),
            );
            continue;
        };
        let lacking = held
            .iter()
            .filter(|endpoint| !endpoint.is_gateway())
            .find(|endpoint| {
                let service = endpoint.service(&found.region);
                let known = network.services.iter().find(|known| known.name == service);
                // A service that the list has not, is judged by CloudFormation itself.
                known.is_some_and(|known| {
                    !known.zones.is_empty() && !known.zones.contains(&subnet.zone)
                })
            });
        match lacking {
            Some(endpoint) => unserved.push((subnet, *endpoint)),
            None if zones.insert(subnet.zone.clone()) => chosen.push(id.clone()),
            // An endpoint has one address a zone.
            None => {}
        }
    }
    for (subnet, endpoint) in &unserved {
        let service = endpoint.service(&found.region);
        match chosen.is_empty() {
            true => decision.refuse(
                format!("subnet {}", subnet.id),
                format!("{service} is not in its zone {}, and no other subnet is named: name one in another zone with --subnet-ids", subnet.zone),
            ),
            false => decision.say(
                Verb::Keep,
                format!("subnet {}", subnet.id),
                format!("{service} is not in its zone {}: spaces there use the endpoint of another zone", subnet.zone),
            ),
        }
    }
    chosen
}

/// The route tables that are to lead to S3.
fn spaces_tables(choices: &Choices, found: &Found, network: &Network) -> Vec<String> {
    match choices.route_table_ids.is_empty() {
        true => route_tables(&spaces_subnets(choices, found), network),
        false => choices.route_table_ids.clone(),
    }
}

/// The route tables of these subnets: their own, else the VPC's main one.
fn route_tables(subnets: &[String], network: &Network) -> Vec<String> {
    let main = network.tables.iter().find(|table| table.is_main);
    let tables: BTreeSet<String> = subnets
        .iter()
        .filter_map(|subnet| {
            let own = network
                .tables
                .iter()
                .find(|table| table.subnets.contains(subnet));
            own.or(main).map(|table| table.id.clone())
        })
        .collect();
    tables.into_iter().collect()
}
