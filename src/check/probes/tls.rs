//! The TLS handshake: who issued the host's certificate, and what it proves.
//!
//! A certificate that proves nothing does not end the handshake here: the server's clock, in its
//! answer to a request without credentials, tells whether the certificate is at fault or our own
//! clock. Credentials go over proved connections alone ([`Line::is_proved`]).

use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::Deadline;
use super::certificate::display_name;
use crate::aws::Roots;
use crate::check::evidence::{Distrust, Handshake};
use crate::error::printable;

/// A connection that requests can be sent over.
#[derive(Debug)]
pub enum Line {
    /// Without TLS: to this machine alone.
    Plain(TcpStream),
    /// With TLS; whether the host has proved its identity.
    Tls(Box<TlsStream<TcpStream>>, bool),
}

impl Line {
    /// Whether a token may be sent.
    pub fn is_proved(&self) -> bool {
        matches!(self, Line::Plain(_) | Line::Tls(_, true))
    }
}

/// The trusted roots as a verifier.
#[derive(Clone, Debug)]
pub struct Trust(Arc<WebPkiServerVerifier>);

impl Trust {
    /// Trust in `roots`; `None` if there are none.
    pub fn in_roots(roots: &Roots) -> Option<Self> {
        Self::in_certificates(roots.certificates.iter().cloned())
    }

    /// Trust in these; `None` if there are none.
    pub fn in_certificates(
        certificates: impl IntoIterator<Item = CertificateDer<'static>>,
    ) -> Option<Self> {
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(certificates);
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(store), provider);
        Some(Self(verifier.build().ok()?))
    }

    /// Shakes hands with `host` over `stream`.
    pub async fn shake_hands(
        &self,
        stream: TcpStream,
        host: &str,
        limit: Duration,
        deadline: Deadline,
    ) -> (Handshake, Option<Line>) {
        let witness = Arc::new(Witness {
            judge: self.0.clone(),
            seen: Mutex::default(),
        });
        let name = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let (Ok(config), Ok(name)) = (config(witness.clone()), ServerName::try_from(name)) else {
            let what = format!("`{host}` cannot be a host's name");
            return (Handshake::Failed(what), None);
        };
        let connecting = TlsConnector::from(Arc::new(config)).connect(name, stream);
        match deadline.within(limit, connecting).await {
            None => (Handshake::TimedOut, None),
            Some(Err(error)) => (failure(&error), None),
            Some(Ok(stream)) => {
                let (issuer, trust) = witness.testimony();
                let line = Line::Tls(Box::new(stream), trust.is_ok());
                (Handshake::Done { issuer, trust }, Some(line))
            }
        }
    }
}

fn config(witness: Arc<Witness>) -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(witness)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn failure(error: &io::Error) -> Handshake {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidMessage(_)) => {
            Handshake::Failed("what answers there does not speak TLS".to_owned())
        }
        Some(inner) => Handshake::Failed(printable(&inner.to_string())),
        None => Handshake::Cut(printable(&error.to_string())),
    }
}

/// Writes down what the judge says, and lets the handshake go on.
#[derive(Debug)]
struct Witness {
    judge: Arc<WebPkiServerVerifier>,
    seen: Mutex<Option<(String, Result<(), Distrust>)>>,
}

impl Witness {
    fn testimony(&self) -> (String, Result<(), Distrust>) {
        let seen = self.seen.lock().ok().and_then(|seen| seen.clone());
        let nothing = Distrust::Other("the host showed no certificate".to_owned());
        seen.unwrap_or((String::new(), Err(nothing)))
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let trust = self
            .judge
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map(drop)
            .map_err(distrust);
        let issuer = webpki::EndEntityCert::try_from(end_entity)
            .ok()
            .and_then(|certificate| display_name(certificate.issuer()))
            .unwrap_or_default();
        if let Ok(mut seen) = self.seen.lock() {
            *seen = Some((issuer, trust));
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge
            .verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge
            .verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}

fn distrust(error: rustls::Error) -> Distrust {
    use CertificateError as Problem;
    let rustls::Error::InvalidCertificate(problem) = &error else {
        return Distrust::Other(printable(&error.to_string()));
    };
    match problem {
        Problem::UnknownIssuer => Distrust::UnknownIssuer,
        Problem::Expired | Problem::ExpiredContext { .. } => Distrust::Expired,
        Problem::NotValidYet | Problem::NotValidYetContext { .. } => Distrust::NotYetValid,
        Problem::NotValidForName => Distrust::WrongName(Vec::new()),
        Problem::NotValidForNameContext { presented, .. } => {
            // The library shows them as `DnsName("a.example")`.
            let bare = |name: &String| match name.split('"').nth(1) {
                Some(inner) => printable(inner),
                None => printable(name),
            };
            Distrust::WrongName(presented.iter().map(bare).take(4).collect())
        }
        other => Distrust::Other(printable(&other.to_string())),
    }
}
