//! What a client asks: every argument form of the command `keyring` that package clients use, and
//! which login, if any, the question is about.

use std::ffi::OsString;

use crate::endpoint::PlainUrl;
use crate::state::{RepositoryLogin, State, ToolLogin};

/// The user name of every CodeArtifact token.
pub const USER: &str = "aws";

/// What shall be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The token alone.
    Password,
    /// User name and token.
    Credentials,
}

/// How it shall be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A line each.
    Lines,
    /// One JSON object.
    Json,
}

/// A question for credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The service: a URL, where a package client asks.
    pub service: String,
    /// The user name, where the client named one.
    pub user: Option<String>,
    /// What shall be printed.
    pub mode: Mode,
    /// How.
    pub wanted: Wanted,
}

/// Parses the arguments after `keyring`; `None` is anything but a well-formed `get`.
///
/// pip ≤ 26.1 and uv ask `get URL aws`; pip ≥ 26.2 `--mode=creds --output=json get URL [aws]`;
/// uv without a user name `get URL --mode creds`; pdm `--mode=creds get URL ""`.
pub fn parse(arguments: impl IntoIterator<Item = OsString>) -> Option<Query> {
    use lexopt::prelude::*;
    let mut words = Vec::new();
    let mut mode = Mode::Password;
    let mut wanted = Wanted::Lines;
    let mut parser = lexopt::Parser::from_args(arguments);
    while let Some(argument) = parser.next().ok()? {
        match argument {
            Long("mode") => {
                mode = match parser.value().ok()?.to_str()? {
                    "password" => Mode::Password,
                    "creds" => Mode::Credentials,
                    _ => return None,
                }
            }
            Long("output") => {
                wanted = match parser.value().ok()?.to_str()? {
                    "plain" => Wanted::Lines,
                    "json" => Wanted::Json,
                    _ => return None,
                }
            }
            Value(word) => words.push(word.into_string().ok()?),
            _ => return None,
        }
    }
    let mut words = words.into_iter();
    if words.next()? != "get" {
        return None;
    }
    let service = words.next()?;
    let user = words.next().filter(|user| !user.is_empty());
    if words.next().is_some() {
        return None;
    }
    Some(Query {
        service,
        user,
        mode,
        wanted,
    })
}

/// The login whose endpoint `query` names: same scheme, host and port, as plain strings; user `aws`.
///
/// Two domains may share a host, where VPC endpoints have no private DNS: the path then tells them
/// apart, and a question that names no path has no answer.
pub fn login_for<'a>(state: &'a State, query: &Query) -> Option<&'a RepositoryLogin> {
    let url = PlainUrl::parse(&query.service).ok()?;
    let is_ours = |user: Option<&str>| user.is_none_or(|user| user == USER);
    if !is_ours(url.user()) || !is_ours(query.user.as_deref()) {
        return None;
    }
    if url.path().contains(['?', '#']) {
        return None;
    }
    let origin = url.origin();
    let at_host: Vec<&RepositoryLogin> = state
        .tools
        .values()
        .flat_map(ToolLogin::repositories)
        .filter(|login| login.endpoint.origin() == origin)
        .collect();
    let at_path = at_host
        .iter()
        .find(|login| url.path().starts_with(login.endpoint.path()));
    let only = at_host
        .first()
        .filter(|first| at_host.iter().all(|login| login.token == first.token));
    at_path.or(only).copied()
}

/// Whether a client that asks about `url` gets an answer.
pub fn answers_for(state: &State, url: &str) -> bool {
    login_at(state, url).is_some()
}

/// The login whose endpoint `url` names, by the rules of [`login_for`].
pub fn login_at<'a>(state: &'a State, url: &str) -> Option<&'a RepositoryLogin> {
    let query = Query {
        service: url.to_owned(),
        user: Some(USER.to_owned()),
        mode: Mode::Password,
        wanted: Wanted::Lines,
    };
    login_for(state, &query)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(line: &[&str]) -> Option<(Option<String>, Mode, Wanted)> {
        parse(line.iter().map(OsString::from)).map(|q| {
            assert_eq!(q.service, "URL");
            (q.user, q.mode, q.wanted)
        })
    }

    #[test]
    fn every_form_that_clients_use() {
        use Mode::{Credentials, Password};
        let aws = Some("aws".to_owned());
        assert_eq!(
            asked(&["get", "URL", "aws"]),
            Some((aws.clone(), Password, Wanted::Lines))
        );
        assert_eq!(
            asked(&["--mode=creds", "--output=json", "get", "URL", "aws"]),
            Some((aws.clone(), Credentials, Wanted::Json))
        );
        assert_eq!(
            asked(&["--mode=creds", "--output=json", "get", "URL"]),
            Some((None, Credentials, Wanted::Json))
        );
        assert_eq!(
            asked(&["get", "URL", "--mode", "creds"]),
            Some((None, Credentials, Wanted::Lines))
        );
        assert_eq!(
            asked(&["--mode=creds", "get", "URL", ""]),
            Some((None, Credentials, Wanted::Lines))
        );
        assert_eq!(
            asked(&["--mode=password", "get", "URL", "aws"]),
            Some((aws, Password, Wanted::Lines))
        );
    }

    #[test]
    fn anything_else_is_no_question() {
        for line in [
            &["set", "URL", "aws"][..],
            &["del", "URL", "aws"],
            &["get"],
            &[],
            &["get", "URL", "aws", "more"],
            &["--list-backends"],
            &["--mode=odd", "get", "URL"],
            &["get", "URL", "--mode"],
        ] {
            assert_eq!(asked(line), None, "{line:?}");
        }
    }

    fn state(urls: &[(&str, &str)]) -> State {
        let tools = [crate::tools::Tool::Pip, crate::tools::Tool::Uv];
        let logins: serde_json::Map<_, _> = tools
            .iter()
            .zip(urls)
            .map(|(tool, (url, domain))| {
                let token = serde_json::json!({
                    "domain": domain, "region": "us-east-1", "credentials": { "from": "instance" }
                });
                let login = serde_json::json!({
                    "auth": "helper",
                    "main": { "name": "codeartifact", "repository": "team", "endpoint": { "url": url }, "token": token }
                });
                (tool.to_string(), login)
            })
            .collect();
        let document = serde_json::json!({ "schema_version": 2, "tools": logins });
        State::parse(document.to_string().as_bytes()).unwrap()
    }

    fn domain_for<'a>(state: &'a State, url: &str) -> Option<&'a str> {
        let query = parse(["get", url, "aws"].map(OsString::from)).unwrap();
        login_for(state, &query).map(|login| login.token.domain.as_str())
    }

    #[test]
    fn domains_that_share_a_host_are_told_apart_by_path() {
        let base = "https://vpce-1.d.codeartifact.us-east-1.vpce.amazonaws.com";
        let (corp, other) = (
            format!("{base}/pypi/d/corp-111122223333/team/"),
            format!("{base}/pypi/d/other-111122223333/team/"),
        );
        let two = state(&[(&corp, "corp"), (&other, "other")]);
        assert_eq!(domain_for(&two, &format!("{corp}simple/")), Some("corp"));
        assert_eq!(
            domain_for(&two, &format!("{other}simple/x/")),
            Some("other")
        );
        assert_eq!(domain_for(&two, base), None);
        let one = state(&[(&corp, "corp"), (&corp, "corp")]);
        assert_eq!(domain_for(&one, base), Some("corp"));
        assert_eq!(domain_for(&one, &format!("{corp}simple/?x")), None);
        assert_eq!(domain_for(&one, &format!("{corp}simple/#x")), None);
    }
}
