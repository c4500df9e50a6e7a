"""Resource types of infrastructure tools by what they are to an ML system, and images and hosts of services."""

from __future__ import annotations

import re

from analyzer.knowledge.caseless import Caseless

__all__ = ["EMULATOR", "HOSTED_APPLICATION", "HOSTED_STATIC", "resource_class"]

# First match decides. Types are lower-cased, with "::" and "." as "_".
_CLASSES: tuple[tuple[str, str], ...] = (
    (
        "alarm",
        r"alarm|alert_?policy|metric_?alert|monitor_action|budgets_budget|notification_channel|rule_group|contact_point|scheduled_query_rules_alert|datadog_monitor|alert_rule",
    ),
    ("dashboard", r"dashboard"),
    (
        "serving",
        r"sagemaker_(?:endpoint|model)|vertex_ai_endpoint|vertexai_endpoint|aiplatform_endpoint|machine_learning_.*endpoint|online_?endpoint|machinelearningservices_workspaces_online|model_serving",
    ),
    (
        "ml",
        r"sagemaker|vertex_?ai|aiplatform|machine_?learning|databricks|mlflow|mwaa|composer|datascience|notebook|bedrock|kubeflow",
    ),
    ("registry", r"ecr_|ecr$|container_?registry|artifact_?registry|acr$|containerregistry"),
    (
        "cluster",
        r"eks|gke|container_cluster|kubernetes_cluster|aks|managedclusters|ecs|emr|dataproc|kubernetes_|helm_release|node_pool|node_group|k3s|nomad",
    ),
    (
        "database",
        r"rds|db_instance|dynamodb|sql|postgres|redis|elasticache|memorystore|cosmos|firestore|bigquery|redshift|timestream|documentdb|mongodb|influx|opensearch|elasticsearch|aurora|database|bigtable|spanner|synapse|athena|glue",
    ),
    (
        "queue",
        r"kinesis|sqs|pubsub|kafka|msk|eventhub|servicebus|firehose|event_?bridge|cloudwatch_event|scheduler|sns|event_source|eventgrid|rabbit|mq_",
    ),
    (
        "compute",
        r"lambda_[a-z_]*function|serverless_function|^(?:docker_?image|python|nodejs|go)?function$|functions?_function|cloudfunctions|cloud_?run|run_service|run_v2|app_?service|web_?app|container_?app|container_?group|apprunner|ec2|_instance$|instance$|compute_instance|virtual_?machine|lightsail|beanstalk(?!_application)|batch_|droplet|autoscaling|launch_template|fargate|app_engine|digitalocean_app|linode_instance|hcloud_server|function_?app|batch_job|_vm$|sfn_state_machine|stepfunctions|statemachine|step_function|apigateway|api_gateway|serverless_api|^render_(?:web_service|private_service|background_worker|cron_job)|^heroku_(?:app$|build|formation)|^fly_(?:app|machine)|^railway_service|^koyeb_(?:app|service)|^vercel_deployment|lb$|_lb_|load_?balancer|elasticloadbalancing",
    ),
    ("storage", r"s3|bucket|storage|blob|spaces|efs|filestore|minio"),
    (
        "role",
        r"iam|role|policy|service_account|serviceaccount|permission|secret|key_?pair|kms|identity|vault|ssm_parameter|oidc",
    ),
    ("network", r"vpc|subnet|security_group|route|gateway|network|firewall|eip|dns|address|cidr|certificate|acm"),
    ("docker", r"^docker_"),
    ("local", r"^local_|^null_|^random_|^tls_|^time_|^archive_|^terraform_data|^external"),
)
_COMPILED: list[tuple[str, re.Pattern[str]]] = []

EMULATOR = Caseless(
    r"localstack|localhost:4566|127\.0\.0\.1:4566|moto_server|azurite|minikube|fake-gcs|s3_use_path_style\s*=\s*true"
)

HOSTED_APPLICATION = re.compile(
    r"(?i)^https?://(?:[\w.-]+\.)?(?:herokuapp\.com|onrender\.com|streamlit\.app|streamlitapp\.com|share\.streamlit\.io|hf\.space|fly\.dev|railway\.app|up\.railway\.app"
    r"|vercel\.app|netlify\.app|azurewebsites\.net|azurecontainerapps\.io|azurecontainer\.io|cloudapp\.azure\.com|azureml\.ms|run\.app|appspot\.com|web\.app|firebaseapp\.com|pythonanywhere\.com"
    r"|elasticbeanstalk\.com|awsapprunner\.com|elb\.amazonaws\.com|execute-api\.[\w-]+\.amazonaws\.com|compute(?:-\d)?\.amazonaws\.com|lambda-url\.[\w-]+\.on\.aws|ondigitalocean\.app|deta\.app|deta\.dev"
    r"|koyeb\.app|cyclic\.app|replit\.app|repl\.co|modal\.run|gradio\.live|cloudfront\.net|northflank\.app|zeabur\.app|duckdns\.org|nip\.io|sslip\.io)(?=[:/?#]|$)"
    r"|^https?://huggingface\.co/spaces/|^https?://(?!10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|127\.|0\.|169\.254\.)\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:[/?#]|$)"
)
HOSTED_STATIC = re.compile(
    r"(?i)^https?://(?:[\w.-]+\.)?(?:github\.io|gitlab\.io|readthedocs\.io|s3[\w.-]*\.amazonaws\.com|s3-website[\w.-]*\.amazonaws\.com|storage\.googleapis\.com|web\.core\.windows\.net|dagshub\.com|app\.evidently\.cloud|wandb\.ai|app\.prefect\.cloud|neptune\.ai|comet\.(?:com|ml)|snapshots\.raintank\.io|grafana\.net|lookerstudio\.google\.com|datastudio\.google\.com|public\.tableau\.com|pages\.dev)(?=[:/?#]|$)"
)


def resource_class(kind: str) -> str:
    """The class of a resource type: ``compute``, ``serving``, ``database``, ``storage``, ``role``, ... or ``other``."""
    if not _COMPILED:
        _COMPILED.extend((name, re.compile(pattern)) for name, pattern in _CLASSES)
    plain = (
        kind.lower()
        .replace("::", "_")
        .replace(".", "_")
        .replace("/", "_")
        .replace("-", "_")
        .removeprefix("microsoft_")
        .removeprefix("aws_")
    )
    if plain.startswith("docker_"):
        return "docker"
    if plain.startswith(("local_", "null_", "random_", "tls_", "time_", "archive_", "terraform_data")):
        return "local"
    if re.search(
        r"iam_|_policy$|policy_attachment|_role$|^role|security_group|secret|key_pair|_log_group$|loggroup|_rule_target|permission|subnet|parameter_group|_binding$|_member$|repository_policy|lifecycle_policy|_acl$|versioning|encryption|public_access|project_service",
        plain,
    ):
        return "network" if re.search(r"security_group|subnet", plain) else "role"
    return next((name for name, pattern in _COMPILED if pattern.search(plain)), "other")
