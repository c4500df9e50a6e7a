"""Bad input: the graph is drawn in time and without an exception, whatever stands in the files."""

from __future__ import annotations

import pytest

from analyzer.wiring import build_wiring, summarize
from tests.conftest import BuildRepository

_BLANK = "\n" * 60_000
_NAMES = (
    ".env", "Dockerfile", "docker-compose.yml", "Makefile", "run.sh", "main.tf", "x.tfvars", "dvc.yaml", "prefect.yaml",
    "prometheus.yml", "rules.yml", "app.py", "grafana/d.json", ".github/workflows/ci.yml", "chart/values.yaml",
    "chart/Chart.yaml", "chart/templates/d.yaml", "Procfile",
)  # fmt: skip


@pytest.mark.timeout(180)  # a hang is seen, a slow machine is not
@pytest.mark.parametrize(
    "text",
    [
        _BLANK,
        "locals {\n" * 20_000,
        "${" * 20_000,
        "A=${A}\nB=$A$B\n" * 2_000,
        "A=" + "$B" * 1000 + "\nB=" + "${A}" * 1000 + "\ndocker push $A$B\n",
        'locals {\n  a = "'
        + "${local.a}" * 30
        + '"\n}\nresource "aws_lambda_function" "f" {\n  image_uri = local.a\n}\n',
        "- record: \n" * 5_000,
        "\0\u202e\ud7ff: [",
        '{"panels": [{"targets": [{"expr": "' + "rate(" * 4_000 + '"}]}], "schemaVersion": 1}',
    ],
    ids=["blank", "locals", "variables", "circles", "growth", "growth of locals", "records", "controls", "deep query"],
)
def test_it_ends_and_never_raises(repository: BuildRepository, text: str) -> None:
    repo = repository({name: text.encode("utf-8", "replace") for name in _NAMES})
    assert summarize(repo).nodes == build_wiring(repo).nodes
