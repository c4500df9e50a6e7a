"""What each layer of the judgement adds: agreement with labelled projects, from names of files alone to everything.

    python benchmarks/ablation.py FOLDER LABELS [LABELS ...]

FOLDER holds git directories as OWNER+REPO/repo; LABELS are folders of JSON files {"repo", "subdir", "labels": {criterion:
{"status"}}, "overall"}. Four steps, each with all before it: names of files and folders; parsed files, so code, commands
and configuration; wiring and what would stop it from running; the quality of the prose.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from statistics import mean
from unittest.mock import patch

from analyzer import assessment
from analyzer.analysis import Options, analyze
from analyzer.findings import Finding, Place, met
from analyzer.plugins import Rule, discover
from analyzer.repository import Repository

STEPS = ("names", "parsing", "wiring", "prose")
ORDER = {"missing": 0, "unknown": 0, "partial": 1, "met": 2}
PROSE = ("doc.problem", "doc.architecture", "doc.diagram", "doc.results", "doc.quantified", "doc.setup", "doc.writeup",
         "doc.operations", "doc.site", "e2e.live-endpoint")  # fmt: skip

# What a question about names would ask, a row a criterion; those without a row have no name that tells.
NAMES = {
    "e2e.data-ingestion": r"ingest|download|extract|load_?data|get_?data|fetch",
    "e2e.feature-engineering": r"feature|preprocess|transform",
    "e2e.training": r"train|fit_?model",
    "e2e.pipeline": r"(?:^|/)dags?/|airflow|prefect|dagster|mage|kubeflow|kfp|flow|pipeline|dvc\.yaml",
    "e2e.experiment-tracking": r"mlflow|wandb|mlruns|experiment|track",
    "e2e.model-registry": r"regist",
    "e2e.container": r"dockerfile",
    "e2e.serving": r"(?:^|/)(?:app|api|main|server?|serve|serving|predict)\.py$|fastapi|flask|web[-_]?service|lambda",
    "e2e.cloud-deployment": r"\.tf$|deploy|k8s|kubernetes|render\.yaml|fly\.toml|procfile|template\.ya?ml",
    "iac.provisioning": r"\.tf$|pulumi\.yaml|template\.ya?ml|\.bicep$|serverless\.yml|cdk\.json",
    "iac.ml-infrastructure": r"\.tf$|pulumi\.yaml|template\.ya?ml|\.bicep$",
    "iac.parameterised": r"variables\.tf|\.tfvars|outputs\.tf",
    "iac.remote-state": r"backend\.tf|backend\.hcl",
    "iac.kubernetes": r"k8s|kubernetes|helm|kustomization|compose\.ya?ml",
    "ci.pipeline": r"^\.github/workflows/|gitlab-ci|jenkinsfile|azure-pipelines|\.circleci/",
    "ci.tests": r"^\.github/workflows/.*(?:test|ci)",
    "ci.lint": r"^\.github/workflows/.*(?:lint|ci|quality)",
    "ci.deploy": r"^\.github/workflows/.*(?:deploy|cd|release)",
    "ci.data-validation": r"great_expectations|expectations|validat|data_?check|schema\.py",
    "ci.model-gate": r"promot|champion|gate",
    "ci.training": r"^\.github/workflows/.*(?:train|cml)",
    "tests.unit": r"(?:^|/)test_[^/]*\.py$|_test\.py$|(?:^|/)unit",
    "tests.integration": r"integ|e2e",
    "mon.metrics": r"prometheus|metrics|monitor",
    "mon.dashboard": r"grafana|dashboard",
    "mon.model-performance": r"monitor|performance",
    "mon.drift": r"drift|evidently",
    "mon.alerting": r"alert|notif",
    "mon.retraining": r"retrain",
    "doc.writeup": r"blog|article|challenge|lessons",
    "doc.operations": r"runbook|troubleshoot|operations|(?:^|/)adr",
    "doc.setup": r"^readme|/readme",
    "doc.problem": r"^readme|/readme",
    "doc.architecture": r"architecture",
    "doc.diagram": r"(?:archi|diagram|flow|pipeline)[^/]*\.(?:png|jpe?g|svg|drawio|mmd|puml)$",
    "doc.results": r"results?[^/]*\.(?:png|jpe?g|md|json|csv)$",
    "repro.dependencies": r"requirements[^/]*\.txt$|poetry\.lock|pipfile|uv\.lock|pyproject\.toml|environment\.ya?ml",
    "repro.data-versioning": r"\.dvc(?:$|/)",
    "repro.automation": r"(?:^|/)(?:makefile|justfile|taskfile\.ya?ml|tox\.ini|noxfile\.py)$",
    "repro.hooks": r"\.pre-commit-config",
    "skills.feature-store": r"feast|feature_store",
}


def named(pattern: str, repo: Repository) -> Iterator[Finding]:
    """Whether a path of the repository matches."""
    for path in repo.paths:
        if re.search(pattern, path.lower()):
            yield met("A file is named so", Place(path))
            return


def by_names(criterion: str) -> Rule:
    """The rule of the first step for a criterion."""
    return Rule(f"{criterion}/named", criterion, "No file is named so", partial(named, NAMES.get(criterion, r"(?!)")))


@contextmanager
def layers(upto: str) -> Iterator[None]:
    """The engine with the layers up to a step alone."""
    step = STEPS.index(upto)
    installed = discover()
    criteria = sorted({item.criterion for item in installed})
    with ExitStack() as stack:
        change: Callable[..., object] = lambda *names: stack.enter_context(patch(*names))  # noqa: E731
        if step < STEPS.index("prose"):
            left = () if upto == "names" else tuple(rule for rule in installed if rule.criterion not in PROSE)
            asked = criteria if upto == "names" else PROSE
            change("analyzer.analysis.discover", lambda *_: (*left, *map(by_names, asked)))
        if step < STEPS.index("wiring"):
            change("analyzer.assessment.find_defects", lambda repo: ((), ()))
            change("rules.deployment.starts_nothing", lambda *_: None)
            change("rules.end_to_end.uncalled_training", lambda *_: None)
            change("rules.ci_cd.empty_test_run", lambda *_: None)
            change("rules.monitoring.alerts_on_nothing", lambda *_: None)
            change("rules.monitoring.watches_nothing", lambda *_: None)
            change("analyzer.assessment._wiring", lambda repo: (assessment.WiringSummary(), ()))
        yield


def statuses(path: str, subdir: str) -> dict[str, tuple[float, dict[str, str]]]:
    """Score and statuses of a project, by step."""
    found = {}
    for step in STEPS:
        with layers(step):
            report = analyze(path, Options(offline=True, subdir=subdir))
        decided = {item.criterion.id: str(item.decision.status) for item in report.scorecard.criteria}
        found[step] = (report.scorecard.score, decided)
    return found


def f1(pairs: Sequence[tuple[int, int]]) -> float:
    """F1 of met or partial over (label, ours)."""
    hit = sum(label > 0 and ours > 0 for label, ours in pairs)
    return 2 * hit / (sum(label > 0 for label, _ in pairs) + sum(ours > 0 for _, ours in pairs))


def kappa(pairs: Sequence[tuple[int, int]]) -> float:
    """Cohen's kappa with linear weights over missing, partial, met (Cohen 1968)."""
    observed = mean(abs(label - ours) for label, ours in pairs)
    expected = mean(abs(label - ours) for label, _ in pairs for _, ours in pairs)
    return 1 - observed / expected


def rho(pairs: Sequence[tuple[float, float]]) -> float:
    """Spearman's rank correlation, ties at their mean rank."""
    ranks = [[mean(i for i, other in enumerate(sorted(side), 1) if other == value) for value in side]
             for side in zip(*pairs, strict=True)]  # fmt: skip
    centred = [[value - mean(side) for value in side] for side in ranks]
    product = sum(a * b for a, b in zip(*centred, strict=True))
    return product / (sum(a * a for a in centred[0]) * sum(b * b for b in centred[1])) ** 0.5


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("labels", type=Path, nargs="+")
    arguments = parser.parse_args()
    labelled = [
        json.loads(file.read_text("utf-8")) for folder in arguments.labels for file in sorted(folder.glob("*.json"))
    ]
    paths = [str(arguments.folder / item["repo"].replace("/", "+") / "repo") for item in labelled]
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(statuses, paths, [item.get("subdir") or "" for item in labelled]))
    print("| up to | F1 of met or partial | weighted kappa | rho with the overall rating |\n|---|---:|---:|---:|")
    for step in STEPS:
        pairs = [
            (ORDER[label["status"]], ORDER[ours[step][1][criterion]])
            for item, ours in zip(labelled, found, strict=True)
            for criterion, label in item["labels"].items()
        ]
        overall = [(item["overall"], ours[step][0]) for item, ours in zip(labelled, found, strict=True)]
        print(f"| {step} | {f1(pairs):.3f} | {kappa(pairs):.3f} | {rho(overall):.3f} |")


if __name__ == "__main__":
    main()
