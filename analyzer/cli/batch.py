"""``folioscope batch``: a file of applicants in, a line each and tables out."""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli.options import add_limits, add_network, add_rubric, options_of
from analyzer.reporters.words import visible

if TYPE_CHECKING:
    from analyzer.batch.run import Counts


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The file, where results go, how it runs and what is shown."""
    parser.description = (
        "Analyze every applicant of a file: CSV, XLSX, JSON lines, or a list with one repository a line. "
        "Writes one JSON line an applicant as it finishes, and at the end CSV, XLSX and an HTML table."
    )
    parser.epilog = (
        "exit codes: 0 all that the rows name has a score, 2 wrong use, 3 rows failed or were read in part (see the cause "
        "of each), 130 interrupted"
    )
    parser.add_argument("file", metavar="FILE", help="the applicants")
    output = parser.add_argument_group("results")
    output.add_argument(
        "--output", metavar="FOLDER", help="folder of the results (default: FILE without suffix, -batch)"
    )
    output.add_argument("--resume", action="store_true", help="go on with the results in the folder")
    output.add_argument(
        "--retry-failed",
        action="store_true",
        help="go on, and run again those that failed or were read in part, as FILE has them now",
    )
    output.add_argument(
        "--blind", metavar="KEYFILE", help="hide who it is; the key file brings it back (folioscope unblind)"
    )
    output.add_argument("--quiet", action="store_true", help="no progress, and no summary")
    how = parser.add_argument_group("how it runs")
    how.add_argument(
        "--whole",
        action="store_true",
        help="judge repositories as a whole alone, and projects inside not for themselves",
    )
    how.add_argument("--jobs", type=int, metavar="N", help="worker processes (default: one a core)")
    how.add_argument(
        "--store", metavar="FILE", help="what is known of commits (default: in the cache folder of the user)"
    )
    how.add_argument(
        "--server", metavar="URL", help="let a service run it; --jobs and limits are then those of the service"
    )
    how.add_argument("--key", default="", metavar="KEY", help="key of the service (better: FOLIOSCOPE_KEY)")
    parser.add_argument("--no-local", action="store_true", help="refuse rows that name a path of this machine")
    add_network(parser)
    add_rubric(how)
    add_limits(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the batch, show progress, and say how it went."""
    from analyzer.batch.run import Batch, run_batch
    from analyzer.batch.store import default_store

    file = Path(arguments.file)
    batch = Batch(
        file,
        Path(arguments.output) if arguments.output else file.with_name(f"{file.stem}-batch"),
        options_of(arguments),
        Path(arguments.store) if arguments.store else default_store(),
        arguments.jobs if arguments.jobs is not None else os.cpu_count() or 1,
        arguments.resume,
        arguments.retry_failed,
        Path(arguments.blind) if arguments.blind else None,
        arguments.quiet,
        arguments.whole,
    )
    progress = _Progress(quiet=arguments.quiet)
    try:
        if arguments.server:
            from analyzer.batch.server import Server, run_on_server

            server = Server(arguments.server, arguments.key or os.environ.get("FOLIOSCOPE_KEY", ""))
            counts = run_on_server(batch, server, progress.tell)
        else:
            counts = run_batch(batch, progress.tell)
    except KeyboardInterrupt:
        progress.end()
        print(f"folioscope: interrupted; --resume goes on with {visible(str(batch.output))}", file=sys.stderr)
        return 130
    progress.end()
    if not arguments.quiet:
        print(_summary(counts, batch.output))
    return 3 if counts.failed or counts.partial else 0


def _summary(counts: Counts, output: Path) -> str:
    """What came of it, in a few lines."""
    scored = counts.total - counts.failed
    first = f"{_rows(counts.total)}: {scored:,} with a score, {counts.failed:,} failed"
    if counts.partial:
        first += f"; {counts.partial:,} of those with a score read in part"
    if counts.before:
        first += f"; {counts.before:,} {'were' if counts.before > 1 else 'was'} done before"
    lines = [first]
    if counts.seconds and counts.ran:
        speed = f"{_rows(counts.ran)} in {_time(counts.seconds)}, {counts.rate:.1f} a second"
        worker = f"; {counts.stored:,} from the store; a worker used at most {counts.peak / 1024 / 1024:.0f} MiB"
        lines.append(speed + (worker if counts.peak else ""))
    lines.append(f"results: {visible(str(output))}/batch.html, batch.csv, batch.xlsx, pairs.csv, results.jsonl")
    if counts.failed or counts.partial:
        lines.append("causes are in the tables; --retry-failed runs these rows again")
    return "\n".join(lines)


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def _time(seconds: float) -> str:
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


class _Progress:
    """Rows done, rate and time left on standard error: a bar on a terminal, a line every ten seconds elsewhere."""

    _EVERY = 10

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._terminal = sys.stderr.isatty()
        self._said = time.monotonic()

    def tell(self, counts: Counts) -> None:
        """Show where the batch is, now and then."""
        now = time.monotonic()
        if self._quiet or now - self._said < (0.1 if self._terminal else self._EVERY):
            return
        self._said = now
        left = f", {_time(counts.left)} left" if counts.left is not None else ""
        failed = f", {counts.failed:,} failed" if counts.failed else ""
        text = f"{counts.finished:,} of {_rows(counts.total)}, {counts.rate:.1f} a second{left}{failed}"
        if self._terminal:
            print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)
        else:
            print(text, file=sys.stderr, flush=True)

    def end(self) -> None:
        """Clear the line."""
        if self._terminal and not self._quiet:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
