variable "domain_name" {
  description = "CodeArtifact domain, in this region."
  type        = string
}

variable "domain_owner" {
  description = "Account that owns the domain."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.domain_owner))
    error_message = "An account's number: 12 digits."
  }
}

variable "repository_name" {
  description = "The repository that spaces use. A name, not an ARN."
  type        = string
  default     = "team"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$", var.repository_name))
    error_message = "A repository's name, not its ARN."
  }
}

variable "binary_repository_name" {
  description = "Repository of the program studio-mirror itself."
  type        = string
  default     = "studio-mirror"
}

variable "binary_object_arn" {
  description = "The program as an object of S3, where spaces do not fetch it from its repository."
  type        = string
  default     = null
}

variable "vpc_id" {
  description = "VPC of the spaces."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets for interface endpoints, one in each zone that has spaces."
  type        = list(string)
  default     = []
}

variable "route_table_ids" {
  description = "Route tables of the spaces' subnets, for the gateway of S3."
  type        = list(string)
  default     = []
}

variable "space_security_group_ids" {
  description = "Security groups of the spaces."
  type        = set(string)
  default     = []
}

variable "private_dns" {
  description = "Whether interface endpoints answer for the services' usual names. Needs the VPC's DNS support and DNS host names, and holds for the whole VPC."
  type        = bool
  default     = true
}

variable "endpoint_policy" {
  description = "\"shared\" lets everybody in the VPC go on with other domains of CodeArtifact. \"domain\" lets through what concerns this domain and nothing else."
  type        = string
  default     = "shared"

  validation {
    condition     = contains(["shared", "domain"], var.endpoint_policy)
    error_message = "It is \"shared\" or \"domain\"."
  }
}

variable "endpoints" {
  description = "Which endpoints this module makes. What the VPC has already must not be here: a second one with private names is refused."
  type        = set(string)
  default     = ["api", "repositories"]

  validation {
    condition = length(setsubtract(var.endpoints, [
      "api", "repositories", "sts", "s3", "sagemaker-api", "sagemaker-runtime", "studio", "logs",
    ])) == 0
    error_message = "They are api, repositories, sts, s3, sagemaker-api, sagemaker-runtime, studio, logs."
  }
}

variable "asset_bucket_arn" {
  description = "The bucket that npm's packages come from, as `aws codeartifact describe-domain` names it in s3BucketArn."
  type        = string
  default     = null
}

variable "create_policies" {
  description = "Whether this module makes the two IAM policies."
  type        = bool
  default     = true
}

variable "role_names" {
  description = "Execution roles of the Studio domain that both policies are attached to. Names, without a path."
  type        = set(string)
  default     = []
}

variable "longest_token" {
  description = "Longest life of a token, in seconds. 43200 is the most that CodeArtifact gives. Spaces must ask for no more, as their script says."
  type        = number
  default     = 43200

  validation {
    condition     = var.longest_token >= 900 && var.longest_token <= 43200
    error_message = "900 to 43200 seconds."
  }
}

variable "only_through_vpc" {
  description = "Whether roles are refused unless they come through the endpoints of this module or the ones named below."
  type        = bool
  default     = false
}

variable "other_endpoint_ids" {
  description = "Endpoints of CodeArtifact that others made and that spaces use too."
  type        = list(string)
  default     = []
}

variable "name" {
  description = "What the names of lifecycle configurations begin with."
  type        = string
  default     = "studio-mirror"
}

variable "lifecycle_script" {
  description = "File that runs when a space starts. Null for no lifecycle configuration."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that is made."
  type        = map(string)
  default     = {}
}
