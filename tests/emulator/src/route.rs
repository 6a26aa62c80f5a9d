//! Tells from method, host and path which service a request is for and what it asks. Pure.

use crate::call::{Call, call};
use crate::model::{self, Operation};
use crate::names::{Format, check_region};
use percent_encoding::percent_decode_str;

/// What a request is for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Route {
    Admin,
    Credentials,
    /// An operation of CodeArtifact's API; `None` if it has no such.
    CodeArtifact(Option<&'static Operation>),
    /// SageMaker's API: the operation by its name, if it is one that is played.
    SageMaker(String, Option<&'static Operation>),
    Sts,
    Repository(Endpoint),
    Unknown,
}

/// A request at a repository's endpoint.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Endpoint {
    pub(crate) domain: String,
    pub(crate) owner: String,
    /// The region that the host names; the path form names none.
    pub(crate) region: Option<String>,
    pub(crate) format: Format,
    pub(crate) repository: String,
    /// The endpoint's own path, with both slashes: what absolute addresses are built on.
    pub(crate) base: String,
    pub(crate) call: Call,
}

impl Endpoint {
    /// The ARN of something in its domain.
    pub(crate) fn arn(&self, region: &str, resource: &str) -> String {
        format!("arn:aws:codeartifact:{region}:{}:{resource}", self.owner)
    }
}

/// Classifies a request. `host` is the Host header, with or without a port; `target` the header of services asked in JSON.
pub(crate) fn classify(method: &str, host: &str, path: &str, target: Option<&str>) -> Route {
    if path.starts_with("/_admin/") {
        return Route::Admin;
    }
    if let Some(place) = domain_of_host(host) {
        return endpoint(method, place, path, path.trim_start_matches('/'))
            .map_or(Route::Unknown, Route::Repository);
    }
    if path.starts_with("/_sagemaker-instance-credentials/") || path.starts_with("/v2/credentials/")
    {
        return Route::Credentials;
    }
    match (method, path) {
        (_, path) if path.starts_with("/v1/") => {
            Route::CodeArtifact(model::codeartifact().route(method, path))
        }
        ("POST", "/") if target.is_some() => {
            match target.and_then(|it| it.strip_prefix("SageMaker.")) {
                Some(name) => Route::SageMaker(name.into(), model::sagemaker().operation(name)),
                None => Route::Unknown,
            }
        }
        (_, "/") => Route::Sts,
        _ => path_form(method, path).map_or(Route::Unknown, Route::Repository),
    }
}

/// `<format>/d/<domain>-<owner>/<repository>/…`: what a VPC endpoint without private DNS is asked.
fn path_form(method: &str, path: &str) -> Option<Endpoint> {
    let (format, rest) = path.strip_prefix('/')?.split_once('/')?;
    let (domain, rest) = rest.strip_prefix("d/")?.split_once('/')?;
    let (domain, owner) = split_owner(domain)?;
    let place = Place {
        domain,
        owner,
        region: None,
    };
    endpoint(method, place, path, &format!("{format}/{rest}"))
}

/// The domain that an endpoint is in, as far as its address tells.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place<'a> {
    domain: &'a str,
    owner: &'a str,
    region: Option<&'a str>,
}

/// `short` is `<format>/<repository>/…`, the end of which is the end of `path`.
fn endpoint(method: &str, place: Place<'_>, path: &str, short: &str) -> Option<Endpoint> {
    let (format, rest) = short.split_once('/')?;
    let format = format.parse().ok()?;
    // The address that GetRepositoryEndpoint tells ends in a slash, and so does all that is built on it.
    let (repository, rest) = rest.split_once('/')?;
    if repository.is_empty() {
        return None;
    }
    let base = path.strip_suffix(rest)?.trim_end_matches('/');
    Some(Endpoint {
        domain: place.domain.into(),
        owner: place.owner.into(),
        region: place.region.map(Into::into),
        format,
        repository: repository.into(),
        base: format!("{base}/"),
        call: call(
            method,
            format,
            &percent_decode_str(rest).decode_utf8().ok()?,
        ),
    })
}

fn domain_of_host(host: &str) -> Option<Place<'_>> {
    let name = host.split(':').next().unwrap_or(host);
    let (first, rest) = name.split_once('.')?;
    let ipv4 = || {
        rest.strip_prefix("d.codeartifact.")?
            .strip_suffix(".amazonaws.com")
    };
    let dual_stack = || rest.strip_prefix("codeartifact.")?.strip_suffix(".on.aws");
    let region = ipv4().or_else(dual_stack)?;
    let (domain, owner) = split_owner(first)?;
    Some(Place {
        domain,
        owner,
        region: Some(region),
    })
}

/// The region in the name of a service's host, `<service>.<region>.…`; `None` for loopback and global names.
pub(crate) fn region_of_host(host: &str) -> Option<&str> {
    let name = host.split(':').next().unwrap_or(host);
    name.split('.').find(|part| check_region(part).is_ok())
}

fn split_owner(text: &str) -> Option<(&str, &str)> {
    let (domain, owner) = text.rsplit_once('-')?;
    (owner.len() == 12 && owner.bytes().all(|byte| byte.is_ascii_digit()))
        .then_some((domain, owner))
}

impl Route {
    /// The service and operation that the request log names.
    pub(crate) fn label(&self, body: &[u8]) -> (&'static str, String) {
        match self {
            Route::Admin => ("admin", "Admin".into()),
            Route::Credentials => ("credentials", "ContainerCredentials".into()),
            Route::CodeArtifact(operation) => {
                let name = operation.map_or("Unknown", |operation| &operation.name);
                ("codeartifact", name.into())
            }
            Route::SageMaker(name, _) => ("sagemaker", name.clone()),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn repository(host: &str, path: &str) -> Endpoint {
        match classify("GET", host, path, None) {
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
            assert_eq!(
                classify("GET", "127.0.0.1", path, None),
                Route::Unknown,
                "{path}"
            );
        }
    }
}
