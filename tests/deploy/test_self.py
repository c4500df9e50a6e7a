"""Folioscope about its own repository: nothing that applies is missing in infrastructure, CI/CD and monitoring."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analyzer.cli import main
from tests.deploy.conftest import ROOT

SECTIONS = ("infrastructure", "ci-cd", "monitoring")
OF_MODELS = {"ci.model-gate", "ci.data-validation"}  # bonuses
DOES_NOT_APPLY = {"ci.training", "mon.model-performance", "mon.drift", "mon.retraining"}


def test_no_gap_is_left_that_applies(tmp_path: Path) -> None:
    output = tmp_path / "report.json"
    words = ["analyze", str(ROOT), "--worktree", "--with-config", "--format", "json", "--output", str(output)]
    assert main(words) == 0
    report: dict[str, Any] = json.loads(output.read_text("utf-8"))
    criteria = [item for item in report["criteria"] if item["section"] in SECTIONS]
    assert len(criteria) >= 20
    open_ones = {item["id"]: item["status"] for item in criteria if item["status"] != "met"}
    assert set(open_ones) <= DOES_NOT_APPLY | OF_MODELS, open_ones
    assert set(open_ones) >= DOES_NOT_APPLY, "what there is no model for is not met by accident"

    # The evidence is of the project, and not of its samples.
    shown = {item["id"]: {place["path"] for place in item["evidence"]} for item in report["criteria"]}
    assert not [path for paths in shown.values() for path in paths if path.startswith("fixtures/")]
    assert "api/metrics.py" in shown["mon.metrics"]
    assert "deploy/helm/folioscope/monitoring/alerts.yaml" in shown["mon.alerting"]
    assert "deploy/helm/folioscope/monitoring/dashboard.json" in shown["mon.dashboard"]
    assert ".github/workflows/release.yml" in shown["ci.deploy"]

    # Nothing would stop it.
    assert [item["sentence"] for item in report["defects"]] == []
