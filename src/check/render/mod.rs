//! The forms of a report. All of them show the same findings.

pub mod lines;
mod markdown;
mod text;

pub use markdown::markdown;
pub use text::{Style, text};
