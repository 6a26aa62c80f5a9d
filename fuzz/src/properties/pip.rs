//! What must hold for pip.conf.

use std::ops::Range;

use studio_mirror::edit::configparser::ConfigFile;
use studio_mirror::secret::Secret;
use studio_mirror::tools::{Auth, Editor, Found, Registry, pip};

use super::{OTHER_PYPI, PYPI, TOKEN, lines_kept, moved, registry, settled};

/// pip.conf.
pub fn pip(text: &str) {
    let secret = Secret::new(TOKEN);
    for auth in [Auth::Helper, Auth::Token(&secret)] {
        let registry = registry(PYPI, auth);
        let Ok(done) = pip::PipConf.configure(text, &[registry]) else {
            assert!(
                pip::PipConf.inspect(text, PYPI).is_err()
                    && pip::PipConf.unconfigure(text, &[PYPI]).is_err()
            );
            return;
        };
        settled(&done, &registry, &pip::PipConf);
        lines_kept(text, &done.text, pip_index_lines);
        assert_eq!(other_pip_settings(text), other_pip_settings(&done.text));
        let undone = pip::PipConf
            .unconfigure(&done.text, &[PYPI])
            .expect("what was written can be read");
        assert_eq!(
            pip::PipConf.inspect(&undone, PYPI),
            Ok(Found::NotConfigured)
        );
        assert_eq!(other_pip_settings(text), other_pip_settings(&undone));
        moved(
            &done.text,
            &Registry {
                url: OTHER_PYPI,
                ..registry
            },
            &pip::PipConf,
            "team",
        );
    }
}

/// The lines of pip's index settings, whatever the section.
fn pip_index_lines(text: &str) -> Vec<Range<usize>> {
    let file = ConfigFile::parse(text, str::to_lowercase).expect("a file that was accepted");
    let entries = file
        .entries()
        .into_iter()
        .filter(|entry| is_pip_index_key(&entry.name));
    entries
        .map(|entry| entry.line..entry.last_line + 1)
        .collect()
}

fn is_pip_index_key(key: &str) -> bool {
    let name = key.to_lowercase().replace('_', "-");
    let name = name.strip_prefix("--").unwrap_or(&name);
    ["index-url", "extra-index-url", "keyring-provider"].contains(&name)
}

/// All of pip.conf but the index settings.
fn other_pip_settings(text: &str) -> Vec<(String, String, String)> {
    let file = ConfigFile::parse(text, str::to_lowercase).expect("a file that was accepted");
    let entries = file
        .entries()
        .into_iter()
        .filter(|entry| !is_pip_index_key(&entry.name));
    entries
        .map(|entry| (entry.section, entry.name, entry.value))
        .collect()
}
