//! `bootstrap prove`: inside a space, what must work works, and what must not is refused.
//!
//! What must work is looked at by `check`. What must not is tried: each of the [`attempts`] is a call that does no harm even if it is
//! allowed, and [`judge`] says what its answer proves.
//!
//! AWS says of no service in which order it looks at a request. What is known: whether the caller may make it is decided by the names
//! in it, before what they name is looked up, so AccessDenied comes for names that do not exist, and "not found" and "conflict" come
//! to those alone who may. A refused value (ValidationException) may come before that decision: it proves nothing either way.

pub mod attempts;
mod building;
pub mod judge;
mod show;

pub use attempts::{Attempt, attempts};
pub use building::Place;
pub use judge::{Proof, ProofReport, Proved, judge};
