"""Which commit a target names now, found without reading the repository, and the key of what is known about it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from analyzer.acquire import RemoteRef, resolve_remote
from analyzer.analysis import Options, Progress, Result, analyze, analyze_remote_inside, each_inside
from analyzer.cache import report_key
from analyzer.errors import FolioscopeError, TargetError
from analyzer.git import run
from analyzer.plugins import discover
from analyzer.report import Report
from analyzer.rubric import Rubric
from analyzer.snapshot import common_dir, find_git_dir, refs_called
from analyzer.target import Target, parse_target

__all__ = ["Located", "check_local", "locate", "read_located"]


def _quiet(stage: str, detail: str) -> None:
    del stage, detail


class Located(Struct, frozen=True):
    """A target and its commit.

    ``commit`` is empty where nothing names one: the analysis says what is wrong, and nothing is kept.
    ``name`` is the address or path of the repository, ``remote`` what the server answered.
    """

    target: Target
    name: str
    commit: str = ""
    subdir: str = ""
    ref: str = ""
    remote: RemoteRef | None = None

    def key(self, commit: str, rubric: Rubric, options: Options) -> str:
        """The key of what is known about a commit of this target."""
        named = f"{self.name}\0{self.ref}\0{options.owner}\0{options.annotations}"
        return report_key(named, commit, self.subdir, rubric, discover(options.rules), options.limits)


def locate(typed: str, options: Options, progress: Progress = _quiet) -> Located:
    """Ask the server for its refs, or read those of a repository here.

    Raises:
        FolioscopeError: the target is wrong, or cannot be reached.
    """
    parsed = check_local(typed, options)
    if parsed.path is None:
        if options.offline:
            raise TargetError(
                f"{parsed.owner}/{parsed.repo} is not on this machine",
                "Leave out --offline, or give the path of a local clone.",
            )
        remote = resolve_remote(parsed, options.limits, progress)
        return Located(parsed, parsed.web_url, remote.commit, remote.subdir, remote.short, remote)
    path = parsed.path.resolve()
    found = find_git_dir(path) if path.exists() else None
    if found is None:
        return Located(parsed, str(path))
    git_dir, root = found
    prefix = path.relative_to(root).as_posix() if path != root else ""
    subdir = "/".join(part for part in (prefix, parsed.subdir) if part)
    return Located(parsed, str(root), _commit(git_dir, parsed.ref), subdir, parsed.ref)


def check_local(typed: str, options: Options) -> Target:
    """What a target is; a path of this machine has to be one that a list of strangers may name: a git repository's folder.

    Else a row would make files of this machine appear in the results: a list that it names, or a folder of anything.

    Raises:
        FolioscopeError: it is another one, or paths are no targets at all.
    """
    parsed = parse_target(typed, ref=options.ref, subdir=options.subdir, hosts=options.hosts)
    path = parsed.path
    if path is None:
        return parsed
    if not options.local:
        raise TargetError(f"{typed} is a path of this machine", "Give an address, or leave out --no-local.")
    if path.is_file():
        raise TargetError(f"{typed} is a file", "Give the folder of a git repository.")
    if path.exists() and find_git_dir(path) is None:
        raise TargetError(
            f"{typed} is a folder of no git repository",
            "A batch reads repositories alone; folioscope analyze reads a single folder.",
        )
    return parsed


def read_located(
    located: Located,
    typed: str,
    rubric: Rubric,
    options: Options,
    inside: Callable[[Report], Sequence[str]] = lambda report: (),
) -> tuple[Report, list[Result]]:
    """Analyze a target whose refs are known, and the folders of it that ``inside`` names by its report.

    Raises:
        FolioscopeError: as :func:`analyzer.analysis.analyze`, of the whole; a folder has its own result.
    """
    if located.remote is not None:
        return analyze_remote_inside(located.target, located.remote, rubric, options, inside)
    whole = analyze(typed, options)
    chosen = replace(options, ref=whole.target.commit, prints=False)

    def read(folder: str) -> Report:
        return analyze(located.name, replace(chosen, subdir=folder))

    return whole, [each_inside(folder, read) for folder in inside(whole)]


def _commit(git_dir: Path, ref: str) -> str:
    """The commit of a ref of a repository here, or an empty string: the analysis will say what is wrong with it."""
    found = "" if ref else _head(git_dir)
    if found:
        return found
    for name in refs_called(ref or "HEAD"):
        try:
            answer = run(git_dir, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}", seconds=20, most=4096)
        except FolioscopeError:
            continue
        return answer.decode("ascii", "replace").strip()
    return ""


def _head(git_dir: Path) -> str:
    """The commit of HEAD from the files of the repository (gitrepository-layout(5)); empty where they do not tell.

    Ten thousand rows are looked up in seconds so, and in minutes with a process for each.
    """
    try:
        if git_dir.is_file():
            return ""
        shared = common_dir(git_dir)
        head = (git_dir / "HEAD").read_text("ascii").strip()
        if not head.startswith("ref: refs/heads/"):
            return head if _is_commit(head) else ""
        name = head.removeprefix("ref: ")
        loose = shared / name
        if loose.is_file():
            found = loose.read_text("ascii").strip()
            return found if _is_commit(found) else ""
        for line in (shared / "packed-refs").read_text("utf-8", "surrogateescape").splitlines():
            if line.endswith(f" {name}") and _is_commit(line.partition(" ")[0]):
                return line.partition(" ")[0]
    except (OSError, ValueError):
        return ""
    return ""


def _is_commit(text: str) -> bool:
    return len(text) in (40, 64) and all(character in "0123456789abcdef" for character in text)
