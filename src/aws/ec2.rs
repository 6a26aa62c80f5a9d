//! EC2, as far as it tells what a VPC has for its spaces: endpoints, DNS, subnets, routes, security groups.

mod answers;

pub use answers::{
    AclEntry, EndpointService, NetworkAcl, NetworkInterface, RouteTable, Rule, SecurityGroup,
    Subnet, Vpc, VpcEndpoint,
};

use super::call::Caller;
use super::explain::AwsError;
use super::query::{self, Parameters, Query};
use super::service::Service;

/// The version of EC2's API.
const VERSION: &str = "2016-11-15";

/// An attribute of a VPC that must be on for private names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VpcAttribute {
    /// Whether the VPC has a resolver.
    DnsSupport,
    /// Whether endpoints may have private names.
    DnsHostnames,
}

impl VpcAttribute {
    /// As `aws ec2 describe-vpc-attribute --attribute` names it.
    pub fn as_str(self) -> &'static str {
        match self {
            VpcAttribute::DnsSupport => "enableDnsSupport",
            VpcAttribute::DnsHostnames => "enableDnsHostnames",
        }
    }
}

/// EC2's API.
#[derive(Clone, Debug)]
pub struct Ec2 {
    query: Query,
}

impl Ec2 {
    /// At AWS's own address, or at `url`.
    pub fn new(caller: &Caller, url: Option<&str>) -> Self {
        Self {
            query: Query::new(caller, Service::Ec2, VERSION, query::EC2, url),
        }
    }

    /// The VPC of this id; `None` if the list has none.
    ///
    /// # Errors
    /// Like all of these calls, an [`AwsError`] that says why there is no answer.
    pub async fn vpc(&self, id: &str) -> Result<Option<Vpc>, AwsError> {
        let parameters = Parameters::default().list("VpcId", [id]);
        let all = self
            .query
            .all("DescribeVpcs", parameters, "vpcSet", Vpc::read);
        Ok(all.await?.into_iter().next())
    }

    /// Whether an attribute of a VPC is on.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn vpc_attribute(
        &self,
        vpc: &str,
        attribute: VpcAttribute,
    ) -> Result<bool, AwsError> {
        let name = attribute.as_str();
        let parameters = Parameters::default()
            .with("VpcId", vpc)
            .with("Attribute", name);
        let answer = self.query.call("DescribeVpcAttribute", &parameters).await?;
        Ok(answer
            .child(name)
            .is_some_and(|value| value.is_true("value")))
    }

    /// The endpoints of a VPC.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn endpoints(&self, vpc: &str) -> Result<Vec<VpcEndpoint>, AwsError> {
        let parameters = Parameters::default().filter("vpc-id", [vpc]);
        self.query
            .all(
                "DescribeVpcEndpoints",
                parameters,
                "vpcEndpointSet",
                VpcEndpoint::read,
            )
            .await
    }

    /// Those of these services that the region has.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn endpoint_services(
        &self,
        names: &[String],
    ) -> Result<Vec<EndpointService>, AwsError> {
        let parameters = Parameters::default().filter("service-name", names);
        self.query
            .all(
                "DescribeVpcEndpointServices",
                parameters,
                "serviceDetailSet",
                EndpointService::read,
            )
            .await
    }

    /// The subnets of a VPC.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn subnets(&self, vpc: &str) -> Result<Vec<Subnet>, AwsError> {
        let parameters = Parameters::default().filter("vpc-id", [vpc]);
        self.query
            .all("DescribeSubnets", parameters, "subnetSet", Subnet::read)
            .await
    }

    /// The route tables of a VPC.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn route_tables(&self, vpc: &str) -> Result<Vec<RouteTable>, AwsError> {
        let parameters = Parameters::default().filter("vpc-id", [vpc]);
        self.query
            .all(
                "DescribeRouteTables",
                parameters,
                "routeTableSet",
                RouteTable::read,
            )
            .await
    }

    /// The network ACLs of a VPC.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn network_acls(&self, vpc: &str) -> Result<Vec<NetworkAcl>, AwsError> {
        let parameters = Parameters::default().filter("vpc-id", [vpc]);
        self.query
            .all(
                "DescribeNetworkAcls",
                parameters,
                "networkAclSet",
                NetworkAcl::read,
            )
            .await
    }

    /// Security groups, those of them that are there.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn security_groups(&self, ids: &[String]) -> Result<Vec<SecurityGroup>, AwsError> {
        let parameters = Parameters::default().filter("group-id", ids);
        self.query
            .all(
                "DescribeSecurityGroups",
                parameters,
                "securityGroupInfo",
                SecurityGroup::read,
            )
            .await
    }

    /// Network interfaces by a filter: `network-interface-id`, or `addresses.private-ip-address`.
    ///
    /// # Errors
    /// As [`Ec2::vpc`].
    pub async fn network_interfaces(
        &self,
        filter: &str,
        values: &[String],
    ) -> Result<Vec<NetworkInterface>, AwsError> {
        let parameters = Parameters::default().filter(filter, values);
        self.query
            .all(
                "DescribeNetworkInterfaces",
                parameters,
                "networkInterfaceSet",
                NetworkInterface::read,
            )
            .await
    }
}
