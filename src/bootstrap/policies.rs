//! Who may do what, as documents of IAM.
//!
//! The statements stand once: in the templates, as JSON between `# policy NAME` and `# end`. Here they are read from there and
//! given the values that CloudFormation would give them, for whoever attaches them by hand, and to know their size beforehand.

mod administrator;
mod evaluate;

pub use administrator::{
    Permission, administrator_document, consumer_administrator, packages_administrator,
};

use anyhow::anyhow;
use serde_json::{Value, json};

use super::stacks::{ConsumerStack, EndpointPolicy, LONGEST_TOKEN, PackagesStack};
use super::template::{CONSUMER, PACKAGES, consumer, packages};
use crate::error::with_hint;
use evaluate::Scope;

/// The most that CodeArtifact takes as the policy of a domain or repository.
const LONGEST_RESOURCE_POLICY: usize = 5_120;
/// The most that IAM takes as a managed policy, white space aside.
pub const LONGEST_MANAGED_POLICY: usize = 6_144;
/// The most that AWS Organizations takes as a service control policy (its quotas), white space aside where the console or a tool
/// takes it out.
pub const LONGEST_CONTROL_POLICY: usize = 5_120;

/// A policy of the account that owns the packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PackagesPolicy {
    /// The domain's.
    Domain,
    /// That of the repository that spaces use.
    Repository,
    /// That of the repository of the binary.
    Binary,
    /// That of the role of machines that publish.
    Publisher,
}

impl PackagesPolicy {
    fn name(self) -> &'static str {
        match self {
            Self::Domain => "domain",
            Self::Repository => "repository",
            Self::Binary => "binary",
            Self::Publisher => "publisher",
        }
    }

    /// The document; `None` where nobody is allowed or refused anything.
    pub fn document(self, stack: &PackagesStack) -> Option<Value> {
        document(PACKAGES, self.name(), &packages_scope(stack))
    }
}

/// A policy of a consuming account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConsumerPolicy {
    /// What execution roles may do.
    Space,
    /// What they may not do.
    GuardRails,
    /// What the endpoint of tokens lets through.
    ApiEndpoint,
    /// What the endpoint of packages lets through.
    RepositoriesEndpoint,
    /// What the gateway of S3 lets through.
    S3Endpoint,
}

impl ConsumerPolicy {
    fn name(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::GuardRails => "guard-rails",
            Self::ApiEndpoint => "api-endpoint",
            Self::RepositoriesEndpoint => "repositories-endpoint",
            Self::S3Endpoint => "s3-endpoint",
        }
    }

    /// The document. The endpoints that the stack itself makes have ids only once it is there: `made` names them.
    pub fn document(self, stack: &ConsumerStack, made: &[String]) -> Option<Value> {
        document(CONSUMER, self.name(), &consumer_scope(stack, made))
    }
}

/// The guard rails as a service control policy, for the account's execution roles alone: nobody in the account can take it off.
/// `None` without a role.
pub fn service_control(stack: &ConsumerStack) -> Option<Value> {
    let mut policy = ConsumerPolicy::GuardRails.document(stack, &[])?;
    let roles: Vec<String> = stack
        .role_names
        .iter()
        // With a path and without one.
        .flat_map(|role| [format!("role/{role}"), format!("role/*/{role}")])
        .map(|role| format!("arn:aws:iam::{}:{role}", stack.account))
        .collect();
    if roles.is_empty() {
        return None;
    }
    for statement in policy["Statement"].as_array_mut().into_iter().flatten() {
        statement["Condition"]["ArnLike"] = json!({"aws:PrincipalArn": roles});
    }
    Some(policy)
}

/// Refuses readers and publishers that are too many for the policies.
pub(super) fn fit_packages(stack: &PackagesStack) -> anyhow::Result<()> {
    use PackagesPolicy::{Binary, Domain, Publisher, Repository};
    for (policy, of) in [
        (Domain, "domain"),
        (Repository, "repository"),
        (Binary, "binary's repository"),
    ] {
        fits(
            policy.document(stack),
            LONGEST_RESOURCE_POLICY,
            of,
            "name accounts or an organization instead of single roles",
        )?;
    }
    fits(
        Publisher.document(stack),
        LONGEST_MANAGED_POLICY,
        "publishers' role",
        "choose shorter names",
    )
}

/// Refuses what is too much for the policies of roles.
pub(super) fn fit_consumer(stack: &ConsumerStack) -> anyhow::Result<()> {
    for (policy, of) in [
        (ConsumerPolicy::Space, "spaces' roles"),
        (ConsumerPolicy::GuardRails, "guard rails"),
    ] {
        fits(
            policy.document(stack, &[]),
            LONGEST_MANAGED_POLICY,
            of,
            "name fewer endpoints that others made",
        )?;
    }
    Ok(())
}

fn fits(policy: Option<Value>, most: usize, of: &str, hint: &str) -> anyhow::Result<()> {
    let length = policy.map_or(0, |policy| policy.to_string().len());
    if length <= most {
        return Ok(());
    }
    Err(with_hint(
        anyhow!("the policy of the {of} is {length} characters long, and AWS takes {most}"),
        hint,
    ))
}

fn document(template: &str, name: &str, scope: &Scope) -> Option<Value> {
    let statements = evaluate::statements(template, name);
    let mut statements: Vec<Value> = statements
        .iter()
        .filter_map(|one| scope.value(one))
        .collect();
    statements.iter_mut().for_each(without_stand_ins);
    (!statements.is_empty()).then(|| json!({"Version": "2012-10-17", "Statement": statements}))
}

fn packages_scope(stack: &PackagesStack) -> Scope {
    Scope::new(&stack.region, &stack.owner, packages::parameters(stack))
        .lists(&[
            "ReaderPrincipals",
            "PublisherPrincipals",
            "VpcIds",
            "ReadAnywhereArns",
        ])
        .condition("HasReaders", !stack.readers.is_empty())
        .condition("HasOrganization", stack.organization.is_some())
        .condition("HasPublishers", !stack.publishers.is_empty())
        .condition("HasVpcs", !stack.vpc_ids.is_empty())
}

fn consumer_scope(stack: &ConsumerStack, made: &[String]) -> Scope {
    let others = stack.other_endpoint_ids.iter().chain(made);
    let others: Vec<&str> = others.map(String::as_str).collect();
    let others = if others.is_empty() {
        "none".to_owned()
    } else {
        others.join(",")
    };
    Scope::new(&stack.region, &stack.account, consumer::parameters(stack))
        .with("OtherEndpointIds", others)
        .lists(&["OtherEndpointIds"])
        .condition(
            "LimitsEndpointsToDomain",
            stack.endpoint_policy == EndpointPolicy::Domain,
        )
        .condition("HasBinaryObject", stack.binary_object_arn.is_some())
        .condition("HasAssetBucket", stack.asset_bucket_arn.is_some())
        .condition(
            "LimitsTokens",
            stack
                .longest_token
                .is_some_and(|seconds| seconds < LONGEST_TOKEN),
        )
        .condition("IsOnlyThroughVpc", stack.only_through_vpc)
}

/// The templates write `none` where a stack makes no endpoint; beside the ids of others it says nothing.
fn without_stand_ins(statement: &mut Value) {
    let ids = statement.pointer_mut("/Condition/StringNotEquals/aws:SourceVpce");
    if let Some(ids) = ids.and_then(Value::as_array_mut) {
        ids.dedup();
        if ids.len() > 1 {
            ids.retain(|id| id != "none");
        }
    }
}
