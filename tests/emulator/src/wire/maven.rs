//! What is asked of a Maven endpoint: files, the checksums beside them, lists of versions.

use super::Package;
use crate::error::respond;
use crate::maven::{METADATA, MavenPath, metadata};
use crate::names::Format;
use axum::body::{Body, Bytes, to_bytes};
use axum::response::Response;

impl Package<'_> {
    /// Answers for a file, a list of versions, or the checksum of either.
    pub(super) async fn maven(&self, path: &MavenPath) -> anyhow::Result<Response> {
        let body = match path.file.as_str() {
            METADATA => self.maven_metadata(path).await?.map(Body::from),
            _ => self.maven_file(path).await?,
        };
        let Some(body) = body else {
            return Ok(self.missing(&path.file));
        };
        let Some(checksum) = path.checksum else {
            let kind = match path.file.ends_with(".xml") || path.file.ends_with(".pom") {
                true => "text/xml",
                false => "application/octet-stream",
            };
            return Ok(respond(200, kind, body));
        };
        let bytes = to_bytes(body, usize::MAX).await?;
        Ok(respond(200, "text/plain", checksum.of(&bytes)))
    }

    async fn maven_file(&self, path: &MavenPath) -> anyhow::Result<Option<Body>> {
        let catalogue = &self.shared.catalogue;
        let findings = catalogue
            .look_up(self.id, Format::Maven, &path.package)
            .await?;
        let is = |asset: &crate::asset::Asset| {
            asset.filename == path.file && Some(&asset.version) == path.version.as_ref()
        };
        let Some(found) = findings.files.iter().find(|found| is(&found.asset)) else {
            return Ok(None);
        };
        self.keep(found, &findings)?;
        Ok(Some(self.shared.store.open(&found.asset).await?))
    }

    /// A package's list is made of what is there; a snapshot's is the one that its client sent last.
    async fn maven_metadata(&self, path: &MavenPath) -> anyhow::Result<Option<Bytes>> {
        let catalogue = &self.shared.catalogue;
        if let Some(version) = &path.version {
            return Ok(catalogue.shelves.builds(self.id, &path.package, version));
        }
        let findings = catalogue
            .look_up(self.id, Format::Maven, &path.package)
            .await?;
        let mut versions: Vec<&str> = Vec::new();
        for found in &findings.files {
            if !versions.contains(&found.asset.version.as_str()) {
                versions.push(&found.asset.version);
            }
        }
        versions.sort_by_key(|version| order(version));
        let text = metadata(&path.package, &versions);
        Ok((!versions.is_empty()).then(|| text.into()))
    }
}

/// By numbers; a word comes before the end of a version.
fn order(version: &str) -> Vec<(u8, u64, &str)> {
    let parts = version.split(['.', '-']).map(|part| match part.parse() {
        Ok(number) => (2, number, ""),
        Err(_) => (0, 0, part),
    });
    parts.chain([(1, 0, "")]).collect()
}
