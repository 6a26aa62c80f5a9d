//! Of the helper only how it understands a question.

#[path = "../../src/helper/query.rs"]
mod query;

pub use query::{Mode, Query, Wanted, login_for, parse};
