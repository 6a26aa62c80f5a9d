//! What all requests share: the account, its clocks and keys, the faults in force and the record.

use crate::access::{Access, AccessChange};
use crate::account::Account;
use crate::catalogue::Catalogue;
use crate::clock::Clocks;
use crate::credentials::Credentials;
use crate::faults::Faults;
use crate::options::{EndpointStyle, Options};
use crate::passthrough::{Fetcher, PassThrough};
use crate::presign::Presigner;
use crate::requests::Requests;
use crate::route::{Endpoint, region_of_host};
use crate::sagemaker::Studio;
use crate::setup::Setup;
use crate::store::Store;
use crate::tokens::Tokens;
use anyhow::Result;
use axum::http::HeaderMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

/// The state behind the listeners.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) setup: Setup,
    pub(crate) style: EndpointStyle,
    pub(crate) access: Access,
    pub(crate) clocks: Clocks,
    pub(crate) credentials: Credentials,
    pub(crate) tokens: Tokens,
    pub(crate) catalogue: Catalogue,
    pub(crate) studio: Studio,
    pub(crate) store: Store,
    pub(crate) presigner: Presigner,
    pub(crate) faults: Faults,
    pub(crate) requests: Arc<Requests>,
    /// Where the asset host listens.
    pub(crate) assets: SocketAddr,
    /// What it is called, if it has a name.
    pub(crate) assets_name: Option<String>,
}

impl Shared {
    /// The state that `options` ask for, with its files in `state`.
    ///
    /// # Errors
    /// When a file or folder that it needs cannot be had, or the setup breaks a rule.
    pub(crate) fn new(options: &Options, state: &Path, assets: SocketAddr) -> Result<Shared> {
        options.setup.check()?;
        let fetcher = options.passthrough.then(Fetcher::new).transpose()?;
        let passthrough = fetcher.clone().map(PassThrough::new);
        Ok(Shared {
            setup: options.setup.clone(),
            style: options.endpoint_style,
            access: Access::default(),
            clocks: Clocks::default(),
            credentials: Credentials::new(&options.setup),
            tokens: Tokens::default(),
            catalogue: Catalogue::new(
                Account::new(&options.setup),
                options.packages.clone(),
                options.maven_central.clone(),
                passthrough,
            ),
            studio: Studio::default(),
            store: Store::new(state.join("assets"), fetcher)?,
            presigner: Presigner::new(),
            faults: Faults::default(),
            requests: Arc::new(Requests::new(options.request_log.as_deref())?),
            assets,
            assets_name: options.assets_name.clone(),
        })
    }

    /// Applies an administrator's change of keys and policies.
    pub(crate) fn change_access(&self, change: AccessChange) {
        for keys in &change.principals {
            self.credentials.add(keys);
        }
        self.access.change(change);
    }

    /// The regions that a request to an API may be signed for: the one that its host names, else every one served.
    pub(crate) fn regions(&self, headers: &HeaderMap) -> Vec<String> {
        let host = headers.get("host").and_then(|host| host.to_str().ok());
        match host.and_then(region_of_host) {
            Some(region) => vec![region.into()],
            None => self.setup.regions(),
        }
    }

    /// The region of an endpoint's domain; of one that is not there, the region of the setup.
    pub(crate) fn region_of(&self, endpoint: &Endpoint) -> String {
        let Endpoint { domain, owner, .. } = endpoint;
        let domain = self.catalogue.account.domain(domain, owner);
        domain.map_or(self.setup.region.clone(), |domain| domain.region)
    }
}
