"""DVC pipelines, pointers and configuration."""

from __future__ import annotations

import pytest

from analyzer.artifacts.dvc import parse_dvc_config, parse_dvc_pipeline, parse_dvc_pointer
from analyzer.findings import Place

PIPELINE = """\
vars:
  - params.yaml
stages:
  prepare:
    cmd: python prepare.py
    deps:
      - data/raw.csv
    outs:
      - data/clean.csv:
          cache: false
  train:
    cmd:
      - python train.py
      - python report.py
    deps: [data/clean.csv]
    metrics:
      - metrics.json:
          cache: false
  tune:
    foreach: [a, b]
    do:
      cmd: python tune.py ${item}
"""


def test_stages_have_commands_inputs_and_outputs() -> None:
    file = parse_dvc_pipeline("dvc.yaml", PIPELINE)
    assert [(item.name, item.line) for item in file.stages] == [("prepare", 4), ("train", 11), ("tune", 19)]
    assert (file.stages[0].deps, file.stages[0].outs) == (("data/raw.csv",), ("data/clean.csv",))
    assert (file.stages[1].metrics, file.place) == (("metrics.json",), Place("dvc.yaml", 4))


def test_commands_may_be_a_list_or_repeated() -> None:
    file = parse_dvc_pipeline("dvc.yaml", PIPELINE)
    assert [command.text for command in file.stages[1].commands] == ["python train.py", "python report.py"]
    assert file.stages[2].command == "python tune.py ${item}"
    assert file.stages[2].place == Place("dvc.yaml", 19)


@pytest.mark.parametrize("text", ["", "stages:", "stages: []", "- a"])
def test_other_files_have_no_stages(text: str) -> None:
    assert parse_dvc_pipeline("dvc.yaml", text).stages == ()


def test_a_pointer_tracks_files() -> None:
    file = parse_dvc_pointer("data.csv.dvc", "wdir: .\nouts:\n- md5: 00\n  path: data.csv\n- md5: 11\n")
    assert (file.tracked, file.line) == (("data.csv",), 3)


@pytest.mark.parametrize("head", ["['remote \"store\"']", '[remote "store"]'])
def test_remotes_of_the_configuration(head: str) -> None:
    file = parse_dvc_config(".dvc/config", f"[core]\n    remote = store\n{head}\n    url = s3://bucket/dvc\n")
    assert (file.remotes, file.line) == (("s3://bucket/dvc",), 3)


def test_a_configuration_without_remotes() -> None:
    assert parse_dvc_config(".dvc/config", "[core]\n    url = x\n").remotes == ()
