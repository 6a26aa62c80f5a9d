//! `login --system`: an image built by lifecycle/Dockerfile, without network and without a token, in which every container
//! installs at once: a Studio space, a training job that runs as root, a processing job of a user without name or home.
//!
//! There is no Docker here: the Dockerfile's steps run in this machine's own root file system below an overlay.

#[path = "../support/mod.rs"]
mod support;

mod checked;
mod closed;
mod commands;
mod homes;
mod installs;
mod projects;
mod shims;
mod tools;
mod trust;
mod winning;
mod written;

use support::studio_space;

/// Whether the machine lets us build images; says loudly when not.
fn possible() -> bool {
    studio_space::possible()
}
