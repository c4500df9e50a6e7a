# What Folioscope runs on: a managed Kubernetes cluster, PostgreSQL and Redis on AWS, in a network that is there already.
# The service itself is installed on it by the chart (deploy/helm/folioscope). See docs/deployment.md.

terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }

  # The bucket is given at init: terraform init -backend-config=bucket=... -backend-config=region=...
  # The state holds passwords: the bucket has to be private, versioned and encrypted.
  backend "s3" {
    key          = "folioscope/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = {
      Project     = "folioscope"
      Environment = var.environment
      ManagedBy   = "terraform"
    }
  }
}

locals {
  name = "folioscope-${var.environment}"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}
