//! An administrator's questions to AWS: where the space is, and what its VPC has. Reads only.

use std::time::{Duration, Instant};

use futures_util::future::join;

use super::place::{Known, Place};
use super::{Asked, Space};
use crate::aws::ec2::{Ec2, VpcAttribute};

use crate::aws::{AwsError, Caller, DomainSeen, Kind, Registry, SageMaker};
use crate::check::catalogue::{interface_service, s3_service};
use crate::check::evidence::{Refusal, Role};
use crate::check::observed::Observed;
use crate::check::probes::aws::refusal;
use crate::credentials::CredentialSource;

/// Who asks where.
#[derive(Clone, Debug)]
pub struct Asking {
    /// Whose credentials.
    pub credentials: CredentialSource,
    /// EC2, where it is not at AWS's own address.
    pub ec2_url: Option<String>,
    /// SageMaker, likewise.
    pub sagemaker_url: Option<String>,
    /// CodeArtifact, likewise.
    pub codeartifact_url: Option<String>,
    /// What the command line says of the space's place.
    pub place: Place,
    /// How long it may take.
    pub limit: Duration,
}

/// Asks everything. What is refused is written down, and the rest is asked all the same.
pub async fn ask(asking: &Asking, observed: &Observed) -> Asked {
    let mut asked = Asked {
        by: asking.credentials.describe(),
        ..Asked::default()
    };
    let Some(region) = observed.region.clone() else {
        return asked;
    };
    let caller = Caller {
        credentials: asking.credentials.clone(),
        region: region.clone(),
        deadline: Instant::now() + asking.limit,
    };
    let ec2 = Ec2::new(&caller, asking.ec2_url.as_deref());
    let sagemaker = SageMaker::new(&caller, asking.sagemaker_url.as_deref());
    let domain = domain(&caller, asking, observed);
    let around = async {
        locate(&ec2, &sagemaker, asking, observed, &mut asked).await;
        if let Some(Ok(space)) = asked.space.clone() {
            look_around(&ec2, &region, &space, &mut asked).await;
        }
    };
    let (domain, ()) = join(domain, around).await;
    asked.domain = domain;
    asked
}

/// CodeArtifact's domain; `None` where it is not known which.
async fn domain(
    caller: &Caller,
    asking: &Asking,
    observed: &Observed,
) -> Option<Result<Option<DomainSeen>, Refusal>> {
    let (name, owner) = (observed.domain.as_ref()?, observed.domain_owner.as_ref()?);
    let registry = Registry::new(caller, asking.codeartifact_url.as_deref(), name, owner);
    let domain = registry.domain().await;
    Some(domain.map_err(|error| refusal(&error.into_hinted())))
}

impl Asked {
    /// The answer, or `None` with the refusal written down: once for each operation.
    fn keep<T>(&mut self, operation: &'static str, answer: Result<T, AwsError>) -> Option<T> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                let refused: Refusal = refusal(&error.into_hinted());
                if !self.is_refused(operation) {
                    self.refusals.push((operation, refused));
                }
                None
            }
        }
    }
}

/// Where the space is: as the command line says, as its own network interface says, as its Studio domain says.
async fn locate(
    ec2: &Ec2,
    sagemaker: &SageMaker,
    asking: &Asking,
    observed: &Observed,
    asked: &mut Asked,
) {
    let place = &asking.place;
    let id = place.studio_domain.as_ref();
    let id = id.or(observed.studio_domain_id.as_ref());
    let domain = async { Some(sagemaker.domain(id?).await) };
    let addresses: Vec<String> = observed
        .own_addresses
        .iter()
        .map(ToString::to_string)
        .collect();
    let interfaces = async {
        let is_told = place.vpc.is_some() && !place.groups.is_empty();
        if addresses.is_empty() || is_told {
            return None;
        }
        let filter = "addresses.private-ip-address";
        Some(ec2.network_interfaces(filter, &addresses).await)
    };
    let (domain, interfaces) = join(domain, interfaces).await;
    let domain = domain.and_then(|answer| asked.keep("DescribeDomain", answer));
    let interfaces = interfaces.and_then(|answer| asked.keep("DescribeNetworkInterfaces", answer));
    let known = Known {
        place,
        domain: domain.as_ref().zip(id.map(String::as_str)),
        interfaces: interfaces.as_deref().unwrap_or_default(),
    };
    asked.space = match (known.space(), asked.refusals.first()) {
        (Err(_), Some((_, missing)))
            if matches!(missing.kind, Some(Kind::NotFound | Kind::Invalid)) =>
        {
            Some(Err(missing.trouble.clone()))
        }
        // What AWS would not tell is the reason then.
        (Err(_), Some(_)) => None,
        (space, _) => Some(space),
    };
}

/// What the VPC has.
async fn look_around(ec2: &Ec2, region: &str, space: &Space, asked: &mut Asked) {
    let services = [Role::Api, Role::Repositories].map(|role| interface_service(region, role));
    let vpc = &space.vpc;
    let (vpcs, support, hostnames, endpoints, services, subnets, tables, acls) = tokio::join!(
        ec2.vpc(vpc),
        ec2.vpc_attribute(vpc, VpcAttribute::DnsSupport),
        ec2.vpc_attribute(vpc, VpcAttribute::DnsHostnames),
        ec2.endpoints(vpc),
        ec2.endpoint_services(&services),
        ec2.subnets(vpc),
        ec2.route_tables(vpc),
        ec2.network_acls(vpc),
    );
    asked.vpc = asked.keep("DescribeVpcs", vpcs).flatten();
    asked.dns_support = asked.keep("DescribeVpcAttribute", support);
    asked.dns_hostnames = asked.keep("DescribeVpcAttribute", hostnames);
    asked.endpoints = asked.keep("DescribeVpcEndpoints", endpoints);
    asked.services = asked.keep("DescribeVpcEndpointServices", services);
    asked.subnets = asked.keep("DescribeSubnets", subnets);
    asked.route_tables = asked.keep("DescribeRouteTables", tables);
    asked.acls = Some(acls.map_err(|error| refusal(&error.into_hinted())));
    let ours = asked.endpoints.iter().flatten().filter(|endpoint| {
        let service = &endpoint.service;
        service.contains(".codeartifact.") || *service == s3_service(region)
    });
    let (mut groups, mut interfaces) = (space.groups.clone(), Vec::new());
    for endpoint in ours {
        groups.extend(endpoint.groups.iter().cloned());
        interfaces.extend(endpoint.interfaces.iter().cloned());
    }
    groups.sort();
    groups.dedup();
    let (groups, interfaces) = join(
        async {
            match groups.is_empty() {
                true => Ok(Vec::new()),
                false => ec2.security_groups(&groups).await,
            }
        },
        async {
            match interfaces.is_empty() {
                true => Ok(Vec::new()),
                false => {
                    ec2.network_interfaces("network-interface-id", &interfaces)
                        .await
                }
            }
        },
    )
    .await;
    asked.groups = asked.keep("DescribeSecurityGroups", groups);
    asked.interfaces = asked.keep("DescribeNetworkInterfaces", interfaces);
}
