//! Packages of a kilobyte that no public index has, so that what installs them must have asked the emulator.

use super::{checkout, clients};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

/// A folder of packages for the emulator, gone with this value.
///
/// - wheels: `mirror-greeting` (needs `mirror-words`), `mirror-farewell`, `mirror-backend`
/// - sdist: `mirror-built`, whose build needs `mirror-backend` from the same index
/// - in Maven's layout: `example.mirror:mirror-bread` (needs `mirror-flour`), and in repository `web` `mirror-jam` (needs it too)
/// - NuGet: `Mirror.Pen` (needs `Mirror.Ink`)
/// - gems: `mirror-gem` (needs `mirror-ore`)
/// - npm: `mirror-left` (needs `mirror-right`), `mirror-again`, `@acme/mirror-scoped`
pub struct Packages(TempDir);

impl Packages {
    /// Builds them all.
    pub fn build() -> Packages {
        Packages::with_public(&[])
    }

    /// Builds them all, and npm packages as `name@version`, wheels as `name==version`: such as every repository over the public
    /// indexes has.
    pub fn with_public(wanted: &[&str]) -> Packages {
        let folder = tempfile::Builder::new()
            .prefix("packages-")
            .tempdir()
            .expect("a scratch folder");
        let mut python = Command::new(clients::base_python());
        python
            .arg("-I")
            .arg(checkout().join("tests/support/packages.py"))
            .arg(folder.path())
            .args(wanted);
        let status = python.status().expect("Python runs");
        assert!(status.success(), "tests/support/packages.py failed");
        Packages(folder)
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }
}
