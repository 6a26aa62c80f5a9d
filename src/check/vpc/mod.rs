//! `check --vpc`: what AWS says should be there, joined to what was seen on the wire.
//!
//! [`ask`] makes an administrator's calls and returns [`Asked`], observations again. [`Wire`] is what a
//! space saw: of this run, or of a report from elsewhere ([`recorded`]). The verdicts (in
//! `verdicts::vpc`) judge the two together: where the wire shows that a thing works, no model of ours
//! says otherwise. [`fold`] then lets a root in the VPC silence its symptoms on the wire.

pub mod acls;
mod ask;
mod fold;
mod place;
pub mod policy;
pub mod recorded;
pub mod rules;

use std::collections::BTreeMap;

pub use ask::{Asking, ask};
pub use place::Place;

use super::evidence::{Refusal, Role, SettingsSeen, Trouble};
use super::fill::Words;
use super::observed::{Host, Observed};
use super::{Evidence, Finding, Report, Status, catalogue, judge, verdicts};
use crate::aws::DomainSeen;
use crate::aws::ec2::{
    EndpointService, NetworkAcl, NetworkInterface, RouteTable, SecurityGroup, Subnet, Vpc,
    VpcEndpoint,
};

/// What AWS told. What it was not asked for, or would not tell, is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Whose credentials asked.
    pub by: String,
    /// Calls that failed, each with its operation.
    pub refusals: Vec<(&'static str, Refusal)>,
    /// Where the space is, or why that is not known.
    pub space: Option<Result<Space, Trouble>>,
    /// The VPC.
    pub vpc: Option<Vpc>,
    /// `enableDnsSupport`
    pub dns_support: Option<bool>,
    /// `enableDnsHostnames`
    pub dns_hostnames: Option<bool>,
    /// The VPC's endpoints.
    pub endpoints: Option<Vec<VpcEndpoint>>,
    /// CodeArtifact's services in the region.
    pub services: Option<Vec<EndpointService>>,
    /// The VPC's subnets.
    pub subnets: Option<Vec<Subnet>>,
    /// The VPC's route tables.
    pub route_tables: Option<Vec<RouteTable>>,
    /// The security groups of the space and the endpoints.
    pub groups: Option<Vec<SecurityGroup>>,
    /// The network interfaces of CodeArtifact's endpoints.
    pub interfaces: Option<Vec<NetworkInterface>>,
    /// The VPC's network ACLs, or why AWS will not tell: it is asked beside the rest, and need not be allowed.
    pub acls: Option<Result<Vec<NetworkAcl>, Refusal>>,
    /// CodeArtifact's domain, likewise.
    pub domain: Option<Result<Option<DomainSeen>, Refusal>>,
}

impl Asked {
    /// Whether AWS would not answer this call.
    pub fn is_refused(&self, operation: &str) -> bool {
        self.refusals.iter().any(|(known, _)| *known == operation)
    }

    /// The ids that mends are filled with.
    pub fn words(&self, words: Words) -> Words {
        let joined = |ids: &[String]| (!ids.is_empty()).then(|| ids.join(" "));
        let space = self.space.as_ref().and_then(|known| known.as_ref().ok());
        words
            .with("vpc_id", space.map(|space| space.vpc.clone()))
            .with("subnet_ids", space.and_then(|space| joined(&space.subnets)))
            .with(
                "studio_security_group",
                space.and_then(|space| space.groups.first().cloned()),
            )
            .with(
                "studio_domain_id",
                space.and_then(|space| space.studio_domain.clone()),
            )
            .with("role_arn", space.and_then(|space| space.role.clone()))
    }
}

/// Where a space is in its VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Space {
    /// How that is known.
    pub known_by: String,
    /// Its VPC.
    pub vpc: String,
    /// The subnets it may be in; empty if that is not known.
    pub subnets: Vec<String>,
    /// Its security groups; empty if they are not known.
    pub groups: Vec<String>,
    /// Its own address there.
    pub address: Option<String>,
    /// Whether its Studio domain sends it to the internet by SageMaker's own VPC.
    pub is_outside: bool,
    /// The Studio domain.
    pub studio_domain: Option<String>,
    /// The role that spaces run as.
    pub role: Option<String>,
}

/// What a space saw.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wire {
    /// Where things led.
    pub observed: Observed,
    statuses: BTreeMap<&'static str, Status>,
}

impl Wire {
    fn new(observed: Observed, findings: &[Finding]) -> Self {
        let statuses = findings.iter().map(|found| (found.id, found.status));
        Self {
            observed,
            statuses: statuses.collect(),
        }
    }

    /// Whether the check of this id held.
    pub fn holds(&self, id: &str) -> bool {
        self.statuses.get(id) == Some(&Status::Ok)
    }

    /// Whether it was made and did not hold.
    pub fn fails(&self, id: &str) -> bool {
        matches!(
            self.statuses.get(id),
            Some(Status::Failed | Status::Warning)
        )
    }

    /// Whether the host in this role was connected to.
    pub fn reaches(&self, role: Role) -> bool {
        self.holds(catalogue::hops(role).tcp.id)
    }

    /// The host in this role.
    pub fn host(&self, role: Role) -> Option<&Host> {
        self.observed.host(role)
    }
}

/// Both sides, for the verdicts.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VpcSeen {
    /// What AWS told.
    pub asked: Asked,
    /// What a space saw.
    pub wire: Wire,
}

/// The ids that AWS told, for a mend of the wire's check `id` that was filled without them.
fn words_for(evidence: &Evidence, id: &str) -> Words {
    let host = [Role::Api, Role::Repositories]
        .into_iter()
        .find(|role| id == catalogue::hops(*role).dns.id || id == catalogue::hops(*role).tcp.id);
    let endpoint = host.and_then(|role| verdicts::vpc::endpoint(evidence, role)?.ok());
    let group = endpoint.as_ref().and_then(|known| known.groups.first());
    let asked = evidence.vpc.as_ref().map(|seen| &seen.asked);
    let words = Words::default()
        .with("endpoint_security_group", group)
        .with("vpc_endpoint_id", endpoint.as_ref().map(|known| &known.id));
    asked.map_or(words.clone(), |asked| asked.words(words))
}

/// `report` of a space together with what AWS told of its VPC.
pub fn join(report: Report, asked: Asked) -> Report {
    let observed = report.observed.unwrap_or_default();
    let evidence = Evidence {
        settings: SettingsSeen {
            region: observed.region.clone(),
            domain: observed.domain.clone(),
            owner: observed.domain_owner.clone(),
            repository: observed.repository.clone(),
            formats: observed.formats.clone(),
            ..SettingsSeen::default()
        },
        vpc: Some(Box::new(VpcSeen {
            wire: Wire::new(observed.clone(), &report.checks),
            asked,
        })),
        ..Evidence::default()
    };
    let of_vpc = judge(catalogue::vpc(), &evidence).checks;
    let mut joined = Report::new(fold::fold(report.checks, of_vpc));
    for found in &mut joined.checks {
        let words = words_for(&evidence, found.id);
        found.fix = found.fix.take().map(|fix| words.fill_left(&fix));
    }
    joined.ok &= report.unknown.is_empty();
    joined.unknown = report.unknown;
    joined.observed = Some(observed);
    joined
}
