//! The way to npm's tarballs in S3.

use super::{list, seen, space, told};
use crate::aws::ec2::{RouteTable, VpcEndpoint};
use crate::check::catalogue::s3_service;
use crate::check::evidence::Role;
use crate::check::verdicts::repository::wants_assets;
use crate::check::vpc::VpcSeen;
use crate::check::{Evidence, Verdict};

/// The endpoint that leads to S3, a gateway first. No object where tarballs are not wanted, or there is none.
pub(super) fn endpoint(evidence: &Evidence) -> Option<Result<VpcEndpoint, Verdict>> {
    let seen = seen(evidence).filter(|_| wants_assets(evidence))?;
    let region = evidence.settings.region.as_deref()?;
    match all(seen, region) {
        Ok(all) => Some(Ok(all.into_iter().next()?)),
        Err(verdict) => Some(Err(verdict)),
    }
}

fn all(seen: &VpcSeen, region: &str) -> Result<Vec<VpcEndpoint>, Verdict> {
    space(&seen.asked)?;
    let service = s3_service(region);
    let all = told(&seen.asked.endpoints)?.iter();
    let mut all: Vec<VpcEndpoint> = all
        .filter(|endpoint| endpoint.service == service && endpoint.is_available())
        .filter(|endpoint| endpoint.is_gateway() || endpoint.has_private_dns)
        .cloned()
        .collect();
    all.sort_by_key(|endpoint| !endpoint.is_gateway());
    Ok(all)
}

/// Whether the spaces' subnets have a way to S3. No object where tarballs are not wanted.
pub fn gateway(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence).filter(|_| wants_assets(evidence))?;
    let region = evidence.settings.region.as_deref()?;
    Some(routed(seen, region).unwrap_or_else(|verdict| verdict))
}

fn routed(seen: &VpcSeen, region: &str) -> Result<Verdict, Verdict> {
    let space = space(&seen.asked)?;
    let all = all(seen, region)?;
    let tables = told(&seen.asked.route_tables)?;
    let own = own_tables(tables, &space.subnets);
    let ids = match own.is_empty() {
        true => "{route_table_ids}".to_owned(),
        false => own.join(" "),
    };
    let Some(first) = all.first() else {
        return Ok(match seen.wire.reaches(Role::Assets) {
            true => Verdict::ok(format!("{} has none; the space gets to S3 all the same", space.vpc)),
            false => Verdict::failed(format!("{} has no endpoint for {}", space.vpc, s3_service(region)))
                .fix(format!(
                    "$ aws ec2 create-vpc-endpoint --region {{region}} --vpc-endpoint-type Gateway --vpc-id {} \
                     --service-name {} --route-table-ids {ids}",
                    space.vpc,
                    s3_service(region)
                )),
        });
    };
    if !first.is_gateway() {
        return Ok(Verdict::ok(format!("{} has private DNS", first.id)));
    }
    let routed: Vec<&String> = all.iter().flat_map(|one| &one.route_tables).collect();
    let missing: Vec<&String> = own.iter().filter(|table| !routed.contains(table)).collect();
    Ok(if missing.is_empty() {
        Verdict::ok(format!("{} is in {}", first.id, list(&own)))
    } else if seen.wire.reaches(Role::Assets) {
        Verdict::ok(format!(
            "the space gets to S3, though {} is not in {}",
            first.id,
            list(missing)
        ))
    } else {
        let ids: Vec<&str> = missing.iter().map(|id| id.as_str()).collect();
        Verdict::failed(format!("{} is not in {}, which the space's subnets have", first.id, list(&missing)))
            .fix(format!(
                "$ aws ec2 modify-vpc-endpoint --region {{region}} --vpc-endpoint-id {} --add-route-table-ids {}",
                first.id,
                ids.join(" ")
            ))
    })
}

/// The tables of these subnets: their own, else the VPC's main one.
fn own_tables(tables: &[RouteTable], subnets: &[String]) -> Vec<String> {
    let main = tables.iter().find(|table| table.is_main);
    let of = |subnet: &String| {
        let own = tables.iter().find(|table| table.subnets.contains(subnet));
        Some(own.or(main)?.id.clone())
    };
    let mut own: Vec<String> = subnets.iter().filter_map(of).collect();
    own.sort();
    own.dedup();
    own
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subnet_without_a_table_of_its_own_has_the_main_one() {
        let table = |id: &str, is_main, subnets: &[&str]| RouteTable {
            id: id.to_owned(),
            is_main,
            subnets: subnets.iter().map(|id| (*id).to_owned()).collect(),
            gateway_lists: Vec::new(),
        };
        let tables = [
            table("rtb-main", true, &[]),
            table("rtb-b", false, &["subnet-b"]),
        ];
        let of = |subnets: &[&str]| {
            let subnets: Vec<String> = subnets.iter().map(|id| (*id).to_owned()).collect();
            own_tables(&tables, &subnets)
        };
        assert_eq!(of(&["subnet-a", "subnet-b"]), ["rtb-b", "rtb-main"]);
        assert_eq!(of(&["subnet-b"]), ["rtb-b"]);
        assert_eq!(of(&[]), [""; 0]);
    }
}
