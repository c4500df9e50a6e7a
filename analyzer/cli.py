"""The command ``folioscope``.

Exit codes: 0 fine, 1 below the threshold, 2 wrong use, 3 target could not be read, 4 limit exceeded.
"""

from __future__ import annotations

import argparse
import codecs
import io
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from analyzer.collector import paused_collector
from analyzer.errors import FolioscopeError, UsageError
from analyzer.limits import Limits
from analyzer.reporters.words import visible
from analyzer.rubric import BUILT_IN
from analyzer.target import DEFAULT_HOSTS, Host
from analyzer.version import VERSION

if TYPE_CHECKING:
    from analyzer.acquire import Progress
    from analyzer.analysis import Options
    from analyzer.report import Report

__all__ = ["main"]

_EXIT_CODES = "exit codes: 0 fine, 1 below --fail-under, 2 wrong use, 3 target could not be read, 4 limit exceeded"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code."""
    arguments = _parser().parse_args(argv)
    for stream in (sys.stdout, sys.stderr):
        _take_any_text(stream)
    try:
        return int(arguments.run(arguments))
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
        # The reader of our output went away (head, less); pointing stdout elsewhere keeps Python quiet at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


_PLAIN = str.maketrans("█░●◐○✅🟡⬜❔…—–’‘“”", "#.*~ox~o?.--''\"\"")


def _take_any_text(stream: TextIO) -> None:
    """Let a terminal that is no UTF-8 terminal show bars and marks as ASCII, and what it cannot show as ?."""

    def plain(error: UnicodeError) -> tuple[str, int]:
        assert isinstance(error, UnicodeEncodeError)
        text = error.object[error.start : error.end].translate(_PLAIN)
        return text.encode("ascii", "replace").decode("ascii"), error.end

    codecs.register_error("folioscope", plain)
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="folioscope")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="folioscope",
        description="Read a repository the way a senior MLOps engineer reads a candidate's portfolio.",
        epilog=_EXIT_CODES,
    )
    parser.add_argument("--version", action="version", version=f"folioscope {VERSION}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    _add_analyze(commands.add_parser("analyze", help="analyze one repository", epilog=_EXIT_CODES))
    _add_rules(commands.add_parser("rules", help="list the criteria and rules, or explain one"))
    commands.add_parser("schema", help="print the JSON Schema of the report").set_defaults(run=_schema)
    return parser


def _add_analyze(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="URL of a repository (with /tree/REF/FOLDER if you like), OWNER/REPO, or the path of a repository or folder",
    )
    what = parser.add_argument_group("what to read")
    what.add_argument("--ref", default="", help="branch, tag or commit")
    what.add_argument("--subdir", default="", metavar="FOLDER", help="judge this folder of the repository")
    what.add_argument("--worktree", action="store_true", help="read uncommitted files instead of the commit")
    what.add_argument("--standalone", action="store_true", help="judge a folder as a repository of its own")
    what.add_argument("--offline", action="store_true", help="never use the network")
    what.add_argument("--no-cache", action="store_true", help="neither read nor keep reports of unchanged commits")
    what.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="URL",
        help="also clone from this host, e.g. https://git.example.org",
    )
    how = parser.add_argument_group("how to judge")
    how.add_argument(
        "--rubric",
        default="mlops",
        metavar="NAME|FILE",
        help=f"rubric to score by: {', '.join(BUILT_IN)}, or a file (default: mlops)",
    )
    how.add_argument(
        "--owner",
        default="",
        metavar="NAME",
        help="also report the share of commits by this name, e-mail address or account; never in the score",
    )
    how.add_argument("--fail-under", type=_score, metavar="N", help="exit with 1 when the score is below N")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    output.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    output.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    output.add_argument("--quiet", action="store_true", help="print the score alone")
    output.add_argument("--verbose", action="store_true", help="print all evidence, instructions and problems")
    limits = parser.add_argument_group("limits")
    defaults = Limits()
    limits.add_argument(
        "--max-bytes", type=int, metavar="N", help=f"size of a clone (default: {defaults.clone_bytes:,})"
    )
    limits.add_argument("--max-files", type=int, metavar="N", help=f"files in the tree (default: {defaults.files:,})")
    limits.add_argument(
        "--max-seconds", type=int, metavar="N", help=f"time of a clone (default: {defaults.clone_seconds})"
    )
    limits.add_argument(
        "--max-depth", type=int, metavar="N", help=f"folders in a path (default: {defaults.path_depth})"
    )
    limits.add_argument(
        "--max-text",
        type=int,
        metavar="N",
        help=f"bytes of text read from one repository (default: {defaults.text_bytes:,})",
    )
    parser.set_defaults(run=_analyze)


def _add_rules(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", nargs="?", choices=("show",), help="explain one criterion or rule")
    parser.add_argument("id", nargs="?", metavar="ID", help="a criterion such as e2e.container, or a rule")
    parser.add_argument(
        "--rubric", default="mlops", metavar="NAME|FILE", help=f"{', '.join(BUILT_IN)}, or a file (default: mlops)"
    )
    parser.add_argument("--no-color", action="store_true")
    parser.set_defaults(run=_rules)


def _score(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is no score; give a number from 0 to 100")
    return value


def _options(arguments: argparse.Namespace) -> Options:
    from analyzer.analysis import Options

    limits = Limits().with_overrides(
        clone_bytes=arguments.max_bytes,
        files=arguments.max_files,
        clone_seconds=arguments.max_seconds,
        path_depth=arguments.max_depth,
        text_bytes=arguments.max_text,
    )
    named = [*arguments.host, *os.environ.get("FOLIOSCOPE_HOSTS", "").split()]
    return Options(
        ref=arguments.ref,
        subdir=arguments.subdir,
        rubric=arguments.rubric,
        limits=limits,
        hosts=(*DEFAULT_HOSTS, *(_host(url) for url in named)),
        worktree=arguments.worktree,
        standalone=arguments.standalone,
        offline=arguments.offline,
        owner=arguments.owner,
        cached=not arguments.no_cache,
    )


def _host(url: str) -> Host:
    scheme, _, authority = url.rstrip("/").partition("://")
    if scheme not in ("https", "http") or not authority or any(character in authority for character in "@/ "):
        raise UsageError(f"{url!r} is not the address of a host", "Give it as https://git.example.org.")
    return Host(authority.rpartition(":")[0] or authority, f"{scheme}://{authority}")


def _analyze(arguments: argparse.Namespace) -> int:
    with paused_collector():
        from analyzer.analysis import analyze

        options = _options(arguments)
    if arguments.output:
        _check_output(Path(arguments.output))
    with _progress(arguments) as progress:
        report = analyze(arguments.target, options, progress)
    _write(report, arguments)
    below = arguments.fail_under is not None and report.scorecard.score < arguments.fail_under
    if below:
        print(f"folioscope: the score {report.scorecard.score:g} is below {arguments.fail_under:g}", file=sys.stderr)
    return 1 if below else 0


def _check_output(path: Path) -> None:
    """Say before a long analysis that its report could not be written."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder", "Give the name of a file.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}", "Make it first, or give another file.")


def _write(report: Report, arguments: argparse.Namespace) -> None:
    if arguments.output:
        try:
            Path(arguments.output).write_bytes(_rendered(report, arguments).encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise UsageError(f"{arguments.output} cannot be written: {error.strerror}", "Give another file.") from error
    if arguments.quiet:
        print(f"{report.scorecard.score:g}")
    elif not arguments.output and arguments.format == "text":
        from analyzer.reporters.text import console_for, print_report

        console = console_for(sys.stdout, color=False if arguments.no_color else None)
        print_report(report, console, verbose=arguments.verbose)
    elif not arguments.output:
        # JSON and Markdown are UTF-8 whatever the terminal is.
        sys.stdout.flush()
        sys.stdout.buffer.write(_rendered(report, arguments).encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()


def _rendered(report: Report, arguments: argparse.Namespace) -> str:
    if arguments.format == "json":
        from analyzer.reporters.json_report import render_json

        return render_json(report)
    if arguments.format == "markdown":
        from analyzer.reporters.markdown import render_markdown

        return render_markdown(report)
    from analyzer.reporters.text import render_text

    return render_text(report, verbose=arguments.verbose)


@contextmanager
def _progress(arguments: argparse.Namespace) -> Iterator[Progress]:
    """A spinner with stage and elapsed time on standard error; lines with --verbose where it is no terminal."""
    if arguments.quiet or not (sys.stderr.isatty() or arguments.verbose):
        yield lambda stage, detail: None
        return
    started = time.monotonic()
    if not sys.stderr.isatty():

        def line(stage: str, detail: str) -> None:
            print(f"{time.monotonic() - started:6.1f} s  {visible(f'{stage} {detail}'.rstrip())}", file=sys.stderr)

        yield line
        return
    from rich.console import Console
    from rich.progress import Progress as Display
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, no_color=arguments.no_color or None)
    spinner = SpinnerColumn("dots" if console.encoding.startswith("utf") else "line")
    # Names of folders are no markup.
    text = TextColumn("{task.description}", markup=False)
    with Display(spinner, text, TimeElapsedColumn(), console=console, transient=True) as display:
        task = display.add_task("starting", total=None)
        yield lambda stage, detail: display.update(task, description=visible(f"{stage} {detail}".rstrip()))


def _rules(arguments: argparse.Namespace) -> int:
    from analyzer.reporters.rules import print_criterion, print_rules
    from analyzer.reporters.text import console_for
    from analyzer.rubric import load_rubric

    console = console_for(sys.stdout, color=False if arguments.no_color else None)
    rubric = load_rubric(arguments.rubric)
    if arguments.action == "show":
        if not arguments.id:
            raise UsageError("rules show needs the id of a criterion or rule", "folioscope rules lists them.")
        print_criterion(rubric, arguments.id, console)
    else:
        print_rules(rubric, console)
    return 0


def _schema(arguments: argparse.Namespace) -> int:
    del arguments
    from analyzer.reporters.schema import schema_text

    print(schema_text(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
