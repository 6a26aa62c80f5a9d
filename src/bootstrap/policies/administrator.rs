//! The smallest policy of whoever runs `bootstrap`: each action with the call that needs it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

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
}

/// What a group of actions is on.
#[derive(Clone, Copy)]
enum On {
    Anything,
    Stack,
    Domain,
    Repositories,
    Program,
    PackageGroups,
    Network,
    StackPolicies,
    SpaceRoles,
    PublisherRole,
    Lifecycles,
    StudioDomain,
}

struct Group {
    because: &'static str,
    on: On,
    actions: &'static [&'static str],
}

const STACK: &[Group] = &[
    Group {
        because: "plan and apply: what is there, and the change set",
        on: On::Stack,
        actions: &[
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeStackEvents",
            "cloudformation:DescribeStackResources",
            "cloudformation:DescribeStacks",
            "cloudformation:GetTemplate",
            "cloudformation:ListChangeSets",
            "cloudformation:ListStackResources",
        ],
    },
    Group {
        because: "plan: what was changed by hand",
        on: On::Stack,
        actions: &[
            "cloudformation:DescribeStackResourceDrifts",
            "cloudformation:DetectStackDrift",
            "cloudformation:DetectStackResourceDrift",
        ],
    },
    Group {
        because: "plan: whether the search for drift is done; it names no stack",
        on: On::Anything,
        actions: &["cloudformation:DescribeStackDriftDetectionStatus"],
    },
    Group {
        because: "apply",
        on: On::Stack,
        actions: &[
            "cloudformation:ExecuteChangeSet",
            "cloudformation:TagResource",
            "cloudformation:UntagResource",
            "cloudformation:UpdateTerminationProtection",
        ],
    },
    Group {
        because: "destroy",
        on: On::Stack,
        actions: &["cloudformation:DeleteStack"],
    },
    Group {
        because: "plan: whose credentials these are",
        on: On::Anything,
        actions: &["sts:GetCallerIdentity"],
    },
];

const PACKAGES: &[Group] = &[
    Group {
        because: "plan, and CloudFormation for AWS::CodeArtifact::Domain",
        on: On::Domain,
        actions: &[
            "codeartifact:DescribeDomain",
            "codeartifact:GetDomainPermissionsPolicy",
            "codeartifact:ListTagsForResource",
        ],
    },
    Group {
        because: "plan, and CloudFormation for AWS::CodeArtifact::Repository",
        on: On::Repositories,
        actions: &[
            "codeartifact:DescribeRepository",
            "codeartifact:GetRepositoryPermissionsPolicy",
            "codeartifact:ListTagsForResource",
        ],
    },
    Group {
        because: "apply: CloudFormation for AWS::CodeArtifact::Repository, which names no resource when it makes one",
        on: On::Anything,
        actions: &["codeartifact:CreateRepository"],
    },
    Group {
        because: "apply: CloudFormation for AWS::CodeArtifact::Repository",
        on: On::Repositories,
        actions: &[
            "codeartifact:AssociateExternalConnection",
            "codeartifact:AssociateWithDownstreamRepository",
            "codeartifact:DeleteRepositoryPermissionsPolicy",
            "codeartifact:DisassociateExternalConnection",
            "codeartifact:PutRepositoryPermissionsPolicy",
            "codeartifact:TagResource",
            "codeartifact:UntagResource",
            "codeartifact:UpdateRepository",
        ],
    },
    Group {
        because: "apply: the program is published, and its hash compared",
        on: On::Program,
        actions: &[
            "codeartifact:ListPackageVersionAssets",
            "codeartifact:PublishPackageVersion",
        ],
    },
    Group {
        because: "destroy --delete-packages",
        on: On::Repositories,
        actions: &["codeartifact:DeleteRepository"],
    },
];

const OWN_DOMAIN: &[Group] = &[
    Group {
        because: "apply: CloudFormation for AWS::CodeArtifact::Domain, which names no resource when it makes one",
        on: On::Anything,
        actions: &["codeartifact:CreateDomain"],
    },
    Group {
        because: "apply: CloudFormation for AWS::CodeArtifact::Domain",
        on: On::Domain,
        actions: &[
            "codeartifact:DeleteDomainPermissionsPolicy",
            "codeartifact:PutDomainPermissionsPolicy",
            "codeartifact:TagResource",
            "codeartifact:UntagResource",
        ],
    },
    Group {
        because: "destroy --delete-packages",
        on: On::Domain,
        actions: &["codeartifact:DeleteDomain"],
    },
];

const PACKAGE_GROUPS: &[Group] = &[
    Group {
        because: "apply: CloudFormation for AWS::CodeArtifact::PackageGroup, which names no resource when it makes one",
        on: On::Anything,
        actions: &["codeartifact:CreatePackageGroup"],
    },
    Group {
        because: "apply: CloudFormation for AWS::CodeArtifact::PackageGroup",
        on: On::PackageGroups,
        actions: &[
            "codeartifact:DeletePackageGroup",
            "codeartifact:DescribePackageGroup",
            "codeartifact:ListAllowedRepositoriesForGroup",
            "codeartifact:ListTagsForResource",
            "codeartifact:TagResource",
            "codeartifact:UntagResource",
            "codeartifact:UpdatePackageGroup",
            "codeartifact:UpdatePackageGroupOriginConfiguration",
        ],
    },
];

const PUBLISHER_ROLE: &[Group] = &[Group {
    because: "apply: CloudFormation for AWS::IAM::Role",
    on: On::PublisherRole,
    actions: &[
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy",
        "iam:GetRole",
        "iam:GetRolePolicy",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:TagRole",
        "iam:UntagRole",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
    ],
}];

const CONSUMER: &[Group] = &[Group {
    because: "plan: the VPC, its endpoints, subnets, routes and security groups; these name no resource",
    on: On::Anything,
    actions: &[
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeRouteTables",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcAttribute",
        "ec2:DescribeVpcEndpointServices",
        "ec2:DescribeVpcEndpoints",
        "ec2:DescribeVpcs",
    ],
}];

const ENDPOINTS: &[Group] = &[
    Group {
        because: "apply: CloudFormation for AWS::EC2::VPCEndpoint",
        on: On::Network,
        actions: &[
            "ec2:CreateTags",
            "ec2:CreateVpcEndpoint",
            "ec2:DeleteTags",
            "ec2:DeleteVpcEndpoints",
            "ec2:ModifyVpcEndpoint",
        ],
    },
    Group {
        because: "apply: EC2 makes the private names of an interface endpoint",
        on: On::Anything,
        actions: &["route53:AssociateVPCWithHostedZone"],
    },
];

const INTERFACES: &[Group] = &[
    Group {
        because: "apply: CloudFormation for AWS::EC2::SecurityGroup and its rules",
        on: On::Network,
        actions: &[
            "ec2:AuthorizeSecurityGroupEgress",
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateSecurityGroup",
            "ec2:DeleteSecurityGroup",
            "ec2:RevokeSecurityGroupEgress",
            "ec2:RevokeSecurityGroupIngress",
            "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
            "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
        ],
    },
    Group {
        because: "apply: CloudFormation for AWS::EC2::SecurityGroup and its rules; these name no resource",
        on: On::Anything,
        actions: &["ec2:DescribeInstances", "ec2:DescribeSecurityGroupRules"],
    },
];

const POLICIES: &[Group] = &[
    Group {
        because: "apply: CloudFormation for AWS::IAM::ManagedPolicy",
        on: On::StackPolicies,
        actions: &[
            "iam:CreatePolicy",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicy",
            "iam:DeletePolicyVersion",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:ListEntitiesForPolicy",
            "iam:ListPolicyVersions",
        ],
    },
    Group {
        because: "apply: CloudFormation attaches and detaches the two policies, and no others",
        on: On::SpaceRoles,
        actions: &["iam:AttachRolePolicy", "iam:DetachRolePolicy"],
    },
];

const SPACES: &[Group] = &[
    Group {
        because: "plan: which domains of Studio there are",
        on: On::Anything,
        actions: &[
            "sagemaker:ListDomains",
            "sagemaker:ListStudioLifecycleConfigs",
            "sagemaker:ListUserProfiles",
        ],
    },
    Group {
        because: "plan: the Studio domain, its user profiles, and what is attached; apply: read back",
        on: On::StudioDomain,
        actions: &["sagemaker:DescribeDomain", "sagemaker:DescribeUserProfile"],
    },
    Group {
        because: "plan: the roles of the spaces",
        on: On::SpaceRoles,
        actions: &["iam:GetRole"],
    },
];

const LIFECYCLES: &[Group] = &[
    Group {
        because: "apply: CloudFormation for AWS::SageMaker::StudioLifecycleConfig; old ones are deleted when nothing names them",
        on: On::Lifecycles,
        actions: &[
            "sagemaker:AddTags",
            "sagemaker:CreateStudioLifecycleConfig",
            "sagemaker:DeleteStudioLifecycleConfig",
            "sagemaker:DeleteTags",
            "sagemaker:DescribeStudioLifecycleConfig",
            "sagemaker:ListTags",
        ],
    },
    Group {
        because: "apply and rollback: the lifecycle configuration is attached",
        on: On::StudioDomain,
        actions: &["sagemaker:UpdateDomain", "sagemaker:UpdateUserProfile"],
    },
    Group {
        because: "apply: SageMaker asks for it where a domain's settings name a role",
        on: On::SpaceRoles,
        actions: &["iam:PassRole"],
    },
];

/// What whoever looks after the packages' stack needs.
pub fn packages_administrator(stack: &PackagesStack, name: &str) -> Vec<Permission> {
    let mut groups = vec![STACK, PACKAGES];
    if stack.has_domain {
        groups.push(OWN_DOMAIN);
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
        On::PackageGroups => vec![arn("codeartifact", &format!("package-group/{domain}*"))],
        On::PublisherRole => {
            let role = stack.publisher_role.iter();
            role.map(|role| format!("arn:aws:iam::{}:role/{}", stack.owner, role.name))
                .collect()
        }
        _ => vec!["*".to_owned()],
    })
}

/// What whoever looks after a consuming account's stack needs.
pub fn consumer_administrator(stack: &ConsumerStack, name: &str) -> Vec<Permission> {
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
    let arn = |service: &str, resource: &str| {
        format!(
            "arn:aws:{service}:{}:{}:{resource}",
            stack.region, stack.account
        )
    };
    permissions(&groups, |on| match on {
        On::Stack => vec![arn("cloudformation", &format!("stack/{name}/*"))],
        On::Network => vec![arn("ec2", "*")],
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
        On::Lifecycles => vec![arn("sagemaker", "studio-lifecycle-config/studio-mirror-*")],
        On::StudioDomain => vec![
            arn("sagemaker", "domain/*"),
            arn("sagemaker", "user-profile/*"),
        ],
        _ => vec!["*".to_owned()],
    })
}

/// The policy: one statement for all that is on the same resources. Roles are passed to SageMaker alone.
pub fn administrator_document(permissions: &[Permission]) -> Value {
    let mut statements: BTreeMap<(bool, &[String]), Vec<&str>> = BTreeMap::new();
    for permission in permissions {
        let key = (
            permission.action == "iam:PassRole",
            permission.resources.as_slice(),
        );
        statements.entry(key).or_default().push(permission.action);
    }
    let statements = statements
        .into_iter()
        .map(|((passes, resources), mut actions)| {
            actions.sort_unstable();
            actions.dedup();
            let mut statement =
                json!({"Effect": "Allow", "Action": actions, "Resource": resources});
            if passes {
                statement["Condition"] =
                    json!({"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}});
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
        })
    });
    all.filter(|permission| !permission.resources.is_empty())
        .collect()
}
