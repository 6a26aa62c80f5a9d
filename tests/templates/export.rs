//! What can be taken and kept: Terraform's own word on the modules, the providers' on their words, and that both ways make the same.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use studio_mirror::bootstrap::export::{File, attach_lines, cloudformation, left_open, terraform};
use studio_mirror::bootstrap::stacks::{ConsumerStack, PackagesStack};
use studio_mirror::bootstrap::template::{consumer, packages};

use crate::oracle::{self, ask, examples, folder, made};
use crate::stacks::{
    any_consumer, any_packages, bare_consumer, bare_packages, full_consumer, full_packages,
};
use crate::support::clients;

fn module(packages: Option<&PackagesStack>, consumer: Option<&ConsumerStack>) -> Vec<File> {
    terraform(packages, consumer).expect("files")
}

#[test]
fn terraform_would_not_format_it_otherwise() {
    let Some(terraform) = oracle::terraform("terraform fmt -check") else {
        return;
    };
    let mut files = module(Some(&full_packages()), Some(&full_consumer()));
    files.extend(
        attach_lines(&full_consumer())
            .into_iter()
            .take(1)
            .map(|(_, text)| ("attach.tf".to_owned(), text)),
    );
    let folder = folder(&files);
    let done = Command::new(terraform)
        .args(["fmt", "-check", "-diff", "-recursive"])
        .current_dir(folder.path())
        .output()
        .expect("terraform runs");
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stdout)
    );
}

/// What the providers' bindings do not know of a module.
fn unknown(module: &Path, aws: &str) -> String {
    let bindings = [clients::folder(aws), clients::folder("terraform-awscc")];
    ask(
        "hcl",
        "terraform.py",
        &[&"schema", &module, &bindings[0], &bindings[1]],
        &Value::Null,
    )
}

#[test]
fn every_word_is_one_of_the_oldest_provider_and_of_a_new_one() {
    let folder = folder(&module(Some(&full_packages()), Some(&full_consumer())));
    for name in ["packages", "consumer"] {
        for aws in ["terraform-aws-5.38", "terraform-aws-newest"] {
            assert_eq!(
                unknown(&folder.path().join(name), aws),
                "",
                "{name} by {aws}"
            );
        }
    }
}

#[test]
fn a_misspelt_word_is_found() {
    for (right, wrong, said) in [
        (
            "private_dns_enabled ",
            "private_dns_enable ",
            "aws_vpc_endpoint.interface: no argument private_dns_enable",
        ),
        (
            "external_upstream ",
            "external_upstreams ",
            "no argument external_upstreams",
        ),
        (
            "  repository_name = local.pypi",
            "  repository = local.pypi",
            "aws_codeartifact_repository.packages.upstream: no argument repository",
        ),
        (
            "[*].s3_bucket_arn",
            "[*].s3_bucket",
            "aws_codeartifact_domain.this: no attribute s3_bucket",
        ),
        (
            "  domain         = var.domain_name\n",
            "",
            "aws_codeartifact_domain.this: domain is missing",
        ),
    ] {
        let files = module(Some(&full_packages()), Some(&full_consumer()));
        assert!(
            files.iter().any(|(_, text)| text.contains(right)),
            "{right}"
        );
        let files: Vec<File> = files
            .into_iter()
            .map(|(path, text)| (path, text.replace(right, wrong)))
            .collect();
        let folder = folder(&files);
        let found = ["packages", "consumer"]
            .map(|name| unknown(&folder.path().join(name), "terraform-aws-newest"));
        assert!(found.concat().contains(said), "{found:?} instead of {said}");
    }
}

#[test]
#[should_panic = "no resource aws_iam_policies"]
fn an_unknown_resource_is_found() {
    let mut files = module(None, Some(&full_consumer()));
    for (_, text) in &mut files {
        *text = text.replace("\"aws_iam_policy\"", "\"aws_iam_policies\"");
    }
    let folder = folder(&files);
    unknown(&folder.path().join("consumer"), "terraform-aws-newest");
}

#[test]
fn the_lines_for_somebody_elses_studio_domain_are_known() {
    let lines = attach_lines(&full_consumer());
    let [(terraform, lines), (cloudformation, yaml)] = &lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(
        [*terraform, *cloudformation],
        ["Terraform", "CloudFormation"]
    );
    let folder = folder(&[
        ("attach.tf".into(), lines.clone()),
        ("attach.yaml".into(), yaml.clone()),
    ]);
    let unknown = |aws: &str| {
        let path = folder.path().join("attach.tf");
        ask(
            "hcl",
            "terraform.py",
            &[
                &"block",
                &path,
                &"aws_sagemaker_domain",
                &clients::folder(aws),
            ],
            &Value::Null,
        )
    };
    assert_eq!(unknown("terraform-aws-newest"), "");
    // As the lines themselves say: the old one does not have it.
    assert!(unknown("terraform-aws-5.38").contains("no argument built_in_lifecycle_config_arn"));
    let read = ask("cfn-lint", "read.py", &[], &json!([yaml]));
    let read: Value = serde_json::from_str(&read).expect("JSON");
    let arn = read[0]["DefaultUserSettings"]["JupyterLabAppSettings"]["BuiltInLifecycleConfigArn"]
        .as_str();
    assert!(arn.is_some_and(|arn| {
        arn.starts_with("arn:aws:sagemaker:eu-west-1:111122223333:studio-lifecycle-config/studio-mirror-jupyterlab-")
    }));
    assert!(attach_lines(&bare_consumer()).is_empty());
}

/// What the two ways differ in, by Terraform's own plan and CloudFormation's rules.
fn differences(template: &Value, files: &[File], name: &str) -> String {
    let module = folder(files);
    let planned = ask(
        "hcl",
        "terraform.py",
        &[&"plan", &module.path().join(name)],
        &Value::Null,
    );
    let both = folder(&[
        ("template.json".into(), template.to_string()),
        ("module.json".into(), planned),
    ]);
    let paths = ["template.json", "module.json"].map(|name| both.path().join(name));
    ask("hcl", "alike.py", &[&paths[0], &paths[1]], &Value::Null)
}

#[test]
fn the_module_of_packages_makes_what_the_template_makes() {
    if oracle::terraform("the modules compared with the templates").is_none() {
        return;
    }
    let stacks = examples(4, any_packages())
        .into_iter()
        .chain([full_packages(), bare_packages()]);
    for stack in stacks {
        let template = made(&packages(&stack, "{}").expect("a template"));
        let differ = differences(&template, &module(Some(&stack), None), "packages");
        assert_eq!(differ, "", "{stack:#?}");
    }
}

/// The module of `open`, and what it asks for as `stack` has it, in a file of values that somebody else writes.
fn told(open: &ConsumerStack, stack: &ConsumerStack) -> Vec<File> {
    let told = json!({"vpc_id": stack.vpc_id, "subnet_ids": stack.subnet_ids,
        "route_table_ids": stack.route_table_ids, "space_security_group_ids": stack.space_group_ids});
    let mut files = module(None, Some(open));
    for (path, text) in &mut files {
        if path.ends_with("terraform.tfvars.json") {
            let mut all: Value = serde_json::from_str(text).expect("JSON");
            let given = all.as_object_mut().expect("values");
            for name in left_open(open).iter().map(|open| open.variable) {
                let before = given.insert(name.to_owned(), told[name].clone());
                assert!(before.is_none(), "{name}");
            }
            *text = all.to_string();
        }
    }
    files
}

#[test]
fn the_module_of_spaces_makes_what_the_template_makes() {
    if oracle::terraform("the modules compared with the templates").is_none() {
        return;
    }
    let stacks = examples(4, any_consumer())
        .into_iter()
        .chain([full_consumer(), bare_consumer()]);
    for stack in stacks {
        let template = made(&consumer(&stack, "{}").expect("a template"));
        // What it has none of is asked for, and may be none.
        let differ = differences(&template, &told(&stack, &stack), "consumer");
        assert_eq!(differ, "", "{stack:#?}");
    }
}

#[test]
fn a_module_that_asks_for_its_network_makes_the_same_once_it_is_told() {
    let open = ConsumerStack {
        vpc_id: String::new(),
        subnet_ids: Vec::new(),
        route_table_ids: Vec::new(),
        space_group_ids: Vec::new(),
        ..full_consumer()
    };
    let files = module(None, Some(&open));
    if let Some(terraform) = oracle::terraform("terraform fmt -check of an open module") {
        let folder = folder(&files);
        let done = Command::new(&terraform)
            .args(["fmt", "-check", "-diff", "-recursive"])
            .current_dir(folder.path())
            .output()
            .expect("terraform runs");
        assert!(done.status.success(), "{done:?}");
        let full = full_consumer();
        assert_eq!(left_open(&open).len(), 4);
        let files = told(&open, &full);
        let template = made(&consumer(&full, "{}").expect("a template"));
        assert_eq!(differences(&template, &files, "consumer"), "");
    }
}

#[test]
fn a_difference_between_the_two_ways_is_found() {
    if oracle::terraform("the modules compared with the templates").is_none() {
        return;
    }
    let template = made(&consumer(&full_consumer(), "{}").expect("a template"));
    for (right, wrong) in [
        (
            "codeartifact:DeleteDomain\"",
            "codeartifact:DeleteDomains\"",
        ),
        (
            "from_port                    = 443",
            "from_port                    = 444",
        ),
    ] {
        let files = module(None, Some(&full_consumer()));
        let files: Vec<File> = files
            .into_iter()
            .map(|(path, text)| (path, text.replace(right, wrong)))
            .collect();
        assert!(
            differences(&template, &files, "consumer").contains("module alone"),
            "{wrong}"
        );
    }
}

#[test]
fn an_export_names_every_file_once_and_the_readme_tells_the_two_commands() {
    let files = cloudformation(Some(&full_packages()), Some(&full_consumer())).expect("files");
    let names: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names, ["README.md", "packages.yaml", "consumer.yaml"]);
    assert_eq!(files[0].1.matches("aws cloudformation deploy").count(), 2);
    assert!(files[0].1.contains("create-stack-set"));
    assert_eq!(
        files,
        cloudformation(Some(&full_packages()), Some(&full_consumer())).expect("files")
    );
    let files = module(Some(&full_packages()), Some(&full_consumer()));
    let mut names: Vec<_> = files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(names.len(), 14);
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 14);
}
