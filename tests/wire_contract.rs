//! Every request that the binary makes is one that AWS's own description of the service allows, and there are no more
//! of them than needed.

mod support;

use std::path::PathBuf;
use std::time::Duration;
use studio_mirror_emulator::{Action, Fault};
use support::home::Home;
use support::wire::{Api, CORP};
use support::{checkout, clients, wait_until};

fn fault(api: &Api, operation: Option<&str>, times: Option<u32>, action: Action) {
    let fault = Fault {
        anonymous: None,
        operation: operation.map(Into::into),
        path: None,
        times,
        action,
    };
    api.emulator
        .add_faults(vec![fault])
        .expect("no path to get wrong");
}

#[test]
fn botocores_model_has_nothing_against_any_request() {
    let folder = tempfile::tempdir().expect("a scratch folder");
    let log: PathBuf = folder.path().join("requests.jsonl");
    let api = Api::with(|options| options.request_log = Some(log.clone()));
    let sts = api.emulator.http_url();
    for flags in [
        &[][..],
        &["-v"],
        &["--duration-seconds", "900", "--force"],
        &["--duration-seconds", "43200"],
        &["--duration-seconds", "0"],
        &["--endpoint-type", "dualstack"],
        &["--endpoint-type", "ipv4"],
        &["--tool", "npm", "--namespace", "acme"],
        &["--dry-run"],
        &["--force", "--output", "json"],
    ] {
        let home = Home::new().env("AWS_ENDPOINT_URL_STS", &sts);
        api.login(&home, flags).success();
    }
    let home = Home::new().env("AWS_ENDPOINT_URL_STS", &sts);
    // Without an owner, with a tool's own repository, and with words that are not there.
    let told = |words: &[&str]| home.run(&mut api.command(&home, words));
    told(&["login", "--domain", "corp", "--repository", "team"]).success();
    told(&["login", "--tool", "npm", "--repository", "web"]).success();
    told(&["login", "--repository", "not.there_at-all"]).failure();
    told(&["login", "--domain", "not-there"]).failure();
    home.run_unheard(&mut api.command(&home, &["token", "--force"]))
        .success();
    // Retries of every kind, and a helper that mints.
    fault(
        &api,
        None,
        Some(2),
        Action::Throttle {
            retry_after_seconds: None,
        },
    );
    fault(&api, None, Some(2), Action::Drop);
    api.emulator.set_token_lifetime(Some(2));
    api.login(&home, &["--force"]).success();
    let minted = api.emulator.count("GetAuthorizationToken");
    wait_until("a token from the helper", Duration::from_secs(20), || {
        let mut ask = home.command(home.join(".local/bin/keyring"));
        home.run_unheard(ask.args(["get", &api.index(), "aws"]))
            .success();
        api.emulator.count("GetAuthorizationToken") > minted
    });
    let asked = api.emulator.stats();
    for operation in [
        "GetAuthorizationToken",
        "GetRepositoryEndpoint",
        "GetCallerIdentity",
    ] {
        assert!(
            asked.contains_key(operation),
            "{operation} was never asked: {asked:?}"
        );
    }
    let mut judge = home.command(clients::bin("aws").join("python"));
    judge
        .arg(checkout().join("tests/emulator/judge.py"))
        .arg(&log);
    let verdict = home.run(&mut judge).success();
    assert!(
        verdict
            .stdout
            .contains("API requests are as the service models say"),
        "{verdict}"
    );
    // Only what the task needs: no other operation, and everything signed for this program's name.
    for request in api.emulator.requests() {
        assert!(
            [
                "GetAuthorizationToken",
                "GetRepositoryEndpoint",
                "GetCallerIdentity"
            ]
            .contains(&&*request.operation),
            "{request:?}"
        );
        assert!(request.headers["authorization"].starts_with("AWS4-HMAC-SHA256 "));
    }
}

#[test]
fn a_login_asks_for_one_token_and_once_for_each_repository() {
    let api = Api::start();
    let home = Home::new();
    let asked = || {
        (
            api.emulator.count("GetAuthorizationToken"),
            api.emulator.count("GetRepositoryEndpoint"),
            api.requests(),
        )
    };
    api.login(&home, &[]).success();
    assert_eq!(asked(), (1, 1, 2), "the formats share an answer");
    api.login(&home, &[]).success();
    assert_eq!(asked(), (1, 2, 3), "a young token is not asked for again");
    api.login(&home, &["--force"]).success();
    assert_eq!(asked(), (2, 3, 5));
    api.login(&home, &["--dry-run"]).success();
    assert_eq!(asked(), (2, 4, 6), "a dry run asks for no token");
    home.studio_mirror(["status"]).success();
    home.studio_mirror(["logout"]).success();
    assert_eq!(asked(), (2, 4, 6), "status and logout ask nobody");
}

#[test]
fn an_endpoint_that_was_not_asked_for_is_the_one_that_the_api_answers() {
    let api = Api::start();
    let tools = ["pip", "npm", "cargo", "gem", "maven", "dotnet", "swift"];
    let endpoint = |home: &Home, tool: &str| {
        let state = home.read(".local/state/studio-mirror/state.json");
        let state: serde_json::Value = serde_json::from_str(&state).expect("our own JSON");
        state["tools"][tool]["main"]["endpoint"]["url"].clone()
    };
    let together = Home::new();
    api.login(&together, &["--tool", &tools.join(",")])
        .success();
    assert_eq!(api.emulator.count("GetRepositoryEndpoint"), 1);
    for tool in tools {
        let alone = Home::new();
        api.login(&alone, &["--tool", tool]).success();
        let answered = endpoint(&alone, tool);
        assert!(answered.is_string(), "{tool}: {answered}");
        assert_eq!(endpoint(&together, tool), answered, "{tool}");
    }
}

#[test]
fn the_calls_of_a_login_are_made_at_the_same_time() {
    let api = Api::start();
    fault(&api, None, None, Action::Delay { ms: 1_000 });
    let home = Home::new();
    let login = api.login(&home, &[]).success();
    let times: Vec<f64> = api
        .emulator
        .requests()
        .iter()
        .map(|request| request.at)
        .collect();
    let spread = times.iter().copied().fold(f64::MIN, f64::max)
        - times.iter().copied().fold(f64::MAX, f64::min);
    assert_eq!(times.len(), 2);
    // Had one waited for another's answer, there would be a second between them.
    assert!(
        spread < 0.9,
        "{spread:.2} s between the first request and the last"
    );
    assert!(login.lasted < Duration::from_millis(1_900), "{login}");
}

#[test]
fn vpc_endpoints_without_private_dns_need_no_more_than_a_token() {
    let api = Api::start();
    let home = Home::new();
    let mut login = api.command(&home, &[&["login"], &CORP[..]].concat());
    let base = "https://vpce-0a1b-2c3d.d.codeartifact.us-east-1.vpce.amazonaws.com";
    home.run(login.env("STUDIO_MIRROR_REPOSITORY_ENDPOINT", base))
        .success();
    assert_eq!(api.requests(), 1);
    let index = format!("{base}/pypi/d/corp-111122223333/team/simple/");
    let mut ask = home.command(home.join(".local/bin/keyring"));
    home.run_unheard(ask.args(["get", &index, "aws"])).success();
}
