"""What file and folder names say: kinds of files, folders that are not the candidate's work."""

from __future__ import annotations

import re

__all__ = [
    "ANY_NAME",
    "ANY_PATH",
    "COURSE_MODULE",
    "COURSE_PROJECT",
    "DOCUMENT_SUFFIXES",
    "GENERATED_FOLDERS",
    "HOMEWORK",
    "HOMEWORK_NAME",
    "KINDS_BY_NAME",
    "KINDS_BY_SUFFIX",
    "KNOWN_CHARTS",
    "LIBRARY_PACKAGES",
    "LOWER_DOCKERFILE",
    "MODEL_FILE",
    "OUTSIDE_FOLDERS",
    "README_FILE",
    "SCAFFOLD_FILES",
    "SITE_SETTINGS",
    "TELLS_BY_ITSELF",
    "TEMPLATE_SUFFIXES",
    "TEST_FILE",
    "VENDORED_FOLDERS",
    "ZIP_FOLDER",
]

README_FILE = re.compile(r"(?i)(?:^|/)readme[^/]*$")

SITE_SETTINGS = (
    ("mkdocs.yml", "docs/"),
    ("mkdocs.yaml", "docs/"),
    ("docusaurus.config.js", "docs/"),
    ("docusaurus.config.ts", "docs/"),
    ("book.toml", "src/"),
    ("_toc.yml", ""),
    ("index.rst", ""),
)
"""The settings of a site of documentation, and the folder beside them that holds its pages."""

VENDORED_FOLDERS = frozenset(
    [
        "node_modules",
        "site-packages",
        "dist-packages",
        "venv",
        ".venv",
        "virtualenv",
        ".virtualenv",
        ".tox",
        ".nox",
        ".terraform",
        "bower_components",
        "vendor",
        "third_party",
        "thirdparty",
        ".eggs",
        "__pypackages__",
        ".conda",
        "miniconda3",
        "anaconda3",
        ".git",
        "jspm_packages",
        ".astro",  # what the Astro CLI writes
        # What assistants that write code are told, most of it from collections of others.
        ".agent",
        ".agents",
        ".aider",
        ".claude",
        ".cline",
        ".codex",
        ".cursor",
        ".gemini",
        ".kiro",
        ".opencode",
        ".roo",
        ".windsurf",
    ]
)
# Names of folders at the top that hold the work of others.
OUTSIDE_FOLDERS = frozenset(
    {"external", "externals", "extern", "vendored", "_vendor", "vendors", "3rdparty", "third-party"}
)
# A folder of a zip file as GitHub makes it.
ZIP_FOLDER = re.compile(r".+-(?:main|master)")
# Charts of Helm that others keep, by the name that they have everywhere; mlflow is not among them: many write their own.
KNOWN_CHARTS = frozenset(
    "kube-prometheus-stack prometheus prometheus-adapter prometheus-pushgateway grafana loki loki-stack promtail tempo mimir"
    " alloy k8s-monitoring alertmanager kube-state-metrics prometheus-node-exporter metrics-server opentelemetry-collector"
    " opentelemetry-operator jaeger elasticsearch kibana logstash filebeat fluentd fluent-bit airflow kafka strimzi-kafka-operator"
    " postgresql postgresql-ha mysql mariadb mongodb redis rabbitmq minio milvus qdrant weaviate clickhouse trino spark-operator"
    " flink-kubernetes-operator kuberay-operator ray-cluster kserve kserve-crd seldon-core-operator argo-cd argo-workflows"
    " argo-events argo-rollouts cert-manager external-secrets sealed-secrets vault keda ingress-nginx nginx-ingress traefik istiod"
    " istio-base gateway jenkins gitlab gitea harbor gpu-operator nvidia-device-plugin triton-inference-server".split()
)
# A package of one of these names would hide the library from the code beside it: it is a copy of the library, or none.
LIBRARY_PACKAGES = frozenset(
    [
        "sklearn", "numpy", "pandas", "scipy", "torch", "tensorflow", "keras", "xgboost", "lightgbm", "catboost", "fastapi",
        "flask", "requests", "mlflow", "pydantic", "matplotlib", "seaborn", "joblib", "wandb", "great_expectations",
        "prometheus_client", "bentoml", "zenml", "kedro", "dagster", "metaflow", "optuna", "pandera", "streamlit", "gradio",
    ]
)  # fmt: skip
GENERATED_FOLDERS = frozenset(
    [
        "__pycache__",
        ".ipynb_checkpoints",
        "mlruns",
        "mlartifacts",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".idea",
        ".vscode",
        ".history",
        ".file_versions",
        ".variables",
        ".next",
        ".nuxt",
        "htmlcov",
        "catboost_info",
        "lightning_logs",
        ".cache",
        ".DS_Store",
        ".zen",
        ".ssh_tunnel",
        "__MACOSX",
        "_build",
        "folioscope-reports",
        ".aws-sam",
        "cdk.out",
        ".serverless",
        ".gradle",
        ".pytest_cache",
        ".hypothesis",
    ]
)

# Folders that hold what tests are fed with: whole samples of other projects as likely as data.
TEST_DATA_FOLDERS = frozenset({"fixtures", "__fixtures__", "testdata"})
TEST_FOLDERS = frozenset({"tests", "test", "testing"})

HOMEWORK = re.compile(
    r"(?i)(?:\d+[-_. ]*)?(?:home[-_ ]?works?[-_ ]?\w*|hw[-_]?\d+|assignments?[-_ ]?\d*|exercises?|lectures?|lessons?"
    r"|cohorts?|week[-_ ]?\d+|module[-_ ]?\d+[-_ ]homework|class[-_ ]?notes|course[-_ ]?notes)"
)
HOMEWORK_NAME = re.compile(r"(?i)(?:^|[-_ ])home[-_ ]?works?(?:$|[-_ ])")
"""A word in the name of a program that is an exercise, wherever it lies."""
COURSE_MODULE = re.compile(
    r"(?i)(?:module|mod|week|w|chapter|unit)?[-_ ]?0?\d{1,2}[-_. ]*[\w -]*|week[-_ ]?\d+|module[-_ ]?\d+.*"
)
# The modules of MLOps Zoomcamp by the names that they have there: https://github.com/DataTalksClub/mlops-zoomcamp
ZOOMCAMP_MODULE = re.compile(
    r"(?i)0?[1-6]-(?P<topic>intro|experiment-tracking|orchestration|deployment|monitoring|best-practices|best-practises)"
)
COURSE_PROJECT = re.compile(
    r"(?i)(?:(?:module|mod|week|w|chapter|unit)?[-_ ]?0?\d{1,2}[-_. ]*)?(?:final|capstone|course|end|my|mlops)?[-_. ]*(?:projects?|capstone)(?:[-_. ].*)?"
)

# Files that tools write into every new project.
SCAFFOLD_FILES = frozenset(
    [
        ".folioscope.yml",
        ".folioscope.yaml",  # words about the check are no evidence
        "load_titanic.py",
        "export_titanic_clean.py",
        "fill_in_missing_values.py",
        "example_dag_basic.py",
        "example_dag_advanced.py",
        "example_astronauts.py",
        "example-dag-basic.py",
        "my_first_dbt_model.sql",
        "my_second_dbt_model.sql",
    ]
)

TEST_FILE = re.compile(
    r"(?i)(?:^|/)(?:tests?|integration[-_]?tests?|unit[-_]?tests?|e2e)/|(?:^|/)(?:tests?[-_][^/]*|[^/]*_tests?|tests?|conftest|locustfile)\.py$"
)

_NAMES: tuple[tuple[str, str, bool], ...] = (
    # pattern on the lower-case name, from its beginning (or anywhere in the whole path), kind, whether it reads the path
    (r"^\.github/workflows/[^/]+\.ya?ml$", "github-workflow", True),
    (r"(?:^|/)\.?git-?hub/(?:.*/)?[^/]+\.ya?ml$|(?:^|/)\.github/workflow/[^/]+$", "misplaced-workflow", True),
    (r"^action\.ya?ml$", "github-action", False),
    (r"^\.gitlab-ci(?:\..*)?\.ya?ml$", "gitlab-ci", False),
    (r"^jenkinsfile(?:[._-].*)?$", "jenkinsfile", False),
    (r"(?:^|/)\.circleci/config\.ya?ml$", "circleci", True),
    (r"^\.?azure-pipelines?.*\.ya?ml$", "azure-pipelines", False),
    (
        r"^(?:\.travis|bitbucket-pipelines|\.drone|\.woodpecker|buildspec.*|(?:.*[_-])?cloudbuild.*)\.ya?ml$",
        "other-ci",
        False,
    ),
    (r"^(?:.*[_-])?cloudbuild.*\.json$", "other-ci", False),
    (r"(?:^|/)\.?cloud-?build/[^/]+\.ya?ml$", "other-ci", True),
    (r"^(?:docker-?)?compose(?:[._-].*)?\.ya?ml$|^.*docker-compose.*\.ya?ml$", "compose", False),
    (r"^(?!.*\.(?:md|py|rst|sh|txt|ya?ml)$)(?:.+[._-])?(?:dockerfile|containerfile)(?:[._-].+)?$", "dockerfile", False),
    (r"^terragrunt\.hcl$", "terraform", False),
    (r"^pulumi\.ya?ml$", "pulumi-yaml", False),
    (r"^serverless\.ya?ml$", "serverless", False),
    (r"^chart\.ya?ml$", "helm-chart", False),
    (r"/templates/(?:.*/)?[^/]+\.(?:ya?ml|tpl)$", "helm-template", True),
    (r"^kustomization\.ya?ml$", "kustomization", False),
    (r"^dvc\.yaml$", "dvc-pipeline", False),
    (r"(?:^|/)\.dvc/config$", "dvc-config", True),
    (r"^.+\.dvc$", "dvc-pointer", False),
    (r"^mlproject$", "mlproject", False),
    (r"^(?:gnu)?makefile(?:\..*|[_-][\w-]*)?$|^.*\.mk$", "makefile", False),
    (r"^\.?justfile$|^.+\.just$", "justfile", False),
    (r"^taskfile(?:\.dist)?\.ya?ml$", "taskfile", False),
    (r"^tox\.(?:ini|toml)$", "tox", False),
    (r"^(?:pixi|hatch|poe_tasks)\.toml$", "project-tasks", False),
    (r"^package\.json$", "package-json", False),
    (r"^\.pre-commit-config\.ya?ml$", "pre-commit", False),
    (r"^(?:.*[-_.])?(?:requirements?|reqs?)(?:[-_.].*)?\.(?:txt|in)$", "requirements", False),
    (r"(?:^|/)requirements/[^/]+\.(?:txt|in)$", "requirements", True),
    (r"^pyproject\.toml$", "pyproject", False),
    (r"^pipfile$", "pipfile", False),
    (r"^setup\.cfg$", "setup-cfg", False),
    (
        r"^(?:poetry|uv|pdm|pixi)\.lock$|^pipfile\.lock$|^conda-lock\.ya?ml$|^conda-(?:linux|osx|win)\S*\.lock$|^requirements.*\.lock$|^pylock.*\.toml$",
        "lock",
        False,
    ),
    (
        r"^(?:conda[-_])?(?:environment|env)(?:[-_.].*)?\.ya?ml$|^.+[-_]environment\.ya?ml$|^conda(?:[-_].*)?\.ya?ml$",
        "conda",
        False,
    ),
    (
        r"^(?:procfile|render\.ya?ml|fly\.toml|app\.ya?ml|vercel\.json|railway\.(?:json|toml)|heroku\.yml|apprunner\.ya?ml|netlify\.toml|captain-definition|modal\.toml|wrangler\.toml|dockerrun\.aws\.json)$",
        "platform",
        False,
    ),
    (r"^prefect\.ya?ml$", "prefect-yaml", False),
    (r"(?:^|/)pipelines/[^/]+/metadata\.ya?ml$", "mage-pipeline", True),
    (r"(?:^|/)pipelines/[^/]+/triggers\.ya?ml$", "mage-triggers", True),
    (r"^databricks\.ya?ml$", "databricks", False),
    (r"^readme(?:\.txt)?$", "document", False),
)

KINDS_BY_NAME: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (re.compile(pattern), kind, whole) for pattern, kind, whole in _NAMES
)

# Whether any of them can match at all, in one search each.
ANY_NAME = re.compile("|".join(f"(?:{pattern})" for pattern, _, whole in _NAMES if not whole))
ANY_PATH = re.compile("|".join(f"(?:{pattern})" for pattern, _, whole in _NAMES if whole))

LOWER_DOCKERFILE = re.compile(r"(?<![^/])Dockerfile$")
"""The name that Docker looks for in lower case, too, where it has not found it (BuildKit, moby/moby#10858)."""

MODEL_FILE = re.compile(r"(?i)\.(?:bin|joblib|onnx|pt|pth|h5|keras|cbm|xgb|ubj|model|safetensors|tflite|pkl|pickle)$")
"""A file of a trained model, by its ending."""

# Suffixes of files of which repositories hold thousands. No pattern above matches one, unless it reads "file" in the name
# (a Dockerfile of any suffix) or lies in a folder for workflows: so no pattern need be tried.
TELLS_BY_ITSELF = frozenset(
    [
        ".bmp", ".bin", ".c", ".cpp", ".csv", ".css", ".dat", ".gif", ".go", ".gz", ".h", ".h5", ".html", ".ico", ".ipynb",
        ".java", ".jpeg", ".jpg", ".js", ".mp3", ".mp4", ".npy", ".npz", ".onnx", ".parquet", ".pdf", ".pickle", ".pkl",
        ".png", ".pt", ".pth", ".py", ".rs", ".scss", ".sql", ".svg", ".tif", ".tiff", ".ts", ".tsv", ".tsx", ".wav",
        ".webp", ".xml", ".zip",
    ]
)  # fmt: skip

DOCUMENT_SUFFIXES = frozenset({".md", ".markdown", ".rst", ".mdx", ".qmd"})

# Endings of files that a tool fills in before they are what they are: deployment.yaml.j2.
TEMPLATE_SUFFIXES = frozenset({".j2", ".jinja", ".jinja2", ".tmpl", ".tpl", ".template", ".envsubst"})

KINDS_BY_SUFFIX = {
    ".py": "python",
    ".ipynb": "notebook",
    ".sh": "shell",
    ".bash": "shell",
    ".zsh": "shell",
    ".tf": "terraform",
    ".tofu": "terraform",
    ".bicep": "bicep",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".template": "yaml",
    ".json": "json",
    ".sql": "sql",
    ".go": "program",
    ".rs": "program",
    ".ts": "program",
    ".tsx": "program",
    ".js": "program",
    ".drawio": "diagram",
    ".puml": "diagram",
    ".plantuml": "diagram",
    ".mmd": "diagram",
    ".excalidraw": "diagram",
}
