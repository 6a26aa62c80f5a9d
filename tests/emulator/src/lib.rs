//! A strict stand-in for AWS CodeArtifact and STS, with the package endpoints behind them.
//!
//! The room is laid out as AWS is: [`Emulator`] owns the listeners; a request is classified, recorded, met by any
//! injected fault, checked for its signature or token, and answered by the service it is for.

mod access;
mod account;
mod admin;
mod answer;
mod asset;
mod assets;
mod authorization;
mod call;
mod canonical;
mod cargo;
mod catalogue;
mod clock;
mod codeartifact;
mod connection;
mod credentials;
mod emulator;
mod endpoints;
mod error;
mod faults;
mod groups;
mod marshal;
mod maven;
mod model;
mod names;
mod npm;
mod nuget;
mod options;
mod packages;
mod paging;
mod passthrough;
mod policy;
mod presign;
mod publish;
mod pypi;
mod random;
mod requests;
mod route;
mod ruby;
mod sagemaker;
mod server;
mod setup;
mod shared;
mod shelves;
mod signature;
mod store;
mod sts;
mod tls;
mod tokens;
mod versions;
mod wire;

pub use access::{AccessChange, IdentityPolicies, PrincipalKeys, VpcEndpoint};
pub use credentials::RoleCredentialsChange;
pub use emulator::Emulator;
pub use faults::{Action, Fault, Layer};
pub use options::{EndpointStyle, Options};
pub use requests::RecordedRequest;
pub use setup::{DomainSetup, PrincipalSetup, RepositorySetup, Setup};

/// The name of CodeArtifact's operation that a method and a path ask for.
pub fn codeartifact_operation(method: &str, path: &str) -> Option<&'static str> {
    let operation = model::codeartifact().route(method, path);
    operation.map(|operation| operation.name.as_str())
}
