"""The command ``folioscope``: one module a command, found by its row in ``COMMANDS`` or through an entry point.

A command's module offers ``add_arguments(parser)`` and ``run(arguments)``, which returns the exit code; one that comes
through an entry point also states ``HELP``, one line. It imports what is heavy in ``run``: of a call of one command, the
others cost a name and a line.
Exit codes: 0 fine, 1 below the threshold or worse than before, 2 wrong use, 3 target could not be read, 4 limit exceeded.
"""

from __future__ import annotations

import argparse
import codecs
import errno
import io
import os
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, TextIO

from analyzer.errors import FolioscopeError
from analyzer.reporters.words import visible
from analyzer.version import VERSION

__all__ = ["COMMANDS", "ENTRY_POINTS", "EXIT_CODES", "installed", "main", "parser_of"]

EXIT_CODES = "exit codes: 0 fine, 1 below a threshold or worse than before, 2 wrong use, 3 target could not be read, 4 limit exceeded"

COMMANDS: Mapping[str, str] = {
    "analyze": "analyze one repository",
    "ci": "check a repository in CI: reports, summary, comment, thresholds",
    "batch": "analyze every applicant of a file",
    "compare": "say what changed between two commits, folders or reports",
    "portfolio": "analyze many repositories of one person as one portfolio",
    "projects": "list the projects inside a repository, at first sight",
    "fix": "write a start for a criterion, made from what the repository has",
    "init": "add the check to a repository: workflow, configuration and badge",
    "doctor": "say what this machine offers: versions, protections, limits, caches",
    "history": "show the score over the commits of a repository",
    "forget": "erase what batches know about repositories",
    "rerun": "run lines of a batch again and compare",
    "completion": "print the script that completes commands in a shell",
    "rules": "list the criteria and rules, or explain one",
    "unblind": "say who is behind the codes of a blind batch",
    "schema": "print the JSON Schema of the report, of a portfolio, or of the configuration",
}
"""Name and help of each command of the engine; ``analyzer.cli.<name>`` holds it, with ``_`` for ``-``."""

ENTRY_POINTS = "folioscope.commands"
"""The entry-point group of commands that other packages add: a name, and a module such as those here."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = parser_of(sys.argv[1:] if argv is None else argv).parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        _take_any_text(stream)
    try:
        code = int(arguments.run(arguments))
        sys.stdout.flush()  # here, where a reader that went away is told from a failure
    except FolioscopeError as error:
        # What a server or a file said may hold characters that act on a terminal.
        print(f"folioscope: {visible(error.what)}.", file=sys.stderr)
        if error.hint:
            print(f"  {visible(error.hint)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("folioscope: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        _drop_output()  # its reader went away (head, less)
        return 0
    except OSError as error:
        if error.errno not in _CANNOT_WRITE or error.filename:
            raise
        _drop_output()
        print(f"folioscope: the output could not be written: {error.strerror}.", file=sys.stderr)
        print("  Make room, or write elsewhere: --output FILE where the command has it.", file=sys.stderr)
        return 2
    return code


_CANNOT_WRITE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


def _drop_output() -> None:
    """Let nothing that is still to be written fail again when Python ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_PLAIN = str.maketrans("▁▂▃▄▅▆▇█░●◐○✅🟡⬜❔…—–’‘“”", "_.,-~=+#.*~ox~o?.--''\"\"")


def _take_any_text(stream: TextIO) -> None:
    """Let a terminal that is no UTF-8 terminal show bars and marks as ASCII, and what it cannot show as ?."""

    def plain(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        text = error.object[error.start : error.end].translate(_PLAIN)
        return text.encode("ascii", "replace").decode("ascii"), error.end

    codecs.register_error("folioscope", plain)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="folioscope")


def parser_of(argv: Sequence[str] = (), *, whole: bool = False) -> argparse.ArgumentParser:
    """The parser for these arguments: with those of the command that they name, or of all with ``whole``."""
    parser = argparse.ArgumentParser(
        prog="folioscope",
        description="Read a repository the way a senior MLOps engineer reads a candidate's portfolio.",
        epilog=EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"folioscope {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    named = next((word for word in argv if not word.startswith("-")), "")
    for name, text in COMMANDS.items():
        below = commands.add_parser(name, help=text, epilog=EXIT_CODES)
        if whole or name == named:
            _complete(below, import_module(f"analyzer.cli.{name.replace('-', '_')}"))
    if named not in COMMANDS:
        for name, module in installed().items():
            _complete(commands.add_parser(name, help=module.HELP, epilog=EXIT_CODES), module)
    return parser


def _complete(parser: argparse.ArgumentParser, module: Any) -> None:
    module.add_arguments(parser)
    parser.set_defaults(run=module.run)


def installed() -> dict[str, Any]:
    """The commands that other packages add, by name; one whose own packages are not installed is left out."""
    from importlib.metadata import entry_points

    found = {}
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        if entry.name not in COMMANDS:
            try:
                found[entry.name] = entry.load()
            except ImportError as error:
                print(f"folioscope: the command {entry.name} needs a package: {error}", file=sys.stderr)
    return found
