//! Reading packages, in every format, and their tarballs.

use crate::Set;
use crate::faults::status;
use crate::set::Seen;
use crate::support::wire::studio_mirror_at;
use studio_mirror_emulator::{Action, Layer};

#[test]
fn packages_that_may_not_be_read_name_the_format_and_the_policy() {
    let denied = |layer| Action::Deny { layer };
    let set = Set::up().broken("PypiSimple", denied(Layer::Vpce));
    set.report(&["--tool", "uv"]).assert_root(
        "repository.read.pypi",
        &[
            "platform-team",
            "codeartifact.repositories",
            "\"codeartifact:ReadFromRepository\"",
        ],
    );
    let set = Set::up()
        .broken("PypiSimple", denied(Layer::Identity))
        .broken("NpmPackument", denied(Layer::Identity));
    let seen = set.report(&["--tool", "uv,npm"]);
    seen.assert_root("repository.read.pypi", &["identity-team"]);
    let set = Set::up().broken("NpmPackument", denied(Layer::Identity));
    let seen = set.report(&[]);
    assert_eq!(
        seen.ids("failed"),
        ["repository.read.npm"],
        "{}",
        seen.finished
    );
    let set = Set::up().broken("PypiSimple", Action::Expired);
    let seen = set.report(&["--tool", "uv"]);
    seen.assert_root(
        "repository.read.pypi",
        &["does not accept a new token (401)"],
    );
}

#[test]
fn a_second_repository_that_aws_does_not_know_is_a_failure() {
    let set = Set::up();
    let config = "[[repository]]\nname = \"team\"\n[[repository]]\nname = \"gone\"\n";
    set.home.write(".config/studio-mirror/config.toml", config);
    let mut check = studio_mirror_at(&set.home, set.url(), &["check", "--output", "json"]);
    check
        .args(["--domain", "corp", "--domain-owner", "111122223333"])
        .args(["--tool", "pip,uv"]);
    Seen::of(set.home.run(&mut check)).assert_root(
        "repository.endpoint",
        &[
            "the repository gone: ",
            "ResourceNotFoundException",
            "$ aws codeartifact list-repositories-in-domain",
        ],
    );
}

#[test]
fn a_repository_without_public_packages_is_fine_and_has_a_word_beside_it() {
    let set = Set::up();
    set.report(&["--tool", "pip"]).assert_healthy();
    let said = set.check(&["--tool", "pip"]).success();
    for words in [
        "has no simple/six/",
        "upstream",
        "aws codeartifact describe-repository",
    ] {
        assert!(said.stdout.contains(words), "no {words} in\n{said}");
    }
    let said = set.check(&["--tool", "npm"]).success();
    assert!(!said.stdout.contains("upstream"), "{said}");
}

#[test]
fn tarballs_that_s3_refuses_are_a_failure_of_npm_alone() {
    let set = Set::up().broken("GetObject", status(403));
    let words = [
        "403",
        "arn:aws:s3:::assets-193858265520-us-east-1/*",
        "platform-team",
    ];
    set.report(&["--tool", "pip,npm"])
        .assert_root("network.assets.http", &words);
    let seen = set.report(&["--tool", "pip"]).assert_healthy();
    assert!(
        !seen.finished.stdout.contains("network.assets"),
        "{}",
        seen.finished
    );
}

#[test]
fn tarballs_that_hang_are_told_in_time() {
    let set = Set::up().broken("GetObject", Action::Hang);
    set.report(&[])
        .assert_root("network.assets.http", &["does not answer in time"]);
}

#[test]
fn every_format_that_a_tool_reads_is_read_and_named_when_refused() {
    let formats = ["maven", "ruby", "nuget", "cargo", "swift"];
    let tools = ["--tool", "maven,gem,dotnet,cargo,swift"];
    let set = Set::up();
    let seen = set.report(&tools).assert_healthy();
    for format in formats {
        let id = format!("repository.read.{format}");
        assert_eq!(seen.check(&id)["status"], "ok", "{}", seen.finished);
    }
    for (format, tool) in [("maven", "maven"), ("ruby", "gem"), ("nuget", "dotnet")] {
        let set = Set::up();
        let fault = studio_mirror_emulator::Fault {
            operation: None,
            path: Some(format!("^/{format}/")),
            anonymous: Some(false),
            times: None,
            action: Action::Deny {
                layer: Layer::Resource,
            },
        };
        set.api.emulator.add_faults(vec![fault]).expect("a fault");
        let words = [
            "no resource-based policy allows",
            "get-repository-permissions-policy",
        ];
        let id = format!("repository.read.{format}");
        set.report(&["--tool", tool]).assert_root(&id, &words);
    }
}

#[test]
fn what_befalls_all_reads_is_one_failure() {
    for (action, words) in [
        (status(402), "is asked too often by this account (402)"),
        (status(429), "is asked too often by this account (429)"),
        (status(418), "answers 418"),
        (status(502), "answers 502"),
        (Action::Expired, "does not accept a new token (401)"),
        (Action::Drop, "hangs up"),
    ] {
        let set = Set::up();
        let fault = studio_mirror_emulator::Fault {
            operation: None,
            path: Some("^/(pypi|npm)/".to_owned()),
            anonymous: Some(false),
            times: None,
            action,
        };
        set.api.emulator.add_faults(vec![fault]).expect("a fault");
        set.report(&[])
            .assert_root("repository.read.pypi", &[words]);
    }
}
