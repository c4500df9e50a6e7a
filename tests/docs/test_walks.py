"""The documentation followed word by word in a fresh environment."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from analyzer.cli import parser_of
from tests.docs.fresh import Fresh
from tests.docs.walk import follow, is_walked, prepare, steps_of

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
WALKED = [page for page in PAGES if is_walked(page.read_text("utf-8"))]
SHELL = re.compile(r"^ *```(?:sh|bash)\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
INSTALLS = "pip install"


def name_of(page: Path) -> str:
    return page.relative_to(ROOT / "docs").as_posix()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("page", WALKED, ids=name_of)
def test_what_a_page_says_is_what_happens(page: Path, fresh: Fresh, tmp_path: Path) -> None:
    text = page.read_text("utf-8")
    (work := tmp_path / "work").mkdir()
    (home := tmp_path / "home").mkdir()
    prepare(text, work)
    own = fresh.copy(tmp_path / "own") if any(INSTALLS in step.command for step in steps_of(text)) else fresh
    wrong = [
        f"{name_of(page)}:{step.line}: $ {step.command}\nthe page says\n"
        + "\n".join(step.printed)
        + f"\nit prints\n{out}"
        for step, out in follow(text, work, {**own.environment(home), "EXAMPLES": str(ROOT / "docs" / "examples")})
    ]
    assert not wrong, "\n\n".join(wrong)


def test_every_tutorial_and_guide_is_followed() -> None:
    assert {name_of(page) for page in WALKED} >= {
        "tutorials/candidate.md",
        "tutorials/recruiter.md",
        "tutorials/owner.md",
        "configuration.md",
        "starts.md",
        "writing-a-rule.md",
    }


def test_every_console_block_is_followed() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        assert "```console" not in text or is_walked(text), f"{name_of(page)} shows a console and is not followed"


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES], ids=lambda page: page.name)
def test_every_command_is_one_that_the_parser_knows(page: Path) -> None:
    parser, text = parser_of(whole=True), page.read_text("utf-8")
    shown = [line for block in SHELL.findall(text) for line in block.replace("\\\n", " ").splitlines()]
    shown += [step.command.splitlines()[0].rstrip("\\") for step in steps_of(text)]
    for line in shown:
        plain = re.sub(r"\s#.*|\d?>\s*\S+", "", line)
        for command in re.split(r"\s*(?:&&|\|\||;|(?<!\|)\|(?!\|))\s*", plain):
            if command.startswith("folioscope ") and "--help" not in command:
                parser.parse_args(shlex.split(command)[1:])


@pytest.mark.parametrize("marks", ["$ a\n...\nz\n", "$ a\nx...z\n", "$ a \\\n  b\nq\n"])
def test_elisions_and_continued_lines_are_read(marks: str) -> None:
    [step] = steps_of(f"```console\n{marks}```\n")
    assert step.command.startswith("a")
    assert len(step.printed) in (1, 2)


def test_a_page_that_says_something_else_is_caught(fresh: Fresh, tmp_path: Path) -> None:
    environment = fresh.environment(tmp_path)
    page = "```console\n$ echo one; echo two\none\n$ false\n$ cd / && pwd\n/\n$ pwd\n/\n$ echo a b c\na...c\n```\n"
    assert [step.command for step, _ in follow(page, tmp_path, environment)] == ["echo one; echo two", "false"]


def test_the_environment_is_fresh(fresh: Fresh, tmp_path: Path) -> None:
    page = "```console\n$ python -c 'import analyzer; print(analyzer.__file__)'\n" + f"{fresh.folder}...\n```\n"
    assert list(follow(page, tmp_path, fresh.environment(tmp_path))) == []
