output "endpoint_security_group_id" {
  description = "Security group of the interface endpoints."
  value       = one(aws_security_group.endpoints[*].id)
}

output "api_endpoint_id" {
  description = "Endpoint of CodeArtifact's API."
  value       = try(aws_vpc_endpoint.interface["api"].id, null)
}

output "repositories_endpoint_id" {
  description = "Endpoint of CodeArtifact's repositories."
  value       = try(aws_vpc_endpoint.interface["repositories"].id, null)
}

output "space_policy_arn" {
  description = "What execution roles may do."
  value       = one(aws_iam_policy.space[*].arn)
}

output "guard_rails_arn" {
  description = "What execution roles may not do."
  value       = one(aws_iam_policy.guard_rails[*].arn)
}

# In CloudFormation these are resources that nothing refers to: their ARNs are a matter of their names.
output "jupyterlab_lifecycle_arn" {
  description = "Lifecycle configuration for JupyterLab."
  value       = try(aws_sagemaker_studio_lifecycle_config.this["jupyterlab"].arn, null)
}

output "codeeditor_lifecycle_arn" {
  description = "Lifecycle configuration for Code Editor."
  value       = try(aws_sagemaker_studio_lifecycle_config.this["codeeditor"].arn, null)
}
