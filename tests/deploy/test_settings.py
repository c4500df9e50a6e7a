"""What compose, chart and image tell the service is what it understands."""

from __future__ import annotations

import json
import re

import pytest

from analyzer.cli import main
from api.settings import Settings
from tests.deploy.conftest import CHART, ROOT

FIELDS = {f"FOLIOSCOPE_{name.upper()}" for name in Settings.model_fields} | {"FOLIOSCOPE_SECRETS_FOLDER"}
# Variables of compose.yaml itself, which no container sees.
OF_COMPOSE = {"FOLIOSCOPE_IMAGE"}


def test_every_setting_in_compose_and_in_the_smoke_test_is_one_of_the_service():
    for path in ("compose.yaml", "deploy/smoke"):
        named = set(re.findall(r"FOLIOSCOPE_[A-Z_]+", (ROOT / path).read_text("utf-8")))
        assert len(named) > 0
        assert named - FIELDS - OF_COMPOSE == set()


def test_every_setting_of_the_chart_is_one_of_the_service():
    template = (CHART / "templates" / "settings.yaml").read_text("utf-8")
    named = set(re.findall(r'"(\w+)"', template.split("dict")[1].split("}}")[0])) - {"celery"}
    values = (CHART / "values.yaml").read_text("utf-8")
    named |= set(re.findall(r"^  (\w+):", values.split("\nsettings:")[1].split("\n\n")[0], re.MULTILINE))
    assert {"data_folder", "workers", "job_seconds"} <= named
    assert {f"FOLIOSCOPE_{name.upper()}" for name in named} - FIELDS == set()


def test_every_setting_that_documents_of_operation_name_is_one_of_the_service():
    for name in ("deployment.md", "runbook.md"):
        named = set(re.findall(r"FOLIOSCOPE_[A-Z_]+", (ROOT / "docs" / name).read_text("utf-8")))
        assert named - FIELDS - OF_COMPOSE == set()


def test_secrets_that_are_files_are_read(tmp_path, monkeypatch):
    from api.settings import load_settings

    (tmp_path / "folioscope_secret_key").write_text("k" * 40)
    (tmp_path / "folioscope_database_url").write_text("postgresql://folioscope:p@postgres:5432/folioscope")
    monkeypatch.setenv("FOLIOSCOPE_SECRETS_FOLDER", str(tmp_path))
    settings = load_settings(host="0.0.0.0")
    assert settings.secret_key.get_secret_value() == "k" * 40
    assert settings.database.startswith("postgresql+psycopg://folioscope:p@postgres")
    settings.check_binding()


@pytest.mark.parametrize("words", [("serve",), ("worker",), ("migrate",)], ids=" ".join)
def test_every_command_that_a_container_runs_is_there(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--help"])
    assert stopped.value.code == 0, capsys.readouterr().err
    text = (ROOT / "compose.yaml").read_text("utf-8") + (CHART / "templates/web.yaml").read_text("utf-8")
    text += (CHART / "templates/worker.yaml").read_text("utf-8") + (CHART / "templates/migrations.yaml").read_text(
        "utf-8"
    )
    assert f"[{', '.join(words)}" in text
    assert json.dumps(words[0]) in (ROOT / "Dockerfile").read_text("utf-8") or words != ("serve",)
