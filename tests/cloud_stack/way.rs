//! What stands between a client and the services: policies, and the gate.

use crate::support::cloud::text;
use crate::support::gate::Verdict;
use crate::world::{World, run};
use serde_json::json;

#[test]
fn a_role_may_what_its_policies_and_the_endpoints_say() {
    let world = World::new();
    let account = &world.account;
    world.deployed(&[]);
    account.execution_role("Studio");
    let read = format!("arn:aws:iam::{}:policy/acme-read", account.id);
    account.call(
        "iam",
        "attach_role_policy",
        json!({"RoleName": "Studio", "PolicyArn": read}),
    );
    let session = account.enforce("Studio", None);
    let through = account.through(&world.output("Endpoint"));
    let ask = |endpoint: Option<&str>, action: &[&str]| {
        let mut command = account.aws(&[&["codeartifact"], action, &["--domain", "acme"]].concat());
        command.envs(session.clone());
        if let Some(url) = endpoint {
            command.env("AWS_ENDPOINT_URL_CODEARTIFACT", url);
        }
        let output = run(&mut command);
        match output.status.success() {
            true => "ok".into(),
            false => String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    };
    let describe = ["describe-domain"];
    assert!(ask(None, &describe).contains(
        "because no identity-based policy allows the codeartifact:DescribeDomain action"
    ));
    let anything = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let inline =
        json!({"RoleName": "Studio", "PolicyName": "all", "PolicyDocument": anything.to_string()});
    account.call("iam", "put_role_policy", inline);
    account.enforce("Studio", None);
    assert_eq!(ask(None, &describe), "ok");
    assert_eq!(ask(Some(&through), &describe), "ok");
    // The endpoint's policy has codeartifact:* and nothing of STS.
    let refused = ask(Some(&through), &["get-authorization-token"]);
    assert!(
        refused.contains("no VPC endpoint policy allows the sts:GetServiceBearerToken action"),
        "{refused}"
    );
}

#[test]
fn the_gate_counts_over_all_services_and_steps_in_where_it_is_told() {
    let world = World::new();
    let gate = world.account.gate();
    let ask = |words: &[&str]| {
        let mut command = world.account.aws(words);
        run(command.env("AWS_MAX_ATTEMPTS", "1")).status.success()
    };
    let calls = [
        &["sts", "get-caller-identity"][..],
        &["codeartifact", "create-domain", "--domain", "acme"],
        &["sagemaker", "list-domains"],
        &["ec2", "describe-vpcs"],
    ];
    assert!(calls.iter().all(|words| ask(words)));
    let names = [
        "sts:GetCallerIdentity",
        "codeartifact:CreateDomain",
        "sagemaker:ListDomains",
        "ec2:DescribeVpcs",
    ];
    assert_eq!(gate.names(), names);
    gate.reset_count();
    gate.set_hook(|passage| match passage.number {
        1 => Verdict::Reset,
        2 => Verdict::LoseAnswer,
        _ => Verdict::Pass,
    });
    let create = |name| ask(&["codeartifact", "create-domain", "--domain", name]);
    assert!(!create("unheard"));
    assert!(!create("done"));
    assert!(create("third"));
    let told = world
        .account
        .call("codeartifact", "list_domains", json!({}));
    let domains: Vec<_> = told["domains"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| text(&one["name"]))
        .collect();
    assert_eq!(domains, ["acme", "done", "third"]);
}
