//! What the run is made of, each judged by whoever judges such things.

use crate::person::Person;
use crate::support::{checkout, clients};
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use studio_mirror::bootstrap::policies::{
    administrator_document, consumer_administrator, packages_administrator,
};

/// The types of scratch.yaml.
const TYPES: [&str; 7] = [
    "AWS::EC2::RouteTable",
    "AWS::EC2::SecurityGroup",
    "AWS::EC2::Subnet",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPC",
    "AWS::IAM::InstanceProfile",
    "AWS::IAM::Role",
];

fn file(name: &str) -> PathBuf {
    checkout().join("tests/aws").join(name)
}

fn text(name: &str) -> String {
    std::fs::read_to_string(file(name)).expect("it is readable")
}

/// The policies that whoever runs it needs: the run's own, and bootstrap's.
const POLICIES: [&str; 2] = ["permissions.json", "permissions-bootstrap.json"];
/// IAM takes no longer policy, spaces left out.
const LONGEST_POLICY: usize = 6144;

fn policy(name: &str) -> Value {
    serde_json::from_str(&text(name)).expect("JSON")
}

fn actions(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().expect("statements").iter();
    let actions = statements.flat_map(|statement| statement["Action"].as_array().expect("a list"));
    actions
        .map(|action| action.as_str().expect("an action").to_owned())
        .collect()
}

/// What both allow.
pub fn permitted_actions() -> Vec<String> {
    let policies = POLICIES.iter().map(|name| policy(name));
    policies.flat_map(|policy| actions(&policy)).collect()
}

/// What a judge of policies says.
fn judged(arguments: &[&str], input: &Value) -> String {
    let mut running = Command::new(clients::bin("cfn-lint").join("python"))
        .arg("-B")
        .arg(checkout().join("tests/templates/oracles/policies.py"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python runs");
    let mut stdin = running.stdin.take().expect("a pipe");
    write!(stdin, "{input}").expect("it reads");
    drop(stdin);
    let done = running.wait_with_output().expect("it ends");
    assert!(done.status.success());
    String::from_utf8(done.stdout).expect("text")
}

#[test]
fn one_policy_is_bootstraps_own() {
    let packages = json!({
        "region": "*", "owner": "*", "domain": "smoke-*", "has_domain": true, "kms_key_arn": null,
        "repository": "team", "has_repository": true, "pypi_store": "pypi-store", "npm_store": "npm-store", "has_pypi_store": true,
        "has_npm_store": true, "binary_repository": "studio-mirror", "has_binary_repository": true, "readers": [],
        "organization": null, "publishers": [], "internal": [], "public": "all", "vpc_ids": [], "publisher_role": null, "tags": {},
    });
    let packages = serde_json::from_value(packages).expect("a stack of packages");
    let consumer = json!({
        "region": "*", "account": "*", "domain": "smoke-*", "domain_owner": "*", "repository": "team",
        "binary_repository": "studio-mirror", "binary_object_arn": null, "asset_bucket_arn": null, "vpc_id": "", "subnet_ids": [],
        "route_table_ids": [], "space_group_ids": [], "endpoints": ["api", "repositories", "sagemaker-api", "s3"],
        "endpoint_policy": "shared", "other_endpoint_ids": [], "private_dns": true, "role_names": ["smoke-*"],
        "attach_policies": true, "longest_token": null, "only_through_vpc": false, "name": "smoke-*", "lifecycle_script": "",
        "held_lifecycles": [], "tags": {},
    });
    let consumer = serde_json::from_value(consumer).expect("a stack of spaces");
    let mut needed = packages_administrator(&packages, "smoke-*-packages", None);
    needed.extend(consumer_administrator(&consumer, "smoke-*-consumer", None));
    let needed = administrator_document(&needed);
    assert_eq!(
        policy("permissions-bootstrap.json"),
        needed,
        "permissions-bootstrap.json is to be:\n{needed:#}"
    );
}

#[test]
fn the_policies_actions_exist_and_are_enough_for_cloudformation() {
    let own = policy("permissions.json");
    assert_eq!(judged(&["statements"], &json!({"smoke": own})), "");
    let arguments: Vec<&str> = ["handlers"].into_iter().chain(TYPES).collect();
    let lacking = judged(&arguments, &json!(actions(&own)));
    // Nothing is changed once it is there; the role has no policy but bootstrap's, which attaches it; and the VPC no encryption.
    let explained = [
        " update: ",
        "iam:AttachRolePolicy",
        "iam:PutRolePolicy",
        "VpcEncryptionControl",
    ];
    let lacking: Vec<&str> = lacking
        .lines()
        .filter(|line| !explained.iter().any(|word| line.contains(word)))
        .collect();
    assert_eq!(lacking, [""; 0]);
    for name in POLICIES {
        let length = policy(name).to_string().len();
        assert!(length <= LONGEST_POLICY, "{name}: {length}");
    }
}

#[test]
fn cfn_lint_has_no_finding() {
    let done = Command::new(clients::bin("cfn-lint").join("cfn-lint"))
        .args(["--include-checks", "I", "--template"])
        .arg(file("scratch.yaml"))
        .output()
        .expect("cfn-lint runs");
    assert!(done.status.success(), "{done:?}");
    let template = text("scratch.yaml");
    for name in TYPES {
        assert!(template.contains(&format!("Type: {name}\n")), "{name}");
    }
    // Two of the parameters, and of three types two.
    assert_eq!(template.matches("Type: AWS::").count(), 2 + TYPES.len() + 3);
    // No way out.
    for way in [
        "InternetGateway",
        "NatGateway",
        "AWS::EC2::Route\n",
        "Ingress",
    ] {
        assert!(!template.contains(way), "{way}");
    }
}

#[test]
fn shellcheck_has_no_finding() {
    let done = Command::new("shellcheck")
        .arg("--external-sources")
        .arg(file("inside.sh"))
        .current_dir(checkout())
        .output()
        .expect("shellcheck runs");
    assert!(done.status.success(), "{done:?}");
}

#[test]
fn the_list_of_what_is_unverified_names_each_row_that_a_run_settles() {
    let list = std::fs::read_to_string(checkout().join("docs/unverified.md")).expect("the list");
    let rows: Vec<&str> = list.lines().filter(|line| line.starts_with("| ")).collect();
    let mut named: Vec<&str> = Vec::new();
    for row in &rows[1..] {
        let word = row
            .trim_end_matches('|')
            .rsplit('|')
            .next()
            .expect("a cell")
            .trim();
        match word.strip_prefix('`') {
            Some(id) => named.push(id.split('`').next().expect("an id")),
            None => assert!(word.starts_with("no"), "{row}"),
        }
    }
    named.sort_unstable();
    let known = python(&["-c", "import rows; print(*sorted(rows.SETTLED))"]);
    assert_eq!(named, known.split_whitespace().collect::<Vec<_>>());
}

/// What Python says, beside the run's own modules.
fn python(words: &[&str]) -> String {
    let done = Command::new("python3")
        .arg("-B")
        .args(words)
        .current_dir(checkout().join("tests/aws"))
        .output()
        .expect("Python runs");
    assert!(done.status.success(), "{done:?}");
    String::from_utf8(done.stdout).expect("text")
}

#[test]
fn evidence_of_the_contrary_passes_for_nothing_else() {
    assert_eq!(python(&["contrary.py"]), "22\n");
}

#[test]
fn without_a_word_from_somebody_nothing_is_made() {
    let person = Person::new();
    let told = person.run(&[]).exit(1);
    assert!(told.stderr.contains("hint: say --yes"), "{told}");
    assert!(told.stdout.contains("Cost: "), "{told}");
    let changes: Vec<String> = person
        .account
        .gate()
        .log()
        .into_iter()
        .filter(|passage| passage.changes())
        .map(|passage| passage.name())
        .collect();
    assert_eq!(changes, [""; 0]);
    let told = person.run(&["--clean-up", "somebody-elses"]).exit(2);
    assert!(told.stderr.contains("is no run's name"), "{told}");
}
