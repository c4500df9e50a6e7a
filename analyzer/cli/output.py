"""Where a command writes: files, standard output, and a display of progress."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.errors import UsageError
from analyzer.reporters.words import visible

if TYPE_CHECKING:
    from rich.console import Console

    from analyzer.acquire import Progress

__all__ = ["check_output", "showing_progress", "write_file", "write_out", "write_result"]


def check_output(path: Path) -> None:
    """Say before a long analysis that its report could not be written."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder", "Give the name of a file.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}", "Make it first, or give another file.")


def write_file(path: str, text: str) -> None:
    """Write a report to a file.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        Path(path).write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "Give another file.") from error


def write_out(text: str) -> None:
    """Write to standard output as UTF-8, whatever the terminal is: JSON, Markdown and HTML are."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def write_result(
    arguments: argparse.Namespace,
    rendered: Callable[[], str],
    printing: Callable[[Console], None],
    brief: Callable[[], str] | None = None,
) -> None:
    """Write what a command found, as its ``--output``, ``--format``, ``--quiet`` and ``--no-color`` say.

    Args:
        arguments: those of the command.
        rendered: the result in its format.
        printing: prints it as text.
        brief: what ``--quiet`` prints, where the command has it.

    Raises:
        UsageError: the file cannot be written.
    """
    if arguments.output:
        write_file(arguments.output, rendered())
    if brief and arguments.quiet:
        print(brief())
    elif not arguments.output and arguments.format == "text":
        from analyzer.reporters.text import console_for

        printing(console_for(sys.stdout, color=False if arguments.no_color else None))
    elif not arguments.output:
        write_out(rendered())


@contextmanager
def showing_progress(arguments: argparse.Namespace) -> Iterator[Progress]:
    """A spinner with stage and elapsed time on standard error; where it is no terminal, lines with --verbose.

    That something is waited for is told in any case but with --quiet.
    """
    if arguments.quiet:
        yield lambda stage, detail: None
        return
    if not (sys.stderr.isatty() or arguments.verbose):

        def waiting(stage: str, detail: str) -> None:
            if stage == "wait":
                print(f"folioscope: waiting: {visible(detail)}", file=sys.stderr, flush=True)

        yield waiting
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
