//! Of the commands only what shows a diff.

#[path = "../../src/commands/diff.rs"]
pub mod diff;
