//! What every failed login has in common.

use super::home::{Finished, Home};
use std::time::Duration;

/// What a lifecycle configuration has for the whole of its script.
pub const LIMIT: Duration = Duration::from_secs(10);

/// Nothing of the user's was written, and nothing is remembered.
#[track_caller]
pub fn assert_untouched(home: &Home) {
    for file in [
        ".config/pip/pip.conf",
        ".config/uv/uv.toml",
        ".npmrc",
        ".config/python_keyring/keyringrc.cfg",
        ".local/bin/keyring",
        ".local/state/studio-mirror/state.json",
    ] {
        assert!(!home.join(file).exists(), "{file} was written");
    }
}

/// The failure ended in time with exit 1, said exactly this on stderr, and nothing on stdout.
#[track_caller]
pub fn assert_says(finished: &Finished, stderr: &str) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    assert_eq!(finished.stdout, "", "{finished}");
    assert_eq!(finished.stderr, stderr, "{finished}");
    assert!(finished.lasted < LIMIT, "{finished}");
}

/// The failure of an odd server: an error with a hint, no panic, nothing that steers a terminal, nothing written.
#[track_caller]
pub fn assert_sober(home: &Home, finished: &Finished) {
    assert_eq!(finished.status.code(), Some(1), "{finished}");
    assert_eq!(finished.stdout, "", "{finished}");
    assert!(
        finished.stderr.starts_with("error: ") && finished.stderr.contains("\nhint: "),
        "{finished}"
    );
    assert!(!finished.stderr.contains("panicked"), "{finished}");
    assert!(finished.stderr.lines().count() <= 4, "{finished}");
    assert!(
        finished.stderr.len() < 2_000,
        "{} bytes of stderr",
        finished.stderr.len()
    );
    let steers = |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
    assert!(!finished.stderr.contains(steers), "{finished:?}");
    assert!(finished.lasted < LIMIT, "{finished}");
    assert_untouched(home);
}
