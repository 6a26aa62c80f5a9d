locals {
  arn = "arn:${local.partition}:codeartifact:${local.region}:${local.account}"

  # A star as the resource of a policy on a domain or a repository means this one and what is in it.
  domain_statements = concat(
    [for principals in [var.reader_principals] : {
      Sid       = "Readers"
      Effect    = "Allow"
      Principal = { AWS = principals }
      Action    = ["codeartifact:GetAuthorizationToken", "codeartifact:DescribeDomain"]
      Resource  = "*"
    } if length(principals) > 0],
    [for organization in [var.organization_id] : {
      Sid       = "Organization"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["codeartifact:GetAuthorizationToken", "codeartifact:DescribeDomain"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = organization } }
    } if organization != null],
    [for principals in [var.publisher_principals] : {
      Sid       = "Publishers"
      Effect    = "Allow"
      Principal = { AWS = principals }
      Action    = ["codeartifact:GetAuthorizationToken", "codeartifact:DescribeDomain"]
      Resource  = "*"
    } if length(principals) > 0],
  )

  repository_statements = concat(
    [for principals in [var.reader_principals] : {
      Sid       = "Readers"
      Effect    = "Allow"
      Principal = { AWS = principals }
      Action    = ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
      Resource  = "*"
    } if length(principals) > 0],
    [for organization in [var.organization_id] : {
      Sid       = "Organization"
      Effect    = "Allow"
      Principal = "*"
      Action    = ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = organization } }
    } if organization != null],
    [for principals in [var.publisher_principals] : {
      Sid       = "Publishers"
      Effect    = "Allow"
      Principal = { AWS = principals }
      Action = [
        "codeartifact:GetRepositoryEndpoint",
        "codeartifact:ReadFromRepository",
        "codeartifact:PublishPackageVersion",
        "codeartifact:PutPackageMetadata",
      ]
      Resource = "*"
    } if length(principals) > 0],
    # A token that leaves the VPC is worth nothing outside. Only reading is denied, so whoever looks after the repository can
    # always mend this policy; and only to whom it is not said otherwise, so publishing goes on. A request that comes through
    # no VPC endpoint has no aws:SourceVpc, which counts as another one.
    [for vpcs in [var.vpc_ids] : {
      Sid       = "ThroughTheseVpcsAlone"
      Effect    = "Deny"
      Principal = "*"
      Action    = "codeartifact:ReadFromRepository"
      Resource  = "*"
      Condition = {
        StringNotEquals = { "aws:SourceVpc" = vpcs }
        ArnNotLike      = { "aws:PrincipalArn" = var.read_anywhere_arns }
      }
    } if length(vpcs) > 0],
  )

  binary_statements = concat(
    [for principals in [var.reader_principals] : {
      Sid       = "Readers"
      Effect    = "Allow"
      Principal = { AWS = principals }
      Action    = "codeartifact:GetPackageVersionAsset"
      Resource  = "*"
    } if length(principals) > 0],
    [for organization in [var.organization_id] : {
      Sid       = "Organization"
      Effect    = "Allow"
      Principal = "*"
      Action    = "codeartifact:GetPackageVersionAsset"
      Resource  = "*"
      Condition = { StringEquals = { "aws:PrincipalOrgID" = organization } }
    } if organization != null],
  )

  publisher_statements = [
    {
      Sid      = "Tokens"
      Effect   = "Allow"
      Action   = "codeartifact:GetAuthorizationToken"
      Resource = "${local.arn}:domain/${var.domain_name}"
    },
    # It names no resource: the star is the only one that this action has.
    {
      Sid       = "BearerTokens"
      Effect    = "Allow"
      Action    = "sts:GetServiceBearerToken"
      Resource  = "*"
      Condition = { StringEquals = { "sts:AWSServiceName" = "codeartifact.amazonaws.com" } }
    },
    {
      Sid      = "Repository"
      Effect   = "Allow"
      Action   = ["codeartifact:GetRepositoryEndpoint", "codeartifact:ReadFromRepository"]
      Resource = "${local.arn}:repository/${var.domain_name}/${var.repository_name}"
    },
    {
      Sid      = "Packages"
      Effect   = "Allow"
      Action   = ["codeartifact:PublishPackageVersion", "codeartifact:PutPackageMetadata"]
      Resource = "${local.arn}:package/${var.domain_name}/${var.repository_name}/*"
    },
  ]
}
