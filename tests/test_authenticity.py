"""Facts beside the score: they describe, and never change a point."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

from analyzer import Options, analyze
from analyzer.authenticity import Authenticity
from analyzer.limits import Limits
from analyzer.reporters.json_report import as_document, from_document, render_json
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
from analyzer.rubric import load_rubric
from tests.conftest import BuildGit, commit_all, git, write_files

FILES = {"README.md": "# Rain\n\nThe service runs on Kubernetes with an accuracy of 0.87.\n", "train.py": "print(1)\n"}


def facts(path: Path, options: Options | None = None) -> Authenticity:
    return analyze(str(path), options or Options()).authenticity


def test_one_commit_holds_everything(git_repository: BuildGit):
    growth = facts(git_repository(FILES)).growth

    assert growth
    assert (growth.commits, growth.days, growth.authors, growth.largest_share) == (1, 1, 1, 1.0)


def test_growth_shows_how_much_one_commit_brought(git_repository: BuildGit):
    folder = git_repository({"a.py": "a = 1\n", "b.py": "b = 1\n", "c.py": "c = 1\n"})
    write_files(folder, {"d.py": "d = 1\n"})
    commit_all(folder, "more")

    found = facts(folder)

    assert found.growth
    assert found.growth.largest_share == 0.75
    assert "2 commits by 1 author; one commit brought 75% of the files." in found.facts


def test_a_shallow_copy_says_so(git_repository: BuildGit, tmp_path: Path):
    folder = git_repository(FILES)
    write_files(folder, {"d.py": "d = 1\n"})
    commit_all(folder, "more")
    git(tmp_path, "clone", "-q", "--depth=1", folder.as_uri(), "shallow")

    growth = facts(tmp_path / "shallow").growth

    assert growth
    assert (growth.commits, growth.complete, growth.largest_share) == (1, False, None)


def test_the_number_of_commits_is_bounded(git_repository: BuildGit):
    folder = git_repository(FILES)
    for index in range(4):
        commit_all(folder, f"step {index}")

    growth = facts(folder, Options(limits=replace(Limits(), history=3))).growth

    assert growth
    assert (growth.commits, growth.complete) == (3, False)


def test_a_plain_folder_has_no_history(tmp_path: Path):
    found = facts(write_files(tmp_path, FILES), Options(standalone=True))

    assert found.growth is None
    assert "The history is unknown: no commit was read." in found.facts


def test_the_share_of_the_owner_is_a_fact_and_no_point(git_repository: BuildGit):
    folder = git_repository(FILES)

    without = analyze(str(folder))
    named = analyze(str(folder), Options(owner="Tester"))

    assert without.authenticity.ownership is None
    assert named.authenticity.ownership
    assert named.authenticity.ownership.share == 1.0
    assert named.scorecard == without.scorecard
    assert facts(folder, Options(owner="tester@example.org")).ownership == named.authenticity.ownership
    other = facts(folder, Options(owner="somebody")).ownership
    assert other
    assert (other.commits, other.among) == (0, 1)


def commit_by(folder: Path, name: str, email: str, number: int) -> None:
    write_files(folder, {f"{number}.py": "x = 1\n"})
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "more", f"--author={name} <{email}>")


def test_two_addresses_of_one_person_are_one_author(git_repository: BuildGit):
    folder = git_repository(FILES)
    commit_by(folder, "Ana Möller", "ana@laptop.local", 1)
    commit_by(folder, "Ana Möller", "12+anam@users.noreply.github.com", 2)
    commit_by(folder, "Ana M", "anam@users.noreply.github.com", 3)
    commit_by(folder, "root", "root@a", 4)
    commit_by(folder, "root", "root@b", 5)

    found = facts(folder, Options(owner="anam"))

    assert found.growth
    assert found.growth.authors == 4
    assert any("6 commits under 4 names" in item for item in found.facts)
    assert found.ownership
    assert (found.ownership.commits, found.ownership.among) == (3, 6)
    assert "3 of 6 commits (50%) carry a name, address or account of the owner that was named." in found.facts


def test_course_work_around_the_project_is_counted(git_repository: BuildGit):
    folder = git_repository({"homework/hw1.py": "x = 1\n", "homework/hw2.py": "y = 1\n", "project/train.py": "z = 1\n"})

    assert facts(folder).course_share == 0.6667
    assert facts(folder, Options(subdir="project")).course_share == 0.6667


def test_generated_and_vendored_parts_are_counted(git_repository: BuildGit):
    folder = git_repository({**FILES, "mlruns/0/meta.yaml": "a: 1\n", "venv/x.py": "x = 1\n", "venv/y.py": "y = 1\n"})

    assert "Not counted as evidence: 2 vendored, 1 generated files." in facts(folder).facts


def test_a_single_file_aside_is_a_file(git_repository: BuildGit):
    folder = git_repository({**FILES, "mlruns/0/meta.yaml": "a: 1\n"})

    assert "Not counted as evidence: 1 generated file." in facts(folder).facts


def test_nobody_is_named(git_repository: BuildGit):
    report = analyze(str(git_repository(FILES)), Options(owner="Tester"))

    assert "Tester" not in render_json(report)
    assert "tester@example.org" not in render_json(report)


def test_bare_and_work_tree_give_the_same_bytes(git_repository: BuildGit, tmp_path: Path):
    folder = git_repository(FILES, name="same")
    bare = tmp_path / "elsewhere" / "same.git"
    bare.parent.mkdir()
    subprocess.run(["git", "clone", "-q", "--bare", str(folder), str(bare)], check=True, capture_output=True)
    git(bare, "remote", "remove", "origin")

    assert render_json(analyze(str(bare))) == render_json(analyze(str(folder)))


def test_a_document_gives_the_report_back(git_repository: BuildGit):
    folder = git_repository({**FILES, "metrics.json": '{"accuracy": 0.871}\n'})
    report = analyze(str(folder), Options(owner="Tester"))

    document = as_document(report)
    again = from_document(document, load_rubric("mlops"), report.target.input)

    assert (again.claims, again.outcomes, again.authenticity) == (report.claims, report.outcomes, report.authenticity)
    assert as_document(again) == document


def test_text_and_markdown_have_the_panels(git_repository: BuildGit):
    report = analyze(str(git_repository(FILES)))

    for shown in (render_text(report), render_markdown(report)):
        assert "Facts beside the score" in shown
        assert "Outcomes in numbers" in shown
        assert "mentions Kubernetes; no manifest, chart or client code was found." in " ".join(shown.split())
