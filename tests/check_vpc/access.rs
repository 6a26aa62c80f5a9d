//! The administrator's permissions: those that the check names are enough, and each is needed.

use crate::cloud::Cloud;
use crate::recorder::{Recorder, unauthorized};
use crate::report::{Seen, SpaceReport};
use crate::support::binary_under_test;
use crate::support::home::Home;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;

/// The actions of the policy that `check --explain vpc.access` shows.
fn documented() -> Vec<String> {
    let home = Home::new();
    let mut explain = home.command(binary_under_test());
    explain.args(["check", "--explain", "vpc.access", "--output", "json"]);
    let shown = home.run(&mut explain).success();
    let shown: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    let fix = shown["fix"].as_str().expect("a mend");
    let (from, to) = (
        fix.find('{').expect("a policy"),
        fix.rfind('}').expect("its end"),
    );
    let policy: Value = serde_json::from_str(&fix[from..=to]).expect("the policy is JSON");
    let actions = policy["Statement"][0]["Action"]
        .as_array()
        .expect("actions");
    actions
        .iter()
        .map(|action| action.as_str().expect("a text").to_owned())
        .collect()
}

/// Lets moto judge signatures and policies from now on.
fn enforce(cloud: &Cloud) {
    let address = cloud.url.strip_prefix("http://").expect("plain");
    let mut stream = TcpStream::connect(address).expect("moto listens");
    let request = format!(
        "POST /moto-api/reset-auth HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Length: 1\r\n\r\n0"
    );
    stream.write_all(request.as_bytes()).expect("moto reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("moto answers");
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

/// A user of IAM who may do this; a home with the user's keys.
fn user(cloud: &Cloud, name: &str, actions: &[String]) -> Home {
    let statement = json!({"Effect": "Allow", "Action": actions, "Resource": "*"});
    let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
    cloud.call("iam", "create_user", json!({"UserName": name}));
    let keywords =
        json!({"UserName": name, "PolicyName": "p", "PolicyDocument": policy.to_string()});
    cloud.call("iam", "put_user_policy", keywords);
    let key = cloud.call("iam", "create_access_key", json!({"UserName": name}));
    let part = |part: &str| key["AccessKey"][part].as_str().expect("a text").to_owned();
    Home::new()
        .env("AWS_ACCESS_KEY_ID", part("AccessKeyId"))
        .env("AWS_SECRET_ACCESS_KEY", part("SecretAccessKey"))
}

#[test]
fn the_documented_permissions_are_enough_and_each_is_needed() {
    let cloud = Cloud::start();
    let vpc = cloud.make(json!({}));
    let actions = documented();
    assert_eq!(actions.len(), 11, "{actions:?}");
    let administrator = user(&cloud, "all", &actions);
    let lacking: Vec<(&String, Home)> = actions
        .iter()
        .enumerate()
        .map(|(index, action)| {
            let mut others = actions.clone();
            others.remove(index);
            (action, user(&cloud, &format!("without-{index}"), &others))
        })
        .collect();
    let stranger = Home::new().env("AWS_SECRET_ACCESS_KEY", "not-the-key");
    enforce(&cloud);
    let report = SpaceReport::healthy(&vpc);
    report
        .join_at(&cloud.url, &administrator, &[])
        .assert_healthy();
    for (action, home) in lacking {
        if action.starts_with("sagemaker:") {
            // moto refuses SageMaker's calls in XML, as AWS never does.
            continue;
        }
        let seen = report.join_at(&cloud.url, &home, &[]);
        if ["ec2:DescribeNetworkAcls", "codeartifact:DescribeDomain"].contains(&action.as_str()) {
            // Asked beside the rest: said to be refused, and no failure.
            let seen = seen.assert_healthy();
            assert_eq!(
                seen.check("vpc.domain")["status"],
                "skipped",
                "{}",
                seen.finished
            );
            if action.starts_with("ec2:") {
                assert_eq!(
                    seen.check("vpc.acls")["status"],
                    "skipped",
                    "{}",
                    seen.finished
                );
                seen.assert_says("vpc.acls", &["ec2:DescribeNetworkAcls"]);
            }
            continue;
        }
        let statement = format!("\"Action\": [\"{action}\"]");
        seen.assert_root("vpc.access", &["identity-team", action, &statement]);
    }
    let report = report.observed("studio_domain_id", json!(null));
    let seen = report.join_at(&cloud.url, &stranger, &[]);
    seen.assert_root("vpc.access", &["you", "AWS does not accept"]);
}

#[test]
fn ec2s_own_word_for_a_refusal_reaches_the_reader_and_the_rest_is_judged() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({"services": ["codeartifact.api"]}));
    let recorder = Recorder::answering(&cloud.url, |request| {
        (request.operation() == "DescribeRouteTables").then(unauthorized)
    });
    let report = SpaceReport::healthy(&vpc)
        .stuck("repositories", "dns")
        .led_to("repositories", &["54.239.28.85"]);
    let seen: Seen = report.join_at(&recorder.url, &Home::new(), &[]);
    let both = ["vpc.access", "vpc.repositories.endpoint"];
    assert_eq!(seen.ids("failed"), both, "{}", seen.finished);
    assert_eq!(seen.check("vpc.s3.gateway")["waits_for"], "vpc.access");
    let words = [
        "ec2:DescribeRouteTables",
        "UnauthorizedOperation",
        "no identity-based policy allows",
    ];
    seen.assert_says("vpc.access", &words);
}

#[test]
fn sagemakers_own_word_for_a_refusal_reaches_the_reader_too() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let recorder = Recorder::answering(&cloud.url, |request| {
        let words = "User: arn:aws:iam::123456789012:user/admin is not authorized to perform: sagemaker:DescribeDomain \
                     because no identity-based policy allows the sagemaker:DescribeDomain action";
        let body = json!({"__type": "AccessDeniedException", "Message": words}).to_string();
        (request.operation() == "DescribeDomain").then_some((400, body))
    });
    let report = SpaceReport::healthy(&vpc);
    let seen = report.join_at(&recorder.url, &Home::new(), &[]);
    let words = [
        "identity-team",
        "no identity-based policy allows",
        "\"Action\": [\"sagemaker:DescribeDomain\"]",
    ];
    // The space's own address tells the rest.
    seen.assert_root("vpc.access", &words);
}

#[test]
fn where_aws_cannot_be_reached_the_other_machine_is_named() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    // Nobody listens at the discard port.
    let seen = SpaceReport::healthy(&vpc).join_at("http://127.0.0.1:9", &Home::new(), &[]);
    seen.assert_root("vpc.access", &["refuses the connection", "you"]);
    let without = Home::new().without("AWS_ACCESS_KEY_ID");
    let seen = SpaceReport::healthy(&vpc).join_at(&cloud.url, &without, &[]);
    seen.assert_root("vpc.access", &["no AWS credentials", "aws sso login"]);
}
