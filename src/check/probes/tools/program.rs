//! Where a client is and which version of it: told by files, and only where they do not tell by asking the program.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::asked::Asked;
use super::said::{self, is_of_old_python};

/// A program that does not say its version by then does not say it at all.
pub const LIMIT: Duration = Duration::from_secs(2);

/// A Python client and the environment that it is installed in.
#[derive(Clone, Debug)]
pub struct PythonTool {
    /// The program.
    pub path: PathBuf,
    /// `sys.prefix`.
    pub prefix: PathBuf,
    /// Its version.
    pub version: Option<String>,
    /// Whether the package keyring is there too.
    pub has_keyring: bool,
    /// Whether its Python is older than 3.10, which pip needs to trust the system's store.
    pub is_old: bool,
}

/// Every program of this name on PATH, in its order.
pub fn every(name: &str, environment: &BTreeMap<String, String>) -> impl Iterator<Item = PathBuf> {
    let paths = folders(environment).map(move |folder| folder.join(name));
    paths
        .filter(|path| is_program(path))
        .collect::<Vec<_>>()
        .into_iter()
}

/// Absolute folders of PATH.
fn folders(environment: &BTreeMap<String, String>) -> impl Iterator<Item = PathBuf> {
    let path = environment.get("PATH").map_or("", String::as_str);
    let folders: Vec<PathBuf> = std::env::split_paths(path).collect();
    folders.into_iter().filter(|folder| folder.is_absolute())
}

fn is_program(path: &Path) -> bool {
    let kind = fs::metadata(path);
    kind.is_ok_and(|kind| kind.is_file() && kind.permissions().mode() & 0o111 != 0)
}

/// pip as a shell finds it: the first `pip`, or the first Python that has it.
pub fn find_pip(
    home: &Path,
    environment: &BTreeMap<String, String>,
    asked: &Asked,
) -> Option<PythonTool> {
    let forced = environment
        .get("PIP_BREAK_SYSTEM_PACKAGES")
        .is_some_and(|value| !value.is_empty());
    folders(environment).find_map(|folder| {
        let scripts = ["pip", "pip3"].map(|name| folder.join(name));
        let scripts = scripts.iter().filter(|path| is_program(path));
        let mut by_script = scripts.filter_map(|path| python_tool("pip", path, home, asked));
        let pythons = ["python3", "python"].map(|name| folder.join(name));
        let pythons = pythons.into_iter().filter(|path| is_program(path));
        let mut by_python = pythons
            .map(|python| in_environment_of("pip", &python, python.clone(), home))
            .filter(|tool| tool.version.is_some());
        let found = by_script.next().or_else(|| by_python.next());
        // One that the distribution manages refuses to install (PEP 668), so nobody installs with it.
        found.filter(|pip| forced || !is_managed(&pip.prefix))
    })
}

/// Whether packages of this Python are its distribution's business.
fn is_managed(prefix: &Path) -> bool {
    let lib = fs::read_dir(prefix.join("lib")).into_iter().flatten();
    let mut folders = lib.flatten().map(|entry| entry.path());
    !prefix.join("pyvenv.cfg").is_file()
        && folders.any(|folder| folder.join("EXTERNALLY-MANAGED").is_file())
}

/// The Python client that the script at `path` starts.
pub fn python_tool(package: &str, path: &Path, home: &Path, asked: &Asked) -> Option<PythonTool> {
    match interpreter(path) {
        Some(python) => Some(in_environment_of(package, &python, path.to_owned(), home)),
        None => ask_pip(path, asked).filter(|_| package == "pip"),
    }
}

/// The Python that a script names.
fn interpreter(script: &Path) -> Option<PathBuf> {
    let mut head = vec![0; 1024];
    let mut file = fs::File::open(script).ok()?;
    let length = file.read(&mut head).ok()?;
    said::python_of_script(&String::from_utf8_lossy(&head[..length]))
}

fn in_environment_of(package: &str, python: &Path, path: PathBuf, home: &Path) -> PythonTool {
    let prefix = python
        .parent()
        .and_then(Path::parent)
        .unwrap_or(Path::new("/"))
        .to_owned();
    let folders = package_folders(&prefix, python, home);
    let installed = |name: &str| {
        let mut found = folders
            .iter()
            .map(|folder| Some((folder, version_in(folder, name)?)));
        found.find_map(|found| found)
    };
    let found = installed(package);
    PythonTool {
        is_old: found
            .as_ref()
            .is_some_and(|(folder, _)| is_of_old_python(folder)),
        version: found.map(|(_, version)| version),
        has_keyring: installed("keyring").is_some(),
        path,
        prefix,
    }
}

/// Where this Python looks for packages, in its order: the user's own, then the environment's, Debian's among them.
fn package_folders(prefix: &Path, python: &Path, home: &Path) -> Vec<PathBuf> {
    let real = fs::canonicalize(python).unwrap_or_else(|_| python.to_owned());
    let name = real
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut folders = Vec::new();
    if name.contains('.') {
        if !prefix.join("pyvenv.cfg").is_file() {
            folders.push(home.join(".local/lib").join(&name).join("site-packages"));
        }
        if prefix == Path::new("/usr") {
            folders.push(
                Path::new("/usr/local/lib")
                    .join(&name)
                    .join("dist-packages"),
            );
        }
        folders.push(prefix.join("lib").join(&name).join("site-packages"));
    } else {
        let lib = fs::read_dir(prefix.join("lib"))
            .into_iter()
            .flatten()
            .flatten();
        let pythons = lib.filter(|entry| entry.file_name().to_string_lossy().starts_with("python"));
        folders.extend(pythons.map(|entry| entry.path().join("site-packages")));
    }
    folders.push(prefix.join("lib/python3/dist-packages"));
    folders
}

/// The version of `package` in a folder of packages, by the name of its `dist-info`.
fn version_in(folder: &Path, package: &str) -> Option<String> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    entries
        .filter_map(|entry| entry.file_name().into_string().ok())
        .find_map(|name| said::dist_info(&name, package))
}

/// What `pip --version` says, for one that is started by something else than Python.
fn ask_pip(path: &Path, asked: &Asked) -> Option<PythonTool> {
    let pip = said::pip(&asked.ask(path, &["--version"], LIMIT)?)?;
    Some(PythonTool {
        path: path.to_owned(),
        has_keyring: version_in(&pip.packages, "keyring").is_some(),
        is_old: is_of_old_python(&pip.packages),
        prefix: pip.prefix,
        version: Some(pip.version),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pip_is_known_with_its_python() {
        let home = tempfile::tempdir().expect("a scratch folder");
        let bin = home.path().join("env/bin");
        fs::create_dir_all(&bin).expect("a folder");
        for (python, is_old) in [("python3.9", true), ("python3.10", false)] {
            let packages = home
                .path()
                .join("env/lib")
                .join(python)
                .join("site-packages");
            fs::create_dir_all(packages.join("pip-25.3.dist-info")).expect("a folder");
            let pip = in_environment_of("pip", &bin.join("python"), bin.join("pip"), home.path());
            assert_eq!((pip.version.as_deref(), pip.is_old), (Some("25.3"), is_old));
            fs::remove_dir_all(home.path().join("env/lib")).expect("our own folder");
        }
    }
}
