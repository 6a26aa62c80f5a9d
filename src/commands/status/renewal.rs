//! What `status` says of the background process that renews tokens in files.

use serde::Serialize;

use crate::columns::broken;
use crate::commands::session::Session;
use crate::refresh::Running;
use crate::timestamp::rfc3339;

/// The background process that renews tokens in files.
#[derive(Debug, Serialize)]
pub struct RefreshReport {
    running: bool,
    pid: Option<i32>,
    started_at: Option<String>,
    /// When it renews next; nothing while no file holds a token.
    next_at: Option<String>,
    last_at: Option<String>,
    last_error: Option<String>,
}

impl RefreshReport {
    /// Looks for it.
    pub fn of(session: &Session) -> Self {
        let (running, record) = match Running::find(&session.cache_folder(), &session.places.home) {
            Running::No => (false, None),
            Running::Yes(record) => (true, record),
        };
        let last = record.as_ref().and_then(|record| record.last.as_ref());
        Self {
            running,
            pid: record.as_ref().map(|record| record.pid),
            started_at: record.as_ref().map(|record| rfc3339(record.started_at)),
            next_at: record
                .as_ref()
                .and_then(|record| record.next_at)
                .map(rfc3339),
            last_at: last.map(|last| rfc3339(last.at)),
            last_error: last.and_then(|last| last.error.clone()),
        }
    }

    /// For people; `anything_held` tells whether a file holds a token.
    pub fn text(&self, anything_held: bool) -> String {
        let Some(pid) = self.pid.filter(|_| self.running) else {
            return match (self.running, anything_held) {
                (true, _) => "  starting\n".to_owned(),
                (false, true) => {
                    "  nothing renews the tokens in files; run `studio-mirror refresh --daemon`\n"
                        .to_owned()
                }
                (false, false) => "  not running; no file holds a token\n".to_owned(),
            };
        };
        let since = self.started_at.as_deref().unwrap_or("-");
        let mut text = format!("  running since {since} (process {pid})\n");
        text += &match &self.next_at {
            Some(next) => format!("  renews next at {next}\n"),
            None => "  no file holds a token\n".to_owned(),
        };
        if let Some(error) = &self.last_error {
            let at = self.last_at.as_deref().unwrap_or("-");
            text += &broken(&format!("failed at {at}: {error}"), "  ", "    ", "");
        }
        text
    }
}
