"""What speaks for which role, as the career guide tells them apart. One more technology is one more row.

A data scientist finds the features and the model and reports results. An ML engineer makes the model a tested
service. An MLOps engineer automates its life: pipelines, registry, gates, monitoring, retraining. A data engineer
brings in data, checks and versions them. A DevOps engineer runs the ground beneath: infrastructure, delivery,
clusters, operation.

Columns: criterion or technology, then weights from 0 to 3 for each role in the order of ``ROLES``. What every
role does (a README that explains itself, pinned dependencies) tells them apart for nobody and has no row.
"""

from __future__ import annotations

__all__ = ["CRITERION_WEIGHTS", "NOTEBOOK_WEIGHTS", "ROLES", "TECHNOLOGY_WEIGHTS"]

ROLES: tuple[str, ...] = ("data scientist", "ML engineer", "MLOps engineer", "data engineer", "DevOps engineer")

NOTEBOOK_WEIGHTS: tuple[int, ...] = (3, 0, 0, 0, 0)
"""Used in place of a criterion's row where its evidence stands in a notebook."""

_CRITERIA = """
                          DS  ML  MO  DE  DO
e2e.data-ingestion      |  0 | 1 | 1 | 3 | 0
e2e.feature-engineering |  3 | 2 | 0 | 1 | 0
e2e.training            |  3 | 2 | 1 | 0 | 0
e2e.pipeline            |  0 | 1 | 3 | 2 | 0
e2e.experiment-tracking |  2 | 1 | 2 | 0 | 0
e2e.model-registry      |  0 | 1 | 3 | 0 | 0
e2e.container           |  0 | 1 | 1 | 0 | 2
e2e.serving             |  0 | 3 | 1 | 0 | 0
e2e.cloud-deployment    |  0 | 1 | 2 | 0 | 2
e2e.live-endpoint       |  0 | 2 | 0 | 0 | 0
iac.provisioning        |  0 | 0 | 1 | 0 | 3
iac.ml-infrastructure   |  0 | 0 | 3 | 0 | 1
iac.parameterised       |  0 | 0 | 0 | 0 | 1
iac.remote-state        |  0 | 0 | 0 | 0 | 2
iac.kubernetes          |  0 | 0 | 1 | 0 | 3
ci.pipeline             |  0 | 1 | 1 | 0 | 2
ci.tests                |  0 | 2 | 1 | 0 | 1
ci.lint                 |  0 | 1 | 0 | 0 | 1
ci.deploy               |  0 | 0 | 2 | 0 | 3
ci.training             |  0 | 0 | 3 | 0 | 0
tests.unit              |  0 | 2 | 0 | 1 | 0
tests.integration       |  0 | 2 | 1 | 0 | 1
ci.data-validation      |  0 | 0 | 1 | 3 | 0
ci.model-gate           |  0 | 1 | 3 | 0 | 0
mon.metrics             |  0 | 1 | 2 | 0 | 2
mon.dashboard           |  0 | 0 | 2 | 0 | 2
mon.model-performance   |  1 | 1 | 3 | 0 | 0
mon.drift               |  1 | 0 | 3 | 0 | 0
mon.alerting            |  0 | 0 | 2 | 0 | 2
mon.retraining          |  0 | 0 | 3 | 0 | 0
doc.operations          |  0 | 0 | 1 | 0 | 2
doc.results             |  2 | 0 | 0 | 0 | 0
repro.data-versioning   |  0 | 0 | 1 | 2 | 0
repro.automation        |  0 | 0 | 0 | 0 | 1
skills.feature-store    |  0 | 0 | 2 | 2 | 0
"""

_TECHNOLOGIES = """
                           DS  ML  MO  DE  DO
scikit-learn             |  2 | 1 | 0 | 0 | 0
xgboost                  |  2 | 1 | 0 | 0 | 0
lightgbm                 |  2 | 1 | 0 | 0 | 0
catboost                 |  2 | 1 | 0 | 0 | 0
pytorch                  |  2 | 2 | 0 | 0 | 0
tensorflow               |  2 | 2 | 0 | 0 | 0
keras                    |  2 | 1 | 0 | 0 | 0
jax                      |  2 | 2 | 0 | 0 | 0
huggingface-transformers |  1 | 2 | 0 | 0 | 0
streamlit                |  1 | 0 | 0 | 0 | 0
gradio                   |  1 | 1 | 0 | 0 | 0
wandb                    |  1 | 1 | 0 | 0 | 0
comet                    |  1 | 1 | 0 | 0 | 0
neptune                  |  1 | 1 | 0 | 0 | 0
clearml                  |  1 | 0 | 2 | 0 | 0
fastapi                  |  0 | 2 | 0 | 0 | 0
flask                    |  0 | 1 | 0 | 0 | 0
bentoml                  |  0 | 2 | 1 | 0 | 0
torchserve               |  0 | 2 | 1 | 0 | 0
tensorflow-serving       |  0 | 2 | 1 | 0 | 0
triton                   |  0 | 2 | 1 | 0 | 0
ray-serve                |  0 | 2 | 1 | 0 | 0
kserve                   |  0 | 1 | 2 | 0 | 1
seldon-core              |  0 | 1 | 2 | 0 | 1
mlflow                   |  1 | 0 | 2 | 0 | 0
kubeflow                 |  0 | 0 | 3 | 0 | 0
zenml                    |  0 | 0 | 3 | 0 | 0
metaflow                 |  1 | 0 | 2 | 0 | 0
kedro                    |  1 | 0 | 1 | 1 | 0
flyte                    |  0 | 0 | 2 | 1 | 0
prefect                  |  0 | 0 | 1 | 1 | 0
cml                      |  0 | 0 | 3 | 0 | 0
dvc                      |  0 | 0 | 2 | 1 | 0
evidently                |  0 | 0 | 2 | 0 | 0
whylabs                  |  0 | 0 | 2 | 0 | 0
arize                    |  0 | 0 | 2 | 0 | 0
nannyml                  |  0 | 0 | 2 | 0 | 0
alibi-detect             |  1 | 0 | 2 | 0 | 0
deepchecks               |  0 | 0 | 2 | 0 | 0
aws-sagemaker            |  0 | 1 | 2 | 0 | 0
google-vertex-ai         |  0 | 1 | 2 | 0 | 0
azure-ml                 |  0 | 1 | 2 | 0 | 0
feast                    |  0 | 0 | 2 | 2 | 0
tecton                   |  0 | 0 | 2 | 2 | 0
databricks-feature-store |  0 | 0 | 2 | 2 | 0
airflow                  |  0 | 0 | 1 | 2 | 0
dagster                  |  0 | 0 | 1 | 2 | 0
mage                     |  0 | 0 | 0 | 2 | 0
luigi                    |  0 | 0 | 0 | 2 | 0
spark                    |  0 | 0 | 0 | 3 | 0
kafka                    |  0 | 0 | 0 | 3 | 0
lakefs                   |  0 | 0 | 1 | 2 | 0
great-expectations       |  0 | 0 | 1 | 2 | 0
pandera                  |  0 | 0 | 1 | 2 | 0
kubernetes               |  0 | 0 | 1 | 0 | 2
helm                     |  0 | 0 | 0 | 0 | 2
kustomize                |  0 | 0 | 0 | 0 | 2
istio                    |  0 | 0 | 1 | 0 | 2
argo-cd                  |  0 | 0 | 0 | 0 | 2
flux                     |  0 | 0 | 0 | 0 | 2
argo-workflows           |  0 | 0 | 2 | 0 | 1
terraform                |  0 | 0 | 0 | 0 | 2
pulumi                   |  0 | 0 | 0 | 0 | 2
cloudformation           |  0 | 0 | 0 | 0 | 2
aws-cdk                  |  0 | 0 | 0 | 0 | 2
bicep                    |  0 | 0 | 0 | 0 | 2
ansible                  |  0 | 0 | 0 | 0 | 3
jenkins                  |  0 | 0 | 0 | 0 | 2
prometheus               |  0 | 0 | 1 | 0 | 2
grafana                  |  0 | 0 | 1 | 0 | 1
alertmanager             |  0 | 0 | 0 | 0 | 2
loki                     |  0 | 0 | 0 | 0 | 2
datadog                  |  0 | 0 | 0 | 0 | 2
opentelemetry            |  0 | 1 | 0 | 0 | 2
"""


def _table(text: str) -> dict[str, tuple[int, ...]]:
    rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()[1:]]
    return {name: tuple(int(weight) for weight in weights) for name, *weights in rows}


CRITERION_WEIGHTS: dict[str, tuple[int, ...]] = _table(_CRITERIA)
TECHNOLOGY_WEIGHTS: dict[str, tuple[int, ...]] = _table(_TECHNOLOGIES)
