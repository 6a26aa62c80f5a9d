//! The environment as text.

use std::collections::BTreeMap;

/// Every variable whose name and value are text; one that is none cannot be one of ours.
pub fn read() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
