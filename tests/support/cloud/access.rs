//! Policies that decide: roles' and VPC endpoints', as IAM and EC2 have them, told to the emulator.

use super::{Account, text};
use serde_json::{Value, json};
use std::sync::PoisonError;
use studio_mirror_emulator::{AccessChange, IdentityPolicies, PrincipalKeys, VpcEndpoint};

impl Account {
    /// Has policies decide from now on: those that IAM has for a role, its boundary, and those of the account's VPC
    /// endpoints. A session of the role then has the variables that this returns.
    pub fn enforce(&self, role: &str, organization: Option<&str>) -> Vec<(String, String)> {
        let asked = json!({"RoleName": role});
        let told = self.call("iam", "get_role", asked.clone())["Role"].clone();
        let mut policies = Vec::new();
        let attached = self.call("iam", "list_attached_role_policies", asked.clone());
        for policy in attached["AttachedPolicies"]
            .as_array()
            .into_iter()
            .flatten()
        {
            policies.push(self.policy(&text(&policy["PolicyArn"])));
        }
        let inline = self.call("iam", "list_role_policies", asked);
        for name in inline["PolicyNames"].as_array().into_iter().flatten() {
            let asked = json!({"RoleName": role, "PolicyName": name});
            policies.push(self.call("iam", "get_role_policy", asked)["PolicyDocument"].clone());
        }
        let boundary = told["PermissionsBoundary"]["PermissionsBoundaryArn"].as_str();
        let endpoints = self.call("ec2", "describe_vpc_endpoints", json!({}));
        let endpoints = endpoints["VpcEndpoints"].as_array().into_iter().flatten();
        let keys = [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
        ]
        .map(String::from)
        .into_iter()
        .zip([format!("ASIA{}", self.id), "secret".into(), "token".into()]);
        let keys: Vec<_> = keys.collect();
        self.cloud.emulator.change_access(AccessChange {
            enforce: Some(true),
            principals: vec![PrincipalKeys {
                arn: text(&told["Arn"]),
                session: None,
                access_key: keys[0].1.clone(),
                secret_key: keys[1].1.clone(),
                session_token: Some(keys[2].1.clone()),
            }],
            identities: vec![IdentityPolicies {
                arn: text(&told["Arn"]),
                policies,
                boundary: boundary.map(|arn| self.policy(arn)),
                organization: organization.map(Into::into),
                ..IdentityPolicies::default()
            }],
            endpoints: endpoints.map(|endpoint| self.endpoint(endpoint)).collect(),
        });
        keys
    }

    /// The emulator's address that stands for a VPC endpoint of this account: what is sent there comes through it.
    pub fn through(&self, endpoint: &str) -> String {
        let asked = json!({"VpcEndpointIds": [endpoint]});
        let told = self.call("ec2", "describe_vpc_endpoints", asked);
        let endpoint = self.endpoint(&told["VpcEndpoints"][0]);
        let address = endpoint.address.expect("it stands for the endpoint");
        self.cloud.emulator.change_access(AccessChange {
            endpoints: vec![endpoint],
            ..AccessChange::default()
        });
        format!("http://{address}")
    }

    /// A VPC endpoint with the address that stands for it, always the same.
    fn endpoint(&self, told: &Value) -> VpcEndpoint {
        let id = text(&told["VpcEndpointId"]);
        let mut taken = self
            .cloud
            .endpoints
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let place = taken
            .iter()
            .position(|known| *known == id)
            .unwrap_or_else(|| {
                taken.push(id.clone());
                taken.len() - 1
            });
        let addresses = self.cloud.emulator.http_addresses().iter();
        let mut spare = addresses.filter(|address| address.is_ipv4()).skip(1);
        VpcEndpoint {
            vpc: text(&told["VpcId"]),
            policy: told["PolicyDocument"]
                .as_str()
                .and_then(|it| serde_json::from_str(it).ok()),
            address: Some(*spare.nth(place).expect("ENDPOINTS is large enough")),
            id,
        }
    }

    /// The document of a managed policy, in its default version.
    fn policy(&self, arn: &str) -> Value {
        let policy = self.call("iam", "get_policy", json!({"PolicyArn": arn}));
        let version = json!({"PolicyArn": arn, "VersionId": policy["Policy"]["DefaultVersionId"]});
        self.call("iam", "get_policy_version", version)["PolicyVersion"]["Document"].clone()
    }
}
