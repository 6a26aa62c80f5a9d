//! Tells from method, host and path which service a request is for and what it asks. Pure.

use crate::names::Format;
use percent_encoding::percent_decode_str;

/// What a request is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Route {
    Admin,
    Credentials,
    CodeArtifact(Operation),
    Sts,
    Repository(Endpoint),
    Unknown,
}

/// An operation of CodeArtifact's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    GetAuthorizationToken,
    GetRepositoryEndpoint,
    DescribeDomain,
    Unknown,
}

/// A request at a repository's endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) domain: String,
    pub(crate) owner: String,
    pub(crate) format: Format,
    pub(crate) repository: String,
    /// The endpoint's own path, with both slashes: what absolute addresses are built on.
    pub(crate) base: String,
    pub(crate) call: Call,
}

/// What is asked of a repository's endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Call {
    PypiSimple {
        project: String,
        slash: bool,
    },
    PypiFile {
        project: String,
        version: String,
        filename: String,
    },
    NpmPing,
    NpmPackument {
        name: String,
    },
    NpmTarball {
        name: String,
        filename: String,
    },
    /// Nothing that this emulator serves; `/simple/` among it, as at CodeArtifact.
    Other,
}

/// Classifies a request. `host` is the Host header, with or without a port.
pub(crate) fn classify(method: &str, host: &str, path: &str) -> Route {
    if path.starts_with("/_admin/") {
        return Route::Admin;
    }
    if let Some((domain, owner)) = domain_of_host(host) {
        return endpoint(domain, owner, path, path.trim_start_matches('/'))
            .map_or(Route::Unknown, Route::Repository);
    }
    if path.starts_with("/_sagemaker-instance-credentials/") || path.starts_with("/v2/credentials/")
    {
        return Route::Credentials;
    }
    match (method, path) {
        ("POST", "/v1/authorization-token") => {
            Route::CodeArtifact(Operation::GetAuthorizationToken)
        }
        ("GET", "/v1/repository/endpoint") => Route::CodeArtifact(Operation::GetRepositoryEndpoint),
        ("GET", "/v1/domain") => Route::CodeArtifact(Operation::DescribeDomain),
        (_, path) if path.starts_with("/v1/") => Route::CodeArtifact(Operation::Unknown),
        (_, "/") => Route::Sts,
        _ => path_form(path).map_or(Route::Unknown, Route::Repository),
    }
}

/// `<format>/d/<domain>-<owner>/<repository>/…`: what a VPC endpoint without private DNS is asked.
fn path_form(path: &str) -> Option<Endpoint> {
    let (format, rest) = path.strip_prefix('/')?.split_once('/')?;
    let (domain, rest) = rest.strip_prefix("d/")?.split_once('/')?;
    let (domain, owner) = split_owner(domain)?;
    endpoint(domain, owner, path, &format!("{format}/{rest}"))
}

/// `short` is `<format>/<repository>/…`, the end of which is the end of `path`.
fn endpoint(domain: &str, owner: &str, path: &str, short: &str) -> Option<Endpoint> {
    let (format, rest) = short.split_once('/')?;
    let format = format.parse().ok()?;
    let (repository, rest) = rest.split_once('/').unwrap_or((rest, ""));
    if repository.is_empty() {
        return None;
    }
    let base = path.strip_suffix(rest)?.trim_end_matches('/');
    Some(Endpoint {
        domain: domain.into(),
        owner: owner.into(),
        format,
        repository: repository.into(),
        base: format!("{base}/"),
        call: call(format, &percent_decode_str(rest).decode_utf8().ok()?),
    })
}

fn domain_of_host(host: &str) -> Option<(&str, &str)> {
    let name = host.split(':').next().unwrap_or(host);
    let (first, rest) = name.split_once('.')?;
    let service = rest
        .strip_prefix("d.codeartifact.")
        .is_some_and(|rest| rest.ends_with(".amazonaws.com"))
        || rest
            .strip_prefix("codeartifact.")
            .is_some_and(|rest| rest.ends_with(".on.aws"));
    if service { split_owner(first) } else { None }
}

fn split_owner(text: &str) -> Option<(&str, &str)> {
    let (domain, owner) = text.rsplit_once('-')?;
    (owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some((domain, owner))
}

fn call(format: Format, rest: &str) -> Call {
    match format {
        Format::Pypi => pypi_call(rest),
        Format::Npm => npm_call(rest),
        _ => Call::Other,
    }
}

fn pypi_call(rest: &str) -> Call {
    let parts: Vec<_> = rest.split('/').collect();
    let simple = |project: &str, slash| Call::PypiSimple {
        project: normalise(project),
        slash,
    };
    match parts.as_slice() {
        ["simple", project] if !project.is_empty() => simple(project, false),
        ["simple", project, ""] if !project.is_empty() => simple(project, true),
        ["simple", project, version, filename] if !filename.is_empty() => Call::PypiFile {
            project: normalise(project),
            version: (*version).into(),
            filename: (*filename).into(),
        },
        _ => Call::Other,
    }
}

fn npm_call(rest: &str) -> Call {
    if rest == "-/ping" {
        return Call::NpmPing;
    }
    if let Some((name, filename)) = rest.split_once("/-/") {
        return Call::NpmTarball {
            name: name.into(),
            filename: filename.into(),
        };
    }
    let parts: Vec<_> = rest.split('/').collect();
    match parts.as_slice() {
        [name] if !name.is_empty() && !name.starts_with(['@', '-']) => Call::NpmPackument {
            name: (*name).into(),
        },
        [scope, name] if scope.starts_with('@') && !name.is_empty() => {
            Call::NpmPackument { name: rest.into() }
        }
        _ => Call::Other,
    }
}

/// A project name as PEP 503 normalises it.
pub(crate) fn normalise(name: &str) -> String {
    let mut normal = String::new();
    for part in name.split(['-', '_', '.']).filter(|part| !part.is_empty()) {
        if !normal.is_empty() {
            normal.push('-');
        }
        normal.push_str(&part.to_lowercase());
    }
    normal
}

impl Route {
    /// The service and operation that the request log names.
    pub(crate) fn label(&self, body: &[u8]) -> (&'static str, String) {
        match self {
            Route::Admin => ("admin", "Admin".into()),
            Route::Credentials => ("credentials", "ContainerCredentials".into()),
            Route::CodeArtifact(operation) => ("codeartifact", format!("{operation:?}")),
            Route::Sts => {
                let action = url::form_urlencoded::parse(body).find(|(name, _)| name == "Action");
                (
                    "sts",
                    action.map_or("Unknown".into(), |(_, action)| action.into_owned()),
                )
            }
            Route::Repository(endpoint) => ("repositories", endpoint.call.label().into()),
            Route::Unknown => ("unknown", "Unknown".into()),
        }
    }
}

impl Call {
    fn label(&self) -> &'static str {
        match self {
            Call::PypiSimple { .. } => "PypiSimple",
            Call::PypiFile { .. } => "PypiFile",
            Call::NpmPing => "NpmPing",
            Call::NpmPackument { .. } => "NpmPackument",
            Call::NpmTarball { .. } => "NpmTarball",
            Call::Other => "Other",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(host: &str, path: &str) -> Endpoint {
        match classify("GET", host, path) {
            Route::Repository(endpoint) => endpoint,
            other => panic!("{host}{path} is {other:?}"),
        }
    }

    #[test]
    fn host_form_and_path_form_name_the_same_repository() {
        let aws = repository(
            "my-corp-111122223333.d.codeartifact.us-east-1.amazonaws.com",
            "/pypi/team/simple/A_b/",
        );
        let dual = repository(
            "my-corp-111122223333.codeartifact.us-east-1.on.aws:443",
            "/pypi/team/simple/a.b/",
        );
        let path = repository(
            "127.0.0.1:80",
            "/pypi/d/my-corp-111122223333/team/simple/a--B/",
        );
        assert_eq!(aws, dual);
        assert_eq!(
            (aws.base.as_str(), path.base.as_str()),
            ("/pypi/team/", "/pypi/d/my-corp-111122223333/team/")
        );
        assert_eq!(
            (&path.domain, &path.owner, &path.call),
            (&aws.domain, &aws.owner, &aws.call)
        );
        assert_eq!(
            aws.call,
            Call::PypiSimple {
                project: "a-b".into(),
                slash: true
            }
        );
    }

    #[test]
    fn package_calls_are_understood() {
        let call = |path: &str| {
            repository(
                "localhost",
                &format!("/npm/d/corp-111122223333/team/{path}"),
            )
            .call
        };
        assert_eq!(call("-/ping"), Call::NpmPing);
        assert_eq!(
            call("@a%2fb"),
            Call::NpmPackument {
                name: "@a/b".into()
            }
        );
        assert_eq!(
            call("@a/b"),
            Call::NpmPackument {
                name: "@a/b".into()
            }
        );
        assert_eq!(
            call("b/-/b-1.0.0.tgz"),
            Call::NpmTarball {
                name: "b".into(),
                filename: "b-1.0.0.tgz".into()
            }
        );
        assert_eq!(call("-/npm/v1/security/audits"), Call::Other);
        let root = repository("localhost", "/pypi/d/corp-111122223333/team/simple/");
        assert_eq!(root.call, Call::Other);
    }

    #[test]
    fn what_is_no_endpoint_is_unknown() {
        for path in [
            "/pypi/team/simple/a/",
            "/pypi/d/corp/team/simple/",
            "/gems/d/corp-111122223333/team/",
            "/x",
        ] {
            assert_eq!(classify("GET", "127.0.0.1", path), Route::Unknown, "{path}");
        }
    }
}
