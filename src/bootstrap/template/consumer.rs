//! The template of an account whose spaces use the packages.

use anyhow::anyhow;
use sha2::{Digest, Sha256};

use super::text::{block, filled, quoted};
use super::{CONSUMER, Template, assembled, finished, without, yes_no};
use crate::bootstrap::slot::App;
use crate::bootstrap::stacks::{ConsumerStack, Endpoint, EndpointPolicy, LONGEST_TOKEN};
use crate::bootstrap::{policies, validate};
use crate::error::with_hint;

const SPACE_INGRESS: &str = include_str!("../templates/fragments/space-ingress.yaml");
const LIFECYCLE: &str = include_str!("../templates/fragments/lifecycle.yaml");
const SCRIPT: &str = include_str!("../templates/fragments/script.yaml");
/// The most base64 that SageMaker takes.
const LONGEST_CONTENT: usize = 16_384;
/// How far the key of the script is indented.
const SCRIPT_INDENT: usize = 6;

/// What goes with the policies of roles: CloudFormation wants to be told of every policy in a template, made or not.
const OF_POLICIES: [&str; 15] = [
    "RepositoryName",
    "BinaryRepositoryName",
    "CreatePolicies",
    "RoleNames",
    "LongestToken",
    "OnlyThroughVpc",
    "OtherEndpointIds",
    "CreatesPolicies",
    "HasRoles",
    "LimitsTokens",
    "IsOnlyThroughVpc",
    "SpacePolicyArn",
    "GuardRailsArn",
    "SpacePolicy",
    "GuardRails",
];

/// A lifecycle configuration of the stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LifecycleConfiguration {
    /// For which app.
    pub app: App,
    /// What it is called. Other content has another name.
    pub name: String,
    /// What the template calls it.
    pub logical_id: &'static str,
}

impl LifecycleConfiguration {
    /// Its ARN: a matter of its name.
    pub fn arn(&self, stack: &ConsumerStack) -> String {
        let ConsumerStack {
            region, account, ..
        } = stack;
        format!(
            "arn:aws:sagemaker:{region}:{account}:studio-lifecycle-config/{}",
            self.name
        )
    }
}

/// The lifecycle configurations of the stack's script, held by it or there before: none without a script.
pub fn lifecycle_configurations(stack: &ConsumerStack) -> Vec<LifecycleConfiguration> {
    let Some(script) = &stack.lifecycle_script else {
        return Vec::new();
    };
    let hash = content_hash(stack, script);
    App::ALL
        .map(|app| LifecycleConfiguration {
            app,
            name: format!(
                "{}-{}-{hash}",
                stack.name,
                app.as_str().to_ascii_lowercase()
            ),
            logical_id: match app {
                App::JupyterLab => "JupyterLabLifecycle",
                App::CodeEditor => "CodeEditorLifecycle",
            },
        })
        .into()
}

/// The tags count too: nothing of a lifecycle configuration can be changed, and a new one needs another name.
fn content_hash(stack: &ConsumerStack, script: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(script);
    for (key, value) in &stack.tags {
        hash.update(format!("\0{key}={value}"));
    }
    hex::encode(&hash.finalize()[..6])
}

/// The template and its parameters; `remembered` is one value of JSON that [`super::remembered`] gives back.
///
/// # Errors
/// When a name, number or ARN is wrong, the script is none that SageMaker runs, or the whole is too long for AWS.
pub fn consumer(stack: &ConsumerStack, remembered: &str) -> anyhow::Result<Template> {
    validate::consumer(stack)?;
    policies::fit_consumer(stack)?;
    let script = stack.lifecycle_script.as_ref();
    let mappings = match script.filter(|_| !stack.held_lifecycles.is_empty()) {
        Some(script) => {
            check_script(script)?;
            filled(SCRIPT, &[("SCRIPT", &block(script, SCRIPT_INDENT)?)])
        }
        None => String::new(),
    };
    let rules = stack.space_group_ids.iter().map(|group| ingress(group));
    let lifecycles = lifecycle_configurations(stack);
    let held = lifecycles
        .iter()
        .filter(|lifecycle| stack.held_lifecycles.contains(&lifecycle.app));
    let resources: String = rules.chain(held.map(lifecycle)).collect();
    let template = match stack.attach_policies {
        true => CONSUMER.to_owned(),
        false => without(CONSUMER, &OF_POLICIES),
    };
    let body = assembled(&template, remembered, &mappings, &resources)?;
    finished(
        body,
        parameters(stack),
        "the list of security groups: one group that all spaces have is enough",
    )
}

/// What the template's parameters are for a stack.
pub(in crate::bootstrap) fn parameters(stack: &ConsumerStack) -> Vec<(&'static str, String)> {
    let has = |endpoint| yes_no(stack.endpoints.contains(&endpoint));
    let others = match stack.other_endpoint_ids.is_empty() {
        true => "none".to_owned(),
        false => stack.other_endpoint_ids.join(","),
    };
    vec![
        ("DomainName", stack.domain.clone()),
        ("DomainOwner", stack.domain_owner.clone()),
        ("RepositoryName", stack.repository.clone()),
        ("BinaryRepositoryName", stack.binary_repository.clone()),
        (
            "BinaryObjectArn",
            stack.binary_object_arn.clone().unwrap_or_default(),
        ),
        ("VpcId", stack.vpc_id.clone()),
        ("SubnetIds", stack.subnet_ids.join(",")),
        ("RouteTableIds", stack.route_table_ids.join(",")),
        // Each group has a rule of its own, called after it: a list that changes its order changes nothing.
        ("SpaceSecurityGroupId", String::new()),
        ("PrivateDns", yes_no(stack.private_dns)),
        (
            "EndpointPolicy",
            endpoint_policy(stack.endpoint_policy).to_owned(),
        ),
        ("CreateApiEndpoint", has(Endpoint::Api)),
        ("CreateRepositoriesEndpoint", has(Endpoint::Repositories)),
        ("CreateStsEndpoint", has(Endpoint::Sts)),
        ("CreateS3Endpoint", has(Endpoint::S3)),
        (
            "AssetBucketArn",
            stack.asset_bucket_arn.clone().unwrap_or_default(),
        ),
        ("CreateSagemakerApiEndpoint", has(Endpoint::SagemakerApi)),
        (
            "CreateSagemakerRuntimeEndpoint",
            has(Endpoint::SagemakerRuntime),
        ),
        ("CreateStudioEndpoint", has(Endpoint::Studio)),
        ("CreateLogsEndpoint", has(Endpoint::Logs)),
        ("CreatePolicies", yes_no(stack.attach_policies)),
        ("RoleNames", stack.role_names.join(",")),
        (
            "LongestToken",
            stack.longest_token.unwrap_or(LONGEST_TOKEN).to_string(),
        ),
        ("OnlyThroughVpc", yes_no(stack.only_through_vpc)),
        ("OtherEndpointIds", others),
    ]
}

fn endpoint_policy(policy: EndpointPolicy) -> &'static str {
    match policy {
        EndpointPolicy::Shared => "shared",
        EndpointPolicy::Domain => "domain",
    }
}

fn ingress(group: &str) -> String {
    let logical_id = format!("SpaceIngress{}", group.trim_start_matches("sg-"));
    filled(
        SPACE_INGRESS,
        &[("LOGICAL_ID", &logical_id), ("GROUP_ID", group)],
    )
}

fn lifecycle(configuration: &LifecycleConfiguration) -> String {
    filled(
        LIFECYCLE,
        &[
            ("LOGICAL_ID", configuration.logical_id),
            ("APP_TYPE", configuration.app.as_str()),
            (" NAME", &format!(" {}", quoted(&configuration.name))),
        ],
    )
}

fn check_script(script: &str) -> anyhow::Result<()> {
    if !script.starts_with("#!") {
        return Err(with_hint(
            anyhow!("the lifecycle script does not begin with #!"),
            "its first line names what runs it, such as #!/bin/bash",
        ));
    }
    let encoded = script.len().div_ceil(3) * 4;
    if encoded > LONGEST_CONTENT {
        return Err(with_hint(
            anyhow!(
                "the lifecycle script is {encoded} characters of base64, and SageMaker takes {LONGEST_CONTENT}"
            ),
            "shorten the script",
        ));
    }
    Ok(())
}
