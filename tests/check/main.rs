//! `check` on loopback: what it says of a healthy set-up and of everything that can be broken without namespaces.

#[path = "../support/mod.rs"]
mod support;

mod explain;
mod faults;
mod forms;
mod hosts;
mod others;
mod proxies;
mod reads;
mod set;
mod settings;

pub use set::Set;
