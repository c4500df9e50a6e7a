"""From a target to a report: local folders and repositories, and remote ones through a bounded clone."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from analyzer.annotations import owners_word
from analyzer.assessment import assess
from analyzer.cache import Cache, ReportCache, report_key
from analyzer.collector import paused_collector
from analyzer.errors import FolioscopeError, TargetError, UsageError
from analyzer.files_on_disk import open_folder, open_worktree
from analyzer.git import run
from analyzer.limits import Limits
from analyzer.plugins import discover
from analyzer.report import Report, ReportTarget
from analyzer.rubric import Rubric, load_rubric
from analyzer.snapshot import EntryKind, Snapshot, common_dir, find_git_dir, nearest, open_git
from analyzer.target import DEFAULT_HOSTS, Host, Target, clean_subdir, parse_target

if TYPE_CHECKING:
    from analyzer.acquire import Acquired, RemoteRef
    from analyzer.isolation import Confinement

Progress = Callable[[str, str], None]
"""Told a stage and a detail: ``("clone", "12.3 MB")``."""

__all__ = [
    "Options",
    "Progress",
    "Result",
    "analyze",
    "analyze_each",
    "analyze_many",
    "analyze_remote",
    "analyze_remote_inside",
    "each_inside",
    "existing_folder",
    "stored_key",
    "with_origin",
]


class Options(Struct, frozen=True):
    """How targets are analyzed.

    Args:
        ref: branch, tag or commit; overrides one in the target.
        subdir: folder in the repository; overrides one in the target.
        rubric: name or path of a rubric; empty for that of the configuration where it counts, else ``mlops``.
        limits: what may be fetched and read.
        hosts: the git hosts that may be cloned from.
        worktree: read the uncommitted state of a local work tree instead of a commit.
        standalone: judge a local folder as a repository of its own, whatever it lies in.
        offline: never use the network; a remote target is an error.
        owner: name, e-mail address or account whose share of the commits is reported beside the score.
        rules: modules of rule packages beside the installed ones.
        configured: whether rubric, threshold and left-out paths of the repository's configuration count; for an owner's
            own repository on this machine.
        configuration_required: whether it is an error where ``configured`` and there is none.
        annotations: whether the owner's word that criteria do not apply counts.
        cached: whether reports of unchanged remote commits are read from and kept in the cache.
        isolated: whether a local repository is analyzed in a confined process too, as remote ones always are.
        local: whether a path of this machine is a target at all.
        prints: whether the report carries fingerprints of the files, to find copies; one from the cache has none.
    """

    ref: str = ""
    subdir: str = ""
    rubric: str = "mlops"
    limits: Limits = Limits()
    hosts: tuple[Host, ...] = DEFAULT_HOSTS
    worktree: bool = False
    standalone: bool = False
    offline: bool = False
    owner: str = ""
    cached: bool = True
    rules: tuple[str, ...] = ()
    configured: bool = False
    configuration_required: bool = True
    annotations: bool = True
    isolated: bool = False
    local: bool = True
    prints: bool = False


class Result(Struct, frozen=True):
    """One target of many: its report, or why there is none."""

    target: str
    report: Report | None = None
    error: FolioscopeError | None = None


def _quiet(stage: str, detail: str) -> None:
    del stage, detail


def analyze(
    target: str, options: Options = Options(), progress: Progress = _quiet, cache: Cache | None = None
) -> Report:
    """Analyze one target.

    Args:
        target: a URL, ``owner/name``, or the path of a repository or folder.
        options: how.
        progress: a callable that is told each stage and a detail.
        cache: where reports of unchanged remote commits are kept; by default the user's cache folder.

    Raises:
        FolioscopeError: the target is wrong, cannot be read, or exceeds a limit; ``exit_code`` tells which.
    """
    rubric = load_rubric(options.rubric or "mlops")
    discover(options.rules)  # while whatever they import may still be read
    parsed = parse_target(target, ref=options.ref, subdir=options.subdir, hosts=options.hosts, local=options.local)
    if parsed.path is not None:
        if options.isolated:
            return _analyze_local_isolated(parsed, rubric, options, progress)
        return _analyze_local(parsed, rubric, options, progress)
    if options.configured:
        raise UsageError(
            "--with-config is for a repository of your own on this machine",
            f"{target} is a remote one, whose configuration is its own affair.",
        )
    if options.worktree or options.standalone:
        raise UsageError("--worktree and --standalone are for folders on this machine", f"{target} is a remote one.")
    if options.offline:
        raise TargetError(
            f"{parsed.owner}/{parsed.repo} is not on this machine",
            "Leave out --offline, or give the path of a local clone.",
        )
    from analyzer.acquire import resolve_remote

    ref = resolve_remote(parsed, options.limits, progress)
    return analyze_remote(parsed, ref, rubric, options, progress, cache)


def _work(item: tuple[str, Options]) -> Result:
    name, options = item
    try:
        return Result(name, analyze(name, options))
    except FolioscopeError as error:
        return Result(name, error=error)
    except Exception as error:  # noqa: BLE001 one target may fail in any way; the others go on
        return Result(name, error=TargetError(f"{name} could not be analyzed: {type(error).__name__}: {error}"))


def analyze_many(targets: Iterable[str], options: Options = Options(), *, jobs: int = 1) -> Iterator[Result]:
    """Analyze many targets in ``jobs`` processes; yield one result a target, in order. One may fail, the others go on."""
    yield from analyze_each(((target, options) for target in targets), jobs=jobs)


def analyze_each(targets: Iterable[tuple[str, Options]], *, jobs: int = 1) -> Iterator[Result]:
    """Analyze many targets, each with its own options, as :func:`analyze_many` does."""
    work = list(targets)
    if jobs <= 1 or len(work) <= 1:
        yield from map(_work, work)
        return
    from concurrent.futures import ProcessPoolExecutor

    with ProcessPoolExecutor(min(jobs, len(work))) as pool:
        yield from pool.map(_work, work)


# -- local -------------------------------------------------------------------------------------------------------


def _analyze_local(target: Target, rubric: Rubric, options: Options, tell: Progress) -> Report:
    path = (target.path or Path()).resolve()
    tell("read", path.name)
    if path.is_file():
        raise TargetError(f"{target.input} is a file", f"Give the folder of the repository, such as {path.parent}.")
    found = None if options.standalone else find_git_dir(path)
    if found is None:
        return _analyze_folder(path, target, rubric, options, tell)
    git_dir, root = found
    # A part of the path that only the commit has counts too: folders of a bare repository, or of another ref.
    prefix = path.relative_to(root).as_posix() if path != root else ""
    subdir = "/".join(part for part in (prefix, target.subdir) if part)
    bare = git_dir == root
    name = (root.parent if root.name == ".git" else root).name.removesuffix(".git")
    described = ReportTarget(name, "", name, target.ref, "", "", "", "")
    if options.worktree:
        if bare:
            raise UsageError(f"{target.input} is a bare repository and has no work tree", "Leave out --worktree.")
        if target.ref:
            raise UsageError("--worktree reads files that no ref has", "Leave out --ref or --worktree.")
        return _assess_in(open_worktree(root, git_dir, options.limits), described, subdir, rubric, options, tell)
    snapshot = open_git(git_dir, target.ref, options.limits)
    return _assess_in(
        snapshot, with_origin(described, git_dir, snapshot.commit, options), subdir, rubric, options, tell
    )


def _analyze_local_isolated(target: Target, rubric: Rubric, options: Options, tell: Progress) -> Report:
    from analyzer.isolation import Confinement

    path = (target.path or Path()).resolve()
    found = None if options.standalone else find_git_dir(path)
    readable = (path,) if found is None else (path, found[1], common_dir(found[0]))
    confinement = Confinement.of(options.limits, *readable)
    return _isolated(_analyze_local, (target, rubric, options), confinement, tell)


def _analyze_folder(path: Path, target: Target, rubric: Rubric, options: Options, tell: Progress) -> Report:
    if not path.exists():
        near = nearest(path.name, (item.name for item in _siblings(path)))
        raise TargetError(f"There is no folder {target.input}", f"Check the path. {near}".strip())
    if not path.is_dir():
        raise TargetError(f"{target.input} is no folder", "Give the folder of the repository.")
    if target.ref:
        raise UsageError(f"{target.input} is no git repository, so it has no ref {target.ref!r}", "Leave out --ref.")
    described = ReportTarget(path.name, "", path.name, "", "", "", "", "")
    return _assess_in(open_folder(path, options.limits), described, target.subdir, rubric, options, tell)


def _siblings(path: Path) -> Iterator[Path]:
    try:
        yield from (item for item in path.parent.iterdir() if item.is_dir())
    except OSError:
        return


_ORIGIN = re.compile(r"\[remote \"origin\"\][^\[]*?\n\s*url\s*=\s*(\S+)")


def with_origin(target: ReportTarget, git_dir: Path, commit: str, options: Options) -> ReportTarget:
    """Name the repository by its origin where that is a known host; link to it where the commit was pushed."""
    shared = common_dir(git_dir)
    try:
        config = (shared / "config").read_text("utf-8", "replace")[:65_536]
        match = _ORIGIN.search(config)
        if not match:
            return target
        # A user name or token in the address is nobody's business.
        address = re.sub(r"^(https?://)[^/@]*@", r"\1", match.group(1).strip('"'))
        origin = parse_target(address, hosts=options.hosts, local=False)
        heads = run(git_dir, "for-each-ref", "--count=1", "refs/remotes/origin", seconds=10, most=4096)
        # A bare clone keeps the branches of its origin as its own.
        where = "refs/remotes/origin" if heads else "refs/heads"
        bare = shared == git_dir and git_dir.name != ".git"
        pushed = (heads or bare) and run(
            git_dir, "for-each-ref", "--count=1", f"--contains={commit}", where, seconds=10, most=4096
        )
    except (FolioscopeError, OSError):
        return target
    name = f"{origin.owner}/{origin.repo}"
    return replace(target, input=name, owner=origin.owner, repo=origin.repo, url=origin.web_url if pushed else "")


def _assess_in(
    snapshot: Snapshot, target: ReportTarget, subdir: str, rubric: Rubric, options: Options, tell: Progress
) -> Report:
    with snapshot, paused_collector():
        tell("analyze", f"{len(snapshot.entries)} files")
        folder = existing_folder(snapshot, subdir)
        described = replace(target, subdir=folder, commit=snapshot.commit, committed=snapshot.committed)
        word = owners_word(
            snapshot.read_if_small,
            folder,
            configured=options.configured,
            annotations=options.annotations,
            required=options.configuration_required,
        )
        rules = discover(options.rules)
        if word.rubric and not options.rubric:
            rubric = load_rubric(word.rubric)
        if word.settings and word.configuration:
            word.configuration.check_criteria(rubric)
        return assess(snapshot, described, rubric, rules, options.owner, word, prints=options.prints)


def existing_folder(snapshot: Snapshot, subdir: str) -> str:
    """The subfolder as it is in the snapshot; the path of a file means the folder it is in."""
    if not subdir:
        return ""
    folders = {""}
    for path in snapshot.entries:
        parts = path.split("/")
        folders.update("/".join(parts[:end]) for end in range(1, len(parts)))
    for candidate in dict.fromkeys((subdir, clean_subdir(unquote(subdir)))):
        if candidate in folders:
            return candidate
        entry = snapshot.entries.get(candidate)
        if entry and entry.kind is EntryKind.FILE:
            return posixpath.dirname(candidate)
    where = "in this commit" if snapshot.commit else "in the repository"
    raise TargetError(f"There is no folder {subdir!r} {where}", nearest(subdir, folders - {""}))


# -- remote ------------------------------------------------------------------------------------------------------


def _assess_clone(
    git_dir: Path,
    commit: str,
    described: ReportTarget,
    subdir: str,
    rubric: Rubric,
    options: Options,
    tell: Progress = _quiet,
) -> Report:
    snapshot = open_git(git_dir, commit, options.limits, filtered=True)
    return _assess_in(snapshot, described, subdir, rubric, options, tell)


def _isolated(
    function: Callable[..., Report], arguments: tuple[Any, ...], confinement: Confinement, tell: Progress
) -> Report:
    """Call a function that reads a foreign repository in a confined process, where this system has such processes."""
    from analyzer.isolation import CAN_FORK, run_confined

    if not CAN_FORK:
        return function(*arguments, tell)
    discover()  # rules are found here, once, and not in each child
    return run_confined(function, arguments, confinement, tell)


def stored_key(
    target: Target,
    commit: str,
    subdir: str,
    rubric: Rubric,
    limits: Limits,
    owner: str = "",
    rules: tuple[str, ...] = (),
    *,
    annotations: bool = True,
) -> str:
    """The key under which the report of a commit is kept, whatever ref led to the commit."""
    name = f"{target.web_url}\0{owner}" + ("" if annotations else "\0without annotations")
    return report_key(name, commit, subdir, rubric, discover(rules), limits)


def _described(target: Target, ref: RemoteRef) -> ReportTarget:
    typed = target.input.strip()
    return ReportTarget(typed, target.owner, target.repo, ref.short, ref.subdir, ref.commit, "", target.web_url)


def _assess_confined(
    acquired: Acquired,
    described: ReportTarget,
    subdir: str,
    rubric: Rubric,
    options: Options,
    tell: Progress = _quiet,
) -> Report:
    from analyzer.isolation import Confinement

    arguments = (acquired.git_dir, acquired.commit, described, subdir, rubric, options)
    return _isolated(_assess_clone, arguments, Confinement.of(options.limits, acquired.git_dir), tell)


def analyze_remote(
    target: Target,
    ref: RemoteRef,
    rubric: Rubric,
    options: Options,
    tell: Progress = _quiet,
    cache: Cache | None = None,
) -> Report:
    """Analyze the commit that the server named for a target (``analyzer.acquire.resolve_remote``).

    Raises:
        FolioscopeError: as :func:`analyze`.
    """
    from analyzer.acquire import acquire
    from analyzer.reporters.json_report import as_document, from_document

    cache = cache or ReportCache()
    described = _described(target, ref)

    def key(commit: str) -> str:
        told = (options.limits, options.owner, options.rules)
        return stored_key(target, commit, ref.subdir, rubric, *told, annotations=options.annotations)

    known = cache.get(key(ref.commit)) if options.cached else None
    if known is not None:
        try:
            report = from_document(known, rubric, described.input)
        except (KeyError, TypeError, ValueError, AttributeError):
            tell("cache", "damaged, not used")
        else:
            tell("cache", ref.commit[:12])
            return replace(report, target=replace(report.target, ref=ref.short))
    with acquire(target, ref, options.limits, tell) as acquired:
        report = _assess_confined(acquired, described, ref.subdir, rubric, options, tell)
    if options.cached:
        cache.put(key(report.target.commit), as_document(report))
    return report


def analyze_remote_inside(
    target: Target, ref: RemoteRef, rubric: Rubric, options: Options, inside: Callable[[Report], Sequence[str]]
) -> tuple[Report, list[Result]]:
    """Analyze a commit, and the folders that ``inside`` names by its report, all in one clone. No cache is asked.

    A folder that gives an error costs itself alone. Fingerprints are those of the whole.

    Raises:
        FolioscopeError: as :func:`analyze`, of the whole.
    """
    from analyzer.acquire import acquire

    described = _described(target, ref)
    chosen = replace(options, prints=False)
    with acquire(target, ref, options.limits) as acquired:
        whole = _assess_confined(acquired, described, ref.subdir, rubric, options)
        return whole, [
            each_inside(folder, lambda folder: _assess_confined(acquired, described, folder, rubric, chosen))
            for folder in inside(whole)
        ]


def each_inside(folder: str, read: Callable[[str], Report]) -> Result:
    """The result of one folder of a repository: its report or its error."""
    try:
        return Result(folder, read(folder))
    except FolioscopeError as error:
        return Result(folder, error=error)
