//! A flag that is wrong by itself is refused before anybody is asked.

use crate::administrator::shipped;
use crate::support::binary_under_test;
use crate::support::home::Home;

#[test]
fn a_flag_of_another_kind_waits_for_no_network() {
    let home = Home::new();
    let wrong = [
        (["--studio-domain-id", "domain"], "no Studio domain"),
        (["--vpc-id", "subnet-12345678"], "no VPC"),
        (["--subnet-ids", "subnet-12345678,b"], "`b` is no subnet"),
        (["--role-arn", "Studio"], "no role"),
        (["--kms-key-arn", "alias/packages"], "no KMS key"),
        (["--organization", "acme"], "no organization"),
        (["--readers", "*"], "no reader"),
        (["--internal", "acme_**"], "`acme_**`"),
        (["--tags", "team"], "no tag"),
        (["--endpoints", "none,api"], "`--endpoints none`"),
        (["--canary", ""], "--canary"),
        (
            ["--endpoint-type", "dualstack"],
            "`--endpoint-type` says nothing",
        ),
    ];
    for action in ["plan", "apply", "attach"] {
        for (flags, said) in wrong {
            let mut command = home.command(binary_under_test());
            command
                .args(["bootstrap", action, "--region", "eu-west-1"])
                .args(["--binary", shipped()])
                .args(flags)
                .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
            let refused = home.run(&mut command).exit(2);
            assert!(refused.stderr.contains(said), "{}", refused.stderr);
            assert!(!refused.stderr.contains("127.0.0.1"), "{}", refused.stderr);
        }
    }
}

#[test]
fn a_version_before_that_is_no_file_and_no_hash_is_refused() {
    let home = Home::new();
    for (action, more) in [
        ("attach", &[][..]),
        ("export", &["--format", "terraform", "--out", "modules"]),
    ] {
        let mut command = home.command(binary_under_test());
        command
            .args(["bootstrap", action, "--region", "eu-west-1"])
            .args(["--binary", shipped(), "--previous-binary", "e48c"])
            .args(more)
            .current_dir(home.path());
        let refused = home.run(&mut command).exit(2);
        let said = "error: --previous-binary: cannot read e48c: No such file";
        assert!(refused.stderr.contains(said), "{refused}");
        assert!(
            refused.stderr.contains("hint: name the binary"),
            "{refused}"
        );
    }
    assert!(!home.path().join("modules").exists());
}

/// A download that broke off, or a disk that was full: a program of which the end is missing would start in spaces, and crash there.
#[test]
fn a_binary_that_is_cut_off_is_refused_before_anybody_is_asked() {
    let home = Home::new();
    let whole = std::fs::read(shipped()).expect("the shipped binary");
    // By two thirds, where the segments end short; by its last byte, which is one of the table of sections.
    for length in [whole.len() / 3, whole.len() - 1] {
        let cut = home.write("cut", &whole[..length]);
        for action in ["plan", "publish"] {
            let mut command = home.command(binary_under_test());
            command
                .args(["bootstrap", action, "--region", "eu-west-1", "--binary"])
                .arg(&cut)
                .env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
            let refused = home.run(&mut command).exit(1);
            assert!(refused.stderr.contains("it is cut off"), "{refused}");
            assert!(refused.stderr.contains("`--binary FILE`"), "{refused}");
            assert!(!refused.stderr.contains("127.0.0.1"), "{refused}");
        }
    }
}
