//! Everything that touches the network. A probe sees, and judges nothing.

pub mod aws;
pub mod certificate;
pub mod dns;
pub mod host;
pub mod http;
pub mod own;
pub mod tcp;
pub mod tls;
pub mod tools;

use std::future::Future;
use std::time::{Duration, Instant};

/// When everything must have ended. Each probe has a limit of its own besides.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// The end of a run that begins now.
    pub fn after(limit: Duration) -> Self {
        Self(Instant::now() + limit)
    }

    /// The instant itself.
    pub fn instant(self) -> Instant {
        self.0
    }

    /// `work`'s result, if it comes within `limit` and before the end of the run.
    pub async fn within<T>(self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        let at = self.0.min(Instant::now() + limit);
        tokio::time::timeout_at(at.into(), work).await.ok()
    }
}
