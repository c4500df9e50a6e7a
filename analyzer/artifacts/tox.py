"""tox (https://tox.wiki/en/stable/config.html): environments of tox.ini, setup.cfg, tox.toml and pyproject.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser, Error
from itertools import product

from analyzer.artifacts.tasks import Task, TaskFile, line_of, line_where

__all__ = ["parse_tox", "parse_tox_table"]

_BASE = "testenv"
_COMMENT = re.compile(r"^[ \t]*[#;].*$", re.MULTILINE)
_COMMANDS = re.compile(r"commands\s*(?:[=:]|$)")
_FACTORS = re.compile(r"^([\w.!{},-]+):\s+(?=\S)")
_BRACES = re.compile(r"\{([^{}]*)\}")
_REFERENCE = re.compile(r"\{\[([^\]{}]+)\]commands\}")
_GIVEN = re.compile(r"\{posargs(?::([^{}]*))?\}")
_PLACES = re.compile(r"\{(?:env_?bin_?dir|env_?dir|tox_?ini_?dir|tox_?root)\}/?")
_MOST = 200
_PYTHON = {"envpython": "python", "env_python": "python"}


def parse_tox(path: str, text: str) -> TaskFile:
    """Parse tox.ini, the ``tox:`` sections of setup.cfg, or tox.toml; never raises."""
    if path.endswith(".toml"):
        return _from_toml(path, text)
    return _from_ini(path, text)


def parse_tox_table(path: str, text: str, table: dict[str, object]) -> TaskFile:
    """Read ``[tool.tox]`` of a pyproject.toml: its own form, or a tox.ini within a string."""
    legacy = table.get("legacy_tox_ini")
    if isinstance(legacy, str):
        at = line_where(text, re.compile("legacy_tox_ini"))
        begins_below = text.split("\n")[at - 1].rstrip().endswith(('"""', "'''"))
        return _from_ini(path, "\n" * (at if begins_below else at - 1) + legacy)
    return _from_table(path, text, table, "tool.tox.")


# -- INI ---------------------------------------------------------------------------------------------------------


def _from_ini(path: str, text: str) -> TaskFile:
    parser = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        parser.read_string(_COMMENT.sub("", text))  # the parser drops comment lines, so that lines shift
    except (Error, ValueError, AttributeError) as problem:  # configparser trips over lines that continue no value
        return TaskFile(path, "tox", (), str(problem).split("\n", 1)[0][:160])
    head = next((name for name in ("tox", "tox:tox") if parser.has_section(name)), "")
    listed = next((value for key in ("envlist", "env_list") if (value := parser.get(head, key, fallback=""))), "")
    environments = tuple(_names(listed))
    tasks: list[Task] = []
    for section in parser.sections():
        if section.split(":", 1)[0] in (_BASE, "tox") and parser.has_option(section, "commands"):
            value = _resolved(parser, parser.get(section, "commands") or "")
            script = value.strip("\n")
            line = line_of(text, f"[{section}]")
            first = line_where(text, _COMMANDS, line) + len(value) - len(value.lstrip("\n"))
            for name in _names(section.partition(":")[2]) or [section]:
                tasks += _conditional(path, name, environments, script, line, first)
    return _file(path, tasks, environments)


def _names(text: str) -> list[str]:
    """The environments that a list such as ``py{311,312}, lint`` means."""
    found: list[str] = []
    for part in re.split(r"[,\s]+(?![^{}]*\})", text.strip()):
        choices = [item.split(",") for item in _BRACES.findall(part)]
        plain = _BRACES.sub("\0", part)
        for chosen in product(*choices):
            words = iter(chosen)
            found.append(re.sub("\0", lambda _: next(words).strip(), plain))  # noqa: B023 used at once
            if len(found) >= _MOST:
                return found
    return [name for name in found if name]


def _resolved(parser: ConfigParser, text: str, depth: int = 0) -> str:
    """The commands with those of other sections in place of references to them, each on its own line."""

    def other(match: re.Match[str]) -> str:
        named = match.group(1)
        known = depth < 4 and parser.has_option(named, "commands")
        value = _resolved(parser, parser.get(named, "commands") or "", depth + 1) if known else ""
        return " ; ".join(line.strip() for line in value.strip().split("\n") if line.strip())

    return _REFERENCE.sub(other, text)[:20_000]


def _conditional(path: str, name: str, listed: tuple[str, ...], script: str, line: int, first: int) -> Iterator[Task]:
    """One task; where commands are for some environments alone (``lint: ruff check``), one for each that is known."""
    lines = script.split("\n")
    if not any(_FACTORS.match(text.strip()) for text in lines):
        yield Task(path, name, line, "\n".join(map(_plain, lines)), first)
        return
    for environment in [name, *listed] if name == _BASE else [name]:
        kept = [_for(text.strip(), environment) for text in lines]
        if any(kept) or environment == _BASE:
            yield Task(path, environment, line, "\n".join(map(_plain, kept)), first)


def _for(line: str, environment: str) -> str:
    """A command without its condition where an environment meets it, else nothing."""
    match = _FACTORS.match(line)
    if not match:
        return line
    parts = set(environment.split("-"))
    for choice in _names(match.group(1)):
        factors = choice.split("-")
        if all((factor[1:] not in parts) if factor.startswith("!") else factor in parts for factor in factors):
            return line[match.end() :]
    return ""


def _plain(line: str) -> str:
    """A command of tox as a shell would run it."""
    text = line.strip()
    ignored, text = text.startswith("- ") or (text.startswith("-") and text[1:2].isalpha()), text.lstrip("-! ")
    text = _PLACES.sub("", _GIVEN.sub(lambda match: match.group(1) or "", text))
    text = _BRACES.sub(lambda match: _PYTHON.get(match.group(1), match.group()), text).strip()
    return f"{text} || true" if ignored and text and not text.endswith("\\") else text


# -- TOML --------------------------------------------------------------------------------------------------------


def _from_toml(path: str, text: str) -> TaskFile:
    try:
        return _from_table(path, text, tomllib.loads(text), "")
    except (ValueError, RecursionError) as problem:
        return TaskFile(path, "tox", (), str(problem)[:160])


def _from_table(path: str, text: str, table: dict[str, object], prefix: str) -> TaskFile:
    environments = table.get("env_list")
    named = tuple(item for item in environments if isinstance(item, str)) if isinstance(environments, list) else ()
    own = table.get("env")
    tables = {_BASE: table.get("env_run_base"), **(own if isinstance(own, dict) else {})}
    tasks = []
    for name, value in tables.items():
        commands = value.get("commands") if isinstance(value, dict) else None
        if isinstance(commands, list):
            head = f"[{prefix}env_run_base" if name == _BASE else f"[{prefix}env.{name}"
            line = line_of(text, head)
            first = line_where(text, _COMMANDS, line)
            words = [[word for word in item if isinstance(word, str)] for item in commands if isinstance(item, list)]
            script = " ; ".join(_plain(" ".join(item)) for item in words)
            tasks.append(Task(path, name, line, script, first, (), first))
    return _file(path, tasks, named)


def _file(path: str, tasks: list[Task], listed: tuple[str, ...]) -> TaskFile:
    """The file; where it lists no environments, the one that others are made from runs, or all where there is none."""
    names = tuple(task.name for task in tasks)
    default = listed or ((_BASE,) if _BASE in names else names)
    return TaskFile(path, "tox", tuple(tasks), default=default, fallback=_BASE)
