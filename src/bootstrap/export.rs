//! What someone can take and keep without us: the filled templates, or Terraform modules of the same resources. Pure text.

mod attach;
mod terraform;

pub use attach::attach_lines;
pub use terraform::terraform;

use super::stacks::{ConsumerStack, PackagesStack};
use super::template;

const README: &str = include_str!("templates/README.md");

/// Stands for the VPC that every account names for itself.
const ANY_VPC: &str = "vpc-00000000";

/// A file: its path below the folder of the export, and what is in it.
pub type File = (String, String);

/// The templates with everything that is known as a default, so that they need no parameters.
///
/// # Errors
/// As [`template::packages`] and [`template::consumer`].
pub fn cloudformation(
    packages: Option<&PackagesStack>,
    consumer: Option<&ConsumerStack>,
) -> anyhow::Result<Vec<File>> {
    let mut files = vec![("README.md".to_owned(), README.to_owned())];
    if let Some(stack) = packages {
        let template = template::packages(stack, "{}")?;
        files.push(("packages.yaml".to_owned(), template.with_defaults()));
    }
    if let Some(stack) = consumer {
        let mut template = template::consumer(&anywhere(stack), "{}")?;
        // For many accounts, each of which names its own.
        template
            .parameters
            .retain(|(_, value)| value.as_str() != ANY_VPC);
        files.push(("consumer.yaml".to_owned(), template.with_defaults()));
    }
    Ok(files)
}

/// With a VPC in any case.
fn anywhere(stack: &ConsumerStack) -> ConsumerStack {
    let mut stack = stack.clone();
    if stack.vpc_id.is_empty() {
        stack.vpc_id = ANY_VPC.to_owned();
    }
    stack
}
