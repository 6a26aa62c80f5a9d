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

/// A VPC alone is half of a network: with empty lists the gateway would have no route and the endpoints no address.
#[test]
fn what_a_vpc_alone_does_not_tell_is_left_open_and_told() {
    let alone = &NETWORK[..2];
    let but_tables = &NETWORK[..6];
    for (told, open) in [
        (&NETWORK[..], &[][..]),
        (
            alone,
            &["subnet_ids", "space_security_group_ids", "route_table_ids"],
        ),
        (but_tables, &["route_table_ids"]),
    ] {
        let home = Home::new();
        let said = export(&home, "terraform", told).success().stderr;
        let variables = home.read("mirror/consumer/variables.tf");
        let given = home.read("mirror/consumer/terraform.tfvars.json");
        assert!(given.contains("vpc-0123456789abcdef0"), "{given}");
        for name in ["subnet_ids", "space_security_group_ids", "route_table_ids"] {
            let block = variables.split(&format!("variable \"{name}\" {{")).nth(1);
            let block = block.and_then(|rest| rest.split("\n}").next());
            let is_open = !block.expect("the variable").contains("default");
            assert_eq!(is_open, open.contains(&name), "{name} with {told:?}");
            assert_ne!(is_open, given.contains(name), "{name} with {told:?}");
        }
        let note = format!("left open for whoever deploys it: {}\n", open.join(", "));
        assert_eq!(said.contains(&note), !open.is_empty(), "{said}");
    }
    for (told, open) in [
        (&NETWORK[..], &[][..]),
        (
            alone,
            &["SubnetIds", "SpaceSecurityGroupId", "RouteTableIds"],
        ),
        (but_tables, &["RouteTableIds"]),
        (
            &[],
            &[
                "VpcId",
                "SubnetIds",
                "SpaceSecurityGroupId",
                "RouteTableIds",
            ],
        ),
    ] {
        let home = Home::new();
        let said = export(&home, "cloudformation", told).success().stderr;
        let template = home.read("mirror/consumer.yaml");
        for name in [
            "VpcId",
            "SubnetIds",
            "SpaceSecurityGroupId",
            "RouteTableIds",
        ] {
            let parameter = template.split(&format!("  {name}:\n")).nth(1);
            let parameter = parameter.expect("the parameter").lines();
            let mut lines = parameter.take_while(|line| line.starts_with("    "));
            let is_open = lines.all(|line| !line.starts_with("    Default:"));
            assert_eq!(is_open, open.contains(&name), "{name} with {told:?}");
        }
        let note = format!("left open for whoever deploys it: {}\n", open.join(", "));
        assert_eq!(said.contains(&note), !open.is_empty(), "{said}");
    }
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
        assert_eq!(told.code(), 2, "{told:?}");
        assert!(told.stderr.contains("S3 object"), "{told:?}");
    }
}

#[test]
fn the_version_before_is_pinned_where_it_is_named() {
    let of_before = "54c50f1929c096315a27f1ca1f9f025d5d5d5304cd9ba25e4e7f2243b86c4e94";
    let in_capitals = of_before.to_ascii_uppercase();
    for (named, pinned) in [
        (&[][..], ""),
        (&["--previous-binary", &in_capitals], of_before),
        (&["--previous-binary", "studio-mirror"], of_before),
    ] {
        let home = Home::new();
        home.write("studio-mirror", "of before");
        export(&home, "terraform", &[&NETWORK, named].concat()).success();
        let script = home.read("mirror/consumer/lifecycle.sh");
        let line = format!("\nprevious_sha256='{pinned}'\n");
        assert!(script.contains(&line), "{script}");
    }
}

#[test]
fn what_comes_with_it_says_how_versions_come() {
    for format in ["cloudformation", "terraform"] {
        let home = Home::new();
        export(&home, format, &NETWORK).success();
        let told = home.read("mirror/README.md");
        for words in [
            "`--previous-binary FILE`",
            "`aws s3 cp FILE s3://BUCKET/KEY`",
        ] {
            assert!(told.contains(words), "no {words} in {told}");
        }
    }
}

/// On a disk of `$BLOCKS` blocks of 4 KiB. What it leaves there is copied to `$OUT`; with room it is then written by the same command.
const ON_A_FULL_DISK: &str = r#"
mkdir small
mount -t tmpfs -o size=400k none small
cd small
dd if=/dev/zero of=ballast bs=4096 count=$BLOCKS 2> /dev/null
cat /dev/zero > rest 2> /dev/null || true
rm ballast
code=0
"$@" || code=$?
find . -type f ! -name rest | sort > "$OUT/left"
rm rest
test $code = 0 || "$@" > /dev/null || exit 99
exit $code
"#;

#[test]
fn a_full_disk_leaves_nothing_half_written() {
    let mount = ["-m", "mount", "-t", "tmpfs", "none", "/mnt"];
    let can_mount = std::process::Command::new("unshare").args(mount).status();
    if !can_mount.is_ok_and(|status| status.success()) {
        crate::support::tell_skipped(
            "export on a full disk",
            "it needs root and `unshare -m mount`",
        );
        return;
    }
    let (mut failed, mut done) = (0, 0);
    for blocks in 0..30 {
        let out = tempfile::tempdir().expect("a scratch folder");
        let home = Home::new()
            .env("BLOCKS", blocks.to_string())
            .env("OUT", out.path());
        let mut command = home.command("unshare");
        command
            .args(["-m", "sh", "-euc", ON_A_FULL_DISK, "sh"])
            .arg(binary_under_test())
            .args([
                "bootstrap",
                "export",
                "--out",
                "mirror",
                "--format",
                "terraform",
            ])
            .args(["--binary", shipped()])
            .args(FLAGS)
            .args(NETWORK);
        let told = home.run(&mut command);
        let left = std::fs::read_to_string(out.path().join("left")).expect("what is left");
        if told.code() == 0 {
            done += 1;
            continue;
        }
        failed += 1;
        assert_eq!(told.code(), 1, "{blocks}: {told}");
        assert_eq!(
            (left.as_str(), told.stdout.as_str()),
            ("", ""),
            "{blocks}: {told}"
        );
        for words in [
            "error: cannot write `/",
            "No space left on device",
            "hint: free some space",
        ] {
            assert!(
                told.stderr.contains(words),
                "{blocks}: no {words} in {told}"
            );
        }
    }
    assert!(
        failed >= 3 && done >= 1,
        "the sizes are badly chosen: {failed} failed, {done} done"
    );
}

#[test]
fn flags_that_say_nothing_to_files_are_told() {
    let home = Home::new();
    let idle = ["--replace", "--canary", "ann", "--attach", "print"];
    let told = export(&home, "terraform", &[&NETWORK[..], &idle].concat()).success();
    let said = told.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains("warning: files say nothing of --replace, --canary, --attach print:"),
        "{told}"
    );
    let told = export(&Home::new(), "terraform", &NETWORK).success();
    assert!(!told.stderr.contains("warning"), "{told}");
}
