//! What clients' files and programs say of themselves, from the text alone. Anybody may have put it there.

use std::path::{Path, PathBuf};

/// A version as programs write theirs; something else is none, and not shown.
pub fn version(text: &str) -> Option<String> {
    let is_of_version = |byte: u8| byte.is_ascii_alphanumeric() || b".+-_!".contains(&byte);
    let fits = (1..=64).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_digit())
        && text.bytes().all(is_of_version);
    fits.then(|| text.to_owned())
}

/// The Python that a script names: in its first line, or behind `exec` where the path is too long for that.
pub fn python_of_script(head: &str) -> Option<PathBuf> {
    let mut lines = head.lines();
    let first = lines.next()?.strip_prefix("#!")?.trim();
    let direct = first.split_whitespace().next()?;
    let named = match lines.next().and_then(|line| line.strip_prefix("'''exec' ")) {
        Some(rest) => rest.trim_start_matches('"').split(['"', ' ']).next()?,
        None => direct,
    };
    let path = PathBuf::from(named);
    let is_python = path.file_name()?.to_str()?.starts_with("python");
    is_python.then_some(path)
}

/// What `pip --version` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipSaid {
    /// Its version.
    pub version: String,
    /// The folder of packages that it is in.
    pub packages: PathBuf,
    /// `sys.prefix`.
    pub prefix: PathBuf,
}

/// Reads `pip 26.3 from /opt/conda/lib/python3.12/site-packages/pip (python 3.12)`.
pub fn pip(said: &str) -> Option<PipSaid> {
    let rest = said.trim().strip_prefix("pip ")?;
    let (number, rest) = rest.split_once(" from ")?;
    let packages = Path::new(rest.split(" (python").next()?).parent()?;
    let prefix = packages
        .ancestors()
        .find(|folder| folder.ends_with("lib"))?
        .parent()?;
    Some(PipSaid {
        version: version(number)?,
        packages: packages.to_owned(),
        prefix: prefix.to_owned(),
    })
}

/// Reads `uv 0.13.9 (abc 2026-11-01)`.
pub fn uv(said: &str) -> Option<String> {
    version(said.split_whitespace().nth(1)?)
}

/// npm's version in its package.json; another package's says nothing of npm.
pub fn npm(package_json: &str) -> Option<String> {
    let package: serde_json::Value = serde_json::from_str(package_json).ok()?;
    let is_npm = package.get("name")?.as_str() == Some("npm");
    version(package.get("version")?.as_str()?).filter(|_| is_npm)
}

/// The version of `package`, if this is the name of its folder `pip-26.3.dist-info`.
pub fn dist_info(folder: &str, package: &str) -> Option<String> {
    let rest = folder.strip_prefix(package)?.strip_prefix('-')?;
    version(rest.strip_suffix(".dist-info")?)
}

/// Whether packages in `folder` (`…/lib/python3.9/site-packages`) are those of a Python before 3.10.
pub fn is_of_old_python(folder: &Path) -> bool {
    let names = folder.iter().filter_map(|name| name.to_str());
    let mut versions = names.filter_map(|name| name.strip_prefix("python3.")?.parse::<u32>().ok());
    versions.next_back().is_some_and(|minor| minor < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_known_by_what_it_says() {
        let said = pip("pip 26.3 from /opt/conda/lib/python3.12/site-packages/pip (python 3.12)\n")
            .expect("pip's own words");
        assert_eq!(said.version, "26.3");
        assert_eq!(said.prefix, Path::new("/opt/conda"));
        assert!(!is_of_old_python(&said.packages));
        assert_eq!(
            uv("uv 0.13.9 (abc 2026-11-01)\n").as_deref(),
            Some("0.13.9")
        );
        assert_eq!(
            dist_info("pip-25.3.dist-info", "pip").as_deref(),
            Some("25.3")
        );
        assert_eq!(dist_info("pipx-1.18.4.dist-info", "pip"), None);
        let package = |name: &str| format!(r#"{{"name": "{name}", "version": "12.2.0"}}"#);
        assert_eq!(npm(&package("npm")).as_deref(), Some("12.2.0"));
        assert_eq!(npm(&package("other")), None);
    }

    #[test]
    fn a_script_names_its_python_whatever_the_length_of_the_path() {
        let python = Some(PathBuf::from("/env/bin/python3"));
        assert_eq!(python_of_script("#!/env/bin/python3\nimport pip"), python);
        assert_eq!(
            python_of_script("#!/bin/sh\n'''exec' \"/env/bin/python3\" \"$0\" \"$@\""),
            python
        );
        assert_eq!(python_of_script("#!/bin/sh\nexec pip"), None);
    }

    #[test]
    fn what_is_no_version_is_not_shown() {
        for odd in ["", "1\u{1b}[2J", "latest", "1.0 or so", &"1".repeat(65)] {
            assert_eq!(version(odd), None, "{odd:?}");
        }
        assert_eq!(version("24.0+local.1").as_deref(), Some("24.0+local.1"));
    }
}
