//! studio-mirror: package clients that just work in a SageMaker Studio space without internet.
//!
//! Data flows one way: arguments ([`cli`]) become [`settings`], a command ([`commands`]) asks for a
//! [`token`] and turns texts into texts by way of [`tools`]; [`files`] and [`aws`] are the edge.

pub mod aws;
pub mod bootstrap;
pub mod changes;
pub mod check;
pub mod cli;
pub mod columns;
pub mod commands;
pub mod config_file;
pub mod credentials;
pub mod edit;
pub mod endpoint;
pub mod environment;
pub mod error;
pub mod files;
pub mod helper;
pub mod output;
pub mod places;
pub mod refresh;
pub mod secret;
pub mod settings;
pub mod state;
pub mod studio;
pub mod system_login;
pub mod timestamp;
pub mod token;
pub mod tools;
