//! The binary in a package: found, checked, and put where spaces fetch it.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use super::names::{Names, version_of};
use super::program;
use super::reach::Reach;
use super::script::{ASSET, Pinned, sha256};
use crate::aws::AwsError;
use crate::error::{HintExt, with_hint};

/// A binary's bytes and what follows from them.
#[derive(Clone, Debug)]
pub struct Content {
    /// Where it was read.
    pub path: PathBuf,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Its version and hash.
    pub binary: Pinned,
}

impl Content {
    /// Reads the binary that spaces are to run: `path`, or this program itself.
    ///
    /// # Errors
    /// When it cannot be read or is no static program for x86_64 Linux.
    pub fn read(path: Option<&Path>) -> anyhow::Result<Self> {
        let path = match path {
            Some(path) => path.to_owned(),
            None => std::env::current_exe().context("this program cannot find itself")?,
        };
        let bytes = std::fs::read(&path)
            .with_context(|| format!("cannot read {}", path.display()))
            .hint(|| "--binary names the Linux binary of this version".into())?;
        program::check(&bytes)
            .with_context(|| format!("{} cannot run in spaces", path.display()))
            .hint(|| {
                "name the static x86_64 Linux binary of this version with `--binary FILE`".into()
            })?;
        let sha256 = sha256(&bytes);
        Ok(Self {
            binary: Pinned {
                version: version_of(&sha256),
                sha256,
            },
            path,
            bytes,
        })
    }
}

/// Publishes it, unless it is there; whether it was not.
///
/// # Errors
/// When it cannot be published, or the version is there with other bytes.
pub async fn publish(reach: &Reach, names: &Names, content: &Content) -> anyhow::Result<bool> {
    let registry = reach.registry(&names.domain, &names.owner);
    let version = names.version();
    let wanted = &content.binary.sha256;
    let seen = registry.asset_sha256(&version, ASSET).await;
    match seen.map_err(AwsError::into_hinted)? {
        Some(seen) if seen == *wanted => return Ok(false),
        Some(seen) => return Err(other_bytes(&version, &seen)),
        None => {}
    }
    let published = registry
        .publish(&version, ASSET, &content.bytes, wanted)
        .await;
    let conflict = match published {
        Ok(()) => None,
        // Another run was faster, or the name is taken: what is there is looked at below.
        Err(error) if error.says("Conflict") => Some(error),
        Err(error) => return Err(error.into_hinted()),
    };
    let seen = registry.asset_sha256(&version, ASSET).await;
    match seen.map_err(AwsError::into_hinted)? {
        Some(seen) if seen == *wanted => Ok(true),
        Some(seen) => Err(other_bytes(&version, &seen)),
        None => Err(match conflict {
            Some(error) => taken(reach, names, error),
            None => with_hint(
                anyhow!(
                    "CodeArtifact took the version {} of {}, and does not show it",
                    version.version,
                    version.package
                ),
                "type the command again; if it says the same, delete that version with `aws codeartifact delete-package-versions`",
            ),
        }),
    }
}

/// A version that was disposed has no files and keeps its name for ever.
fn taken(reach: &Reach, names: &Names, error: AwsError) -> anyhow::Error {
    let version = names.version();
    let region = &reach.caller.region;
    with_hint(
        error.into_hinted(),
        format!(
            "the version is there without its file, as after `dispose-package-versions`; delete it, and type the command again: \
             `aws codeartifact delete-package-versions --region {region} --domain {} --domain-owner {} --repository {} --format generic \
             --namespace {} --package {} --versions {}`",
            names.domain,
            names.owner,
            version.repository,
            version.namespace,
            version.package,
            version.version
        ),
    )
}

fn other_bytes(version: &crate::aws::Version<'_>, seen: &str) -> anyhow::Error {
    with_hint(
        anyhow!(
            "the version {} of {} in the repository {} has other bytes (SHA-256 {seen}) than its name stands for",
            version.version,
            version.package,
            version.repository
        ),
        "somebody published over it: CloudTrail's PublishPackageVersion and CopyPackageVersions say who; delete that version, and type the command again",
    )
}
