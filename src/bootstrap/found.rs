//! What is there already, as AWS tells it: the input of the decisions. Only data.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::memory::Memory;
use super::script::Pinned;
use super::slot::{Holder, Slot};
use crate::aws::cloudformation::{Resource, Stack};
use crate::aws::ec2::{EndpointService, RouteTable, SecurityGroup, Subnet, Vpc, VpcEndpoint};
use crate::aws::{DomainSeen, IamRole, LifecycleConfig, RepositorySeen};

/// Everything that was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The account that asks.
    pub account: String,
    /// Who asks, as an ARN.
    pub caller: String,
    /// The region.
    pub region: String,
    /// The stack of the packages, if there is one.
    pub packages_stack: Option<StackSeen>,
    /// The stack of the spaces, if there is one.
    pub consumer_stack: Option<StackSeen>,
    /// The Studio domain, if one was named.
    pub studio: Option<StudioSeen>,
    /// The VPC, if one is known.
    pub network: Option<Network>,
    /// The spaces' roles by name; `None` where there is none of it.
    pub roles: BTreeMap<String, Option<IamRole>>,
    /// What CodeArtifact has.
    pub packages: PackagesSeen,
    /// The lifecycle configurations of our names, by name.
    pub lifecycles: BTreeMap<String, LifecycleConfig>,
}

/// A stack with what it made.
#[derive(Clone, Debug, Default)]
pub struct StackSeen {
    /// The stack.
    pub stack: Stack,
    /// What it made.
    pub resources: Vec<Resource>,
    /// What it remembers.
    pub memory: Memory,
    /// Why it is none of ours, if it only has our name.
    pub not_ours: Option<String>,
}

impl StackSeen {
    /// The resource of this name in the template, if it is there.
    pub fn resource(&self, logical_id: &str) -> Option<&Resource> {
        let is_it = |resource: &&Resource| resource.logical_id == logical_id && resource.exists();
        self.resources.iter().find(is_it)
    }

    /// Whether the stack made the thing of this id.
    pub fn made(&self, physical_id: &str) -> bool {
        let is_it = |resource: &Resource| resource.physical_id == physical_id && resource.exists();
        self.resources.iter().any(is_it)
    }
}

/// A Studio domain.
#[derive(Clone, Debug, Default)]
pub struct StudioSeen {
    /// `d-…`
    pub id: String,
    /// The answer of `DescribeDomain`.
    pub domain: Value,
    /// The answers of `DescribeUserProfile`, by the profile's name.
    pub profiles: BTreeMap<String, Value>,
}

impl StudioSeen {
    /// The VPC.
    pub fn vpc(&self) -> Option<&str> {
        self.domain["VpcId"].as_str()
    }

    /// The subnets of its spaces.
    pub fn subnets(&self) -> Vec<String> {
        texts(&self.domain["SubnetIds"])
    }

    /// Whether its spaces have no way out but the VPC's.
    pub fn is_vpc_only(&self) -> bool {
        self.domain["AppNetworkAccessType"] == "VpcOnly"
    }

    /// The security groups of all its spaces.
    pub fn groups(&self) -> BTreeSet<String> {
        let settings = self.settings();
        let groups = settings.flat_map(|settings| texts(&settings["SecurityGroups"]));
        groups.collect()
    }

    /// The ARNs of all their roles.
    pub fn roles(&self) -> BTreeSet<String> {
        let roles = self.settings().map(|settings| &settings["ExecutionRole"]);
        let roles = roles.filter_map(|role| role.as_str().map(str::to_owned));
        roles.collect()
    }

    /// Whether what `slot` belongs to is there.
    pub fn has(&self, slot: &Slot) -> bool {
        match &slot.holder {
            Holder::Profile(name) => self.profiles.contains_key(name),
            _ => true,
        }
    }

    /// What `slot` belongs to: the domain's answer, or its profile's.
    pub fn described(&self, slot: &Slot) -> &Value {
        match &slot.holder {
            Holder::Profile(name) => self.profiles.get(name).unwrap_or(&Value::Null),
            _ => &self.domain,
        }
    }

    /// The role and the security groups that its shared spaces have for themselves.
    pub fn of_shared_spaces(&self) -> (Option<String>, Vec<String>) {
        let settings = &self.domain["DefaultSpaceSettings"];
        let role = settings["ExecutionRole"].as_str().map(str::to_owned);
        (role, texts(&settings["SecurityGroups"]))
    }

    fn settings(&self) -> impl Iterator<Item = &Value> {
        let of_domain = [
            &self.domain["DefaultUserSettings"],
            &self.domain["DefaultSpaceSettings"],
        ];
        let of_profiles = self.profiles.values();
        of_domain
            .into_iter()
            .chain(of_profiles.map(|profile| &profile["UserSettings"]))
    }
}

fn texts(list: &Value) -> Vec<String> {
    let items = list.as_array().into_iter().flatten();
    items
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// A VPC and what it has.
#[derive(Clone, Debug, Default)]
pub struct Network {
    /// The VPC.
    pub vpc: Vpc,
    /// `enableDnsSupport`
    pub dns_support: bool,
    /// `enableDnsHostnames`
    pub dns_hostnames: bool,
    /// Its endpoints.
    pub endpoints: Vec<VpcEndpoint>,
    /// The wanted services that the region has, with the zones of each.
    pub services: Vec<EndpointService>,
    /// Its subnets.
    pub subnets: Vec<Subnet>,
    /// Its route tables.
    pub tables: Vec<RouteTable>,
    /// The security groups of the spaces and of the endpoints.
    pub groups: Vec<SecurityGroup>,
}

/// What CodeArtifact has.
#[derive(Clone, Debug, Default)]
pub struct PackagesSeen {
    /// The domain; `None` where there is none.
    pub domain: Option<DomainSeen>,
    /// Those of the wanted repositories that are there, by name, and the upstreams of the team's.
    pub repositories: BTreeMap<String, RepositorySeen>,
    /// The published binary of this version, if it is.
    pub binary: Option<Pinned>,
    /// Why another account's domain cannot be looked into.
    pub refusal: Option<String>,
}
