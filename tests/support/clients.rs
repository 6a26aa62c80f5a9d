//! Where the pinned package clients are, as `scripts/clients` installed them.

use super::checkout;
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// The folder of one client, by its name in `tests/clients.toml`.
///
/// Panics when the name is not pinned there or the client is not installed.
pub fn folder(name: &str) -> PathBuf {
    assert!(
        is_pinned(name),
        "tests/clients.toml names no client {name:?}"
    );
    let folder = all().join(name);
    assert!(
        folder.join(".installed").is_file(),
        "{name} is not installed in {}: run scripts/clients first",
        folder.display()
    );
    folder
}

/// The folder of a client's commands, to be put on a PATH.
pub fn bin(name: &str) -> PathBuf {
    folder(name).join("bin")
}

/// The folder that holds all clients.
pub fn all() -> PathBuf {
    std::env::var_os("STUDIO_MIRROR_CLIENTS")
        .map_or_else(|| checkout().join(".cache/clients"), PathBuf::from)
}

/// The interpreter outside every virtual environment that the clients were made with.
pub fn base_python() -> PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON
        .get_or_init(|| {
            let answer = Command::new(bin("conda").join("python"))
                .args([
                    "-c",
                    "import os, sys; print(os.path.realpath(sys.executable))",
                ])
                .output()
                .expect("the Python of the conda client runs");
            PathBuf::from(
                String::from_utf8(answer.stdout)
                    .expect("a path in UTF-8")
                    .trim(),
            )
        })
        .clone()
}

fn is_pinned(name: &str) -> bool {
    let text = std::fs::read_to_string(checkout().join("tests/clients.toml"))
        .expect("tests/clients.toml is readable");
    let pins: toml_edit::DocumentMut = text.parse().expect("tests/clients.toml is TOML");
    pins.iter().any(|(_, table)| table.get(name).is_some())
}
