# What the chart's secret is made from (docs/deployment.md): one secret, with the keys that the service reads as files.

resource "random_password" "secret_key" {
  length  = 64
  special = false
}

resource "random_password" "metrics_token" {
  length  = 64
  special = false
}

resource "aws_secretsmanager_secret" "this" {
  name_prefix             = "${local.name}-"
  description             = "Settings of Folioscope that are not said aloud"
  kms_key_id              = aws_kms_key.this.arn
  recovery_window_in_days = 30
}

locals {
  database_url = join("", [
    "postgresql://${aws_db_instance.this.username}:${random_password.database.result}",
    "@${aws_db_instance.this.endpoint}/${aws_db_instance.this.db_name}?sslmode=require",
  ])
  redis_url = "rediss://:${random_password.redis.result}@${aws_elasticache_replication_group.this.primary_endpoint_address}:6379"
}

resource "aws_secretsmanager_secret_version" "this" {
  secret_id = aws_secretsmanager_secret.this.id
  secret_string = jsonencode({
    folioscope_secret_key    = random_password.secret_key.result
    folioscope_metrics_token = random_password.metrics_token.result
    folioscope_database_url  = local.database_url
    folioscope_broker_url    = "${local.redis_url}/0?ssl_cert_reqs=required"
    folioscope_redis_url     = "${local.redis_url}/1"
  })
}
