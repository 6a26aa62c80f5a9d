//! Keeps the tokens that stand in tools' files fresh: once, or for good by a process in the background.
//!
//! The background process has no clock of its own to be set or hooked: every wait is a fraction of
//! the token's life, with absolute limits above. So a token that lives 12 seconds takes it through
//! the very code that one of 12 hours does, an hour in a second, and tests drive it that way.

mod ask;
mod daemon;
mod detach;
mod record;
mod renew;
pub mod schedule;
mod strays;
mod wait;

pub use ask::young_token;
pub use daemon::serve;
pub use detach::{Started, start};
pub use record::{LastRun, Post, Record, Running, stop};
pub use renew::{FileReport, FileState, Seen, held_requests, lives, renew, renewed_text};
pub use strays::strays;
