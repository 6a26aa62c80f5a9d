//! What someone can take and keep without us: the filled templates, or Terraform modules of the same resources. Pure text.

mod attach;
mod terraform;

pub use attach::attach_lines;
pub use terraform::terraform;

use super::stacks::{ConsumerStack, Endpoint, PackagesStack};
use super::template;

const README: &str = include_str!("templates/README.md");

/// Stands for the VPC that every account names for itself.
const ANY_VPC: &str = "vpc-00000000";

/// A file: its path below the folder of the export, and what is in it.
pub type File = (String, String);

/// What an export leaves to whoever deploys it, by its two names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Terraform's variable.
    pub variable: &'static str,
    /// CloudFormation's parameter.
    pub parameter: &'static str,
}

/// What the endpoints of `stack` need of the network and nobody told. With an empty list in its place a gateway would have no route and an
/// endpoint no address: nothing would say so before a space that waits.
pub fn left_open(stack: &ConsumerStack) -> Vec<Open> {
    let has_addresses = stack.endpoints.iter().any(|one| !one.is_gateway());
    let has_gateway = stack.endpoints.contains(&Endpoint::S3);
    let (subnets, groups) = (&stack.subnet_ids, &stack.space_group_ids);
    let network = [
        ("vpc_id", "VpcId", stack.vpc_id.is_empty()),
        (
            "subnet_ids",
            "SubnetIds",
            has_addresses && subnets.is_empty(),
        ),
        (
            "space_security_group_ids",
            "SpaceSecurityGroupId",
            has_addresses && groups.is_empty(),
        ),
        (
            "route_table_ids",
            "RouteTableIds",
            has_gateway && stack.route_table_ids.is_empty(),
        ),
    ];
    let open = network.into_iter().filter(|(.., is_open)| *is_open);
    open.map(|(variable, parameter, _)| Open {
        variable,
        parameter,
    })
    .collect()
}

/// The templates with everything that is known as a default, so that they need no parameters but those of [`left_open`].
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
        let open = left_open(stack);
        template
            .parameters
            .retain(|(name, _)| open.iter().all(|open| open.parameter != name));
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
