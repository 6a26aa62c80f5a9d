//! studio-mirror: package clients that just work in a SageMaker Studio space without internet.
//!
//! Data flows one way: arguments ([`cli`]) become [`settings`], a command ([`commands`]) asks for a
//! [`token`] and turns files into files by way of [`tools`]; [`files`] and [`aws`] are the edge.

pub mod aws;
pub mod config_file;
pub mod credentials;
pub mod endpoint;
pub mod error;
pub mod files;
pub mod places;
pub mod secret;
pub mod settings;
pub mod state;
pub mod studio;
pub mod token;
pub mod tools;
