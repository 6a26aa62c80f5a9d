//! Whether security groups let the spaces through to the endpoints.

use super::{endpoint, group_name, list, seen, space, told};
use crate::aws::ec2::{Rule, SecurityGroup, VpcEndpoint};
use crate::check::evidence::Role;
use crate::check::verdicts::repository::wants_assets;
use crate::check::vpc::rules::{Passage, Peer, leads_to_lists, passage};
use crate::check::vpc::{Space, VpcSeen};
use crate::check::{Cause, Evidence, Verdict};

/// Whether the endpoint's groups let the spaces in.
pub fn lets_in(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let endpoint = match endpoint(evidence, role)? {
        Ok(endpoint) => endpoint,
        Err(verdict) => return Some(verdict),
    };
    Some(let_in(seen, role, &endpoint).unwrap_or_else(|verdict| verdict))
}

fn let_in(seen: &VpcSeen, role: Role, endpoint: &VpcEndpoint) -> Result<Verdict, Verdict> {
    let space = space(&seen.asked)?;
    let groups = told(&seen.asked.groups)?;
    let named = list(endpoint.groups.iter().map(|id| group_name(groups, id)));
    let rules = rules(groups, &endpoint.groups, |group| &group.ingress)?;
    let id = &endpoint.id;
    Ok(match passage(rules, &spaces(seen, space)) {
        Passage::Open => Verdict::ok(format!("{named} of {id} lets port 443 in from the space")),
        _ if seen.wire.reaches(role) => {
            Verdict::ok(format!("the space gets through {named} of {id}"))
        }
        Passage::Unclear(why) => Verdict::unknown(format!(
            "whether {named} lets the space in cannot be told: {why}"
        )),
        Passage::Shut => {
            let from = match (space.groups.first(), &space.address) {
                (Some(group), _) => format!("--source-group {group}"),
                (None, Some(address)) => format!("--cidr {address}/32"),
                (None, None) => "--source-group {studio_security_group}".to_owned(),
            };
            let group = endpoint
                .groups
                .first()
                .map_or("{endpoint_security_group}", |group| group);
            Verdict::failed(format!("no rule of {named} of {id} lets port 443 in from {}", who(seen, space)))
                .because(Cause::SecurityGroups(endpoint.groups.clone()))
                .fix(format!(
                    "$ aws ec2 authorize-security-group-ingress --region {{region}} --group-id {group} --protocol tcp --port 443 {from}"
                ))
        }
    })
}

/// The rules of the groups of these ids; which groups AWS does not show cannot be judged.
fn rules<'a>(
    groups: &'a [SecurityGroup],
    ids: &[String],
    of: fn(&SecurityGroup) -> &Vec<Rule>,
) -> Result<Vec<&'a Rule>, Verdict> {
    if let Some(id) = ids
        .iter()
        .find(|id| groups.iter().all(|group| group.id != **id))
    {
        return Err(Verdict::unknown(format!(
            "AWS does not show {id}: another account's, perhaps"
        )));
    }
    let own = groups.iter().filter(|group| ids.contains(&group.id));
    Ok(own.flat_map(of).collect())
}

/// The space as a rule may name it: its groups, and its address or every subnet it may be in, or the whole VPC.
fn spaces(seen: &VpcSeen, space: &Space) -> Peer {
    let asked = &seen.asked;
    if let Some(address) = &space.address {
        return Peer::new(&space.groups, [address]);
    }
    let subnets = asked.subnets.iter().flatten();
    let own = subnets.filter(|subnet| space.subnets.contains(&subnet.id));
    let places: Vec<&String> = own.map(|subnet| &subnet.cidr).collect();
    if !places.is_empty() || !space.groups.is_empty() {
        return Peer::new(&space.groups, places);
    }
    Peer::default()
}

fn who(seen: &VpcSeen, space: &Space) -> String {
    let groups = seen.asked.groups.as_deref().unwrap_or_default();
    match (&space.address, space.groups.is_empty()) {
        (_, false) => list(space.groups.iter().map(|id| group_name(groups, id))),
        (Some(address), true) => address.clone(),
        (None, true) => format!("the subnets {}", list(&space.subnets)),
    }
}

/// Whether the spaces' groups let them out: to both endpoints, and to S3 where that is wanted.
pub fn lets_out(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence)?;
    Some(let_out(evidence, seen).unwrap_or_else(|verdict| verdict))
}

fn let_out(evidence: &Evidence, seen: &VpcSeen) -> Result<Verdict, Verdict> {
    let space = space(&seen.asked)?;
    let groups = told(&seen.asked.groups)?;
    told(&seen.asked.endpoints)?;
    if space.groups.is_empty() {
        return Ok(Verdict::unknown(
            "the space's security groups are not known; --security-group-ids names them",
        ));
    }
    let named = list(space.groups.iter().map(|id| group_name(groups, id)));
    let out = rules(groups, &space.groups, |group| &group.egress)?;
    let mut shut = Vec::new();
    let mut unclear = None;
    for role in [Role::Api, Role::Repositories] {
        let Some(Ok(endpoint)) = endpoint(evidence, role) else {
            continue;
        };
        if seen.wire.reaches(role) {
            continue;
        }
        match passage(out.iter().copied(), &peer(seen, &endpoint)) {
            Passage::Open => {}
            Passage::Shut => shut.push(Way::to(&endpoint)),
            Passage::Unclear(why) => unclear = Some(why),
        }
    }
    let is_s3_wanted = wants_assets(evidence) && !seen.wire.reaches(Role::Assets);
    if is_s3_wanted && !leads_to_lists(out) {
        shut.push(Way::to_s3());
    }
    Ok(match (shut.is_empty(), unclear) {
        (true, None) => Verdict::ok(format!("{named} lets port 443 out")),
        (true, Some(why)) => Verdict::unknown(format!(
            "whether {named} lets port 443 out cannot be told: {why}"
        )),
        (false, _) => {
            let group = &space.groups[0];
            let mut commands: Vec<String> = shut.iter().map(|way| way.command(group)).collect();
            commands.dedup();
            Verdict::failed(format!(
                "no rule of {named} lets port 443 out to {}",
                list(shut.iter().map(|way| &way.name))
            ))
            .fix(commands.join("\n"))
        }
    })
}

/// An endpoint as a rule may name it.
fn peer(seen: &VpcSeen, endpoint: &VpcEndpoint) -> Peer {
    let asked = &seen.asked;
    let interfaces = asked.interfaces.iter().flatten();
    let own = interfaces.filter(|interface| endpoint.interfaces.contains(&interface.id));
    let mut places: Vec<&String> = own.flat_map(|interface| &interface.addresses).collect();
    if places.is_empty() {
        let subnets = asked.subnets.iter().flatten();
        let own = subnets.filter(|subnet| endpoint.subnets.contains(&subnet.id));
        places = own.map(|subnet| &subnet.cidr).collect();
    }
    // S3's addresses are public; an endpoint's are not.
    let tables = asked.route_tables.iter().flatten();
    let foreign_lists = tables.flat_map(|table| table.gateway_lists.clone());
    Peer {
        foreign_lists: foreign_lists.collect(),
        ..Peer::new(&endpoint.groups, places)
    }
}

/// A way out that is shut.
struct Way {
    name: String,
    /// What must be looked up before.
    before: &'static str,
    /// How the command names the other side.
    target: String,
}

impl Way {
    fn to(endpoint: &VpcEndpoint) -> Self {
        let group = endpoint
            .groups
            .first()
            .map_or("{endpoint_security_group}", |group| group);
        Self {
            name: endpoint.id.clone(),
            before: "",
            target: format!("--protocol tcp --port 443 --source-group {group}"),
        }
    }

    /// The AWS CLI has no shorter way to name a prefix list.
    fn to_s3() -> Self {
        let list = "PrefixListIds=[{PrefixListId={s3_prefix_list}}]";
        Self {
            name: "S3".to_owned(),
            before: "The id of S3's prefix list here, and the rule that names it:\n\
                $ aws ec2 describe-prefix-lists --region {region} --filters Name=prefix-list-name,Values=com.amazonaws.{region}.s3\n",
            target: format!("--ip-permissions 'IpProtocol=tcp,FromPort=443,ToPort=443,{list}'"),
        }
    }

    fn command(&self, group: &str) -> String {
        let Self { before, target, .. } = self;
        format!(
            "{before}$ aws ec2 authorize-security-group-egress --region {{region}} --group-id {group} {target}"
        )
    }
}
