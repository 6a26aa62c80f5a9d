//! Randomness from the operating system, in the spellings that AWS's identifiers use.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// `length` random bytes.
///
/// # Panics
/// When the operating system has no randomness to give: nothing sensible can be handed out then.
pub(crate) fn bytes(length: usize) -> Vec<u8> {
    let mut buffer = vec![0; length];
    getrandom::fill(&mut buffer).expect("the operating system gives random bytes");
    buffer
}

/// `length` random bytes as unpadded URL-safe base64.
pub(crate) fn base64(length: usize) -> String {
    URL_SAFE_NO_PAD.encode(bytes(length))
}

/// `length` random bytes in lower-case hexadecimal.
pub(crate) fn hex(length: usize) -> String {
    to_hex(&bytes(length))
}

/// `length` characters of the alphabet of access keys: upper-case letters and digits.
pub(crate) fn key_characters(length: usize) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    bytes(length)
        .iter()
        .map(|byte| char::from(ALPHABET[usize::from(byte % 32)]))
        .collect()
}

/// A random UUID, the form of AWS's request ids.
pub(crate) fn uuid() -> String {
    let text = hex(16);
    format!(
        "{}-{}-{}-{}-{}",
        &text[..8],
        &text[8..12],
        &text[12..16],
        &text[16..20],
        &text[20..]
    )
}

/// Bytes in lower-case hexadecimal.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
