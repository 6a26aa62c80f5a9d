//! Terraform modules with the values of the stacks.

use serde_json::{Value, json};

use super::{File, left_open};
use crate::bootstrap::package_groups::package_groups;
use crate::bootstrap::stacks::{
    ConsumerStack, EndpointPolicy, LONGEST_TOKEN, PackagesStack, Public,
};
use crate::bootstrap::template;
use crate::bootstrap::template::packages::read_anywhere;

/// A file of a module, as it is in the program.
macro_rules! files {
    ($folder:literal: $($name:literal),+) => {
        [$((concat!($folder, "/", $name), include_str!(concat!("../terraform/", $folder, "/", $name)))),+]
    };
}

const README: &str = include_str!("../terraform/README.md");
const PACKAGES: [(&str, &str); 5] =
    files!("packages": "main.tf", "outputs.tf", "policies.tf", "variables.tf", "versions.tf");
const CONSUMER: [(&str, &str); 5] =
    files!("consumer": "main.tf", "outputs.tf", "policies.tf", "variables.tf", "versions.tf");
const SCRIPT: &str = "lifecycle.sh";

/// The modules, and their variables in `terraform.tfvars.json`, where a string is nothing but itself.
///
/// # Errors
/// When a stack is one that CloudFormation would refuse, too.
pub fn terraform(
    packages: Option<&PackagesStack>,
    consumer: Option<&ConsumerStack>,
) -> anyhow::Result<Vec<File>> {
    let mut files = vec![("README.md".to_owned(), README.to_owned())];
    if let Some(stack) = packages {
        template::packages(stack, "{}")?;
        files.extend(module(&PACKAGES, "packages", &packages_variables(stack)?));
    }
    if let Some(stack) = consumer {
        template::consumer(&super::anywhere(stack), "{}")?;
        let mut variables = consumer_variables(stack);
        let open = left_open(stack).into_iter().map(|open| open.variable);
        let open: Vec<_> = open.collect();
        for name in &open {
            variables.as_object_mut().map(|all| all.remove(*name));
        }
        let consumer = CONSUMER.map(|(path, text)| (path, without_defaults(text, &open)));
        let consumer = consumer
            .each_ref()
            .map(|(path, text)| (*path, text.as_str()));
        files.extend(module(&consumer, "consumer", &variables));
        let script = stack.lifecycle_script.iter();
        files.extend(script.map(|script| (format!("consumer/{SCRIPT}"), script.clone())));
    }
    Ok(files)
}

/// `text` with these variables without defaults: Terraform asks for their values.
fn without_defaults(text: &str, variables: &[&str]) -> String {
    let mut is_open = false;
    let kept = text.split_inclusive('\n').filter(|line| {
        if let Some(name) = line.strip_prefix("variable \"") {
            is_open = variables
                .iter()
                .any(|open| name.starts_with(&format!("{open}\"")));
        }
        !(is_open && line.trim_start().starts_with("default "))
    });
    kept.collect()
}

fn module(files: &[(&str, &str)], folder: &str, variables: &Value) -> Vec<File> {
    let files = files
        .iter()
        .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
    let variables = (
        format!("{folder}/terraform.tfvars.json"),
        format!("{variables:#}\n"),
    );
    files.chain([variables]).collect()
}

fn packages_variables(stack: &PackagesStack) -> anyhow::Result<Value> {
    let groups = package_groups(&stack.internal, &stack.public)?;
    let patterns = |public| {
        let groups = groups.iter().filter(|group| group.public == public);
        groups
            .map(|group| group.pattern.as_str())
            .collect::<Vec<_>>()
    };
    let role = stack.publisher_role.as_ref();
    Ok(json!({
        "domain_name": stack.domain,
        "create_domain": stack.has_domain,
        "kms_key_arn": stack.kms_key_arn,
        "repository_name": stack.repository,
        "create_repository": stack.has_repository,
        "pypi_store_name": stack.pypi_store,
        "npm_store_name": stack.npm_store,
        "create_pypi_store": stack.has_pypi_store,
        "create_npm_store": stack.has_npm_store,
        "binary_repository_name": stack.binary_repository,
        "create_binary_repository": stack.has_binary_repository,
        "reader_principals": stack.readers,
        "organization_id": stack.organization,
        "publisher_principals": stack.publishers,
        "vpc_ids": stack.vpc_ids,
        "read_anywhere_arns": read_anywhere(stack),
        "public_packages": if stack.public == Public::All { "all" } else { "none" },
        "internal_patterns": patterns(false),
        "public_patterns": patterns(true),
        "publisher_role_name": role.map(|role| &role.name),
        "publisher_role_trust": role.map(|role| role.trusted.as_slice()).unwrap_or_default(),
        "permissions_boundary": role.and_then(|role| role.permissions_boundary.as_ref()),
        "tags": stack.tags,
    }))
}

fn consumer_variables(stack: &ConsumerStack) -> Value {
    json!({
        "domain_name": stack.domain,
        "domain_owner": stack.domain_owner,
        "repository_name": stack.repository,
        "binary_repository_name": stack.binary_repository,
        "binary_object_arn": stack.binary_object_arn,
        "vpc_id": stack.vpc_id,
        "subnet_ids": stack.subnet_ids,
        "route_table_ids": stack.route_table_ids,
        "space_security_group_ids": stack.space_group_ids,
        "private_dns": stack.private_dns,
        "endpoint_policy": if stack.endpoint_policy == EndpointPolicy::Domain { "domain" } else { "shared" },
        "endpoints": stack.endpoints,
        "asset_bucket_arn": stack.asset_bucket_arn,
        "create_policies": stack.attach_policies,
        "role_names": stack.role_names,
        "longest_token": stack.longest_token.unwrap_or(LONGEST_TOKEN),
        "only_through_vpc": stack.only_through_vpc,
        "other_endpoint_ids": stack.other_endpoint_ids,
        "name": stack.name,
        "lifecycle_script": stack.lifecycle_script.as_ref().map(|_| SCRIPT),
        "tags": stack.tags,
    })
}
