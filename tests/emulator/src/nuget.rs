//! NuGet's wire, version 3: the service index, a package's versions, its registration; and what a `.nupkg` says of itself.

use crate::asset::{Asset, Content};
use crate::names::Format;
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::io::{Cursor, Read};
use std::sync::Arc;

/// The service index of the endpoint at `base`.
pub(crate) fn index(base: &str) -> Value {
    let resource =
        |below: &str, kind: &str| json!({ "@id": format!("{base}{below}"), "@type": kind });
    json!({ "version": "3.0.0", "resources": [
        resource("v3/flatcontainer/", "PackageBaseAddress/3.0.0"),
        resource("v3/registrations/", "RegistrationsBaseUrl/3.0.0-beta"),
        resource("v3/registrations/", "RegistrationsBaseUrl/3.4.0"),
        resource("v3/registrations/", "RegistrationsBaseUrl/3.6.0"),
        resource("v2/package", "PackagePublish/2.0.0"),
    ] })
}

/// The versions of a package.
pub(crate) fn versions(files: &[Arc<Asset>]) -> Value {
    let versions: Vec<_> = files.iter().map(|asset| &asset.version).collect();
    json!({ "versions": versions })
}

/// What is known of a package's versions, all on one page.
pub(crate) fn registration(base: &str, name: &str, files: &[Arc<Asset>]) -> Value {
    let at = format!("{base}v3/registrations/{name}/index.json");
    let leaf = |asset: &Arc<Asset>| {
        let version = &asset.version;
        let leaf = format!("{base}v3/registrations/{name}/{version}.json");
        let content = format!("{base}v3/flatcontainer/{name}/{version}/{}", asset.filename);
        let mut entry = asset.manifest.clone().unwrap_or_default();
        entry["@id"] = json!(leaf);
        entry["listed"] = json!(true);
        json!({ "@id": leaf, "catalogEntry": entry, "packageContent": content, "registration": at })
    };
    let mut known: Vec<_> = files.iter().map(|asset| asset.version.as_str()).collect();
    known.sort_unstable();
    json!({ "@id": at, "count": 1, "items": [{
        "@id": format!("{at}#page"), "count": files.len(), "lower": known.first(), "upper": known.last(), "parent": at,
        "items": files.iter().map(leaf).collect::<Vec<_>>(),
    }] })
}

/// The package that these bytes are.
///
/// # Errors
/// When they are none.
pub(crate) fn read(bytes: &[u8], content: Content) -> Result<Asset> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let is_specification = |name: &&str| name.ends_with(".nuspec") && !name.contains('/');
    let name = archive
        .file_names()
        .find(is_specification)
        .context("no .nuspec in it")?
        .to_owned();
    let mut text = String::new();
    archive.by_name(&name)?.read_to_string(&mut text)?;
    let field = |name: &str| {
        let (_, rest) = text.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>"))
            .map(|(value, _)| value.trim())
    };
    let id = field("id").context("its .nuspec has no id")?;
    let version = field("version").context("its .nuspec has no version")?;
    let dependencies: Vec<Value> = text
        .split("<dependency ")
        .skip(1)
        .filter_map(|item| {
            Some(json!({ "id": attribute(item, "id")?, "range": attribute(item, "version")? }))
        })
        .collect();
    let (name, version_name) = (id.to_lowercase(), version.to_lowercase());
    let filename = format!("{name}.{version_name}.nupkg");
    let mut asset = Asset::new(Format::Nuget, &name, &version_name, &filename, content);
    let groups = match dependencies.is_empty() {
        true => json!([]),
        false => json!([{ "dependencies": dependencies }]),
    };
    asset.manifest = Some(json!({ "id": id, "version": version, "dependencyGroups": groups }));
    Ok(asset)
}

fn attribute<'a>(item: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = item.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}
