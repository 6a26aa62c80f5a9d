//! `bootstrap`: what an administrator sets up once, so that spaces need nothing.
//!
//! Flags become [`choices::Choices`]; what is there already is discovered; a pure plan joins the two into
//! what the two stacks are to hold ([`stacks`]), which the templates ([`template`]) turn into text for CloudFormation.
//! What CloudFormation cannot do (publish the binary, attach the lifecycle configuration) comes after it.

pub mod stacks;
