//! PyPI's legacy upload, `multipart/form-data` with `:action` `file_upload`, with the refusals of Warehouse, whose API it is.

use super::{Refused, Submission, bad};
use crate::asset::Asset;
use crate::call::normalise;
use crate::names::Format;
use crate::pypi::version_of;
use crate::random::to_hex;
use axum::body::Bytes;
use axum::http::HeaderMap;
use blake2::Blake2b;
use blake2::digest::consts::U32;
use md5::Md5;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// Reads an upload.
///
/// # Errors
/// 400 when the form is none, lacks something, or does not describe the file that it carries.
pub(super) async fn read(headers: &HeaderMap, body: &Bytes) -> Result<Submission, Refused> {
    let form = Form::read(headers, body).await?;
    for (field, value) in [(":action", "file_upload"), ("protocol_version", "1")] {
        if form.required(field)? != value {
            return Err(bad(format!("`{field}` is not {value}")));
        }
    }
    form.required("metadata_version")?;
    let (filename, bytes) = form
        .content
        .as_ref()
        .ok_or_else(|| bad("no file in `content`"))?;
    form.check_digests(bytes)?;
    let asset = super::read(filename, bytes)?;
    if asset.format != Format::Pypi || filename.contains(['/', '\\']) {
        return Err(bad(format!("{filename} is no Python package")));
    }
    form.check_identity(&asset)?;
    Ok(Submission {
        asset,
        tags: Vec::new(),
    })
}

struct Form {
    fields: HashMap<String, String>,
    content: Option<(String, Bytes)>,
}

impl Form {
    async fn read(headers: &HeaderMap, body: &Bytes) -> Result<Form, Refused> {
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

    fn get(&self, name: &str) -> Option<&str> {
        let value = self.fields.get(name).map(String::as_str);
        value.filter(|value| !value.is_empty())
    }

    fn required(&self, name: &str) -> Result<&str, Refused> {
        self.get(name)
            .ok_or_else(|| bad(format!("`{name}` is missing")))
    }

    /// Every digest that was sent has to be right, and one has to be there.
    fn check_digests(&self, bytes: &[u8]) -> Result<(), Refused> {
        let own = [
            ("md5_digest", to_hex(&Md5::digest(bytes))),
            ("sha256_digest", to_hex(&Sha256::digest(bytes))),
            ("blake2_256_digest", to_hex(&Blake2b::<U32>::digest(bytes))),
        ];
        let sent: Vec<_> = own
            .iter()
            .filter_map(|(name, own)| Some((name, own, self.get(name)?)))
            .collect();
        if sent.is_empty() {
            return Err(bad("no digest of the file"));
        }
        match sent
            .iter()
            .find(|(_, own, said)| !said.eq_ignore_ascii_case(own))
        {
            Some((name, ..)) => Err(bad(format!("`{name}` is not the file's"))),
            None => Ok(()),
        }
    }

    /// Form, file name and the file's own metadata have to tell of the same version of the same package.
    fn check_identity(&self, asset: &Asset) -> Result<(), Refused> {
        let kind = match asset.filename.ends_with(".whl") {
            true => "bdist_wheel",
            false => "sdist",
        };
        if self.required("filetype")? != kind {
            return Err(bad(format!("`filetype` is not {kind}")));
        }
        let (name, version) = (self.required("name")?, self.required("version")?);
        if normalise(name) != asset.name || version != asset.version {
            let Asset { name, version, .. } = asset;
            return Err(bad(format!(
                "`name` and `version` are not those of the file's metadata, {name} {version}"
            )));
        }
        // Wheels write `_` where a version has `-`.
        let plain = |version: &str| version.replace('_', "-").to_ascii_lowercase();
        let named = version_of(&asset.name, &asset.filename);
        let stem = asset.filename.split('-').next().unwrap_or_default();
        if named.is_none_or(|named| plain(&named) != plain(version))
            || (kind == "bdist_wheel" && normalise(stem) != asset.name)
        {
            return Err(bad(format!(
                "{} is no name of {name} {version}",
                asset.filename
            )));
        }
        Ok(())
    }
}
