//! The smoke test for a real account, itself tested: `scripts/aws-smoke` with the real AWS CLI against LocalStack and the emulator, where a
//! process on this machine does what the machine in the VPC would. Nothing here calls AWS.

#[path = "../support/mod.rs"]
mod support;

mod parts;
mod person;
mod virtual_machine;
mod way;
