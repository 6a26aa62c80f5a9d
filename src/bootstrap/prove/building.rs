//! Calls about one place, in the making.

use serde_json::Value;

use crate::aws::{RawCall, Service, encoded, sagemaker_headers};
use crate::bootstrap::script::NAMESPACE;

/// Where a space is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// CodeArtifact domain.
    pub domain: String,
    /// Account that owns it.
    pub owner: String,
    /// The repository that spaces use.
    pub repository: String,
    /// The repository of the binary.
    pub binary_repository: String,
    /// The Studio domain; none outside of Studio.
    pub studio_domain: Option<String>,
    /// The space's user profile; none in a space that several people share.
    pub profile: Option<String>,
    /// A name that nobody has, and that says what it is for: `studio-mirror-probe-<number>`.
    pub probe: String,
}

/// A call in the making.
pub(super) struct Building {
    pub(super) call: RawCall,
}

impl Place {
    /// A call about the domain.
    pub(super) fn artifact(
        &self,
        operation: &'static str,
        method: &'static str,
        path: &str,
    ) -> Building {
        Building::new(operation, method, path)
            .query("domain", &self.domain)
            .query("domain-owner", &self.owner)
    }

    /// A call about a package of the binary's repository.
    pub(super) fn package(
        &self,
        operation: &'static str,
        method: &'static str,
        path: &str,
        package: &str,
    ) -> Building {
        let path = format!("package/{path}");
        self.artifact(operation, method, path.trim_end_matches('/'))
            .query("repository", &self.binary_repository)
            .query("format", "generic")
            .query("namespace", NAMESPACE)
            .query("package", package)
    }
}

impl Building {
    pub(super) fn new(operation: &'static str, method: &'static str, path: &str) -> Self {
        let call = RawCall {
            service: Service::CodeArtifact,
            operation,
            method,
            path: format!("/v1/{path}"),
            headers: Vec::new(),
            body: String::new(),
        };
        Self { call }
    }

    pub(super) fn sagemaker(operation: &'static str, body: &Value) -> Self {
        let call = RawCall {
            service: Service::SageMaker,
            operation,
            method: "POST",
            path: "/".to_owned(),
            headers: sagemaker_headers(operation),
            body: body.to_string(),
        };
        Self { call }
    }

    pub(super) fn query(mut self, name: &str, value: &str) -> Self {
        let mark = if self.call.path.contains('?') {
            '&'
        } else {
            '?'
        };
        self.call.path += &format!("{mark}{name}={}", encoded(value));
        self
    }

    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.call.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn body(self, body: &Value) -> Self {
        let mut with = self.header("content-type", "application/json");
        with.call.body = body.to_string();
        with
    }
}
