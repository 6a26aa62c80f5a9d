//! cfn-lint and checkov have nothing to say.

use std::process::Command;

use serde_json::{Value, json};
use studio_mirror::bootstrap::export::{self, File};
use studio_mirror::bootstrap::template::{CONSUMER, PACKAGES, Template, consumer, packages};

use crate::oracle::{ask, examples, folder};
use crate::stacks::{
    any_consumer, any_packages, bare_consumer, bare_packages, full_consumer, full_packages,
};
use crate::support::{checkout, clients};

fn templates() -> Vec<Template> {
    let consumers = examples(8, any_consumer())
        .into_iter()
        .chain([full_consumer(), bare_consumer()]);
    let owners = examples(8, any_packages())
        .into_iter()
        .chain([full_packages(), bare_packages()]);
    let consumers = consumers.map(|stack| consumer(&stack, "{}").expect("a template"));
    let owners = owners.map(|stack| packages(&stack, "{}").expect("a template"));
    consumers.chain(owners).collect()
}

/// The templates as they are, and filled in many ways, with defaults and without.
fn files() -> Vec<File> {
    let filled = templates()
        .into_iter()
        .enumerate()
        .flat_map(|(at, template)| {
            let with_defaults = template.with_defaults();
            [
                (format!("{at}.yaml"), template.body),
                (format!("{at}-defaults.yaml"), with_defaults),
            ]
        });
    let raw = [("packages.yaml", PACKAGES), ("consumer.yaml", CONSUMER)];
    let raw = raw.map(|(name, text)| (name.to_owned(), text.to_owned()));
    filled.chain(raw).collect()
}

/// What cfn-lint says, informational findings included; and whether it said anything.
fn lint(files: &[File]) -> (bool, String) {
    let folder = folder(files);
    let paths = files.iter().map(|(path, _)| folder.path().join(path));
    let done = Command::new(clients::bin("cfn-lint").join("cfn-lint"))
        .args([
            "--include-checks",
            "I",
            "--regions",
            "eu-west-1",
            "us-east-1",
            "--template",
        ])
        .args(paths)
        .output()
        .expect("cfn-lint runs");
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    (
        done.status.success() && said.trim().is_empty(),
        said.into_owned(),
    )
}

#[test]
fn cfn_lint_has_no_finding() {
    let (silent, said) = lint(&files());
    assert!(silent, "{said}");
}

#[test]
fn cfn_lint_finds_what_is_wrong() {
    let wrong = CONSUMER.replace("PrivateDnsEnabled", "PrivateDnsEnable");
    let (silent, said) = lint(&[("wrong.yaml".into(), wrong)]);
    assert!(!silent && said.contains("PrivateDnsEnable"), "{said}");
}

#[test]
fn checkov_has_no_finding_that_is_not_explained() {
    let full = [Some(full_packages()), None].into_iter().flatten();
    let mut files: Vec<File> = full
        .flat_map(|stack| {
            export::cloudformation(Some(&stack), Some(&full_consumer())).expect("files")
        })
        .collect();
    files.extend(export::terraform(Some(&full_packages()), Some(&full_consumer())).expect("files"));
    let folder = folder(&files);
    let done = Command::new(clients::bin("checkov").join("checkov"))
        .args([
            "--output",
            "json",
            "--skip-download",
            "--framework",
            "cloudformation",
            "terraform",
            "--directory",
        ])
        .arg(folder.path())
        .env("BC_SKIP_MAPPING", "TRUE")
        .output()
        .expect("checkov runs");
    let reports: Value = serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&done.stderr)));
    let reports = reports.as_array().cloned().unwrap_or_else(|| vec![reports]);
    let explained: toml_edit::DocumentMut =
        std::fs::read_to_string(checkout().join("tests/templates/checkov.toml"))
            .expect("checkov.toml")
            .parse()
            .expect("TOML");
    let is_explained = |finding: &Value| {
        let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
        let reasons = explained.get(&text("check_id"));
        reasons
            .and_then(|reasons| reasons.get(text("resource")))
            .is_some()
    };
    let mut judged = 0;
    for report in &reports {
        judged += report["summary"]["passed"].as_u64().unwrap_or(0);
        for finding in report["results"]["failed_checks"]
            .as_array()
            .into_iter()
            .flatten()
        {
            assert!(
                is_explained(finding),
                "{} {} {}",
                finding["check_id"],
                finding["check_name"],
                finding["resource"]
            );
        }
    }
    assert!(
        reports.len() == 2 && judged > 50,
        "checkov looked at little: {judged}"
    );
}

#[test]
fn whatever_is_chosen_what_is_made_refers_to_what_is_made() {
    let both = json!(["true", "false"]);
    let count = |template: &str, text: &str, choices: Value| {
        let folder = folder(&[(template.to_owned(), text.to_owned())]);
        let said = ask(
            "cfn-lint",
            "combinations.py",
            &[&folder.path().join(template)],
            &choices,
        );
        said.trim().parse::<u32>().expect("a number")
    };
    let consumer = json!({
        "all": {"DomainName": "acme", "DomainOwner": "444455556666", "VpcId": "vpc-01234567", "SubnetIds": "subnet-01234567"},
        "each": {
            "CreateApiEndpoint": both, "CreateRepositoriesEndpoint": both, "CreateStsEndpoint": both, "CreateS3Endpoint": both,
            "CreateSagemakerApiEndpoint": both, "CreateSagemakerRuntimeEndpoint": both, "CreateStudioEndpoint": both,
            "CreateLogsEndpoint": both, "CreatePolicies": both, "OnlyThroughVpc": both,
            "SpaceSecurityGroupId": ["", "sg-01234567"], "EndpointPolicy": ["shared", "domain"],
        },
    });
    assert_eq!(count("consumer.yaml", CONSUMER, consumer), 4096);
    let packages = json!({
        "all": {"DomainName": "acme", "PublisherRoleTrust": "444455556666"},
        "each": {
            "CreateDomain": both, "CreateRepository": both, "CreatePypiStore": both, "CreateNpmStore": both,
            "CreateBinaryRepository": both, "KmsKeyArn": ["", "arn:aws:kms:…"], "ReaderPrincipals": ["", "444455556666"],
            "OrganizationId": ["", "o-a1b2c3d4e5"], "PublisherPrincipals": ["", "444455556666"], "VpcIds": ["", "vpc-01234567"],
            "PublicPackages": ["all", "none"], "PublisherRoleName": ["", "ci"],
        },
    });
    assert_eq!(count("packages.yaml", PACKAGES, packages), 4096);
}
