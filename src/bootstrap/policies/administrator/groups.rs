//! The actions that an administrator needs, in groups of the same reason and the same resources.

/// What a group of actions is on.
#[derive(Clone, Copy)]
pub(super) enum On {
    Anything,
    Stack,
    Domain,
    Repositories,
    Program,
    PackageGroups,
    Network,
    HostedZones,
    StackPolicies,
    SpaceRoles,
    PublisherRole,
    Lifecycles,
    StudioDomain,
    Key,
    CloudFormationRole,
}

pub(super) struct Group {
    pub(super) because: &'static str,
    pub(super) on: On,
    pub(super) actions: &'static [&'static str],
}

pub(super) const STACK: &[Group] = &[
    Group {
        because: "plan and apply: what is there, and the change set",
        on: On::Stack,
        actions: &[
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteChangeSet",
            "cloudformation:DescribeChangeSet",
            "cloudformation:DescribeStackEvents",
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

pub(super) const PACKAGES: &[Group] = &[
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

pub(super) const OWN_DOMAIN: &[Group] = &[
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

pub(super) const KEY: &[Group] = &[Group {
    because: "apply: CodeArtifact asks for them where a domain is made with a key (CreateDomain, `encryptionKey`)",
    on: On::Key,
    actions: &["kms:CreateGrant", "kms:DescribeKey"],
}];

pub(super) const CLOUDFORMATION_ROLE: &[Group] = &[Group {
    because: "apply and destroy: CloudFormation is given its role",
    on: On::CloudFormationRole,
    actions: &["iam:PassRole"],
}];

pub(super) const PACKAGE_GROUPS: &[Group] = &[
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

pub(super) const PUBLISHER_ROLE: &[Group] = &[Group {
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

pub(super) const CONSUMER: &[Group] = &[
    Group {
        because: "plan: the VPC, its endpoints, subnets, routes and security groups; these name no resource",
        on: On::Anything,
        actions: &[
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeRouteTables",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSubnets",
            "ec2:DescribeVpcEndpointServices",
            "ec2:DescribeVpcEndpoints",
            "ec2:DescribeVpcs",
        ],
    },
    Group {
        because: "plan: whether the VPC has DNS",
        on: On::Network,
        actions: &["ec2:DescribeVpcAttribute"],
    },
];

pub(super) const ENDPOINTS: &[Group] = &[
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
        on: On::HostedZones,
        actions: &["route53:AssociateVPCWithHostedZone"],
    },
];

pub(super) const INTERFACES: &[Group] = &[
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

pub(super) const POLICIES: &[Group] = &[
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

pub(super) const SPACES: &[Group] = &[
    Group {
        because: "plan: the user profiles of the Studio domain, and lifecycle configurations",
        on: On::Anything,
        actions: &[
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

pub(super) const LIFECYCLES: &[Group] = &[
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
