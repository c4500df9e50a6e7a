"""The eight core skills of the career guide, and what shows each. One more technology is one more word of a row.

The guide lists its technologies under eight skills, serving and lifecycle tools apart. Here every technology of the
checklist belongs to one of the eight: what serves a model to the containers that run it, what keeps a model's life in
order (orchestration, tracking, registry, validation) to CI/CD for ML. ``docs/portfolio.md`` gives the reasons.
"""

from __future__ import annotations

from msgspec import Struct

from analyzer.knowledge.technologies import TECHNOLOGIES

__all__ = ["SKILLS", "SkillRow", "technologies_of"]


class SkillRow(Struct, frozen=True):
    """A skill: the areas of technologies that belong to it, those that the guide itself names, and its criteria."""

    id: str
    title: str
    areas: tuple[str, ...]
    named: tuple[str, ...]
    criteria: tuple[str, ...]


_TABLE = """
programming | Programming languages | languages packaging | python bash go rust | tests.unit ci.lint repro.dependencies repro.hooks
ml-frameworks | Machine-learning frameworks | ml-frameworks | tensorflow pytorch scikit-learn jax | e2e.feature-engineering e2e.training
containers | Containers, orchestration and serving | containers serving | docker kubernetes helm kustomize istio tensorflow-serving seldon-core bentoml fastapi | e2e.container e2e.serving iac.kubernetes
ci-cd | CI/CD for machine learning | ci-cd orchestration lifecycle | github-actions gitlab-ci jenkins cml dvc mlflow great-expectations | e2e.pipeline e2e.experiment-tracking e2e.model-registry ci.pipeline ci.tests ci.deploy ci.training ci.data-validation ci.model-gate tests.integration repro.data-versioning repro.automation
cloud | Cloud platforms for machine learning | cloud-ml cloud | aws-sagemaker google-vertex-ai azure-ml | e2e.cloud-deployment e2e.live-endpoint
monitoring | Monitoring and observability | monitoring | prometheus grafana evidently whylabs arize | mon.metrics mon.dashboard mon.model-performance mon.drift mon.alerting mon.retraining
infrastructure | Infrastructure as code | infrastructure | terraform pulumi cloudformation | iac.provisioning iac.ml-infrastructure iac.parameterised iac.remote-state
feature-stores | Feature stores and data | feature-stores data | feast tecton databricks-feature-store | skills.feature-store e2e.data-ingestion
"""


def _row(line: str) -> SkillRow:
    name, title, *words = (cell.strip() for cell in line.split("|"))
    areas, named, criteria = (tuple(cell.split()) for cell in words)
    return SkillRow(name, title, areas, named, criteria)


SKILLS: tuple[SkillRow, ...] = tuple(_row(line) for line in _TABLE.strip().splitlines())


def technologies_of(skill: SkillRow) -> tuple[str, ...]:
    """All technologies of the checklist that belong to a skill: those that the guide names first."""
    others = (marks.id for marks in TECHNOLOGIES if marks.area in skill.areas and marks.id not in skill.named)
    return (*skill.named, *others)
