//! Certificates in PEM texts, as OpenSSL reads them, and with it curl, Python and pip.

use std::path::Path;

use anyhow::{anyhow, bail};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::{Error, PemObject};

/// The certificates of a PEM text.
///
/// # Errors
/// When it is none, holds none, or one of them is damaged.
pub fn certificates_in(text: &[u8]) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let certificates = sections(text)
        .into_iter()
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| anyhow!("it is not a PEM file: {error}"))?;
    if certificates.is_empty() {
        bail!("it holds no certificate");
    }
    // As OpenSSL does: passed over in silence, the damaged one could be the one that is wanted.
    if let Some(damaged) = certificates.iter().position(|one| !is_usable(one)) {
        bail!("its certificate number {} cannot be read", damaged + 1);
    }
    Ok(certificates)
}

/// Those of a store's file that can be used; the others are nobody's fault here.
pub(super) fn usable_in(file: &Path) -> Vec<CertificateDer<'static>> {
    let text = std::fs::read(file).unwrap_or_default();
    sections(&text)
        .into_iter()
        .flatten()
        .filter(is_usable)
        .collect()
}

/// The SDK panics on a certificate that cannot be a trust anchor, so none may reach it.
pub(super) fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    webpki::anchor_from_trusted_cert(certificate).is_ok()
}

/// Each certificate's section. The parser knows one label and wants it at a line's start; OpenSSL knows three, and passes
/// over the byte order mark that editors of Windows put in front.
fn sections(text: &[u8]) -> Vec<Result<CertificateDer<'static>, Error>> {
    let text = String::from_utf8_lossy(text)
        .replace("\u{feff}-----BEGIN ", "-----BEGIN ")
        .replace(" X509 CERTIFICATE-----", " CERTIFICATE-----")
        .replace(" TRUSTED CERTIFICATE-----", " CERTIFICATE-----");
    CertificateDer::pem_slice_iter(text.as_bytes())
        .map(|section| Ok(without_settings(section?)))
        .collect()
}

/// In a `TRUSTED CERTIFICATE` a second element follows the certificate: what OpenSSL's user trusts it for.
fn without_settings(der: CertificateDer<'static>) -> CertificateDer<'static> {
    match first_element(&der) {
        Some(first) if first.len() < der.len() => first.to_vec().into(),
        _ => der,
    }
}

/// The first element of `der`; `None` where it is damaged.
fn first_element(der: &[u8]) -> Option<&[u8]> {
    let (header, length) = match usize::from(*der.get(1)?) {
        length @ 0..=0x7f => (2, length),
        // So many bytes hold the length.
        many @ 0x81..=0x84 => {
            let header = 2 + (many - 0x80);
            let bytes = der.get(2..header)?;
            let length = bytes
                .iter()
                .fold(0, |length, byte| length << 8 | usize::from(*byte));
            (header, length)
        }
        _ => return None,
    };
    der.get(..length.checked_add(header)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn certificate() -> CertificateDer<'static> {
        webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].clone()
    }

    fn section(label: &str, der: &[u8]) -> String {
        let body = aws_smithy_types::base64::encode(der);
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    }

    #[test]
    fn what_openssl_takes_is_taken() {
        let certificate = certificate();
        // An auxiliary element as `openssl x509 -addtrust serverAuth -trustout` writes it.
        let settings = b"\x30\x0c\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01";
        let trusted = [certificate.as_ref(), settings].concat();
        let plain = section("CERTIFICATE", &certificate);
        for text in [
            plain.clone(),
            format!("\u{feff}{plain}"),
            format!("\u{feff}# caf\u{e9}\r\n{}", plain.replace('\n', "\r\n")),
            section("X509 CERTIFICATE", &certificate),
            section("TRUSTED CERTIFICATE", &trusted),
            section("TRUSTED CERTIFICATE", &certificate),
        ] {
            let read = certificates_in(text.as_bytes()).expect(&text);
            assert_eq!(read, std::slice::from_ref(&certificate), "{text}");
            // One after the other, as `cat` puts them.
            let read = certificates_in(format!("{plain}{text}").as_bytes()).expect(&text);
            assert_eq!(read.len(), 2, "{text}");
        }
        let latin = [b"# caf\xe9\n", plain.as_bytes()].concat();
        assert_eq!(certificates_in(&latin).expect("a comment"), [certificate]);
    }

    #[test]
    fn what_is_damaged_is_told_under_every_label() {
        let certificate = certificate();
        for label in ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"] {
            for damaged in [
                &certificate[..certificate.len() - 1],
                b"",
                b"\x30",
                b"\x30\x84\xff\xff\xff\xff",
            ] {
                let error = certificates_in(section(label, damaged).as_bytes()).unwrap_err();
                assert!(error.to_string().contains("number 1"), "{label}: {error}");
            }
        }
        for other in ["CERTIFICATE REQUEST", "PRIVATE KEY", "OTHER CERTIFICATE"] {
            let error = certificates_in(section(other, &certificate).as_bytes()).unwrap_err();
            assert!(
                error.to_string().contains("no certificate"),
                "{other}: {error}"
            );
        }
    }
}
