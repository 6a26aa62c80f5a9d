//! What is decided in which situation.

mod network;
mod packages;
mod spaces;

use serde_json::{Value, json};

use super::*;
use crate::aws::cloudformation::{Resource, Stack};
use crate::aws::ec2::{EndpointService, RouteTable, Rule, SecurityGroup, Subnet, Vpc, VpcEndpoint};
use crate::aws::{DomainSeen, IamRole, LifecycleConfig, RepositorySeen};
use crate::bootstrap::choices::WantedEndpoint;
use crate::bootstrap::found::{Network, PackagesSeen, StackSeen, StudioSeen};
use crate::bootstrap::memory::Memory;
use crate::bootstrap::slot::{App, Slot};
use crate::bootstrap::stacks::Endpoint;

const ACCOUNT: &str = "111122223333";
const SCRIPT: &str = "#!/bin/bash\n# studio-mirror for a SageMaker Studio space\n";
const OTHERS: &str = "arn:aws:sagemaker:us-east-1:111122223333:studio-lifecycle-config/theirs";

/// A situation to start from: a Studio domain in a VPC that has nothing yet.
struct Situation {
    found: Found,
    choices: Choices,
    names: Names,
    parts: Parts,
    public: Public,
    replace: bool,
    canary: Option<String>,
}

impl Default for Situation {
    fn default() -> Self {
        let domain = json!({
            "Status": "InService", "AppNetworkAccessType": "VpcOnly", "VpcId": "vpc-1", "SubnetIds": ["subnet-a", "subnet-b"],
            "DefaultUserSettings": {"ExecutionRole": "arn:aws:iam::111122223333:role/Exec", "SecurityGroups": ["sg-space"]},
        });
        let subnet = |id: &str, zone: &str| Subnet {
            id: id.to_owned(),
            zone: zone.to_owned(),
            ..Subnet::default()
        };
        let network = Network {
            vpc: Vpc {
                id: "vpc-1".to_owned(),
                cidrs: vec!["10.0.0.0/16".to_owned()],
                ..Vpc::default()
            },
            dns_support: true,
            dns_hostnames: true,
            subnets: vec![
                subnet("subnet-a", "use1-a"),
                subnet("subnet-b", "use1-b"),
                subnet("subnet-c", "use1-a"),
            ],
            tables: vec![
                RouteTable {
                    id: "rtb-main".to_owned(),
                    is_main: true,
                    ..RouteTable::default()
                },
                RouteTable {
                    id: "rtb-a".to_owned(),
                    subnets: vec!["subnet-a".to_owned()],
                    ..RouteTable::default()
                },
            ],
            services: Endpoint::ALL
                .map(|endpoint| EndpointService {
                    name: endpoint.service("us-east-1"),
                    zones: vec!["use1-a".to_owned(), "use1-b".to_owned()],
                })
                .into(),
            ..Network::default()
        };
        let role = IamRole {
            name: "Exec".to_owned(),
            boundary: None,
        };
        Self {
            found: Found {
                account: ACCOUNT.to_owned(),
                region: "us-east-1".to_owned(),
                studio: Some(StudioSeen {
                    id: "d-1".to_owned(),
                    domain,
                    ..StudioSeen::default()
                }),
                network: Some(network),
                roles: [("Exec".to_owned(), Some(role))].into(),
                ..Found::default()
            },
            choices: Choices {
                studio_domain_id: Some("d-1".to_owned()),
                ..Choices::default()
            },
            names: Names {
                base: "studio-mirror".to_owned(),
                domain: "corp".to_owned(),
                owner: ACCOUNT.to_owned(),
                repository: "team".to_owned(),
                pypi_store: "pypi-store".to_owned(),
                npm_store: "npm-store".to_owned(),
                binary_repository: "studio-mirror".to_owned(),
                ..Names::default()
            },
            parts: Parts {
                packages: true,
                consumer: true,
            },
            public: Public::All,
            replace: false,
            canary: None,
        }
    }
}

impl Situation {
    fn decide(&self) -> Decision {
        let wanted = Wanted {
            choices: &self.choices,
            names: &self.names,
            parts: self.parts,
            public: self.public.clone(),
            script: SCRIPT.to_owned(),
            replace: self.replace,
            canary: self.canary.clone(),
        };
        decide(&wanted, &self.found).expect("a decision")
    }

    /// The one thing in the way.
    fn refusal(&self) -> String {
        let decision = self.decide();
        let refusals: Vec<_> = decision.refusals().collect();
        assert_eq!(refusals.len(), 1, "{refusals:#?}");
        format!("{}: {}", refusals[0].subject, refusals[0].why)
    }

    fn consumer(&self) -> ConsumerStack {
        let decision = self.decide();
        let refusals: Vec<_> = decision.refusals().collect();
        assert!(refusals.is_empty(), "{refusals:#?}");
        decision.consumer.expect("a stack")
    }

    fn network(&mut self) -> &mut Network {
        self.found.network.as_mut().expect("a network")
    }

    fn studio(&mut self) -> &mut StudioSeen {
        self.found.studio.as_mut().expect("a Studio domain")
    }

    fn repository(&mut self, name: &str, upstreams: &[&str], external: Option<&str>) {
        self.found.packages.domain = Some(DomainSeen::default());
        let seen = RepositorySeen {
            upstreams: upstreams.iter().map(|name| (*name).to_owned()).collect(),
            external: external.map(str::to_owned),
        };
        self.found
            .packages
            .repositories
            .insert(name.to_owned(), seen);
    }

    fn endpoint(&mut self, endpoint: Endpoint, private_dns: bool) -> &mut VpcEndpoint {
        let seen = VpcEndpoint {
            id: format!("vpce-{}", endpoint.logical_id()),
            service: endpoint.service("us-east-1"),
            kind: if endpoint.is_gateway() {
                "Gateway"
            } else {
                "Interface"
            }
            .to_owned(),
            state: "available".to_owned(),
            has_private_dns: private_dns,
            groups: vec!["sg-endpoint".to_owned()],
            ..VpcEndpoint::default()
        };
        let network = self.network();
        network.endpoints.push(seen);
        network.endpoints.last_mut().expect("the one just put in")
    }

    fn made_by_consumer(&mut self, kind: &str, physical_id: &str) {
        let stack = self.found.consumer_stack.get_or_insert_with(|| StackSeen {
            stack: Stack {
                status: "CREATE_COMPLETE".to_owned(),
                ..Stack::default()
            },
            ..StackSeen::default()
        });
        stack.resources.push(Resource {
            logical_id: "X".to_owned(),
            physical_id: physical_id.to_owned(),
            kind: kind.to_owned(),
            status: "CREATE_COMPLETE".to_owned(),
        });
    }

    fn lifecycle(&mut self, name: &str, script: &str) -> String {
        let arn = format!("arn:aws:sagemaker:us-east-1:{ACCOUNT}:studio-lifecycle-config/{name}");
        let seen = LifecycleConfig {
            arn: arn.clone(),
            content: aws_smithy_types::base64::encode(script),
            app: "JupyterLab".to_owned(),
        };
        self.found.lifecycles.insert(name.to_owned(), seen);
        arn
    }

    fn put(&mut self, slot: &str, arn: &str) {
        let slot = Slot::of_key(slot).expect("a slot");
        let update = slot.update(Some(arn));
        let studio = self.studio();
        let described = match &slot.holder {
            crate::bootstrap::slot::Holder::Profile(name) => {
                studio.profiles.entry(name.clone()).or_default()
            }
            _ => &mut studio.domain,
        };
        merge(described, update);
    }
}

fn merge(into: &mut Value, from: Value) {
    match from {
        Value::Object(members) => {
            if !into.is_object() {
                *into = json!({});
            }
            for (name, value) in members {
                merge(&mut into[name.as_str()], value);
            }
        }
        other => *into = other,
    }
}

#[test]
fn an_empty_account_gets_everything() {
    let situation = Situation::default();
    let consumer = situation.consumer();
    assert_eq!(
        consumer.endpoints,
        [Endpoint::Api, Endpoint::Repositories, Endpoint::S3]
    );
    assert_eq!(consumer.subnet_ids, ["subnet-a", "subnet-b"]);
    assert_eq!(consumer.route_table_ids, ["rtb-a", "rtb-main"]);
    assert_eq!(consumer.space_group_ids, ["sg-space"]);
    assert_eq!(consumer.role_names, ["Exec"]);
    assert_eq!(
        consumer.asset_bucket_arn.as_deref(),
        Some("arn:aws:s3:::assets-193858265520-us-east-1")
    );
    let decision = situation.decide();
    let packages = decision.packages.expect("a stack");
    assert!(
        packages.has_domain
            && packages.has_repository
            && packages.has_pypi_store
            && packages.has_binary_repository
    );
    assert_eq!(decision.attachments.len(), 2);
    assert_eq!(decision.affected.len(), 3);
    assert_eq!(decision.items, []);
}
