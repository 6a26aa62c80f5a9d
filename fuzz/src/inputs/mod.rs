//! What must hold for everything but the editors' files that reaches the program from outside: URLs,
//! its own files after damage, a client's question, settings, Studio's metadata, AWS's INI files.

mod aws_files;
mod cache;
mod endpoint;
mod keyring;
mod masking;
mod settings;
mod state;

pub use aws_files::aws_ini;
pub use cache::cache;
pub use endpoint::endpoint;
pub use keyring::{cargo_question, keyring_query};
pub use masking::dry_run_mask;
pub use settings::{config_file, studio_metadata};
pub use state::state;

use studio_mirror::error::explain;

/// An error is an `error:` line, a line a cause and one for the hint, without anything that steers a terminal.
fn is_readable(error: &anyhow::Error) {
    let explained = explain(error);
    assert!(!explained.error.is_empty());
    let lines = [&explained.error].into_iter().chain(&explained.causes);
    for line in lines.chain(&explained.hint) {
        assert!(!line.contains(char::is_control), "{line:?}");
    }
}

/// `text` in parts, where a line says `---`; as many as asked for, empty ones at the end.
fn parts<const N: usize>(text: &str) -> [&str; N] {
    let mut parts = text.splitn(N, "\n---\n");
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
