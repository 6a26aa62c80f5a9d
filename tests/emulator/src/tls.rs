//! The certificate authority that the emulator makes, and its server certificate.

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use std::io::Write;
use std::net::IpAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;

/// Server side of HTTPS.
pub(crate) struct Tls {
    pub(crate) acceptor: TlsAcceptor,
    /// The CA's certificate, PEM.
    pub(crate) ca: PathBuf,
}

impl Tls {
    /// Takes the CA in `folder`, or makes one there, and signs a certificate for `addresses`, AWS's own host names
    /// and the asset host's name.
    ///
    /// # Errors
    /// When the folder cannot be written or the CA in it cannot be read.
    pub(crate) fn new(
        folder: &Path,
        addresses: &[IpAddr],
        regions: &[String],
        assets_name: Option<&str>,
    ) -> Result<Tls> {
        let (ca, key) = (folder.join("ca.pem"), folder.join("ca.key"));
        if !(ca.exists() && key.exists()) {
            make_ca(&ca, &key)?;
        }
        let read = |path: &Path| {
            std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
        };
        let issuer_key = KeyPair::from_pem(&read(&key)?).context("the CA's key is none")?;
        // The same parameters and key give the same issuer as the certificate on disk.
        let issuer = Issuer::new(ca_params()?, issuer_key);
        let server_key = KeyPair::generate()?;
        let mut names = names(addresses, regions);
        names.extend(assets_name.map(Into::into));
        let mut params = CertificateParams::new(names)?;
        params
            .distinguished_name
            .push(DnType::CommonName, "studio-mirror emulator");
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&server_key, &issuer)?;
        let chain = vec![CertificateDer::from(certificate.der().to_vec())];
        let private =
            PrivateKeyDer::try_from(server_key.serialize_der()).map_err(anyhow::Error::msg)?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, private)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Tls {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            ca,
        })
    }
}

fn names(addresses: &[IpAddr], regions: &[String]) -> Vec<String> {
    let mut names: Vec<String> = ["127.0.0.1", "127.0.0.2", "::1", "localhost"]
        .map(Into::into)
        .into();
    names.extend(
        addresses
            .iter()
            .filter(|ip| !ip.is_loopback() && !ip.is_unspecified())
            .map(ToString::to_string),
    );
    for region in regions {
        names.extend([
            format!("codeartifact.{region}.amazonaws.com"),
            format!("codeartifact.{region}.api.aws"),
            format!("*.d.codeartifact.{region}.amazonaws.com"),
            format!("*.codeartifact.{region}.on.aws"),
            format!("*.codeartifact.{region}.vpce.amazonaws.com"),
            format!("*.d.codeartifact.{region}.vpce.amazonaws.com"),
            format!("sts.{region}.amazonaws.com"),
        ]);
    }
    names.push("sts.amazonaws.com".into());
    names
}

fn ca_params() -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::new())?;
    params
        .distinguished_name
        .push(DnType::CommonName, "studio-mirror emulator CA");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn make_ca(certificate: &Path, key: &Path) -> Result<()> {
    let pair = KeyPair::generate()?;
    let ca = ca_params()?.self_signed(&pair)?;
    let mut file = std::fs::File::options()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(key)?;
    file.write_all(pair.serialize_pem().as_bytes())?;
    std::fs::write(certificate, ca.pem())
        .with_context(|| format!("cannot write {}", certificate.display()))
}
