//! Certificates that doors show: the inspecting firewall's, and those that nobody should take.

use crate::fault::Certificate;
use crate::place::Host;
use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// What a door shows instead of the emulator's own certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// One that the inspecting firewall signed on the way.
    Inspected,
    /// One that is in order.
    Right,
    /// One that is wrong.
    Wrong(Certificate),
}

/// The authorities of the place, and the files that hold their certificates.
pub(crate) struct Authorities {
    trusted: Authority,
    inspection: Authority,
    unknown: Authority,
    /// What the trusted one vouches for; its certificate is shown by nobody.
    intermediate: Authority,
    /// To the emulator, behind a door that opens TLS.
    connector: TlsConnector,
    /// What the space's system trusts.
    pub(crate) system: PathBuf,
    /// The inspecting firewall's.
    pub(crate) private: PathBuf,
}

struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authorities {
    /// New ones, their certificates in `folder`; the system trusts the emulator's CA beside one of them.
    pub(crate) fn new(folder: &Path, emulator_ca: &Path) -> Result<Authorities> {
        let trusted = Authority::new("Lab Root CA")?;
        let intermediate = Authority::below(&trusted, "Lab Intermediate CA")?;
        let inspection = Authority::new("Corp Inspection CA")?;
        let (system, private) = (
            folder.join("system.pem"),
            folder.join("corp-inspection-ca.pem"),
        );
        let emulators = std::fs::read_to_string(emulator_ca)?;
        std::fs::write(&system, format!("{emulators}{}", trusted.pem))?;
        std::fs::write(&private, &inspection.pem)?;
        Ok(Authorities {
            trusted,
            inspection,
            unknown: Authority::new("Nobody's Root CA")?,
            intermediate,
            connector: connector(emulator_ca)?,
            system,
            private,
        })
    }

    pub(crate) fn connector(&self) -> TlsConnector {
        self.connector.clone()
    }

    /// The server side of a door that shows this.
    pub(crate) fn acceptor(&self, shown: Shown) -> Result<TlsAcceptor> {
        let now = OffsetDateTime::now_utc();
        let day = |days| now + Duration::days(days);
        let (authority, names, from, until) = match shown {
            Shown::Inspected => (&self.inspection, all_names(), day(-30), day(300)),
            Shown::Right | Shown::Wrong(Certificate::SelfSigned) => {
                (&self.trusted, all_names(), day(-30), day(300))
            }
            Shown::Wrong(Certificate::NoIntermediate) => {
                (&self.intermediate, all_names(), day(-30), day(300))
            }
            Shown::Wrong(Certificate::UnknownIssuer) => {
                (&self.unknown, all_names(), day(-30), day(300))
            }
            Shown::Wrong(Certificate::WrongHost) => {
                let names = vec!["intranet.corp.internal".into()];
                (&self.trusted, names, day(-30), day(300))
            }
            Shown::Wrong(Certificate::Expired) => (&self.trusted, all_names(), day(-300), day(-3)),
            Shown::Wrong(Certificate::NotYetValid) => {
                (&self.trusted, all_names(), day(3), day(300))
            }
        };
        let mut params = CertificateParams::new(names)?;
        (params.not_before, params.not_after) = (from, until);
        params
            .distinguished_name
            .push(DnType::CommonName, "the lab's door");
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = match shown {
            Shown::Wrong(Certificate::SelfSigned) => params.self_signed(&key)?,
            _ => params.signed_by(&key, &authority.issuer)?,
        };
        let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(anyhow::Error::msg)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

impl Authority {
    fn new(name: &str) -> Result<Authority> {
        let (params, key) = (Authority::params(name)?, KeyPair::generate()?);
        Ok(Authority {
            pem: params.self_signed(&key)?.pem(),
            issuer: Issuer::new(params, key),
        })
    }

    fn below(above: &Authority, name: &str) -> Result<Authority> {
        let (params, key) = (Authority::params(name)?, KeyPair::generate()?);
        Ok(Authority {
            pem: params.signed_by(&key, &above.issuer)?.pem(),
            issuer: Issuer::new(params, key),
        })
    }

    fn params(name: &str) -> Result<CertificateParams> {
        let mut params = CertificateParams::new(Vec::new())?;
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Ok(params)
    }
}

fn all_names() -> Vec<String> {
    let names = Host::NAMED.iter().flat_map(|host| host.names());
    names.map(|name| (*name).into()).collect()
}

fn connector(ca: &Path) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(ca).context("the emulator's CA is none")?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
