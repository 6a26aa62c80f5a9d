locals {
  arn = "arn:${local.partition}:codeartifact:${local.region}:${var.domain_owner}"

  domain_arns = [
    "${local.arn}:domain/${var.domain_name}",
    "${local.arn}:repository/${var.domain_name}/*",
    "${local.arn}:package/${var.domain_name}/*",
    # AWS's pages do not agree on whether the slash before a package group's pattern is encoded.
    "${local.arn}:package-group/${var.domain_name}/*",
    "${local.arn}:package-group/${var.domain_name}%2F*",
  ]

  # Who may do what is said by identities and by the domain. These say what the way through this VPC is for.
  every_domain = {
    Sid       = "EveryDomain"
    Effect    = "Allow"
    Principal = "*"
    Action    = "codeartifact:*"
    Resource  = "*"
  }

  api_endpoint_statements = concat(
    [for policy in [var.endpoint_policy] : local.every_domain if policy == "shared"],
    [for policy in [var.endpoint_policy] : {
      Sid       = "ThisDomain"
      Effect    = "Allow"
      Principal = "*"
      Action    = "codeartifact:*"
      Resource  = local.domain_arns
    } if policy == "domain"],
    # CodeArtifact asks STS for it on the caller's behalf; it names no resource.
    [{
      Sid       = "BearerTokens"
      Effect    = "Allow"
      Principal = "*"
      Action    = "sts:GetServiceBearerToken"
      Resource  = "*"
      Condition = { StringEquals = { "sts:AWSServiceName" = "codeartifact.amazonaws.com" } }
    }],
  )

  # The principal stays a star: pip asks without credentials first, and goes on only if the answer is 401.
  repositories_endpoint_statements = concat(
    [for policy in [var.endpoint_policy] : local.every_domain if policy == "shared"],
    [for policy in [var.endpoint_policy] : {
      Sid       = "ThisDomain"
      Effect    = "Allow"
      Principal = "*"
      Action = [
        "codeartifact:ReadFromRepository",
        "codeartifact:PublishPackageVersion",
        "codeartifact:PutPackageMetadata",
      ]
      Resource = [
        "${local.arn}:repository/${var.domain_name}/*",
        "${local.arn}:package/${var.domain_name}/*",
      ]
    } if policy == "domain"],
  )

  # The other endpoints are what Studio itself asks, in ways that are not ours to narrow: they have AWS's own policy.
  endpoint_policies = {
    api          = jsonencode({ Version = "2012-10-17", Statement = local.api_endpoint_statements })
    repositories = jsonencode({ Version = "2012-10-17", Statement = local.repositories_endpoint_statements })
  }

  s3_endpoint_statements = concat(
    [for bucket in [var.asset_bucket_arn] : {
      Sid       = "PackagesOfNpm"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = "${bucket}/*"
    } if bucket != null],
    [for object in [var.binary_object_arn] : {
      Sid       = "ProgramFromS3"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:GetObject"
      Resource  = object
    } if object != null],
    # Studio and its notebooks work on buckets of their account.
    [{
      Sid       = "BucketsOfThisAccount"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "*"
      Condition = { StringEquals = { "aws:ResourceAccount" = local.account } }
    }],
    # JumpStart's models and Studio's samples are AWS's.
    [{
      Sid       = "BucketsOfSagemaker"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["s3:GetObject", "s3:ListBucket"]
      Resource = [
        "arn:${local.partition}:s3:::jumpstart-cache-prod-${local.region}",
        "arn:${local.partition}:s3:::jumpstart-cache-prod-${local.region}/*",
        "arn:${local.partition}:s3:::sagemaker-sample-files",
        "arn:${local.partition}:s3:::sagemaker-sample-files/*",
      ]
    }],
    # The route tables' other subnets may use buckets of any account today, and go on.
    [for policy in [var.endpoint_policy] : {
      Sid       = "EveryBucket"
      Effect    = "Allow"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "*"
    } if policy == "shared"],
  )

  our_endpoint_ids = [for name in ["api", "repositories"] : aws_vpc_endpoint.interface[name].id if contains(var.endpoints, name)]

  space_statements = concat(
    [
      {
        Sid      = "Tokens"
        Effect   = "Allow"
        Action   = "codeartifact:GetAuthorizationToken"
        Resource = "${local.arn}:domain/${var.domain_name}"
      },
      # No policy of the domain can give this, and it names no resource: the star is the only one that this action has.
      {
        Sid      = "BearerTokens"
        Effect   = "Allow"
        Action   = "sts:GetServiceBearerToken"
        Resource = "*"
        Condition = merge(
          { StringEquals = { "sts:AWSServiceName" = "codeartifact.amazonaws.com" } },
          { for seconds in [var.longest_token] : "NumericLessThanEquals" => { "sts:DurationSeconds" = tostring(seconds) } if seconds < 43200 },
        )
      },
      {
        Sid      = "Packages"
        Effect   = "Allow"
        Action   = ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
        Resource = "${local.arn}:repository/${var.domain_name}/${var.repository_name}"
      },
      {
        Sid      = "Program"
        Effect   = "Allow"
        Action   = "codeartifact:GetPackageVersionAsset"
        Resource = "${local.arn}:package/${var.domain_name}/${var.binary_repository_name}/generic/studio-mirror/studio-mirror"
      },
    ],
    [for object in [var.binary_object_arn] : {
      Sid      = "ProgramFromS3"
      Effect   = "Allow"
      Action   = "s3:GetObject"
      Resource = object
    } if object != null],
    # Not the bearer token: CodeArtifact itself asks for it, through no endpoint of ours.
    [for only in [var.only_through_vpc] : {
      Sid    = "OnlyThroughTheseEndpoints"
      Effect = "Deny"
      Action = [
        "codeartifact:GetAuthorizationToken",
        "codeartifact:GetRepositoryEndpoint",
        "codeartifact:ReadFromRepository",
        "codeartifact:GetPackageVersionAsset",
      ]
      Resource = [
        "${local.arn}:domain/${var.domain_name}",
        "${local.arn}:repository/${var.domain_name}/*",
        "${local.arn}:package/${var.domain_name}/*",
      ]
      Condition = { StringNotEquals = { "aws:SourceVpce" = concat(local.our_endpoint_ids, var.other_endpoint_ids) } }
    } if only],
  )

  guard_rails_statements = concat(
    [
      # Every space runs what is published there.
      {
        Sid    = "TheProgramIsNotTheirs"
        Effect = "Deny"
        Action = [
          "codeartifact:PublishPackageVersion",
          "codeartifact:CopyPackageVersions",
          "codeartifact:DeletePackage",
          "codeartifact:DeletePackageVersions",
          "codeartifact:DisposePackageVersions",
          "codeartifact:UpdatePackageVersionsStatus",
          "codeartifact:PutPackageMetadata",
        ]
        Resource = [
          "${local.arn}:package/${var.domain_name}/${var.binary_repository_name}/*",
          "${local.arn}:repository/${var.domain_name}/${var.binary_repository_name}",
        ]
      },
      # Where packages may come from, and who may do what.
      {
        Sid    = "OriginsAndPoliciesAreNotTheirs"
        Effect = "Deny"
        Action = [
          "codeartifact:PutPackageOriginConfiguration",
          "codeartifact:UpdatePackageGroup",
          "codeartifact:UpdatePackageGroupOriginConfiguration",
          "codeartifact:DeletePackageGroup",
          "codeartifact:PutRepositoryPermissionsPolicy",
          "codeartifact:DeleteRepositoryPermissionsPolicy",
          "codeartifact:PutDomainPermissionsPolicy",
          "codeartifact:DeleteDomainPermissionsPolicy",
          "codeartifact:AssociateExternalConnection",
          "codeartifact:DisassociateExternalConnection",
          "codeartifact:UpdateRepository",
          "codeartifact:DeleteRepository",
          "codeartifact:DeleteDomain",
        ]
        Resource = local.domain_arns
      },
      # These two name no resource. A new repository could have a connection to the outside.
      {
        Sid      = "NewOriginsAreNotTheirs"
        Effect   = "Deny"
        Action   = ["codeartifact:CreateRepository", "codeartifact:CreatePackageGroup"]
        Resource = "*"
      },
      # Studio runs them in everybody's spaces. The ARN of a deleted one is free for another content. UpdateSpace is not among
      # them: people choose an instance with it, and the domain's own lifecycle configuration runs in any case.
      {
        Sid    = "WhatSpacesRunIsNotTheirs"
        Effect = "Deny"
        Action = [
          "sagemaker:CreateStudioLifecycleConfig",
          "sagemaker:DeleteStudioLifecycleConfig",
          "sagemaker:UpdateDomain",
          "sagemaker:UpdateUserProfile",
        ]
        Resource = "*"
      },
    ],
    # Whatever else the role has, such as a policy of AWS's: a cap that only an allowance has is lifted by the next allowance.
    [for seconds in [var.longest_token] : {
      Sid      = "LongTokensAreNotTheirs"
      Effect   = "Deny"
      Action   = "sts:GetServiceBearerToken"
      Resource = "*"
      Condition = {
        StringEquals       = { "sts:AWSServiceName" = "codeartifact.amazonaws.com" }
        NumericGreaterThan = { "sts:DurationSeconds" = tostring(seconds) }
      }
    } if seconds < 43200],
  )
}
