//! `bootstrap`: what an administrator sets up once, so that spaces need nothing.
//!
//! Flags become [`choices::Choices`]; [`discover`] reads what is there into [`found::Found`]; [`decide`], which is pure, joins the
//! two into what the two [`stacks`] are to hold, and the templates turn that into text for CloudFormation ([`stack`] drives it).
//! What CloudFormation cannot do comes after it: [`publish`] the binary, [`attach`] the lifecycle configuration.

pub mod choices;
pub mod export;
pub mod package_groups;
pub mod policies;
pub mod slot;
pub mod stacks;
pub mod template;
mod validate;
