//! What EC2 answers, the parts that matter here.

use crate::aws::xml::Element;

/// A VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Vpc {
    /// `vpc-…`
    pub id: String,
    /// The account that it belongs to, which may share its subnets with others.
    pub owner: String,
    /// Its address ranges, IPv4.
    pub cidrs: Vec<String>,
    /// `dopt-…`: the DHCP options, which name its resolver.
    pub dhcp_options: String,
}

impl Vpc {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        let mut cidrs = element.texts_of("cidrBlockAssociationSet", "cidrBlock");
        if cidrs.is_empty() {
            cidrs.push(element.string("cidrBlock"));
        }
        Self {
            id: element.string("vpcId"),
            owner: element.string("ownerId"),
            cidrs,
            dhcp_options: element.string("dhcpOptionsId"),
        }
    }
}

/// An endpoint in a VPC.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VpcEndpoint {
    /// `vpce-…`
    pub id: String,
    /// What it leads to.
    pub service: String,
    /// `Interface`, `Gateway` or another kind.
    pub kind: String,
    /// `available`, `pending`, `pendingAcceptance`, `failed`…
    pub state: String,
    /// Whether the service's own names lead to it.
    pub has_private_dns: bool,
    /// Its own names.
    pub dns_names: Vec<String>,
    /// The subnets it stands in, of an interface.
    pub subnets: Vec<String>,
    /// The tables that have its route, of a gateway.
    pub route_tables: Vec<String>,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Its network interfaces.
    pub interfaces: Vec<String>,
    /// The policy document; empty where there is none.
    pub policy: String,
    /// What AWS says is wrong with it.
    pub last_error: String,
}

impl VpcEndpoint {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        let error = element.child("lastError");
        Self {
            id: element.string("vpcEndpointId"),
            service: element.string("serviceName"),
            kind: element.string("vpcEndpointType"),
            state: element.string("state"),
            has_private_dns: element.is_true("privateDnsEnabled"),
            dns_names: element.texts_of("dnsEntrySet", "dnsName"),
            subnets: element.texts("subnetIdSet"),
            route_tables: element.texts("routeTableIdSet"),
            groups: element.texts_of("groupSet", "groupId"),
            interfaces: element.texts("networkInterfaceIdSet"),
            policy: element.string("policyDocument"),
            last_error: error.map_or(String::new(), |error| error.string("message")),
        }
    }

    /// Whether it works.
    pub fn is_available(&self) -> bool {
        self.state.eq_ignore_ascii_case("available")
    }

    /// Whether it is a gateway: a route, not an address.
    pub fn is_gateway(&self) -> bool {
        self.kind == "Gateway"
    }
}

/// A service that endpoints can lead to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointService {
    /// `com.amazonaws.…`
    pub name: String,
    /// The zones it can have an endpoint in, by name.
    pub zones: Vec<String>,
}

impl EndpointService {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            name: element.string("serviceName"),
            zones: element.texts("availabilityZoneSet"),
        }
    }
}

/// A subnet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subnet {
    /// `subnet-…`
    pub id: String,
    /// The zone, by name.
    pub zone: String,
    /// Its addresses, IPv4.
    pub cidr: String,
}

impl Subnet {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            id: element.string("subnetId"),
            zone: element.string("availabilityZone"),
            cidr: element.string("cidrBlock"),
        }
    }
}

/// A route table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RouteTable {
    /// `rtb-…`
    pub id: String,
    /// Whether subnets without a table of their own have it.
    pub is_main: bool,
    /// The subnets it was given to.
    pub subnets: Vec<String>,
    /// The prefix lists that its gateway endpoints serve: addresses of S3 and DynamoDB.
    pub gateway_lists: Vec<String>,
}

impl RouteTable {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            id: element.string("routeTableId"),
            is_main: element
                .list("associationSet")
                .any(|one| one.is_true("main")),
            subnets: element.texts_of("associationSet", "subnetId"),
            gateway_lists: element
                .list("routeSet")
                .filter(|route| route.text_of("gatewayId").starts_with("vpce-"))
                .map(|route| route.string("destinationPrefixListId"))
                .collect(),
        }
    }
}

/// A network ACL: what passes the borders of its subnets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkAcl {
    /// `acl-…`
    pub id: String,
    /// The subnets it was given to.
    pub subnets: Vec<String>,
    /// Its rules.
    pub entries: Vec<AclEntry>,
}

impl NetworkAcl {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            id: element.string("networkAclId"),
            subnets: element.texts_of("associationSet", "subnetId"),
            entries: element.list("entrySet").map(AclEntry::read).collect(),
        }
    }
}

/// A rule of a network ACL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AclEntry {
    /// Its place: the lowest that fits decides.
    pub number: u32,
    /// Whether it allows, or denies.
    pub allows: bool,
    /// Whether it is about what goes out.
    pub is_egress: bool,
    /// A protocol's number, `-1` for everything.
    pub protocol: String,
    /// The ports, both ends among them; `None` for all.
    pub ports: Option<(u16, u16)>,
    /// From or to these addresses.
    pub cidr: String,
}

impl AclEntry {
    fn read(element: &Element) -> Self {
        let range = element.child("portRange");
        let port = |name| range?.text_of(name).parse::<u16>().ok();
        let mut cidr = element.string("cidrBlock");
        if cidr.is_empty() {
            cidr = element.string("ipv6CidrBlock");
        }
        Self {
            number: element.text_of("ruleNumber").parse().unwrap_or(u32::MAX),
            allows: element.text_of("ruleAction") == "allow",
            is_egress: element.is_true("egress"),
            protocol: element.string("protocol"),
            ports: port("from").zip(port("to")),
            cidr,
        }
    }
}

/// A security group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecurityGroup {
    /// `sg-…`
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it lets in.
    pub ingress: Vec<Rule>,
    /// What it lets out.
    pub egress: Vec<Rule>,
}

impl SecurityGroup {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        Self {
            id: element.string("groupId"),
            name: element.string("groupName"),
            ingress: element.list("ipPermissions").map(Rule::read).collect(),
            egress: element
                .list("ipPermissionsEgress")
                .map(Rule::read)
                .collect(),
        }
    }
}

/// A rule of a security group: it only ever lets through.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// `tcp`, `-1` for everything, another name or number.
    pub protocol: String,
    /// The ports, both ends among them; `None` for all.
    pub ports: Option<(u16, u16)>,
    /// From or to these addresses.
    pub cidrs: Vec<String>,
    /// From or to whatever has one of these groups.
    pub groups: Vec<String>,
    /// From or to the addresses of these lists.
    pub prefix_lists: Vec<String>,
}

impl Rule {
    fn read(element: &Element) -> Self {
        let port = |name| element.text_of(name).parse::<u16>().ok();
        let v6 = element.texts_of("ipv6Ranges", "cidrIpv6");
        Self {
            protocol: element.string("ipProtocol"),
            ports: port("fromPort").zip(port("toPort")),
            cidrs: [element.texts_of("ipRanges", "cidrIp"), v6].concat(),
            groups: element.texts_of("groups", "groupId"),
            prefix_lists: element.texts_of("prefixListIds", "prefixListId"),
        }
    }
}

/// A network interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NetworkInterface {
    /// `eni-…`
    pub id: String,
    /// Its VPC.
    pub vpc: String,
    /// Its subnet.
    pub subnet: String,
    /// Its security groups.
    pub groups: Vec<String>,
    /// Its addresses inside the VPC.
    pub addresses: Vec<String>,
}

impl NetworkInterface {
    /// As an answer has it.
    pub fn read(element: &Element) -> Self {
        let mut addresses = element.texts_of("privateIpAddressesSet", "privateIpAddress");
        if addresses.is_empty() {
            addresses.push(element.string("privateIpAddress"));
        }
        Self {
            id: element.string("networkInterfaceId"),
            vpc: element.string("vpcId"),
            subnet: element.string("subnetId"),
            groups: element.texts_of("groupSet", "groupId"),
            addresses,
        }
    }
}
