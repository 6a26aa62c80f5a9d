//! The execution role that all spaces run as: its keys are renewed while they start.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::{ProvideCredentials, future};
use tokio::time::Instant;

/// A role whose sessions last `session`, all renewed in one moment.
#[derive(Clone, Debug)]
pub struct Role {
    begun: Instant,
    session: Duration,
}

impl Role {
    pub fn new(session: Duration) -> Self {
        let begun = Instant::now();
        Self { begun, session }
    }

    /// The number of the session that lasts now.
    fn current(&self) -> u128 {
        self.begun.elapsed().as_millis() / self.session.as_millis()
    }

    /// Whether a request with this `Authorization` is signed with the keys of now or, as AWS hands out new ones some
    /// minutes before the old end, those before.
    pub fn is_current(&self, authorization: &str) -> bool {
        let now = self.current();
        authorization.contains(&key(now)) || authorization.contains(&key(now.saturating_sub(1)))
    }
}

fn key(session: u128) -> String {
    format!("ASIASESSION{session}END")
}

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        // No end is told, so that the SDK keeps them for as long as it lives: the hardest case.
        let end: Option<SystemTime> = None;
        let keys = Credentials::new(
            key(self.current()),
            "secret",
            Some("session".into()),
            end,
            "role",
        );
        future::ProvideCredentials::ready(Ok(keys))
    }
}
