//! What each tool's configuration must say, one module a tool: text in, text out, no I/O and no environment.
//!
//! A new tool is a file here with a [`Client`] and its [`Editor`]s, and a line in each list of [`Tool`].

pub mod bun;
pub mod cargo;
mod client;
pub mod compose;
pub mod dotnet;
pub mod effective;
pub mod gem;
pub mod gradle;
pub mod hatch;
pub mod keyringrc;
#[cfg(test)]
mod login_for_tests;
pub mod maven;
pub mod npm;
pub mod pdm;
pub mod pip;
pub mod pnpm;
pub mod poetry;
mod secret_name;
mod shim;
pub mod swift;
mod tables;
mod tool;
pub mod twine;
mod url;
pub mod uv;
mod winning;
pub mod yarn;

pub use client::{Auth, Client, Configured, Editor, Found, Installed, Registry, ToolFile};
pub use pnpm::{TOKEN_HELPER, token_helper_name};
pub use shim::{Asks, ProjectFiles, Shim, ShimFile, SystemWide};
pub use tool::{AuthMode, Tool};
pub(crate) use url::{holds_token, percent_encoded, same_endpoint};
pub use winning::{NamedRegistry, WinningFile};
