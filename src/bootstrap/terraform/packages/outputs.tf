output "domain_name" {
  description = "Name of the domain."
  value       = local.domain
}

output "domain_owner" {
  description = "Account that owns the domain."
  value       = local.account
}

output "repository_name" {
  description = "The repository that spaces use."
  value       = one(concat(aws_codeartifact_repository.packages[*].repository, var.create_repository ? [] : [var.repository_name]))
}

output "binary_repository_name" {
  description = "The repository of the program."
  value       = one(concat(aws_codeartifact_repository.binary[*].repository, var.create_binary_repository ? [] : [var.binary_repository_name]))
}

output "publisher_role_arn" {
  description = "The role of machines that publish."
  value       = one(aws_iam_role.publisher[*].arn)
}

# CloudFormation has no word for it: there, `aws codeartifact describe-domain` says it.
output "asset_bucket_arn" {
  description = "The bucket that npm's packages come from; null where the domain is somebody else's."
  value       = one(aws_codeartifact_domain.this[*].s3_bucket_arn)
}
