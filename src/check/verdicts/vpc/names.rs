//! Whether names lead to the endpoints.

use super::{endpoint, list, seen, space, told};
use crate::aws::ec2::VpcEndpoint;
use crate::check::evidence::Role;
use crate::check::verdicts::is_private;
use crate::check::vpc::VpcSeen;
use crate::check::{Cause, Evidence, Mender, Verdict, catalogue};

/// Whether the VPC has what private names need.
pub fn attributes(evidence: &Evidence) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let judged = || {
        let vpc = &space(&seen.asked)?.vpc;
        let both = [
            (
                "enableDnsSupport",
                "--enable-dns-support",
                told(&seen.asked.dns_support)?,
            ),
            (
                "enableDnsHostnames",
                "--enable-dns-hostnames",
                told(&seen.asked.dns_hostnames)?,
            ),
        ];
        let off = || both.iter().filter(|(_, _, is_on)| !**is_on);
        let named = list(off().map(|(name, _, _)| name));
        if named.is_empty() {
            return Ok(Verdict::ok(
                "enableDnsSupport and enableDnsHostnames are on",
            ));
        }
        if seen.wire.reaches(Role::Api) && seen.wire.reaches(Role::Repositories) {
            return Ok(Verdict::ok(format!(
                "{named} off; the space gets there all the same"
            )));
        }
        let commands: Vec<String> = off()
            .map(|(_, flag, _)| {
                format!("$ aws ec2 modify-vpc-attribute --region {{region}} --vpc-id {vpc} {flag}")
            })
            .collect();
        Ok(Verdict::failed(format!(
            "{vpc} has {named} off: no private name works there"
        ))
        .fix(commands.join("\n")))
    };
    Some(judged().unwrap_or_else(|verdict: Verdict| verdict))
}

/// Whether the service's names lead to the endpoint. No object where there is none.
pub fn private_names(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let seen = seen(evidence)?;
    let endpoint = match endpoint(evidence, role)? {
        Ok(endpoint) => endpoint,
        Err(verdict) => return Some(verdict),
    };
    Some(named(seen, role, &endpoint))
}

fn named(seen: &VpcSeen, role: Role, endpoint: &VpcEndpoint) -> Verdict {
    let id = &endpoint.id;
    let host = seen.wire.host(role);
    if let Some(host) = host.filter(|host| host.name.ends_with(".vpce.amazonaws.com")) {
        return own_name(&host.name, endpoint);
    }
    if seen.wire.reaches(role) {
        return Verdict::ok(match endpoint.has_private_dns {
            true => format!("private DNS of {id} is on"),
            false => format!("private DNS of {id} is off; the space gets there all the same"),
        });
    }
    if !endpoint.has_private_dns {
        return Verdict::failed(format!("private DNS of {id} is off: AWS's names do not lead to it")).fix(format!(
            "$ aws ec2 modify-vpc-endpoint --region {{region}} --vpc-endpoint-id {id} --private-dns-enabled\n\
             If AWS speaks of a conflicting DNS domain, a private hosted zone of the VPC has the name:\n\
             $ aws route53 list-hosted-zones-by-vpc --vpc-region {{region}} --vpc-id {}",
            space(&seen.asked).map_or("{vpc_id}", |space| &space.vpc)
        ));
    }
    led_elsewhere(seen, role, endpoint)
        .unwrap_or_else(|| Verdict::ok(format!("private DNS of {id} is on")))
}

fn own_name(name: &str, endpoint: &VpcEndpoint) -> Verdict {
    let id = &endpoint.id;
    if name.starts_with(id.as_str()) {
        return Verdict::ok(format!("the space uses the own name of {id}"));
    }
    let names = list(&endpoint.dns_names);
    Verdict::failed(format!("the space uses {name}, and the VPC's endpoint is {id}"))
        .by(Mender::You)
        .fix(format!(
            "Set STUDIO_MIRROR_API_ENDPOINT and STUDIO_MIRROR_REPOSITORY_ENDPOINT to names of endpoints that are there ({names}):\n\
             $ aws ec2 describe-vpc-endpoints --region {{region}} --vpc-endpoint-ids {id} --query 'VpcEndpoints[].DnsEntries[].DnsName'"
        ))
}

/// Private DNS is on, and the space was led elsewhere all the same: its resolver is not the VPC's.
fn led_elsewhere(seen: &VpcSeen, role: Role, endpoint: &VpcEndpoint) -> Option<Verdict> {
    let host = seen.wire.host(role)?;
    let own: Vec<&String> = seen
        .asked
        .interfaces
        .iter()
        .flatten()
        .filter(|interface| endpoint.interfaces.contains(&interface.id))
        .flat_map(|interface| &interface.addresses)
        .collect();
    let is_own = |address: &std::net::IpAddr| own.iter().any(|one| **one == address.to_string());
    let is_led_there = host.addresses.iter().any(is_own);
    let did_not_resolve =
        host.addresses.is_empty() && seen.wire.fails(catalogue::hops(role).dns.id);
    let is_led_off = !host.addresses.is_empty() && !own.is_empty() && !is_led_there;
    if !did_not_resolve && !is_led_off {
        return None;
    }
    let where_to = match own.is_empty() {
        true => endpoint.id.clone(),
        false => format!("{} ({})", endpoint.id, list(own)),
    };
    let got = match host.addresses.is_empty() {
        true => "no address".to_owned(),
        false => list(&host.addresses),
    };
    let (vpc, options) = (
        space(&seen.asked).map_or("{vpc_id}", |space| &space.vpc),
        seen.asked
            .vpc
            .as_ref()
            .map_or("{dhcp_options_id}", |vpc| &vpc.dhcp_options),
    );
    let verdict = Verdict::failed(format!(
        "in {vpc} {} is {where_to}, and the space gets {got}: it does not ask the VPC's resolver, or another zone answers",
        host.name
    ));
    let zones =
        format!("$ aws route53 list-hosted-zones-by-vpc --vpc-region {{region}} --vpc-id {vpc}");
    Some(match host.addresses.iter().any(is_private) {
        true => verdict.fix(format!("A private hosted zone of the VPC, or a line in /etc/hosts, has that address:\n{zones}")),
        // What asks the wrong nameserver for one name asks it for all.
        false => verdict.because(Cause::Resolver).fix(format!(
            "Its nameserver must be AmazonProvidedDNS, or must forward amazonaws.com and on.aws to it:\n\
             $ aws ec2 describe-dhcp-options --region {{region}} --dhcp-options-ids {options}\n\
             Look at Route 53's DNS Firewall and its resolver rules for that VPC, too:\n\
             $ aws route53resolver list-resolver-rule-associations --region {{region}} --filters Name=VPCId,Values={vpc}"
        )),
    })
}
