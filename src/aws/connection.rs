//! The HTTP client behind every AWS call. Roots are loaded when the first `https://` connection
//! wants them, so that a call over plain HTTP (container credentials, the emulator) pays nothing for them.

use std::sync::{Arc, OnceLock};

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

use super::proxy::{excepts_all, unreadable, unreadable_for};
use super::trust::Roots;
use crate::error::explain;

/// An HTTP client for the SDK: `HTTPS_PROXY` and `NO_PROXY` honoured, roots as [`Roots::load`] finds
/// them. Plain `http://` never goes through a proxy: it only ever leads to this machine.
pub fn http_client() -> SharedHttpClient {
    SharedHttpClient::new(ByScheme {
        plain: Builder::new().build_http(),
        tls: Arc::default(),
    })
}

type TlsClient = Arc<OnceLock<Result<SharedHttpClient, SetupFailure>>>;

/// Chooses between the two connectors, request by request.
#[derive(Debug)]
struct ByScheme {
    plain: SharedHttpClient,
    tls: TlsClient,
}

impl HttpClient for ByScheme {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(ConnectorByScheme {
            plain: self.plain.http_connector(settings, components),
            tls: self.tls.clone(),
            settings: settings.clone(),
            components: components.clone(),
        })
    }
}

#[derive(Debug)]
struct ConnectorByScheme {
    plain: SharedHttpConnector,
    tls: TlsClient,
    settings: HttpConnectorSettings,
    components: RuntimeComponents,
}

impl ConnectorByScheme {
    /// The client, if the settings lead it to `url`: whether a proxy counts is another matter with each host.
    fn client_for(&self, url: &str) -> Result<&SharedHttpClient, SetupFailure> {
        if let Some(variable) = unreadable_for(url) {
            return Err(setup_failure(&unreadable(variable)));
        }
        let client = self.tls.get_or_init(tls_client);
        client.as_ref().map_err(SetupFailure::clone)
    }
}

impl HttpConnector for ConnectorByScheme {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = if request.uri().starts_with("https:") {
            match self.client_for(request.uri()) {
                Ok(client) => client
                    .http_connector(&self.settings, &self.components)
                    .call(request),
                Err(failure) => {
                    let failure = ConnectorError::user(Box::new(failure));
                    return HttpConnectorFuture::ready(Err(failure));
                }
            }
        } else {
            self.plain.call(request)
        };
        HttpConnectorFuture::new(async { Ok(answer.await?.map(limited)) })
    }
}

/// No answer that is asked for comes near this: a token has some 2 kB.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// `body` as one that fails where it grows too long, since the SDK reads all of it into memory.
fn limited(body: SdkBody) -> SdkBody {
    SdkBody::from_body_1_x(http_body_util::Limited::new(body, LONGEST_ANSWER))
}

/// Why no TLS connection can be made from here: a bundle or a proxy setting at fault.
#[derive(Clone, Debug)]
pub struct SetupFailure {
    /// The sentence, with its causes.
    pub message: String,
    /// The mend.
    pub hint: Option<String>,
}

impl std::fmt::Display for SetupFailure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for SetupFailure {}

fn tls_client() -> Result<SharedHttpClient, SetupFailure> {
    let build = || {
        let roots = Roots::load()?;
        let context = TlsContext::builder()
            .with_trust_store(TrustStore::empty().with_pem_certificate(roots.to_pem()))
            .build()?;
        anyhow::Ok(context)
    };
    let context = build().map_err(|error| setup_failure(&error))?;
    Ok(
        Builder::new().build_with_connector_fn(move |settings, components| {
            let mut connector = Connector::builder()
                .proxy_config(proxy_config())
                .tls_provider(Provider::Rustls(CryptoMode::Ring))
                .tls_context(context.clone());
            connector.set_connector_settings(settings.cloned());
            if let Some(components) = components {
                connector.set_sleep_impl(components.sleep_impl());
            }
            connector.build()
        }),
    )
}

fn setup_failure(error: &anyhow::Error) -> SetupFailure {
    let explained = explain(error);
    let message = [vec![explained.error], explained.causes]
        .concat()
        .join(": ");
    SetupFailure {
        message,
        hint: explained.hint,
    }
}

/// The proxy of the environment. `NO_PROXY=*` keeps every host away from it; the SDK's own reading of
/// the star covers names but no addresses.
fn proxy_config() -> ProxyConfig {
    if excepts_all() {
        ProxyConfig::disabled()
    } else {
        ProxyConfig::from_env()
    }
}
