data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  # Its `name` is called `region` in version 6 of the provider; the id is both.
  region = data.aws_region.current.id

  domain    = one(concat(aws_codeartifact_domain.this[*].domain, var.create_domain ? [] : [var.domain_name]))
  pypi      = one(concat(aws_codeartifact_repository.pypi_store[*].repository, var.create_pypi_store ? [] : [var.pypi_store_name]))
  npm       = one(concat(aws_codeartifact_repository.npm_store[*].repository, var.create_npm_store ? [] : [var.npm_store_name]))
  publisher = var.publisher_role_name != null && length(var.publisher_role_trust) > 0
}

resource "aws_codeartifact_domain" "this" {
  count = var.create_domain ? 1 : 0

  domain         = var.domain_name
  encryption_key = var.kms_key_arn
  tags           = var.tags

  # Packages outlive the module.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_codeartifact_domain_permissions_policy" "this" {
  count = var.create_domain && length(local.domain_statements) > 0 ? 1 : 0

  domain          = local.domain
  policy_document = jsonencode({ Version = "2012-10-17", Statement = local.domain_statements })
}

resource "aws_codeartifact_repository" "pypi_store" {
  count = var.create_pypi_store ? 1 : 0

  domain      = local.domain
  repository  = var.pypi_store_name
  description = "PyPI, fetched on demand"
  tags        = var.tags

  external_connections {
    external_connection_name = "public:pypi"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_codeartifact_repository" "npm_store" {
  count = var.create_npm_store ? 1 : 0

  domain      = local.domain
  repository  = var.npm_store_name
  description = "npm, fetched on demand"
  tags        = var.tags

  external_connections {
    external_connection_name = "public:npmjs"
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_codeartifact_repository" "packages" {
  count = var.create_repository ? 1 : 0

  domain      = local.domain
  repository  = var.repository_name
  description = "Packages of spaces"
  tags        = var.tags

  # An upstream is a repository's name, not its ARN. Who may read here reads what the upstreams hold as well.
  upstream {
    repository_name = local.pypi
  }

  upstream {
    repository_name = local.npm
  }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_codeartifact_repository_permissions_policy" "packages" {
  count = var.create_repository && length(local.repository_statements) > 0 ? 1 : 0

  domain          = local.domain
  repository      = aws_codeartifact_repository.packages[0].repository
  policy_document = jsonencode({ Version = "2012-10-17", Statement = local.repository_statements })
}

resource "aws_codeartifact_repository" "binary" {
  count = var.create_binary_repository ? 1 : 0

  domain      = local.domain
  repository  = var.binary_repository_name
  description = "The program studio-mirror, fetched by lifecycle configurations"
  tags        = var.tags

  # No upstream, so that nothing gets in but what is published here.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_codeartifact_repository_permissions_policy" "binary" {
  count = var.create_binary_repository && length(local.binary_statements) > 0 ? 1 : 0

  domain          = local.domain
  repository      = aws_codeartifact_repository.binary[0].repository
  policy_document = jsonencode({ Version = "2012-10-17", Statement = local.binary_statements })
}

# Nothing comes in from outside: a group for each format that has external connections. They narrow the root group, /*,
# which is there in every domain. The other groups are names that are exceptions.
resource "awscc_codeartifact_package_group" "this" {
  for_each = merge(
    { for format in ["cargo", "maven", "npm", "nuget", "pypi", "ruby"] : "/${format}/*" => "BLOCK" if var.public_packages == "none" },
    { for pattern in var.public_patterns : pattern => "ALLOW" },
    { for pattern in var.internal_patterns : pattern => "BLOCK" },
  )

  domain_name = local.domain
  pattern     = each.key
  tags        = [for key, value in var.tags : { key = key, value = value }]

  origin_configuration = {
    restrictions = {
      publish           = { restriction_mode = "INHERIT" }
      internal_upstream = { restriction_mode = "INHERIT" }
      external_upstream = { restriction_mode = each.value }
    }
  }
}

resource "aws_iam_role" "publisher" {
  count = local.publisher ? 1 : 0

  name                 = var.publisher_role_name
  description          = "Publishes packages to the repository that Studio spaces use"
  permissions_boundary = var.permissions_boundary
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.publisher_role_trust }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "publisher" {
  count = local.publisher ? 1 : 0

  name   = "publish"
  role   = aws_iam_role.publisher[0].name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.publisher_statements })
}
