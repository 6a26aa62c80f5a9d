//! The templates and modules of `bootstrap`, judged by others' tools: cfn-lint, checkov, Terraform, its providers' bindings, and AWS's
//! list of actions.

#[path = "../support/mod.rs"]
mod support;

mod export;
mod lint;
mod mistakes;
mod oracle;
mod policies;
mod quoting;
mod stacks;
