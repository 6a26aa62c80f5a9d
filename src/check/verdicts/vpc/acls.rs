//! Whether network ACLs let the spaces and the endpoints talk.

use std::collections::BTreeSet;

use ipnet::Ipv4Net;

use super::{endpoint, list, seen, space, told};
use crate::aws::ec2::{NetworkAcl, Subnet};
use crate::check::evidence::Role;
use crate::check::verdicts::repository::wants_assets;
use crate::check::vpc::VpcSeen;
use crate::check::vpc::acls::{ANSWERS, Direction, Far, HTTPS, Passage, number_before, passage};
use crate::check::{Evidence, Verdict};

/// Packets that an ACL must let pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Need<'a> {
    acl: &'a str,
    direction: Direction,
    far: Far,
    ports: (u16, u16),
}

/// Whether the subnets' network ACLs let connections from the spaces to the endpoints through, and the answers back.
pub fn pass(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence)?;
    Some(judged(evidence, seen).unwrap_or_else(|verdict| verdict))
}

fn judged(evidence: &Evidence, seen: &VpcSeen) -> Result<Verdict, Verdict> {
    let space = space(&seen.asked)?;
    let subnets = told(&seen.asked.subnets)?;
    told(&seen.asked.endpoints)?;
    let acls = match told(&seen.asked.acls)? {
        Ok(acls) => acls,
        Err(refusal) => return Err(Verdict::unknown(refusal.trouble.what.clone())),
    };
    let named = |ids: &[String]| -> Vec<&Subnet> {
        let own = subnets.iter().filter(|subnet| ids.contains(&subnet.id));
        own.collect()
    };
    let own = named(&space.subnets);
    if own.is_empty() && !space.subnets.is_empty() {
        return Ok(Verdict::unknown(format!(
            "{} not in {}",
            are(&space.subnets),
            space.vpc
        )));
    }
    if own.is_empty() {
        return Ok(Verdict::unknown(
            "the space's subnets are not known; --subnet-ids names them",
        ));
    }
    let mut needs = BTreeSet::new();
    for role in [Role::Api, Role::Repositories] {
        if let Some(Ok(endpoint)) = endpoint(evidence, role).filter(|_| !seen.wire.reaches(role)) {
            let theirs = named(&endpoint.subnets);
            needs.extend(own.iter().flat_map(|from| {
                let to = theirs.iter().filter(|to| to.id != from.id);
                to.flat_map(|to| between(acls, from, to))
            }));
        }
    }
    if wants_assets(evidence) && !seen.wire.reaches(Role::Assets) {
        let of = own.iter().filter_map(|subnet| acl_of(acls, subnet));
        needs.extend(of.flat_map(|acl| out_and_back(acl, Far::Public)));
    }
    Ok(verdict(acls, &needs))
}

/// What a connection needs of the ACLs at both of its ends.
fn between<'a>(acls: &'a [NetworkAcl], from: &Subnet, to: &Subnet) -> Vec<Need<'a>> {
    let network = |subnet: &Subnet| subnet.cidr.parse::<Ipv4Net>().ok().map(Far::Network);
    let here = acl_of(acls, from).zip(network(to));
    let there = acl_of(acls, to).zip(network(from));
    let here = here
        .into_iter()
        .flat_map(|(acl, far)| out_and_back(acl, far));
    let there = there.into_iter().flat_map(|(acl, far)| {
        [(Direction::In, HTTPS), (Direction::Out, ANSWERS)].map(|(direction, ports)| Need {
            acl: &acl.id,
            direction,
            far,
            ports,
        })
    });
    here.chain(there).collect()
}

fn out_and_back(acl: &NetworkAcl, far: Far) -> [Need<'_>; 2] {
    [(Direction::Out, HTTPS), (Direction::In, ANSWERS)].map(|(direction, ports)| Need {
        acl: &acl.id,
        direction,
        far,
        ports,
    })
}

fn acl_of<'a>(acls: &'a [NetworkAcl], subnet: &Subnet) -> Option<&'a NetworkAcl> {
    acls.iter().find(|acl| acl.subnets.contains(&subnet.id))
}

fn verdict(acls: &[NetworkAcl], needs: &BTreeSet<Need>) -> Verdict {
    let mut shut = Vec::new();
    let mut unclear = BTreeSet::new();
    for need in needs {
        let Some(acl) = acls.iter().find(|acl| acl.id == need.acl) else {
            continue;
        };
        match passage(acl, need.direction, need.far, need.ports) {
            Passage::Open => {}
            Passage::Unclear => {
                unclear.insert(need.acl);
            }
            Passage::Shut(number) => shut.push((need, number, acl)),
        }
    }
    if shut.is_empty() {
        return match unclear.is_empty() {
            true => Verdict::ok(match needs.is_empty() {
                true => "none stands between the space and the endpoints".to_owned(),
                false => format!("{} let them through", list(ids(needs))),
            }),
            false => Verdict::unknown(format!(
                "whether {} let the space through depends on addresses that are not known",
                list(unclear)
            )),
        };
    }
    let what: Vec<String> = shut
        .iter()
        .map(|(need, number, _)| told_of(need, *number))
        .collect();
    // Each rule takes a number, so that the next one must take another.
    let mut numbered = acls.to_vec();
    let commands: Vec<String> = shut
        .iter()
        .map(|(need, number, _)| command(&mut numbered, need, *number))
        .collect();
    Verdict::failed(what.join("; ")).fix(commands.join("\n"))
}

fn ids<'a>(needs: &BTreeSet<Need<'a>>) -> BTreeSet<&'a str> {
    needs.iter().map(|need| need.acl).collect()
}

/// What does not pass, and why.
fn told_of(need: &Need, number: u32) -> String {
    let far = far(need.far);
    let rule = match number {
        32_767 => "has no rule that lets".to_owned(),
        number => format!("denies by rule {number}"),
    };
    let what = match (need.direction, need.ports == HTTPS) {
        (Direction::In, true) => format!("port 443 in from {far}"),
        (Direction::In, false) => format!("the answers in from {far}"),
        (Direction::Out, true) => format!("port 443 out to {far}"),
        (Direction::Out, false) => format!("the answers out to {far}"),
    };
    format!("{} {rule} {what}", need.acl)
}

fn far(far: Far) -> String {
    match far {
        Far::Network(network) => network.to_string(),
        Far::Public => "S3".to_owned(),
    }
}

/// The command that lets it pass, whose rule is in `acls` afterwards.
fn command(acls: &mut [NetworkAcl], need: &Need, number: u32) -> String {
    let acl = acls.iter_mut().find(|acl| acl.id == need.acl);
    let free = acl.and_then(|acl| {
        let free = number_before(acl, need.direction, number)?;
        acl.entries.push(crate::aws::ec2::AclEntry {
            number: free,
            is_egress: need.direction == Direction::Out,
            ..Default::default()
        });
        Some(free.to_string())
    });
    let direction = match need.direction {
        Direction::In => "ingress",
        Direction::Out => "egress",
    };
    // AWS's own advice for the ports that answers go to.
    let (from, to) = match need.ports == HTTPS {
        true => HTTPS,
        false => (1024, 65_535),
    };
    let cidr = match need.far {
        Far::Network(network) => network.to_string(),
        Far::Public => "0.0.0.0/0".to_owned(),
    };
    format!(
        "$ aws ec2 create-network-acl-entry --region {{region}} --network-acl-id {} --{direction} --rule-number {} --protocol tcp \
         --port-range From={from},To={to} --cidr-block {cidr} --rule-action allow",
        need.acl,
        free.as_deref().unwrap_or("{rule_number}"),
    )
}

/// `subnet-1 is`, `subnet-1 and subnet-2 are`
fn are(ids: &[String]) -> String {
    let verb = if ids.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", list(ids))
}
