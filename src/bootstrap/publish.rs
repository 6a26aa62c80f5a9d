//! The binary in a package: found, checked, and put where spaces fetch it.

use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};

use super::names::{Names, sha256, version_of};
use super::reach::Reach;
use super::script::{ASSET, Pinned};
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
        check(&bytes)
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

/// Whether `bytes` are a static ELF program for x86_64 (System V ABI, chapter 4 and 5).
///
/// # Errors
/// What it is instead.
pub fn check(bytes: &[u8]) -> anyhow::Result<()> {
    const PROGRAM: [u16; 2] = [2, 3];
    const X86_64: u16 = 62;
    const INTERPRETER: u32 = 3;
    let half = |at: usize| {
        let bytes = bytes.get(at..)?.get(..2)?;
        Some(u16::from_le_bytes(bytes.try_into().ok()?))
    };
    let word = |at: usize| {
        let bytes = bytes.get(at..)?.get(..4)?;
        Some(u32::from_le_bytes(bytes.try_into().ok()?))
    };
    let long = |at: usize| {
        let bytes = bytes.get(at..)?.get(..8)?;
        usize::try_from(u64::from_le_bytes(bytes.try_into().ok()?)).ok()
    };
    if bytes.get(..4) != Some(b"\x7fELF") {
        bail!("it is no ELF file: a program of another system");
    }
    // 64 bits, the low byte first.
    if bytes.get(4..6) != Some(&[2, 1]) || half(18) != Some(X86_64) {
        bail!("it is for another processor than x86_64");
    }
    if !half(16).is_some_and(|kind| PROGRAM.contains(&kind)) {
        bail!("it is no program");
    }
    let table = long(32).zip(half(54)).zip(half(56));
    let ((start, size), count) = table.ok_or_else(|| anyhow!("it is cut off"))?;
    for index in 0..usize::from(count) {
        let entry = index
            .checked_mul(usize::from(size))
            .and_then(|offset| start.checked_add(offset));
        let kind = entry
            .and_then(word)
            .ok_or_else(|| anyhow!("it is cut off"))?;
        if kind == INTERPRETER {
            bail!("it is linked dynamically, and would look for another system's libraries");
        }
    }
    Ok(())
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
    match published {
        Ok(()) => {}
        // Another run was faster; what it published is looked at below.
        Err(error) if error.says("Conflict") => {}
        Err(error) => return Err(error.into_hinted()),
    }
    let seen = registry.asset_sha256(&version, ASSET).await;
    match seen.map_err(AwsError::into_hinted)? {
        Some(seen) if seen == *wanted => Ok(true),
        Some(seen) => Err(other_bytes(&version, &seen)),
        None => Err(anyhow!(
            "CodeArtifact took the version {} of {}, and does not show it",
            version.version,
            version.package
        )),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn elf(machine: u16, segment: u32) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[16..18].copy_from_slice(&3_u16.to_le_bytes());
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[32..40].copy_from_slice(&64_u64.to_le_bytes());
        bytes[54..56].copy_from_slice(&56_u16.to_le_bytes());
        bytes[56..58].copy_from_slice(&1_u16.to_le_bytes());
        bytes[64..68].copy_from_slice(&segment.to_le_bytes());
        bytes
    }

    fn refused(bytes: &[u8]) -> String {
        check(bytes).expect_err("no binary for spaces").to_string()
    }

    #[test]
    fn only_static_programs_for_x86_64_linux_pass() {
        assert!(check(&elf(62, 1)).is_ok());
        assert!(refused(b"\xcf\xfa\xed\xfe").contains("no ELF"));
        assert!(refused(&elf(183, 1)).contains("processor"));
        assert!(refused(&elf(62, 3)).contains("dynamically"));
        assert!(refused(&elf(62, 1)[..60]).contains("cut off"));
        let mut endless = elf(62, 1);
        endless[32..40].copy_from_slice(&u64::MAX.to_le_bytes());
        assert!(refused(&endless).contains("cut off"));
    }
}
