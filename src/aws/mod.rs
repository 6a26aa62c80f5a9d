//! AWS at the edge: the few calls, over a connection that minds proxies and private CAs.

mod call;
pub mod cloudformation;
mod codeartifact;
mod connection;
mod credentials;
pub mod ec2;
mod explain;
mod iam;
mod identity;
mod mend;
mod proxy;
mod query;
mod raw;
mod registry;
mod sagemaker;
mod service;
mod trust;
mod xml;

pub use call::Caller;
pub use codeartifact::CodeArtifact;
pub use connection::http_client;
pub use credentials::{Found, find as find_credentials};
pub use explain::{AwsError, Kind};
pub use iam::{Iam, IamRole};
pub use identity::{caller_arn, caller_identity};
pub use mend::{Denial, RefusedBy};
pub use proxy::{Proxy, excepted_hosts, proxy_for, unreadable, unreadable_for};
pub(crate) use query::encoded;
pub use raw::{RawCall, status_with_token};
pub use registry::{DomainSeen, Registry, RepositorySeen, Version, asset_sha256_in};
pub(crate) use sagemaker::headers as sagemaker_headers;
pub use sagemaker::{LifecycleConfig, Refusal, SageMaker, StudioDomain};
pub use service::Service;
pub use trust::{Roots, RootsFrom, certificates_in};
pub use xml::Element;

use std::future::Future;
use std::os::unix::net::UnixStream;

use anyhow::Context;

/// Pairs of open files that a runtime needs: its poll and what wakes it, its signal driver's pair, and a copy of that.
const ROOM: usize = 3;

/// Runs `work` to its end on this thread. What still hangs then (a name look-up that nobody
/// answers blocks a thread of its own) is left behind instead of waited for.
///
/// # Errors
/// What `work` failed with, or that there can be no runtime.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    // Where it may open no more files, tokio panics (its signal driver's `UnixStream::pair`) instead of saying so.
    let room: std::io::Result<Vec<_>> = (0..ROOM).map(|_| UnixStream::pair()).collect();
    drop(room.context("cannot start the network runtime")?);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the network runtime")?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}
