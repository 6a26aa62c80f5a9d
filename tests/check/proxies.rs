//! Proxies that lead through, refuse, want a password, or are not there.

use crate::Set;
use crate::support::proxy::{Manner, Proxy};
use std::net::TcpListener;

fn behind(proxy: &str) -> Set {
    Set::with_tls().env("HTTPS_PROXY", proxy)
}

fn address(proxy: &Proxy) -> String {
    format!("http://ada:pa55w0rd@{}", proxy.address)
}

#[test]
fn a_proxy_that_leads_through_is_healthy_and_its_password_is_shown_nowhere() {
    let set = Set::with_tls();
    let proxy = Proxy::to(&set.api);
    let set = set
        .env("HTTPS_PROXY", address(&proxy))
        .at("https://codeartifact.us-east-1.amazonaws.com");
    let seen = set.report(&["--tool", "pip"]);
    // Packages are on loopback here, where the proxy leads too.
    let seen = seen.assert_healthy();
    assert_eq!(
        seen.check("network.api.dns")["detail"],
        "the proxy looks it up"
    );
    assert!(
        !seen.finished.stdout.contains("pa55w0rd"),
        "{}",
        seen.finished
    );
    assert!(!proxy.heard().is_empty());
}

#[test]
fn no_proxy_is_honoured() {
    let set = behind("http://127.0.0.1:9").env("NO_PROXY", "127.0.0.1,127.0.0.2");
    let seen = set.report(&[]).assert_healthy();
    let detail = seen.check("proxy.settings")["detail"]
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(detail.contains("NO_PROXY=127.0.0.1"), "{detail}");
}

#[test]
fn a_proxy_in_the_way_is_one_failure_mended_by_no_proxy() {
    let dead = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("bound").to_string()
    };
    let seen = behind(&format!("http://{dead}")).report(&[]);
    let words = [
        "refuses the connection; without the proxy it can be reached",
        "$ export NO_PROXY=",
        "you",
    ];
    seen.assert_root("proxy.reach", &words);

    for (status, words) in [
        (
            "407 Proxy Authentication Required",
            "does not accept the user name and password in $HTTPS_PROXY (407)",
        ),
        ("403 Forbidden", "(403)"),
        ("502 Bad Gateway", "(502)"),
    ] {
        let proxy = Proxy::start(Manner::Says(
            format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").into_bytes(),
        ));
        let seen = behind(&address(&proxy)).report(&[]);
        assert!(
            !seen.finished.stdout.contains("pa55w0rd"),
            "{}",
            seen.finished
        );
        seen.assert_root(
            "proxy.tunnel",
            &[
                words,
                "without the proxy it can be reached",
                "$ export NO_PROXY=",
            ],
        );
    }
    let proxy = Proxy::start(Manner::Hangs);
    behind(&address(&proxy))
        .report(&[])
        .assert_root("proxy.tunnel", &["does not get through"]);
}

#[test]
fn a_proxy_that_is_the_only_way_must_be_mended_itself() {
    let proxy = Proxy::start(Manner::Says(b"HTTP/1.1 407 No\r\n\r\n".to_vec()));
    let set = behind(&format!("http://{}", proxy.address)).at("https://127.0.0.3:9");
    let seen = set.report(&[]);
    assert_eq!(seen.ids("failed"), ["proxy.tunnel"], "{}", seen.finished);
    let fix = seen.check("proxy.tunnel")["fix"]
        .as_str()
        .expect("a mend")
        .to_owned();
    assert!(fix.contains("http://USER:PASSWORD@127.0.0.1:"), "{fix}");
}

#[test]
fn a_variable_that_is_no_proxy_is_told() {
    let seen = behind("proxy example").report(&[]);
    assert_eq!(seen.ids("failed"), ["proxy.settings"], "{}", seen.finished);
    let seen = behind("socks5://127.0.0.1:9").report(&[]);
    assert_eq!(seen.ids("failed"), ["proxy.settings"], "{}", seen.finished);
}

#[test]
fn a_variable_that_no_host_needs_is_not_told() {
    let gnomes = "socks://127.0.0.1:1080/";
    for excepted in ["*", "127.0.0.1,127.0.0.2"] {
        let set = Set::with_tls().env("ALL_PROXY", gnomes);
        set.env("NO_PROXY", excepted).report(&[]).assert_healthy();
    }
    let seen = Set::with_tls().env("ALL_PROXY", gnomes).report(&[]);
    assert_eq!(seen.ids("failed"), ["proxy.settings"], "{}", seen.finished);
    let fix = seen.check("proxy.settings")["fix"].to_string();
    assert!(fix.contains("$ unset ALL_PROXY"), "{fix}");

    let set = Set::with_tls();
    let proxy = Proxy::to(&set.api);
    let set = set
        .env("ALL_PROXY", gnomes)
        .env("HTTPS_PROXY", format!("http://{}/x", proxy.address))
        .at("https://codeartifact.us-east-1.amazonaws.com");
    set.report(&["--tool", "pip"]).assert_healthy();
    assert!(!proxy.heard().is_empty());
}
