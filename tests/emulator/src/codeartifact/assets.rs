//! Files of package versions: published (generic packages alone), listed and read.

use super::{Answer, Call, Outcome};
use crate::asset::{Asset, Content};
use crate::clock::rfc3339;
use crate::error::{AwsError, insert, respond};
use crate::names::refused;
use crate::shelves::Placed;
use crate::versions::revision;
use axum::body::Bytes;
use serde_json::json;
use std::sync::Arc;

impl Call<'_> {
    pub(super) fn publish_package_version(&self) -> Outcome {
        if self.text("format") != "generic" {
            let rule = "Only packages of format generic are published by this operation";
            return Err(refused(self.text("format"), "format", rule));
        }
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        // The signature has held this header against the body already.
        let sha256 = self.text("assetSHA256").to_owned();
        let package = self.package(repository.id)?;
        let version = self.text("packageVersion");
        self.check_publishing(&repository)?;
        let content = Content::Sent(Bytes::copy_from_slice(self.request.body));
        let name = self.text("assetName");
        let mut asset = Asset::new(package.1, &package.2, version, name, content);
        asset.sha256 = Some(sha256);
        asset.published = rfc3339(self.shared.clocks.signing_now());
        let asset = Arc::new(asset);
        let catalogue = &self.shared.catalogue;
        let status = catalogue.versions.status(&package, version);
        let files = self.files(&package, version)?;
        let is_finished = !files.is_empty() && status != "Unfinished";
        let is_new = !files.iter().any(|file| file.filename == name);
        if status == "Disposed" || (is_finished && is_new) {
            let message = format!("Package version {version} is {status} and takes no assets.");
            return Err(AwsError::conflict("package-version", version, message));
        }
        if catalogue.shelves.publish(repository.id, asset.clone()) == Placed::Conflict {
            let message = format!("Asset '{name}' of {version} exists with other content.");
            return Err(AwsError::conflict("asset", name, message));
        }
        if !is_finished {
            let unfinished = self.input.get("unfinished") == Some(&json!(true));
            let status = if unfinished {
                "Unfinished"
            } else {
                "Published"
            };
            catalogue.versions.set_status(&package, version, status);
        }
        let files = self.files(&package, version)?;
        let mut answer = json!({
            "format": "generic",
            "package": self.text("package"),
            "version": version,
            "versionRevision": revision(&files),
            "status": catalogue.versions.status(&package, version),
            "asset": described(&asset, self.request.body.len()),
        });
        if let Some(namespace) = self.optional("namespace") {
            answer["namespace"] = json!(namespace);
        }
        Ok(answer.into())
    }

    pub(super) async fn get_package_version_asset(&self) -> Outcome {
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        let package = self.package(repository.id)?;
        let (version, name) = (self.text("packageVersion"), self.text("asset"));
        let files = self.found_files(&package, version).await?;
        let asset = files.iter().find(|asset| asset.filename == name);
        let asset = asset.ok_or_else(|| {
            let message = format!("Asset '{name}' of version {version} does not exist.");
            AwsError::not_found("asset", name, message)
        })?;
        let revision = revision(&files);
        if self
            .optional("packageVersionRevision")
            .is_some_and(|wanted| wanted != revision)
        {
            let message = "The package version's revision is another one.";
            return Err(AwsError::conflict("package-version", version, message));
        }
        let body = self.shared.store.open(asset).await.map_err(broken)?;
        let mut response = respond(200, "application/octet-stream", body);
        insert(&mut response, "x-assetname", name);
        insert(&mut response, "x-packageversion", version);
        insert(&mut response, "x-packageversionrevision", &revision);
        Ok(Answer::File(response))
    }

    pub(super) async fn list_package_version_assets(&self) -> Outcome {
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        let package = self.package(repository.id)?;
        let mut list = Vec::new();
        for asset in self
            .found_files(&package, self.text("packageVersion"))
            .await?
        {
            let body = self.shared.store.open(&asset).await.map_err(broken)?;
            let size = axum::body::to_bytes(body, usize::MAX)
                .await
                .map_err(|e| broken(e.into()))?;
            list.push(described(&asset, size.len()));
        }
        let mut answer = self.page("assets", list)?;
        if let Answer::Json(answer) = &mut answer {
            answer["format"] = json!(self.text("format"));
            answer["package"] = json!(self.text("package"));
            answer["version"] = json!(self.text("packageVersion"));
        }
        Ok(answer)
    }
}

fn described(asset: &Asset, size: usize) -> serde_json::Value {
    let mut described = json!({ "name": asset.filename, "size": size });
    if let Some(sha256) = &asset.sha256 {
        described["hashes"] = json!({ "SHA-256": sha256 });
    }
    described
}

/// The emulator's own trouble with its files.
pub(super) fn broken(cause: anyhow::Error) -> AwsError {
    AwsError::new(500, "InternalServerException", format!("{cause:#}"))
}
