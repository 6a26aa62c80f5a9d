//! Of the helper only how it understands a question.

#[path = "../../src/helper/cargo_question.rs"]
mod cargo_question;
#[path = "../../src/helper/query.rs"]
mod query;

pub use cargo_question::Question;
pub use query::{Mode, Query, Wanted, answers_for, login_at, login_for, parse};
