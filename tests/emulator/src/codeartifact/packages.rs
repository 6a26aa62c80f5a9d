//! Packages: how the API names them, what a repository has, and their own origin controls.

use super::assets::broken;
use super::{Call, Outcome};
use crate::account::{Repository, RepositoryId};
use crate::asset::Asset;
use crate::error::AwsError;
use crate::names::{Format, split_name, whole_name};
use crate::shelves::Origin;
use crate::versions::{Controls, Package};
use serde_json::{Value, json};
use std::sync::Arc;

impl Call<'_> {
    pub(super) fn package_arn(&self) -> String {
        let format = self.text("format");
        let (namespace, name) = (self.text("namespace"), self.text("package"));
        let repository = self
            .optional("repository")
            .or(self.optional("destinationRepository"));
        let (domain, repository) = (self.domain().0, repository.unwrap_or(""));
        self.arn(
            "package",
            &format!("{domain}/{repository}/{format}/{namespace}/{name}"),
        )
    }

    /// The package asked for, in a repository.
    pub(super) fn package(&self, id: RepositoryId) -> Result<Package, AwsError> {
        let format: Format = self.text("format").parse()?;
        let name = whole_name(format, self.optional("namespace"), self.text("package"));
        Ok((id, format, name))
    }

    /// The files that the repository itself has of a version.
    pub(super) fn files(
        &self,
        package: &Package,
        version: &str,
    ) -> Result<Vec<Arc<Asset>>, AwsError> {
        let (id, format, name) = package;
        let mut files = self
            .shared
            .catalogue
            .own(*id, *format, name)
            .map_err(broken)?;
        files.retain(|asset| asset.version == version);
        Ok(files)
    }

    /// The files of a version, upstreams searched but for generic packages, which are not resolved through them.
    pub(super) async fn found_files(
        &self,
        package: &Package,
        version: &str,
    ) -> Result<Vec<Arc<Asset>>, AwsError> {
        let (id, format, name) = package;
        let files = match format {
            Format::Generic => self.files(package, version)?,
            _ => {
                let findings = self.shared.catalogue.look_up(*id, *format, name).await;
                let files = findings
                    .map_err(broken)?
                    .files
                    .into_iter()
                    .map(|found| found.asset);
                files.filter(|asset| asset.version == version).collect()
            }
        };
        match files.is_empty() {
            false => Ok(files),
            true => Err(self.no_version(version)),
        }
    }

    pub(super) fn no_version(&self, version: &str) -> AwsError {
        let package = self.text("package");
        let message = format!("Package version not found. '{package}' has no version '{version}'.");
        AwsError::not_found("package-version", version, message)
    }

    /// Refuses what the package's group, or its own origin controls, do not let be published.
    pub(super) fn check_publishing(&self, repository: &Repository) -> Result<(), AwsError> {
        let package = self.package(repository.id)?;
        if self.shared.catalogue.may_publish(&package) {
            return Ok(());
        }
        let name = self.text("package");
        let message = format!("Package origin controls block publishing of '{name}'.");
        Err(AwsError::conflict("package", name, message))
    }

    pub(super) fn list_packages(&self) -> Outcome {
        self.permit(&self.repository_arn())?;
        let repository = self.find_repository("repository")?;
        let mut list = Vec::new();
        for (format, whole) in self.shared.catalogue.shelves.packages(repository.id) {
            let (namespace, name) = split_name(format, &whole);
            let is_meant = self
                .optional("format")
                .is_none_or(|wanted| wanted == format.to_string())
                && self
                    .optional("namespace")
                    .is_none_or(|wanted| wanted == namespace)
                && name.starts_with(self.text("packagePrefix"));
            if is_meant {
                let package = (repository.id, format, whole.clone());
                let mut summary = json!({ "format": format.to_string(), "package": name });
                summary["originConfiguration"] = self.origin_configuration(&package);
                if !namespace.is_empty() {
                    summary["namespace"] = json!(namespace);
                }
                list.push(summary);
            }
        }
        self.page("packages", list)
    }

    pub(super) fn describe_package(&self) -> Outcome {
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        let package = self.package(repository.id)?;
        let (id, format, name) = &package;
        if self
            .shared
            .catalogue
            .own(*id, *format, name)
            .map_err(broken)?
            .is_empty()
        {
            let message = format!("Package not found. Package '{name}' does not exist.");
            return Err(AwsError::not_found("package", name, message));
        }
        let mut described = json!({ "format": format.to_string(), "name": self.text("package") });
        described["originConfiguration"] = self.origin_configuration(&package);
        if let Some(namespace) = self.optional("namespace") {
            described["namespace"] = json!(namespace);
        }
        Ok(json!({ "package": described }).into())
    }

    pub(super) fn put_package_origin(&self) -> Outcome {
        self.permit(&self.package_arn())?;
        let repository = self.find_repository("repository")?;
        let package = self.package(repository.id)?;
        let allows = |way: &str| self.input["restrictions"][way] == "ALLOW";
        let controls = Controls {
            publish: allows("publish"),
            upstream: allows("upstream"),
        };
        self.shared
            .catalogue
            .versions
            .set_controls(package.clone(), controls);
        Ok(json!({ "originConfiguration": self.origin_configuration(&package) }).into())
    }

    /// What was set, or what follows from how the package first came.
    fn origin_configuration(&self, package: &Package) -> Value {
        let (id, format, name) = package;
        let catalogue = &self.shared.catalogue;
        let origin = catalogue.shelves.origin(*id, *format, name);
        let by_origin = Controls {
            publish: origin != Some(Origin::Upstream),
            upstream: origin != Some(Origin::Published),
        };
        let controls = catalogue.versions.controls(package).unwrap_or(by_origin);
        let word = |allowed| if allowed { "ALLOW" } else { "BLOCK" };
        let restrictions =
            json!({ "publish": word(controls.publish), "upstream": word(controls.upstream) });
        json!({ "restrictions": restrictions })
    }
}
