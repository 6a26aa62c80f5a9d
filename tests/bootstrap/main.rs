//! `bootstrap` from an empty account to spaces that start with it: against LocalStack's CloudFormation, EC2 and IAM, with our emulator
//! for CodeArtifact and SageMaker.

#[path = "../support/mod.rs"]
mod support;

mod administrator;
mod attaching;
mod busy;
mod drift;
mod export;
mod hostile;
mod impostors;
mod interrupted;
mod memory;
mod midway;
mod only_ours;
mod recorded;
mod requests;
mod set_up;
mod situations;
mod sources;
mod terminal;
mod two_accounts;
mod typos;
mod version_before;
mod ways_in;
mod whole_way;
