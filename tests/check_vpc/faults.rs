//! What a VPC lacks: each fault is the one root, with the mend filled in.

use crate::cloud::{Cloud, Vpc};
use crate::report::SpaceReport;
use crate::support::home::Home;
use serde_json::{Value, json};

const PUBLIC: &[&str] = &["54.239.28.85"];

fn made(members: Value) -> (&'static Cloud, Vpc) {
    let cloud = Cloud::shared();
    let vpc = cloud.make(members);
    (cloud, vpc)
}

fn statement(action: &str, principal: Value) -> Value {
    json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}]})
}

#[test]
fn a_healthy_vpc_gives_no_finding() {
    let (cloud, vpc) = made(json!({}));
    let seen = SpaceReport::healthy(&vpc).join(cloud, &[]).assert_healthy();
    assert_eq!(seen.ids("skipped"), [""; 0], "{}", seen.finished);
    // Nothing of it hangs on what the space saw.
    let mut unseen = SpaceReport::healthy(&vpc);
    unseen.document["checks"] = json!([]);
    let seen = unseen.join(cloud, &[]).assert_healthy();
    assert_eq!(seen.ids("skipped"), [""; 0], "{}", seen.finished);
    assert_eq!(seen.ids("ok").len(), 19, "{}", seen.finished);
}

#[test]
fn a_missing_endpoint_is_made_with_a_command_that_is_complete() {
    let (cloud, vpc) = made(json!({"services": ["codeartifact.api"]}));
    let report = SpaceReport::healthy(&vpc)
        .stuck("repositories", "dns")
        .led_to("repositories", PUBLIC);
    let command = format!(
        "$ aws ec2 create-vpc-endpoint --region us-east-1 --vpc-endpoint-type Interface --vpc-id {} --subnet-ids {} --security-group-ids {} \
         --service-name com.amazonaws.us-east-1.codeartifact.repositories --private-dns-enabled",
        vpc.id("vpc"),
        vpc.subnet("a"),
        vpc.id("endpoints"),
    );
    let seen = report.join(cloud, &[]);
    let seen = seen.assert_root("vpc.repositories.endpoint", &["platform-team", &command]);
    let symptom = seen.check("network.repositories.dns");
    assert_eq!(symptom["status"], "skipped");
    assert_eq!(symptom["waits_for"], "vpc.repositories.endpoint");
    assert_eq!(
        seen.check("repository.read.pypi")["waits_for"],
        "vpc.repositories.endpoint"
    );
}

#[test]
fn the_recipe_that_makes_one_endpoint_twice_is_recognised() {
    let (cloud, vpc) = made(json!({"services": ["codeartifact.api", "codeartifact.api"]}));
    let report = SpaceReport::healthy(&vpc)
        .stuck("repositories", "dns")
        .led_to("repositories", PUBLIC);
    let seen = report.join(cloud, &[]);
    assert_eq!(
        seen.ids("failed"),
        ["vpc.repositories.endpoint"],
        "{}",
        seen.finished
    );
    assert_eq!(seen.ids("warning"), ["vpc.conflict"], "{}", seen.finished);
    let twice = "and 2 for com.amazonaws.us-east-1.codeartifact.api";
    let delete = "$ aws ec2 delete-vpc-endpoints --region us-east-1 --vpc-endpoint-ids vpce-";
    seen.assert_says("vpc.repositories.endpoint", &[twice])
        .assert_says("vpc.conflict", &[delete]);
}

#[test]
fn private_dns_that_is_off_is_turned_on() {
    let (cloud, vpc) = made(json!({"private_dns": false}));
    let report = SpaceReport::healthy(&vpc)
        .stuck("api", "dns")
        .led_to("api", PUBLIC);
    let command = format!(
        "$ aws ec2 modify-vpc-endpoint --region us-east-1 --vpc-endpoint-id {} --private-dns-enabled",
        vpc.endpoint(0)
    );
    report.join(cloud, &[]).assert_root(
        "vpc.api.names",
        &["platform-team", &command, "list-hosted-zones-by-vpc"],
    );
    // Whoever uses the endpoint's own name does not need it.
    let own = format!(
        "{}-x.codeartifact.us-east-1.vpce.amazonaws.com",
        vpc.endpoint(0)
    );
    let mut report = SpaceReport::healthy(&vpc);
    report.document["observed"]["hosts"]["api"]["name"] = json!(own);
    report.join(cloud, &[]).assert_healthy();
    let elsewhere = "vpce-0123456789-x.codeartifact.us-east-1.vpce.amazonaws.com";
    let mut report = SpaceReport::healthy(&vpc)
        .stuck("api", "dns")
        .led_to("api", &[]);
    report.document["observed"]["hosts"]["api"]["name"] = json!(elsewhere);
    let words = [
        "you",
        elsewhere,
        vpc.endpoint(0),
        "STUDIO_MIRROR_API_ENDPOINT",
    ];
    report.join(cloud, &[]).assert_root("vpc.api.names", &words);
}

#[test]
fn dns_attributes_that_are_off_are_turned_on() {
    let (cloud, vpc) = made(json!({"hostnames": false}));
    let report = SpaceReport::healthy(&vpc)
        .stuck("api", "dns")
        .stuck("repositories", "dns")
        .led_to("api", PUBLIC)
        .led_to("repositories", PUBLIC);
    let command = format!(
        "$ aws ec2 modify-vpc-attribute --region us-east-1 --vpc-id {} --enable-dns-hostnames",
        vpc.id("vpc")
    );
    let seen = report
        .join(cloud, &[])
        .assert_root("vpc.dns", &["platform-team", &command]);
    assert!(!seen.words("vpc.dns").contains("--enable-dns-support"));
}

#[test]
fn a_resolver_that_is_not_the_vpcs_is_told_from_a_vpc_that_lacks_something() {
    let (cloud, vpc) = made(json!({}));
    let report = SpaceReport::healthy(&vpc)
        .stuck("repositories", "dns")
        .led_to("repositories", PUBLIC);
    let words = [
        "54.239.28.85",
        "does not ask the VPC's resolver",
        "$ aws ec2 describe-dhcp-options --region us-east-1 --dhcp-options-ids ",
    ];
    report
        .join(cloud, &[])
        .assert_root("vpc.repositories.names", &words);
    let report = SpaceReport::healthy(&vpc)
        .stuck("api", "tcp")
        .led_to("api", &["10.99.0.9"]);
    let words = [
        "10.99.0.9",
        "private hosted zone",
        "list-hosted-zones-by-vpc",
    ];
    report.join(cloud, &[]).assert_root("vpc.api.names", &words);
}

#[test]
fn a_group_that_does_not_let_the_spaces_in_is_one_root_for_both_endpoints() {
    let (cloud, vpc) = made(json!({}));
    let rule = json!([{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": vpc.id("studio")}]}]);
    let keywords = json!({"GroupId": vpc.id("endpoints"), "IpPermissions": rule});
    cloud.call("ec2", "revoke_security_group_ingress", keywords);
    let report = SpaceReport::healthy(&vpc)
        .stuck("api", "tcp")
        .stuck("repositories", "tcp");
    let command = format!(
        "$ aws ec2 authorize-security-group-ingress --region us-east-1 --group-id {} --protocol tcp --port 443 --source-group {}",
        vpc.id("endpoints"),
        vpc.id("studio")
    );
    report.join(cloud, &[]).assert_root(
        "vpc.api.ingress",
        &["platform-team", &command, "(endpoints-"],
    );
    // A range that holds the space's address lets it in as well.
    let range = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}]);
    let keywords = json!({"GroupId": vpc.id("endpoints"), "IpPermissions": range});
    cloud.call("ec2", "authorize_security_group_ingress", keywords);
    let mut unseen = SpaceReport::healthy(&vpc);
    unseen.document["checks"] = json!([]);
    unseen.join(cloud, &[]).assert_healthy();
}

#[test]
fn a_group_that_does_not_let_the_spaces_out_is_mended_for_each_way() {
    let (cloud, vpc) = made(json!({}));
    let all = json!([{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]);
    let keywords = json!({"GroupId": vpc.id("studio"), "IpPermissions": all});
    cloud.call("ec2", "revoke_security_group_egress", keywords);
    let report = SpaceReport::healthy(&vpc)
        .stuck("api", "tcp")
        .stuck("repositories", "tcp")
        .stuck("assets", "tcp");
    let to_endpoints = format!("--source-group {}", vpc.id("endpoints"));
    let words = [
        "authorize-security-group-egress --region us-east-1 --group-id",
        &to_endpoints,
        "PrefixListIds=",
        "describe-prefix-lists",
        "and S3",
    ];
    report.join(cloud, &[]).assert_root("vpc.egress", &words);
}

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

#[test]
fn a_domain_that_is_not_there_is_the_root_of_what_is_refused() {
    let (cloud, vpc) = made(json!({}));
    let report = SpaceReport::healthy(&vpc)
        .failed("token.mint")
        .observed("domain", json!("crop"));
    let words = [
        "there is no domain crop of 111122223333 in us-east-1",
        "$ aws codeartifact list-domains --region us-east-1",
    ];
    let seen = report.join(cloud, &[]).assert_root("vpc.domain", &words);
    assert_eq!(seen.check("token.mint")["waits_for"], "vpc.domain");
    // Where CodeArtifact cannot be asked, that is all.
    let home = Home::new().env("STUDIO_MIRROR_API_ENDPOINT", "http://127.0.0.1:9");
    let seen = SpaceReport::healthy(&vpc)
        .join_at(&cloud.url, &home, &[])
        .assert_healthy();
    assert_eq!(seen.check("vpc.domain")["status"], "skipped");
    seen.assert_says("vpc.domain", &["refuses the connection"]);
}

#[test]
fn a_policy_that_forgets_a_call_gets_the_statement_that_is_missing() {
    let api = statement("codeartifact:*", json!("*"));
    let (cloud, vpc) = made(json!({"policies": {"codeartifact.api": api}}));
    let report = SpaceReport::healthy(&vpc).failed("token.mint");
    let words = [
        "nothing allows sts:GetServiceBearerToken",
        "\"Principal\": \"*\", \"Action\": \"sts:GetServiceBearerToken\"",
        "modify-vpc-endpoint --region us-east-1 --vpc-endpoint-id",
    ];
    report
        .join(cloud, &[])
        .assert_root("vpc.api.policy", &words);
}

#[test]
fn a_policy_that_is_bound_to_roles_keeps_pips_helper_from_being_asked() {
    let ours = json!({"AWS": "arn:aws:iam::123456789012:role/studio"});
    let policy = statement("codeartifact:ReadFromRepository", ours);
    let (cloud, vpc) = made(json!({"policies": {"codeartifact.repositories": policy}}));
    let report = SpaceReport::healthy(&vpc).failed("auth.challenge");
    let words = ["pip's first request", "\"Principal\": \"*\""];
    report
        .join(cloud, &[])
        .assert_root("vpc.repositories.policy", &words);
    // Where nobody looked, it is a thing to know.
    let mut unseen = SpaceReport::healthy(&vpc);
    unseen.document["checks"] = json!([]);
    unseen
        .join(cloud, &[])
        .assert_warning("vpc.repositories.policy", &words);
    // Where the space got its 401, it is none.
    SpaceReport::healthy(&vpc).join(cloud, &[]).assert_healthy();
    let other = json!({"AWS": "arn:aws:iam::123456789012:role/other"});
    let policy = statement("codeartifact:ReadFromRepository", other);
    let (cloud, vpc) = made(json!({"policies": {"codeartifact.repositories": policy}}));
    let report = SpaceReport::healthy(&vpc)
        .failed("repository.read.pypi")
        .failed("repository.read.npm");
    let words = ["nothing allows codeartifact:ReadFromRepository"];
    report
        .join(cloud, &[])
        .assert_root("vpc.repositories.policy", &words);
}

#[test]
fn a_policy_that_hangs_on_conditions_is_said_to_be_unclear() {
    let policy = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}]});
    let (cloud, vpc) = made(json!({"policies": {"codeartifact.api": policy}}));
    let report = SpaceReport::healthy(&vpc).failed("token.mint");
    let seen = report.join(cloud, &[]).assert_root("token.mint", &[]);
    assert_eq!(seen.ids("skipped"), ["vpc.api.policy"], "{}", seen.finished);
    seen.assert_says(
        "vpc.api.policy",
        &["cannot be told", "depends on aws:PrincipalOrgID"],
    );
}

#[test]
fn tarballs_need_the_gateway_its_route_and_its_policy() {
    let (cloud, vpc) = made(json!({"gateway": false}));
    let report = SpaceReport::healthy(&vpc).stuck("assets", "tcp");
    let command = format!(
        "$ aws ec2 create-vpc-endpoint --region us-east-1 --vpc-endpoint-type Gateway --vpc-id {} \
         --service-name com.amazonaws.us-east-1.s3 --route-table-ids {}",
        vpc.id("vpc"),
        vpc.id("main")
    );
    report
        .join(cloud, &[])
        .assert_root("vpc.s3.gateway", &[&command]);
    // pip alone needs none of it.
    let mut pip = SpaceReport::healthy(&vpc).observed("formats", json!(["pypi"]));
    pip.document["checks"] = json!([]);
    let seen = pip.join(cloud, &[]).assert_healthy();
    assert!(
        !seen.finished.stdout.contains("vpc.s3"),
        "{}",
        seen.finished
    );

    let (cloud, vpc) = made(json!({}));
    let table = cloud.call("ec2", "create_route_table", json!({"VpcId": vpc.id("vpc")}));
    let table = table["RouteTable"]["RouteTableId"].as_str().expect("an id");
    let keywords = json!({"RouteTableId": table, "SubnetId": vpc.subnet("a")});
    cloud.call("ec2", "associate_route_table", keywords);
    let report = SpaceReport::healthy(&vpc).stuck("assets", "tcp");
    let command = format!(
        "--vpc-endpoint-id {} --add-route-table-ids {table}",
        vpc.id("gateway")
    );
    report
        .join(cloud, &[])
        .assert_root("vpc.s3.gateway", &[&command]);

    let own_bucket = json!({"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::our-data/*"}]});
    let ours_alone = statement("s3:*", json!({"AWS": "123456789012"}));
    for policy in [own_bucket, ours_alone] {
        let (cloud, vpc) = made(json!({"policies": {"s3": policy}}));
        let report = SpaceReport::healthy(&vpc).failed("network.assets.http");
        let words = [
            "arn:aws:s3:::assets-193858265520-us-east-1/*",
            "\"Principal\": \"*\"",
            vpc.id("gateway"),
        ];
        report.join(cloud, &[]).assert_root("vpc.s3.policy", &words);
    }
}

#[test]
fn zones_without_the_endpoint_are_a_thing_to_know_and_zones_without_the_service_are_not() {
    let (cloud, vpc) = made(json!({"zones": ["a"]}));
    let all = SpaceReport::healthy(&vpc).observed("own_addresses", json!([]));
    let seen = all.join(cloud, &[]);
    assert_eq!(seen.ids("failed"), [""; 0], "{}", seen.finished);
    let warned = ["vpc.api.subnets", "vpc.repositories.subnets"];
    assert_eq!(seen.ids("warning"), warned, "{}", seen.finished);
    let command = format!(
        "--vpc-endpoint-id {} --add-subnet-ids {}",
        vpc.endpoint(0),
        vpc.subnet("b")
    );
    seen.assert_says("vpc.api.subnets", &["not in us-east-1b", &command]);
    // The space's own subnet is in the endpoint's zone.
    SpaceReport::healthy(&vpc).join(cloud, &[]).assert_healthy();
    let (cloud, vpc) = made(json!({"space_zones": ["a", "c"]}));
    let all = SpaceReport::healthy(&vpc).observed("own_addresses", json!([]));
    let seen = all.join(cloud, &[]).assert_healthy();
    seen.assert_says(
        "vpc.api.subnets",
        &["us-east-1c has no CodeArtifact endpoints"],
    );
}

#[test]
fn a_shared_endpoint_elsewhere_is_as_good_as_one_here() {
    let (cloud, vpc) = made(json!({"services": [], "gateway": false}));
    let seen = SpaceReport::healthy(&vpc).join(cloud, &[]).assert_healthy();
    seen.assert_says("vpc.api.endpoint", &["has none", "at 10.200.0.5"]);
}
