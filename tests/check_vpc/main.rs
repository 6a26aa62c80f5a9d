//! `check --vpc` against moto, which answers as AWS's own servers do for boto3: what a VPC lacks is the one root of
//! what a space saw, with a mend that is complete. Every request is one that AWS's own description has.

#[path = "../support/mod.rs"]
mod support;

mod access;
mod acls;
mod cloud;
mod faults;
mod join;
mod mends;
mod place;
mod policies;
mod recorder;
mod report;
mod requests;
