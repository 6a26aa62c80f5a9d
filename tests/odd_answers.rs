//! Whatever answers in CodeArtifact's place can make no panic, no mess on the terminal, no line in a file.

mod support;

use support::failing::assert_sober;
use support::home::Home;
use support::wire::{Stub, http, json, login_at};

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
            // A thread of that name, for the message of a panic.
            std::thread::Builder::new()
                .name(what.into())
                .spawn_scoped(scope, move || {
                    let stub = Stub::answering(move |_| answer.clone());
                    let home = Home::new();
                    assert_sober(&home, &login_at(&home, &stub.url(), &[]));
                })
                .expect("a thread starts");
        }
    });
}

#[test]
fn an_answer_without_end_is_not_read_to_the_end() {
    let endless = json(&format!("{{\"x\":\"{}", "A".repeat(64 << 20)));
    let stub = Stub::answering(move |_| endless.clone());
    let home = Home::new();
    let finished = login_at(&home, &stub.url(), &[]);
    assert_sober(&home, &finished);
    assert!(
        finished.stderr.contains("length limit exceeded"),
        "{finished}"
    );
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
        &"A".repeat(1 << 16),
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
