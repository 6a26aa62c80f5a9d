//! The mends mend: their commands, run by the AWS CLI as they stand, leave a VPC without a finding.

use crate::cloud::{Cloud, Vpc};
use crate::report::SpaceReport;
use crate::support::clients;
use crate::support::home::Home;
use serde_json::{Value, json};

/// The commands of a mend that change something.
fn commands(fix: &str) -> Vec<&str> {
    let is_change = |line: &&str| !line.contains(" describe-") && !line.contains(" list-");
    let commands = fix.lines().filter_map(|line| line.strip_prefix("$ "));
    commands.filter(is_change).collect()
}

/// Runs what `id` says to type, until the VPC is as it should be; what was typed.
#[track_caller]
fn mend(cloud: &Cloud, vpc: &Vpc, id: &str) -> Vec<String> {
    // Nothing hangs on what a space saw: AWS's word alone is judged.
    let mut unseen = SpaceReport::healthy(vpc).observed("own_addresses", json!([]));
    unseen.document["checks"] = json!([]);
    for host in ["api", "repositories", "assets"] {
        unseen.document["observed"]["hosts"][host] = Value::Null;
    }
    let mut typed = Vec::new();
    for _ in 0..3 {
        let seen = unseen.join(cloud, &[]);
        let open = [seen.ids("failed"), seen.ids("warning")].concat();
        let Some(first) = open.first() else {
            assert!(!typed.is_empty(), "nothing was broken\n{}", seen.finished);
            return typed;
        };
        assert_eq!(*first, id, "{}", seen.finished);
        let fix = seen.check(first)["fix"].as_str().expect("a mend");
        for command in commands(fix) {
            run(cloud, command);
            typed.push(command.to_owned());
        }
    }
    panic!("{id} is still broken after {typed:?}");
}

fn run(cloud: &Cloud, command: &str) {
    let home = Home::new().first_on_path(clients::bin("aws"));
    let mut shell = home.command("sh");
    shell
        .args(["-c", command])
        .env("AWS_ENDPOINT_URL", &cloud.url);
    home.run(&mut shell).success();
}

#[test]
fn endpoints_are_made_as_the_mend_says() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({"services": ["codeartifact.api"]}));
    mend(cloud, &vpc, "vpc.repositories.endpoint");
    let vpc = cloud.make(json!({"gateway": false}));
    mend(cloud, &vpc, "vpc.s3.gateway");
}

#[test]
fn attributes_zones_and_routes_are_set_as_the_mend_says() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({"hostnames": false}));
    mend(cloud, &vpc, "vpc.dns");
    let vpc = cloud.make(json!({}));
    let table = cloud.call("ec2", "create_route_table", json!({"VpcId": vpc.id("vpc")}));
    let table = &table["RouteTable"]["RouteTableId"];
    let keywords = json!({"RouteTableId": table, "SubnetId": vpc.subnet("b")});
    cloud.call("ec2", "associate_route_table", keywords);
    mend(cloud, &vpc, "vpc.s3.gateway");
    let vpc = cloud.make(
        json!({"services": ["codeartifact.api", "codeartifact.repositories", "codeartifact.api"]}),
    );
    mend(cloud, &vpc, "vpc.conflict");
}

#[test]
fn groups_are_opened_as_the_mend_says() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let rule = json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": vpc.id("studio")}]}]);
    let keywords = json!({"GroupId": vpc.id("endpoints"), "IpPermissions": rule});
    cloud.call("ec2", "revoke_security_group_ingress", keywords);
    mend(cloud, &vpc, "vpc.api.ingress");
    // Out to S3 by its list, and not to the endpoints; then the other way round is a list nobody here knows.
    let all = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
    let to_list = |list: &str| json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "PrefixListIds": [{"PrefixListId": list}]}]);
    let keywords = |rules: &Value| json!({"GroupId": vpc.id("studio"), "IpPermissions": rules});
    let tables = json!({"RouteTableIds": [vpc.id("main")]});
    let tables = cloud.call("ec2", "describe_route_tables", tables);
    let routes = tables["RouteTables"][0]["Routes"]
        .as_array()
        .expect("routes");
    let s3 = routes
        .iter()
        .find_map(|route| route["DestinationPrefixListId"].as_str());
    cloud.call("ec2", "revoke_security_group_egress", keywords(&all));
    let s3 = s3.expect("the gateway's route");
    cloud.call(
        "ec2",
        "authorize_security_group_egress",
        keywords(&to_list(s3)),
    );
    let typed = mend(cloud, &vpc, "vpc.egress");
    assert!(
        typed
            .iter()
            .all(|command| command.contains("--source-group")),
        "{typed:?}"
    );
    let unknown = cloud.make(json!({}));
    let keywords = |rules: &Value| json!({"GroupId": unknown.id("studio"), "IpPermissions": rules});
    cloud.call("ec2", "revoke_security_group_egress", keywords(&all));
    cloud.call(
        "ec2",
        "authorize_security_group_egress",
        keywords(&to_list("pl-0123456789abcdef0")),
    );
    let mut unseen = SpaceReport::healthy(&unknown);
    unseen.document["checks"] = json!([]);
    let seen = unseen.join(cloud, &[]).assert_healthy();
    seen.assert_says("vpc.egress", &["cannot be told", "pl-0123456789abcdef0"]);
}

#[test]
fn network_acls_are_opened_as_the_mend_says() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let made = cloud.call("ec2", "create_network_acl", json!({"VpcId": vpc.id("vpc")}));
    let own = &made["NetworkAcl"]["NetworkAclId"];
    let filters =
        json!({"Filters": [{"Name": "association.subnet-id", "Values": [vpc.subnet("b")]}]});
    let found = cloud.call("ec2", "describe_network_acls", filters);
    let associations = found["NetworkAcls"][0]["Associations"].as_array();
    let of_subnet = associations
        .into_iter()
        .flatten()
        .find(|one| one["SubnetId"] == vpc.subnet("b"));
    let association = &of_subnet.expect("every subnet has one")["NetworkAclAssociationId"];
    let keywords = json!({"AssociationId": association, "NetworkAclId": own});
    cloud.call("ec2", "replace_network_acl_association", keywords);
    let typed = mend(cloud, &vpc, "vpc.acls");
    // In and out, the request and its answer, from either subnet to the other, and to S3.
    assert_eq!(typed.len(), 6, "{typed:?}");
}
