//! The judge passes what AWS's own client asks, and fails what the service model does not have.

mod support;

use serde_json::json;
use std::io::Write;
use std::path::Path;
use std::process::Output;
use support::World;

fn judge(world: &World) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("judge.py");
    world
        .command("python")
        .arg(script)
        .arg(world.home.path().join("requests.jsonl"))
        .output()
        .unwrap()
}

#[track_caller]
fn fails(world: &World, words: &str) {
    let output = judge(world);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(
        output.status.code(),
        Some(1),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.contains(words), "{told}");
}

#[test]
fn boto3s_own_requests_are_sound() {
    let world = World::new();
    let _ = world.token();
    let keywords = json!({"domain": "corp", "domainOwner": "111122223333", "repository": "team", "format": "npm", "endpointType": "dualstack"});
    world.boto("codeartifact", "get_repository_endpoint", keywords, &[]);
    world.boto("sts", "get_caller_identity", json!({}), &[]);
    let output = judge(&world);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.starts_with("3 API requests"), "{told}");
}

/// Adds what a test wrote down of another service.
fn write_down(world: &World, service: &str, target: &str, body: &str) {
    let line =
        json!({"service": service, "method": "POST", "uri": "/", "target": target, "body": body});
    let path = world.home.path().join("requests.jsonl");
    let mut log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .unwrap();
    writeln!(log, "{line}").unwrap();
}

#[test]
fn every_service_of_an_administrator_is_judged() {
    let world = World::new();
    let content = "content";
    let hash = "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73";
    let publish = json!({
        "domain": "corp", "repository": "lonely", "format": "generic", "namespace": "ours", "package": "tool",
        "packageVersion": "1", "assetName": "a", "assetContent": content, "assetSHA256": hash,
    });
    support::expect(
        &world,
        &[
            (
                "codeartifact",
                "create_package_group",
                json!({"domain": "corp", "packageGroup": "/pypi//acme-~"}),
                "ok",
            ),
            ("codeartifact", "publish_package_version", publish, "ok"),
            ("sagemaker", "list_domains", json!({}), "ok"),
        ],
    );
    let change_set = "Action=CreateChangeSet&Version=2010-05-15&StackName=s&ChangeSetName=c&Capabilities.member.1=CAPABILITY_IAM\
                      &Parameters.member.1.ParameterKey=k&Parameters.member.1.ParameterValue=v";
    write_down(&world, "cloudformation", "", change_set);
    write_down(
        &world,
        "iam",
        "",
        "Action=GetRole&Version=2010-05-08&RoleName=r",
    );
    write_down(
        &world,
        "ec2",
        "",
        "Action=DescribeVpcs&Version=2016-11-15&VpcId.1=vpc-1",
    );
    let output = judge(&world);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(told.starts_with("6 API requests"), "{told}");
    for (service, target, body, words) in [
        (
            "cloudformation",
            "",
            "Action=CreateChangeSet&Version=2010-05-15&StackName=s",
            "ChangeSetName is missing",
        ),
        (
            "cloudformation",
            "",
            "Action=DescribeStacks&Version=2010-05-15&Stack=s",
            "no parameter 'Stack'",
        ),
        (
            "cloudformation",
            "",
            "Action=CreateChangeSet&Version=2010-05-15&StackName=s&ChangeSetName=c&Capabilities.1=x",
            "no parameter",
        ),
        (
            "iam",
            "",
            "Action=GetRole&Version=2010-05-08&RoleName=a/b",
            "does not match",
        ),
        (
            "sagemaker",
            "SageMaker.UpdateDomain",
            r#"{"DomainId":"d","DefaultUserSettings":{"ExecutionRole":"r"}}"#,
            "does not match",
        ),
        (
            "sagemaker",
            "SageMaker.UpdateDomain",
            r#"{"DomainId":"d","Settings":{}}"#,
            "Settings",
        ),
    ] {
        let world = World::new();
        write_down(&world, service, target, body);
        fails(&world, words);
    }
}

#[test]
fn requests_that_the_model_does_not_have_are_named() {
    for (method, target, words) in [
        (
            "POST",
            "/v1/authorization-token?domain=corp&domainOwner=111122223333",
            "no parameter 'domainOwner'",
        ),
        (
            "POST",
            "/v1/authorization-token?domian=corp",
            "domain is missing",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=Corp",
            "does not match",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=corp&duration=43201",
            "is above 43200",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=corp&duration=long",
            "is no long",
        ),
        (
            "POST",
            "/v1/authorization-token?domain=corp&domain=corp",
            "given twice",
        ),
        ("GET", "/v1/authorization-token?domain=corp", "no operation"),
        (
            "GET",
            "/v1/repository/endpoint?domain=corp&repository=team&format=conda",
            "is none of",
        ),
        (
            "GET",
            "/v1/repository/endpoint?domain=corp&repository=team",
            "format is missing",
        ),
        ("GET", "/", "no operation of sts"),
        ("GET", "/nowhere", "is for no service"),
    ] {
        let world = World::new();
        support::request(method, &world.emulator.http_url(), target, &[], "");
        fails(&world, words);
    }
}

#[test]
fn an_empty_log_proves_nothing() {
    fails(&World::new(), "no API request");
}
