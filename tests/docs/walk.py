"""Pages followed word by word: their console blocks are run in order, and what they print is held to the page.

A block of the language ``console`` holds commands (lines that begin with ``$ ``, continued while they end with a
backslash) and what they print. A line of three dots stands for any lines, three dots at the end of a line or between two
words for anything in it. The first comment of the page, ``<!-- walk: FIXTURE as NAME, ... -->``, names the sample
repositories that lie in the folder in which the page begins.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import FIXTURES, commit_all, git

__all__ = ["Step", "follow", "is_walked", "prepare", "steps_of"]

_WALK = re.compile(r"<!-- walk:(.*?)-->", re.DOTALL)
_BLOCK = re.compile(r"^( *)```console\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
_HERE = re.compile(r"<<'?(\w+)'?")
_MARK = "\x1e"
_LONGEST = 240


@dataclass(frozen=True, slots=True)
class Step:
    """A command with the line it stands on, and what the page says it prints."""

    line: int
    command: str
    printed: tuple[str, ...]


def is_walked(text: str) -> bool:
    """Whether a page is one to be followed."""
    return bool(_WALK.search(text))


def steps_of(text: str) -> Iterator[Step]:
    """The commands of a page in order."""
    for block in _BLOCK.finditer(text):
        first = text.count("\n", 0, block.start(2)) + 1
        command, line = "", first
        printed: list[str] = []
        for number, raw in enumerate(block.group(2).splitlines(), first):
            shown = raw.removeprefix(block.group(1))
            if command.endswith("\\") or _is_open(command):
                command += f"\n{shown}"
            elif shown.startswith("$ "):
                if command:
                    yield Step(line, command, tuple(printed))
                command, printed, line = shown[2:], [], number
            else:
                printed.append(shown)
        if command:
            yield Step(line, command, tuple(printed))


def _is_open(command: str) -> bool:
    """Whether a here-document of the command has no end yet."""
    found = _HERE.search(command)
    return found is not None and f"\n{found.group(1)}" not in command


def prepare(text: str, folder: Path) -> None:
    """Put the sample repositories that a page names into a folder, each with one commit."""
    found = _WALK.search(text)
    for item in found.group(1).split(",") if found else ():
        fixture, _, name = item.strip().partition(" as ")
        if not fixture:
            continue
        target = folder / (name or fixture)
        shutil.copytree(FIXTURES / fixture, target, ignore=shutil.ignore_patterns("expected.yaml"))
        git(target, "init", "-q", "-b", "main")
        commit_all(target)


def follow(text: str, folder: Path, environment: Mapping[str, str]) -> Iterator[tuple[Step, str]]:
    """Run the commands of a page; yield each with what it really printed where that is not what the page says."""
    where = str(folder)
    for step in steps_of(text):
        script = f"cd {where!r}\n{step.command}\nprintf '%s%s %s' '{_MARK}' \"$?\" \"$PWD\""
        done = subprocess.run(
            ["bash", "-c", script],
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            timeout=_LONGEST,
            check=False,
        )
        printed, _, end = done.stdout.rpartition(_MARK)
        code, _, where = end.partition(" ")
        if not _matches(step.printed, printed) or code != "0":
            yield step, f"{printed}(exit code {code})"


def _matches(expected: tuple[str, ...], printed: str) -> bool:
    parts = []
    for line in expected:
        if line.strip() == "...":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            words = r"[^\n]*".join(re.escape(piece) for piece in line.rstrip().split("..."))
            parts.append(rf"{words}[ ]*\n")
    return bool(re.fullmatch("".join(parts), printed if printed.endswith("\n") or not printed else f"{printed}\n"))
