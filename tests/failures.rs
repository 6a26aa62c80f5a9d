//! Every failure of a login names its cause and its mend, ends in time, and leaves everything as it was.

mod support;

use std::os::unix::fs::PermissionsExt;
use std::process::Command;
use std::time::{Duration, Instant};
use studio_mirror_emulator::{Action, Fault, Layer};
use support::failing::{LIMIT, assert_says, assert_sober, assert_untouched};
use support::home::{Finished, Home};
use support::tell_skipped;
use support::wire::{Api, CORP, login_at, studio_mirror_at};

fn faulty(operation: &str, times: Option<u32>, action: Action) -> Api {
    let api = Api::start();
    let fault = Fault {
        anonymous: None,
        operation: Some(operation.into()),
        path: None,
        times,
        action,
    };
    api.emulator
        .add_faults(vec![fault])
        .expect("no path to get wrong");
    api
}

fn status(status: u16, code: &str, message: &str) -> Action {
    Action::Status {
        status,
        code: Some(code.into()),
        message: Some(message.into()),
        retry_after: None,
    }
}

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
            "the role's own policy must allow codeartifact:GetAuthorizationToken on the domain and sts:GetServiceBearerToken on *: ask your identity team",
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
fn a_throttled_login_comes_again_when_it_was_told_to() {
    let api = faulty(
        "GetAuthorizationToken",
        Some(2),
        Action::Throttle {
            retry_after_seconds: Some(2),
        },
    );
    let home = Home::new();
    let finished = api.login(&home, &[]).success();
    assert!(finished.lasted < LIMIT, "{finished}");
    let asked: Vec<f64> = api
        .emulator
        .requests()
        .iter()
        .filter(|request| request.operation == "GetAuthorizationToken")
        .map(|request| request.at)
        .collect();
    assert_eq!(asked.len(), 3);
    for pair in asked.windows(2) {
        let gap = pair[1] - pair[0];
        assert!(
            (2.0..3.5).contains(&gap),
            "came again after {gap:.2} s, told 2"
        );
    }
}

/// What a login says whose token may come later: the helper's tools are set up, npm is not.
const NPM_LATER: &str = "error: npm is not configured: there is no token yet to put into its file\n\
                         hint: run `studio-mirror login --tool npm` in a minute\n";

/// Such a login failed in time; once the service is well, the helper has its token with no login in between.
#[track_caller]
fn assert_later(api: &Api, home: &Home, finished: &Finished, stderr: &str) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    assert_eq!(
        finished.stderr,
        format!("{stderr}{NPM_LATER}"),
        "{finished}"
    );
    assert!(finished.lasted < LIMIT, "{finished}");
    assert!(home.join(".config/pip/pip.conf").exists() && !home.join(".npmrc").exists());
    api.emulator.clear_faults();
    let mut ask = home.command(home.join(".local/bin/keyring"));
    let token = home
        .run_unheard(ask.args(["get", &api.index(), "aws"]))
        .success();
    assert!(api.accepts(token.stdout.trim()));
}

#[test]
fn a_wait_beyond_the_limit_is_not_begun() {
    let api = faulty(
        "GetAuthorizationToken",
        None,
        Action::Throttle {
            retry_after_seconds: Some(60),
        },
    );
    let home = Home::new();
    let finished = api.login(&home, &[]);
    assert!(finished.lasted < Duration::from_secs(2), "{finished}");
    assert_later(
        &api,
        &home,
        &finished,
        "error: GetAuthorizationToken: too many requests in this account and region\n  \
         caused by: ThrottlingException: Rate exceeded\n\
         hint: try again in a minute; GetAuthorizationToken has a quota of 40 a second\n",
    );
}

#[test]
fn a_service_that_stays_ill_is_given_up_in_time() {
    let api = faulty(
        "GetAuthorizationToken",
        None,
        status(500, "InternalServerException", "oops"),
    );
    let home = Home::new();
    let finished = api.login(&home, &[]);
    assert_later(
        &api,
        &home,
        &finished,
        "error: GetAuthorizationToken: 127.0.0.1 failed\n  \
         caused by: InternalServerException: oops\n\
         hint: try again in a minute\n",
    );
}

#[test]
fn a_service_that_recovers_is_asked_until_it_does() {
    for action in [
        status(500, "InternalServerException", "oops"),
        status(503, "ServiceUnavailable", ""),
        Action::Throttle {
            retry_after_seconds: None,
        },
        Action::Drop,
        Action::Reset,
    ] {
        let api = faulty("GetAuthorizationToken", Some(2), action.clone());
        let home = Home::new();
        api.login(&home, &[]).success();
        assert_eq!(api.emulator.count("GetAuthorizationToken"), 3, "{action:?}");
    }
}

#[test]
fn a_connection_that_stays_broken_is_given_up_in_time() {
    let cases = [
        (
            Action::Drop,
            "error: GetAuthorizationToken: the connection to 127.0.0.1 broke off\n  \
             caused by: connection closed before message completed\n\
             hint: try again; if it stays so, something between here and AWS cuts it: a firewall or a proxy\n",
        ),
        (
            Action::Hang,
            "error: GetAuthorizationToken: no answer from 127.0.0.1 in time\n\
             hint: the VPC needs an interface endpoint for com.amazonaws.us-east-1.codeartifact.api with private DNS, \
             and its security group must let port 443 in from the Studio security groups: `studio-mirror check` says what \
             of that is missing, and whom to send it to\n",
        ),
    ];
    // All at once: each takes the whole of the limit.
    std::thread::scope(|scope| {
        for (action, stderr) in cases {
            scope.spawn(move || {
                let api = faulty("GetAuthorizationToken", None, action);
                let home = Home::new();
                assert_says(&api.login(&home, &[]), stderr);
                assert_untouched(&home);
            });
        }
    });
}

#[test]
fn two_hundred_helpers_under_the_quota_all_get_their_token() {
    let api = Api::start();
    let first = Home::new();
    api.login(&first, &["--tool", "pip"]).success();
    let state: serde_json::Value =
        serde_json::from_str(&first.read(".local/state/studio-mirror/state.json")).expect("JSON");
    // Two hundred spaces of one account: the same login, and no cache in common.
    let homes = tempfile::tempdir().expect("a scratch folder");
    for number in 0..200 {
        let home = homes.path().join(number.to_string());
        let mut state = state.clone();
        state["cache"] = home.join("cache").to_str().expect("UTF-8").into();
        let folder = home.join(".local/state/studio-mirror");
        std::fs::create_dir_all(&folder).expect("a folder");
        let file = folder.join("state.json");
        std::fs::write(&file, state.to_string()).expect("a file");
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).expect("our own file");
    }
    api.emulator.set_quota(Some(40));
    let before = api.emulator.count("GetAuthorizationToken");
    let begun = Instant::now();
    let children: Vec<_> = (0..200)
        .map(|number| {
            let mut ask = first.command(first.join(".local/bin/keyring"));
            ask.args(["get", &api.index(), "aws"])
                .env("HOME", homes.path().join(number.to_string()))
                .env_remove("XDG_RUNTIME_DIR")
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .expect("the helper runs")
        })
        .collect();
    let mut tokens = std::collections::BTreeSet::new();
    for child in children {
        let output = child.wait_with_output().expect("our own child");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "a helper went without: {stderr}");
        tokens.insert(output.stdout);
    }
    let took = begun.elapsed();
    let asked = api.emulator.count("GetAuthorizationToken") - before;
    assert_eq!(tokens.len(), 200);
    assert!(asked > 200, "the quota was never felt");
    // 40 a second leave 160 for later: no faster than 4 seconds, and no storm on the way.
    assert!(took < Duration::from_secs(30), "{took:?}");
    assert!(asked < 200 * 8, "{asked} requests for 200 tokens");
}

#[test]
fn a_port_where_nothing_listens_is_refused() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = free.local_addr().expect("bound");
    drop(free);
    let home = Home::new();
    assert_says(
        &login_at(&home, &format!("http://{address}"), &[]),
        "error: GetAuthorizationToken: 127.0.0.1 refuses the connection\n  \
         caused by: Connection refused (os error 111)\n\
         hint: nothing listens there: look at the API endpoint in `studio-mirror status`\n",
    );
    assert_untouched(&home);
}

#[test]
fn a_dead_network_and_a_name_that_nobody_knows_end_in_time() {
    if !rustix::process::geteuid().is_root()
        || !Command::new("unshare")
            .args(["--net", "true"])
            .status()
            .is_ok_and(|status| status.success())
    {
        return tell_skipped("a dead network", "a network namespace needs root");
    }
    // Names: no resolver answers. Addresses: a neighbour that loses every packet.
    let dead = "ip link set lo up; ip link add o0 type veth peer name o1; ip addr add 10.255.255.2/24 dev o0; \
                ip link set o0 up; ip link set o1 up; ip neigh replace 10.255.255.1 lladdr 02:00:00:00:00:01 dev o0 nud permanent";
    let nameless = "ip link set lo up";
    for (network, api, words) in [
        (
            dead,
            "https://10.255.255.1",
            &[
                "no answer from 10.255.255.1 in time",
                "security group must let port 443 in",
            ][..],
        ),
        (
            nameless,
            "https://codeartifact.us-east-1.amazonaws.com",
            &[
                "codeartifact.us-east-1.amazonaws.com",
                "com.amazonaws.us-east-1.codeartifact.api",
            ],
        ),
    ] {
        let home = Home::new();
        let mut unshare = home.command("unshare");
        let login = studio_mirror_at(&home, api, &[&["login"], &CORP[..]].concat());
        unshare
            .args(["--net", "sh", "-euc"])
            .arg(format!("{network}; exec \"$@\""))
            .arg("sh")
            .arg(login.get_program())
            .args(login.get_args())
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("STUDIO_MIRROR_API_ENDPOINT", api);
        let finished = home.run(&mut unshare);
        for word in words {
            assert!(finished.stderr.contains(word), "no {word:?} in\n{finished}");
        }
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
    support::wait_until("the token to expire", Duration::from_secs(20), || {
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
