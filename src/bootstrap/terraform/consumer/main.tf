data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  # Its `name` is called `region` in version 6 of the provider; the id is both.
  region = data.aws_region.current.id

  interface_services = {
    api               = "com.amazonaws.${local.region}.codeartifact.api"
    repositories      = "com.amazonaws.${local.region}.codeartifact.repositories"
    sts               = "com.amazonaws.${local.region}.sts"
    sagemaker-api     = "com.amazonaws.${local.region}.sagemaker.api"
    sagemaker-runtime = "com.amazonaws.${local.region}.sagemaker.runtime"
    studio            = "aws.sagemaker.${local.region}.studio"
    logs              = "com.amazonaws.${local.region}.logs"
  }
  interface_endpoints = { for name, service in local.interface_services : name => service if contains(var.endpoints, name) }
}

# No rule lets anything out: nothing starts at an endpoint. Terraform takes away the one that AWS adds.
resource "aws_security_group" "endpoints" {
  count = length(local.interface_endpoints) > 0 ? 1 : 0

  name_prefix = "studio-mirror-"
  description = "Endpoints that Studio spaces use"
  vpc_id      = var.vpc_id
  tags        = var.tags

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_vpc_security_group_ingress_rule" "spaces" {
  for_each = length(local.interface_endpoints) > 0 ? var.space_security_group_ids : []

  security_group_id            = aws_security_group.endpoints[0].id
  description                  = "HTTPS from Studio spaces"
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
  referenced_security_group_id = each.value
  tags                         = var.tags
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.interface_endpoints

  vpc_endpoint_type   = "Interface"
  service_name        = each.value
  vpc_id              = var.vpc_id
  subnet_ids          = var.subnet_ids
  security_group_ids  = [aws_security_group.endpoints[0].id]
  private_dns_enabled = var.private_dns
  policy              = lookup(local.endpoint_policies, each.key, null)
  tags                = var.tags
}

resource "aws_vpc_endpoint" "s3" {
  count = contains(var.endpoints, "s3") ? 1 : 0

  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${local.region}.s3"
  vpc_id            = var.vpc_id
  route_table_ids   = var.route_table_ids
  policy            = jsonencode({ Version = "2012-10-17", Statement = local.s3_endpoint_statements })
  tags              = var.tags
}

resource "aws_iam_policy" "space" {
  count = var.create_policies ? 1 : 0

  name_prefix = "studio-mirror-space-"
  description = "Studio spaces read packages through CodeArtifact"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.space_statements })
  tags        = var.tags
}

resource "aws_iam_policy" "guard_rails" {
  count = var.create_policies ? 1 : 0

  name_prefix = "studio-mirror-guard-rails-"
  description = "Studio spaces change nothing of what other spaces run"
  policy      = jsonencode({ Version = "2012-10-17", Statement = local.guard_rails_statements })
  tags        = var.tags
}

resource "aws_iam_role_policy_attachment" "space" {
  for_each = var.create_policies ? var.role_names : []

  role       = each.value
  policy_arn = aws_iam_policy.space[0].arn
}

resource "aws_iam_role_policy_attachment" "guard_rails" {
  for_each = var.create_policies ? var.role_names : []

  role       = each.value
  policy_arn = aws_iam_policy.guard_rails[0].arn
}

# It cannot be changed, so its name has a hash of what is in it: another content is another configuration. The Studio domain
# names the old one until it has the new one's ARN: put the outputs into aws_sagemaker_domain (see the README).
resource "aws_sagemaker_studio_lifecycle_config" "this" {
  for_each = var.lifecycle_script == null ? {} : { jupyterlab = "JupyterLab", codeeditor = "CodeEditor" }

  studio_lifecycle_config_app_type = each.value
  studio_lifecycle_config_name     = "${var.name}-${each.key}-${substr(filesha256(var.lifecycle_script), 0, 12)}"
  studio_lifecycle_config_content  = filebase64(var.lifecycle_script)
  tags                             = var.tags

  lifecycle {
    create_before_destroy = true
  }
}
