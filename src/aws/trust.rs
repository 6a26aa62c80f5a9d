//! Which certificate authorities are trusted, and who chose them.

mod pem;
mod store;

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};
use rustls_pki_types::CertificateDer;

pub use self::pem::certificates_in;
use self::pem::usable_in;
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
        if let Some(bundle) = named("AWS_CA_BUNDLE") {
            let path = PathBuf::from(bundle);
            return Ok(Self {
                certificates: read_bundle(&path, "AWS_CA_BUNDLE")?,
                from: RootsFrom::AwsCaBundle(path),
            });
        }
        if let Some(variables) = SslCertVariables::read() {
            return Ok(Self {
                certificates: variables.certificates()?,
                from: RootsFrom::SslCertVariables,
            });
        }
        let certificates = store::certificates();
        if certificates.is_empty() {
            return Ok(Self::embedded());
        }
        Ok(Self {
            certificates,
            from: RootsFrom::System,
        })
    }

    fn embedded() -> Self {
        Self {
            certificates: webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec(),
            from: RootsFrom::Embedded,
        }
    }

    /// What OpenSSL's programs trust: `SSL_CERT_FILE`/`SSL_CERT_DIR`, else the system's store.
    pub fn of_system() -> Vec<CertificateDer<'static>> {
        match SslCertVariables::read() {
            Some(variables) => variables.certificates().unwrap_or_default(),
            None => store::certificates(),
        }
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

/// `SSL_CERT_FILE` and `SSL_CERT_DIR`; an empty one is none.
struct SslCertVariables {
    file: Option<PathBuf>,
    folders: Vec<PathBuf>,
}

impl SslCertVariables {
    /// `None` where neither names anything.
    fn read() -> Option<Self> {
        let folders = named("SSL_CERT_DIR").unwrap_or_default();
        let read = Self {
            file: named("SSL_CERT_FILE").map(PathBuf::from),
            folders: std::env::split_paths(&folders)
                .filter(|folder| !folder.as_os_str().is_empty())
                .collect(),
        };
        (read.file.is_some() || !read.folders.is_empty()).then_some(read)
    }

    /// Those of the file, which must be sound, and the sound ones of the folders' files.
    fn certificates(&self) -> anyhow::Result<Vec<CertificateDer<'static>>> {
        let file = self.file.as_deref();
        let mut certificates = file
            .map(|file| read_bundle(file, "SSL_CERT_FILE"))
            .transpose()?
            .unwrap_or_default();
        let files = self.folders.iter().flat_map(|folder| files_in(folder));
        certificates.extend(files.flat_map(|file| usable_in(&file)));
        let certificates = each_once(certificates);
        if certificates.is_empty() {
            return Err(with_hint(
                anyhow!("SSL_CERT_FILE / SSL_CERT_DIR lead to no usable certificate"),
                "let them name your organisation's CA bundle, or unset them",
            ));
        }
        Ok(certificates)
    }
}

fn named(variable: &str) -> Option<std::ffi::OsString> {
    std::env::var_os(variable).filter(|value| !value.is_empty())
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

/// The files of a folder, behind links too: OpenSSL's folders hold links named by hashes.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect()
}

/// Links lead to one certificate twice.
fn each_once(mut certificates: Vec<CertificateDer<'static>>) -> Vec<CertificateDer<'static>> {
    certificates.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    certificates.dedup();
    certificates
}
