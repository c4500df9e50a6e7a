"""``folioscope history``: the score over commits, the same as reports of their own would say."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from analyzer import Options, analyze
from analyzer.cli import main
from analyzer.errors import TargetError, UsageError
from analyzer.isolation.process import last_active
from analyzer.limits import Limits
from analyzer.reporters.trend import moves, print_trend, render_json, render_svg, sparkline
from analyzer.snapshot import Entry, open_git
from analyzer.timeline import Choice, choose, differences, seconds_of
from analyzer.trend import Trend, read_trend
from tests.conftest import write_files
from tests.git_server import serve

DAY = 86_400
START = 1_700_000_000
TRAIN = "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"
STEPS: tuple[dict[str, str], ...] = (
    {"README.md": "# Work\n"},
    {"train.py": TRAIN},
    {"data/a.bin": "1"},
    {"data/a.bin": "2"},
    {"requirements.txt": "scikit-learn==1.5.0\n", "Makefile": "train:\n\tpython train.py\n"},
    {"data/a.bin": "3", "b/ü.txt": "x", "a.b": "y", "a/c": "z"},
    {"requirements.txt": "scikit-learn\n"},
)


def git_at(folder: Path, seconds: int, *arguments: str) -> str:
    """Run git in a folder with a fixed identity, at a moment of its own."""
    when = f"{seconds} +0000"
    identity = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    environment = identity | {
        "PATH": os.environ["PATH"],
        "HOME": os.devnull,
        "GIT_AUTHOR_DATE": when,
        "GIT_COMMITTER_DATE": when,
    }
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seven commits, one each ten days, the second and the last with a tag."""
    folder = tmp_path_factory.mktemp("history") / "work"
    folder.mkdir()
    git_at(folder, START, "init", "-q", "-b", "main")
    for number, files in enumerate(STEPS):
        write_files(folder, files)
        git_at(folder, START, "add", "-A")
        git_at(folder, START + 10 * DAY * number, "commit", "-q", "-m", f"step {number}")
    git_at(folder, START, "tag", "v1", "HEAD~5")
    git_at(folder, START, "tag", "-a", "-m", "second", "v2")
    return folder


TRACKS = "import mlflow\n\n\ndef client():\n    return mlflow\n"
USES = (
    "from lib.tracking import client\nfrom sklearn.svm import SVC\n\n\ndef fit(rows):\n    model = SVC()\n    model.fit(rows, rows)\n"
    "    client().log_metric('rmse', 1.0)\n    client().sklearn.log_model(model, 'm')\n    return model\n\n\n"
    "if __name__ == '__main__':\n    fit([[1]])\n"
)
FLOW = (
    "from prefect import flow, task\n\nfrom train import fit\n\n\n@task\ndef load():\n    return [[1]]\n\n\n@flow\ndef weekly():\n"
    "    fit(load())\n"
)
TEST = (
    "from train import fit\n\n\ndef test_a():\n    assert fit([[1]])\n\n\ndef test_b():\n    assert fit([[2]]) != 3\n"
)
CI = "on: push\njobs:\n  t:\n    runs-on: ubuntu-latest\n    steps:\n    - run: {command}\n"
REACHING: tuple[dict[str, str | None], ...] = (
    {"lib/__init__.py": "", "lib/tracking.py": TRACKS, "train.py": USES, "README.md": "# Rows\n"},
    {"requirements.txt": "mlflow==2.9.2\nscikit-learn==1.5.2\nprefect==2.14.0\n"},
    {"lib/tracking.py": "import logging\n\n\ndef client():\n    return logging\n"},
    {"lib/tracking.py": TRACKS.replace("client", "tracker")},
    {"lib/tracking.py": TRACKS},
    {"flows/weekly.py": FLOW},
    {"Makefile": "run:\n\tpython flows/weekly.py\n"},
    {".github/workflows/ci.yml": CI.format(command="pytest")},
    {"tests/test_train.py": TEST},
    {".github/workflows/ci.yml": CI.format(command="python flows/weekly.py")},
    {"train.py": USES.replace("def fit", "def learn").replace("fit([[1]])", "learn([[1]])")},
    {"train.py": USES + "\n\ndef step(value):\n    return value * 2\n"},
    {
        "README.md": "# Rows\n\n`lib/tracking.py` keeps every run of `weekly` with mlflow.\n\npip install -r requirements.txt\n"
    },
    {"docs/why.md": "# Why\n\nThe `weekly` flow of flows/weekly.py calls `fit`, since rows arrive late.\n"},
    {"requirements.txt": "scikit-learn==0.20.0\n"},
    {"mlflow.py": "def log_metric(name, value):\n    print(name, value)\n"},
    {"mlflow.py": None, "lib/tracking.py": None},
    {"lib/tracking.py": TRACKS, "Makefile": None},
    {"data/rows.csv": "a,b\n1,2\n"},
    {"data/rows.csv": "a,b\n1,3\n"},
    {"data/rows.csv": ""},
)
"""Each commit changes what other files, which stay as they are, come to."""

ALL = Choice(last=100)
ANEW = Options(cached=False)


def trend(work: Path, choice: Choice = ALL, options: Options = ANEW) -> Trend:
    return read_trend(str(work), choice, options)


def test_each_point_is_the_score_of_a_report_of_its_own(work):
    for point in trend(work).points:
        report = analyze(str(work), Options(ref=point.moment.commit))
        assert point.score == report.scorecard.score
        assert point.statuses == {item.criterion.id: item.decision.status.value for item in report.scorecard.criteria}


def test_what_is_kept_of_a_file_holds_only_as_long_as_what_it_rests_on(tmp_path):
    git_at(tmp_path, START, "init", "-q", "-b", "main")
    for number, files in enumerate(REACHING):
        write_files(tmp_path, {path: text for path, text in files.items() if text is not None})
        for path in [path for path, text in files.items() if text is None]:
            (tmp_path / path).unlink()
        git_at(tmp_path, START, "add", "-A")
        git_at(tmp_path, START + 10 * DAY * number, "commit", "-q", "-m", f"step {number}")
    found = trend(tmp_path)
    assert len({point.score for point in found.points}) > 8, "most commits tell"
    # One tree comes back, and another number in a table of data tells nothing; an empty table might.
    assert found.judged == len(REACHING) - 2
    for point in found.points:
        report = analyze(str(tmp_path), Options(ref=point.moment.commit))
        statuses = {item.criterion.id: item.decision.status.value for item in report.scorecard.criteria}
        assert (point.statuses, point.score) == (statuses, report.scorecard.score), point.moment.subject


def test_commits_that_change_nothing_that_was_looked_into_are_not_judged_anew(work):
    found = trend(work)
    assert len(found.points) == len(STEPS)
    assert found.judged == len(STEPS) - 1  # the second version of the binary file


def test_answers_are_kept_by_tree(work):
    first = trend(work, options=Options())
    again = trend(work, options=Options())
    assert (first.judged, again.judged) == (len(STEPS) - 1, 0)
    assert again.points == first.points
    assert trend(work, options=Options(rubric="startup")).judged > 0


def test_trees_are_those_that_git_lists(work):
    moments = choose(work / ".git", "HEAD", Choice(last=100), Limits())
    tree: dict[str, Entry] = {}
    for moment, difference in zip(moments, differences(work / ".git", moments, Limits()), strict=True):
        for path in difference.gone:
            del tree[path]
        tree.update((entry.path, entry) for entry in difference.changed)
        with open_git(work / ".git", moment.commit, Limits()) as snapshot:
            listed = list(snapshot.entries.values())
        assert sorted(tree.values(), key=lambda entry: entry.path.encode()) == listed


def test_removed_and_renamed_files_and_links(work, tmp_path):
    copy = tmp_path / "copy"
    git_at(tmp_path, START, "clone", "-q", str(work), str(copy))
    (copy / "train.py").rename(copy / "fit.py")
    (copy / "link").symlink_to("README.md")
    git_at(copy, START, "rm", "-q", "-r", "data")
    git_at(copy, START, "add", "-A")
    git_at(copy, START + 100 * DAY, "commit", "-q", "-m", "moved")
    last = trend(copy).points[-1]
    assert last.score == analyze(str(copy)).scorecard.score
    moments = choose(copy / ".git", "HEAD", Choice(last=2), Limits())
    gone = differences(copy / ".git", moments, Limits())[1].gone
    assert sorted(gone) == ["data/a.bin", "train.py"]


# -- which commits ---------------------------------------------------------------------------------------------------


def days(work: Path, choice: Choice) -> list[int]:
    return [(item.seconds - START) // DAY for item in choose(work / ".git", "HEAD", choice, Limits())]


def test_the_last_commits(work):
    assert days(work, Choice(last=3)) == [40, 50, 60]


def test_the_newest_commit_of_each_period(work):
    assert days(work, Choice(every=seconds_of("3w"))) == [10, 30, 60]
    assert days(work, Choice(every=seconds_of("1y"))) == [60]
    assert days(work, Choice(every=seconds_of("1d"))) == [0, 10, 20, 30, 40, 50, 60]


def test_without_a_choice_few_points_cover_the_whole_history(work):
    assert days(work, Choice()) == [0, 10, 20, 30, 40, 50, 60]
    assert days(work, Choice(few=3)) == [0, 30, 60]


def test_commits_with_tags(work):
    found = choose(work / ".git", "HEAD", Choice(tags=True), Limits())
    assert [(item.tags, (item.seconds - START) // DAY) for item in found] == [(("v1",), 10), (("v2",), 60)]


def test_a_commit_that_is_dated_after_its_child_is_no_trouble(tmp_path):
    git_at(tmp_path, START, "init", "-q", "-b", "main")
    for number in (0, 50, 10, 60):
        git_at(tmp_path, START + number * DAY, "commit", "-q", "--allow-empty", "-m", str(number))
    assert days(tmp_path, Choice(every=20 * DAY))[-1] == 60
    assert set(days(tmp_path, Choice(every=20 * DAY))) <= {0, 10, 50, 60}


@pytest.mark.parametrize("text", ["", "1", "w", "0w", "1.5w", "1h", "-1w", "99999d"])
def test_what_is_no_period(text):
    with pytest.raises(UsageError, match="no period"):
        seconds_of(text)


# -- how it is shown -------------------------------------------------------------------------------------------------


def test_a_sparkline_is_as_high_as_the_score():
    assert sparkline([0, 12.4, 50, 99, 100]) == "▁▁▅██"
    assert sparkline(range(100), width=10) == sparkline(range(9, 100, 10))


def test_moves_leave_out_what_was_not_assessed():
    before = {"a": "missing", "b": "met", "c": "unknown", "d": "partial"}
    assert moves(before, {"a": "partial", "b": "missing", "c": "met", "d": "partial", "e": "met"}) == (["a"], ["b"])


def test_the_table_says_which_criteria_moved(work, capsys):
    assert main(["history", str(work), "--last", "7"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("work\n")
    assert "2023-11-24  " in said
    assert "+e2e.training" in said
    assert "-repro.dependencies" in said


def test_json_has_every_point_and_the_same_bytes_again(work):
    document = json.loads(render_json(trend(work)))
    assert [item["subject"] for item in document["points"]] == [f"step {number}" for number in range(len(STEPS))]
    assert document["points"][1]["gained"] == ["e2e.training"]
    assert document["points"][-1]["tags"] == ["v2"]
    assert render_json(trend(work)) == render_json(trend(work))


def test_the_picture_has_a_title_and_stays_in_its_frame(work):
    root = ET.fromstring(render_svg(trend(work)))
    space = "{http://www.w3.org/2000/svg}"
    assert "score over time" in (root.findtext(f"{space}title") or "")
    assert "7 commits" in (root.findtext(f"{space}desc") or "")
    line = root.find(f"{space}polyline")
    assert line is not None
    places = [tuple(map(float, place.split(","))) for place in (line.get("points") or "").split()]
    assert len(places) == len(STEPS)
    assert all(0 <= x <= 720 and 0 <= y <= 260 for x, y in places)


def test_one_commit_is_a_history_too(work):
    only = trend(work, Choice(last=1))
    assert len(only.points) == 1
    ET.fromstring(render_svg(only))
    from io import StringIO

    from analyzer.reporters.text import console_for

    buffer = StringIO()
    print_trend(only, console_for(buffer, color=False))
    assert "one commit, so no change\n" in buffer.getvalue()
    assert "since" not in buffer.getvalue()


@pytest.mark.parametrize("form", ["text", "json", "svg"])
def test_output_is_written_to_a_file(work, tmp_path, capsys, form):
    arguments = ["history", str(work), "--format", form, "--last", "2"]
    assert main([*arguments, "--output", str(tmp_path / "trend")]) == 0
    assert capsys.readouterr().out == ""
    assert main(arguments) == 0
    assert capsys.readouterr().out == (tmp_path / "trend").read_text("utf-8")


def test_quiet_prints_scores_alone(work, capsys):
    assert main(["history", str(work), "--tags", "--quiet"]) == 0
    assert len([float(line) for line in capsys.readouterr().out.splitlines()]) == 2


# -- where it is read ------------------------------------------------------------------------------------------------


def test_a_folder_of_the_repository(work):
    found = trend(work / "data")
    assert [point.moment.subject for point in found.points] == [f"step {number}" for number in range(2, 7)]
    with pytest.raises(TargetError, match="No chosen commit has a folder"):
        trend(work, options=Options(subdir="nowhere", cached=False))


def test_a_remote_repository_is_fetched_with_its_files_and_tags(work, tmp_path):
    with serve(tmp_path / "served") as server:
        (tmp_path / "served").mkdir()
        server.publish(work, "o/r")
        options = Options(hosts=(server.host,), cached=False)
        found = read_trend(server.url("o/r"), Choice(last=100), options)
        tagged = read_trend(server.url("o/r"), Choice(tags=True), options)
        cut = read_trend(server.url("o/r"), Choice(last=100), Options(hosts=(server.host,), limits=Limits(history=3)))
    here = trend(work)
    assert [point.statuses for point in found.points] == [point.statuses for point in here.points]
    assert (found.name, found.complete) == ("o/r", True)
    assert [point.moment.tags for point in tagged.points] == [("v1",), ("v2",)]
    assert (len(cut.points), cut.complete) == (3, False)


def test_several_processes_find_what_one_finds(tmp_path):
    git_at(tmp_path, START, "init", "-q", "-b", "main")
    for number in range(3 * len(REACHING)):
        files = REACHING[number % len(REACHING)]
        write_files(tmp_path, {path: text for path, text in files.items() if text is not None})
        for path in [path for path, text in files.items() if text is None]:
            (tmp_path / path).unlink()
        git_at(tmp_path, START, "add", "-A")
        git_at(tmp_path, START + 10 * DAY * number, "commit", "-q", "--allow-empty", "-m", f"step {number}")
    alone = trend(tmp_path)
    told = []
    shared = read_trend(str(tmp_path), ALL, ANEW, lambda *said: told.append(said), jobs=3)
    assert shared.points == alone.points
    count = len(alone.points)
    assert told == [("judge", f"{number} of {count} commits") for number in range(1, count + 1)]
    # What processes found is kept by the one that started them.
    read_trend(str(tmp_path), ALL, Options(), jobs=2)
    assert trend(tmp_path, options=Options()).judged == 0


def test_an_interrupt_loses_no_answer(work):
    def interrupt(_: str, detail: str) -> None:
        if detail.startswith("3 of"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_trend(str(work), ALL, Options(), interrupt)
    again = trend(work, options=Options())
    assert again.judged < trend(work).judged
    assert len(again.points) == len(STEPS)


@pytest.mark.parametrize("isolated", [False, True])
def test_a_foreign_repository_is_judged_in_confined_processes(work, tmp_path, monkeypatch, isolated):
    def judged(*_: object, **__: object) -> None:
        raise UsageError(f"limits: {', '.join(last_active().limits)}")

    monkeypatch.setattr("analyzer.trend.judge", judged)
    (tmp_path / "served").mkdir()
    with serve(tmp_path / "served") as server:
        server.publish(work, "o/r")
        target = str(work) if isolated else server.url("o/r")
        options = Options(hosts=(server.host,), cached=False, isolated=isolated)
        with pytest.raises(UsageError, match="address space"):
            read_trend(target, ALL, options)


def test_what_has_no_history_says_so(tmp_path, capsys):
    write_files(tmp_path, {"README.md": "# x\n"})
    assert main(["history", str(tmp_path)]) == 3
    assert "is in no git repository" in capsys.readouterr().err
    assert main(["history", "o/r", "--offline"]) == 3
    git_at(tmp_path, START, "init", "-q")
    assert main(["history", str(tmp_path)]) == 3
    assert "it has no commit yet" in capsys.readouterr().err
    git_at(tmp_path, START, "commit", "-q", "--allow-empty", "-m", "empty")
    assert main(["history", str(tmp_path), "--tags"]) == 3
    assert "There is no tag" in capsys.readouterr().err
