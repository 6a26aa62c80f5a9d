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
