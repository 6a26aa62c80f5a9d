//! What AWS and the packages' endpoint refuse: one root cause, its mend, who mends it.

use crate::Set;
use crate::set::bare;
use crate::support::home::Home;
use crate::support::leak_watch::holds_token;
use crate::support::mirror::TEAM;
use crate::support::wire::login_at;
use studio_mirror_emulator::{Action, Layer};

pub fn status(status: u16) -> Action {
    Action::Status {
        status,
        code: None,
        message: None,
        retry_after: None,
    }
}

#[test]
fn healthy_is_healthy_over_http_and_https_before_and_after_a_login() {
    for set in [Set::up(), Set::with_tls()] {
        let seen = set.report(&[]).assert_healthy();
        assert_eq!(seen.ids("skipped"), [""; 0], "{}", seen.finished);
        let assets = seen.check("network.assets.http")["detail"].as_str();
        assert!(
            assets.is_some_and(|detail| detail.starts_with("HTTP 20")),
            "{assets:?}"
        );
        assert_eq!(seen.finished.stderr, "");
        login_at(&set.home, set.url(), &[]).success();
        // All that is known now was remembered.
        let mut after = set.home.command(crate::support::binary_under_test());
        after
            .args(["check", "--output", "json"])
            .env("AWS_ENDPOINT_URL_STS", set.url());
        let after = set.home.run(&mut after);
        crate::set::Seen::of(after).assert_healthy();
    }
}

#[test]
fn without_settings_the_first_that_is_missing_is_named_with_the_command() {
    let home = Home::new().without("AWS_REGION");
    let seen = crate::set::Seen::of(bare(&home, &["check", "--output", "json"]));
    let seen = seen.assert_root("settings.complete", &["no domain is set", "you"]);
    let fix = seen.check("settings.complete")["fix"]
        .as_str()
        .expect("a mend")
        .to_owned();
    assert!(
        fix.ends_with(
            "$ studio-mirror login --domain <domain> --repository <repository> --region <region>"
        ),
        "{fix}"
    );
    let some = [
        "check",
        "--output",
        "json",
        "--domain",
        "corp",
        "--region",
        "us-east-1",
    ];
    let seen = crate::set::Seen::of(bare(&home, &some));
    let words = [
        "no repository is set",
        "--domain corp --repository <repository> --region us-east-1",
    ];
    seen.assert_root("settings.complete", &words);
}

#[test]
fn a_denied_token_names_the_layer_and_the_statement() {
    for (layer, words) in [
        (
            Layer::Identity,
            &[
                "identity-team",
                "no identity-based policy allows",
                "\"codeartifact:GetAuthorizationToken\"",
                "domain/corp",
            ][..],
        ),
        (
            Layer::BearerToken,
            &[
                "identity-team",
                "\"sts:GetServiceBearerToken\"",
                "\"sts:AWSServiceName\": \"codeartifact.amazonaws.com\"",
            ],
        ),
        (
            Layer::Vpce,
            &[
                "platform-team",
                "VPC endpoint codeartifact.api",
                "\"Principal\": \"*\"",
            ],
        ),
        (
            Layer::Explicit,
            &[
                "identity-team",
                "explicit deny",
                "$ aws iam simulate-principal-policy",
            ],
        ),
        (
            Layer::Resource,
            &[
                "platform-team",
                "get-domain-permissions-policy --domain corp --domain-owner 111122223333",
            ],
        ),
    ] {
        let set = Set::up().broken("GetAuthorizationToken", Action::Deny { layer });
        set.report(&[]).assert_root("token.mint", words);
    }
}

#[test]
fn one_policy_that_refuses_two_calls_is_one_failure_with_both_statements() {
    let denied = || Action::Deny { layer: Layer::Vpce };
    let set = Set::up()
        .broken("GetAuthorizationToken", denied())
        .broken("GetRepositoryEndpoint", denied());
    let both = [
        "codeartifact:GetAuthorizationToken",
        "codeartifact:GetRepositoryEndpoint",
        "repository/corp/team",
    ];
    set.report(&[]).assert_root("token.mint", &both);
}

#[test]
fn a_denied_endpoint_is_a_failure_of_its_own() {
    let set = Set::up().broken(
        "GetRepositoryEndpoint",
        Action::Deny {
            layer: Layer::Identity,
        },
    );
    let words = [
        "identity-team",
        "\"codeartifact:GetRepositoryEndpoint\"",
        "repository/corp/team",
    ];
    set.report(&[]).assert_root("repository.endpoint", &words);
}

#[test]
fn a_cached_token_hides_no_denial() {
    let set = Set::up();
    set.api.login(&set.home, &[]).success();
    let set = set.broken(
        "GetAuthorizationToken",
        Action::Deny {
            layer: Layer::Identity,
        },
    );
    let seen = set.report(&[]).assert_root("token.mint", &[]);
    let cache = seen.check("token.cache");
    assert!(
        cache["detail"]
            .as_str()
            .expect("a text")
            .contains("a token for 1"),
        "{cache}"
    );
}

#[test]
fn what_is_not_there_and_what_is_too_much_is_told() {
    let set = Set::up();
    let seen = set.report_of("nowhere", TEAM);
    seen.assert_root(
        "token.mint",
        &[
            "not found in us-east-1",
            "list-repositories-in-domain",
            "you",
        ],
    );
    let seen = set.report_of("corp", "nowhere");
    seen.assert_root("repository.endpoint", &["not found", "you"]);
    let set = Set::up().broken(
        "GetAuthorizationToken",
        Action::Throttle {
            retry_after_seconds: Some(9),
        },
    );
    set.report(&[]).assert_root(
        "token.mint",
        &[
            "too many requests",
            "console: https://console.aws.amazon.com/servicequotas",
        ],
    );
}

#[test]
fn a_service_that_fails_everywhere_is_one_failure() {
    let set = Set::up();
    set.api.login(&set.home, &[]).success();
    let seen = set.all_broken(status(503)).report(&["--tool", "pip"]);
    assert_eq!(
        seen.check("network.repositories.http")["waits_for"],
        "network.api.http"
    );
    assert_eq!(
        seen.ids("failed"),
        ["network.api.http"],
        "{}",
        seen.finished
    );
    let set = Set::up().broken("GetAuthorizationToken", status(503));
    set.report(&[])
        .assert_root("token.mint", &["platform-team", "health.aws.amazon.com"]);
    let set = Set::up().broken("PypiSimple", status(503));
    set.report(&[])
        .assert_root("network.repositories.http", &["answers 503"]);
}

#[test]
fn a_wrong_clock_is_told_from_the_servers_and_hides_what_follows() {
    for (seconds, words) in [(3_600, "behind"), (-3_600, "ahead")] {
        let set = Set::with_tls();
        set.api.emulator.set_signing_clock(seconds);
        set.report(&[])
            .assert_root("clock.skew", &["1 h 0 min", words, "169.254.169.123"]);
    }
}

#[test]
fn credentials_that_aws_does_not_know_are_told() {
    let set = Set::up().env("AWS_SECRET_ACCESS_KEY", "wrong");
    let words = ["AWS does not accept access key", "you"];
    set.report(&[]).assert_root("token.mint", &words);
    let set = Set::with(|_| {}, |home| home.without("AWS_ACCESS_KEY_ID"));
    let words = ["no AWS credentials from", "aws sso login"];
    set.report(&[]).assert_root("credentials.found", &words);
}

/// A process gives credentials without STS, whose absence is no more than a warning then.
#[test]
fn sts_is_not_to_blame_for_a_process_that_gives_no_credentials() {
    let profile = "[default]\nregion = us-east-1\ncredential_process = /bin/sh -c 'echo timed out >&2; exit 1'\n";
    let set = Set::with(
        |_| {},
        |home| {
            home.write(".aws/config", profile);
            home.without("AWS_ACCESS_KEY_ID")
        },
    );
    let set = set.env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
    let seen = set.report(&[]);
    let failed = seen.check("credentials.found");
    assert_eq!(failed["status"], "failed", "{}", seen.finished);
    assert_eq!(failed["mender"], "you", "{}", seen.finished);
    assert!(!failed.to_string().contains("STS"), "{failed}");
}

#[test]
fn pips_first_request_must_be_answered_401() {
    let set = Set::up().broken("PypiSimple", status(403));
    let seen = set.report(&["--tool", "pip"]);
    assert!(
        seen.ids("failed").contains(&"auth.challenge"),
        "{}",
        seen.finished
    );
    let fix = seen.check("auth.challenge")["fix"]
        .as_str()
        .expect("a mend");
    assert!(
        fix.contains("$ studio-mirror login --tool pip --auth token"),
        "{fix}"
    );
    let seen = set.report(&["--tool", "uv"]);
    assert!(
        !seen.finished.stdout.contains("auth.challenge"),
        "{}",
        seen.finished
    );
}

#[test]
fn sts_is_a_warning_and_packages_can_be_had() {
    let set = Set::up().env("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:9");
    let seen = set.report(&[]);
    assert_eq!(seen.ids("failed"), [""; 0], "{}", seen.finished);
    assert_eq!(seen.ids("warning"), ["network.sts"], "{}", seen.finished);
    assert_eq!(
        seen.ids("skipped"),
        ["identity.caller"],
        "{}",
        seen.finished
    );
    assert_eq!(seen.finished.status.code(), Some(0));
    assert!(
        seen.check("network.sts")["fix"]
            .as_str()
            .expect("a mend")
            .contains("com.amazonaws.us-east-1.sts")
    );
}

#[test]
fn a_cache_that_cannot_be_used_is_a_warning() {
    let set = Set::up();
    set.api.login(&set.home, &[]).success();
    let [_, run] = set.home.folders();
    for token in std::fs::read_dir(run.join("studio-mirror")).expect("the cache") {
        let token = token.expect("an entry").path();
        if token.extension().is_some_and(|end| end == "json") {
            std::fs::write(token, "{").expect("writable");
        }
    }
    let seen = set.report(&[]);
    assert_eq!(seen.ids("warning"), ["token.cache"], "{}", seen.finished);
}

#[test]
fn no_form_holds_a_token() {
    let set = Set::with_tls();
    for form in ["text", "json", "markdown"] {
        let finished = set.check(&["-v", "--output", form]).success();
        for stream in [&finished.stdout, &finished.stderr] {
            assert!(!holds_token(stream.as_bytes()), "{finished}");
        }
        assert!(
            !finished.stdout.contains("emulator-secret-key"),
            "{finished}"
        );
    }
    assert_eq!(set.api.emulator.tokens_minted(), 3, "each run asks anew");
}
