//! What clients' files and programs say of themselves.

use studio_mirror::check::probes::tools::said;

use super::{parts, steers_nothing};

/// The head of a script, what `--version` answers, a package.json, the name of a folder.
pub fn said_by_clients(text: &str) {
    let [script, answer, package, folder] = parts(text);
    if let Some(python) = said::python_of_script(script) {
        let name = python.file_name().and_then(|name| name.to_str());
        assert!(name.is_some_and(|name| name.starts_with("python")));
        assert!(script.starts_with("#!"));
    }
    if let Some(pip) = said::pip(answer) {
        is_version(&pip.version);
        assert!(pip.packages.starts_with(&pip.prefix));
        let _ = said::is_of_old_python(&pip.packages);
    }
    for version in [
        said::uv(answer),
        said::npm(package),
        said::dist_info(folder, "pip"),
    ]
    .into_iter()
    .flatten()
    {
        is_version(&version);
    }
}

fn is_version(version: &str) {
    steers_nothing(version);
    assert!(!version.is_empty() && version.len() <= 64 && version.is_ascii());
    assert!(!version.contains([' ', '/', '`']), "{version:?}");
}
