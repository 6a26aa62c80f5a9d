//! A running emulator: its listeners on a thread of their own, and the admin actions as methods.

use crate::access::AccessChange;
use crate::credentials::RoleCredentialsChange;
use crate::faults::Fault;
use crate::options::Options;
use crate::requests::RecordedRequest;
use crate::server::{Protocol, serve};
use crate::shared::Shared;
use crate::shelves::Origin;
use crate::tls::Tls;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

/// A running emulator. Dropping it ends its listeners and connections.
#[derive(Debug)]
pub struct Emulator {
    shared: Arc<Shared>,
    http: SocketAddr,
    all_http: Vec<SocketAddr>,
    https: Option<SocketAddr>,
    ca: PathBuf,
    runtime: Option<Runtime>,
    /// Holds the state folder when none was named.
    _state: Option<TempDir>,
}

impl Emulator {
    /// Starts an emulator; it is ready to answer when this returns. Async tests may call it too.
    ///
    /// # Errors
    /// When an address is taken, the setup breaks a rule of AWS's, or a file or folder is not to be had.
    pub fn start(options: Options) -> Result<Emulator> {
        // A runtime cannot be driven from within another one, so a thread of its own does it.
        let started = std::thread::spawn(|| Emulator::start_here(options)).join();
        started.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn start_here(options: Options) -> Result<Emulator> {
        let temporary = match &options.state_dir {
            Some(_) => None,
            None => Some(tempfile::tempdir().context("cannot make a state folder")?),
        };
        let state = options
            .state_dir
            .clone()
            .or(temporary.as_ref().map(|folder| folder.path().to_owned()));
        let state = state.context("no state folder")?;
        std::fs::create_dir_all(&state)
            .with_context(|| format!("cannot make {}", state.display()))?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()?;
        let bound = runtime.block_on(bind(&options))?;
        let addresses: Vec<IpAddr> = bound
            .http
            .iter()
            .chain(&bound.https)
            .chain([&bound.assets])
            .map(|(_, address)| address.ip())
            .collect();
        let tls = Tls::new(
            &state,
            &addresses,
            &options.setup.regions(),
            options.assets_name.as_deref(),
        )?;
        let http = bound
            .http
            .first()
            .context("at least one address for HTTP is needed")?
            .1;
        let all_http = bound.http.iter().map(|(_, address)| *address).collect();
        let https = bound.https.first().map(|(_, address)| *address);
        let shared = Arc::new(Shared::new(&options, &state, bound.assets.1)?);
        let spawn = |listener, protocol, assets| {
            runtime.spawn(serve(listener, protocol, assets, shared.clone()))
        };
        for (listener, _) in bound.http {
            spawn(listener, Protocol::Http, false);
        }
        for (listener, _) in bound.https {
            spawn(listener, Protocol::Https(tls.acceptor.clone()), false);
        }
        spawn(bound.assets.0, Protocol::Either(tls.acceptor), true);
        Ok(Emulator {
            shared,
            http,
            all_http,
            https,
            ca: tls.ca,
            runtime: Some(runtime),
            _state: temporary,
        })
    }

    /// The base address for HTTP: API, repository endpoints, container credentials and admin alike.
    pub fn http_url(&self) -> String {
        format!("http://{}", self.http)
    }

    /// Every address that HTTP is spoken at. A VPC endpoint may stand for one ([`crate::VpcEndpoint`]).
    pub fn http_addresses(&self) -> &[SocketAddr] {
        &self.all_http
    }

    /// The base address for HTTPS, when it was asked for.
    pub fn https_url(&self) -> Option<String> {
        self.https.map(|address| format!("https://{address}"))
    }

    /// The base address of the asset host.
    pub fn assets_url(&self) -> String {
        format!("http://{}", self.shared.assets)
    }

    /// The PEM file of the CA that signed the server certificate.
    pub fn ca_pem(&self) -> &Path {
        &self.ca
    }

    /// Every request so far, in the order of arrival.
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.shared.requests.all()
    }

    /// How many requests for an operation came, by the name that [`RecordedRequest::operation`] has.
    pub fn count(&self, operation: &str) -> usize {
        self.stats().get(operation).copied().unwrap_or(0)
    }

    /// How many requests came, by operation.
    pub fn stats(&self) -> BTreeMap<String, usize> {
        self.shared.requests.counts()
    }

    /// How many authorization tokens were handed out.
    pub fn tokens_minted(&self) -> usize {
        self.shared.tokens.minted()
    }

    /// Whether a token was handed out here and opens its domain now, by the clock that judges tokens.
    pub fn token_is_valid(&self, token: &str) -> bool {
        let now = self.shared.clocks.token_now();
        self.shared.tokens.is_valid(token, now)
    }

    /// What each repository (`domain/name`) keeps from upstream, as `format:name@version`.
    pub fn kept(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.shared.catalogue.list(Origin::Upstream)
    }

    /// What clients have published to each repository (`domain/name`), as `format:name@version`.
    pub fn published(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.shared.catalogue.list(Origin::Published)
    }

    /// Puts a Studio domain, user profile, space or app there, as `POST /_admin/studio` does.
    ///
    /// # Errors
    /// When it is nothing that AWS's Describe call could answer.
    pub fn put_studio(&self, record: serde_json::Value) -> Result<()> {
        let record = serde_json::from_value(record).context("no record of Studio's")?;
        self.shared.studio.put(record).map_err(anyhow::Error::msg)
    }

    /// Every Studio domain, user profile, space and app: what they are and what their Describe call answers.
    pub fn studio(&self) -> Vec<serde_json::Value> {
        self.shared.studio.all()
    }

    /// Changes keys, policies and VPC endpoints, and whether policies decide.
    pub fn change_access(&self, change: AccessChange) {
        self.shared.change_access(change);
    }

    /// Makes all tokens from now on live `seconds`; `None` gives callers back what they ask for.
    pub fn set_token_lifetime(&self, seconds: Option<i64>) {
        self.shared.tokens.set_lifetime(seconds);
    }

    /// Sets the clock by which tokens are issued and expire, `seconds` ahead of real time.
    pub fn set_token_clock(&self, seconds: i64) {
        self.shared.clocks.set_token_offset(seconds);
    }

    /// Sets the clock by which signatures are judged, `seconds` ahead of real time.
    pub fn set_signing_clock(&self, seconds: i64) {
        self.shared.clocks.set_signing_offset(seconds);
    }

    /// Sets the quota of GetAuthorizationToken in calls a second (AWS's is 40); `None` is no quota.
    pub fn set_quota(&self, tokens_per_second: Option<u32>) {
        self.shared.tokens.set_quota(tokens_per_second);
    }

    /// Changes the container's role credentials.
    pub fn change_role_credentials(&self, change: RoleCredentialsChange) {
        self.shared
            .credentials
            .change(change, self.shared.clocks.signing_now());
    }

    /// Adds faults after those in force.
    ///
    /// # Errors
    /// When a fault's path is no regular expression.
    pub fn add_faults(&self, faults: Vec<Fault>) -> Result<()> {
        self.shared
            .faults
            .add(faults)
            .context("a path is no regular expression")
    }

    /// Ends all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

type Bound = (TcpListener, SocketAddr);

struct Listeners {
    http: Vec<Bound>,
    https: Vec<Bound>,
    assets: Bound,
}

async fn bind(options: &Options) -> Result<Listeners> {
    let mut http = Vec::new();
    for address in &options.listen {
        http.extend(bind_with_ipv6(*address).await?);
    }
    let https = match options.https_listen {
        Some(address) => bind_with_ipv6(address).await?,
        None => Vec::new(),
    };
    Ok(Listeners {
        http,
        https,
        assets: bind_one(options.assets_listen).await?,
    })
}

/// Listens, and on 127.0.0.1 also on [::1] at the same port where the machine has it, so that `localhost` is us alone.
async fn bind_with_ipv6(address: SocketAddr) -> Result<Vec<Bound>> {
    if address.ip() != IpAddr::V4(Ipv4Addr::LOCALHOST)
        || TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).await.is_err()
    {
        return Ok(vec![bind_one(address).await?]);
    }
    loop {
        let ipv4 = bind_one(address).await?;
        match bind_one(SocketAddr::from((Ipv6Addr::LOCALHOST, ipv4.1.port()))).await {
            Ok(ipv6) => return Ok(vec![ipv4, ipv6]),
            // Somebody else has that port on [::1]: take another free one.
            Err(_) if address.port() == 0 => {}
            Err(cause) => return Err(cause),
        }
    }
}

async fn bind_one(address: SocketAddr) -> Result<Bound> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}"))?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}
