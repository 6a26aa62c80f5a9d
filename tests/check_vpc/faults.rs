//! What a VPC lacks: each fault is the one root, with the mend filled in.

use crate::cloud::made;
use crate::report::SpaceReport;
use crate::support::home::Home;
use serde_json::json;

const PUBLIC: &[&str] = &["54.239.28.85"];

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
    let seen = report.join(cloud, &[]).assert_root("vpc.egress", &words);
    // The id is looked up before it is named.
    let fix = seen.check("vpc.egress")["fix"].as_str().expect("a mend");
    let at = |words: &str| {
        fix.find(words)
            .unwrap_or_else(|| panic!("no {words} in {fix}"))
    };
    assert!(at("describe-prefix-lists") < at("{PrefixListId=<s3-prefix-list>}"));
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
