//! `bootstrap`: what an administrator sets up once, so that spaces need nothing.
//!
//! Flags become [`choices::Choices`]; [`discover`] reads what is there into [`found::Found`]; [`decide`], which is pure, joins the
//! two into what the two [`stacks`] are to hold, and the templates turn that into text for CloudFormation ([`stack`] drives it).
//! What CloudFormation cannot do comes after it: [`publish`] the binary, [`attach`] the lifecycle configuration.

pub mod attach;
pub mod before;
pub mod choices;
pub mod collect;
pub mod cost;
pub mod decide;
pub mod destroy;
pub mod discover;
pub mod drift;
pub mod export;
pub mod found;
pub mod from_choices;
pub mod memory;
pub mod names;
pub mod offline;
pub mod package_groups;
pub mod plan;
pub mod policies;
pub mod prepare;
pub mod printed;
pub mod program;
pub mod prove;
pub mod public;
pub mod publish;
pub mod reach;
pub mod rollback;
pub mod script;
mod show;
pub mod slot;
pub mod stack;
pub mod stacks;
pub mod template;
mod validate;
