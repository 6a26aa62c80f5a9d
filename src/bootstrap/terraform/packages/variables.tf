variable "domain_name" {
  description = "CodeArtifact domain."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{0,48}[a-z0-9]$", var.domain_name))
    error_message = "A domain is 2 to 50 lower-case letters, digits and hyphens, a letter first."
  }
}

variable "create_domain" {
  description = "Whether this module makes the domain. Without it, it must be there, and its policy is its owner's."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "Key that encrypts the domain's assets; AWS's own if null. It cannot be changed later."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null || can(regex("^arn:[a-z-]+:kms:", var.kms_key_arn))
    error_message = "The ARN of a key, or null. An empty string is refused by AWS."
  }
}

variable "repository_name" {
  description = "The repository that spaces use."
  type        = string
  default     = "team"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9._-]{1,99}$", var.repository_name))
    error_message = "A repository's name, not its ARN."
  }
}

variable "create_repository" {
  description = "Whether this module makes that repository."
  type        = bool
  default     = true
}

variable "pypi_store_name" {
  description = "Repository that fetches from PyPI. A repository can have one external connection, so each has its own."
  type        = string
  default     = "pypi-store"
}

variable "npm_store_name" {
  description = "Repository that fetches from npm."
  type        = string
  default     = "npm-store"
}

variable "create_pypi_store" {
  description = "Whether this module makes the one for PyPI."
  type        = bool
  default     = true
}

variable "create_npm_store" {
  description = "Whether this module makes the one for npm."
  type        = bool
  default     = true
}

variable "binary_repository_name" {
  description = "Repository of the program studio-mirror itself, which spaces fetch when they start."
  type        = string
  default     = "studio-mirror"
}

variable "create_binary_repository" {
  description = "Whether this module makes that repository."
  type        = bool
  default     = true
}

variable "reader_principals" {
  description = "Who of other accounts may read: account numbers, or ARNs of roles. Empty if the organization is enough."
  type        = list(string)
  default     = []
}

variable "organization_id" {
  description = "Every account of this organization may read. Null for none."
  type        = string
  default     = null
}

variable "publisher_principals" {
  description = "Who may publish packages to the repository: account numbers, or ARNs of roles."
  type        = list(string)
  default     = []
}

variable "vpc_ids" {
  description = "Packages are read through these VPCs alone. Empty for no such limit."
  type        = list(string)
  default     = []
}

variable "read_anywhere_arns" {
  description = "Who reads from outside of those VPCs too, as ARNs that may hold a star. Publishers must be among them, or their tools fail when they look whether a version is there."
  type        = list(string)
  default     = ["arn:aws:iam::000000000000:role/nobody"]
}

variable "public_packages" {
  description = "\"all\" lets every package come in from outside, \"none\" none at all but public_patterns."
  type        = string
  default     = "all"

  validation {
    condition     = contains(["all", "none"], var.public_packages)
    error_message = "It is \"all\" or \"none\"."
  }
}

variable "internal_patterns" {
  description = "Names that never come from outside, as package groups write them: /pypi//acme-~ is how names begin, /npm/acme/* a scope, /pypi//acme$ one name."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for pattern in var.internal_patterns : can(regex("^/[a-z]+/[^/*~$]*/([^/*~$]+[~$]|[*])$", pattern))])
    error_message = "A star may follow a slash only. How names begin ends with ~, one name with $."
  }
}

variable "public_patterns" {
  description = "Names that may come in though public_packages is \"none\", written in the same way."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for pattern in var.public_patterns : can(regex("^/[a-z]+/[^/*~$]*/([^/*~$]+[~$]|[*])$", pattern))])
    error_message = "A star may follow a slash only. How names begin ends with ~, one name with $."
  }
}

variable "publisher_role_name" {
  description = "Name of a role for machines that publish. Null for no such role."
  type        = string
  default     = null
}

variable "publisher_role_trust" {
  description = "Who may assume that role: account numbers, or ARNs of roles. The role is made only if somebody may."
  type        = list(string)
  default     = []
}

variable "permissions_boundary" {
  description = "Permissions boundary of that role. Null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of everything that is made."
  type        = map(string)
  default     = {}
}
