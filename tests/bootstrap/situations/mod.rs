//! Where people begin: each with the right plan or a clear refusal, and nothing half-done.

mod network;
mod packages;
mod permissions;
mod spaces;
mod stacks;

use crate::administrator::{Administrator, STUDIO, shipped};
use crate::support::gate::refusal::Refusal;
use crate::support::gate::{Passage, Verdict};
use crate::support::home::Finished;
use serde_json::{Value, json};

/// Both ways to ask, with the Studio domain named: `plan`, and `apply --yes`. Neither changes anything.
#[track_caller]
fn both(administrator: &Administrator, more: &[&str]) -> [Finished; 2] {
    let usual = ["--studio-domain-id", STUDIO, "--binary", shipped()];
    both_of(administrator, &[&usual, more].concat())
}

/// The same without a Studio domain.
#[track_caller]
fn both_of(administrator: &Administrator, words: &[&str]) -> [Finished; 2] {
    let gate = administrator.account.gate();
    let before = administrator.account.everything();
    [&["plan"][..], &["apply", "--yes"]].map(|action| {
        gate.reset_count();
        let told = administrator.run(&[action, words].concat());
        let changes = gate.log().into_iter().filter(Passage::changes);
        let changes: Vec<String> = changes.map(|passage| passage.name()).collect();
        assert_eq!(changes, [""; 0], "{told}");
        administrator.account.assert_same(&before, &told);
        told
    })
}

/// What stands in the way, each line by itself, of `plan` and `apply` alike.
#[track_caller]
fn in_the_way(administrator: &Administrator, more: &[&str]) -> Vec<String> {
    let [plan, apply] = both(administrator, more);
    let [plan, apply] = [plan, apply].map(|told| refusals(&told.exit(1)));
    assert_eq!(plan, apply);
    plan
}

/// The section `In the way` of a plan.
#[track_caller]
fn refusals(told: &Finished) -> Vec<String> {
    let section = section(told, "In the way");
    assert!(
        told.stdout
            .ends_with("\n`studio-mirror bootstrap apply` does nothing until this is solved.\n"),
        "{told}"
    );
    let lines = section.split("x refuse ").skip(1);
    lines.map(|line| line.trim().to_owned()).collect()
}

/// A section of a plan, on one line; nothing if the plan has it not.
fn section(told: &Finished, title: &str) -> String {
    let mut parts = told.stdout.split("\n\n");
    let found = parts.find(|part| part.trim_start().starts_with(&format!("{title}\n")));
    let words = found.unwrap_or_default().trim_start()
        [title.len().min(found.map_or(0, str::len))..]
        .split_whitespace();
    words.collect::<Vec<_>>().join(" ").replace(" \\ ", " ")
}

/// The one error of `plan` and `apply` alike, with its causes and its hint.
#[track_caller]
fn error(administrator: &Administrator, more: &[&str]) -> String {
    let [plan, apply] = both(administrator, more).map(|told| told.exit(1).stderr);
    assert_eq!(plan, apply);
    plan
}

/// A plan that only looks: its document, after which everything is as it was.
#[track_caller]
fn looked(administrator: &Administrator, more: &[&str]) -> (i32, Value) {
    let before = administrator.account.everything();
    let plan = administrator.plan_document(more);
    administrator.account.assert_same(&before, &plan.1);
    plan
}

/// What was decided about things whose name has `word` in it.
fn items(plan: &Value, word: &str) -> Vec<String> {
    let items = plan["items"].as_array().expect("a list").iter();
    let told = |item: &Value| {
        let [verb, subject, why] =
            ["verb", "subject", "why"].map(|name| item[name].as_str().expect("text"));
        format!("{verb} {subject}: {why}")
    };
    items.map(told).filter(|line| line.contains(word)).collect()
}

/// What others have to do, text by text.
fn by_hand(plan: &Value) -> Vec<(String, String)> {
    let all = plan["by_hand"].as_array().expect("a list").iter();
    all.map(|one| {
        let text = |name: &str| one[name].as_str().expect("text").to_owned();
        (text("what"), text("text"))
    })
    .collect()
}

/// Another account's domain is not there: where policies decide, as another test may have it, nobody would be told so.
pub fn without_a_domain(administrator: &Administrator) {
    administrator
        .account
        .gate()
        .set_hook(|passage| match passage.service.as_str() {
            "codeartifact" => Refusal::Missing.of(passage),
            _ => Verdict::Pass,
        });
}

/// Has one call answered with these words replaced: what LocalStack cannot be brought to say.
fn retold(administrator: &Administrator, call: &'static str, words: &[(&str, &str)]) {
    let words: Vec<(String, String)> = words
        .iter()
        .map(|(from, to)| ((*from).into(), (*to).into()))
        .collect();
    administrator
        .account
        .gate()
        .set_hook(move |passage| match passage.name() == call {
            true => Verdict::Replaced(words.clone()),
            false => Verdict::Pass,
        });
}

/// A command that a plan prints, run by the AWS CLI in this account.
#[track_caller]
fn aws(administrator: &Administrator, command: &str) {
    let words = administrator
        .home
        .command("sh")
        .arg("-c")
        .arg(r#"eval "printf '%s\n' $1""#)
        .arg("sh")
        .arg(command)
        .output();
    let words = String::from_utf8(words.expect("a shell").stdout).expect("text");
    let words: Vec<&str> = words.lines().collect();
    assert_eq!(words[0], "aws", "{command}");
    let told = administrator
        .account
        .aws(&words[1..])
        .output()
        .expect("the AWS CLI runs");
    assert!(
        told.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&told.stderr)
    );
}

/// A VPC endpoint of somebody else's; its id.
fn endpoint(administrator: &Administrator, service: &str, more: Value) -> String {
    let network = &administrator.network;
    let mut asked = json!({"VpcEndpointType": "Interface", "VpcId": network.vpc, "SubnetIds": network.subnets,
        "ServiceName": format!("com.amazonaws.eu-west-1.{service}"), "SecurityGroupIds": [network.security_group],
        "PrivateDnsEnabled": true});
    let members = asked.as_object_mut().expect("members");
    for (name, value) in more.as_object().expect("members") {
        match value.is_null() {
            true => members.remove(name),
            false => members.insert(name.clone(), value.clone()),
        };
    }
    let made = administrator
        .account
        .call("ec2", "create_vpc_endpoint", asked);
    made["VpcEndpoint"]["VpcEndpointId"]
        .as_str()
        .expect("an id")
        .to_owned()
}
