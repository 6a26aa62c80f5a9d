//! Reads the folder of packages: wheels, sdists, npm packs, crates and gems, and what they say about themselves.

use crate::asset::{Asset, Content};
use crate::call::normalise;
use crate::cargo;
use crate::clock::rfc3339;
use crate::maven;
use crate::names::Format;
use crate::nuget;
use crate::random::to_hex;
use crate::ruby;
use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use std::collections::HashMap;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;
use time::OffsetDateTime;

/// A folder whose files are looked at afresh at each question, so that a test can add and remove packages.
#[derive(Debug, Default)]
pub(crate) struct PackageFolder {
    root: Option<PathBuf>,
    /// What stands for Maven Central behind the folder itself, in Maven's layout.
    maven_central: Option<PathBuf>,
    read: Mutex<HashMap<PathBuf, (SystemTime, Arc<Asset>)>>,
}

impl PackageFolder {
    pub(crate) fn new(root: Option<PathBuf>, maven_central: Option<PathBuf>) -> PackageFolder {
        PackageFolder {
            root,
            maven_central,
            read: Mutex::default(),
        }
    }

    /// The files of a package in the folder itself (`None`: the public index) or in a repository's own folder below it.
    ///
    /// # Errors
    /// When a file there is not the package that its name says.
    pub(crate) fn find(
        &self,
        folder: Option<&str>,
        format: Format,
        name: &str,
    ) -> Result<Vec<Arc<Asset>>> {
        if format == Format::Maven {
            return self.find_maven(folder, name);
        }
        let Some(root) = &self.root else {
            return Ok(Vec::new());
        };
        let folder = folder.map_or_else(|| root.clone(), |folder| root.join(folder));
        let mut found = Vec::new();
        for path in files(&folder)? {
            let asset = self
                .read(&path)
                .with_context(|| format!("{} is no package", path.display()))?;
            if let Some(asset) = asset.filter(|asset| asset.format == format && asset.name == name)
            {
                found.push(asset);
            }
        }
        Ok(found)
    }

    /// In Maven's layout below a folder `maven2`: `com/example/lib/1.0/lib-1.0.jar`.
    fn find_maven(&self, folder: Option<&str>, name: &str) -> Result<Vec<Arc<Asset>>> {
        let (group, artifact) = name.split_once(':').context("no package of Maven's")?;
        let below = format!("{}/{artifact}", group.replace('.', "/"));
        let own = self
            .root
            .as_ref()
            .map(|root| root.join(folder.unwrap_or_default()).join("maven2"));
        let central = self.maven_central.clone().filter(|_| folder.is_none());
        let mut found = Vec::new();
        for place in own.into_iter().chain(central) {
            for version in folders(&place.join(&below))? {
                let version_name = version.file_name().and_then(|name| name.to_str());
                let version_name = version_name.context("the name is no UTF-8")?;
                let is_public = folder.is_none();
                // No snapshot comes by an external connection.
                if is_public && maven::is_snapshot(version_name) {
                    continue;
                }
                for path in files(&version)? {
                    let filename = path.file_name().and_then(|name| name.to_str());
                    let filename = filename.context("the name is no UTF-8")?;
                    let content = Content::Folder(path.clone());
                    let asset = Asset::new(Format::Maven, name, version_name, filename, content);
                    found.push(Arc::new(asset));
                }
            }
            if !found.is_empty() {
                break;
            }
        }
        Ok(found)
    }

    fn read(&self, path: &Path) -> Result<Option<Arc<Asset>>> {
        // A file that has gone since the folder was listed is no package any more.
        let Ok(metadata) = path.metadata() else {
            return Ok(None);
        };
        let modified = metadata.modified()?;
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, asset)) = read.get(path)
            && *at == modified
            && asset.content() == Content::Folder(path.into())
        {
            return Ok(Some(asset.clone()));
        }
        let Some(mut asset) = read_package(path)? else {
            return Ok(None);
        };
        asset.published = rfc3339(OffsetDateTime::from(modified));
        let asset = Arc::new(asset);
        read.insert(path.into(), (modified, asset.clone()));
        Ok(Some(asset))
    }
}

/// The regular files of a folder, by name; none when it is not there.
fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_file)
}

/// The folders in a folder, likewise.
fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_dir)
}

fn entries(folder: &Path, is_meant: fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let Ok(entries) = folder.read_dir() else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if is_meant(&path) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn read_package(path: &Path) -> Result<Option<Asset>> {
    let filename = path
        .file_name()
        .and_then(|name| name.to_str())
        .context("the name is no UTF-8")?;
    match kind_of(filename) {
        Some(_) => read_bytes(
            filename,
            &std::fs::read(path)?,
            Content::Folder(path.into()),
        )
        .map(Some),
        None => Ok(None),
    }
}

/// The package that these bytes are, by the file's name and what they say about themselves.
///
/// # Errors
/// When the name is of no kind of package that is known here, or the bytes are none.
pub(crate) fn read_bytes(filename: &str, bytes: &[u8], content: Content) -> Result<Asset> {
    let read = kind_of(filename).context("no kind of package that is known here")?;
    let mut asset = read(filename, bytes, content)?;
    asset.sha256 = Some(to_hex(&Sha256::digest(bytes)));
    Ok(asset)
}

/// Reads what a package's bytes say.
type Reader = fn(&str, &[u8], Content) -> Result<Asset>;

fn kind_of(filename: &str) -> Option<Reader> {
    let kinds: [(&str, Reader); 6] = [
        (".nupkg", |_, bytes, content| nuget::read(bytes, content)),
        (".crate", |_, bytes, content| {
            cargo::read(bytes, &from_tarball(bytes, "Cargo.toml")?, content)
        }),
        (".whl", |name, bytes, content| {
            python(name, &wheel_metadata(bytes)?, content)
        }),
        (".tar.gz", |name, bytes, content| {
            python(name, &from_tarball(bytes, "PKG-INFO")?, content)
        }),
        (".tgz", |_, bytes, content| npm(bytes, content)),
        (".gem", |_, bytes, content| ruby::read(bytes, content)),
    ];
    let found = kinds.iter().find(|(end, _)| filename.ends_with(end));
    found.map(|(_, reader)| *reader)
}

fn python(filename: &str, metadata: &str, content: Content) -> Result<Asset> {
    let field = |name: &str| {
        let head = metadata.lines().take_while(|line| !line.is_empty());
        head.filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    let value = |name: &str| field(name).map(|(_, value)| value.trim().to_owned());
    let name = normalise(&value("Name").context("its metadata has no Name")?);
    let version = value("Version").context("its metadata has no Version")?;
    let mut asset = Asset::new(Format::Pypi, &name, &version, filename, content);
    asset.requires_python = value("Requires-Python");
    Ok(asset)
}

fn wheel_metadata(bytes: &[u8]) -> Result<String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes))?;
    let wanted =
        |name: &&str| name.ends_with(".dist-info/METADATA") && name.matches('/').count() == 1;
    let name = archive
        .file_names()
        .find(wanted)
        .context("no METADATA in it")?
        .to_owned();
    let mut text = String::new();
    archive.by_name(&name)?.read_to_string(&mut text)?;
    Ok(text)
}

/// The text of a file in the archive's one top folder.
fn from_tarball(bytes: &[u8], wanted: &str) -> Result<String> {
    for entry in tar::Archive::new(GzDecoder::new(bytes)).entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let depth = path
            .components()
            .filter(|part| matches!(part, std::path::Component::Normal(_)))
            .count();
        if path.ends_with(wanted) && depth == 2 {
            let mut text = String::new();
            entry.read_to_string(&mut text)?;
            return Ok(text);
        }
    }
    bail!("no {wanted} in it")
}

fn npm(bytes: &[u8], content: Content) -> Result<Asset> {
    let mut manifest: Value = serde_json::from_str(&from_tarball(bytes, "package.json")?)?;
    let text = |field: &str| {
        manifest
            .get(field)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let name = text("name").context("package.json has no name")?;
    let version = text("version").context("package.json has no version")?;
    manifest["_id"] = json!(format!("{name}@{version}"));
    manifest["dist"] = json!({
        "integrity": format!("sha512-{}", STANDARD.encode(Sha512::digest(bytes))),
        "shasum": to_hex(&Sha1::digest(bytes)),
    });
    // The registry names tarballs itself, whatever the file was called when it was packed.
    let base = name.rsplit('/').next().unwrap_or(&name);
    let filename = format!("{base}-{version}.tgz");
    let mut asset = Asset::new(Format::Npm, &name, &version, &filename, content);
    asset.manifest = Some(manifest);
    Ok(asset)
}
