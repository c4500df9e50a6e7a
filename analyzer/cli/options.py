"""Arguments that several commands share, and what they come to."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analyzer.limits import Limits
from analyzer.rubric import BUILT_IN
from analyzer.target import DEFAULT_HOSTS, Host

if TYPE_CHECKING:
    from analyzer.acquire import Progress
    from analyzer.analysis import Options
    from analyzer.github.platform import Platform

__all__ = [
    "add_jobs",
    "add_judging",
    "add_limits",
    "add_network",
    "add_platform",
    "add_reading",
    "add_rubric",
    "add_rules",
    "hosts_of",
    "options_of",
    "platform_of",
    "positive",
    "score_of",
]


def add_reading(parser: argparse.ArgumentParser) -> None:
    """What is read: ref, folder, work tree, network, cache and hosts."""
    what = parser.add_argument_group("what to read")
    what.add_argument("--ref", default="", help="branch, tag or commit")
    what.add_argument("--subdir", default="", metavar="FOLDER", help="judge this folder of the repository")
    what.add_argument("--worktree", action="store_true", help="read uncommitted files instead of the commit")
    what.add_argument("--standalone", action="store_true", help="judge a folder as a repository of its own")
    what.add_argument(
        "--isolate",
        action="store_true",
        help="read a local repository in a confined process, as a remote one always is (see folioscope doctor)",
    )
    what.add_argument("--no-cache", action="store_true", help="neither read nor keep reports of unchanged commits")
    add_network(what)


def add_network(parser: argparse._ActionsContainer) -> None:
    """Whether and where the network is used."""
    parser.add_argument("--offline", action="store_true", help="never use the network")
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="URL",
        help="also clone from this host, e.g. https://git.example.org",
    )


class _Rubric(argparse.Action):
    """Keeps the rubric, and that it was typed: one that was comes before that of a configuration."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: Any, option: str | None = None
    ) -> None:
        del parser, option
        namespace.rubric, namespace.rubric_typed = values, True


def add_rubric(parser: argparse._ActionsContainer) -> None:
    """The rubric alone."""
    parser.add_argument(
        "--rubric",
        default="mlops",
        action=_Rubric,
        metavar="NAME|FILE",
        help=f"rubric to score by: {', '.join(BUILT_IN)}, or a file (default: mlops)",
    )


def add_rules(parser: argparse._ActionsContainer) -> None:
    """Rules beside the installed ones, and whether the owner's word counts."""
    parser.add_argument(
        "--rules",
        action="append",
        default=[],
        metavar="MODULE",
        help="also judge by the rules of this installed Python module",
    )
    parser.add_argument(
        "--ignore-annotations", action="store_true", help="count criteria that the owner says do not apply"
    )


def add_judging(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """How it is judged: rubric, rules, the owner's word and owner. The group takes more."""
    how = parser.add_argument_group("how to judge")
    add_rubric(how)
    add_rules(how)
    how.add_argument(
        "--with-config",
        action="store_true",
        help="the repository is yours: take rubric, threshold and paths to leave out from its .folioscope.yaml or"
        " pyproject.toml",
    )
    how.add_argument(
        "--owner",
        default="",
        metavar="NAME",
        help="also report the share of commits by this name, e-mail address or account; never in the score",
    )
    return how


def add_limits(parser: argparse.ArgumentParser) -> None:
    """The limits of what is fetched and read."""
    limits = parser.add_argument_group("limits")
    defaults = Limits()
    limits.add_argument(
        "--max-bytes", type=_limit, metavar="N", help=f"size of a clone (default: {defaults.clone_bytes:,})"
    )
    limits.add_argument(
        "--max-files", type=_limit, metavar="N", help=f"files in the tree (default: {defaults.files:,})"
    )
    limits.add_argument(
        "--max-seconds", type=_limit, metavar="N", help=f"time of a clone (default: {defaults.clone_seconds})"
    )
    limits.add_argument(
        "--max-depth", type=_limit, metavar="N", help=f"folders in a path (default: {defaults.path_depth})"
    )
    limits.add_argument(
        "--max-text",
        type=_limit,
        metavar="N",
        help=f"bytes of text read from one repository (default: {defaults.text_bytes:,})",
    )
    limits.add_argument(
        "--max-analysis-seconds",
        type=_limit,
        metavar="N",
        help=f"time of the analysis in a confined process (default: {defaults.analysis_seconds})",
    )
    limits.add_argument(
        "--max-memory",
        type=_limit,
        metavar="N",
        help=f"bytes of memory of a confined process (default: {defaults.memory_bytes:,})",
    )


def _limit(text: str) -> int:
    """A whole number above 0, for argparse."""
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text} is no limit; give a whole number above 0")
    return int(text)


def add_platform(parser: argparse._ActionsContainer, what: str) -> None:
    """Whether the platform is asked too."""
    parser.add_argument(
        "--github",
        action="store_true",
        help=f"also ask GitHub about {what} (runs, releases, fork, pages ...), beside the score; asked for alone, "
        "never because a token is there. FOLIOSCOPE_GITHUB_TOKEN or GITHUB_TOKEN, a GitHub App, or none",
    )


def platform_of(host: Host, progress: Progress) -> Platform:
    """The platform of a host, as the environment says how it is reached.

    Raises:
        UsageError: the environment says something wrong.
    """
    from analyzer.github.platform import platform_for

    return platform_for(host, progress=progress)


def score_of(text: str) -> float:
    """A score from 0 to 100, for argparse."""
    try:
        value = float(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"{text} is no score; give a number from 0 to 100")
    return value


def options_of(arguments: argparse.Namespace) -> Options:
    """The options of an analysis that these arguments come to; a command may leave out those of one repository.

    Raises:
        UsageError: a host is no address.
    """
    from analyzer.analysis import Options

    given = vars(arguments)  # a command need not offer every argument
    limits = Limits().with_overrides(
        clone_bytes=given.get("max_bytes"),
        files=given.get("max_files"),
        clone_seconds=given.get("max_seconds"),
        path_depth=given.get("max_depth"),
        text_bytes=given.get("max_text"),
        analysis_seconds=given.get("max_analysis_seconds"),
        memory_bytes=given.get("max_memory"),
    )
    configured = given.get("with_config", False)
    return Options(
        ref=given.get("ref", ""),
        subdir=given.get("subdir", ""),
        rubric=arguments.rubric if given.get("rubric_typed", False) or not configured else "",
        limits=limits,
        hosts=hosts_of(given.get("host", ())),
        worktree=given.get("worktree", False),
        standalone=given.get("standalone", False),
        offline=given.get("offline", False),
        owner=given.get("owner", ""),
        cached=not given.get("no_cache", False),
        rules=tuple(given.get("rules", ())),
        configured=configured,
        annotations=not given.get("ignore_annotations", False),
        isolated=given.get("isolate", False),
        local=not given.get("no_local", False),
    )


def add_jobs(parser: argparse._ActionsContainer) -> None:
    """How many processes share the work."""
    most = min(os.cpu_count() or 1, 4)
    parser.add_argument(
        "--jobs", type=positive, default=most, metavar="N", help="processes (default: one a core, 4 at most)"
    )


def positive(text: str) -> int:
    """The number above 0 that an option was given.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is no number above 0")
    return int(text)


def hosts_of(named: Sequence[str]) -> tuple[Host, ...]:
    """The hosts that may be cloned from: the built-in ones, those named, and those of ``FOLIOSCOPE_HOSTS``.

    Raises:
        UsageError: one is no address.
    """
    return (*DEFAULT_HOSTS, *(Host.of(url) for url in (*named, *os.environ.get("FOLIOSCOPE_HOSTS", "").split())))
