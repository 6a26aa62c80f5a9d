//! Versions of packages: listed, described, copied, taken away.

use super::assets::broken;
use super::{Call, Outcome};
use crate::asset::Asset;
use crate::clock::parse_rfc3339;
use crate::error::AwsError;
use crate::names::Format;
use crate::shelves::{Origin, Placed};
use crate::versions::{Package, revision};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Why a version was left alone: AWS's code and sentence.
type Failure = (&'static str, String);

impl Call<'_> {
    pub(super) fn list_package_versions(&self) -> Outcome {
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        let package = self.package(repository.id)?;
        let (id, format, name) = &package;
        let catalogue = &self.shared.catalogue;
        let files = catalogue.own(*id, *format, name).map_err(broken)?;
        let mut versions: BTreeSet<_> = files.iter().map(|file| file.version.clone()).collect();
        versions.extend(catalogue.versions.disposed(&package));
        if versions.is_empty() {
            let message = format!("Package not found. Package '{name}' does not exist.");
            return Err(AwsError::not_found("package", name, message));
        }
        let mut list = Vec::new();
        for version in versions {
            let status = catalogue.versions.status(&package, &version);
            if self
                .optional("status")
                .is_none_or(|wanted| wanted == status)
            {
                let files = self.files(&package, &version)?;
                list.push(json!({
                    "version": version,
                    "revision": revision(&files),
                    "status": status,
                    "origin": self.origin(&package),
                }));
            }
        }
        let mut answer = self.page("versions", list)?;
        if let super::Answer::Json(answer) = &mut answer {
            self.name_package(answer);
        }
        Ok(answer)
    }

    pub(super) async fn describe_package_version(&self) -> Outcome {
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        let package = self.package(repository.id)?;
        let version = self.text("packageVersion");
        let status = self.shared.catalogue.versions.status(&package, version);
        let files = match status.as_str() {
            "Disposed" => Vec::new(),
            _ => self.found_files(&package, version).await?,
        };
        let mut described = json!({
            "format": self.text("format"),
            "packageName": self.text("package"),
            "version": version,
            "revision": revision(&files),
            "status": status,
            "origin": self.origin(&package),
        });
        if let Some(at) = files
            .first()
            .and_then(|file| parse_rfc3339(&file.published))
        {
            described["publishedTime"] = json!(super::epoch(at));
        }
        if let Some(namespace) = self.optional("namespace") {
            described["namespace"] = json!(namespace);
        }
        Ok(json!({ "packageVersion": described }).into())
    }

    /// Takes versions away, tracks and all.
    pub(super) fn delete_package_versions(&self) -> Outcome {
        self.each_version(|package, version| {
            let (id, format, name) = package;
            self.shared
                .catalogue
                .shelves
                .remove(*id, *format, name, version);
            self.shared.catalogue.versions.forget(package, version);
            Ok("Deleted")
        })
    }

    /// Takes the files of versions away; the versions stay taken.
    pub(super) fn dispose_package_versions(&self) -> Outcome {
        self.each_version(|package, version| {
            let (id, format, name) = package;
            self.shared
                .catalogue
                .shelves
                .remove(*id, *format, name, version);
            self.shared
                .catalogue
                .versions
                .set_status(package, version, "Disposed");
            Ok("Disposed")
        })
    }

    pub(super) fn update_package_versions_status(&self) -> Outcome {
        let target = match self.text("targetStatus") {
            "Archived" => "Archived",
            "Published" => "Published",
            "Unlisted" => "Unlisted",
            other => {
                let why = format!("A package version cannot be set to {other}.");
                return Err(AwsError::validation(why));
            }
        };
        self.each_version(|package, version| {
            let versions = &self.shared.catalogue.versions;
            if versions.status(package, version) == "Disposed" {
                return Err(("NOT_ALLOWED", "The version is disposed.".into()));
            }
            versions.set_status(package, version, target);
            Ok(target)
        })
    }

    /// Between two repositories of a domain; what is there with other files stays, unless overwriting is allowed.
    pub(super) fn copy_package_versions(&self) -> Outcome {
        self.permit(&self.package_arn())?;
        let path = format!("{}/{}", self.domain().0, self.text("sourceRepository"));
        let from = self.arn("repository", &path);
        self.permit_action("codeartifact:ReadFromRepository", &from, &[])?;
        let source = self.find_repository("sourceRepository")?;
        let destination = self.find_repository("destinationRepository")?;
        self.check_publishing(&destination)?;
        let (from, to) = (self.package(source.id)?, self.package(destination.id)?);
        let overwrite = self.input.get("allowOverwrite") == Some(&json!(true));
        self.outcomes(|version| {
            let files = self
                .files(&from, version)
                .map_err(|error| ("SKIPPED", error.message))?;
            if files.is_empty() {
                return Err(("NOT_FOUND", format!("{version} is not there.")));
            }
            let there = self
                .files(&to, version)
                .map_err(|error| ("SKIPPED", error.message))?;
            if !there.is_empty() && revision(&there) == revision(&files) {
                return Ok("Published");
            }
            if !there.is_empty() && !overwrite {
                return Err(("ALREADY_EXISTS", format!("{version} is there already.")));
            }
            let (id, format, name) = &to;
            let catalogue = &self.shared.catalogue;
            catalogue.shelves.remove(*id, *format, name, version);
            for file in files {
                let copy = Arc::new(Asset::clone(&file));
                debug_assert_ne!(catalogue.shelves.publish(*id, copy), Placed::Conflict);
            }
            let status = catalogue.versions.status(&from, version);
            catalogue.versions.set_status(&to, version, &status);
            Ok("Published")
        })
    }

    /// Does something with each of the versions that are there.
    fn each_version(
        &self,
        change: impl Fn(&Package, &str) -> Result<&'static str, Failure>,
    ) -> Outcome {
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        let package = self.package(repository.id)?;
        let expected = self.optional("expectedStatus");
        self.outcomes(|version| {
            let status = self.shared.catalogue.versions.status(&package, version);
            let files = self
                .files(&package, version)
                .map_err(|e| ("SKIPPED", e.message))?;
            if files.is_empty() && status != "Disposed" {
                return Err(("NOT_FOUND", format!("{version} is not there.")));
            }
            if expected.is_some_and(|expected| expected != status) {
                return Err(("MISMATCHED_STATUS", format!("{version} is {status}.")));
            }
            change(&package, version)
        })
    }

    fn outcomes(&self, one: impl Fn(&str) -> Result<&'static str, Failure>) -> Outcome {
        let (mut done, mut failed) = (Map::new(), Map::new());
        let versions = self.input.get("versions").and_then(Value::as_array);
        for version in versions.into_iter().flatten().filter_map(Value::as_str) {
            match one(version) {
                Ok(status) => {
                    let revision = revision(&[]);
                    done.insert(
                        version.into(),
                        json!({ "revision": revision, "status": status }),
                    );
                }
                Err((code, message)) => {
                    let failure = json!({ "errorCode": code, "errorMessage": message });
                    failed.insert(version.into(), failure);
                }
            }
        }
        Ok(json!({ "successfulVersions": done, "failedVersions": failed }).into())
    }

    fn name_package(&self, answer: &mut Value) {
        answer["format"] = json!(self.text("format"));
        answer["package"] = json!(self.text("package"));
        if let Some(namespace) = self.optional("namespace") {
            answer["namespace"] = json!(namespace);
        }
    }

    fn origin(&self, (id, format, name): &(crate::account::RepositoryId, Format, String)) -> Value {
        let origin = self.shared.catalogue.shelves.origin(*id, *format, name);
        let kind = match origin {
            Some(Origin::Upstream) => "EXTERNAL",
            _ => "INTERNAL",
        };
        json!({ "originType": kind })
    }
}
