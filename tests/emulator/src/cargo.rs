//! Cargo's wire: a sparse index whose lines are put together from the crates that a look-up found, and what `cargo publish` sends.

use crate::asset::{Asset, Content};
use crate::names::Format;
use crate::random::to_hex;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// `config.json` of the index whose endpoint is at `base`.
pub(crate) fn config(base: &str) -> Value {
    json!({ "dl": format!("{base}api/v1/crates"), "api": base.trim_end_matches('/'), "auth-required": true })
}

/// The crate that a path of the index names: `1/a`, `2/ab`, `3/a/abc`, `ab/cd/abcd`.
pub(crate) fn crate_of(path: &[&str]) -> Option<String> {
    let name = *path.last()?;
    let expected = match name.len() {
        0 => return None,
        1 => vec!["1"],
        2 => vec!["2"],
        3 => vec!["3", &name[..1]],
        _ => vec![name.get(..2)?, name.get(2..4)?],
    };
    (path[..path.len() - 1] == expected[..]).then(|| name.to_lowercase())
}

/// A crate's file in the index.
pub(crate) fn index(files: &[Arc<Asset>]) -> String {
    files
        .iter()
        .filter_map(|asset| Some(format!("{}\n", asset.manifest.as_ref()?)))
        .collect()
}

/// The crate that these bytes are, with the line of the index that its Cargo.toml makes.
///
/// # Errors
/// When it is no crate.
pub(crate) fn read(bytes: &[u8], manifest: &str, content: Content) -> Result<Asset> {
    let manifest: toml::Table = manifest.parse().context("Cargo.toml is no TOML")?;
    let text = |key: &str| {
        manifest
            .get("package")?
            .get(key)?
            .as_str()
            .map(str::to_owned)
    };
    let name = text("name").context("Cargo.toml has no name")?;
    let version = text("version").context("Cargo.toml has no version")?;
    let dependencies = manifest.get("dependencies").and_then(toml::Value::as_table);
    let dependency = |(name, value): (&String, &toml::Value)| {
        let req = value.as_str().or_else(|| value.get("version")?.as_str());
        json!({ "name": name, "req": req.unwrap_or("*"), "features": [], "optional": false,
            "default_features": true, "target": null, "kind": "normal" })
    };
    let line = json!({
        "name": name, "vers": version, "features": {}, "yanked": false,
        "deps": dependencies.into_iter().flatten().map(dependency).collect::<Vec<_>>(),
        "cksum": to_hex(&Sha256::digest(bytes)),
    });
    let filename = format!("{name}-{version}.crate");
    let mut asset = Asset::new(Format::Cargo, &name, &version, &filename, content);
    asset.manifest = Some(line);
    Ok(asset)
}

/// What `cargo publish` sends: a length, JSON, a length, the crate (both little-endian, 32 bits).
///
/// # Errors
/// When it is anything else.
pub(crate) fn sent(body: &[u8]) -> Result<(Value, &[u8])> {
    let (metadata, rest) = part(body)?;
    let (bytes, rest) = part(rest)?;
    if !rest.is_empty() {
        bail!("something stands behind the crate");
    }
    Ok((serde_json::from_slice(metadata)?, bytes))
}

fn part(body: &[u8]) -> Result<(&[u8], &[u8])> {
    let (length, rest) = body.split_first_chunk().context("a length is missing")?;
    let length = usize::try_from(u32::from_le_bytes(*length))?;
    rest.split_at_checked(length).context("it ends too soon")
}
