//! The pure rooms of the house, built without the AWS SDK, so that an instrumented build takes a
//! minute instead of a quarter of an hour. They are the main crate's own files; `studio_mirror::…`
//! means them here as it does in the main crate's tests, which replay the seeds through the same properties.

extern crate self as studio_mirror;

#[path = "../../src/config_file.rs"]
pub mod config_file;
#[path = "../../src/credentials.rs"]
pub mod credentials;
#[path = "../../src/edit/mod.rs"]
pub mod edit;
#[path = "../../src/endpoint/mod.rs"]
pub mod endpoint;
#[path = "../../src/error.rs"]
pub mod error;
#[path = "../../src/files/mod.rs"]
pub mod files;
#[path = "../../src/places.rs"]
pub mod places;
#[path = "../../src/secret.rs"]
pub mod secret;
#[path = "../../src/settings/mod.rs"]
pub mod settings;
#[path = "../../src/state/mod.rs"]
pub mod state;
#[path = "../../src/studio.rs"]
pub mod studio;
#[path = "../../src/token/mod.rs"]
pub mod token;
#[path = "../../src/tools/mod.rs"]
pub mod tools;

pub mod coming_and_going;
pub mod commands;
pub mod helper;
pub mod inputs;
pub mod properties;
