//! Network ACLs: what drops a request or its answer is the root, what stays in a subnet is not touched.

use crate::cloud::{Cloud, Vpc, made};
use crate::report::SpaceReport;
use serde_json::{Value, json};

/// The VPC's own ACL, which all of its subnets have.
fn acl(cloud: &Cloud, vpc: &Vpc) -> String {
    let filters = json!({"Filters": [{"Name": "vpc-id", "Values": [vpc.id("vpc")]}]});
    let all = cloud.call("ec2", "describe_network_acls", filters);
    let id = all["NetworkAcls"][0]["NetworkAclId"].as_str();
    id.expect("every VPC has one").to_owned()
}

fn deny(acl: &str, is_egress: bool, ports: [u16; 2], cidr: &str) -> Value {
    json!({"NetworkAclId": acl, "RuleNumber": 90, "RuleAction": "deny", "Egress": is_egress, "Protocol": "6",
        "PortRange": {"From": ports[0], "To": ports[1]}, "CidrBlock": cidr})
}

#[test]
fn a_network_acl_that_drops_the_request_or_the_answer_is_the_root() {
    for (is_egress, ports, what, command) in [
        (
            false,
            [443, 443],
            "denies by rule 90 port 443 in from",
            "--ingress --rule-number 89 --protocol tcp --port-range From=443,To=443 --cidr-block",
        ),
        (
            true,
            [40_000, 40_100],
            "denies by rule 90 the answers out to",
            "--egress --rule-number 89 --protocol tcp --port-range From=1024,To=65535 --cidr-block",
        ),
    ] {
        let (cloud, vpc) = made(json!({"zones": ["b"]}));
        let acl = acl(cloud, &vpc);
        let report = SpaceReport::healthy(&vpc)
            .stuck("api", "tcp")
            .stuck("repositories", "tcp");
        // One that is about the other subnet alone, and one that is about other packets.
        let other = deny(&acl, is_egress, ports, &format!("{}/32", vpc.id("address")));
        cloud.call("ec2", "create_network_acl_entry", other.clone());
        let narrow = report.join(cloud, &[]);
        assert!(
            narrow.ids("skipped").contains(&"vpc.acls"),
            "{}",
            narrow.finished
        );
        let key = json!({"NetworkAclId": acl, "RuleNumber": 90, "Egress": is_egress});
        cloud.call("ec2", "delete_network_acl_entry", key);
        cloud.call(
            "ec2",
            "create_network_acl_entry",
            deny(&acl, is_egress, ports, "10.0.0.0/8"),
        );
        let words = ["platform-team", &acl, what, command];
        let seen = report.join(cloud, &[]);
        // Zone a has no endpoint: a thing to know beside it.
        assert_eq!(seen.ids("failed"), ["vpc.acls"], "{}", seen.finished);
        let seen = seen.assert_says("vpc.acls", &words);
        assert_eq!(seen.check("network.api.tcp")["waits_for"], "vpc.acls");
        assert_eq!(seen.check("repository.read.pypi")["waits_for"], "vpc.acls");
        // Where the space gets through, no model of ours says otherwise.
        let fine = SpaceReport::healthy(&vpc).join(cloud, &[]);
        assert_eq!(fine.ids("failed"), [""; 0], "{}", fine.finished);
    }
}

#[test]
fn a_network_acl_does_not_touch_what_stays_in_its_subnet() {
    let (cloud, vpc) = made(json!({"zones": ["a"], "space_zones": ["a"]}));
    let acl = acl(cloud, &vpc);
    let inside = deny(&acl, false, [443, 443], "10.0.0.0/8");
    cloud.call("ec2", "create_network_acl_entry", inside);
    let mut unseen = SpaceReport::healthy(&vpc);
    unseen.document["checks"] = json!([]);
    unseen.join(cloud, &[]).assert_healthy();
    // The way to S3 leaves it.
    let outside = deny(&acl, true, [443, 443], "0.0.0.0/0");
    cloud.call("ec2", "create_network_acl_entry", outside);
    let report = SpaceReport::healthy(&vpc).stuck("assets", "tcp");
    let words = [
        "denies by rule 90 port 443 out to S3",
        "--egress --rule-number 89",
    ];
    let seen = report.join(cloud, &[]).assert_root("vpc.acls", &words);
    assert_eq!(seen.check("network.assets.tcp")["waits_for"], "vpc.acls");
}
