//! What is asked of a NuGet endpoint.

use super::{Package, assets};
use crate::call::NugetCall;
use crate::error::respond;
use crate::names::Format;
use crate::nuget;
use axum::response::Response;

impl Package<'_> {
    /// Answers for the service index, or what it leads to.
    pub(super) async fn nuget(&self, call: &NugetCall) -> anyhow::Result<Response> {
        let (NugetCall::Registration { name }
        | NugetCall::Versions { name }
        | NugetCall::File { name, .. }) = call
        else {
            let index = nuget::index(&self.base());
            return Ok(respond(200, "application/json", index.to_string()));
        };
        let catalogue = &self.shared.catalogue;
        let findings = catalogue.look_up(self.id, Format::Nuget, name).await?;
        if findings.files.is_empty() {
            return Ok(self.missing(name));
        }
        let document = match call {
            NugetCall::Registration { .. } => {
                nuget::registration(&self.base(), name, &assets(&findings))
            }
            NugetCall::File { filename, .. } => {
                let mut files = findings.files.iter();
                let Some(found) = files.find(|found| found.asset.filename == *filename) else {
                    return Ok(self.missing(filename));
                };
                self.keep(found, &findings)?;
                let body = self.shared.store.open(&found.asset).await?;
                return Ok(respond(200, "application/octet-stream", body));
            }
            _ => nuget::versions(&assets(&findings)),
        };
        Ok(respond(200, "application/json", document.to_string()))
    }
}
