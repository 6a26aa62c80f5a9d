//! Endpoints that are there and somebody else's: used as they are, and what they lack is said.

use super::spaces_tables;
use crate::aws::ec2::VpcEndpoint;
use crate::bootstrap::choices::Choices;
use crate::bootstrap::decide::{Decision, Verb};
use crate::bootstrap::discover::spaces_groups;
use crate::bootstrap::found::{Found, Network};
use crate::bootstrap::printed::word;
use crate::bootstrap::stacks::Endpoint;
use crate::check::vpc::rules::{Passage, Peer, passage};

/// One that is there and not ours: will the spaces get through?
pub(super) fn reused(
    endpoint: Endpoint,
    seen: &VpcEndpoint,
    choices: &Choices,
    found: &Found,
    network: &Network,
    decision: &mut Decision,
) {
    let subject = format!("endpoint {}", seen.service);
    if !seen.is_available() {
        let why = match seen.last_error.is_empty() {
            true => format!("{} is there and {}", seen.id, seen.state),
            false => format!(
                "{} is there and {}: {}",
                seen.id, seen.state, seen.last_error
            ),
        };
        decision.refuse(
            subject,
            format!("{why}; wait for it, or have it mended or deleted"),
        );
        return;
    }
    decision.say(Verb::Reuse, subject, format!("{} is there", seen.id));
    if endpoint.is_gateway() {
        gateway_reused(seen, choices, found, network, decision);
        return;
    }
    for group in spaces_groups(choices, found.studio.as_ref()) {
        let of_endpoint = network
            .groups
            .iter()
            .filter(|known| seen.groups.contains(&known.id));
        let rules = of_endpoint.flat_map(|known| &known.ingress);
        let peer = Peer::new(std::slice::from_ref(&group), &network.vpc.cidrs);
        if passage(rules, &peer) == Passage::Shut
            && let Some(target) = seen.groups.first()
        {
            decision.by_hand(
                format!("The endpoint {} does not let the spaces' group {group} in", seen.id),
                format!("aws ec2 authorize-security-group-ingress --group-id {} --protocol tcp --port 443 --source-group {}", word(target), word(&group)),
            );
        }
    }
}

/// An S3 gateway that was there is never replaced: every route table that has it would lose S3 for a while.
fn gateway_reused(
    seen: &VpcEndpoint,
    choices: &Choices,
    found: &Found,
    network: &Network,
    decision: &mut Decision,
) {
    let missing: Vec<String> = spaces_tables(choices, found, network)
        .into_iter()
        .filter(|table| !seen.route_tables.contains(table))
        .collect();
    if !missing.is_empty() {
        decision.by_hand(
            format!(
                "The spaces' route tables {} have no route to S3",
                missing.join(", ")
            ),
            format!(
                "aws ec2 modify-vpc-endpoint --vpc-endpoint-id {} --add-route-table-ids {}",
                word(&seen.id),
                words(&missing)
            ),
        );
    }
    let bucket = found
        .packages
        .domain
        .as_ref()
        .map(|domain| domain.bucket_arn.clone());
    let bucket = bucket.filter(|arn| !arn.is_empty()).or_else(|| {
        let name = crate::check::catalogue::bucket(&found.region)?;
        Some(format!("arn:aws:s3:::{name}"))
    });
    let Some(bucket) = bucket else { return };
    if !lets_assets_through(&seen.policy, &bucket) {
        decision.by_hand(
            format!("npm's packages come from S3, and the policy of {} must let them through: add this statement to it", seen.id),
            format!(
                "{{ \"Effect\": \"Allow\", \"Principal\": \"*\", \"Action\": \"s3:GetObject\", \"Resource\": {} }}",
                serde_json::Value::from(format!("{bucket}/*"))
            ),
        );
    }
}

fn words(all: &[String]) -> String {
    let all: Vec<String> = all.iter().map(|one| word(one)).collect();
    all.join(" ")
}

/// Whether a policy of S3's endpoint allows the assets; one that cannot be judged counts as one that does not.
fn lets_assets_through(policy: &str, bucket: &str) -> bool {
    use crate::check::vpc::policy::{Answer, Policy, Principal, Question};
    // Without a document there is the default one, which allows everything.
    if policy.is_empty() {
        return true;
    }
    let resource = format!("{bucket}/*");
    let question = Question {
        action: "s3:GetObject",
        resource: &resource,
        principal: Principal::Anyone,
    };
    Policy::parse(policy).is_ok_and(|policy| matches!(policy.answer(question), Answer::Allowed))
}
