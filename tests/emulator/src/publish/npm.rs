//! `npm publish`: a packument with one version, its tags, and its tarball as an attachment.

use super::{Refused, Submission, bad};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value};

/// Reads what was put to the package `name`.
///
/// # Errors
/// 400 when the document does not describe the tarball that it carries.
pub(super) fn read(name: &str, body: &[u8]) -> Result<Submission, Refused> {
    let mut document: Value = serde_json::from_slice(body).map_err(bad)?;
    if document["name"] != name || document["_id"] != name {
        return Err(bad(format!("`name` and `_id` are not {name}")));
    }
    let tarball = tarball(&document)?;
    let mut asset = super::read("package.tgz", &tarball)?;
    let (version, mut manifest) = only(&document["versions"], "versions")?;
    if manifest["name"] != name || manifest["version"] != version || asset.version != version {
        return Err(bad("`versions` does not have the tarball's own version"));
    }
    if asset.name != name {
        return Err(bad(format!("the tarball is one of {}", asset.name)));
    }
    let own = asset.manifest.take().unwrap_or_default();
    check_digests(&manifest["dist"], &own["dist"])?;
    manifest["dist"] = own["dist"].clone();
    let tags = document["dist-tags"].take();
    let Value::Object(tags) = tags else {
        return Err(bad("no `dist-tags`"));
    };
    if tags.is_empty() || tags.values().any(|tagged| *tagged != version) {
        return Err(bad(
            "`dist-tags` does not name the version that is published",
        ));
    }
    asset.manifest = Some(manifest);
    let tags = tags.into_iter().map(|(tag, _)| tag).collect();
    Ok(Submission { asset, tags })
}

/// The one attachment, decoded.
fn tarball(document: &Value) -> Result<Vec<u8>, Refused> {
    let (_, attachment) = only(&document["_attachments"], "_attachments")?;
    let data = attachment["data"].as_str();
    let data = data.ok_or_else(|| bad("no `data` in the attachment"))?;
    let bytes = STANDARD.decode(data).map_err(bad)?;
    match attachment["length"].as_u64() {
        Some(length) if length == bytes.len() as u64 => Ok(bytes),
        _ => Err(bad("the attachment is not as long as its `length`")),
    }
}

/// Both digests that a client may send have to be right, and one has to be there.
fn check_digests(said: &Value, own: &Value) -> Result<(), Refused> {
    let mut checked = 0;
    for digest in ["integrity", "shasum"] {
        match &said[digest] {
            Value::Null => {}
            said if *said == own[digest] => checked += 1,
            _ => return Err(bad(format!("`dist.{digest}` is not the tarball's"))),
        }
    }
    match checked {
        0 => Err(bad("no digest in `dist`")),
        _ => Ok(()),
    }
}

/// The one member of an object.
fn only(object: &Value, name: &str) -> Result<(String, Value), Refused> {
    let members: Option<&Map<_, _>> = object.as_object().filter(|members| members.len() == 1);
    let member = members.and_then(|members| members.iter().next());
    let (key, value) = member.ok_or_else(|| bad(format!("`{name}` does not have one member")))?;
    Ok((key.clone(), value.clone()))
}
