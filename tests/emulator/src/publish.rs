//! What clients publish: read in the format's own form, held against what it says of itself, and put into the repository.

mod maven;
mod npm;
mod nuget;
mod pypi;

use crate::access::{Way, Wish};
use crate::account::RepositoryId;
use crate::asset::{Asset, Content};
use crate::call::Call;
use crate::cargo;
use crate::catalogue::Publication;
use crate::clock::rfc3339;
use crate::error::respond;
use crate::faults::Layer;
use crate::names::Format;
use crate::packages::read_bytes;
use crate::policy::Who;
use crate::route::Endpoint;
use crate::shared::Shared;
use crate::shelves::Placed;
use crate::wire::error;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;

/// A refusal: the status, and what is said of it.
type Refused = (u16, String);

/// A package version as a client sent it, sound in itself.
struct Submission {
    asset: Asset,
    /// npm's tags for this version.
    tags: Vec<String>,
}

/// A request that changes what a repository holds, with a good token.
pub(crate) struct Publishing<'a> {
    pub(crate) shared: &'a Shared,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) id: RepositoryId,
    /// Whose token it is.
    pub(crate) holder: &'a str,
    pub(crate) who: Option<&'a Who>,
    pub(crate) way: Way<'a>,
    /// The policy that does not let them, where a fault says so.
    pub(crate) denied: Option<Layer>,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a Bytes,
}

impl Publishing<'_> {
    pub(crate) async fn answer(&self) -> Response {
        let outcome = match &self.endpoint.call {
            Call::NpmDistTag { name, tag, removes } => self.dist_tag(name, tag, *removes).await,
            Call::MavenPublish(path) => self.maven(path).await,
            call => self.publish(call).await,
        };
        match outcome {
            // npm reads the document; cargo looks for warnings in it; the others read nothing.
            Ok(()) => respond(200, "application/json", "{\"ok\":true,\"success\":true}"),
            Err((status, message)) => error(status, &message),
        }
    }

    async fn publish(&self, call: &Call) -> Result<(), Refused> {
        let sent = match call {
            Call::NpmPublish { name } => npm::read(name, self.body)?,
            Call::CargoPublish => read_crate(self.body)?,
            Call::NugetPublish => nuget::read(self.headers, self.body).await?,
            Call::RubyPush => read_gem(self.body)?,
            _ => pypi::read(self.headers, self.body).await?,
        };
        let mut asset = sent.asset;
        self.permit("PublishPackageVersion", &asset.name)?;
        asset.published = rfc3339(self.shared.clocks.signing_now());
        let (name, version) = (asset.name.clone(), asset.version.clone());
        let catalogue = &self.shared.catalogue;
        let publication = catalogue.publish(self.id, asset).await.map_err(broken)?;
        refused(&name, &version, publication)?;
        for tag in &sent.tags {
            catalogue.shelves.tag(self.id, &name, tag, &version);
        }
        Ok(())
    }

    /// `npm dist-tag add` and `rm`.
    async fn dist_tag(&self, name: &str, tag: &str, removes: bool) -> Result<(), Refused> {
        self.permit("PutPackageMetadata", name)?;
        let catalogue = &self.shared.catalogue;
        if removes {
            return match catalogue.shelves.untag(self.id, name, tag) {
                true => Ok(()),
                false => Err((404, format!("{name} has no tag {tag} here"))),
            };
        }
        let version: String = serde_json::from_slice(self.body).map_err(bad)?;
        let findings = catalogue.look_up(self.id, Format::Npm, name).await;
        let files = findings.map_err(broken)?.files;
        if !files.iter().any(|found| found.asset.version == version) {
            return Err((404, format!("{name} {version} is not in the repository")));
        }
        catalogue.shelves.tag(self.id, name, tag, &version);
        Ok(())
    }

    /// Refuses where a policy does, or a fault says that one does. The resource is the package: its namespace stands apart.
    fn permit(&self, action: &str, package: &str) -> Result<(), Refused> {
        let Endpoint {
            domain,
            repository,
            format,
            ..
        } = self.endpoint;
        let (namespace, name) = package
            .strip_prefix('@')
            .and_then(|scoped| scoped.split_once('/'))
            .or_else(|| package.split_once(':'))
            .unwrap_or(("", package));
        let region = self.shared.region_of(self.endpoint);
        let resource = self.endpoint.arn(
            &region,
            &format!("package/{domain}/{repository}/{format}/{namespace}/{name}"),
        );
        let action = format!("codeartifact:{action}");
        if let Some(layer) = self.denied {
            return Err((403, layer.sentence(self.holder, &action, &resource)));
        }
        let wish = Wish {
            action: &action,
            resource: &resource,
            who: self.who,
            region: &region,
            keys: &[],
        };
        let permitted = self.shared.permit(self.way, wish);
        permitted.map_err(|refused| (refused.status, refused.message))
    }
}

/// Why a file was not taken, if it was not.
fn refused(name: &str, version: &str, publication: Publication) -> Result<(), Refused> {
    let why = match publication {
        Publication::Placed(Placed::New | Placed::Same) => return Ok(()),
        Publication::Placed(Placed::Conflict) => "is in the repository with other content already",
        Publication::Upstream => "is in an upstream repository already",
        Publication::Blocked => {
            "cannot be published: the package came from upstream, and its origin controls block publishing"
        }
    };
    Err((409, format!("{name} {version} {why}")))
}

/// What `cargo publish` sends.
fn read_crate(body: &Bytes) -> Result<Submission, Refused> {
    let (metadata, bytes) = cargo::sent(body).map_err(bad)?;
    let asset = read("package.crate", bytes)?;
    if metadata["name"] != asset.name.as_str() || metadata["vers"] != asset.version.as_str() {
        return Err(bad(
            "name and version are not those of the crate's Cargo.toml",
        ));
    }
    Ok(Submission {
        asset,
        tags: Vec::new(),
    })
}

/// What `gem push` sends: the gem and nothing else.
fn read_gem(body: &Bytes) -> Result<Submission, Refused> {
    Ok(Submission {
        asset: read("package.gem", body)?,
        tags: Vec::new(),
    })
}

/// The package that was sent under a file name.
fn read(filename: &str, bytes: &[u8]) -> Result<Asset, Refused> {
    let content = Content::Sent(Bytes::copy_from_slice(bytes));
    read_bytes(filename, bytes, content).map_err(|cause| bad(format!("{filename}: {cause:#}")))
}

fn bad(message: impl std::fmt::Display) -> Refused {
    (400, message.to_string())
}

/// The emulator's own trouble: its folder of packages or the machine's index.
fn broken(cause: anyhow::Error) -> Refused {
    (502, format!("{cause:#}"))
}
