//! What is sent: as AWS's own description has it, page after page, tried again where that helps.

use crate::cloud::Cloud;
use crate::recorder::Recorder;
use crate::report::SpaceReport;
use crate::support::clients;
use crate::support::home::Home;
use serde_json::json;
use std::sync::atomic::{AtomicUsize, Ordering};
use studio_mirror_emulator::{Emulator, Options};

#[test]
fn botocores_models_have_nothing_against_any_request() {
    let cloud = Cloud::shared();
    let recorder = Recorder::before(&cloud.url);
    let home = Home::new();
    let vpc = cloud.make(json!({}));
    let report = SpaceReport::healthy(&vpc);
    report.join_at(&recorder.url, &home, &[]).assert_healthy();
    let flags = [
        "--vpc-id",
        vpc.id("vpc"),
        "--security-group-ids",
        vpc.id("studio"),
    ];
    report.join_at(&recorder.url, &home, &flags);
    let mut operations: Vec<String> = recorder
        .requests()
        .iter()
        .map(|request| request.operation().to_owned())
        .collect();
    operations.sort();
    operations.dedup();
    assert_eq!(operations.len(), 10, "{operations:?}");
    for request in recorder.requests() {
        let agent = request.header("user-agent");
        assert!(agent.contains("app/studio-mirror-"), "{agent}");
        assert!(
            request
                .header("authorization")
                .starts_with("AWS4-HMAC-SHA256 ")
        );
    }
    let log = home.write("requests.jsonl", recorder.log());
    // CodeArtifact writes its own.
    let own = home.join("codeartifact.jsonl");
    let emulator = Emulator::start(Options {
        request_log: Some(own.clone()),
        ..Options::default()
    });
    let emulator = emulator.expect("the emulator starts");
    let asked = Home::new().env("STUDIO_MIRROR_API_ENDPOINT", emulator.http_url());
    report.join_at(&cloud.url, &asked, &[]).assert_healthy();
    let written = std::fs::read_to_string(&own).expect("the log");
    assert_eq!(written.lines().count(), 1, "{written}");
    assert!(
        written.contains("/v1/domain?domain=corp&domain-owner=111122223333"),
        "{written}"
    );
    let judge = crate::support::checkout().join("tests/emulator/judge.py");
    for log in [log, own] {
        let python = clients::bin("moto").join("python");
        home.run(home.command(python).arg(&judge).arg(log))
            .success();
    }
}

#[test]
fn the_judge_fails_what_the_models_do_not_have() {
    let home = Home::new();
    let judge = crate::support::checkout().join("tests/emulator/judge.py");
    let python = clients::bin("moto").join("python");
    let ec2 = "Action=DescribeSubnets&Version=2016-11-15";
    for (body, words) in [
        (
            format!("{ec2}&Filter.1.Nam=x"),
            "no parameter 'Filter.1.Nam'",
        ),
        (
            format!("{ec2}&Filters.1.Name=x"),
            "no parameter 'Filters.1.Name'",
        ),
        (format!("{ec2}&MaxResults=1"), "is below 5"),
        (
            "Action=DescribeSubnet&Version=2016-11-15".to_owned(),
            "no operation",
        ),
        (
            "Action=DescribeSubnets&Version=2016-11-16".to_owned(),
            "the version is",
        ),
        (
            "Action=DescribeVpcAttribute&Version=2016-11-15&VpcId=v&Attribute=dns".to_owned(),
            "is none of",
        ),
        (
            "Action=DescribeVpcAttribute&Version=2016-11-15&VpcId=v".to_owned(),
            "Attribute is missing",
        ),
    ] {
        let line = json!({"service": "ec2", "method": "POST", "uri": "/", "body": body});
        let log = home.write("requests.jsonl", line.to_string());
        let judged = home.run(home.command(&python).arg(&judge).arg(log)).exit(1);
        assert!(judged.stdout.contains(words), "{judged}");
    }
    for (target, body, words) in [
        ("SageMaker.DescribeDomain", "{}", "DomainId"),
        (
            "SageMaker.DescribeDomain",
            "{\"DomainId\": \"no id\"}",
            "does not match",
        ),
        ("SageMaker.Describe", "{}", "no operation"),
        (
            "SageMaker.DescribeDomain",
            "{\"DomainId\": \"d-1\", \"X\": 1}",
            "X",
        ),
    ] {
        let line = json!({"service": "sagemaker", "method": "POST", "uri": "/", "target": target, "body": body});
        let log = home.write("requests.jsonl", line.to_string());
        let judged = home.run(home.command(&python).arg(&judge).arg(log)).exit(1);
        assert!(judged.stdout.contains(words), "{judged}");
    }
}

#[test]
fn every_page_is_read() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    // moto knows no pages of subnets: the first one is told here, and the rest is moto's.
    let first = "<DescribeSubnetsResponse><subnetSet/><nextToken>more&amp;+/=</nextToken></DescribeSubnetsResponse>";
    let recorder = Recorder::answering(&cloud.url, move |request| {
        let is_first =
            request.operation() == "DescribeSubnets" && !request.body.contains("NextToken");
        is_first.then(|| (200, first.to_owned()))
    });
    let report = SpaceReport::healthy(&vpc);
    let seen = report
        .join_at(&recorder.url, &Home::new(), &[])
        .assert_healthy();
    seen.assert_says("vpc.api.subnets", &[" is in us-east-1a and us-east-1b"]);
    let asked = recorder.requests();
    let second = asked
        .iter()
        .filter(|request| request.operation() == "DescribeSubnets")
        .nth(1);
    let body = &second.expect("a second page").body;
    assert!(
        body.ends_with("&NextToken=more%26%2B%2F%3D") && body.contains("Filter.1.Name=vpc-id"),
        "{body}"
    );
}

#[test]
fn throttling_is_waited_out_and_what_is_no_answer_is_told() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let asked = AtomicUsize::new(0);
    let recorder = Recorder::answering(&cloud.url, move |request| {
        let is_first =
            request.operation() == "DescribeVpcs" && asked.fetch_add(1, Ordering::Relaxed) == 0;
        let body = "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow down</Message></Error></Errors></Response>";
        is_first.then(|| (503, body.to_owned()))
    });
    let report = SpaceReport::healthy(&vpc);
    report
        .join_at(&recorder.url, &Home::new(), &[])
        .assert_healthy();
    for (body, words) in [
        ("<html>hello</html>", "<html>"),
        ("hello", "does not answer like EC2"),
        ("<DescribeVpcsResponse>", "does not answer like EC2"),
    ] {
        let recorder = Recorder::answering(&cloud.url, move |request| {
            (request.operation() == "DescribeVpcs").then(|| (200, body.to_owned()))
        });
        let seen = report.join_at(&recorder.url, &Home::new(), &[]);
        let hint = "AWS_ENDPOINT_URL_EC2";
        seen.assert_root("vpc.access", &["DescribeVpcs", words, hint]);
    }
}
