//! Whether endpoints are there, one for each service.

use super::zones::one_for_each_zone;
use super::{endpoints, list, seen, space};
use crate::check::catalogue::interface_service;
use crate::check::evidence::Role;
use crate::check::vpc::VpcSeen;
use crate::check::{Evidence, Verdict};

/// Whether the VPC has a working endpoint for this role's service.
pub fn exists(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let region = evidence.settings.region.as_deref()?;
    Some(existing(seen, region, role).unwrap_or_else(|verdict| verdict))
}

fn existing(seen: &VpcSeen, region: &str, role: Role) -> Result<Verdict, Verdict> {
    let space = space(&seen.asked)?;
    let all = endpoints(seen, region, role)?;
    let service = interface_service(region, role);
    let Some(first) = all.first() else {
        return Ok(match reached_elsewhere(seen, role) {
            Some(how) => Verdict::ok(format!("{} has none; {how}", space.vpc)),
            None => Verdict::failed(format!(
                "{} has no endpoint for {service}{}",
                space.vpc,
                twice_instead(seen, region, role)
            ))
            .fix(creation(seen, region, role)),
        });
    };
    let id = &first.id;
    if first.is_available() {
        return Ok(Verdict::ok(format!("{id} is available")));
    }
    if seen.wire.reaches(role) {
        return Ok(Verdict::ok(format!(
            "{id} is {}; the space gets there",
            first.state
        )));
    }
    let error = match first.last_error.is_empty() {
        true => String::new(),
        false => format!(": {}", crate::error::printable(&first.last_error)),
    };
    let look =
        format!("$ aws ec2 describe-vpc-endpoints --region {{region}} --vpc-endpoint-ids {id}");
    let verdict = Verdict::failed(format!("{id} for {service} is {}{error}", first.state));
    Ok(match first.state.as_str() {
        "pending" => verdict.fix(format!(
            "It takes some minutes. Look again, and then at\n{look}"
        )),
        _ => verdict.fix(format!(
            "Look at what it says, delete it and make it again:\n{look}\n\
             $ aws ec2 delete-vpc-endpoints --region {{region}} --vpc-endpoint-ids {id}\n{}",
            creation(seen, region, role)
        )),
    })
}

/// How the space gets there without an endpoint of its VPC.
fn reached_elsewhere(seen: &VpcSeen, role: Role) -> Option<String> {
    let host = seen.wire.host(role).filter(|_| seen.wire.reaches(role))?;
    Some(match host.addresses.is_empty() {
        true => format!("the space reaches {} by a proxy", host.name),
        false => format!(
            "the space reaches {} at {}",
            host.name,
            list(&host.addresses)
        ),
    })
}

/// The mistake of a well-known recipe: one service twice, the other never.
fn twice_instead(seen: &VpcSeen, region: &str, role: Role) -> String {
    let other = match role {
        Role::Api => Role::Repositories,
        _ => Role::Api,
    };
    let others = endpoints(seen, region, other).unwrap_or_default();
    match others.len() {
        0 | 1 => String::new(),
        count => format!(
            ", and {count} for {} ({})",
            interface_service(region, other),
            list(others.iter().map(|endpoint| &endpoint.id))
        ),
    }
}

/// The command that makes the endpoint, with all that is known of the space.
fn creation(seen: &VpcSeen, region: &str, role: Role) -> String {
    let vpc = match space(&seen.asked) {
        Ok(space) => space.vpc.clone(),
        Err(_) => "{vpc_id}".to_owned(),
    };
    let subnets = one_for_each_zone(seen, region, role);
    let subnets = match subnets.is_empty() {
        true => "{subnet_ids}".to_owned(),
        false => subnets.join(" "),
    };
    // The group of the other endpoint serves this one too.
    let others = [Role::Api, Role::Repositories].map(|role| endpoints(seen, region, role));
    let groups = others.into_iter().flatten().flatten().map(|one| one.groups);
    let groups = groups.into_iter().find(|groups| !groups.is_empty());
    let groups = groups.map_or("{endpoint_security_group}".to_owned(), |groups| {
        groups.join(" ")
    });
    format!(
        "$ aws ec2 create-vpc-endpoint --region {{region}} --vpc-endpoint-type Interface --vpc-id {vpc} --subnet-ids {subnets} \
         --security-group-ids {groups} --service-name {} --private-dns-enabled\n\
         Its security group must let port 443 in from the spaces'.",
        interface_service(region, role)
    )
}

/// Whether each service has one endpoint.
pub fn one_each(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let region = evidence.settings.region.as_deref()?;
    let both = [Role::Api, Role::Repositories].map(|role| endpoints(seen, region, role));
    let mut surplus = Vec::new();
    let mut detail = Vec::new();
    for all in both {
        let all = match all {
            Ok(all) => all,
            Err(verdict) => return Some(verdict),
        };
        let Some((first, others)) = all.split_first().filter(|(_, others)| !others.is_empty())
        else {
            continue;
        };
        detail.push(format!(
            "{} all lead to {}, and names lead to {} alone",
            list(all.iter().map(|one| &one.id)),
            first.service,
            first.id
        ));
        surplus.extend(others.iter().map(|one| one.id.clone()));
    }
    Some(match surplus.is_empty() {
        true => Verdict::ok("no two of them conflict"),
        false => Verdict::failed(detail.join("; ")).fix(format!(
            "A second one costs money, and its private DNS can never be turned on. Once nobody uses its own name:\n\
             $ aws ec2 delete-vpc-endpoints --region {{region}} --vpc-endpoint-ids {}",
            surplus.join(" ")
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::ec2::VpcEndpoint;
    use crate::check::Status;
    use crate::check::vpc::{Asked, Space};

    fn with(state: &str, error: &str) -> Verdict {
        let endpoint = VpcEndpoint {
            id: "vpce-1".into(),
            service: interface_service("us-east-1", Role::Api),
            state: state.into(),
            last_error: error.into(),
            ..VpcEndpoint::default()
        };
        let space = Space {
            vpc: "vpc-1".into(),
            ..Space::default()
        };
        let seen = VpcSeen {
            asked: Asked {
                space: Some(Ok(space)),
                endpoints: Some(vec![endpoint]),
                ..Asked::default()
            },
            ..VpcSeen::default()
        };
        let mut evidence = Evidence::default();
        evidence.settings.region = Some("us-east-1".into());
        evidence.vpc = Some(Box::new(seen));
        exists(&evidence, Role::Api).unwrap()
    }

    #[test]
    fn an_endpoint_that_is_not_available_is_told_with_its_state() {
        for (state, error, words, mend) in [
            ("pending", "", "is pending", "It takes some minutes"),
            (
                "failed",
                "no addresses left",
                "is failed: no addresses left",
                "delete-vpc-endpoints",
            ),
            ("rejected", "", "is rejected", "create-vpc-endpoint"),
        ] {
            let verdict = with(state, error);
            assert_eq!(verdict.status, Status::Failed, "{state}");
            assert!(verdict.detail.contains(words), "{verdict:?}");
            assert!(verdict.fix.unwrap().contains(mend), "{state}");
        }
        assert_eq!(with("available", "").status, Status::Ok);
        assert_eq!(with("Available", "").status, Status::Ok);
        let gone = with("deleted", "");
        assert!(gone.detail.contains("has no endpoint"), "{gone:?}");
    }
}
