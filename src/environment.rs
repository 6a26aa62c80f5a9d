//! The environment as text.

use std::collections::BTreeMap;

/// Every variable whose name and value are text; one that is none cannot be one of ours.
pub fn read() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The address of `service` that the environment names, if it does.
pub fn endpoint_url(environment: &BTreeMap<String, String>, service: &str) -> Option<String> {
    let own = format!("AWS_ENDPOINT_URL_{service}");
    [own.as_str(), "AWS_ENDPOINT_URL"]
        .into_iter()
        .find_map(|variable| environment.get(variable))
        .filter(|url| !url.is_empty())
        .cloned()
}
