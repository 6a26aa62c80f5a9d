//! VPC, subnets and endpoints.

use super::*;

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
