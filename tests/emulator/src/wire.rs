//! A repository's endpoint: who may use it, and which answer each package call gets.

mod maven;
mod nuget;
mod ruby;

use crate::access::{Way, Wish};
use crate::account::RepositoryId;
use crate::asset::Asset;
use crate::authorization::{holder, unauthorized};
use crate::call::Call;
use crate::cargo;
use crate::catalogue::{Findings, Found};
use crate::connection::Arrival;
use crate::endpoints;
use crate::error::{AwsError, insert, respond};
use crate::faults::Action;
use crate::names::Format;
use crate::npm;
use crate::policy::Who;
use crate::publish::Publishing;
use crate::pypi;
use crate::route::Endpoint;
use crate::shared::Shared;
use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::Response;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Answers a request at a repository's endpoint.
pub(crate) async fn answer(
    shared: &Shared,
    endpoint: &Endpoint,
    arrival: Arrival,
    parts: &Parts,
    body: &Bytes,
    fault: Option<&Action>,
) -> Response {
    let (method, headers) = (&parts.method, &parts.headers);
    let way = Way { arrival, headers };
    let holder = match holder(shared, endpoint, headers, fault) {
        Ok(holder) => holder,
        // The endpoint's policy is asked before anybody knows whose the token is.
        Err(message) => {
            return match permit_reading(shared, endpoint, way, None) {
                Ok(()) => unauthorized(message),
                Err(refused) => error(refused.status, &refused.message),
            };
        }
    };
    let denied = match fault {
        Some(Action::Deny { layer }) => Some(*layer),
        _ => None,
    };
    let publishes = endpoint.call.publishes();
    if let Some(layer) = denied.filter(|_| !publishes) {
        let action = "codeartifact:ReadFromRepository";
        let Endpoint {
            domain, repository, ..
        } = endpoint;
        let resource = endpoint.arn(
            &shared.region_of(endpoint),
            &format!("repository/{domain}/{repository}"),
        );
        return error(403, &layer.sentence(&holder, action, &resource));
    }
    let who = shared.credentials.who(&holder);
    if !publishes && let Err(refused) = permit_reading(shared, endpoint, way, who.as_ref()) {
        return error(refused.status, &refused.message);
    }
    let Endpoint {
        domain,
        owner,
        repository,
        ..
    } = endpoint;
    let account = &shared.catalogue.account;
    let id = match account.repository(domain, owner, repository) {
        Ok(id) => id,
        Err(refused) => return error(404, &refused.message),
    };
    if publishes {
        let publishing = Publishing {
            shared,
            endpoint,
            id,
            holder: &holder,
            who: who.as_ref(),
            way,
            denied,
            headers,
            body,
        };
        return publishing.answer().await;
    }
    if !matches!(*method, Method::GET | Method::HEAD) {
        return error(405, "The method is not one of this address");
    }
    let request = Package {
        shared,
        endpoint,
        arrival,
        headers,
        query: parts.uri.query().unwrap_or(""),
        id,
    };
    match request.answer().await {
        Ok(response) => response,
        Err(cause) => error(502, &format!("{cause:#}")),
    }
}

/// Refuses reading from a repository where a policy does.
fn permit_reading(
    shared: &Shared,
    endpoint: &Endpoint,
    way: Way<'_>,
    who: Option<&Who>,
) -> Result<(), AwsError> {
    let region = shared.region_of(endpoint);
    let path = format!("repository/{}/{}", endpoint.domain, endpoint.repository);
    let wish = Wish {
        action: "codeartifact:ReadFromRepository",
        resource: &endpoint.arn(&region, &path),
        who,
        region: &region,
        keys: &[],
    };
    shared.permit(way, wish)
}

/// npm prints `error`, so both names are there.
pub(crate) fn error(status: u16, message: &str) -> Response {
    respond(
        status,
        "application/json",
        json!({ "message": message, "error": message }).to_string(),
    )
}

/// A permitted request for packages.
struct Package<'a> {
    shared: &'a Shared,
    endpoint: &'a Endpoint,
    arrival: Arrival,
    headers: &'a HeaderMap,
    query: &'a str,
    id: RepositoryId,
}

impl Package<'_> {
    async fn answer(&self) -> anyhow::Result<Response> {
        match &self.endpoint.call {
            Call::PypiSimple {
                project,
                slash: true,
            } => self.pypi_page(project).await,
            Call::PypiSimple {
                project,
                slash: false,
            } => {
                let mut response = respond(301, "text/plain", Body::empty());
                insert(
                    &mut response,
                    "location",
                    &format!("{}simple/{project}/", self.endpoint.base),
                );
                Ok(response)
            }
            Call::PypiFile {
                project,
                version,
                filename,
            } => self.pypi_file(project, version, filename).await,
            Call::NpmPing => Ok(respond(200, "application/json", "{}")),
            Call::NpmPackument { name } => self.npm_packument(name).await,
            Call::NpmTarball { name, filename } => self.npm_tarball(name, filename).await,
            Call::NpmDistTags { name } => self.npm_dist_tags(name).await,
            Call::CargoConfig => {
                let config = cargo::config(&self.base());
                Ok(respond(200, "application/json", config.to_string()))
            }
            Call::CargoIndex { name } => self.cargo_index(name).await,
            Call::CargoDownload { name, version } => self.cargo_download(name, version).await,
            Call::Maven(path) => self.maven(path).await,
            Call::Nuget(call) => self.nuget(call).await,
            Call::RubyRoot => Ok(respond(200, "text/html", Body::empty())),
            Call::RubyInfo { name } => self.ruby_info(name).await,
            Call::RubyDependencies => self.ruby_dependencies(self.query).await,
            Call::RubySpecification { full } => self.ruby_specification(full).await,
            Call::RubyGem { filename } => self.ruby_gem(filename).await,
            Call::Other
            | Call::PypiUpload
            | Call::NpmPublish { .. }
            | Call::NpmDistTag { .. }
            | Call::CargoPublish
            | Call::MavenPublish(_)
            | Call::NugetPublish
            | Call::RubyPush => Ok(error(404, "Not found")),
        }
    }

    async fn pypi_page(&self, project: &str) -> anyhow::Result<Response> {
        let accept = self
            .headers
            .get("accept")
            .map(|accept| accept.to_str().unwrap_or(""));
        let Some(representation) = pypi::negotiate(accept) else {
            return Ok(error(
                406,
                "None of the media types that the Accept header names is offered",
            ));
        };
        let findings = self
            .shared
            .catalogue
            .look_up(self.id, Format::Pypi, project)
            .await?;
        if findings.files.is_empty() {
            return Ok(self.missing(project));
        }
        Ok(pypi::page(project, &assets(&findings), representation))
    }

    async fn pypi_file(
        &self,
        project: &str,
        version: &str,
        filename: &str,
    ) -> anyhow::Result<Response> {
        let findings = self
            .shared
            .catalogue
            .look_up(self.id, Format::Pypi, project)
            .await?;
        let is =
            |found: &&Found| found.asset.version == version && found.asset.filename == filename;
        let Some(found) = findings.files.iter().find(is) else {
            return Ok(self.missing(filename));
        };
        self.keep(found, &findings)?;
        Ok(respond(
            200,
            "application/octet-stream",
            self.shared.store.open(&found.asset).await?,
        ))
    }

    async fn npm_packument(&self, name: &str) -> anyhow::Result<Response> {
        let findings = self
            .shared
            .catalogue
            .look_up(self.id, Format::Npm, name)
            .await?;
        if findings.files.is_empty() {
            return Ok(self.missing(name));
        }
        let base = self.base();
        let tags: &Map<String, Value> = &findings.tags;
        Ok(respond(
            200,
            "application/json",
            npm::packument(name, &base, &assets(&findings), tags).to_string(),
        ))
    }

    async fn npm_dist_tags(&self, name: &str) -> anyhow::Result<Response> {
        let catalogue = &self.shared.catalogue;
        let findings = catalogue.look_up(self.id, Format::Npm, name).await?;
        if findings.files.is_empty() {
            return Ok(self.missing(name));
        }
        let tags = npm::dist_tags(&assets(&findings), &findings.tags);
        let body = Value::Object(tags).to_string();
        Ok(respond(200, "application/json", body))
    }

    /// A tarball is never served here: it lies on the asset host, behind a presigned address.
    async fn npm_tarball(&self, name: &str, filename: &str) -> anyhow::Result<Response> {
        let findings = self
            .shared
            .catalogue
            .look_up(self.id, Format::Npm, name)
            .await?;
        let is = |found: &&Found| found.asset.filename == filename;
        let Some(found) = findings.files.iter().find(is) else {
            return Ok(self.missing(filename));
        };
        self.keep(found, &findings)?;
        let path = self
            .shared
            .catalogue
            .asset_path(self.endpoint, &found.asset);
        let region = self.shared.region_of(self.endpoint);
        let query = self
            .shared
            .presigner
            .query(&path, &region, self.shared.clocks.signing_now());
        let host = endpoints::assets(
            self.shared.assets_name.as_deref(),
            self.shared.assets,
            self.arrival,
        );
        let mut response = respond(302, "text/plain", Body::empty());
        insert(&mut response, "location", &format!("{host}{path}?{query}"));
        Ok(response)
    }

    /// The endpoint's own address, as the client reached it.
    fn base(&self) -> String {
        let host = self
            .headers
            .get("host")
            .and_then(|host| host.to_str().ok())
            .unwrap_or("localhost");
        format!("{}://{host}{}", self.arrival.scheme(), self.endpoint.base)
    }

    async fn cargo_index(&self, name: &str) -> anyhow::Result<Response> {
        let catalogue = &self.shared.catalogue;
        let findings = catalogue.look_up(self.id, Format::Cargo, name).await?;
        if findings.files.is_empty() {
            return Ok(self.missing(name));
        }
        Ok(respond(200, "text/plain", cargo::index(&assets(&findings))))
    }

    async fn cargo_download(&self, name: &str, version: &str) -> anyhow::Result<Response> {
        let catalogue = &self.shared.catalogue;
        let findings = catalogue.look_up(self.id, Format::Cargo, name).await?;
        let is = |found: &&Found| found.asset.version == version;
        let Some(found) = findings.files.iter().find(is) else {
            return Ok(self.missing(name));
        };
        self.keep(found, &findings)?;
        let body = self.shared.store.open(&found.asset).await?;
        Ok(respond(200, "application/x-tar", body))
    }

    fn keep(&self, found: &Found, findings: &Findings) -> anyhow::Result<()> {
        let new = self.shared.catalogue.keep(self.id, found, findings);
        self.shared.store.take_hold(&new)
    }

    fn missing(&self, what: &str) -> Response {
        error(
            404,
            &format!(
                "'{what}' is not in repository '{}' nor upstream of it",
                self.endpoint.repository
            ),
        )
    }
}

fn assets(findings: &Findings) -> Vec<Arc<Asset>> {
    findings
        .files
        .iter()
        .map(|found| found.asset.clone())
        .collect()
}
