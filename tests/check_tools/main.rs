//! What `check` says about the tools: for each conflict the real client is asked first, in the broken set-up and in the
//! mended one; then `check` must name the one cause, and its mend, typed as it stands, must mend it.

#[path = "../support/mod.rs"]
mod support;

mod bench;
mod languages;
mod links;
mod machine;
mod npm;
mod others;
mod pip;
mod pip_mixes;
mod redirected;
mod uv;
mod uv_mixes;
