//! Reports that come from elsewhere, the forms, the command line; and `--vpc` without `--join`.

use crate::cloud::Cloud;
use crate::report::{Seen, SpaceReport};
use crate::support::binary_under_test;
use crate::support::home::Home;
use crate::support::wire::{Api, CORP, studio_mirror_at};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::time::Duration;

#[test]
fn a_file_that_is_no_report_is_named_with_the_reason_and_the_way_to_make_one() {
    let home = Home::new();
    home.write("words.json", "words");
    home.write(
        "new.json",
        r#"{"schema_version": 2, "checks": [], "observed": {}}"#,
    );
    for (file, why) in [
        ("absent.json", "there is no such file"),
        ("words.json", "no report of `check --output json`"),
        ("new.json", "its schema_version is 2; this version reads 1"),
        (".", "not a regular file"),
    ] {
        let mut check = home.command(binary_under_test());
        check.args(["check", "--vpc", "--join", file]);
        let said = home.run(&mut check).exit(1);
        assert!(
            said.stderr
                .starts_with(&format!("error: cannot use the report {file}\n")),
            "{said}"
        );
        assert!(said.stderr.contains(why), "{said}");
        assert!(
            said.stderr
                .contains("hint: make one in the space: `studio-mirror check --output json"),
            "{said}"
        );
    }
}

#[test]
fn options_of_vpc_need_it() {
    let home = Home::new();
    for flags in [
        &["--join", "report.json"][..],
        &["--vpc-id", "vpc-1"],
        &["--studio-domain-id", "d-1"],
        &["--vpc", "--explain", "vpc.access"],
        &["--vpc", "--join", "report.json", "--tool", "pip"],
    ] {
        let mut check = home.command(binary_under_test());
        check.arg("check").args(flags);
        home.run(&mut check).exit(2);
    }
}

#[test]
fn every_form_shows_the_root_and_none_the_keys() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({"services": ["codeartifact.api"]}));
    let report = SpaceReport::healthy(&vpc)
        .stuck("repositories", "dns")
        .led_to("repositories", &["54.239.28.85"]);
    let home = Home::new();
    for form in ["text", "json", "markdown"] {
        let shown = report
            .joined_at(&cloud.url, &home, &["-v", "--output", form])
            .exit(1);
        assert!(
            shown.stdout.contains("vpc.repositories.endpoint"),
            "{shown}"
        );
        assert!(shown.stdout.contains("create-vpc-endpoint"), "{shown}");
        for stream in [&shown.stdout, &shown.stderr] {
            assert!(!stream.contains("emulator-secret-key"), "{shown}");
        }
        if form == "text" {
            for line in shown.stdout.lines() {
                assert!(line.chars().count() <= 80, "{line}\nin\n{shown}");
            }
        }
    }
}

#[test]
fn every_document_is_as_the_published_schema_says() {
    let schema = crate::support::checkout().join("docs/check.schema.json");
    let schema = std::fs::read_to_string(schema).expect("the schema");
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({"services": ["codeartifact.api"]}));
    let report = SpaceReport::healthy(&vpc).stuck("repositories", "dns");
    let joined = report.join(cloud, &[]);
    for document in [&report.document, &joined.document] {
        let wrong: Vec<String> = validator
            .iter_errors(document)
            .map(|error| error.to_string())
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}\n{document:#}");
    }
    let mut odd = joined.document.clone();
    odd["observed"]["own_addresses"] = json!("10.0.0.1");
    assert!(!validator.is_valid(&odd));
}

/// `check` of the emulator's repository team, with the rest of AWS at `aws`.
fn direct(home: &Home, api: &Api, aws: &str, flags: &[&str]) -> Seen {
    let flags = [&["check", "--output", "json"], &CORP[..], flags].concat();
    let mut check = studio_mirror_at(home, &api.emulator.http_url(), &flags);
    check
        .env("AWS_ENDPOINT_URL_EC2", aws)
        .env("AWS_ENDPOINT_URL_SAGEMAKER", aws);
    Seen::of(home.run(&mut check))
}

#[test]
fn a_space_whose_role_may_ask_needs_no_second_machine() {
    let (api, home) = (Api::start(), Home::new());
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let place = [
        "--tool",
        "pip",
        "--vpc",
        "--studio-domain-id",
        vpc.id("domain"),
    ];
    let seen = direct(&home, &api, &cloud.url, &place).assert_healthy();
    assert!(seen.ids("ok").contains(&"token.mint"), "{}", seen.finished);
    assert!(
        seen.ids("ok").contains(&"vpc.api.endpoint"),
        "{}",
        seen.finished
    );
    // What works is not called broken, whatever AWS says of it.
    let bare = cloud.make(json!({"services": [], "hostnames": false}));
    let place = [
        "--tool",
        "pip",
        "--vpc",
        "--studio-domain-id",
        bare.id("domain"),
    ];
    direct(&home, &api, &cloud.url, &place).assert_healthy();
}

#[test]
fn an_aws_that_never_answers_holds_nobody_up() {
    let (api, home) = (Api::start(), Home::new());
    // It takes connections and lets them wait.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let url = format!("http://{}", silent.local_addr().expect("it is bound"));
    let flags = ["--tool", "pip", "--vpc", "--vpc-id", "vpc-1"];
    let seen = direct(&home, &api, &url, &flags);
    let limit = Duration::from_secs(6);
    assert!(seen.finished.lasted < limit, "{}", seen.finished);
    let elsewhere = "`studio-mirror check --vpc --join REPORT.json`";
    seen.assert_root("vpc.access", &["cannot be reached from here", elsewhere]);
}

#[test]
fn a_report_that_a_space_made_is_taken_elsewhere() {
    let (api, space) = (Api::start(), Home::new());
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let made = direct(&space, &api, &cloud.url, &["--tool", "pip"]).assert_healthy();
    assert!(
        !made.finished.stdout.contains("\"vpc."),
        "{}",
        made.finished
    );
    let observed = &made.document["observed"];
    assert_eq!(observed["region"], "us-east-1");
    assert_eq!(observed["domain_owner"], "111122223333");
    assert_eq!(observed["formats"], json!(["pypi"]));
    assert_eq!(observed["hosts"]["api"]["addresses"], json!(["127.0.0.1"]));
    let report = SpaceReport {
        document: made.document,
    };
    let flags = [
        "--vpc-id",
        vpc.id("vpc"),
        "--security-group-ids",
        vpc.id("studio"),
    ];
    let seen = report.join(cloud, &flags).assert_healthy();
    assert!(
        seen.ids("ok").contains(&"vpc.repositories.policy"),
        "{}",
        seen.finished
    );
}

#[test]
fn without_settings_nothing_is_asked() {
    let cloud = Cloud::shared();
    let home = Home::new()
        .without("AWS_REGION")
        .env("AWS_ENDPOINT_URL_EC2", &cloud.url);
    let mut check = home.command(binary_under_test());
    check.args(["check", "--vpc", "--output", "json"]);
    let seen = Seen::of(home.run(&mut check));
    assert_eq!(
        seen.ids("failed"),
        ["settings.complete"],
        "{}",
        seen.finished
    );
}

#[test]
fn a_failure_that_this_version_does_not_know_is_none_to_pass_over() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let mut report = SpaceReport::healthy(&vpc);
    let checks = report.document["checks"].as_array_mut().expect("a list");
    checks.push(json!({"id": "network.new", "status": "failed", "detail": "x"}));
    let seen = report.join(cloud, &[]);
    assert_eq!(seen.document["ok"], false, "{}", seen.finished);
    for form in ["text", "markdown"] {
        let shown = report.joined_at(&cloud.url, &Home::new(), &["--output", form]);
        let shown = shown.exit(1);
        assert!(shown.stdout.contains("network.new"), "{shown}");
        assert!(!shown.stdout.contains("is fine"), "{shown}");
    }
}

#[test]
fn the_usual_mend_has_the_ids_that_aws_tells() {
    let cloud = Cloud::shared();
    let vpc = cloud.make(json!({}));
    let mut report = SpaceReport::healthy(&vpc).stuck("api", "tcp");
    // As a space tells it, which knows no ids.
    let home = Home::new();
    let mut explain = home.command(binary_under_test());
    explain.args(["check", "--explain", "network.api.tcp", "--output", "json"]);
    let explained = home.run(&mut explain).success().stdout;
    let explained: Value = serde_json::from_str(&explained).expect("JSON");
    let usual = explained["fix"].as_str().expect("a mend");
    let checks = report.document["checks"].as_array_mut().expect("a list");
    let check = checks
        .iter_mut()
        .find(|check| check["id"] == "network.api.tcp");
    check.expect("it is there")["fix"] = json!(usual.replace("<region>", "us-east-1"));
    let words = [
        &format!("--group-id {}", vpc.id("endpoints")),
        &format!("--source-group {}", vpc.id("studio")),
    ];
    let words: Vec<&str> = words.into_iter().map(String::as_str).collect();
    report
        .join(cloud, &[])
        .assert_root("network.api.tcp", &words);
    // What a space tells otherwise is told there alone.
    let report = SpaceReport::healthy(&vpc).stuck("api", "http");
    let there = ["`studio-mirror check` there", "platform-team"];
    let seen = report
        .join(cloud, &[])
        .assert_root("network.api.http", &there);
    assert!(
        !seen.finished.stdout.contains("$ mend"),
        "{}",
        seen.finished
    );
}
