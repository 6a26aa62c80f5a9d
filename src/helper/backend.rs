//! The backend for the Python package keyring, so that every Python's `keyring` reaches this binary.

use std::path::Path;

/// The module's file name.
pub const BACKEND_FILE: &str = "studio_mirror_keyring.py";
/// What `default-keyring` in keyringrc.cfg says.
pub const BACKEND_NAME: &str = "studio_mirror_keyring.Backend";

/// The rank of a backend that keyringrc.cfg names: keyring does not choose it by rank, and never calls it in a chain.
pub const LAST: u8 = 0;
/// The rank of one that every user's keyring is to choose by itself: above those of desktops (5), below the chain of all (10).
pub const FIRST: u8 = 9;

const TEMPLATE: &str = include_str!("studio_mirror_keyring.py");

/// The module's text: `binary` is asked first; then the user's own backend, `previous` (found by
/// way of `previous_path`) or what keyring would have chosen itself.
pub fn backend_source(
    binary: &Path,
    previous: Option<&str>,
    previous_path: Option<&str>,
    rank: u8,
) -> String {
    let literal = |value: Option<&str>| match value {
        Some(value) => python_string(value),
        None => "None".to_owned(),
    };
    let binary = binary.to_string_lossy();
    TEMPLATE
        .replace("\"@BINARY@\"", &python_string(&binary))
        .replace("\"@RANK@\"", &rank.to_string())
        .replace("\"@PREVIOUS@\"", &literal(previous))
        .replace("\"@PREVIOUS_PATH@\"", &literal(previous_path))
}

/// `value` as a Python string literal. JSON's escapes are Python's too, but for characters outside
/// the basic plane, which JSON writers leave as they are.
fn python_string(value: &str) -> String {
    serde_json::Value::from(value).to_string()
}
