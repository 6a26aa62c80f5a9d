//! Whose credentials a login uses, and that a helper in another process speaks for the same identity.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;
use studio_mirror_emulator::RoleCredentialsChange;
use support::home::{Finished, Home, run_unheard};
use support::island::Island;
use support::programs::write_script;
use support::wire::{Api, CORP, Stub, http, json};
use support::{binary_under_test, wait_until};

const KEY: &str = "AKIAEMULATOREXAMPLE";
const SECRET: &str = "emulator-secret-key";
const CONTAINER: &str = "/_sagemaker-instance-credentials/0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// A home whose environment holds no keys.
fn keyless() -> Home {
    Home::new()
        .without("AWS_ACCESS_KEY_ID")
        .without("AWS_SECRET_ACCESS_KEY")
}

/// The helper's answer in an environment with these variables more.
fn helper(home: &Home, api: &Api, variables: &[(&str, &str)]) -> Finished {
    let mut ask = home.command(home.join(".local/bin/keyring"));
    ask.args(["get", &api.index(), "aws"]);
    home.run_unheard(ask.envs(variables.iter().copied()))
}

/// Logs in with a token that is over at once, so that the next helper call has to mint.
fn log_in_briefly(home: &Home, api: &Api, flags: &[&str]) {
    api.emulator.set_token_lifetime(Some(2));
    api.login(home, flags).success();
    let token = helper(home, api, &[]).success().stdout;
    wait_until("the token to expire", Duration::from_secs(20), || {
        !api.accepts(token.trim())
    });
    api.emulator.set_token_lifetime(None);
}

/// Who signed the last request for a token.
fn signer(api: &Api) -> String {
    let requests = api.emulator.requests();
    let last = requests
        .iter()
        .rfind(|request| request.operation == "GetAuthorizationToken")
        .expect("a token was asked for");
    let header = &last.headers["authorization"];
    let (_, rest) = header.split_once("Credential=").expect("a signature");
    rest.split('/').next().unwrap_or_default().to_owned()
}

/// The container credentials as the emulator hands them out now.
fn session(api: &Api) -> serde_json::Value {
    let url = api.emulator.http_url();
    let host = url.strip_prefix("http://").expect("plain");
    let mut stream = TcpStream::connect(host).expect("the emulator listens");
    write!(
        stream,
        "GET {CONTAINER} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .expect("the emulator reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
    serde_json::from_str(body).expect("JSON")
}

fn text(session: &serde_json::Value, key: &str) -> String {
    session[key].as_str().expect("a text").to_owned()
}

/// A home that a container's variable leads to credentials on loopback.
fn in_container(api: &Api) -> Home {
    keyless().env(
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
        format!("{}{CONTAINER}", api.emulator.http_url()),
    )
}

#[test]
fn keys_of_the_environment_sign_and_renewed_ones_take_their_place() {
    let api = Api::start();
    let home = Home::new();
    log_in_briefly(&home, &api, &[]);
    assert_eq!(signer(&api), KEY);
    let session = session(&api);
    let renewed = text(&session, "AccessKeyId");
    let variables = [
        ("AWS_ACCESS_KEY_ID", renewed.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &text(&session, "SecretAccessKey")),
        ("AWS_SESSION_TOKEN", &text(&session, "Token")),
    ];
    let token = helper(&home, &api, &variables).success().stdout;
    assert!(api.accepts(token.trim()));
    assert_eq!(signer(&api), renewed);
    let count = api.emulator.count("GetAuthorizationToken");
    assert_eq!(helper(&home, &api, &variables).success().stdout, token);
    assert_eq!(api.emulator.count("GetAuthorizationToken"), count);
}

#[test]
fn a_profile_is_remembered_by_the_login_and_used_without_being_named_again() {
    for (flags, section) in [
        (&["--profile", "work"][..], "[profile work]"),
        (&[], "[default]"),
    ] {
        let api = Api::start();
        let home = keyless();
        home.write(
            ".aws/config",
            format!("{section}\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n"),
        );
        log_in_briefly(&home, &api, flags);
        let token = helper(&home, &api, &[("AWS_PROFILE", "other")]).success();
        assert!(api.accepts(token.stdout.trim()));
        assert_eq!(signer(&api), KEY);
    }
    let api = Api::start();
    let home = keyless().env("AWS_PROFILE", "gone");
    let finished = api.login(&home, &[]).exit(1);
    assert!(
        finished
            .stderr
            .contains("no AWS credentials from profile gone")
            && finished.stderr.contains("hint: "),
        "{finished}"
    );
}

#[test]
fn a_credential_process_is_run_and_its_failure_told_without_what_it_printed_as_secret() {
    let api = Api::start();
    let home = keyless();
    let document =
        format!("{{\"Version\":1,\"AccessKeyId\":\"{KEY}\",\"SecretAccessKey\":\"{SECRET}\"}}");
    let script = home.join("bin/give-keys");
    write_script(&script, &format!("#!/bin/sh\necho '{document}'\n"));
    let section = format!(
        "[profile tool]\ncredential_process = {}\n",
        script.display()
    );
    home.write(".aws/config", section);
    log_in_briefly(&home, &api, &["--profile", "tool"]);
    assert!(api.accepts(helper(&home, &api, &[]).success().stdout.trim()));

    for broken in [
        format!("echo '{document}'; echo oh no >&2; exit 3"),
        format!(
            "echo '{}'",
            document.replace("\"Version\":1", "\"Version\":7")
        ),
        format!("echo 'AccessKeyId {KEY} SecretAccessKey {SECRET}'"),
        format!(
            "echo '{{\"Version\":1,\"AccessKeyId\":\"{KEY}\",\"SecretAccessKey\":[\"{SECRET}\"]}}'"
        ),
    ] {
        home.write("bin/give-keys", format!("#!/bin/sh\n{broken}\n"));
        let finished = api
            .login(&home, &["--profile", "tool", "--force", "-v"])
            .exit(1);
        assert!(
            finished
                .stderr
                .contains("no AWS credentials from profile tool"),
            "{finished}"
        );
        assert!(!finished.to_string().contains(SECRET), "{finished}");
    }
}

#[test]
fn a_web_identity_is_exchanged_at_sts_and_remembered() {
    let api = Api::start();
    let given = session(&api);
    let expiration = text(&given, "Expiration");
    let xml = format!(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>{}</AccessKeyId>\
         <SecretAccessKey>{}</SecretAccessKey><SessionToken>{}</SessionToken><Expiration>{expiration}</Expiration>\
         </Credentials><AssumedRoleUser><Arn>arn:aws:sts::111122223333:assumed-role/r/s</Arn>\
         <AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser></AssumeRoleWithWebIdentityResult>\
         </AssumeRoleWithWebIdentityResponse>",
        text(&given, "AccessKeyId"),
        text(&given, "SecretAccessKey"),
        text(&given, "Token")
    );
    let sts = Stub::answering(move |_| http("200 OK", &[("Content-Type", "text/xml")], &xml));
    let home = keyless();
    let file = home.write("identity", "web-identity-token");
    let home = home
        .env("AWS_WEB_IDENTITY_TOKEN_FILE", &file)
        .env("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/r")
        .env("AWS_ENDPOINT_URL_STS", sts.url());
    log_in_briefly(&home, &api, &[]);
    assert!(api.accepts(helper(&home, &api, &[]).success().stdout.trim()));
    assert_eq!(signer(&api), text(&given, "AccessKeyId"));
    assert!(
        sts.heard()
            .iter()
            .all(|request| request.contains("Action=AssumeRoleWithWebIdentity"))
    );
}

#[test]
fn a_cached_sso_session_gives_credentials_and_an_old_one_says_aws_sso_login() {
    let api = Api::start();
    let given = session(&api);
    let roles = serde_json::json!({"roleCredentials": {
        "accessKeyId": given["AccessKeyId"], "secretAccessKey": given["SecretAccessKey"],
        "sessionToken": given["Token"], "expiration": 4_102_444_800_000u64,
    }})
    .to_string();
    let sso = Stub::answering(move |_| json(&roles));
    let home = keyless().env("AWS_ENDPOINT_URL_SSO", sso.url());
    home.write(
        ".aws/config",
        "[profile sso]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = r\n\
         [sso-session corp]\nsso_region = us-east-1\nsso_start_url = https://corp.awsapps.example/start\n",
    );
    // The name is the SHA-1 of the session's name, as the AWS CLI has it.
    let name = Command::new("sh")
        .args(["-c", "printf corp | sha1sum | cut -c1-40"])
        .output()
        .expect("sha1sum runs");
    let name = String::from_utf8(name.stdout).expect("hex");
    let cache = format!(".aws/sso/cache/{}.json", name.trim());
    let cached = |expires: &str| {
        home.write(
            &cache,
            format!(
                "{{\"startUrl\":\"https://corp.awsapps.example/start\",\"region\":\"us-east-1\",\
                     \"accessToken\":\"sso-access-token\",\"expiresAt\":\"{expires}\"}}"
            ),
        );
    };
    cached("2099-01-01T00:00:00Z");
    let finished = api.login(&home, &["--profile", "sso", "-v"]);
    assert!(!finished.to_string().contains("sso-access-token"));
    finished.success();
    assert_eq!(signer(&api), text(&given, "AccessKeyId"));
    cached("2001-01-01T00:00:00Z");
    let finished = api.login(&home, &["--profile", "sso", "--force"]).exit(1);
    assert!(
        finished.stderr.contains("profile sso") && finished.stderr.contains("aws sso login"),
        "{finished}"
    );
    assert!(!finished.to_string().contains("sso-access-token"));
}

#[test]
fn a_helper_without_the_containers_variables_uses_those_of_the_login() {
    let api = Api::start();
    let home = in_container(&api);
    for set_and_empty in [false, true] {
        log_in_briefly(&home, &api, &["--force"]);
        assert!(signer(&api).starts_with("ASIA"));
        let mut cron = home.command(home.join(".local/bin/keyring"));
        cron.args(["get", &api.index(), "aws"])
            .env_remove("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if set_and_empty {
            cron.env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "");
        }
        let token = home.run_unheard(&mut cron).success().stdout;
        assert!(api.accepts(token.trim()));
    }
}

#[test]
fn token_and_exec_without_the_containers_variables_use_those_of_the_login_too() {
    let api = Api::start();
    let home = in_container(&api);
    log_in_briefly(&home, &api, &["--force"]);
    let count = api.emulator.count("GetAuthorizationToken");
    for arguments in [&["token"][..], &["exec", "true"]] {
        let [_, runtime] = home.folders();
        std::fs::remove_dir_all(runtime.join("studio-mirror")).expect("the cache");
        let mut cron = home.command(binary_under_test());
        cron.args(arguments)
            .env_remove("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        home.run_unheard(&mut cron).success();
    }
    assert_eq!(api.emulator.count("GetAuthorizationToken"), count + 2);
}

#[test]
fn rotated_container_credentials_are_taken_up_by_the_next_token() {
    let api = Api::start();
    let home = in_container(&api);
    log_in_briefly(&home, &api, &[]);
    let first = signer(&api);
    api.emulator.change_role_credentials(RoleCredentialsChange {
        expire: true,
        ..RoleCredentialsChange::default()
    });
    let token = helper(&home, &api, &[]).success().stdout;
    assert!(api.accepts(token.trim()));
    assert_ne!(signer(&api), first);
}

#[test]
fn expired_and_unknown_credentials_are_told_with_the_mend() {
    let api = Api::start();
    let given = session(&api);
    let home = Home::new()
        .env("AWS_ACCESS_KEY_ID", text(&given, "AccessKeyId"))
        .env("AWS_SECRET_ACCESS_KEY", text(&given, "SecretAccessKey"))
        .env("AWS_SESSION_TOKEN", text(&given, "Token"));
    api.login(&home, &[]).success();
    api.emulator.change_role_credentials(RoleCredentialsChange {
        expire: true,
        ..RoleCredentialsChange::default()
    });
    let expired = api.login(&home, &["--force"]).exit(1);
    let stranger = Home::new().env("AWS_SECRET_ACCESS_KEY", "not-the-secret");
    let unknown = Home::new().env("AWS_ACCESS_KEY_ID", "AKIAUNKNOWNEXAMPLE00");
    for finished in [
        expired,
        api.login(&stranger, &[]).exit(1),
        api.login(&unknown, &[]).exit(1),
    ] {
        assert!(
            finished.stderr.contains("AWS does not accept access key A")
                && finished.stderr.contains("hint: get new credentials: restart the space, `aws sso login`, or renew the keys"),
            "{finished}"
        );
        assert!(!finished.to_string().contains("not-the-secret"));
    }
}

#[test]
fn without_any_credentials_the_error_comes_in_seconds() {
    let api = Api::start();
    let finished = api.login(&keyless(), &[]).exit(1);
    assert!(finished.lasted < Duration::from_secs(4), "{finished}");
    assert!(
        finished.stderr.starts_with(
            "error: GetAuthorizationToken: no AWS credentials from the instance's role\n"
        ) || finished.stderr.starts_with(
            "error: GetRepositoryEndpoint: no AWS credentials from the instance's role\n"
        ),
        "{finished}"
    );
    assert!(
        finished
            .stderr
            .contains("hint: in Studio the space's role gives them; elsewhere use --profile NAME"),
        "{finished}"
    );
    let gone = keyless().env("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:9/x");
    let finished = api.login(&gone, &[]).exit(1);
    assert!(finished.lasted < Duration::from_secs(10), "{finished}");
    assert!(
        finished
            .stderr
            .contains("no AWS credentials from the container's credentials"),
        "{finished}"
    );
}

#[test]
fn container_credentials_as_studio_gives_them_log_in_past_any_proxy() {
    let Some(island) = Island::open() else { return };
    let api = "http://127.0.0.1:8080";
    let home = keyless()
        .env("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", CONTAINER)
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .env("http_proxy", "http://127.0.0.1:9");
    let login = |flags: &[&str]| {
        let mut login = island.command(&home, &binary_under_test());
        login.arg("login").args(CORP).args(flags);
        home.run(login.env("STUDIO_MIRROR_API_ENDPOINT", api))
    };
    login(&[]).success();
    let index = format!("{api}/pypi/d/corp-111122223333/team/simple/");
    let ask = |cron: bool| {
        let mut ask = island.command(&home, &home.join(".local/bin/keyring"));
        ask.args(["get", &index, "aws"]);
        if cron {
            ask.env_remove("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
        }
        run_unheard(&mut ask, home.path())
    };
    let first = ask(false).success().stdout;
    assert!(first.starts_with("eyJ2ZX"));
    // Cron: no variable, and no token in the cache either.
    let state: serde_json::Value =
        serde_json::from_str(&home.read(".local/state/studio-mirror/state.json")).expect("JSON");
    let cache = state["cache"].as_str().expect("a folder");
    for file in std::fs::read_dir(cache).expect("readable").flatten() {
        if file.path().extension().is_some_and(|kind| kind == "json") {
            std::fs::remove_file(file.path()).expect("our own file");
        }
    }
    let second = ask(true).success().stdout;
    assert!(second.starts_with("eyJ2ZX") && second != first);
}

#[test]
fn an_island_without_a_metadata_service_says_so_in_seconds() {
    let Some(island) = Island::open() else { return };
    let home = keyless().without("AWS_EC2_METADATA_DISABLED");
    let mut login = island.command(&home, &binary_under_test());
    login.arg("login").args(CORP);
    let finished = home.run(login.env("STUDIO_MIRROR_API_ENDPOINT", "http://127.0.0.1:8080"));
    assert!(finished.lasted < Duration::from_secs(9), "{finished}");
    let finished = finished.exit(1);
    assert!(
        finished
            .stderr
            .contains("no AWS credentials from the instance's role"),
        "{finished}"
    );
}

#[test]
fn a_tilde_in_the_place_of_aws_files_is_the_home() {
    let keys = format!("[default]\naws_access_key_id = {KEY}\naws_secret_access_key = {SECRET}\n");
    let profile = keys.replace("[default]", "[profile other]");
    for (variable, text, flags) in [
        ("AWS_SHARED_CREDENTIALS_FILE", &keys, &[][..]),
        ("AWS_CONFIG_FILE", &profile, &["--profile", "other"]),
    ] {
        let api = Api::start();
        let home = keyless().env(variable, "~/alt");
        home.write("alt", text);
        api.login(&home, flags).success();
        assert_eq!(signer(&api), KEY);
        let status = home.studio_mirror(["status", "--output", "json"]).success();
        assert!(status.stdout.contains("\"profile "), "{status}");
        // Another key is another identity: the login has seen it in that file.
        let state = home.read(".local/state/studio-mirror/state.json");
        assert!(state.contains(KEY), "{state}");
    }
}
