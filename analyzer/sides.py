"""What BASE and HEAD of a comparison mean: a kept report, a ref of a repository, or a target of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from msgspec.structs import replace

from analyzer.errors import FolioscopeError, TargetError, UsageError

if TYPE_CHECKING:
    from analyzer.analysis import Options

__all__ = ["commit_of", "document_of", "kept_report", "pushed"]

_LONGEST_REPORT = 64 * 1024 * 1024


def document_of(name: str, repository: Path, options: Options) -> dict[str, Any]:
    """The report of one side as a JSON document.

    A name is tried as a file, then as a ref of ``repository``, then as a path or address, as git does: a folder that is
    called like a branch is meant by ``./NAME``.

    Raises:
        FolioscopeError: it is none of them, or cannot be read.
    """
    from analyzer.analysis import analyze
    from analyzer.reporters.json_report import as_document

    path = Path(name)
    if path.is_file() and not name.endswith((".git", "/")):
        return kept_report(path)
    commit = commit_of(repository, name)
    if commit:
        return as_document(analyze(str(repository), replace(options, ref=commit, standalone=False)))
    if path.exists() or "://" in name or name.startswith("git@"):
        return as_document(analyze(name, options))
    raise _nothing(name, repository)


def _nothing(name: str, repository: Path) -> FolioscopeError:
    """That a name means nothing, and why."""
    from analyzer.snapshot import find_git_dir

    if not repository.exists():
        return UsageError(
            f"There is no folder {repository}, whose ref {name!r} may be", "Give another one with --repo."
        )
    if find_git_dir(repository) is None:
        return TargetError(
            f"{name!r} is neither a report nor a path, and {repository} is in no git repository",
            "Name a repository with --repo, or give paths of reports or repositories.",
        )
    if not commit_of(repository, "HEAD"):
        return TargetError(
            f"{name!r} is neither a report nor a path, and {repository} has no commit yet",
            "Commit something first; folioscope analyze --worktree reads what is not committed yet.",
        )
    return TargetError(
        f"{name!r} is neither a report, nor a ref of {repository}, nor a path",
        "In a shallow clone the ref may not be here: git fetch it first (actions/checkout: fetch-depth: 0).",
    )


def commit_of(repository: Path, name: str) -> str:
    """The commit that a name means in the repository that a path lies in, as git understands it (``HEAD~3``); or nothing."""
    from analyzer.git import GitError, run
    from analyzer.snapshot import find_git_dir, refs_called

    found = find_git_dir(repository)
    if found is None or not name or name.startswith(("-", "./", "../", "/")):
        return ""
    for candidate in refs_called(name):
        try:
            said = run(found[0], "rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}", seconds=10, most=4096)
        except (GitError, ValueError):  # a name with a zero byte is none
            continue
        return said.decode("ascii", "replace").strip()
    return ""


def pushed(repository: Path, environ: Mapping[str, str]) -> tuple[str, str]:
    """The commits between which a push would change the remote's branch, the first empty where the remote has nothing.

    pre-commit names both in its variables; a hook of git's own, or a shell, has the upstream branch, and a branch that is
    new the remote's default one.
    """
    head = environ.get("PRE_COMMIT_TO_REF", "") or "HEAD"
    for name in (environ.get("PRE_COMMIT_FROM_REF", ""), "@{upstream}", "refs/remotes/origin/HEAD", "origin/main"):
        if commit := commit_of(repository, name):
            return commit, head
    return "", head


def _no_number(said: str) -> NoReturn:
    raise ValueError(f"{said} is no number")


def kept_report(path: Path) -> dict[str, Any]:
    """A report that was written with ``--format json``.

    Raises:
        UsageError: the file is none, or of another version of the contract.
    """
    hint = "Give a file written with folioscope analyze --format json."
    try:
        if path.stat().st_size > _LONGEST_REPORT:
            raise UsageError(f"{path} is larger than {_LONGEST_REPORT:,} bytes", hint)
        document = json.loads(path.read_bytes(), parse_constant=_no_number)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", hint) from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {error}", hint) from error
    if not isinstance(document, dict) or "criteria" not in document:
        raise UsageError(f"{path} is JSON, but no report", hint)
    if document.get("schema_version") != 1:
        said = document.get("schema_version")
        version = f"version {said}" if isinstance(said, int) else "an unknown version"
        raise UsageError(f"{path} is a report of {version}; this folioscope reads version 1", hint)
    return document
