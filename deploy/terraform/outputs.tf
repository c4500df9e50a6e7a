output "cluster_name" {
  description = "For aws eks update-kubeconfig --name."
  value       = aws_eks_cluster.this.name
}

output "secret_arn" {
  description = "The secret with what the chart's secret is made from."
  value       = aws_secretsmanager_secret.this.arn
}

output "database_address" {
  description = "Where PostgreSQL is; for a restore by hand."
  value       = aws_db_instance.this.address
}

output "redis_address" {
  description = "Where Redis is."
  value       = aws_elasticache_replication_group.this.primary_endpoint_address
}

output "kms_key_arn" {
  description = "The key of the disks, the secrets and the logs."
  value       = aws_kms_key.this.arn
}
