//! The smallest policy of whoever runs `bootstrap`: each action with the call that needs it.

mod groups;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use groups::{
    CLOUDFORMATION_ROLE, CONSUMER, ENDPOINTS, Group, INTERFACES, KEY, LIFECYCLES, OWN_DOMAIN, On,
    PACKAGE_GROUPS, PACKAGES, POLICIES, PUBLISHER_ROLE, SPACES, STACK,
};

use crate::bootstrap::stacks::{ConsumerStack, Endpoint, PackagesStack, Public};

/// An action that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// `service:Action`.
    pub action: &'static str,
    /// On what: ARNs, or a star where the action names no resource.
    pub resources: Vec<String>,
    /// Which call needs it.
    pub because: &'static str,
    /// The service that a role is passed to, and no other.
    pub passed_to: Option<&'static str>,
}

/// What whoever looks after the packages' stack needs; `role` is the one that CloudFormation works with, if not theirs.
pub fn packages_administrator(
    stack: &PackagesStack,
    name: &str,
    role: Option<&str>,
) -> Vec<Permission> {
    let mut groups = vec![STACK, PACKAGES];
    if stack.has_domain {
        groups.push(OWN_DOMAIN);
        if stack.kms_key_arn.is_some() {
            groups.push(KEY);
        }
    }
    if role.is_some() {
        groups.push(CLOUDFORMATION_ROLE);
    }
    if !stack.internal.is_empty() || stack.public != Public::All {
        groups.push(PACKAGE_GROUPS);
    }
    if stack.publisher_role.is_some() {
        groups.push(PUBLISHER_ROLE);
    }
    let arn = |service: &str, resource: &str| {
        format!(
            "arn:aws:{service}:{}:{}:{resource}",
            stack.region, stack.owner
        )
    };
    let PackagesStack { domain, .. } = stack;
    permissions(&groups, |on| match on {
        On::Stack => vec![arn("cloudformation", &format!("stack/{name}/*"))],
        On::Domain => vec![arn("codeartifact", &format!("domain/{domain}"))],
        On::Repositories => [
            &stack.repository,
            &stack.pypi_store,
            &stack.npm_store,
            &stack.binary_repository,
        ]
        .map(|repository| arn("codeartifact", &format!("repository/{domain}/{repository}")))
        .into(),
        On::Program => {
            let repository = &stack.binary_repository;
            vec![arn(
                "codeartifact",
                &format!("package/{domain}/{repository}/generic/studio-mirror/studio-mirror"),
            )]
        }
        // AWS's pages do not agree on whether the slash before the pattern is encoded.
        On::PackageGroups => ["/", "%2F"]
            .map(|slash| arn("codeartifact", &format!("package-group/{domain}{slash}*")))
            .into(),
        On::PublisherRole => {
            let role = stack.publisher_role.iter();
            role.map(|role| format!("arn:aws:iam::{}:role/{}", stack.owner, role.name))
                .collect()
        }
        On::Key => stack.kms_key_arn.iter().cloned().collect(),
        On::CloudFormationRole => role.map(str::to_owned).into_iter().collect(),
        _ => vec!["*".to_owned()],
    })
}

/// What whoever looks after a consuming account's stack needs; `role` as for [`packages_administrator`].
pub fn consumer_administrator(
    stack: &ConsumerStack,
    name: &str,
    role: Option<&str>,
) -> Vec<Permission> {
    let mut groups = vec![STACK, CONSUMER, SPACES];
    if !stack.endpoints.is_empty() {
        groups.push(ENDPOINTS);
    }
    if stack
        .endpoints
        .iter()
        .any(|endpoint| *endpoint != Endpoint::S3)
    {
        groups.push(INTERFACES);
    }
    if stack.attach_policies {
        groups.push(POLICIES);
    }
    if stack.lifecycle_script.is_some() {
        groups.push(LIFECYCLES);
    }
    if role.is_some() {
        groups.push(CLOUDFORMATION_ROLE);
    }
    let arn = |service: &str, resource: &str| {
        format!(
            "arn:aws:{service}:{}:{}:{resource}",
            stack.region, stack.account
        )
    };
    permissions(&groups, |on| match on {
        On::Stack => vec![arn("cloudformation", &format!("stack/{name}/*"))],
        On::Network => vec![arn("ec2", "*")],
        On::HostedZones => vec!["arn:aws:route53:::hostedzone/*".to_owned()],
        // CloudFormation calls them STACK-LOGICALID-RANDOM.
        On::StackPolicies => vec![format!("arn:aws:iam::{}:policy/{name}-*", stack.account)],
        On::SpaceRoles => {
            let roles = stack.role_names.iter();
            let paths = |role: &String| [format!("role/{role}"), format!("role/*/{role}")];
            roles
                .flat_map(paths)
                .map(|role| format!("arn:aws:iam::{}:{role}", stack.account))
                .collect()
        }
        On::Lifecycles => {
            let begin = &stack.name;
            vec![arn(
                "sagemaker",
                &format!("studio-lifecycle-config/{begin}-*"),
            )]
        }
        On::StudioDomain => vec![
            arn("sagemaker", "domain/*"),
            arn("sagemaker", "user-profile/*"),
        ],
        On::CloudFormationRole => role.map(str::to_owned).into_iter().collect(),
        _ => vec!["*".to_owned()],
    })
}

/// The policy: one statement for all that is on the same resources. A role is passed to one service alone.
pub fn administrator_document(permissions: &[Permission]) -> Value {
    let mut statements: BTreeMap<(Option<&str>, &[String]), Vec<&str>> = BTreeMap::new();
    for permission in permissions {
        let key = (permission.passed_to, permission.resources.as_slice());
        statements.entry(key).or_default().push(permission.action);
    }
    let statements = statements
        .into_iter()
        .map(|((passed_to, resources), mut actions)| {
            actions.sort_unstable();
            actions.dedup();
            let mut statement =
                json!({"Effect": "Allow", "Action": actions, "Resource": resources});
            if let Some(service) = passed_to {
                statement["Condition"] = json!({"StringEquals": {"iam:PassedToService": service}});
            }
            statement
        });
    json!({"Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>()})
}

fn permissions(groups: &[&'static [Group]], on: impl Fn(On) -> Vec<String>) -> Vec<Permission> {
    let groups = groups.iter().flat_map(|groups| groups.iter());
    let all = groups.flat_map(|group| {
        let resources = on(group.on);
        group.actions.iter().map(move |action| Permission {
            action,
            resources: resources.clone(),
            because: group.because,
            passed_to: (*action == "iam:PassRole").then_some(match group.on {
                On::CloudFormationRole => "cloudformation.amazonaws.com",
                _ => "sagemaker.amazonaws.com",
            }),
        })
    });
    all.filter(|permission| !permission.resources.is_empty())
        .collect()
}
