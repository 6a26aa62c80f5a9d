//! Long lists, a page at a time.

use crate::error::AwsError;
use crate::model::Input;
use crate::names::refused;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// How many a page holds when the caller does not say.
const PAGE: usize = 100;

/// The items of the page that was asked for, and the token of the next. The service has its own names for token and size.
pub(crate) fn page(
    input: &Input,
    [token, size]: [&str; 2],
    items: Vec<Value>,
) -> Result<(Vec<Value>, Option<String>), AwsError> {
    let start = match input.get(token).and_then(Value::as_str) {
        None => 0,
        Some(text) => read(text)
            .filter(|start| *start <= items.len())
            .ok_or_else(|| refused(text, token, "Member must be a token that was handed out"))?,
    };
    let size = input.get(size).and_then(Value::as_u64);
    let size = size.map_or(PAGE, |size| size as usize);
    let end = items.len().min(start + size);
    let next = (end < items.len()).then(|| URL_SAFE_NO_PAD.encode(format!("from {end}")));
    Ok((items[start..end].to_vec(), next))
}

fn read(token: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(token).ok()?).ok()?;
    text.strip_prefix("from ")?.parse().ok()
}
