//! What someone can keep without us.

use crate::administrator::shipped;
use crate::support::binary_under_test;
use crate::support::home::{Finished, Home};

const FLAGS: [&str; 8] = [
    "--domain",
    "corp",
    "--domain-owner",
    "111122223333",
    "--region",
    "eu-west-1",
    "--role-arn",
    "arn:aws:iam::111122223333:role/Studio",
];
const NETWORK: [&str; 8] = [
    "--vpc-id",
    "vpc-0123456789abcdef0",
    "--subnet-ids",
    "subnet-0123456789abcdef0",
    "--security-group-ids",
    "sg-0123456789abcdef0",
    "--route-table-ids",
    "rtb-0123456789abcdef0",
];

/// In a home without credentials, where every address of AWS is refused.
fn export(home: &Home, format: &str, more: &[&str]) -> Finished {
    let mut command = home.command(binary_under_test());
    command
        .args(["bootstrap", "export", "--out", "mirror", "--format", format])
        .args(["--binary", shipped()])
        .args(FLAGS)
        .args(more)
        .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
        .env_remove("AWS_ACCESS_KEY_ID")
        .current_dir(home.path());
    home.run(&mut command)
}

#[test]
fn templates_and_modules_are_written_without_network_or_credentials() {
    for (format, file, words) in [
        (
            "cloudformation",
            "mirror/consumer.yaml",
            "Default: \"vpc-0123456789abcdef0\"",
        ),
        (
            "terraform",
            "mirror/consumer/terraform.tfvars.json",
            "\"vpc-0123456789abcdef0\"",
        ),
    ] {
        let home = Home::new();
        let told = export(&home, format, &NETWORK).success();
        assert!(told.stdout.contains(file), "{told:?}");
        assert!(home.read(file).contains(words), "{}", home.read(file));
    }
}

#[test]
fn nothing_is_written_over() {
    let home = Home::new();
    export(&home, "terraform", &NETWORK).success();
    home.write("mirror/consumer/main.tf", "mine");
    let told = export(&home, "terraform", &NETWORK).failure();
    assert!(told.stderr.contains("is there already"), "{told:?}");
    assert_eq!(home.read("mirror/consumer/main.tf"), "mine");
}

#[test]
fn a_stack_set_names_no_network() {
    let home = Home::new();
    export(&home, "cloudformation", &[]).success();
    let template = home.read("mirror/consumer.yaml");
    let vpc = template.split("  VpcId:\n").nth(1).expect("the parameter");
    assert!(
        vpc.starts_with("    Type: String"),
        "it has no default: {}",
        &vpc[..80]
    );
}

#[test]
fn a_module_without_a_network_asks_for_it() {
    let home = Home::new();
    export(&home, "terraform", &[]).success();
    let variables = home.read("mirror/consumer/variables.tf");
    let given = home.read("mirror/consumer/terraform.tfvars.json");
    for name in [
        "vpc_id",
        "subnet_ids",
        "space_security_group_ids",
        "route_table_ids",
    ] {
        let block = variables
            .split(&format!("variable \"{name}\" {{"))
            .nth(1)
            .expect("the variable");
        let block = block.split("\n}").next().expect("its end");
        assert!(!block.contains("default"), "{name} is required: {block}");
        assert!(!given.contains(name), "{given}");
    }
    // What is named stays named, and what the endpoints do not need is not asked for.
    let home = Home::new();
    let named = [
        "--endpoints",
        "api,repositories",
        "--subnet-ids",
        "subnet-0123456789abcdef0",
    ];
    export(&home, "terraform", &named).success();
    let given = home.read("mirror/consumer/terraform.tfvars.json");
    assert!(given.contains("subnet-0123456789abcdef0"), "{given}");
    assert!(given.contains("route_table_ids"), "{given}");
    assert!(!given.contains("space_security_group_ids"), "{given}");
}

#[test]
fn an_object_of_s3_is_opened_to_the_roles_and_no_other() {
    let home = Home::new();
    let source = ["--binary-source", "s3://tools/studio-mirror/1.0"];
    export(&home, "cloudformation", &[&NETWORK[..], &source].concat()).success();
    let template = home.read("mirror/consumer.yaml");
    let arn = "Default: \"arn:aws:s3:::tools/studio-mirror/1.0\"";
    assert!(template.contains(arn), "{template}");
    assert!(template.contains("binary_source='s3://tools/studio-mirror/1.0'"));
    for bad in [
        "s3://tools/*",
        "s3://tools",
        "s3://to ols/key",
        "s3://tools/${x}",
    ] {
        let home = Home::new();
        let source = ["--binary-source", bad];
        let told = export(&home, "terraform", &[&NETWORK[..], &source].concat());
        assert_eq!(told.code(), 1, "{told:?}");
        assert!(told.stderr.contains("object of S3"), "{told:?}");
    }
}
