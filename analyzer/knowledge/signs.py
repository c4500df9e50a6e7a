"""What the names of files promise, for a first look. One more sign is one more row.

A first look opens no file: it decides what is worth a full analysis, and never a point.
"""

from __future__ import annotations

import re

from msgspec import Struct

__all__ = ["CLUTTER", "DOTFILES", "SIGNS", "SITE_NAME", "Sign"]


class Sign(Struct, frozen=True):
    """A sign: its words, its weight in a first look, and what shows it.

    Args:
        name: for people.
        weight: 1 to 4; how much a full analysis is likely to find where it is seen.
        kinds: kinds of files that show it.
        pattern: on the whole lower-case path, where kinds do not tell.
        speaks: whether it speaks of machine learning or of its operation; a web page has tests and a README too.
    """

    name: str
    weight: int
    kinds: frozenset[str] = frozenset()
    pattern: re.Pattern[str] | None = None
    speaks: bool = False


def _of(name: str, weight: int, *kinds: str, pattern: str = "", speaks: bool = True) -> Sign:
    return Sign(name, weight, frozenset(kinds), re.compile(pattern) if pattern else None, speaks)


SIGNS: tuple[Sign, ...] = (
    _of("README", 1, pattern=r"(?:^|/)readme(?:\.(?:md|markdown|rst|txt|mdx|qmd))?$", speaks=False),
    _of("Python", 2, "python"),
    _of("notebooks", 1, "notebook"),
    _of("other code", 1, "program", "sql", speaks=False),
    _of(
        "training or serving code",
        3,
        pattern=r"(?:^|/)(?:train(?:ing|er)?|predict(?:ion|or|ions)?|infer(?:ence)?|serv(?:e|ing|ice)|scor(?:e|ing)|model(?:ing|s)?|features?|ingest(?:ion)?)(?:[_-]\w+)?\.(?:py|ipynb)$",
    ),
    _of("dependencies", 1, "requirements", "pyproject", "pipfile", "setup-cfg", "conda", "lock", "package-json", speaks=False),
    _of("Dockerfile", 3, "dockerfile"),
    _of("compose", 1, "compose"),
    _of("pipeline", 3, "dvc-pipeline", "mlproject", "prefect-yaml", "mage-pipeline", "databricks",
        pattern=r"(?:^|/)(?:dags|flows|pipelines?|orchestration|workflows?)/[^/]+\.py$|(?:^|/)(?:pipeline|flow|dag)s?(?:[_-]\w+)?\.py$"),
    _of("infrastructure code", 3, "terraform", "pulumi-yaml", "bicep", "serverless", pattern=r"(?:^|/)(?:template\.ya?ml|cdk\.json|samconfig\.toml)$"),
    _of("Kubernetes", 3, "helm-chart", "kustomization", pattern=r"(?:^|/)(?:k8s|kubernetes|manifests|kube|helm)/.+\.ya?ml$"),
    _of("CI", 3, "github-workflow", "gitlab-ci", "jenkinsfile", "circleci", "azure-pipelines", "other-ci", speaks=False),
    _of("tests", 2, pattern=r"(?:^|/)(?:test_[^/]+|[^/]+_test)\.py$|(?:^|/)tests?/.+\.(?:py|go|rs|ts|js)$", speaks=False),
    _of("monitoring", 3, pattern=r"(?:^|/)(?:[^/]*(?:prometheus|grafana|alertmanager|evidently|drift|monitor)[^/]*)(?:/|\.(?:py|ya?ml|json|ipynb)$)"),
    _of("feature store", 2, pattern=r"(?:^|/)feature_store\.ya?ml$"),
    _of("data versioning", 2, "dvc-config", "dvc-pointer"),
    _of("task runner", 1, "makefile", "justfile", "taskfile", "tox", speaks=False),
    _of("hooks", 1, "pre-commit", speaks=False),
    _of("platform file", 1, "platform", speaks=False),
)  # fmt: skip
"""In the order in which people are told."""

DOTFILES = re.compile(
    r"(?i)\.?(?:dot-?files?|dotconfig|(?:my-?)?configs?|nvim(?:-config)?|vimrc|zshrc|\.github|\.config)"
)
"""Names of repositories that hold settings of a machine or of an account."""

SITE_NAME = re.compile(r"(?i)[\w-]+\.github\.io")
"""Names of repositories that hold a personal site (https://docs.github.com/pages)."""

CLUTTER = re.compile(
    r"(?i)(?:^|/)(?:untitled\d*(?:-checkpoint)?\.ipynb|[^/]*(?:[-_. ]copy(?:\(\d+\)|[-_ ]?\d+)?|\(\d+\)|[-_]old|[-_]backup|[-_]final[-_ ]?v?\d+|\.bak|\.orig)"
    r"(?:\.[a-z]+)?|\.ds_store|thumbs\.db|desktop\.ini|tmp\d*\.py)$"
)
"""Names that a tidy repository does not have."""
