"""Starts for a project in a folder of a repository: its files lie in the folder, its workflows at the root."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer import Options, Report, analyze
from analyzer.artifacts.yaml_reader import read_yaml
from analyzer.cli import main
from analyzer.errors import TargetError, UsageError
from analyzer.findings import Status
from analyzer.starts import STARTS, start_for
from analyzer.starts.model import RefusalError, Start
from analyzer.starts.writing import open_project, place_of, write
from tests.conftest import BuildGit, git, write_files
from tests.starts.projects import PROJECTS, SERVICE

FOLDER = "services/queue"
BESIDE = {
    "README.md": "# Town hall\n\nWhat the town hall runs.\n",
    "requirements.txt": "flask==3.0.0\n",
    "other/web.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "tests/test_other.py": "def test_other():\n    assert 1 + 1 == 2\n",
}


def within(files: dict[str, str], folder: str = FOLDER) -> dict[str, str]:
    return {**BESIDE, **{f"{folder}/{path}": content for path, content in files.items()}}


def made(root: Path, criterion: str, folder: str = FOLDER) -> Start:
    with open_project(root, None, folder) as project:
        return start_for(criterion, project)


def report(root: Path, folder: str = FOLDER) -> Report:
    return analyze(str(root), Options(standalone=True, subdir=folder))


def status(found: Report, criterion: str) -> Status:
    return next(item.decision.status for item in found.scorecard.criteria if item.criterion.id == criterion)


def test_a_workflow_of_a_folder_runs_in_it_and_for_it(tmp_path: Path) -> None:
    [file] = made(write_files(tmp_path, within(SERVICE)), "ci.pipeline").files
    assert file.path == ".github/workflows/ci-services-queue.yml"
    root = read_yaml(file.text).documents[0]
    assert root.get("defaults", "run", "working-directory").text == FOLDER
    for event in ("push", "pull_request"):
        assert list(root.get("on", event, "paths").texts()) == [f"{FOLDER}/**", file.path]
    for line in ("-r requirements.txt -r requirements-dev.txt", "run: ruff check .", "run: python -m pytest tests"):
        assert line in file.text
    assert "flask" not in file.text


def test_files_lie_in_the_folder(tmp_path: Path) -> None:
    root = write_files(tmp_path, within(SERVICE))
    paths = {criterion: [file.path for file in made(root, criterion).files] for criterion in STARTS}
    assert paths["e2e.container"] == [f"{FOLDER}/Dockerfile"]
    assert paths["mon.metrics"] == [f"{FOLDER}/monitoring/prometheus.yml"]
    assert paths["doc.operations"] == [f"{FOLDER}/docs/runbook.md", f"{FOLDER}/docs/adr/0001-first-decision.md"]
    assert paths["ci.model-gate"] == [
        f"{FOLDER}/scripts/model_gate.py",
        ".github/workflows/model-gate-services-queue.yml",
    ]
    assert paths["repro.hooks"] == [".pre-commit-config.yaml"]


def test_what_they_name_is_found_from_where_it_is_used(tmp_path: Path) -> None:
    root = write_files(tmp_path, within(SERVICE))
    image = made(root, "e2e.container")
    assert "COPY counter/ counter/" in image.files[0].text, "the folder is the context"
    assert '"counter.service:app"' in image.files[0].text
    assert image.notes[0].startswith(f"docker build --tag queue {FOLDER} && ")
    assert 'Path("reports/metrics.json")' in made(root, "ci.model-gate").files[0].text
    assert f"`{FOLDER}/counter/service.py, port 8000`" in made(root, "doc.operations").files[0].text
    hooks = read_yaml(made(root, "repro.hooks").files[0].text).documents[0]
    assert hooks.get("files").text == r"^services/queue/"


@pytest.mark.parametrize(("name", "criterion"), [(name, criterion) for name in PROJECTS for criterion in STARTS])
def test_a_start_in_a_folder_earns_nothing_by_itself(name: str, criterion: str, tmp_path: Path) -> None:
    root = write_files(tmp_path, within(PROJECTS[name]))
    before = report(root), report(root, "")
    try:
        start = made(root, criterion)
    except RefusalError:
        return
    list(write(root, start.files))
    after = report(root), report(root, "")
    assert [found.scorecard.score for found in after] == [found.scorecard.score for found in before]


@pytest.mark.parametrize("criterion", ["ci.tests", "ci.lint", "ci.pipeline", "e2e.container", "repro.hooks"])
def test_one_that_its_owner_took_over_counts_for_the_folder(criterion: str, tmp_path: Path) -> None:
    root = write_files(tmp_path, within(SERVICE))
    [file] = made(root, criterion).files
    write_files(root, {file.path: file.text.split("\n", 1)[1]})
    found = report(root)
    assert status(found, criterion) is Status.MET
    assert [item for item in found.defects if item.path == file.path] == []


def test_the_command_takes_a_folder_either_way(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    root = git_repository(within(SERVICE))
    shown = []
    for arguments in (
        [str(root), "--subdir", FOLDER],
        [str(root / FOLDER)],
        [str(root / "services"), "--subdir", "queue"],
    ):
        assert main(["fix", "ci.tests", *arguments]) == 0
        shown.append(capsys.readouterr().out)
    assert shown[0].startswith("--- .github/workflows/tests-services-queue.yml\n# folioscope start ")
    assert len(set(shown)) == 1
    assert main(["fix", "e2e.container", str(root / FOLDER), "--write"]) == 0
    assert f"wrote {FOLDER}/Dockerfile" in capsys.readouterr().out
    assert git(root, "status", "--porcelain") == f"?? {FOLDER}/Dockerfile"


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    root = write_files(tmp_path / "r", within(SERVICE))
    (root / "empty").mkdir()
    with pytest.raises(TargetError, match="There is no folder nowhere"):
        place_of(root, "nowhere")
    with pytest.raises(UsageError, match="lies outside"):
        place_of(root, "..")
    with pytest.raises(TargetError, match="no file in empty"):
        made(root, "ci.tests", "empty")


def test_a_folder_with_signs_gets_no_workflow(tmp_path: Path) -> None:
    root = write_files(tmp_path, within(SERVICE, "my ${{ apps }}"))
    for criterion in ("ci.tests", "ci.model-gate", "repro.hooks"):
        with pytest.raises(RefusalError, match="signs that a workflow may read otherwise"):
            made(root, criterion, "my ${{ apps }}")
    assert made(root, "e2e.container", "my ${{ apps }}").files[0].path == "my ${{ apps }}/Dockerfile"
