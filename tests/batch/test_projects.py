"""Projects inside a repository: each counts for itself beside the whole, so that weak neighbours lower none of them."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from analyzer.analysis import Options, analyze
from analyzer.batch.rerun import rerun
from analyzer.cli import main
from analyzer.errors import LimitError, UsageError
from analyzer.portfolio import analyze_portfolio
from tests.batch.conftest import RunBatch, lines_of, project, sorted_bytes
from tests.batch.test_server import run, service
from tests.conftest import BuildGit
from tests.git_server import serve

__all__ = ["service"]


def course(strong: str = "demand") -> dict[str, str]:
    """A strong project between weak ones, as the repository of a course has it."""
    weak = {f"{name}/{path}": text for name in ("tips", "toys") for path, text in project(name, 2).items()}
    weak |= {f"{name}/requirements.txt": "scikit-learn\n" for name in ("tips", "toys")}
    own = {f"{strong}/{path}": text for path, text in project(strong, 4).items()}
    own[f"{strong}/tests/test_train.py"] = (
        "from train import train_demand\n\n\ndef test_it():\n    assert train_demand\n"
    )
    large = {f"tips/notes_{number}.py": "x = 1\n" * 400 for number in range(2)}  # not read: what is in it is unknown
    return {"README.md": "# My course\n", **weak, **own, **large}


OPTIONS = Options(limits=Options().limits.with_overrides(blob_bytes=2000))


@pytest.fixture
def work(git_repository: BuildGit) -> Path:
    return git_repository(course())


@pytest.fixture
def one(work: Path, tmp_path: Path) -> Path:
    """A list of one applicant with that repository."""
    file = tmp_path / "one.csv"
    file.write_text(f"name,repo\nAda,{work}\n")
    return file


def line_of(folder: Path) -> dict[str, Any]:
    (line,) = lines_of(folder)
    return line


def test_weak_neighbours_lower_no_project(batch_of: RunBatch, one: Path, work: Path, tmp_path: Path):
    batch_of(one, options=OPTIONS)
    line = line_of(tmp_path / "out")
    whole = analyze(str(work), OPTIONS).scorecard.score
    alone = {path: analyze(str(work / path), OPTIONS).scorecard.score for path in ("demand", "tips", "toys")}
    assert alone["demand"] > whole > alone["tips"]
    assert line["score"] == analyze_portfolio([str(work)], OPTIONS, split=True).score >= alone["demand"]
    assert {item["subdir"]: item["score"] for item in line["projects"]} == alone
    assert [item["score"] for item in line["repositories"]] == [whole]
    assert "work (demand)" in {item["repository"] for item in line["criteria"]}


def test_a_portfolio_of_several_has_the_projects_of_each(batch_of: RunBatch, work: Path, projects, tmp_path: Path):
    file = tmp_path / "list.jsonl"
    file.write_text(json.dumps({"repos": [str(projects[0]), str(work)]}) + "\n")
    batch_of(file, options=OPTIONS)
    line = line_of(tmp_path / "out")
    assert line["score"] == analyze_portfolio([str(projects[0]), str(work)], OPTIONS, split=True, everything=True).score
    assert (len(line["repositories"]), len(line["projects"])) == (2, 3)


def test_the_store_and_two_workers_give_the_same_bytes(batch_of: RunBatch, one: Path, tmp_path: Path):
    batch_of(one, options=OPTIONS)
    assert batch_of(one, "stored", options=OPTIONS).stored == 1
    batch_of(one, "two", options=OPTIONS, jobs=2, store=tmp_path / "other.sqlite")
    assert sorted_bytes(tmp_path / "stored") == sorted_bytes(tmp_path / "out") == sorted_bytes(tmp_path / "two")


def test_what_a_batch_over_wholes_kept_is_read_again_where_it_is_not_enough(
    batch_of: RunBatch, one: Path, work: Path, tmp_path: Path
):
    batch_of(one, "whole", options=OPTIONS, whole=True)
    line = line_of(tmp_path / "whole")
    assert line["score"] == analyze(str(work), OPTIONS).scorecard.score
    assert "projects" not in line
    assert batch_of(one, options=OPTIONS).stored == 0
    assert len(line_of(tmp_path / "out")["projects"]) == 3
    assert batch_of(one, "again", options=OPTIONS, whole=True).stored == 1
    assert sorted_bytes(tmp_path / "again") == sorted_bytes(tmp_path / "whole")
    with pytest.raises(UsageError, match="choice of --whole"):
        batch_of(one, "again", options=OPTIONS, resume=True)


def test_a_project_is_compared_where_a_row_names_it(batch_of: RunBatch, one: Path, work: Path, tmp_path: Path):
    """Its fingerprints are in those of the repository, and are made once it is handed in for itself."""
    batch_of(one, options=OPTIONS)
    copy = tmp_path / "copy.csv"
    copy.write_text(f"name,repo,folder\nBob,{work},demand\nCyd,{work},toys\n")
    batch_of(copy, "named", options=OPTIONS)
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as store:
        found = dict(store.execute("select subdir, files from source"))
    assert found == {"": 8, "demand": 4, "tips": -1, "toys": 2}


def test_a_rerun_judges_the_projects_too(batch_of: RunBatch, one: Path, tmp_path: Path):
    batch_of(one, options=OPTIONS)
    found = rerun(line_of(tmp_path / "out"))
    assert found.same


def test_a_project_that_cannot_be_judged_costs_itself_alone(
    batch_of: RunBatch, one: Path, work: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from analyzer.batch import locate

    def failing(target: str, options: Options) -> Any:
        if options.subdir == "tips":
            raise LimitError("The analysis took too long", "")
        return analyze(target, options)

    monkeypatch.setattr(locate, "analyze", failing)
    monkeypatch.setattr("analyzer.batch.run.run_rows", in_this_process)
    counts = batch_of(one, options=OPTIONS)
    line = line_of(tmp_path / "out")
    assert (counts.failed, counts.partial) == (0, 1)
    assert [item["subdir"] for item in line["projects"]] == ["demand", "toys"]
    assert [error["target"] for error in line["not_read"]] == [f"{work} (tips)"]


def in_this_process(rows: Any, setting: Any, *rest: object, **more: object) -> Any:
    """A pool without processes, in which what a test replaced stays replaced."""
    from analyzer.batch.store import open_store
    from analyzer.batch.work import Worker

    with open_store(setting.store) as store:
        for row in rows:
            yield [(row, Worker(setting.options, store, whole=setting.whole).look_at(row))]


def test_a_remote_repository_is_fetched_once_for_all_its_projects(
    git_repository: BuildGit, batch_of: RunBatch, tmp_path: Path
):
    with serve(tmp_path / "host") as git_host:
        git_host.root.mkdir()
        git_host.publish(git_repository(course(), "served"), "ada/course")
        file = tmp_path / "list.txt"
        file.write_text(f"{git_host.url('ada/course')}\n")
        options = Options(hosts=(git_host.host,), limits=OPTIONS.limits)
        batch_of(file, "whole", options=options, whole=True, store=tmp_path / "other.sqlite")
        fetched = len(git_host.requests)
        batch_of(file, options=options)
        assert len(line_of(tmp_path / "out")["projects"]) == 3
        assert len(git_host.requests) == 2 * fetched
        git_host.requests.clear()
        batch_of(file, "again", options=options)
        assert sorted_bytes(tmp_path / "again") == sorted_bytes(tmp_path / "out")
        assert [method for method, _, _ in git_host.requests] == ["GET", "POST"]  # refs alone


def test_a_service_tells_of_the_projects_inside(service: str, one: Path, batch_of: RunBatch, tmp_path: Path):
    run(service, one)
    batch_of(one)
    there, here = line_of(tmp_path / "served"), line_of(tmp_path / "out")
    assert there["projects"]
    assert {**there, "basis": 0} == {**here, "basis": 0}
    run(service, one, "whole", whole=True)
    assert "projects" not in line_of(tmp_path / "whole")


def test_tables_and_page_show_them_and_blind_ones_do_not(one: Path, tmp_path: Path, capsys):
    store = ["--store", str(tmp_path / "store"), "--quiet"]
    assert main(["batch", str(one), "--output", str(tmp_path / "open"), *store]) == 0
    assert "work (demand): " in (tmp_path / "open" / "batch.csv").read_text("utf-8-sig")
    assert "project inside: demand" in (tmp_path / "open" / "batch.html").read_text()
    assert main(["batch", str(one), "--output", str(tmp_path / "hid"), "--blind", str(tmp_path / "key"), *store]) == 0
    assert not [path for path in (tmp_path / "hid").iterdir() if b"tips" in path.read_bytes()]
