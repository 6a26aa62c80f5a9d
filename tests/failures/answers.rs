//! What AWS answers with a refusal: which layer it was, and who can mend it.

use crate::support::failing::{assert_says, assert_sober, assert_untouched};
use crate::support::home::Home;
use crate::support::wire::Api;
use crate::{faulty, status};
use std::time::Duration;
use studio_mirror_emulator::{Action, Fault, Layer};

#[test]
fn a_denial_names_the_layer_and_who_can_mend_it() {
    let arn = "arn:aws:iam::111122223333:user/emulator";
    let domain = "arn:aws:codeartifact:us-east-1:111122223333:domain/corp";
    let action = "codeartifact:GetAuthorizationToken";
    for (layer, sentence, hint) in [
        (
            Layer::Identity,
            format!(
                "{action} on resource: {domain} because no identity-based policy allows the {action} action"
            ),
            "the role's own policy must allow codeartifact:GetAuthorizationToken on the domain and sts:GetServiceBearerToken on *: ask your identity team",
        ),
        (
            Layer::BearerToken,
            format!(
                "sts:GetServiceBearerToken on resource: {domain} because no identity-based policy allows the sts:GetServiceBearerToken action"
            ),
            "the role's own policy must allow codeartifact:GetAuthorizationToken on the domain and sts:GetServiceBearerToken on *: ask your identity team; if it caps how long tokens live (sts:DurationSeconds), give `--duration-seconds`",
        ),
        (
            Layer::Vpce,
            format!(
                "{action} on resource: {domain} because no VPC endpoint policy allows the {action} action"
            ),
            "the policy of the VPC endpoint codeartifact.api must allow codeartifact:GetAuthorizationToken: ask your platform team",
        ),
        (
            Layer::Explicit,
            format!(
                "{action} on resource: {domain} with an explicit deny in an identity-based policy"
            ),
            "the role's own policy denies codeartifact:GetAuthorizationToken explicitly: ask your identity team",
        ),
        (
            Layer::Resource,
            format!(
                "{action} on resource: {domain} because no resource-based policy allows the {action} action"
            ),
            "the permissions policy of the domain corp must allow codeartifact:GetAuthorizationToken for this role: ask the domain's owner",
        ),
    ] {
        let api = faulty("GetAuthorizationToken", None, Action::Deny { layer });
        let home = Home::new();
        let finished = api.login(&home, &[]);
        assert_says(
            &finished,
            &format!(
                "error: GetAuthorizationToken: access denied for access key AKIAEMULATOREXAMPLE in the environment\n  \
                 caused by: AccessDeniedException: User: {arn} is not authorized to perform: {sentence}\n\
                 hint: {hint}\n"
            ),
        );
        assert_untouched(&home);
        assert_eq!(
            api.emulator.count("GetAuthorizationToken"),
            1,
            "a denial is final"
        );
    }
    let api = faulty(
        "GetRepositoryEndpoint",
        None,
        Action::Deny {
            layer: Layer::Identity,
        },
    );
    let home = Home::new();
    let finished = api.login(&home, &["--tool", "pip"]);
    assert_sober(&home, &finished);
    assert!(
        finished.stderr.contains("hint: the role's own policy must allow codeartifact:GetRepositoryEndpoint: ask your identity team"),
        "{finished}"
    );
}

#[test]
fn what_is_not_there_is_named() {
    let api = Api::start();
    let login = |home: &Home, domain: &str, repository: &str| {
        let words = [
            "login",
            "--domain",
            domain,
            "--domain-owner",
            "111122223333",
            "--repository",
            repository,
        ];
        home.run(&mut api.command(home, &words))
    };
    let home = Home::new();
    let finished = login(&home, "corp", "gone");
    assert_says(
        &finished,
        "error: GetRepositoryEndpoint: not found in us-east-1\n  \
         caused by: ResourceNotFoundException: Repository not found. Repository 'gone' in domain 'corp' does not exist.\n\
         hint: check --domain (now corp), --domain-owner, --repository and --region\n",
    );
    assert_untouched(&home);
    let finished = login(&home, "nowhere", "team");
    assert!(
        finished
            .stderr
            .contains("hint: check --domain (now nowhere)"),
        "{finished}"
    );
    assert_sober(&home, &finished);
}

#[test]
fn validation_and_skewed_clocks_are_told_apart() {
    let api = faulty(
        "GetAuthorizationToken",
        None,
        status(400, "ValidationException", "1 validation error detected"),
    );
    let home = Home::new();
    assert_says(
        &api.login(&home, &[]),
        "error: GetAuthorizationToken: CodeArtifact does not accept the request\n  \
         caused by: ValidationException: 1 validation error detected\n\
         hint: the sentence above names the value at fault; `studio-mirror status` shows where each was set\n",
    );
    for seconds in [3_600, -3_600] {
        let api = Api::start();
        api.emulator.set_signing_clock(seconds);
        let finished = api.login(&home, &[]);
        assert!(
            finished
                .stderr
                .contains("this machine's clock differs from AWS's by minutes\n"),
            "{finished}"
        );
        assert!(
            finished.stderr.contains(
                "hint: set the clock (`date -u` shows it); a request may be 5 minutes off at most\n"
            ),
            "{finished}"
        );
        assert_sober(&home, &finished);
    }
}

#[test]
fn a_helper_says_what_failed_on_stderr_and_nothing_on_stdout() {
    let api = Api::start();
    let home = Home::new();
    api.emulator.set_token_lifetime(Some(1));
    api.login(&home, &[]).success();
    api.emulator
        .add_faults(vec![Fault {
            anonymous: None,
            operation: Some("GetAuthorizationToken".into()),
            path: None,
            times: None,
            action: Action::Deny { layer: Layer::Vpce },
        }])
        .expect("no path to get wrong");
    let mut last = None;
    crate::support::wait_until("the token to expire", Duration::from_secs(20), || {
        let mut ask = home.command(home.join(".local/bin/keyring"));
        let finished = home.run_unheard(ask.args(["get", &api.index(), "aws"]));
        let failed = !finished.status.success();
        last = Some(finished);
        failed
    });
    let finished = last.expect("asked at least once");
    assert_eq!(finished.stdout, "");
    assert!(
        finished.stderr.contains("hint: the policy of the VPC endpoint codeartifact.api must allow codeartifact:GetAuthorizationToken"),
        "{finished}"
    );
}
