"""How tools name what they hand on: models, metrics, programs that servers start, metrics that come ready-made."""

from __future__ import annotations

import re

__all__ = [
    "ENTRY_COMMANDS", "FOREIGN_METRICS", "LIBRARY_METRICS", "METRIC_CLASSES", "METRIC_METHODS", "MODEL_LOADS",
    "MODEL_REGISTRATIONS", "MODEL_URI", "NameOf",
]  # fmt: skip

NameOf = tuple[re.Pattern[str], str, tuple[str, ...], int]
"""(resolved name of the call, registry, keywords that hold the model's name, position of it or -1)."""


def _row(pattern: str, registry: str, keywords: str, position: int) -> NameOf:
    return re.compile(pattern), registry, tuple(keywords.split()), position


MODEL_REGISTRATIONS: tuple[NameOf, ...] = (
    _row(r"(?:^mlflow\.|\.)register_model$", "mlflow", "name model_name", 1),
    _row(r"\.create_registered_model$|\.create_model_version$", "mlflow", "name", 0),
    _row(r"\.set_registered_model_alias$|\.transition_model_version_stage$", "mlflow", "name", 0),
    _row(r"^mlflow\..*log_model$", "mlflow", "registered_model_name", -1),
    _row(r"^bentoml\..*\.save(?:_model)?$", "bentoml", "name", 0),
    _row(r"^google\.cloud\.aiplatform\.Model\.upload$", "vertex", "display_name", -1),
    _row(r"RegisterModel$|^sagemaker\..*\.register$", "sagemaker", "model_package_group_name", -1),
    _row(r"\.create_model_package(?:_group)?$", "sagemaker", "ModelPackageGroupName ModelPackageName", -1),
    _row(r"^azureml\.core.*Model\.register$", "azureml", "model_name", -1),
    _row(r"^azure\.ai\.ml\.entities\.Model$", "azureml", "name", -1),
    _row(r"\.push_to_hub$", "huggingface", "repo_id", 0),
    _row(r"^wandb\.Artifact$", "wandb", "name", 0),
    _row(r"hopsworks.*\.create_model$", "hopsworks", "name", -1),
)
MODEL_LOADS: tuple[NameOf, ...] = (
    _row(r"^mlflow\..*load_model$", "mlflow", "model_uri", 0),
    _row(r"^mlflow\..*download_artifacts$", "mlflow", "artifact_uri", 0),
    _row(r"\.get_latest_versions$|\.get_model_version(?:_by_alias)?$", "mlflow", "name", 0),
    _row(r"^bentoml\..*\.(?:load_model|get)$|^bentoml\.models\.\w+$", "bentoml", "tag name", 0),
    _row(r"^wandb\..*use_artifact$|^wandb\.use_artifact$", "wandb", "artifact_or_name name", 0),
    _row(r"^azureml\.core.*Model\.get_model_path$", "azureml", "model_name", 0),
    _row(r"\.from_pretrained$|^huggingface_hub\.\w*download$", "huggingface", "pretrained_model_name_or_path repo_id", 0),
)  # fmt: skip
MODEL_URI = re.compile(r"^models:/+([^/@]+)")

METRIC_CLASSES = frozenset({"Counter", "Gauge", "Histogram", "Summary", "Info", "Enum"})
METRIC_METHODS = re.compile(
    r"\.(?:create_(?:counter|histogram|up_down_counter|gauge|observable_gauge|observable_counter)|gauge|incr|timing"
    r"|increment|histogram|distribution)$"
)
"""Methods of OpenTelemetry and StatsD whose first argument names a metric."""

LIBRARY_METRICS: dict[str, re.Pattern[str]] = {
    "prometheus_client": re.compile(r"^(?:python|process)_"),
    "prometheus_fastapi_instrumentator": re.compile(r"^(?:.*_)?https?_(?:requests?|response)_"),
    "prometheus_flask_exporter": re.compile(r"^(?:flask_|.*_?flask_)"),
    "starlette_exporter": re.compile(r"^starlette_|_requests?_"),
    "starlette_prometheus": re.compile(r"^starlette_"),
    "aioprometheus": re.compile(r"^(?:requests|responses|exceptions)_"),
    "bentoml": re.compile(r"(?i)bento"),
    "mlserver": re.compile(r"^model_infer_|^rest_server_"),
    "seldon_core": re.compile(r"^seldon_"),
    "ray": re.compile(r"^ray_|^serve_"),
    "litserve": re.compile(r"^(?:lit|request)_"),
    "celery": re.compile(r"^celery_|^flower_"),
    "opentelemetry": re.compile(r"^(?:http|rpc|db|otel|traces?)_"),
}
"""Metrics that come with a library, by the package that is imported."""

FOREIGN_METRICS = re.compile(
    r"^(?:up$|ALERTS|scrape_|node_|container_|machine_|cadvisor_|kube_|kubelet_|apiserver_|prometheus_|alertmanager_|grafana_|go_|promhttp_"
    r"|process_|python_|net_conntrack|pg_|postgres|mysql_|redis_|mongodb_|kafka_|rabbitmq_|nginx_|traefik_|envoy_|istio_|airflow_|af_|prefect_"
    r"|dagster_|argo_|workqueue_|rest_client_|etcd_|coredns_|jvm_|tomcat_|hikaricp_|windows_|wmi_|nv_|DCGM_|dcgm_|nvidia_|triton_|ts_|Requests\dXX"
    r"|blackbox|probe_|statsd_|pushgateway_|push_|minio_|elasticsearch_|loki_|promtail_|tempo_|otelcol_|kong_|haproxy_|windows_|aws_|stackdriver_"
    r"|spark_|ray_|seldon_|knative_|activator_|revision_|autoscaler_|mlflow_|localstack_|engine_daemon_|systemd_|swarm_|ratelimit_|keda_)"
)
"""Metrics that Prometheus itself, exporters and other people's servers have: nothing of the project exports them."""

ENTRY_COMMANDS = re.compile(
    r"^(?:uvicorn|gunicorn|hypercorn|granian|daphne|waitress-serve|opentelemetry-instrument|ddtrace-run|streamlit|fastapi|flask|bentoml"
    r"|chainlit|gradio|celery|prefect|dagster|papermill|jupyter|locust|spark-submit|torchrun|accelerate|modal|rq|faust|functions-framework"
    r"|robyn|litestar|sanic|panel|voila|solara|marimo|python|mlserver|serve)$"
)
"""Programs whose arguments name a module or a script."""
