//! Maven's publishing: one PUT a file. A version is unfinished, and not to be had, until the list that names it has come.

use super::{Publishing, Refused, bad, broken, refused};
use crate::asset::{Asset, Content};
use crate::clock::rfc3339;
use crate::maven::{METADATA, MavenPath, versions};
use crate::names::Format;
use crate::random::to_hex;
use axum::body::to_bytes;
use sha2::{Digest, Sha256};

impl Publishing<'_> {
    /// Takes what was put to `path`.
    pub(super) async fn maven(&self, path: &MavenPath) -> Result<(), Refused> {
        self.permit("PublishPackageVersion", &path.package)?;
        match (path.file.as_str(), path.checksum) {
            (METADATA, None) => self.finish(path),
            (METADATA, Some(_)) => Ok(()),
            (_, None) => self.file(path).await,
            (_, Some(_)) => self.check(path).await,
        }
    }

    async fn file(&self, path: &MavenPath) -> Result<(), Refused> {
        if !path.has_good_name() {
            return Err(bad(format!("Invalid name for an asset: {}", path.file)));
        }
        let version = path.version.as_deref().unwrap_or_default();
        let content = Content::Sent(self.body.clone());
        let mut asset = Asset::new(Format::Maven, &path.package, version, &path.file, content);
        asset.sha256 = Some(to_hex(&Sha256::digest(self.body)));
        asset.published = rfc3339(self.shared.clocks.signing_now());
        let catalogue = &self.shared.catalogue;
        let publication = catalogue.set_aside(self.id, asset).await.map_err(broken)?;
        refused(&path.package, version, publication)
    }

    /// The list that a client sends last makes what came before it whole.
    fn finish(&self, path: &MavenPath) -> Result<(), Refused> {
        let text = std::str::from_utf8(self.body).map_err(bad)?;
        if !text.contains("<metadata") {
            return Err(bad(format!("{METADATA} is none")));
        }
        let shelves = &self.shared.catalogue.shelves;
        match &path.version {
            Some(snapshot) => {
                shelves.finish(self.id, &path.package, &[snapshot]);
                shelves.set_builds(self.id, &path.package, snapshot, self.body.clone());
            }
            None => shelves.finish(self.id, &path.package, &versions(text)),
        }
        Ok(())
    }

    /// Checksums are not kept: they are held against the file.
    async fn check(&self, path: &MavenPath) -> Result<(), Refused> {
        let Some(checksum) = path.checksum else {
            return Ok(());
        };
        let shelves = &self.shared.catalogue.shelves;
        let found = shelves.maven_file(self.id, &path.package, &path.file);
        let Some(asset) = found else {
            return Err((404, format!("{} is not here yet", path.file)));
        };
        let body = self.shared.store.open(&asset).await.map_err(broken)?;
        let bytes = to_bytes(body, usize::MAX).await;
        let bytes = bytes.map_err(|cause| broken(cause.into()))?;
        let sent = String::from_utf8_lossy(self.body);
        match sent.trim().eq_ignore_ascii_case(&checksum.of(&bytes)) {
            true => Ok(()),
            false => Err(bad(format!("the checksum is not that of {}", path.file))),
        }
    }
}
