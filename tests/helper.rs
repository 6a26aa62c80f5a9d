//! The credential helper answers every form that package clients use, from its cache when it can, and answers nobody
//! but the hosts that `login` was sent to.

mod support;

use std::path::PathBuf;
use std::time::Duration;
use studio_mirror_emulator::EndpointStyle;
use support::home::Home;
use support::hostile::hostile;
use support::wire::{Api, Stub, asked, http};
use support::{binary_under_test, wait_until};

/// The helper under both of its names, with the arguments that come first.
fn helpers(home: &Home) -> [(PathBuf, &'static [&'static str]); 2] {
    [
        (home.join(".local/bin/keyring"), &[]),
        (binary_under_test(), &["keyring"]),
    ]
}

/// The token that the helper gives for the URL.
fn token(home: &Home, url: &str) -> String {
    let keyring = home.join(".local/bin/keyring");
    home.run_unheard(&mut asked(home, &keyring, &["get", url, "aws"]))
        .success()
        .stdout
        .trim_end()
        .to_owned()
}

#[test]
fn every_form_is_answered_to_the_byte_under_both_names() {
    let api = Api::start();
    let home = Home::new();
    api.login(&home, &[]).success();
    let index = api.index();
    let token = token(&home, &index);
    let origin = api.emulator.http_url();
    let with_user = index.replace("http://", "http://aws@");
    let page = format!("{index}requests/");
    let line = format!("{token}\n");
    let lines = format!("aws\n{token}\n");
    let json = format!("{{\"username\":\"aws\",\"password\":\"{token}\"}}\n");
    let forms: [(&[&str], &str); 13] = [
        (&["get", &index, "aws"], &line),
        (&["get", &with_user, "aws"], &line),
        (&["get", &origin, "aws"], &line),
        (&["get", &page, "aws"], &line),
        (
            &["--mode=creds", "--output=json", "get", &index, "aws"],
            &json,
        ),
        (&["--mode=creds", "--output=json", "get", &with_user], &json),
        (
            &["--mode", "creds", "--output", "json", "get", &index],
            &json,
        ),
        (&["get", &index, "--mode", "creds"], &lines),
        (&["get", &with_user, "--mode", "creds"], &lines),
        (&["--mode=creds", "get", &index, ""], &lines),
        (&["--mode=creds", "get", &index, "aws"], &lines),
        (&["--mode=password", "get", &index, "aws"], &line),
        (
            &["--output=plain", "--mode=creds", "get", &index, "aws"],
            &lines,
        ),
    ];
    let before = api.requests();
    for (program, first) in helpers(&home) {
        for (form, wanted) in forms {
            let words = [first, form].concat();
            let finished = home.run_unheard(&mut asked(&home, &program, &words));
            assert_eq!(finished.stdout, wanted, "{program:?} {words:?}");
            assert_eq!(
                (finished.status.code(), &*finished.stderr),
                (Some(0), ""),
                "{words:?}"
            );
        }
    }
    assert_eq!(api.requests(), before, "a cached token needs no request");
    drop(api);
    assert_eq!(self::token(&home, &index), token, "nor anybody to ask");
}

#[test]
fn an_expired_token_is_never_given_out_and_a_new_one_comes_by_itself() {
    let api = Api::start();
    let home = Home::new();
    api.emulator.set_token_lifetime(Some(4));
    api.login(&home, &[]).success();
    let first = token(&home, &api.index());
    wait_until("the token to expire", Duration::from_secs(20), || {
        !api.accepts(&first)
    });
    api.emulator.set_token_lifetime(None);
    let minted = api.emulator.count("GetAuthorizationToken");
    let second = token(&home, &api.index());
    assert_ne!(first, second);
    assert!(api.accepts(&second));
    assert_eq!(token(&home, &api.index()), second);
    assert_eq!(api.emulator.count("GetAuthorizationToken"), minted + 1);
}

#[test]
fn without_an_answer_there_is_exit_1_and_nothing_on_stdout() {
    let api = Api::start();
    let home = Home::new();
    api.emulator.set_token_lifetime(Some(2));
    api.login(&home, &[]).success();
    let index = api.index();
    let first = token(&home, &index);
    wait_until("the token to expire", Duration::from_secs(20), || {
        !api.accepts(&first)
    });
    drop(api);
    for (program, first) in helpers(&home) {
        for form in [
            &["get", &*index, "aws"][..],
            &["--mode=creds", "--output=json", "get", &index],
            &["get", &index, "--mode", "creds"],
        ] {
            let words = [first, form].concat();
            let finished = home.run(&mut asked(&home, &program, &words)).exit(1);
            assert_eq!(finished.stdout, "", "{words:?}");
            assert!(
                finished.stderr.starts_with("error: GetAuthorizationToken:"),
                "{finished}"
            );
            assert!(finished.stderr.contains("hint: "), "{finished}");
        }
    }
}

#[test]
fn before_any_login_it_answers_nobody() {
    let home = Home::new();
    let url = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/simple/";
    let mut ask = home.command(binary_under_test());
    let finished = home.run(ask.args(["keyring", "get", url, "aws"])).exit(1);
    assert_eq!((&*finished.stdout, &*finished.stderr), ("", ""));
}

#[test]
fn no_hostile_host_gets_an_answer_or_causes_a_request() {
    let api = Api::with(|options| options.endpoint_style = EndpointStyle::Aws);
    let home = Home::new();
    api.login(&home, &[]).success();
    let host = "https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com";
    let ours = token(&home, &format!("{host}/pypi/team/simple/"));
    assert_eq!(
        token(&home, &format!("{host}:443")),
        ours,
        "443 is https's own port"
    );
    let hostile = hostile();
    assert!(hostile.len() >= 40);
    let before = api.requests();
    for url in &hostile {
        for (program, first) in helpers(&home) {
            for form in [
                &["get", &**url, "aws"][..],
                &["--mode=creds", "--output=json", "get", url],
            ] {
                let words = [first, form].concat();
                let finished = home.run(&mut asked(&home, &program, &words)).exit(1);
                assert_eq!(finished.stdout, "", "answered {url:?}");
            }
        }
    }
    for user in ["root", "AWS", "aws ", "__token__"] {
        let url = format!("{host}/pypi/team/simple/");
        let keyring = home.join(".local/bin/keyring");
        let finished = home.run(&mut asked(&home, &keyring, &["get", &url, user]));
        assert_eq!(
            finished.exit(1).stdout,
            "",
            "user {user:?} is somebody else"
        );
    }
    assert_eq!(api.requests(), before, "somebody caused a request");
}

#[test]
fn neither_the_environment_nor_a_project_can_add_a_host_or_move_the_api() {
    let api = Api::start();
    let home = Home::new();
    api.login(&home, &[]).success();
    let thief = Stub::answering(|_| http("200 OK", &[], "{}"));
    let stolen = format!("{}/pypi/team/simple/", thief.url());
    for file in [
        "studio-mirror.toml",
        ".studio-mirror.toml",
        "config.toml",
        "uv.toml",
        "pip.conf",
    ] {
        let text = format!("repository-endpoint = \"{stolen}\"\napi-endpoint = \"{stolen}\"\n");
        home.write(format!("project/{file}"), text);
    }
    let config = home.write(
        "evil/config.toml",
        format!("repository_endpoint = \"{stolen}\"\n"),
    );
    home.write(
        "evil/aws",
        format!("[default]\nendpoint_url = {stolen}\n[profile evil]\nendpoint_url = {stolen}\n"),
    );
    let in_a_hostile_place = |url: &str| {
        let mut ask = home.command(home.join(".local/bin/keyring"));
        ask.args(["get", url, "aws"])
            .current_dir(home.join("project"));
        for name in [
            "STUDIO_MIRROR_REPOSITORY_ENDPOINT",
            "STUDIO_MIRROR_API_ENDPOINT",
            "AWS_ENDPOINT_URL",
            "AWS_ENDPOINT_URL_CODEARTIFACT",
            "AWS_ENDPOINT_URL_STS",
            "PIP_INDEX_URL",
            "PIP_EXTRA_INDEX_URL",
            "UV_INDEX_URL",
            "UV_DEFAULT_INDEX",
        ] {
            ask.env(name, &stolen);
        }
        ask.env("STUDIO_MIRROR_DOMAIN", "evil")
            .env("STUDIO_MIRROR_DOMAIN_OWNER", "444455556666")
            .env("STUDIO_MIRROR_REPOSITORY", "evil")
            .env("STUDIO_MIRROR_CONFIG", &config)
            .env("AWS_PROFILE", "evil")
            .env("AWS_CONFIG_FILE", home.join("evil/aws"))
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_DEFAULT_REGION", "eu-west-1");
        home.run_unheard(&mut ask)
    };
    assert_eq!(in_a_hostile_place(&stolen).exit(1).stdout, "");
    let cached = in_a_hostile_place(&api.index()).success().stdout;
    assert_eq!(cached.trim(), token(&home, &api.index()));

    // The same when a token has to be minted: it is the login's domain and API that are asked.
    api.emulator.set_token_lifetime(Some(2));
    api.login(&home, &["--force"]).success();
    let short = token(&home, &api.index());
    wait_until("the token to expire", Duration::from_secs(20), || {
        !api.accepts(&short)
    });
    api.emulator.set_token_lifetime(None);
    let minted = in_a_hostile_place(&api.index()).success().stdout;
    assert_ne!(minted.trim(), short);
    assert!(api.accepts(minted.trim()));
    assert_eq!(in_a_hostile_place(&stolen).exit(1).stdout, "");
    assert_eq!(
        thief.heard(),
        Vec::<String>::new(),
        "the helper spoke to a stranger"
    );
}

#[test]
fn a_cached_answer_starts_no_thread_and_opens_no_socket_roots_or_resolver() {
    if std::process::Command::new("strace")
        .arg("--version")
        .output()
        .is_err()
    {
        return support::tell_skipped("the fast path", "strace is not installed");
    }
    let api = Api::start();
    let home = Home::new();
    api.login(&home, &[]).success();
    let log = home.join("calls.log");
    let mut strace = home.command("strace");
    strace.args(["-f", "-qq", "-o"]).arg(&log);
    strace.arg("--trace=clone,clone3,fork,vfork,execve,socket,connect,open,openat,openat2");
    strace.arg(home.join(".local/bin/keyring"));
    home.run_unheard(strace.args(["get", &api.index(), "aws"]))
        .success();
    let calls = home.read("calls.log");
    assert!(
        calls.contains("state.json"),
        "strace saw too little:\n{calls}"
    );
    for banned in [
        "clone", "fork", "socket", "connect", "resolv", "cert", "ssl", "pem", "/hosts", "passwd",
    ] {
        assert!(
            !calls.contains(banned),
            "{banned} on the fast path:\n{calls}"
        );
    }
    assert_eq!(calls.matches("execve(").count(), 1, "{calls}");
}
