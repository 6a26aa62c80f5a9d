//! What clients publish: PyPI's legacy upload and npm's packument with attachments.

use crate::account::RepositoryId;
use crate::asset::Asset;
use crate::call::{Call, normalise};
use crate::clock::rfc3339;
use crate::error::respond;
use crate::names::Format;
use crate::packages::sent_package;
use crate::shared::Shared;
use crate::wire::error;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::collections::HashMap;

/// A refusal: the status, and what is said of it.
type Refused = (u16, String);

/// Takes what a client publishes to a repository.
pub(crate) async fn answer(
    shared: &Shared,
    id: RepositoryId,
    call: &Call,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let taken = match call {
        Call::NpmPublish { name } => npm(shared, id, name, body),
        Call::NpmDistTag { name, tag } => dist_tag(shared, id, name, tag, body),
        Call::CargoPublish => cargo(shared, id, body),
        _ => pypi(shared, id, headers, body).await,
    };
    match taken {
        Ok(()) => respond(200, "application/json", "{\"ok\":true,\"success\":true}"),
        Err((status, message)) => error(status, &message),
    }
}

fn bad(message: impl std::fmt::Display) -> Refused {
    (400, message.to_string())
}

/// `multipart/form-data` with `:action` `file_upload`, as Warehouse documents it for its legacy API.
async fn pypi(
    shared: &Shared,
    id: RepositoryId,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<(), Refused> {
    let form = form(headers, body).await?;
    let field = |name: &str| form.fields.get(name).map(String::as_str);
    if field(":action") != Some("file_upload") || field("protocol_version") != Some("1") {
        return Err(bad(
            "not an upload: `:action` must be file_upload, `protocol_version` 1",
        ));
    }
    let (filename, bytes) = form.content.ok_or_else(|| bad("no file in `content`"))?;
    let asset = sent(shared, &filename, &bytes)?;
    let name = field("name").map(normalise);
    if name.as_deref() != Some(&asset.name) || field("version") != Some(&asset.version) {
        return Err(bad(
            "name and version are not those of the file's own metadata",
        ));
    }
    if let Some(digest) = field("sha256_digest")
        && asset.sha256.as_deref() != Some(digest)
    {
        return Err(bad("the file is not the one that sha256_digest names"));
    }
    if asset.format != Format::Pypi {
        return Err(bad("no Python package"));
    }
    put(shared, id, asset)
}

struct Form {
    fields: HashMap<String, String>,
    content: Option<(String, Bytes)>,
}

async fn form(headers: &HeaderMap, body: &Bytes) -> Result<Form, Refused> {
    let kind = headers
        .get("content-type")
        .and_then(|kind| kind.to_str().ok());
    let boundary = multer::parse_boundary(kind.unwrap_or_default()).map_err(bad)?;
    let body = body.clone();
    let stream = futures_util::stream::once(async move { Ok::<_, std::io::Error>(body) });
    let mut parts = multer::Multipart::new(stream, boundary);
    let mut form = Form {
        fields: HashMap::new(),
        content: None,
    };
    while let Some(part) = parts.next_field().await.map_err(bad)? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            Some(filename) if name == "content" => {
                form.content = Some((filename, part.bytes().await.map_err(bad)?));
            }
            // A signature, say.
            Some(_) => {}
            None => {
                form.fields.insert(name, part.text().await.map_err(bad)?);
            }
        }
    }
    Ok(form)
}

fn npm(shared: &Shared, id: RepositoryId, name: &str, body: &Bytes) -> Result<(), Refused> {
    let document: Value = serde_json::from_slice(body).map_err(bad)?;
    let attachments = document["_attachments"].as_object();
    let attachment = attachments
        .and_then(|all| all.values().next())
        .and_then(|one| one["data"].as_str())
        .ok_or_else(|| bad("no tarball in `_attachments`"))?;
    let bytes = STANDARD.decode(attachment).map_err(bad)?;
    let asset = sent(shared, "package.tgz", &bytes)?;
    if asset.name != name || document["name"] != name {
        return Err(bad("the name is not that of the tarball's package.json"));
    }
    let version = asset.version.clone();
    let manifest = &document["versions"][&version];
    let integrity = |manifest: &Value| manifest["dist"]["integrity"].as_str().map(str::to_owned);
    let own = asset.manifest.as_ref().and_then(integrity);
    if manifest.is_null() || integrity(manifest).is_some_and(|said| Some(said) != own) {
        return Err(bad("`versions` does not describe the tarball"));
    }
    put(shared, id, asset)?;
    for tag in document["dist-tags"].as_object().into_iter().flatten() {
        if *tag.1 == version {
            shared.catalogue.tag(id, name, tag.0, &version);
        }
    }
    Ok(())
}

fn cargo(shared: &Shared, id: RepositoryId, body: &Bytes) -> Result<(), Refused> {
    let (metadata, bytes) = crate::cargo::sent(body).map_err(bad)?;
    let asset = sent(shared, "package.crate", bytes)?;
    if metadata["name"] != asset.name.as_str() || metadata["vers"] != asset.version.as_str() {
        return Err(bad(
            "name and version are not those of the crate's Cargo.toml",
        ));
    }
    put(shared, id, asset)
}

fn dist_tag(
    shared: &Shared,
    id: RepositoryId,
    name: &str,
    tag: &str,
    body: &Bytes,
) -> Result<(), Refused> {
    let version: String = serde_json::from_slice(body).map_err(bad)?;
    shared.catalogue.tag(id, name, tag, &version);
    Ok(())
}

fn sent(shared: &Shared, filename: &str, bytes: &[u8]) -> Result<Asset, Refused> {
    let kept = shared
        .store
        .keep(bytes)
        .map_err(|error| (500, format!("{error:#}")))?;
    let read = sent_package(&kept, filename, bytes);
    let mut asset = read.map_err(|error| bad(format!("{error:#}")))?;
    asset.published = rfc3339(shared.clocks.signing_now());
    Ok(asset)
}

/// A version's files are never replaced.
fn put(shared: &Shared, id: RepositoryId, asset: Asset) -> Result<(), Refused> {
    let what = format!("{} {}", asset.name, asset.version);
    match shared.catalogue.publish(id, asset) {
        true => Ok(()),
        false => Err((409, format!("{what} is in the repository already"))),
    }
}
