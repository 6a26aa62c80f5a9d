//! Names and nameservers.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use super::both::told_once;
use super::nameservers::{Sort, is_dead, sort};
use super::{is_private, list};
use crate::aws::Kind;
use crate::check::catalogue::BOTH_NAMES;
use crate::check::evidence::{Distrust, Handshake, HostSeen, Names, Role, Said, Tunnel};
use crate::check::{Cause, Evidence, Loss, Mender, Status, Verdict};

/// Whether a host's name leads to an address that can be used.
pub fn resolves(evidence: &Evidence, role: Role) -> Option<Verdict> {
    let host = match evidence.host(role) {
        Some(host) => host,
        None => return unknown(role),
    };
    match &host.tunnel {
        Some(Tunnel::Open) => return Some(Verdict::ok("the proxy looks it up")),
        Some(Tunnel::Unreached(_)) => return Some(Verdict::waits_for("proxy.reach")),
        Some(_) => return Some(Verdict::waits_for("proxy.tunnel")),
        None => {}
    }
    let names = host.names.as_ref()?;
    let addresses = names.addresses();
    if addresses.is_empty() {
        // The name is made of the domain's: where there is no such domain, that is the one mistake.
        return Some(match is_of_no_domain(evidence, role) {
            true => Verdict::waits_for("token.mint"),
            false => blamed(no_address(evidence, host, names), names),
        });
    }
    if let Some(verdict) = astray(host, names) {
        return Some(verdict);
    }
    let shown = list(addresses);
    if names.is_address {
        return Some(Verdict::ok(format!("{shown} is an address itself")));
    }
    let from = if names.hosts_file.is_empty() {
        String::new()
    } else {
        " (/etc/hosts)".to_owned()
    };
    let is_private_one = addresses.iter().any(is_private);
    // S3 and, without internet, nothing else is reached at public addresses.
    let is_endpoint = matches!(role, Role::Api | Role::Repositories | Role::Sts);
    let has_v4 = addresses.iter().any(IpAddr::is_ipv4);
    if is_endpoint && leads_outside(host) {
        let verdict = Verdict::failed(format!(
            "{} is the public address {shown}{from}, which cannot be reached from here",
            host.host
        ));
        if !names.hosts_file.is_empty() {
            return Some(without_line(verdict, host));
        }
        let outside = |_, host: &HostSeen| {
            let is_told = host.names.as_ref()?.hosts_file.is_empty();
            (is_told && leads_outside(host)).then_some(Loss::Outside)
        };
        let verdict = told_once(verdict, Some(BOTH_NAMES), evidence, role, outside);
        return Some(blamed(verdict, names));
    }
    let kind = match (is_endpoint, is_private_one, has_v4) {
        (true, true, _) => ", private",
        (true, false, true) => ", public",
        _ => "",
    };
    Some(Verdict::ok(format!("{} is {shown}{kind}{from}", host.host)))
}

/// Whether a host's name leads to public addresses, none of which is reached.
pub(super) fn leads_outside(host: &HostSeen) -> bool {
    let addresses = host.names.as_ref().map_or(&[][..], Names::addresses);
    let is_public = addresses.iter().any(IpAddr::is_ipv4) && !addresses.iter().any(is_private);
    is_public && !host.is_reached()
}

/// A host that was never looked at: what it waits for.
fn unknown(role: Role) -> Option<Verdict> {
    match role {
        Role::Repositories => Some(Verdict::waits_for("repository.endpoint")),
        // Whether there is a bucket at all is for the last of its checks to say.
        Role::Assets => None,
        Role::Api | Role::Sts => Some(Verdict::waits_for("settings.complete")),
    }
}

/// Whether the host's name is that of a domain which AWS does not know.
fn is_of_no_domain(evidence: &Evidence, role: Role) -> bool {
    let refused = |answer: &crate::check::evidence::Refusal| answer.kind == Some(Kind::NotFound);
    role == Role::Repositories && matches!(&evidence.token, Some(Err(answer)) if refused(answer))
}

/// Where /etc/hosts leads away from where the nameservers do, and to nobody who could be the host.
fn astray(host: &HostSeen, names: &Names) -> Option<Verdict> {
    let first = names.hosts_file.first()?;
    let is_the_host = match &host.handshake {
        Some(Handshake::Done { trust, .. }) => !matches!(trust, Err(Distrust::WrongName(_))),
        _ => host.is_open(),
    };
    let Some(Said::Addresses(known)) = names.first_answer().filter(|_| !is_the_host) else {
        return None;
    };
    let is_private_one = known.iter().any(is_private);
    (is_private_one && !known.contains(first)).then(|| {
        let (host_name, known) = (&host.host, list(known));
        let verdict = Verdict::failed(format!(
            "/etc/hosts says that {host_name} is {first}, where it is not; the nameserver says {known}"
        ));
        without_line(verdict, host)
    })
}

/// Written in place: in a container the file cannot be replaced.
fn without_line(verdict: Verdict, host: &HostSeen) -> Verdict {
    verdict.by(Mender::You).fix(format!(
        "Take the line of {host} out of /etc/hosts, so that the VPC's resolver is asked:\n\
         $ grep -v {host} /etc/hosts > /tmp/hosts; sudo tee /etc/hosts < /tmp/hosts",
        host = host.host
    ))
}

/// Where another nameserver knows better, it is their disagreement.
fn blamed(verdict: Verdict, names: &Names) -> Verdict {
    let own = names.first_answer().and_then(sort);
    let knows = |(_, said): &(IpAddr, Said)| match sort(said) {
        Some(Sort::Private) => true,
        // S3's addresses are public ones.
        Some(Sort::Public) => own == Some(Sort::Nothing),
        _ => false,
    };
    if verdict.status == Status::Failed && names.servers.iter().any(knows) {
        verdict.because(Cause::Resolver)
    } else {
        verdict
    }
}

fn no_address(evidence: &Evidence, host: &HostSeen, names: &Names) -> Verdict {
    let name = &host.host;
    let verdict = said_nothing(evidence, name, names);
    if name.contains(".vpce.") && verdict.status == Status::Failed {
        return verdict.fix(
            "This is the own name of a VPC endpoint. Compare it with the names of those that are there:\n\
             $ aws ec2 describe-vpc-endpoints --region {region} --query 'VpcEndpoints[].DnsEntries[].DnsName'",
        );
    }
    verdict
}

/// AWS's names are there for all the world, with or without an endpoint: who does not find one is kept from it.
const HIDDEN: &str = "The name is there in public DNS, so something here hides it: a rule of Route 53's DNS Firewall (which judges \
    every CNAME on the way), or a nameserver that does not forward amazonaws.com and on.aws to Amazon's. Compare:\n\
    $ dig @169.254.169.253 {api_host} {repositories_host}\n\
    $ aws route53resolver list-firewall-rule-group-associations --region {region} --vpc-id {vpc_id}\n\
    $ aws route53resolver list-resolver-rules --region {region}";

fn said_nothing(evidence: &Evidence, name: &str, names: &Names) -> Verdict {
    match names.first_answer() {
        Some(Said::NoSuchName) if none_is_known(evidence) => nowhere(evidence, name),
        Some(Said::NoSuchName) => {
            Verdict::failed(format!("there is no such name as {name} (NXDOMAIN)"))
                .fix(HIDDEN)
                .because(Cause::Names("NXDOMAIN".to_owned()))
        }
        Some(_) => Verdict::failed(format!("the name {name} has no address"))
            .fix(HIDDEN)
            .because(Cause::Names("no address".to_owned())),
        None if is_dead(evidence) => Verdict::waits_for("dns.resolver"),
        None => match names.servers.iter().find(|(_, said)| is_fault(said)) {
            Some((server, Said::Fault(code))) => {
                Verdict::failed(format!("the nameserver {server} answers {code} for {name}"))
                    .fix(HIDDEN)
                    .because(Cause::Names(code.clone()))
            }
            _ => Verdict::failed(format!(
                "no nameserver answers for {name}, though they answer for others"
            ))
            .fix(HIDDEN)
            .because(Cause::Names("silence".to_owned())),
        },
    }
}

/// No name of the region is known: either it is the wrong one, or the nameserver keeps all of AWS's names from us.
fn nowhere(evidence: &Evidence, name: &str) -> Verdict {
    let settings = &evidence.settings;
    let source = settings
        .all
        .iter()
        .find(|(setting, ..)| *setting == "region")
        .map_or("", |(.., source)| source.as_str());
    let other = match source.strip_prefix('$') {
        Some(variable) => format!("$ export {variable}=<region>"),
        None => "$ studio-mirror login --region <region>".to_owned(),
    };
    Verdict::failed(format!(
        "there is no such name as {name} (NXDOMAIN), nor any other of that region, which {source} names"
    ))
    .fix(format!(
        "If the space is in another region than {{region}}, name its own:\n{other}\n{HIDDEN}"
    ))
    .because(Cause::Names("NXDOMAIN".to_owned()))
}

/// Whether the nameservers know no name of this region at all, STS's included, which every region has.
fn none_is_known(evidence: &Evidence) -> bool {
    [Role::Api, Role::Repositories, Role::Sts]
        .iter()
        .all(|role| {
            let names = evidence.host(*role).and_then(|host| host.names.as_ref());
            names.is_some_and(|names| {
                names.hosts_file.is_empty() && names.first_answer() == Some(&Said::NoSuchName)
            })
        })
}

fn is_fault(said: &Said) -> bool {
    matches!(said, Said::Fault(_))
}
