"""Words for claims: how technologies are spelled, what was looked for to see each, and what only speaks of plans."""

from __future__ import annotations

from analyzer.knowledge.caseless import Caseless

__all__ = ["FUTURE_LINE", "FUTURE_TITLE", "SET_ASIDE", "looked_for", "spelled"]

# Where the id with a capital is not how the project writes itself.
_SPELLED = {
    "tensorflow": "TensorFlow", "pytorch": "PyTorch", "scikit-learn": "scikit-learn", "jax": "JAX", "xgboost": "XGBoost",
    "lightgbm": "LightGBM", "catboost": "CatBoost", "huggingface-transformers": "Hugging Face", "docker-compose": "Docker Compose",
    "github-actions": "GitHub Actions", "gitlab-ci": "GitLab CI", "circleci": "CircleCI", "azure-pipelines": "Azure Pipelines",
    "cml": "CML", "dvc": "DVC", "argo-cd": "Argo CD", "pre-commit": "pre-commit", "aws-sagemaker": "Amazon SageMaker",
    "google-vertex-ai": "Vertex AI", "azure-ml": "Azure Machine Learning", "aws": "AWS", "gcp": "Google Cloud",
    "localstack": "LocalStack", "whylabs": "WhyLabs", "nannyml": "NannyML", "alibi-detect": "Alibi Detect",
    "opentelemetry": "OpenTelemetry", "cloudformation": "CloudFormation", "aws-cdk": "AWS CDK", "aws-sam": "AWS SAM",
    "serverless": "the Serverless Framework", "databricks-feature-store": "the Databricks feature store",
    "tensorflow-serving": "TensorFlow Serving", "seldon-core": "Seldon Core", "bentoml": "BentoML", "fastapi": "FastAPI",
    "kserve": "KServe", "torchserve": "TorchServe", "ray-serve": "Ray Serve", "mlflow": "MLflow",
    "great-expectations": "Great Expectations", "pandera": "pandera", "wandb": "Weights & Biases", "clearml": "ClearML",
    "zenml": "ZenML", "argo-workflows": "Argo Workflows", "lakefs": "lakeFS", "uv": "uv", "conda": "conda",
}  # fmt: skip

# By technology where the area says too little.
_LOOKED_FOR = {
    "docker": "Dockerfile, compose file or docker command",
    "docker-compose": "compose file or command",
    "kubernetes": "manifest, chart or client code",
    "helm": "chart or helm command",
    "kustomize": "kustomization file or command",
    "istio": "Istio object or command",
    "github-actions": "workflow in .github/workflows",
    "gitlab-ci": ".gitlab-ci.yml with a job",
    "jenkins": "Jenkinsfile or Jenkins image",
    "circleci": ".circleci/config.yml with a job",
    "azure-pipelines": "azure-pipelines.yml with a job",
    "cml": "CI step that runs cml",
    "dvc": "dvc.yaml, .dvc file or dvc command",
    "argo-cd": "Application object or argocd command",
    "flux": "Flux object or command",
    "pre-commit": ".pre-commit-config.yaml or pre-commit command",
    "prometheus": "configuration, rule, metric client or image",
    "grafana": "dashboard, provisioning file or image",
    "alertmanager": "configuration or image",
    "loki": "configuration, handler or image",
    "feast": "feature definition or client code that is used",
    "airflow": "DAG, Airflow image or command",
    "prefect": "flow, deployment file or command",
    "dagster": "asset, job or command",
    "mage": "pipeline, block or Mage image",
    "kubeflow": "pipeline code or manifest",
    "argo-workflows": "Workflow object or command",
    "mlflow": "tracking code, MLproject, image or command",
    "spark": "Spark code, cluster or command",
    "kafka": "producer, consumer or broker image",
    "bash": "shell script with commands",
}
_BY_AREA = {
    "languages": "source file or command",
    "ml-frameworks": "import that is used",
    "containers": "file, image or command of it",
    "ci-cd": "configuration with a job or step of it",
    "cloud-ml": "client code, resource or command of it",
    "cloud": "client code, resource or command of it",
    "monitoring": "client code that is used, configuration or image",
    "infrastructure": "file with a resource, or command of it",
    "feature-stores": "client code that is used",
    "serving": "service code, image or command of it",
    "lifecycle": "import that is used, or command of it",
    "orchestration": "pipeline code, image or command of it",
    "data": "client code, image or command of it",
    "packaging": "project file, lock file or command of it",
}


def spelled(technology: str) -> str:
    """The name of a technology as its own project writes it."""
    return _SPELLED.get(technology) or technology.replace("-", " ").capitalize()


def looked_for(technology: str, area: str) -> str:
    """What would have shown the technology, as a part of "no ... was found"."""
    return _LOOKED_FOR.get(technology) or _BY_AREA.get(area, "code or configuration")


FUTURE_TITLE = Caseless(
    r"future|next steps?|to[- ]?do\b|road ?map|improve|planned|ideas|what (?:i|we) would|not (?:yet )?(?:done|implemented)|limitations?"
    r"|related|alternatives?|further reading|acknowledg|resources|references|credits|licen[cs]e"
)
FUTURE_LINE = Caseless(
    r"[🔜⏳🚧]|^\W*(?:implement|consider|explore|migrate|try)\b|^\W*\d+ points?\b|\b(?:linter|formatter|type[ -]?checker|package manager)\b.*\bwritten in\b|"  # a grading scheme; of a tool
    r"\b(?:in (?:the )?future\b|to[- ]?do\b|plan(?:s|ned|ning)? to\b|not (?:use|using|implement|support|included)|not yet\b|optional(?:ly)?\b|equivalent (?:of|to)\b|analogous to\b|(?:was|were|is|been|i) removed?\b|under development\b|in progress\b|instead of\b"
    r"|rather than\b|could (?:also\b|be\b|use\b|run\b)|would (?:also )?(?:be|use|need)\b|no longer\b|unlike\b|alternatives? (?:to|for)\b|without\b|coming soon\b)"
)

# What is named to say that it is not there, or what else would do; "no", "similar to" ... and the words behind it.
SET_ASIDE = Caseless(
    r"\b(?:no(?! (?:longer|matter|need to))|not(?! (?:only|just))|neither|nor|(?:is|are|works|looks) like|similar to|comparable (?:to|with)|(?:extend(?:able|ible|ed)|migrate|migrating|migration) to|ready for)"
    r" +(?:[\w&+-]+,? ){0,2}[\w&+-]+"
)
