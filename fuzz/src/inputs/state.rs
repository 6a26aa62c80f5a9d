//! The state file after damage.

use studio_mirror::endpoint::{Format, PlainUrl};
use studio_mirror::state::State;
use studio_mirror::tools::{AuthMode, TOKEN_HELPER, token_helper_name};

use super::is_readable;

/// A state file, whatever became of it.
pub fn state(bytes: &[u8]) {
    let state = match State::parse(bytes) {
        Ok(state) => state,
        Err(error) => return is_readable(&error),
    };
    let again = serde_json::to_vec_pretty(&state).expect("a state can be written");
    assert_eq!(
        State::parse(&again).expect("what was written parses"),
        state
    );
    let asking: Vec<_> = state.helper_tools().map(|(tool, _)| tool).collect();
    for (tool, login) in &state.tools {
        let is_pythons = tool.client().format() == Format::Pypi;
        let asks = is_pythons && login.auth == AuthMode::Helper;
        assert_eq!(asking.contains(tool), asks);
        for known in login.repositories() {
            // Tokens go there: a place that no login accepts must not come in by the file either.
            let plain = PlainUrl::parse(known.endpoint.url()).expect("an endpoint is a plain URL");
            assert_eq!(plain.user(), None);
            assert_eq!(plain.origin(), known.endpoint.origin());
            let name = known.token.cache_name();
            assert!(name.len() == 32 && name.bytes().all(|b| b.is_ascii_hexdigit()));
            is_a_file_name(&token_helper_name(&known.token));
        }
    }
    assert!(
        !format!("{state:?}").contains("eyJ2"),
        "a secret in {state:?}"
    );
}

/// A link of that name is made in a folder of ours, and pnpm runs it.
fn is_a_file_name(name: &str) {
    assert!(
        name.starts_with(TOKEN_HELPER) && name.len() < 255,
        "{name:?}"
    );
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    assert!(name.chars().all(is_plain), "{name:?}");
}
