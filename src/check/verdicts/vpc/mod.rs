//! What AWS's word and the wire's mean together. Where the wire shows that something works, it does.

mod acls;
mod domain;
mod endpoints;
mod names;
mod passages;
mod policies;
mod s3;
mod zones;

pub use acls::pass;
pub use domain::alive;
pub use endpoints::{exists, one_each};
pub use names::{attributes, private_names};
pub use passages::{lets_in, lets_out};
pub use policies::{allows, allows_assets};
pub use s3::gateway;
pub use zones::in_zones;

use super::list;
use crate::aws::Kind;
use crate::aws::ec2::{SecurityGroup, VpcEndpoint};
use crate::check::catalogue::interface_service;
use crate::check::evidence::{Refusal, Role};
use crate::check::vpc::{Asked, Space, VpcSeen};
use crate::check::{Evidence, Mender, Verdict};

/// What every verdict here looks at; `None` where `--vpc` was not asked for.
fn seen(evidence: &Evidence) -> Option<&VpcSeen> {
    evidence.vpc.as_deref()
}

/// The space's place, once it is known.
fn space(asked: &Asked) -> Result<&Space, Verdict> {
    match &asked.space {
        Some(Ok(space)) => Ok(space),
        Some(Err(_)) => Err(Verdict::waits_for("vpc.found")),
        None => Err(Verdict::waits_for("vpc.access")),
    }
}

/// What AWS told, or that it would not.
fn told<T>(answer: &Option<T>) -> Result<&T, Verdict> {
    answer
        .as_ref()
        .ok_or_else(|| Verdict::waits_for("vpc.access"))
}

/// The live interface endpoints for this role's service, the one that names lead to first.
fn endpoints(seen: &VpcSeen, region: &str, role: Role) -> Result<Vec<VpcEndpoint>, Verdict> {
    let service = interface_service(region, role);
    let is_live = |endpoint: &&VpcEndpoint| {
        endpoint.service == service && !endpoint.state.to_lowercase().starts_with("delet")
    };
    let all = told(&seen.asked.endpoints)?;
    let mut all: Vec<VpcEndpoint> = all.iter().filter(is_live).cloned().collect();
    let host = seen.wire.host(role).map(|host| host.name.as_str());
    all.sort_by_key(|endpoint| {
        let is_named = host.is_some_and(|host| host.starts_with(endpoint.id.as_str()));
        std::cmp::Reverse((is_named, endpoint.is_available(), endpoint.has_private_dns))
    });
    Ok(all)
}

/// The endpoint that this role's names lead to or should lead to; `None` if there is none.
pub(in crate::check) fn endpoint(
    evidence: &Evidence,
    role: Role,
) -> Option<Result<VpcEndpoint, Verdict>> {
    let seen = seen(evidence)?;
    if let Err(verdict) = space(&seen.asked) {
        return Some(Err(verdict));
    }
    let region = evidence.settings.region.as_deref()?;
    match endpoints(seen, region, role) {
        Ok(all) => Some(Ok(all.into_iter().next()?)),
        Err(verdict) => Some(Err(verdict)),
    }
}

/// `sg-1 (name)`
fn group_name(groups: &[SecurityGroup], id: &str) -> String {
    match groups.iter().find(|group| group.id == id) {
        Some(group) if !group.name.is_empty() => {
            format!("{id} ({})", crate::error::printable(&group.name))
        }
        _ => id.to_owned(),
    }
}

/// Whether the space's place was named and is not there, or can be none: for `vpc.found` to say.
fn is_missing((operation, refusal): &(&'static str, Refusal)) -> bool {
    matches!(refusal.kind, Some(Kind::NotFound | Kind::Invalid))
        && matches!(
            *operation,
            "DescribeDomain" | "DescribeVpcs" | "DescribeVpcAttribute"
        )
}

/// Whether AWS lets us ask.
pub fn access(evidence: &Evidence) -> Option<Verdict> {
    let asked = &seen(evidence)?.asked;
    let mut refusals = asked.refusals.iter().filter(|refused| !is_missing(refused));
    let Some((_, first)) = refusals.next() else {
        return Some(Verdict::ok(format!("{}, allowed to ask", asked.by)));
    };
    let denied: Vec<&str> = asked
        .refusals
        .iter()
        .filter(|(_, refusal)| refusal.kind == Some(Kind::Denied))
        .filter_map(|(_, refusal)| Some(refusal.denial.as_ref()?.action.as_str()))
        .collect();
    if !denied.is_empty() {
        let verdict = Verdict::failed(format!(
            "{} may not call {}: {}",
            asked.by,
            list(&denied),
            first.trouble.what
        ));
        let actions: Vec<String> = denied
            .iter()
            .map(|action| format!("\"{action}\""))
            .collect();
        return Some(verdict.fix(format!(
            "Whoever runs `check --vpc` needs this besides:\n\
             {{ \"Effect\": \"Allow\", \"Resource\": \"*\",\n  \"Action\": [{}] }}",
            actions.join(", ")
        )));
    }
    let mend = first.trouble.mend.as_deref().unwrap_or("try again");
    Some(
        Verdict::failed(first.trouble.what.clone())
            .by(Mender::You)
            .fix(format!(
                "{mend}\n$ aws sts get-caller-identity --region {{region}}"
            )),
    )
}

/// Whether the space's VPC is known.
pub fn found(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let space = match (&seen.asked.space, space(&seen.asked)) {
        (_, Ok(space)) => space,
        (Some(Err(trouble)), _) => return Some(Verdict::failed(trouble.what.clone())),
        (_, Err(verdict)) => return Some(verdict),
    };
    if let Some(refused) = missing_vpc(&seen.asked, space) {
        return Some(refused);
    }
    let part = |what: &str, ids: &[String]| match ids.is_empty() {
        true => String::new(),
        false => format!(", {what} {}", list(ids)),
    };
    let address = space.address.as_ref();
    let detail = format!(
        "{} (by {}){}{}{}",
        space.vpc,
        space.known_by,
        part("subnets", &space.subnets),
        part("security groups", &space.groups),
        address.map_or(String::new(), |address| format!(", at {address}")),
    );
    let domain = space.studio_domain.as_deref().unwrap_or_default();
    Some(if space.is_outside {
        Verdict::warning(format!(
            "the spaces of Studio domain {domain} reach the internet by a VPC of SageMaker's own, not by {}: \
             its AppNetworkAccessType is PublicInternetOnly",
            space.vpc
        ))
        .by(Mender::PlatformTeam)
        .fix(format!(
            "To send them by {}, with every app stopped:\n\
             $ aws sagemaker update-domain --region {{region}} --domain-id {domain} --app-network-access-type VpcOnly",
            space.vpc
        ))
    } else {
        Verdict::ok(detail)
    })
}

/// A VPC that AWS does not know: by its refusal, or by an empty list.
fn missing_vpc(asked: &Asked, space: &Space) -> Option<Verdict> {
    let of_vpc = |(operation, _): &&(&str, Refusal)| operation.starts_with("DescribeVpc");
    let refused = asked
        .refusals
        .iter()
        .filter(of_vpc)
        .find(|one| is_missing(one));
    match refused {
        Some((_, refusal)) if refusal.kind == Some(Kind::Invalid) => {
            Some(Verdict::failed(refusal.trouble.what.clone()))
        }
        None if asked.vpc.is_some() || asked.is_refused("DescribeVpcs") => None,
        _ => Some(Verdict::failed(format!(
            "there is no {} in this account and region",
            space.vpc
        ))),
    }
}
