//! HTTPS through proxies that ask for passwords, refuse or hang, and past them where NO_PROXY says so.

mod support;

use std::net::TcpListener;
use std::time::Duration;
use studio_mirror_emulator::Emulator;
use support::home::{Finished, Home};
use support::proxy::{Manner, Proxy};
use support::wire::{Api, Stub, http, login_at};

/// AWS's own name, which has no address here that a test may use: what reaches it went through a proxy.
const AWS_API: &str = "https://codeartifact.us-east-1.amazonaws.com";

fn https() -> Api {
    Api::with(|options| *options = options.clone().with_https())
}

fn url(emulator: &Emulator) -> String {
    emulator.https_url().expect("asked for")
}

/// Fails with exit 1, at once, with these words on stderr, and without a trace of a panic.
#[track_caller]
fn fails(finished: Finished, words: &[&str]) {
    let finished = finished.exit(1);
    for word in words {
        assert!(finished.stderr.contains(word), "no {word:?} in\n{finished}");
    }
    assert!(!finished.stderr.contains("panicked"), "{finished}");
    assert!(finished.stderr.starts_with("error: "), "{finished}");
    assert!(finished.stderr.contains("\nhint: "), "{finished}");
    assert!(finished.lasted < Duration::from_secs(10), "{finished}");
}

/// A home that trusts the emulator and has these proxy variables.
fn behind(api: &Api, variables: &[(&str, String)]) -> Home {
    let home = Home::new().env("AWS_CA_BUNDLE", api.emulator.ca_pem());
    variables
        .iter()
        .fold(home, |home, (name, value)| home.env(name, value))
}

#[test]
fn calls_to_aws_go_through_the_proxy_which_resolves_the_name() {
    for name in ["HTTPS_PROXY", "https_proxy"] {
        for scheme in ["http://", ""] {
            let api = https();
            let proxy = Proxy::to(&api);
            let home = behind(&api, &[(name, format!("{scheme}{}", proxy.address))]);
            login_at(&home, AWS_API, &[]).success();
            let heard = proxy.heard();
            assert!(!heard.is_empty() && heard.len() <= 3, "{heard:?}");
            for request in heard {
                assert!(
                    request.starts_with("CONNECT codeartifact.us-east-1.amazonaws.com:443 "),
                    "{request}"
                );
            }
        }
    }
}

#[test]
fn no_proxy_keeps_hosts_away_from_the_proxy_in_every_usual_form() {
    for (no_proxy, passes) in [
        ("127.0.0.1", true),
        ("other.example,127.0.0.1", true),
        ("other.example, 127.0.0.1", true),
        ("127.0.0.0/8", true),
        ("*", true),
        ("other.example", false),
        ("27.0.0.1", false),
        ("", false),
    ] {
        let api = https();
        let proxy = Proxy::to(&api);
        let home = behind(
            &api,
            &[
                ("HTTPS_PROXY", format!("http://{}", proxy.address)),
                ("NO_PROXY", no_proxy.to_owned()),
            ],
        );
        login_at(&home, &url(&api.emulator), &[]).success();
        assert_eq!(proxy.heard().is_empty(), passes, "NO_PROXY={no_proxy}");
    }
    for (no_proxy, passes) in [
        ("localhost", true),
        (".localhost", true),
        ("host", false),
        ("LOCALHOST", true),
    ] {
        let api = https();
        let proxy = Proxy::to(&api);
        let home = behind(
            &api,
            &[
                ("https_proxy", format!("http://{}", proxy.address)),
                ("no_proxy", no_proxy.to_owned()),
            ],
        );
        let local = url(&api.emulator).replace("127.0.0.1", "localhost");
        login_at(&home, &local, &[]).success();
        assert_eq!(proxy.heard().is_empty(), passes, "no_proxy={no_proxy}");
    }
}

#[test]
fn the_proxys_password_reaches_the_proxy_and_nobody_else() {
    let api = https();
    let proxy = Proxy::to(&api);
    let with_password = |proxy: &Proxy| {
        vec![(
            "HTTPS_PROXY",
            format!("http://ada:pa55w0rd@{}", proxy.address),
        )]
    };
    let home = behind(&api, &with_password(&proxy));
    let finished = login_at(&home, AWS_API, &["-v"]).success();
    // Base64 of ada:pa55w0rd
    for request in proxy.heard() {
        assert!(
            request
                .to_lowercase()
                .contains("proxy-authorization: basic ")
                && request.contains("YWRhOnBhNTV3MHJk"),
            "{request}"
        );
    }
    let status = home.studio_mirror(["status", "--output", "json"]).success();
    let mut said = vec![finished, status];
    for bytes in [
        http(
            "407 Proxy Authentication Required",
            &[("Proxy-Authenticate", "Basic realm=\"x\"")],
            "",
        ),
        http("403 Forbidden", &[], "ada:pa55w0rd is not allowed"),
        b"garbage".to_vec(),
        Vec::new(),
    ] {
        let refusing = Proxy::start(Manner::Says(bytes));
        let home = behind(&api, &with_password(&refusing));
        let finished = login_at(&home, AWS_API, &["-v"]).exit(1);
        assert!(!refusing.heard().is_empty());
        said.push(finished);
    }
    let home = behind(&api, &[("HTTPS_PROXY", "http://ada:pa55w0rd@".to_owned())]);
    said.push(login_at(&home, AWS_API, &["-v"]).exit(1));
    for finished in said {
        let all = format!("{}{}", finished.stdout, finished.stderr);
        assert!(
            !all.contains("pa55w0rd") && !all.contains("YWRhOnBhNTV3MHJk"),
            "{finished}"
        );
    }
}

#[test]
fn a_proxy_that_refuses_is_named_as_the_cause_with_the_way_round_it() {
    let api = https();
    for (status, words) in [
        ("407 Proxy Authentication Required", "proxy"),
        ("403 Forbidden", "proxy"),
        ("502 Bad Gateway", "proxy"),
    ] {
        let proxy = Proxy::start(Manner::Says(http(status, &[], "no")));
        let home = behind(
            &api,
            &[("HTTPS_PROXY", format!("http://{}", proxy.address))],
        );
        fails(
            login_at(&home, AWS_API, &[]),
            &[
                "the proxy does not let us reach codeartifact.us-east-1.amazonaws.com",
                words,
                "hint: inside the VPC no proxy is needed: add .us-east-1.amazonaws.com to NO_PROXY; elsewhere mend HTTPS_PROXY",
            ],
        );
    }
}

#[test]
fn a_proxy_that_hangs_or_is_not_there_ends_in_time() {
    let api = https();
    let proxy = Proxy::start(Manner::Hangs);
    let home = behind(
        &api,
        &[("HTTPS_PROXY", format!("http://{}", proxy.address))],
    );
    fails(login_at(&home, AWS_API, &[]), &["GetAuthorizationToken: "]);
    assert!(!proxy.heard().is_empty());
    let gone = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = gone.local_addr().expect("bound");
    drop(gone);
    let home = behind(&api, &[("HTTPS_PROXY", format!("http://{address}"))]);
    fails(login_at(&home, AWS_API, &[]), &["refuse", "HTTPS_PROXY"]);
}

#[test]
fn a_proxy_variable_that_is_no_url_is_named_without_its_value() {
    let api = https();
    for value in [
        "http://",
        "://proxy",
        "http://pro xy:3128",
        "ftp://proxy:3128",
        "http://proxy:port",
        "http://proxy:99999",
        "\u{1b}[31mproxy",
    ] {
        let home = behind(&api, &[("HTTPS_PROXY", value.to_owned())]);
        let finished = login_at(&home, AWS_API, &[]);
        assert!(!finished.stderr.contains('\u{1b}'), "{finished}");
        fails(
            finished,
            &[
                "$HTTPS_PROXY is not a proxy's URL",
                "set it like HTTPS_PROXY=http://proxy.example:3128",
            ],
        );
    }
}

#[test]
fn a_proxy_variable_that_is_not_used_stops_nothing() {
    let api = https();
    let proxy = Proxy::to(&api);
    let good = format!("http://{}", proxy.address);
    // As GNOME exports it.
    let bad = ("ALL_PROXY", "socks://127.0.0.1:1080/".to_owned());
    let here = url(&api.emulator);
    for excepted in ["*", "127.0.0.1", "other.example,127.0.0.0/8"] {
        let home = behind(&api, &[bad.clone(), ("NO_PROXY", excepted.to_owned())]);
        login_at(&home, &here, &[]).success();
    }
    assert!(proxy.heard().is_empty());
    for address in [good.clone(), format!("{good}/x")] {
        let before = proxy.heard().len();
        let home = behind(&api, &[bad.clone(), ("HTTPS_PROXY", address)]);
        login_at(&home, AWS_API, &[]).success();
        assert!(proxy.heard().len() > before);
    }
    // Where the host would go through it, it is told, though another one is good.
    for (variables, named) in [
        (vec![bad.clone()], "$ALL_PROXY"),
        (
            vec![("HTTPS_PROXY", bad.1.clone()), ("ALL_PROXY", good)],
            "$HTTPS_PROXY",
        ),
    ] {
        let home = behind(&api, &variables).env("NO_PROXY", "other.example");
        let told = format!("{named} is not a proxy's URL");
        fails(login_at(&home, &here, &[]), &[&told]);
    }
}

#[test]
fn plain_http_on_this_machine_never_goes_to_a_proxy() {
    let api = Api::start();
    let proxy = Stub::answering(|_| http("200 OK", &[], "{}"));
    let home = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
    ]
    .iter()
    .fold(Home::new(), |home, name| home.env(name, proxy.url()));
    api.login(&home, &[]).success();
    assert_eq!(proxy.heard(), Vec::<String>::new());
}

#[test]
fn a_helper_mints_over_https_with_the_bundle_and_the_proxy_of_its_own_environment() {
    let api = https();
    api.emulator.set_token_lifetime(Some(2));
    let proxy = Proxy::to(&api);
    let home = behind(
        &api,
        &[("HTTPS_PROXY", format!("http://{}", proxy.address))],
    );
    login_at(&home, AWS_API, &[]).success();
    let before = proxy.heard().len();
    let state = home.read(".local/state/studio-mirror/state.json");
    let index = state
        .split('"')
        .find(|text| text.starts_with("https://") && text.contains("/pypi/"))
        .expect("an endpoint in the state")
        .to_owned();
    let minted = api.emulator.count("GetAuthorizationToken");
    support::wait_until("a new token", Duration::from_secs(20), || {
        let mut ask = home.command(home.join(".local/bin/keyring"));
        let answered = home.run_unheard(ask.args(["get", &index, "aws"]));
        answered.success();
        api.emulator.count("GetAuthorizationToken") > minted
    });
    assert!(proxy.heard().len() > before);
}
