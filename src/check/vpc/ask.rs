//! An administrator's questions to AWS: where the space is, and what its VPC has. Reads only.

use std::time::{Duration, Instant};

use futures_util::future::join;

use super::{Asked, Space};
use crate::aws::ec2::{Ec2, NetworkInterface, VpcAttribute};
use crate::aws::{AwsError, Caller, Kind, SageMaker, StudioDomain};
use crate::check::catalogue::{interface_service, s3_service};
use crate::check::evidence::{Refusal, Role, Trouble};
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
    /// What the command line says of the space's place.
    pub place: Place,
    /// How long it may take.
    pub limit: Duration,
}

/// Where a space is, as far as somebody says it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The Studio domain.
    pub studio_domain: Option<String>,
    /// The VPC.
    pub vpc: Option<String>,
    /// The subnets.
    pub subnets: Vec<String>,
    /// The security groups.
    pub groups: Vec<String>,
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
    locate(&ec2, &sagemaker, asking, observed, &mut asked).await;
    if let Some(Ok(space)) = asked.space.clone() {
        look_around(&ec2, &region, &space, &mut asked).await;
    }
    asked
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

/// What is known of the space's place.
struct Known<'a> {
    place: &'a Place,
    domain: Option<(&'a StudioDomain, &'a str)>,
    interfaces: &'a [NetworkInterface],
}

impl Known<'_> {
    fn space(&self) -> Result<Space, Trouble> {
        let in_domain = self.domain.map(|(domain, _)| domain.vpc_id.clone());
        let told = self.place.vpc.clone().or(in_domain);
        // The same address may be in use in several VPCs.
        let mut own = self
            .interfaces
            .iter()
            .filter(|interface| told.as_ref().is_none_or(|vpc| *vpc == interface.vpc));
        let interface = match (own.next(), own.next()) {
            (Some(only), None) => Some(only),
            _ => None,
        };
        let vpc = told.or(interface.map(|interface| interface.vpc.clone()));
        let vpc = vpc.ok_or_else(|| self.unknown())?;
        let domain = self.domain.filter(|(domain, _)| domain.vpc_id == vpc);
        let chosen =
            |told: &[String], own: Option<Vec<String>>, of_domain: Option<&[String]>| match (
                told.is_empty(),
                own,
            ) {
                (false, _) => told.to_vec(),
                (true, Some(own)) => own,
                (true, None) => of_domain.unwrap_or_default().to_vec(),
            };
        let settings = domain.map(|(domain, _)| &domain.default_user_settings);
        let role = settings.map(|settings| settings.execution_role.clone());
        Ok(Space {
            known_by: self.known_by(interface),
            subnets: chosen(
                &self.place.subnets,
                interface.map(|interface| vec![interface.subnet.clone()]),
                domain.map(|(domain, _)| domain.subnet_ids.as_slice()),
            ),
            groups: chosen(
                &self.place.groups,
                interface.map(|interface| interface.groups.clone()),
                settings.map(|settings| settings.security_groups.as_slice()),
            ),
            address: interface.and_then(|interface| interface.addresses.first().cloned()),
            is_outside: domain
                .is_some_and(|(domain, _)| domain.app_network_access_type == "PublicInternetOnly"),
            studio_domain: domain.map(|(_, id)| id.to_owned()),
            role: role.filter(|role| !role.is_empty()),
            vpc,
        })
    }

    fn known_by(&self, interface: Option<&NetworkInterface>) -> String {
        match (&self.place.vpc, interface, self.domain) {
            (Some(_), ..) => "--vpc-id".to_owned(),
            (_, Some(interface), _) => format!("the space's network interface {}", interface.id),
            (_, _, Some((_, id))) => format!("the Studio domain {id}"),
            _ => String::new(),
        }
    }

    fn unknown(&self) -> Trouble {
        let what = match self.interfaces.len() {
            0 => "nothing says in which VPC the space is".to_owned(),
            count => format!("its address is in use in {count} VPCs of this account and region"),
        };
        Trouble { what, mend: None }
    }
}

/// What the VPC has.
async fn look_around(ec2: &Ec2, region: &str, space: &Space, asked: &mut Asked) {
    let services = [Role::Api, Role::Repositories].map(|role| interface_service(region, role));
    let vpc = &space.vpc;
    let (vpcs, support, hostnames, endpoints, services, subnets, tables) = tokio::join!(
        ec2.vpc(vpc),
        ec2.vpc_attribute(vpc, VpcAttribute::DnsSupport),
        ec2.vpc_attribute(vpc, VpcAttribute::DnsHostnames),
        ec2.endpoints(vpc),
        ec2.endpoint_services(&services),
        ec2.subnets(vpc),
        ec2.route_tables(vpc),
    );
    asked.vpc = asked.keep("DescribeVpcs", vpcs).flatten();
    asked.dns_support = asked.keep("DescribeVpcAttribute", support);
    asked.dns_hostnames = asked.keep("DescribeVpcAttribute", hostnames);
    asked.endpoints = asked.keep("DescribeVpcEndpoints", endpoints);
    asked.services = asked.keep("DescribeVpcEndpointServices", services);
    asked.subnets = asked.keep("DescribeSubnets", subnets);
    asked.route_tables = asked.keep("DescribeRouteTables", tables);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::StudioDomain;

    fn interface(vpc: &str) -> NetworkInterface {
        NetworkInterface {
            id: "eni-1".to_owned(),
            vpc: vpc.to_owned(),
            subnet: "subnet-own".to_owned(),
            groups: vec!["sg-own".to_owned()],
            addresses: vec!["10.0.1.7".to_owned()],
        }
    }

    fn domain() -> StudioDomain {
        let mut domain = StudioDomain {
            vpc_id: "vpc-1".to_owned(),
            subnet_ids: vec!["subnet-a".to_owned(), "subnet-b".to_owned()],
            ..StudioDomain::default()
        };
        domain.default_user_settings.security_groups = vec!["sg-default".to_owned()];
        domain
    }

    fn space(
        place: Place,
        domain: Option<&StudioDomain>,
        interfaces: &[NetworkInterface],
    ) -> Result<Space, Trouble> {
        let domain = domain.map(|domain| (domain, "d-1"));
        Known {
            place: &place,
            domain,
            interfaces,
        }
        .space()
    }

    #[test]
    fn the_spaces_own_interface_knows_best_and_flags_win() {
        let own = space(Place::default(), Some(&domain()), &[interface("vpc-1")]).expect("known");
        assert_eq!(
            (own.subnets, own.groups),
            (vec!["subnet-own".to_owned()], vec!["sg-own".to_owned()])
        );
        let general = space(Place::default(), Some(&domain()), &[]).expect("known");
        assert_eq!(general.subnets.len(), 2);
        assert_eq!(general.known_by, "the Studio domain d-1");
        let told = Place {
            vpc: Some("vpc-2".to_owned()),
            groups: vec!["sg-told".to_owned()],
            ..Place::default()
        };
        let told = space(told, Some(&domain()), &[interface("vpc-1")]).expect("known");
        assert_eq!(
            (told.vpc.as_str(), told.groups.len(), told.subnets.len()),
            ("vpc-2", 1, 0)
        );
    }

    #[test]
    fn an_address_that_several_vpcs_have_tells_nothing_alone() {
        let both = [interface("vpc-1"), interface("vpc-2")];
        let unknown = space(Place::default(), None, &both).expect_err("two");
        assert!(unknown.what.contains("2 VPCs"), "{}", unknown.what);
        let known = space(Place::default(), Some(&domain()), &both).expect("the domain decides");
        assert_eq!(known.groups, ["sg-own"]);
        assert!(space(Place::default(), None, &[]).is_err());
    }
}
