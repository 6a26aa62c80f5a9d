//! A client's question to the credential helper, and cargo's to its provider. For whom they answer is judged by a URL parser.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::sync::LazyLock;

use studio_mirror::helper::{Question, login_at, login_for, parse};
use studio_mirror::state::{RepositoryLogin, State};

/// Two logins: one to AWS, one to this machine, as the emulator is.
static STATE: LazyLock<State> = LazyLock::new(|| {
    let token = r#"{"domain":"corp","owner":null,"region":"us-east-1","api_endpoint":null,
        "duration_seconds":null,"credentials":{"from":"instance"}}"#;
    let login = |url: &str| {
        format!(
            r#"{{"told_repository":null,"auth":"helper","main":{{"name":"codeartifact","repository":"team",
            "namespace":null,"endpoint":{{"url":"{url}"}},"token":{token}}}}}"#
        )
    };
    let pip = login("https://corp-111122223333.d.codeartifact.us-east-1.amazonaws.com/pypi/team/");
    let uv = login("http://127.0.0.1:8080/pypi/team/");
    let text = format!(r#"{{"schema_version":2,"tools":{{"pip":{pip},"uv":{uv}}}}}"#);
    State::parse(text.as_bytes()).expect("a state by hand")
});

/// Arguments with a NUL between them, as the kernel keeps them.
pub fn keyring_query(bytes: &[u8]) {
    let arguments: Vec<OsString> = bytes
        .split(|b| *b == 0)
        .map(|argument| OsString::from_vec(argument.to_vec()))
        .collect();
    let Some(query) = parse(arguments.iter().cloned()) else {
        return;
    };
    assert!(arguments.iter().any(|argument| argument == "get"));
    assert!(query.user.as_deref() != Some(""));
    let Some(login) = login_for(&STATE, &query) else {
        return;
    };
    answered_for(login, &query.service);
    assert!(query.user.is_none_or(|user| user == "aws"));
}

/// A line that cargo might write.
pub fn cargo_question(text: &str) {
    let Ok(question) = Question::parse(text) else {
        return;
    };
    assert_eq!(question.v, 1);
    let Some(index) = question.index() else {
        return;
    };
    assert_eq!(question.kind, "get");
    let asked = &question.registry.index_url;
    assert!(asked == index || *asked == format!("sparse+{index}"));
    if let Some(login) = login_at(&STATE, index) {
        answered_for(login, index);
    }
}

/// Only the very host, port and scheme of a login are answered for.
fn answered_for(login: &RepositoryLogin, service: &str) {
    let known = url::Url::parse(login.endpoint.url()).expect("an endpoint by hand");
    let asked = url::Url::parse(service).expect("a URL that was answered for");
    assert_eq!(asked.origin(), known.origin(), "{service:?} got an answer");
    assert!(["", "aws"].contains(&asked.username()), "{service:?}");
    assert_eq!(asked.password(), None, "{service:?}");
    // And letter for letter, whatever a parser makes equal.
    let plain = service.replacen("://aws@", "://", 1);
    let path = plain
        .strip_prefix(&known.origin().ascii_serialization())
        .map(|rest| rest.strip_prefix(":443").unwrap_or(rest));
    let is_path = |rest: &str| rest.is_empty() || rest.starts_with(['/', '?', '#']);
    assert!(path.is_some_and(is_path), "{service:?} got an answer");
}
