variable "region" {
  description = "Region in which everything is."
  type        = string
}

variable "environment" {
  description = "Name of this installation, such as staging or production; part of every name."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,15}$", var.environment))
    error_message = "Give 2 to 16 lower-case letters, digits and hyphens, beginning with a letter."
  }
}

variable "vpc_id" {
  description = "The network that is there."
  type        = string
}

variable "private_subnet_ids" {
  description = "Subnets with a way out through NAT, in two zones or more."
  type        = list(string)

  validation {
    condition     = length(var.private_subnet_ids) >= 2
    error_message = "Give subnets in two zones or more."
  }
}

variable "admin_cidrs" {
  description = "Addresses from which the API of the cluster can be reached. Empty: from inside the network alone."
  type        = list(string)
  default     = []

  validation {
    condition     = !contains(var.admin_cidrs, "0.0.0.0/0")
    error_message = "The API of the cluster is not opened to everybody."
  }
}

variable "admin_role_arns" {
  description = "Roles that administer the cluster, such as the one of the deploy workflow."
  type        = set(string)
  default     = []
}

variable "kubernetes_version" {
  description = "Version of the cluster."
  type        = string
  default     = "1.35"
}

variable "node_instance_types" {
  description = "Machines of the workers. An analysis takes one core and up to 2 GiB."
  type        = list(string)
  default     = ["m7i.xlarge", "m6i.xlarge"]
}

variable "node_count" {
  description = "How many machines: at least, at most, and to begin with."
  type = object({
    min     = number
    max     = number
    desired = number
  })
  default = {
    min     = 2
    max     = 6
    desired = 2
  }
}

variable "database_instance_class" {
  description = "Machine of PostgreSQL."
  type        = string
  default     = "db.t4g.medium"
}

variable "database_storage_gib" {
  description = "Storage of PostgreSQL to begin with, and up to which it grows by itself, GiB."
  type = object({
    initial = number
    most    = number
  })
  default = {
    initial = 20
    most    = 200
  }
}

variable "redis_node_type" {
  description = "Machine of Redis."
  type        = string
  default     = "cache.t4g.small"
}

variable "highly_available" {
  description = "A second machine in another zone for PostgreSQL and Redis."
  type        = bool
  default     = true
}

variable "alarm_topic_arns" {
  description = "Topics that hear of a full disk or a full Redis."
  type        = list(string)
  default     = []
}
