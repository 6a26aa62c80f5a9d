//! Which certificate authorities are trusted, and who chose them.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::error::with_hint;

/// Who chose the roots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RootsFrom {
    /// `AWS_CA_BUNDLE`, as for the AWS CLI.
    AwsCaBundle(PathBuf),
    /// `SSL_CERT_FILE` or `SSL_CERT_DIR`, as for OpenSSL.
    SslCertVariables,
    /// The system's own store.
    System,
    /// None of these: Mozilla's list as of this build.
    Embedded,
}

impl fmt::Display for RootsFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RootsFrom::AwsCaBundle(path) => write!(f, "$AWS_CA_BUNDLE ({})", path.display()),
            RootsFrom::SslCertVariables => f.write_str("$SSL_CERT_FILE / $SSL_CERT_DIR"),
            RootsFrom::System => f.write_str("the system's store"),
            RootsFrom::Embedded => f.write_str("the list built into studio-mirror"),
        }
    }
}

/// Trusted roots, each known to be usable.
#[derive(Clone, Debug)]
pub struct Roots {
    /// The certificates.
    pub certificates: Vec<CertificateDer<'static>>,
    /// Who chose them.
    pub from: RootsFrom,
}

impl Roots {
    /// Loads `AWS_CA_BUNDLE`, else `SSL_CERT_FILE`/`SSL_CERT_DIR`, else the system's store, else the embedded list.
    ///
    /// # Errors
    /// When a bundle that the user named is missing, damaged or without a certificate.
    pub fn load() -> anyhow::Result<Self> {
        let named = |variable| std::env::var_os(variable).filter(|value| !value.is_empty());
        if let Some(bundle) = named("AWS_CA_BUNDLE") {
            let path = PathBuf::from(bundle);
            return Ok(Self {
                certificates: read_bundle(&path, "AWS_CA_BUNDLE")?,
                from: RootsFrom::AwsCaBundle(path),
            });
        }
        if let Some(file) = named("SSL_CERT_FILE") {
            // Read here only for the error: the loader below would merely skip it.
            read_bundle(Path::new(&file), "SSL_CERT_FILE")?;
        }
        let loaded = rustls_native_certs::load_native_certs();
        let certificates: Vec<_> = loaded.certs.into_iter().filter(is_usable).collect();
        let chosen = named("SSL_CERT_FILE").is_some() || named("SSL_CERT_DIR").is_some();
        match (certificates.is_empty(), chosen) {
            (true, true) => Err(with_hint(
                anyhow!("SSL_CERT_FILE / SSL_CERT_DIR lead to no usable certificate"),
                "let them name your organisation's CA bundle, or unset them",
            )),
            (false, true) => Ok(Self {
                certificates,
                from: RootsFrom::SslCertVariables,
            }),
            (false, false) => Ok(Self {
                certificates,
                from: RootsFrom::System,
            }),
            (true, false) => Ok(Self::embedded()),
        }
    }

    fn embedded() -> Self {
        Self {
            certificates: webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec(),
            from: RootsFrom::Embedded,
        }
    }

    /// What OpenSSL's programs trust: `SSL_CERT_FILE`/`SSL_CERT_DIR`, else the system's store.
    pub fn of_system() -> Vec<CertificateDer<'static>> {
        let loaded = rustls_native_certs::load_native_certs();
        loaded.certs.into_iter().filter(is_usable).collect()
    }

    /// The roots as one PEM text.
    pub fn to_pem(&self) -> String {
        self.certificates
            .iter()
            .map(|certificate| {
                format!(
                    "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
                    aws_smithy_types::base64::encode(certificate.as_ref())
                )
            })
            .collect()
    }
}

/// The certificates of a PEM text.
///
/// # Errors
/// When it is none, holds none, or one of them is damaged.
pub fn certificates_in(text: &[u8]) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_slice_iter(text)
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

fn read_bundle(path: &Path, variable: &str) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let hint =
        || format!("let {variable} name a PEM file with your organisation's CA, or unset it");
    let read = || {
        let text = std::fs::read(path).context("it cannot be read")?;
        certificates_in(&text)
    };
    read()
        .with_context(|| {
            format!(
                "the CA bundle `{}` (from ${variable}) is no good",
                path.display()
            )
        })
        .map_err(|error| with_hint(error, hint()))
}

/// The SDK panics on a certificate that cannot be a trust anchor, so none may reach it.
fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    webpki::anchor_from_trusted_cert(certificate).is_ok()
}
