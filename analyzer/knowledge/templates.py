"""Public courses, starters and scaffolds whose unchanged files are nobody's evidence. One more is one more line.

``tools/template_fingerprints.py`` reads these and writes ``templates.txt`` beside this file.
"""

from __future__ import annotations

from msgspec import Struct

__all__ = ["REPOSITORIES", "WHEELS", "WheelTemplate"]


class WheelTemplate(Struct, frozen=True):
    """Templates in a wheel: the name shown, the package as wheels spell it, the folder, whether jinja2 renders them."""

    name: str
    package: str
    folder: str
    rendered: bool = False


# In order: a file that several have is named after the first. The second string is a part of the paths that are the
# template; empty where the whole repository is.
REPOSITORIES: tuple[tuple[str, str], ...] = (
    ("mage-ai/mlops", ""),
    ("mage-ai/machine_learning", ""),
    ("mage-ai/mage-ai-terraform-templates", ""),
    ("mage-ai/compose-quickstart", ""),
    ("DataTalksClub/mlops-zoomcamp", ""),
    ("DataTalksClub/machine-learning-zoomcamp", ""),
    ("DataTalksClub/data-engineering-zoomcamp", ""),
    ("drivendata/cookiecutter-data-science", ""),
    ("kedro-org/kedro-starters", ""),
    ("zenml-io/template-e2e-batch", ""),
    ("Azure/mlops-templates", ""),
    ("Azure/mlops-v2", ""),
    ("databricks/mlops-stacks", ""),
    ("iterative/cml_dvc_case", ""),
    ("aws-samples/mlops-sagemaker-github-actions", ""),
    ("astronomer/astro-cli", "/include/"),
)

WHEELS = (
    WheelTemplate("mage-ai", "mage_ai", "mage_ai/data_preparation/templates/", rendered=True),
    WheelTemplate("kedro", "kedro", "kedro/templates/"),
    WheelTemplate("dagster", "dagster", "dagster/_generate/templates/"),
    WheelTemplate("feast", "feast", "feast/templates/"),
    WheelTemplate("prefect", "prefect", "prefect/deployments/"),
    WheelTemplate("apache-airflow", "apache_airflow", "airflow/example_dags/"),
)
