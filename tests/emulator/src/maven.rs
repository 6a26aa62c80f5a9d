//! Maven's wire: what a path names, the checksums that stand beside every file, and the list of a package's versions.

use crate::random::to_hex;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

/// The file that lists a package's versions, or a snapshot's builds.
pub(crate) const METADATA: &str = "maven-metadata.xml";
const SNAPSHOT: &str = "-SNAPSHOT";

/// What a path below the endpoint names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MavenPath {
    /// `group:artifact`
    pub(crate) package: String,
    pub(crate) version: Option<String>,
    /// The file; without the checksum's ending where the checksum is meant.
    pub(crate) file: String,
    pub(crate) checksum: Option<Checksum>,
}

/// A kind of checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checksum {
    Md5,
    Sha1,
    Sha256,
    Sha512,
}

impl Checksum {
    const ALL: [(Checksum, &'static str); 4] = [
        (Checksum::Md5, ".md5"),
        (Checksum::Sha1, ".sha1"),
        (Checksum::Sha256, ".sha256"),
        (Checksum::Sha512, ".sha512"),
    ];

    /// In hexadecimal digits.
    pub(crate) fn of(self, bytes: &[u8]) -> String {
        match self {
            Checksum::Md5 => to_hex(&Md5::digest(bytes)),
            Checksum::Sha1 => to_hex(&Sha1::digest(bytes)),
            Checksum::Sha256 => to_hex(&Sha256::digest(bytes)),
            Checksum::Sha512 => to_hex(&Sha512::digest(bytes)),
        }
    }
}

impl MavenPath {
    /// Reads what follows the endpoint's own path; `None` for what is in no package.
    pub(crate) fn read(rest: &str) -> Option<MavenPath> {
        let mut parts: Vec<_> = rest.split('/').collect();
        let named = parts.pop()?;
        let checksum = Checksum::ALL
            .iter()
            .find(|(_, ending)| named.ends_with(ending));
        let file = checksum.map_or(named, |(_, ending)| {
            named.strip_suffix(ending).unwrap_or(named)
        });
        let is_of_package = file == METADATA && !parts.last()?.ends_with(SNAPSHOT);
        let version = match is_of_package {
            true => None,
            false => Some(parts.pop()?.to_owned()),
        };
        let artifact = parts.pop()?;
        let is_whole =
            !parts.is_empty() && parts.iter().all(|part| !matches!(*part, "" | "." | ".."));
        let is_named = ![file, artifact].contains(&"") && version.as_deref() != Some("");
        (is_whole && is_named).then(|| MavenPath {
            package: format!("{}:{artifact}", parts.join(".")),
            version,
            file: file.to_owned(),
            checksum: checksum.map(|(kind, _)| *kind),
        })
    }

    /// Whether a file of such a name can be published here: it begins with the artifact and the version, and one of a snapshot
    /// has the time of its build in place of `SNAPSHOT`.
    pub(crate) fn has_good_name(&self) -> bool {
        let (Some(version), Some((_, artifact))) = (&self.version, self.package.split_once(':'))
        else {
            return false;
        };
        let Some(rest) = self.file.strip_prefix(&format!("{artifact}-")) else {
            return false;
        };
        let Some(base) = version.strip_suffix(SNAPSHOT) else {
            return rest
                .strip_prefix(version.as_str())
                .is_some_and(|rest| rest.starts_with(['.', '-']));
        };
        let build = rest
            .strip_prefix(base)
            .and_then(|rest| rest.strip_prefix('-'));
        build.is_some_and(is_build)
    }
}

/// `20210728.194552-1`, and what follows it.
fn is_build(text: &str) -> bool {
    let mut parts = text.splitn(2, '-');
    let (time, number) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let is_time = time.len() == 15
        && time.bytes().enumerate().all(|(at, byte)| match at {
            8 => byte == b'.',
            _ => byte.is_ascii_digit(),
        });
    is_time && number.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether nothing of this version comes from a public repository.
pub(crate) fn is_snapshot(version: &str) -> bool {
    version.ends_with(SNAPSHOT)
}

/// The versions that a `maven-metadata.xml` lists.
pub(crate) fn versions(metadata: &str) -> Vec<&str> {
    let items = metadata.split("<version>").skip(1);
    items
        .filter_map(|item| item.split_once("</version>"))
        .map(|(version, _)| version.trim())
        .collect()
}

/// A package's `maven-metadata.xml`.
pub(crate) fn metadata(package: &str, versions: &[&str]) -> String {
    let (group, artifact) = package.split_once(':').unwrap_or(("", package));
    let list: String = versions
        .iter()
        .map(|version| format!("      <version>{version}</version>\n"))
        .collect();
    let latest = versions.last().copied().unwrap_or_default();
    let release = versions.iter().rfind(|version| !is_snapshot(version));
    let release = release.map_or(String::new(), |release| {
        format!("    <release>{release}</release>\n")
    });
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metadata>\n  <groupId>{group}</groupId>\n  <artifactId>{artifact}</artifactId>\n  \
         <versioning>\n    <latest>{latest}</latest>\n{release}    <versions>\n{list}    </versions>\n  </versioning>\n</metadata>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_names_a_file_of_a_version_or_a_list_of_versions() {
        let read = |path| {
            MavenPath::read(path).map(|path| (path.package, path.version, path.file, path.checksum))
        };
        let of = |version: Option<&str>, file: &str, checksum| {
            Some((
                "com.a:b".to_owned(),
                version.map(str::to_owned),
                file.to_owned(),
                checksum,
            ))
        };
        assert_eq!(
            read("com/a/b/1.0/b-1.0.jar"),
            of(Some("1.0"), "b-1.0.jar", None)
        );
        assert_eq!(
            read("com/a/b/1.0/b-1.0.jar.sha1"),
            of(Some("1.0"), "b-1.0.jar", Some(Checksum::Sha1))
        );
        assert_eq!(read("com/a/b/maven-metadata.xml"), of(None, METADATA, None));
        assert_eq!(
            read("com/a/b/1-SNAPSHOT/maven-metadata.xml.md5"),
            of(Some("1-SNAPSHOT"), METADATA, Some(Checksum::Md5))
        );
        for path in [
            "",
            "b/1.0/b-1.0.jar",
            "maven-metadata.xml",
            "com/../b/1/b-1.jar",
            "com//b/1/b-1.jar",
        ] {
            assert_eq!(read(path), None, "{path}");
        }
    }

    #[test]
    fn a_snapshot_is_published_by_the_time_of_its_build_alone() {
        let is_good = |path| MavenPath::read(path).is_some_and(|path| path.has_good_name());
        assert!(is_good("g/a/1.0/a-1.0.pom") && is_good("g/a/1.0/a-1.0-sources.jar"));
        assert!(is_good("g/a/1.0-SNAPSHOT/a-1.0-20210728.194552-1.jar"));
        for path in [
            "g/a/1.0-SNAPSHOT/a-1.0-SNAPSHOT.jar",
            "g/a/1.0/b-1.0.jar",
            "g/a/1.0/a-1.01.jar",
            "g/a/1.0-SNAPSHOT/a-1.0-2021072.8194552-1.jar",
        ] {
            assert!(!is_good(path), "{path}");
        }
    }
}
