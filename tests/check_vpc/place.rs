//! Which VPC is meant: by flags, by the space's address, by its Studio domain.

use crate::cloud::Cloud;
use crate::report::SpaceReport;
use serde_json::json;

#[test]
fn each_way_of_knowing_the_place_leads_to_the_same_vpc() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let healthy = SpaceReport::healthy(&vpc);
    let by_address = healthy.join(cloud, &[]).assert_healthy();
    by_address.assert_says(
        "vpc.found",
        &[vpc.id("vpc"), "network interface eni-", vpc.id("address")],
    );
    let by_domain = SpaceReport::healthy(&vpc).observed("own_addresses", json!([]));
    let by_domain = by_domain.join(cloud, &[]).assert_healthy();
    by_domain.assert_says(
        "vpc.found",
        &["the Studio domain d-", vpc.subnet("b"), vpc.id("studio")],
    );
    let nowhere = || {
        SpaceReport::healthy(&vpc)
            .observed("own_addresses", json!([]))
            .observed("studio_domain_id", json!(null))
    };
    let flags = ["--studio-domain-id", vpc.id("domain")];
    nowhere()
        .join(cloud, &flags)
        .assert_healthy()
        .assert_says("vpc.found", &[vpc.id("vpc")]);
    let both = [vpc.subnet("a"), vpc.subnet("b")].join(",");
    let flags = [
        "--vpc-id",
        vpc.id("vpc"),
        "--subnet-ids",
        &both,
        "--security-group-ids",
        vpc.id("studio"),
    ];
    let seen = nowhere().join(cloud, &flags).assert_healthy();
    assert_eq!(seen.ids("skipped"), [""; 0], "{}", seen.finished);
    let seen = nowhere().join(cloud, &[]);
    let flag = "$ studio-mirror check --vpc --studio-domain-id";
    seen.assert_root(
        "vpc.found",
        &["you", "nothing says in which VPC", flag, "--vpc-id"],
    );
}

#[test]
fn the_vpc_alone_leaves_what_hangs_on_groups_unsaid() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let mut report = SpaceReport::healthy(&vpc)
        .observed("own_addresses", json!([]))
        .observed("studio_domain_id", json!(null));
    report.document["checks"] = json!([]);
    let seen = report
        .join(cloud, &["--vpc-id", vpc.id("vpc")])
        .assert_healthy();
    let unsaid = [
        "vpc.api.ingress",
        "vpc.repositories.ingress",
        "vpc.egress",
        "vpc.acls",
    ];
    assert_eq!(seen.ids("skipped"), unsaid, "{}", seen.finished);
    seen.assert_says("vpc.egress", &["--security-group-ids"]);
}

#[test]
fn what_is_not_there_is_said_to_be_missing() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let report = SpaceReport::healthy(&vpc);
    let seen = report.join(cloud, &["--vpc-id", "vpc-00000000000000000"]);
    seen.assert_root(
        "vpc.found",
        &["there is no vpc-00000000000000000 in this account and region"],
    );
    let report = SpaceReport::healthy(&vpc)
        .observed("own_addresses", json!([]))
        .observed("studio_domain_id", json!("d-gone"));
    let seen = report.join(cloud, &[]);
    assert_eq!(seen.ids("failed"), ["vpc.found"], "{}", seen.finished);
}

#[test]
fn a_studio_domain_with_a_way_to_the_internet_is_pointed_out() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({"mode": "PublicInternetOnly"}));
    let words = [
        "PublicInternetOnly",
        "--app-network-access-type VpcOnly",
        vpc.id("domain"),
    ];
    SpaceReport::healthy(&vpc)
        .join(cloud, &[])
        .assert_warning("vpc.found", &words);
}

#[test]
fn subnets_of_another_vpc_are_not_in_this_one() {
    let cloud = Cloud::shared();
    let (vpc, other) = (cloud.make(json!({})), cloud.make(json!({})));
    let mut report = SpaceReport::healthy(&vpc);
    report.document["checks"] = json!([]);
    let flags = ["--vpc-id", vpc.id("vpc"), "--subnet-ids", other.subnet("a")];
    let words = format!("{} is not in {}", other.subnet("a"), vpc.id("vpc"));
    let flags = [&flags[..], &["--security-group-ids", vpc.id("studio")]].concat();
    report
        .join(cloud, &flags)
        .assert_says("vpc.acls", &[&words]);
}
