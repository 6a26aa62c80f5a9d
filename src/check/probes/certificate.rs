//! The two names in a certificate that people know it by.

/// What an X.501 name (DER) calls itself: its common name, else its organisation.
pub fn display_name(name: &[u8]) -> Option<String> {
    const COMMON_NAME: [u8; 5] = [6, 3, 0x55, 4, 3];
    const ORGANISATION: [u8; 5] = [6, 3, 0x55, 4, 10];
    [COMMON_NAME, ORGANISATION]
        .iter()
        .find_map(|attribute| value_of(name, attribute))
}

/// The string behind `attribute`, an object identifier with its tag and length.
fn value_of(name: &[u8], attribute: &[u8]) -> Option<String> {
    let at = name
        .windows(attribute.len())
        .position(|window| window == attribute)?;
    let rest = &name[at + attribute.len()..];
    // Tag, length, text: a name's parts are shorter than the 128 bytes from which a length takes two.
    let (tag, length) = (*rest.first()?, usize::from(*rest.get(1)?));
    let text = rest.get(2..2 + length).filter(|_| length < 128)?;
    // UTF8String, PrintableString, T61String, IA5String; the rare BMPString is two bytes a letter.
    matches!(tag, 0x0c | 0x13 | 0x14 | 0x16)
        .then(|| crate::error::printable(&String::from_utf8_lossy(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_name_before_organisation() {
        let organisation = b"\x31\x0d\x30\x0b\x06\x03\x55\x04\x0a\x13\x04Acme";
        let common_name = b"\x31\x0e\x30\x0c\x06\x03\x55\x04\x03\x0c\x05Proxy";
        let both = [&organisation[..], &common_name[..]].concat();
        assert_eq!(display_name(&both).as_deref(), Some("Proxy"));
        assert_eq!(display_name(organisation).as_deref(), Some("Acme"));
        assert_eq!(display_name(&common_name[..12]), None);
        assert_eq!(display_name(b""), None);
    }
}
