//! The system's own store.

use std::path::{Path, PathBuf};

use rustls_pki_types::CertificateDer;

use super::pem::{is_usable, usable_in};
use super::{each_once, files_in};

/// Where distributions keep the store in one file; the first that is there counts. The loader's own list, which it gives nobody.
const FILES: [&str; 8] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/ssl/cert.pem",
    "/opt/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/certs/cacert.pem",
];

/// Where they keep it in a folder; all of them count.
const FOLDERS: [&str; 3] = [
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/security/certificates",
];

/// What is in the store, where neither `SSL_CERT_FILE` nor `SSL_CERT_DIR` names anything.
pub(super) fn certificates() -> Vec<CertificateDer<'static>> {
    // The loader takes an empty SSL_CERT_FILE for a file's name, and then looks nowhere else.
    if std::env::var_os("SSL_CERT_FILE").is_some() {
        return in_the_usual_places();
    }
    let loaded = rustls_native_certs::load_native_certs();
    loaded.certs.into_iter().filter(is_usable).collect()
}

fn in_the_usual_places() -> Vec<CertificateDer<'static>> {
    let file = FILES.iter().map(PathBuf::from).find(|file| file.exists());
    let folders = FOLDERS
        .iter()
        .flat_map(|folder| files_in(Path::new(folder)));
    let certificates = file
        .into_iter()
        .chain(folders)
        .flat_map(|file| usable_in(&file));
    each_once(certificates.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_places_are_the_loaders() {
        let is_set = |name| std::env::var_os(name).is_some();
        // Where somebody chose other roots, the loader says nothing about the store.
        if is_set("SSL_CERT_FILE") || is_set("SSL_CERT_DIR") {
            let said = b"\n***** SKIPPED the_usual_places_are_the_loaders: SSL_CERT_FILE or SSL_CERT_DIR is set *****\n";
            // Past the harness, which would keep it from the terminal.
            let _ = std::io::Write::write_all(&mut std::io::stderr(), said);
            return;
        }
        assert_eq!(in_the_usual_places(), certificates());
    }
}
