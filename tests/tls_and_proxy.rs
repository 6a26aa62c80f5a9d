//! HTTPS where the environment is odd: private CAs, damaged bundles, proxies that ask for passwords, refuse or hang.

mod support;

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use studio_mirror_emulator::Emulator;
use support::home::{Finished, Home};
use support::tell_skipped;
use support::wire::{Api, CORP, Stub, http, login_at, read_request, studio_mirror_at};

/// AWS's own name, which has no address here that a test may use: what reaches it went through a proxy.
const AWS_API: &str = "https://codeartifact.us-east-1.amazonaws.com";

fn https() -> Api {
    Api::with(|options| *options = options.clone().with_https())
}

fn url(emulator: &Emulator) -> String {
    emulator.https_url().expect("asked for")
}

/// A CA that has nothing to do with the emulator's: the first of Mozilla's list.
fn strangers_ca(home: &Home) -> PathBuf {
    let certificate = webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].as_ref();
    let pem = format!(
        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
        aws_smithy_types::base64::encode(certificate)
    );
    home.write("stranger.pem", pem)
}

fn variable(home: Home, name: &str, value: &Path) -> Home {
    home.env(name, value)
}

#[track_caller]
fn succeeds(home: &Home, api: &Api) {
    login_at(home, &url(&api.emulator), &[]).success();
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

#[test]
fn each_variable_names_a_private_ca_and_the_aws_one_wins() {
    let api = https();
    let elsewhere = Home::new();
    let (ours, theirs) = (api.emulator.ca_pem(), &*strangers_ca(&elsewhere));
    let folder = ours.parent().expect("a folder above");
    succeeds(&variable(Home::new(), "AWS_CA_BUNDLE", ours), &api);
    succeeds(&variable(Home::new(), "SSL_CERT_FILE", ours), &api);
    let hashed = Home::new();
    hashed.write("certs/0123abcd.0", std::fs::read(ours).expect("readable"));
    let certs = hashed.join("certs");
    succeeds(&hashed.env("SSL_CERT_DIR", certs), &api);
    let both = variable(Home::new(), "AWS_CA_BUNDLE", ours);
    succeeds(&variable(both, "SSL_CERT_FILE", theirs), &api);
    let both = variable(Home::new(), "AWS_CA_BUNDLE", theirs)
        .env("SSL_CERT_FILE", ours)
        .env("SSL_CERT_DIR", folder);
    let finished = login_at(&both, &url(&api.emulator), &[]);
    let trusted = format!("(trusted: $AWS_CA_BUNDLE ({}))", theirs.display());
    fails(
        finished,
        &["cannot prove its identity", "UnknownIssuer", &trusted],
    );
    // An empty variable is none.
    let empty = variable(Home::new(), "SSL_CERT_FILE", ours).env("AWS_CA_BUNDLE", "");
    succeeds(&empty, &api);
}

#[test]
fn an_unknown_issuer_is_told_with_the_mend() {
    let api = https();
    let home = Home::new();
    let stranger = strangers_ca(&home);
    let home = home.env("SSL_CERT_FILE", stranger);
    let finished = login_at(&home, &url(&api.emulator), &[]);
    assert_eq!(
        finished.stderr,
        "error: GetAuthorizationToken: 127.0.0.1 cannot prove its identity\n  \
         caused by: invalid peer certificate: UnknownIssuer (trusted: $SSL_CERT_FILE / $SSL_CERT_DIR)\n\
         hint: if a proxy of your organisation opens TLS, let AWS_CA_BUNDLE name its CA certificate (PEM)\n"
    );
    fails(finished, &[]);
    assert_eq!(api.requests(), 0, "nothing may be sent before the proof");
}

/// Runs a login in a mount namespace where `prepare`, a shell script, has changed the system's store.
fn login_with_store(home: &Home, api: &Api, prepare: &str) -> Option<Finished> {
    let mut unshare = home.command("unshare");
    unshare
        .args(["--mount", "sh", "-euc"])
        .arg(format!("{prepare}; exec \"$@\""))
        .arg("sh");
    let login = studio_mirror_at(home, &url(&api.emulator), &[&["login"], &CORP[..]].concat());
    unshare.arg(login.get_program()).args(login.get_args());
    unshare.env("STUDIO_MIRROR_API_ENDPOINT", url(&api.emulator));
    if !rustix::process::geteuid().is_root() {
        tell_skipped("the system's store", "a mount namespace needs root");
        return None;
    }
    Some(home.run(&mut unshare))
}

#[test]
fn the_systems_store_counts_where_no_variable_does_and_the_embedded_list_where_there_is_none() {
    let api = https();
    let ca = api.emulator.ca_pem().display().to_string();
    // The store is /etc/ssl/certs on Debian and on Studio's images.
    let empty = "mount -t tmpfs none /etc/ssl; for d in /etc/pki /usr/lib/ssl /usr/local/ssl; do \
                 if [ -d $d ]; then mount -t tmpfs none $d; fi; done";
    let with_ours =
        format!("{empty}; mkdir /etc/ssl/certs; cat '{ca}' > /etc/ssl/certs/ca-certificates.crt");
    let home = Home::new();
    let Some(system) = login_with_store(&home, &api, &with_ours) else {
        return;
    };
    system.success();
    let home = Home::new();
    let embedded = login_with_store(&home, &api, empty).expect("we are root");
    fails(
        embedded,
        &[
            "UnknownIssuer",
            "(trusted: the list built into studio-mirror)",
        ],
    );
    // A variable beats the system's store.
    let home = Home::new();
    let stranger = strangers_ca(&home);
    let home = home.env("SSL_CERT_FILE", stranger);
    let named = login_with_store(&home, &api, &with_ours).expect("we are root");
    fails(named, &["UnknownIssuer", "(trusted: $SSL_CERT_FILE"]);
}

#[test]
fn a_bundle_that_is_none_is_a_clear_error_that_names_it() {
    let api = https();
    let good = std::fs::read_to_string(api.emulator.ca_pem()).expect("readable");
    let damaged = good.replacen("MII", "AAA", 1);
    let cases: [(&str, Option<String>, &str); 8] = [
        ("missing.pem", None, "it cannot be read"),
        ("folder", None, "it cannot be read"),
        ("empty.pem", Some(String::new()), "it holds no certificate"),
        (
            "text.pem",
            Some("not a certificate\n".into()),
            "it holds no certificate",
        ),
        (
            "garbage.pem",
            Some(
                "-----BEGIN CERTIFICATE-----\n!!! not base64 !!!\n-----END CERTIFICATE-----\n"
                    .into(),
            ),
            "it is not a PEM file",
        ),
        (
            "cut.pem",
            Some(good[..good.len() / 2].to_owned()),
            "it is not a PEM file",
        ),
        (
            "one-damaged.pem",
            Some(format!("{good}{damaged}")),
            "its certificate number 2 cannot be read",
        ),
        (
            "key.pem",
            Some("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".into()),
            "it holds no certificate",
        ),
    ];
    for (name, text, why) in cases {
        for variable in ["AWS_CA_BUNDLE", "SSL_CERT_FILE"] {
            let home = Home::new();
            let path = home.join(name);
            if let Some(text) = &text {
                home.write(name, text);
            }
            if name == "folder" {
                std::fs::create_dir(&path).expect("a folder");
            }
            let home = home.env(variable, &path);
            let named = format!("`{}` (from ${variable}) is no good", path.display());
            let mend = format!("hint: let {variable} name a PEM file");
            let finished = login_at(&home, &url(&api.emulator), &[]);
            fails(finished, &[&named, why, &mend]);
            assert!(!home.join(".config/pip/pip.conf").exists());
        }
    }
    let home = Home::new();
    let nowhere = home.join("nowhere");
    let home = home.env("SSL_CERT_DIR", nowhere);
    fails(
        login_at(&home, &url(&api.emulator), &[]),
        &["SSL_CERT_FILE / SSL_CERT_DIR lead to no usable certificate"],
    );
}

#[test]
fn a_bundle_is_not_looked_at_where_no_https_is_spoken() {
    let api = Api::start();
    let home = Home::new().env("AWS_CA_BUNDLE", "/nowhere/ca.pem");
    api.login(&home, &[]).success();
}

/// What a proxy does with CONNECT.
#[derive(Clone)]
enum Manner {
    /// Leads every tunnel to this address, wherever it was meant to go.
    Tunnel(String),
    /// Answers with these bytes.
    Says(Vec<u8>),
    /// Never answers.
    Hangs,
}

/// A CONNECT proxy on loopback that remembers who asked for what.
struct Proxy {
    address: String,
    heard: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn start(manner: Manner) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound").to_string();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let ears = heard.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (manner, ears) = (manner.clone(), ears.clone());
                std::thread::spawn(move || attend(stream, manner, &ears));
            }
        });
        Proxy { address, heard }
    }

    fn to(api: &Api) -> Proxy {
        let target = url(&api.emulator);
        let target = target.strip_prefix("https://").expect("https");
        Proxy::start(Manner::Tunnel(target.to_owned()))
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().expect("no panic in here").clone()
    }
}

fn attend(mut stream: TcpStream, manner: Manner, heard: &Mutex<Vec<String>>) {
    let request = read_request(&mut stream);
    heard.lock().expect("no panic in here").push(request);
    match manner {
        Manner::Says(bytes) => {
            let _ = stream.write_all(&bytes);
        }
        // Reading goes on until the client gives up and closes.
        Manner::Hangs => drop(std::io::copy(&mut stream, &mut std::io::sink())),
        Manner::Tunnel(target) => {
            let mut upstream = TcpStream::connect(target).expect("the emulator listens");
            let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
            let _ = stream.set_read_timeout(None);
            let (mut from, mut to) = (
                stream.try_clone().expect("a socket"),
                upstream.try_clone().expect("a socket"),
            );
            std::thread::spawn(move || {
                let _ = std::io::copy(&mut from, &mut to);
                let _ = to.shutdown(std::net::Shutdown::Write);
            });
            let _ = std::io::copy(&mut upstream, &mut stream);
        }
    }
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
