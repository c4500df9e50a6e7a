"""The skills matrix rests on the guide's own list of technologies and on the criteria of the rubric, and on nothing else."""

from __future__ import annotations

from collections import Counter

from analyzer.knowledge.skills import SKILLS, technologies_of
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.rubric import load_rubric

GUIDE = {
    "programming": "python bash go rust",
    "ml-frameworks": "tensorflow pytorch scikit-learn jax",
    "containers": "docker kubernetes helm kustomize istio",
    "ci-cd": "github-actions gitlab-ci jenkins cml dvc",
    "cloud": "aws-sagemaker google-vertex-ai azure-ml",
    "monitoring": "prometheus grafana evidently whylabs arize",
    "infrastructure": "terraform pulumi cloudformation",
    "feature-stores": "feast tecton databricks-feature-store",
}
"""The guide's headings, in its order, with what it names under each."""
APART = {
    "containers": "tensorflow-serving seldon-core bentoml fastapi",
    "ci-cd": "mlflow great-expectations",
}
"""What it names under two headings of tools, serving and lifecycle, and the skill that has them here."""


def test_the_eight_skills_are_the_headings_of_the_guide_with_what_it_names():
    wanted = {skill: f"{named} {APART.get(skill, '')}".split() for skill, named in GUIDE.items()}
    assert {skill.id: list(skill.named) for skill in SKILLS} == wanted
    assert list(wanted) == [skill.id for skill in SKILLS]


def test_every_technology_of_the_checklist_belongs_to_one_skill():
    found = Counter(name for skill in SKILLS for name in technologies_of(skill))
    assert found == Counter(marks.id for marks in TECHNOLOGIES)


def test_every_criterion_but_those_of_the_words_about_it_belongs_to_one_skill():
    found = Counter(name for skill in SKILLS for name in skill.criteria)
    wanted = [item.id for item in load_rubric("mlops").criteria if not item.id.startswith("doc.")]
    assert found == Counter(wanted)
