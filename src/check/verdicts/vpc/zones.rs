//! Whether endpoints stand in the zones that spaces start in.

use std::collections::BTreeSet;

use super::{endpoint, list, seen, space, told};
use crate::aws::ec2::{Subnet, VpcEndpoint};
use crate::check::catalogue::interface_service;
use crate::check::evidence::Role;
use crate::check::vpc::VpcSeen;
use crate::check::{Evidence, Verdict};

/// Whether the endpoint stands in the zones that spaces start in.
pub fn in_zones(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let region = evidence.settings.region.as_deref()?;
    let endpoint = match endpoint(evidence, role)? {
        Ok(endpoint) => endpoint,
        Err(verdict) => return Some(verdict),
    };
    Some(standing(seen, region, role, &endpoint).unwrap_or_else(|verdict| verdict))
}

fn standing(
    seen: &VpcSeen,
    region: &str,
    role: Role,
    endpoint: &VpcEndpoint,
) -> Result<Verdict, Verdict> {
    let all = told(&seen.asked.subnets)?;
    let id = &endpoint.id;
    let modify = |subnets: &str| {
        format!(
            "$ aws ec2 modify-vpc-endpoint --region {{region}} --vpc-endpoint-id {id} --add-subnet-ids {subnets}"
        )
    };
    if endpoint.subnets.is_empty() {
        let subnets = one_for_each_zone(seen, region, role);
        let subnets = match subnets.is_empty() {
            true => "{subnet_ids}".to_owned(),
            false => subnets.join(" "),
        };
        return Ok(
            Verdict::failed(format!("{id} is in no subnet: it has no address"))
                .fix(modify(&subnets)),
        );
    }
    let zones: BTreeSet<&str> = all
        .iter()
        .filter(|subnet| endpoint.subnets.contains(&subnet.id))
        .map(|subnet| subnet.zone.as_str())
        .collect();
    let mut missing = Vec::new();
    let mut impossible = Vec::new();
    for subnet in own_subnets(seen) {
        if zones.contains(subnet.zone.as_str()) {
            continue;
        }
        match is_offered(seen, region, role, &subnet.zone) {
            true => missing.push(subnet),
            false => impossible.push(subnet.zone.clone()),
        }
    }
    if let Some(first) = missing.first() {
        let mut named: Vec<&str> = missing.iter().map(|subnet| subnet.zone.as_str()).collect();
        named.dedup();
        return Ok(Verdict::warning(format!(
            "{id} is in {}, not in {}, where spaces start too: their packages cross zones, and stop when those do",
            list(&zones),
            list(named)
        ))
        .fix(modify(&first.id)));
    }
    let note = match impossible.is_empty() {
        true => String::new(),
        false => format!(" ({} has no CodeArtifact endpoints)", list(impossible)),
    };
    Ok(Verdict::ok(format!("{id} is in {}{note}", list(&zones))))
}

/// Of the space's subnets one in each zone that the service is in.
pub(super) fn one_for_each_zone(seen: &VpcSeen, region: &str, role: Role) -> Vec<String> {
    let mut zones = BTreeSet::new();
    let subnets = own_subnets(seen);
    let offered = subnets
        .into_iter()
        .filter(|subnet| is_offered(seen, region, role, &subnet.zone));
    let first = offered.filter(|subnet| zones.insert(subnet.zone.clone()));
    first.map(|subnet| subnet.id.clone()).collect()
}

/// The subnets of the space that AWS told of.
fn own_subnets(seen: &VpcSeen) -> Vec<&Subnet> {
    let Ok(space) = space(&seen.asked) else {
        return Vec::new();
    };
    let all = seen.asked.subnets.iter().flatten();
    all.filter(|subnet| space.subnets.contains(&subnet.id))
        .collect()
}

/// Whether the service can have an endpoint in `zone`, as far as AWS tells.
fn is_offered(seen: &VpcSeen, region: &str, role: Role, zone: &str) -> bool {
    let service = interface_service(region, role);
    let known = seen.asked.services.iter().flatten();
    let known = known.into_iter().find(|known| known.name == service);
    known.is_none_or(|known| known.zones.is_empty() || known.zones.iter().any(|one| one == zone))
}
