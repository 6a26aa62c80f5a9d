//! HTTPS where the environment is odd: private CAs named in every way, damaged bundles, an empty store.

mod support;

use std::path::{Path, PathBuf};
use std::time::Duration;
use studio_mirror_emulator::Emulator;
use support::home::{Finished, Home};
use support::tell_skipped;
use support::wire::{Api, CORP, login_at, studio_mirror_at};

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

/// As editors of Windows, old programs and `openssl x509 -trustout` write them; curl and Python take all three.
#[test]
fn a_ca_file_that_openssl_takes_is_taken() {
    let api = https();
    let plain = std::fs::read_to_string(api.emulator.ca_pem()).expect("readable");
    let labelled = |label: &str| plain.replace(" CERTIFICATE-----", &format!(" {label}-----"));
    for text in [
        format!("\u{feff}{plain}"),
        labelled("X509 CERTIFICATE"),
        labelled("TRUSTED CERTIFICATE"),
    ] {
        for name in ["AWS_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
            let home = Home::new();
            let file = home.write("certs/0123abcd.0", &text);
            let named = match name {
                "SSL_CERT_DIR" => home.join("certs"),
                _ => file,
            };
            succeeds(&home.env(name, named), &api);
        }
    }
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
    // An empty variable is none.
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR"] {
        let home = Home::new().env(name, "");
        let system = login_with_store(&home, &api, &with_ours).expect("we are root");
        system.success();
    }
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
