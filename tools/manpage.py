"""Writes the manual page man/folioscope.1 from the parsers of the commands (man(7)).

    python tools/manpage.py [--check]

The commands are those of ``analyzer.cli`` and those that pyproject.toml adds; what other packages add is theirs to tell.
"""

from __future__ import annotations

import argparse
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from analyzer.cli import COMMANDS
from analyzer.version import VERSION

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "man" / "folioscope.1"

EXITS = (
    ("0", "fine"),
    ("1", "below a threshold, or worse than before"),
    ("2", "wrong use"),
    ("3", "the target could not be read"),
    ("4", "a limit was exceeded"),
)
ENVIRONMENT = (
    ("FOLIOSCOPE_HOSTS", "addresses of further hosts that may be cloned from, with spaces between them"),
    ("NO_COLOR", "no colour, even on a terminal"),
    ("XDG_CACHE_HOME", "where reports and answers of commits are kept, below folioscope/ (default: ~/.cache)"),
)


def main() -> int:
    """Write the page, or say whether it is what the parsers say."""
    text = page()
    if "--check" in sys.argv[1:]:
        fresh = PAGE.is_file() and PAGE.read_text("utf-8") == text
        if not fresh:
            print("man/folioscope.1 is not what the parsers say; run python tools/manpage.py", file=sys.stderr)
        return 0 if fresh else 1
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(text, "utf-8")
    return 0


def page() -> str:
    """The whole page."""
    return "\n".join(_lines()) + "\n"


def commands() -> dict[str, tuple[str, Any]]:
    """Help and module of each command, by name."""
    found = {name: (text, f"analyzer.cli.{name.replace('-', '_')}") for name, text in COMMANDS.items()}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for name, home in sorted(project.get("entry-points", {}).get("folioscope.commands", {}).items()):
        found.setdefault(name, ("", home))
    loaded = {}
    for name, (text, home) in found.items():
        module = import_module(home)
        loaded[name] = (text or module.HELP, module)
    return loaded


def _lines() -> Iterator[str]:
    known = commands()
    yield '.\\" Written by tools/manpage.py from the parsers; do not change it by hand.'
    yield f'.TH FOLIOSCOPE 1 "" "folioscope {VERSION}" "User Commands"'
    yield ".SH NAME"
    yield "folioscope \\- read a repository the way a senior MLOps engineer reads a portfolio"
    yield ".SH SYNOPSIS"
    yield ".B folioscope"
    yield "[\\fB\\-\\-help\\fR] [\\fB\\-\\-version\\fR] \\fICOMMAND\\fR ..."
    yield ".SH DESCRIPTION"
    yield _escaped(
        "Checks a repository against the list of what gets MLOps engineers hired, shows the evidence line by line, scores "
        "it from 0 to 100, and says what to do next. Nothing of the repository is executed."
    )
    yield ".SH COMMANDS"
    for name, (text, module) in known.items():
        yield from _command(name, text, module)
    yield ".SH EXIT STATUS"
    yield from _entries(EXITS)
    yield ".SH ENVIRONMENT"
    yield from _entries(ENVIRONMENT)
    yield ".SH SEE ALSO"
    yield ".BR git (1)"


def _entries(items: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name, text in items:
        yield ".TP"
        yield f".B {_escaped(name)}"
        yield _escaped(text)


def _command(name: str, text: str, module: Any) -> Iterator[str]:
    parser = argparse.ArgumentParser(prog=f"folioscope {name}", add_help=False)
    module.add_arguments(parser)
    actions = [action for action in parser._actions if action.help is not argparse.SUPPRESS]
    positional = [action for action in actions if not action.option_strings]
    words = [_shown(action) for action in positional]
    yield f".SS folioscope {_escaped(name)}"
    yield f"\\fBfolioscope {_escaped(name)}\\fR [\\fIOPTION\\fR ...] {' '.join(words)}".rstrip()
    yield ".PP"
    yield f"{_escaped(text[:1].upper() + text[1:])}."
    for action in actions:
        yield ".TP"
        if action.option_strings:
            value = f" {_shown(action)}" if action.nargs != 0 else ""
            yield ", ".join(f"\\fB{_escaped(option)}\\fR" for option in action.option_strings) + value
        else:
            yield _shown(action)
        yield _escaped(_help(action, parser))


def _shown(action: argparse.Action) -> str:
    """The name of the value of an argument."""
    if action.choices and action.metavar is None:
        return "|".join(f"\\fB{_escaped(str(item))}\\fR" for item in action.choices)
    names = action.metavar if isinstance(action.metavar, tuple) else (action.metavar or action.dest.upper(),)
    shown = " ".join(f"\\fI{_escaped(name)}\\fR" for name in names)
    return f"[{shown}]" if action.nargs == "?" and not action.option_strings else shown


def _help(action: argparse.Action, parser: argparse.ArgumentParser) -> str:
    text = (action.help or "") % {**vars(action), "prog": parser.prog}
    if not text and action.choices:
        text = f"one of {', '.join(map(str, action.choices))}"
        text += f" (default: {action.default})" if isinstance(action.default, str) and action.default else ""
    return text or action.dest.replace("_", " ")


def _escaped(text: str) -> str:
    """Text as roff prints it: backslashes and hyphens as they are, no line that begins like a macro."""
    plain = " ".join(text.split()).replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{plain}" if plain.startswith((".", "'")) else plain


if __name__ == "__main__":
    sys.exit(main())
