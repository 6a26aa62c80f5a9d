//! What bootstrap's tests stand on: LocalStack's CloudFormation with our resource providers, and the emulator behind
//! them, used by the real AWS CLI.

#[path = "../support/mod.rs"]
mod support;

mod life;
mod way;
mod world;
