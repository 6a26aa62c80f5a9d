//! What a repository answers to `gem` and `bundle`.

use super::{Package, assets};
use crate::asset::Asset;
use crate::catalogue::Found;
use crate::error::respond;
use crate::names::Format;
use crate::ruby;
use axum::body::Body;
use axum::response::Response;
use std::sync::Arc;

impl Package<'_> {
    /// A page of the compact index.
    pub(super) async fn ruby_info(&self, name: &str) -> anyhow::Result<Response> {
        let catalogue = &self.shared.catalogue;
        let findings = catalogue.look_up(self.id, Format::Ruby, name).await?;
        if findings.files.is_empty() {
            return Ok(self.missing(name));
        }
        Ok(respond(200, "text/plain", ruby::info(&assets(&findings))))
    }

    /// The dependencies of `?gems=a,b`; of none at all for a question without names.
    pub(super) async fn ruby_dependencies(&self, query: &str) -> anyhow::Result<Response> {
        let names = url::form_urlencoded::parse(query.as_bytes())
            .find(|(name, _)| name == "gems")
            .map_or(String::new(), |(_, names)| names.into_owned());
        let mut files: Vec<Arc<Asset>> = Vec::new();
        for name in names.split(',').filter(|name| !name.is_empty()) {
            let catalogue = &self.shared.catalogue;
            let findings = catalogue.look_up(self.id, Format::Ruby, name).await?;
            files.extend(assets(&findings));
        }
        Ok(octets(Body::from(ruby::dependencies(&files))))
    }

    /// The specification of the version whose gem is called `full`.
    pub(super) async fn ruby_specification(&self, full: &str) -> anyhow::Result<Response> {
        let Some((found, _)) = self.gem(&format!("{full}.gem")).await? else {
            return Ok(self.missing(full));
        };
        Ok(octets(Body::from(ruby::specification(&found.asset)?)))
    }

    /// A gem.
    pub(super) async fn ruby_gem(&self, filename: &str) -> anyhow::Result<Response> {
        let Some((found, findings)) = self.gem(filename).await? else {
            return Ok(self.missing(filename));
        };
        self.keep(&found, &findings)?;
        Ok(octets(self.shared.store.open(&found.asset).await?))
    }

    /// A name may have dashes too: every place where it could end is looked at.
    async fn gem(&self, filename: &str) -> anyhow::Result<Option<(Found, super::Findings)>> {
        for (at, _) in filename.match_indices('-') {
            let catalogue = &self.shared.catalogue;
            let findings = catalogue
                .look_up(self.id, Format::Ruby, &filename[..at])
                .await?;
            let mut files = findings.files.iter();
            let found = files.find(|one| one.asset.filename == filename).cloned();
            if let Some(found) = found {
                return Ok(Some((found, findings)));
            }
        }
        Ok(None)
    }
}

fn octets(body: Body) -> Response {
    respond(200, "application/octet-stream", body)
}
