//! What must hold for everything but the editors' files that reaches the program from outside: URLs,
//! its own files after damage, a client's question, settings, Studio's metadata, AWS's INI files.

mod aws_answers;
mod aws_files;
mod cache;
mod clients;
mod endpoint;
mod keyring;
mod machine;
mod masking;
mod network;
mod policy;
mod renewal;
mod said;
mod set_up;
mod settings;
mod state;

pub use aws_answers::aws_answers;
pub use aws_files::aws_ini;
pub use cache::cache;
pub use clients::read_by_clients;
pub use endpoint::endpoint;
pub use keyring::{cargo_question, keyring_query};
pub use machine::machine_files;
pub use masking::dry_run_mask;
pub use network::network_answers;
pub use policy::policy_document;
pub use renewal::renewal;
pub use said::said_by_clients;
pub use set_up::set_up;
pub use settings::{config_file, studio_metadata};
pub use state::state;

use studio_mirror::error::{explain, steers};

/// An error is an `error:` line, a line a cause and one for the hint, without anything that steers a terminal.
pub fn is_readable(error: &anyhow::Error) {
    let explained = explain(error);
    assert!(!explained.error.is_empty());
    let lines = [&explained.error].into_iter().chain(&explained.causes);
    lines
        .chain(&explained.hint)
        .for_each(|line| steers_nothing(line));
}

/// Nothing in `line` does something to a terminal instead of standing there.
pub fn steers_nothing(line: &str) {
    assert!(!line.contains(steers), "{line:?}");
}

/// `text` in parts, where a line says `---`; as many as asked for, empty ones at the end.
fn parts<const N: usize>(text: &str) -> [&str; N] {
    let mut parts = text.splitn(N, "\n---\n");
    std::array::from_fn(|_| parts.next().unwrap_or_default())
}
