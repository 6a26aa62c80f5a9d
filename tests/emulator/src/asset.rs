//! A file of a package version, wherever its bytes are.

use crate::names::Format;
use axum::body::Bytes;
use serde_json::Value;
use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

/// One file of one version of a package.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub(crate) format: Format,
    /// As PEP 503 normalises it, or npm's full name with its scope.
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) filename: String,
    /// Of the bytes, in hexadecimal digits, as far as they have been seen.
    pub(crate) sha256: Option<String>,
    pub(crate) requires_python: Option<String>,
    /// Why the file was withdrawn (PEP 592); empty when no reason was given.
    pub(crate) yanked: Option<String>,
    /// npm: the version's manifest with `dist`, but for the tarball's address.
    pub(crate) manifest: Option<Value>,
    /// When it was published, RFC 3339.
    pub(crate) published: String,
    /// Shared by all repositories that hold the file, so that it is fetched once.
    content: Arc<RwLock<Content>>,
}

/// Where a file's bytes are.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Content {
    /// In the folder of packages, which is not ours.
    Folder(PathBuf),
    /// Behind the machine's own index.
    Remote(url::Url),
    /// Copied to our own folder.
    Kept(PathBuf),
    /// As the client that published it sent them.
    Sent(Bytes),
}

impl Asset {
    /// An asset without anything but its identity.
    pub(crate) fn new(
        format: Format,
        name: &str,
        version: &str,
        filename: &str,
        content: Content,
    ) -> Asset {
        Asset {
            format,
            name: name.into(),
            version: version.into(),
            filename: filename.into(),
            sha256: None,
            requires_python: None,
            yanked: None,
            manifest: None,
            published: "2026-01-01T00:00:00Z".into(),
            content: Arc::new(RwLock::new(content)),
        }
    }

    pub(crate) fn content(&self) -> Content {
        self.content
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn set_content(&self, content: Content) {
        *self.content.write().unwrap_or_else(PoisonError::into_inner) = content;
    }
}
