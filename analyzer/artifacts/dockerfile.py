"""Dockerfiles and Containerfiles (https://docs.docker.com/reference/dockerfile/), multi-stage and with heredocs."""

from __future__ import annotations

import io
import json
import re

from msgspec import Struct
from msgspec.structs import replace

from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.findings import Place

__all__ = ["Copy", "Dockerfile", "Instruction", "parse_dockerfile"]

_HEREDOC = re.compile(r"<<-?\s*[\"']?(\w[\w.-]*)[\"']?")
_VARIABLE = re.compile(r"\$(?:\{(\w+)(?::?([-+])([^}]*))?\}|(\w+))")
_FLAG = re.compile(r"^--(\w[\w-]*)(?:=(\S*))?\s*")
_FLAGS = re.compile(r"^(?:--\w[\w-]*(?:=\S*)?\s+)+")
_KNOWN = frozenset(
    [
        "FROM",
        "ARG",
        "RUN",
        "CMD",
        "LABEL",
        "MAINTAINER",
        "EXPOSE",
        "ENV",
        "ADD",
        "COPY",
        "ENTRYPOINT",
        "VOLUME",
        "USER",
        "WORKDIR",
        "ONBUILD",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "SHELL",
    ]
)
_MOST_LINES, _LONGEST = 5_000, 200_000  # of a file
_MOST_VARIABLES, _LONGEST_VALUE = 100, 4_096
_MOST = 5000


class Instruction(Struct, frozen=True):
    """One instruction; ``value`` has continuation lines joined, ``stage`` counts FROM from 0 (-1 before)."""

    path: str
    name: str
    value: str
    line: int
    end_line: int
    stage: int
    heredoc: str = ""

    @property
    def place(self) -> Place:
        """The lines of the instruction."""
        return Place(self.path, self.line, self.end_line)

    @property
    def argv(self) -> tuple[str, ...]:
        """The words of the exec form, or of the shell form split at white space."""
        text = self.value.strip()
        if text.startswith("["):
            try:
                words = json.loads(text)
            except (ValueError, RecursionError):
                words = None
            if isinstance(words, list):
                return tuple(str(word) for word in words)
        return tuple(text.split())


class Copy(Struct, frozen=True):
    """COPY or ADD from the build context (``from_stage`` empty) or another stage or image."""

    path: str
    sources: tuple[str, ...]
    destination: str
    from_stage: str
    line: int
    end_line: int

    @property
    def place(self) -> Place:
        """The lines of the instruction."""
        return Place(self.path, self.line, self.end_line)


class Dockerfile(Struct, frozen=True):
    """A Dockerfile with variables substituted by their defaults where they have one."""

    path: str
    instructions: tuple[Instruction, ...]
    error: str = ""

    @property
    def place(self) -> Place:
        """The first FROM, or the first line."""
        return next((item.place for item in self.instructions if item.name == "FROM"), Place(self.path, 1))

    def named(self, *names: str) -> tuple[Instruction, ...]:
        """The instructions of these names, in order."""
        return tuple(item for item in self.instructions if item.name in names)

    @property
    def stages(self) -> tuple[tuple[str, str], ...]:
        """(image, alias) of each FROM."""
        found = []
        for item in self.named("FROM"):
            words = [word for word in item.value.split() if not word.startswith("--")]
            alias = words[2] if len(words) > 2 and words[1].lower() == "as" else ""
            found.append((words[0] if words else "", alias))
        return tuple(found)

    @property
    def images(self) -> tuple[str, ...]:
        """Base images that are no stages of this file."""
        aliases = {alias for _, alias in self.stages if alias}
        return tuple(image for image, _ in self.stages if image and image not in aliases)

    @property
    def copies(self) -> tuple[Copy, ...]:
        """What COPY and ADD bring in."""
        return tuple(copy for item in self.named("COPY", "ADD") if (copy := _copy(item)))

    @property
    def starts(self) -> tuple[Instruction, ...]:
        """ENTRYPOINT and CMD."""
        return self.named("ENTRYPOINT", "CMD")

    @property
    def commands(self) -> tuple[tuple[Instruction, ShellCommand], ...]:
        """The commands of RUN, ENTRYPOINT and CMD with the instruction each stands in."""
        found: list[tuple[Instruction, ShellCommand]] = []
        for item in self.named("RUN", "ENTRYPOINT", "CMD"):
            value = _FLAGS.sub("", item.value.strip())
            if value.startswith("[") and (words := replace(item, value=value).argv):
                found.append((item, ShellCommand(words, item.line)))
                continue
            found += [(item, command) for command in parse_shell(_script(value, item.heredoc))]
        return tuple(found)


def _script(value: str, heredoc: str) -> str:
    """The shell text of an instruction: a heredoc alone is the script, else what the program before it reads."""
    opening = _HEREDOC.search(value) if heredoc else None
    if not opening:
        return value
    alone = not _HEREDOC.sub("", value).strip()
    return heredoc if alone else f"{value}\n{heredoc}\n{opening.group(1)}\n"


def parse_dockerfile(path: str, text: str) -> Dockerfile:
    """Parse a Dockerfile; never raises. Lines that are no instruction are left out and named in ``error``."""
    from dockerfile_parse import DockerfileParser

    text, error = _beginning(text)
    plain, heredocs = _fold_heredocs(text)
    try:
        structure = DockerfileParser(fileobj=io.BytesIO(plain.encode("utf-8", "replace")), env_replace=False).structure
    except (ValueError, KeyError, IndexError, AttributeError, RecursionError) as problem:
        return Dockerfile(path, (), f"cannot be parsed: {problem}"[:160])
    stage = -1
    variables: dict[str, str] = {}
    instructions: list[Instruction] = []
    for raw in structure[:_MOST]:
        name = str(raw["instruction"]).upper()
        line, end = int(raw["startline"]) + 1, int(raw["endline"]) + 1
        if name == "COMMENT":
            continue
        if name not in _KNOWN:
            error = error or f"line {line}: {name[:40]} is no Dockerfile instruction"
            continue
        stage += name == "FROM"
        value = _substitute(str(raw["value"]), variables) if name != "RUN" else str(raw["value"])
        if name in ("ARG", "ENV"):
            _define(value, variables)
        heredoc = heredocs.get(line)
        if heredoc is not None:
            end += heredoc.count("\n") + (2 if heredoc else 1)
        instructions.append(Instruction(path, name, value, line, end, stage, heredoc or ""))
    return Dockerfile(path, tuple(instructions), error)


def _beginning(text: str) -> tuple[str, str]:
    """The lines within the bounds, and what is said when there are more: joining continued lines takes quadratic time."""
    end = -1
    for _ in range(_MOST_LINES):
        end = text.find("\n", end + 1)
        if not 0 <= end < _LONGEST:
            break
    else:
        return text[: end + 1], f"read to line {_MOST_LINES:,}"
    return (text, "") if len(text) <= _LONGEST else (text[:_LONGEST], f"read to character {_LONGEST:,}")


def _fold_heredocs(text: str) -> tuple[str, dict[int, str]]:
    """Blank the bodies of heredocs, which dockerfile-parse does not know; return them by the line that opens them."""
    if "<<" not in text:
        return text, {}
    lines, bodies = text.split("\n"), {}
    open_ended: set[str] = set()
    index = 0
    while index < len(lines):
        opening = (
            _HEREDOC.search(lines[index]) if re.match(r"\s*(?:RUN|COPY|ADD)\b", lines[index], re.IGNORECASE) else None
        )
        if opening and opening.group(1) not in open_ended:
            end = index + 1
            while end < len(lines) and lines[end].strip() != opening.group(1):
                end += 1
            if end < len(lines):
                bodies[index + 1] = "\n".join(lines[index + 1 : end])
                lines[index + 1 : end + 1] = [""] * (end - index)
                index = end
            else:
                open_ended.add(opening.group(1))
        index += 1
    return "\n".join(lines), bodies


def _define(value: str, variables: dict[str, str]) -> None:
    words = value.split()
    if words and "=" not in words[0] and len(words) > 1:
        variables[words[0]] = " ".join(words[1:])
        return
    for word in words:
        name, equals, default = word.partition("=")
        if equals:
            variables[name] = default.strip("\"'")


def _substitute(value: str, variables: dict[str, str]) -> str:
    def replace(match: re.Match[str]) -> str:
        known = variables.get(match.group(1) or match.group(4), "")
        if match.group(2) == "+":  # stands in for a value that is set
            return match.group(3) if known else match.group()
        return known or match.group(3) or match.group()

    if not 0 < value.count("$") <= _MOST_VARIABLES:
        return value
    replaced = _VARIABLE.sub(replace, value)
    return replaced if len(replaced) <= _LONGEST_VALUE else value  # each may double the one before


def _copy(item: Instruction) -> Copy | None:
    value, origin = item.value.strip(), ""
    while flag := _FLAG.match(value):
        origin = flag.group(2) or "" if flag.group(1) == "from" else origin
        value = value[flag.end() :]
    words = Instruction(item.path, item.name, value, item.line, item.end_line, item.stage).argv
    if item.heredoc:
        return Copy(item.path, (), words[-1] if words else "", "heredoc", item.line, item.end_line)
    if len(words) < 2:
        return None
    return Copy(item.path, words[:-1], words[-1], origin, item.line, item.end_line)
