//! What people have before they begin: networks, roles, Studio domains.

use super::{Account, Network, REGION, text};
use serde_json::{Value, json};

impl Account {
    /// A VPC with both DNS attributes and a subnet in each of two zones.
    pub fn network(&self) -> Network {
        let made = self.call("ec2", "create_vpc", json!({"CidrBlock": "10.20.0.0/16"}));
        let vpc = text(&made["Vpc"]["VpcId"]);
        for attribute in ["EnableDnsSupport", "EnableDnsHostnames"] {
            let change = json!({"VpcId": vpc, attribute: {"Value": true}});
            self.call("ec2", "modify_vpc_attribute", change);
        }
        let subnet = |(index, zone): (usize, &str)| {
            let asked = json!({
                "VpcId": vpc,
                "CidrBlock": format!("10.20.{index}.0/24"),
                "AvailabilityZone": format!("{REGION}{zone}"),
            });
            text(&self.call("ec2", "create_subnet", asked)["Subnet"]["SubnetId"])
        };
        let subnets = ["a", "b"].into_iter().enumerate().map(subnet).collect();
        let asked = json!({"VpcId": vpc, "GroupName": "studio", "Description": "Studio's"});
        let group = self.call("ec2", "create_security_group", asked);
        Network {
            vpc,
            subnets,
            security_group: text(&group["GroupId"]),
        }
    }

    /// A role that SageMaker may take; its ARN.
    pub fn execution_role(&self, name: &str) -> String {
        let trust = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole",
        }]});
        let asked = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        text(&self.call("iam", "create_role", asked)["Role"]["Arn"])
    }

    /// A Studio domain in VpcOnly mode. `more` goes over what its description says.
    pub fn studio_domain(&self, id: &str, network: &Network, role: &str, more: Value) {
        let mut value = json!({
            "DomainId": id,
            "DomainName": format!("studio-{id}"),
            "AuthMode": "IAM",
            "AppNetworkAccessType": "VpcOnly",
            "AppSecurityGroupManagement": "Customer",
            "VpcId": network.vpc,
            "SubnetIds": network.subnets,
            "DefaultUserSettings": {"ExecutionRole": role, "SecurityGroups": [network.security_group]},
        });
        if let (Some(value), Some(more)) = (value.as_object_mut(), more.as_object()) {
            value.extend(more.clone());
        }
        self.put_studio("domain", value);
    }

    /// A user profile, space or app (or domain) by what its Describe call answers.
    pub fn put_studio(&self, kind: &str, value: Value) {
        let record = json!({"kind": kind, "account": self.id, "region": REGION, "value": value});
        let put = self.cloud.emulator.put_studio(record);
        put.unwrap_or_else(|error| panic!("{kind}: {error:#}"));
    }
}
