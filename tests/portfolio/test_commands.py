"""``folioscope portfolio`` and ``folioscope projects``, from arguments to exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from analyzer.cli import main
from analyzer.portfolio.reporters.document import portfolio_schema
from tests.conftest import BuildGit
from tests.platform.api_server import Answer, api_server
from tests.platform.values import SECONDARY, account, repository, tree
from tests.portfolio.test_choose import PAGE, SERVICE


@pytest.fixture
def two(git_repository: BuildGit) -> list[str]:
    odd = {
        **SERVICE,
        "=cmd|calc!A0.py": "import sklearn\n",
        "README.md": "# <script>alert(1)</script> | pipe\n",
    }
    return [str(git_repository(SERVICE, "parcels")), str(git_repository(odd, "=odd|name"))]


def test_the_score_alone(two: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["portfolio", *two, "--quiet", "--jobs", "1"]) == 0
    assert float(capsys.readouterr().out) > 0


def test_below_the_threshold_is_exit_code_1(two: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(["portfolio", *two, "--quiet", "--jobs", "1", "--fail-under", "99"]) == 1
    assert "below 99" in capsys.readouterr().err


def test_json_is_as_its_schema_says_and_the_same_twice(two: list[str], capsysbinary: pytest.CaptureFixture[bytes]):
    outputs = []
    for jobs in ("1", "2"):
        assert main(["portfolio", *two, "--format", "json", "--jobs", jobs]) == 0
        outputs.append(capsysbinary.readouterr().out)
    assert outputs[0] == outputs[1]
    Draft202012Validator(portfolio_schema()).validate(json.loads(outputs[0]))


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]):
    assert main(["schema", "portfolio"]) == 0
    schema = json.loads(capsys.readouterr().out)
    Draft202012Validator.check_schema(schema)
    assert schema == portfolio_schema()


def test_a_cell_computes_nothing(two: list[str], tmp_path: Path):
    file = tmp_path / "portfolio.csv"
    assert main(["portfolio", two[1], "--format", "csv", "--output", str(file), "--jobs", "1"]) == 0
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8"))))
    assert rows[0][0] == "section"
    cells = [cell for row in rows[1:] for cell in row]
    assert any(cell.startswith("'=odd") for cell in cells)
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)


def test_a_page_and_markdown_show_names_as_they_are(two: list[str], capsysbinary: pytest.CaptureFixture[bytes]):
    assert main(["portfolio", *two, "--format", "html", "--jobs", "1"]) == 0
    page = capsysbinary.readouterr().out.decode()
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert main(["portfolio", *two, "--format", "markdown", "--jobs", "1"]) == 0
    assert "`=odd\\|name`" in capsysbinary.readouterr().out.decode()


def test_what_failed_and_what_was_left_out_is_told(
    two: list[str], git_repository: BuildGit, capsys: pytest.CaptureFixture[str]
):
    page = str(git_repository(PAGE, "page"))
    assert main(["portfolio", two[0], page, "/no/such/folder", "--jobs", "1", "--verbose", "--no-color"]) == 0
    told = capsys.readouterr()
    assert "page: no file name speaks" in told.out
    assert "Could not be read; no part of the score" in told.out
    assert "/no/such/folder was not read" in told.err


def test_a_user_through_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], git_repository: BuildGit
):
    """From a login to a portfolio; the address of the listed repository is one that cannot be cloned here."""
    with api_server() as api:
        account(api, repository(api, "octocat/page", html_url="https://github.com/octocat/page"))
        tree(api, "octocat/page", *PAGE)
        monkeypatch.setenv("FOLIOSCOPE_GITHUB_API", api.base)
        api.answers["/users/nobody"] = Answer({"message": "Not Found"}, 404)
        assert main(["portfolio", "nobody"]) == 3
        assert "nobody is unknown: GitHub does not show it" in capsys.readouterr().err


@pytest.mark.parametrize(("words", "lines"), [([], 1), (["--quiet"], 0)])
def test_without_a_terminal_it_is_told_what_is_waited_for(
    words: list[str], lines: int, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
):
    with api_server() as api:
        limited = Answer(SECONDARY, 429, {"Retry-After": "3"})
        api.answers["/users/nobody"] = [limited, Answer({"message": "Not Found"}, 404)]
        monkeypatch.setenv("FOLIOSCOPE_GITHUB_API", api.base)
        assert main(["portfolio", "nobody", *words]) == 3
    said = capfd.readouterr().err.splitlines()
    assert [line.partition(": 3 s more")[0] for line in said[:-2]] == [
        "folioscope: waiting: a rate limit of GitHub is used up"
    ] * lines


@pytest.mark.parametrize(
    "arguments",
    [["portfolio", "octocat", "--offline"], ["portfolio", "a/b", "c/d", "--subdir", "x"]],
)
def test_wrong_use_is_exit_code_2(arguments: list[str], capsys: pytest.CaptureFixture[str]):
    assert main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 2


def test_projects_are_listed(git_repository: BuildGit, capsys: pytest.CaptureFixture[str]):
    files = {f"{name}/{path}": text for name in ("one", "two") for path, text in SERVICE.items()}
    work = str(git_repository(files))
    assert main(["projects", work]) == 0
    assert "2 projects inside" in capsys.readouterr().out
    assert main(["projects", work, "--quiet"]) == 0
    assert capsys.readouterr().out == "one\ntwo\n"
    assert main(["projects", work, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [item["path"] for item in document["projects"]] == ["one", "two"]
    assert document["whole"]["files"] == 6


def test_projects_of_the_work_tree_and_of_a_plain_folder(
    git_repository: BuildGit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    work = git_repository({"README.md": "# Words\n"})
    for path, text in SERVICE.items():
        (work / "new" / path).parent.mkdir(parents=True, exist_ok=True)
        (work / "new" / path).write_text(text)
    assert main(["projects", str(work), "--quiet"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["projects", str(work), "--quiet", "--worktree"]) == 0
    assert capsys.readouterr().out == "new\n"
    assert main(["projects", str(work), "--quiet", "--standalone"]) == 0
    assert capsys.readouterr().out == "new\n"
    assert main(["projects", str(tmp_path / "gone"), "--quiet"]) == 3
