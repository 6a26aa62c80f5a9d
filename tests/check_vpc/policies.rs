//! Policies of endpoints: what they forget is filled in, what hangs on conditions is said to be unclear.

use crate::cloud::made;
use crate::report::SpaceReport;
use serde_json::{Value, json};

fn statement(action: &str, principal: Value) -> Value {
    json!({"Statement": [{"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}]})
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
