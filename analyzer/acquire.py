"""From a remote target to a bare repository on this machine, within bounds (GitPython runs git).

The URL is rebuilt from parsed parts. git gets an argument list of ours and an environment of its own; nothing is
checked out, no submodule, tag or second branch is fetched, and files above the blob limit are left on the server.
"""

from __future__ import annotations

import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from types import MappingProxyType
from typing import IO, cast
from urllib.parse import urljoin

from msgspec import Struct
from msgspec.structs import replace

from analyzer.complaints import explain
from analyzer.egress import pinning
from analyzer.errors import LimitError, TargetError, UsageError
from analyzer.git import command, environment, kill_group
from analyzer.limits import Limits
from analyzer.snapshot import nearest
from analyzer.target import Host, Target, clean_subdir, parse_target
from analyzer.temporary import private_folder

__all__ = ["Acquired", "Progress", "RemoteRef", "acquire", "resolve_remote"]

Progress = Callable[[str, str], None]
"""Told a stage and a detail: ``("clone", "12.3 MB")``."""

_LONGEST_LISTING = 64 * 1024 * 1024
_LONGEST_COMPLAINT = 1024 * 1024
_LOOK_EVERY = 0.1
_LOOK_UP = "look-up of refs"
_MOST_MOVES = 3
_REDIRECTED = re.compile(r"returned error: 30[12378]\b")
_LOCATION = re.compile(r"<= Recv header: location:[ \t]*(\S+)", re.IGNORECASE)


def _silent(stage: str, detail: str) -> None:
    del stage, detail


class RemoteRef(Struct, frozen=True):
    """What a target names on the server: the commit, the full name of the ref (empty for a bare commit), the folder.

    ``moved`` is where the repository is now, when the server says that it was renamed.
    """

    commit: str
    name: str
    short: str
    subdir: str
    moved: Target | None = None


class Acquired(Struct, frozen=True):
    """A bare repository in a temporary folder."""

    git_dir: Path
    commit: str


class _Outcome(Struct):
    status: int
    output: bytes
    complaint: str


@dataclass(slots=True)
class _Runner:
    """Runs git through GitPython and ends its whole process group at a limit. ``host`` alone is connected to."""

    host: Host
    limits: Limits
    progress: Progress
    started: float = field(default_factory=time.monotonic)
    pinned: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.pinned = pinning(self.host)

    def run(
        self,
        what: str,
        *arguments: str,
        git_dir: Path | None = None,
        grows: Path | None = None,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> _Outcome:
        """Run one command.

        Args:
            what: the stage, for progress and errors.
            arguments: git's arguments.
            git_dir: the repository to work on.
            grows: a folder whose size is watched.
            more: variables of the environment beside those that git always gets.

        Raises:
            LimitError: time or bytes are over.
            TargetError: git is not installed.
        """
        if shutil.which("git") is None:  # GitPython cannot even be imported then
            raise TargetError("git was not found on this machine", "Install git 2.30 or newer.")
        from git.cmd import Git

        # GitPython adds the caller's environment to its own; env -i begins with none.
        given = environment(self.host.base.partition("://")[0]) | dict(more)
        clean = ["env", "-i", *(f"{name}={value}" for name, value in given.items())]
        # In the root folder git finds no repository, whose configuration could redirect what is fetched.
        wrapped = Git("/").execute(
            [*clean, *command(git_dir, *self.pinned, *arguments)], as_process=True, shell=False, start_new_session=True
        )
        process = cast("Popen[bytes]", wrapped.proc)
        output, complaint = bytearray(), bytearray()
        readers = [
            threading.Thread(target=_drain, args=(process.stdout, output, _LONGEST_LISTING), daemon=True),
            threading.Thread(target=_drain, args=(process.stderr, complaint, _LONGEST_COMPLAINT), daemon=True),
        ]
        for reader in readers:
            reader.start()
        try:
            self._watch(process, what, grows)
        finally:
            kill_group(process)
            for reader in readers:
                reader.join(timeout=5)
            for stream in (process.stdout, process.stderr):
                assert stream
                stream.close()
        if grows:
            self._weigh(what, grows)
        return _Outcome(process.wait(), bytes(output), complaint.decode("utf-8", "replace"))

    def _weigh(self, what: str, grows: Path) -> None:
        size = _size(grows)
        self.progress(what, f"{size / 1e6:.1f} MB")
        if size > self.limits.clone_bytes:
            raise LimitError(
                f"The repository is larger than {self.limits.clone_bytes / 1e6:,.4g} MB",
                "Raise --max-bytes, or analyze a local copy.",
            )

    def _watch(self, process: Popen[bytes], what: str, grows: Path | None) -> None:
        looked = 0.0
        while process.poll() is None:
            now = time.monotonic()
            if now - self.started > self.limits.clone_seconds:
                raise LimitError(
                    f"The {what} took longer than {self.limits.clone_seconds} seconds",
                    "Raise --max-seconds, or try later.",
                )
            if grows and now - looked > 4 * _LOOK_EVERY:
                looked = now
                self._weigh(what, grows)
            time.sleep(0.01 if now - self.started < 1 else _LOOK_EVERY)


def _drain(stream: IO[bytes], into: bytearray, most: int) -> None:
    """Read to the end, so that git is never held up, and keep the beginning."""
    while chunk := stream.read(65_536):
        if len(into) < most:
            into += chunk


def _size(folder: Path) -> int:
    total = 0
    for root, _, files in os.walk(folder):
        for name in files:
            try:
                total += Path(root, name).lstat().st_size
            except OSError:
                continue
    return total


def _runner(target: Target, limits: Limits, progress: Progress) -> _Runner:
    assert target.host is not None
    return _Runner(target.host, limits, progress)


def resolve_remote(target: Target, limits: Limits, progress: Progress = _silent) -> RemoteRef:
    """Ask the server which commit the target names (git ls-remote).

    Raises:
        TargetError: the repository, ref or network is not there; the message has cause and way out.
        LimitError: the server took too long.
    """
    progress("resolve", target.clone_url)
    runner = _runner(target, limits, progress)
    asked = target
    for _ in range(_MOST_MOVES + 1):
        outcome = runner.run(_LOOK_UP, "ls-remote", "--symref", "--", asked.clone_url)
        if not outcome.status or not _REDIRECTED.search(outcome.complaint):
            break
        asked = _moved_to(runner, asked)
    if outcome.status:
        raise explain(target, outcome.complaint)
    refs, head = _parse_refs(outcome.output)
    if not refs:
        raise TargetError(f"{target.owner}/{target.repo} is empty: it has no commit yet", "Push something first.")
    chosen = _choose(target, refs, head)
    return chosen if asked is target else replace(chosen, moved=asked)


def _moved_to(runner: _Runner, target: Target) -> Target:
    """Where a renamed repository is now. git follows no redirect; one that stays on the host is followed here.

    Raises:
        TargetError: it leads to another host, or to no repository.
    """
    assert target.host is not None
    traced = {"GIT_TRACE_CURL": "1", "GIT_TRACE_CURL_NO_DATA": "1"}
    outcome = runner.run(_LOOK_UP, "ls-remote", "--symref", "--", target.clone_url, more=traced)
    places = _LOCATION.findall(outcome.complaint)
    name = f"{target.owner}/{target.repo}"
    place = urljoin(target.clone_url, places[-1]) if places else ""
    if place.partition(":")[0] not in ("http", "https"):
        raise TargetError(
            f"The server of {name} redirects to a protocol that is not allowed",
            "Only https is used; analyze a local clone.",
        )
    try:
        found = parse_target(place.partition("/info/refs")[0], hosts=(target.host,), local=False)
    except UsageError as error:
        raise TargetError(
            f"The server of {name} redirects to {place[:200]}, which is not a repository of {target.host.name}",
            "Give the address that it leads to, or analyze a local clone.",
        ) from error
    return replace(target, owner=found.owner, repo=found.repo)


def _parse_refs(output: bytes) -> tuple[dict[str, str], str]:
    refs: dict[str, str] = {}
    head = ""
    for line in output.decode("utf-8", "surrogateescape").splitlines():
        value, _, name = line.partition("\t")
        if value.startswith("ref: ") and name == "HEAD":
            head = value[5:]
        elif name.endswith("^{}"):
            refs[name[:-3]] = value  # an annotated tag: the commit it points to
        elif name:
            refs.setdefault(name, value)
    return refs, head


def _choose(target: Target, refs: dict[str, str], head: str) -> RemoteRef:
    in_url = _in_url(target, refs) if target.tail else None
    if target.ref:
        subdir = target.subdir or (in_url.subdir if in_url else _folder(target, 1))
        return _named(target.ref, subdir, refs) or _commit(target.ref, subdir) or _no_ref(target.ref, refs)
    if in_url:
        return replace(in_url, subdir=target.subdir) if target.subdir else in_url
    if target.tail:
        return _no_ref("/".join(target.tail), refs)
    if "HEAD" not in refs:
        names = ", ".join(
            sorted(name.removeprefix("refs/heads/") for name in refs if name.startswith("refs/heads/"))[:5]
        )
        raise TargetError(f"{target.owner}/{target.repo} has no default branch", f"Name one with --ref: {names}.")
    return RemoteRef(refs["HEAD"], head or "HEAD", head.removeprefix("refs/heads/"), target.subdir)


def _in_url(target: Target, refs: dict[str, str]) -> RemoteRef | None:
    """The ref and folder of a /tree/ or /blob/ URL: the longest beginning of its rest that is a ref."""
    for end in range(len(target.tail), 0, -1):
        found = _named("/".join(target.tail[:end]), _folder(target, end), refs)
        if found:
            return found
    return _commit(target.tail[0], _folder(target, 1))


def _folder(target: Target, end: int) -> str:
    rest = target.tail[end:-1] if target.tail_is_file else target.tail[end:]
    return clean_subdir("/".join(rest)) if rest else ""


def _named(ref: str, subdir: str, refs: dict[str, str]) -> RemoteRef | None:
    for name in (f"refs/heads/{ref}", f"refs/tags/{ref}", ref):
        if name in refs and name != "HEAD":
            return RemoteRef(refs[name], name, ref, subdir)
    return None


def _commit(ref: str, subdir: str) -> RemoteRef | None:
    if len(ref) in (40, 64) and all(character in "0123456789abcdef" for character in ref.lower()):
        return RemoteRef(ref.lower(), "", ref, subdir)
    return None


def _no_ref(ref: str, refs: dict[str, str]) -> RemoteRef:
    names = [name.split("/", 2)[2] for name in refs if name.startswith(("refs/heads/", "refs/tags/"))]
    hint = nearest(ref, names)
    if 7 <= len(ref) < 40 and all(character in "0123456789abcdef" for character in ref.lower()):
        hint = "A commit must be given with all its 40 digits."
    raise TargetError(f"There is no branch, tag or commit {ref[:120]!r}", hint)


@contextmanager
def acquire(
    target: Target,
    ref: RemoteRef,
    limits: Limits,
    progress: Progress = _silent,
    *,
    contents: bool = True,
    commits: int = 1,
) -> Iterator[Acquired]:
    """Fetch one commit into a temporary bare repository, which is removed at the end.

    Without ``contents`` the names of its files alone are fetched: no blob and no history. With ``commits`` above 1, that
    many come with the files of each, and all tags; otherwise the commits before it come without files.

    Raises:
        TargetError: the server or network failed.
        LimitError: bytes or seconds are over.
    """
    target = ref.moved or target
    with private_folder() as folder:
        git_dir = folder / "repository.git"
        runner = _runner(target, limits, progress)
        _prepare(runner, git_dir, target, ref)
        progress("clone", "")
        wanted = ref.name if ref.name.startswith("refs/") else ref.commit
        fetched = _fetch(
            runner,
            git_dir,
            [
                f"--depth={commits}",
                f"--filter=blob:limit={limits.blob_bytes + 1}" if contents else "--filter=blob:none",
            ],
            f"+{wanted}:refs/heads/folioscope",
            *(["+refs/tags/*:refs/tags/*"] if commits > 1 else []),
        )
        if fetched.status:
            raise explain(target, fetched.complaint)
        commit = _head_of(runner, git_dir)
        if contents and commits == 1:
            # The history with its folders but without files; a server that cannot give it costs only the history.
            depth = f"--depth={limits.history}"
            _fetch(runner, git_dir, [depth, "--filter=blob:none"], f"+{wanted}:refs/heads/history")
        runner.run("preparation", "config", "--remove-section", "remote.origin", git_dir=git_dir)
        yield Acquired(git_dir, commit)


def _prepare(runner: _Runner, git_dir: Path, target: Target, ref: RemoteRef) -> None:
    shape = "sha256" if len(ref.commit) == 64 else "sha1"
    made = runner.run(
        "preparation", "init", "--quiet", "--bare", "--template=", f"--object-format={shape}", "--", str(git_dir)
    )
    if made.status:
        raise TargetError(
            f"No temporary repository could be made: {made.complaint.strip()[:200]}",
            "Check the free space of the temporary folder.",
        )
    runner.run("preparation", "config", "remote.origin.url", target.clone_url, git_dir=git_dir)


def _fetch(runner: _Runner, git_dir: Path, options: Sequence[str], *refspecs: str) -> _Outcome:
    return runner.run(
        "clone",
        "fetch",
        "--quiet",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
        "--force",
        *options,
        "--",
        "origin",
        *refspecs,
        git_dir=git_dir,
        grows=git_dir,
    )


def _head_of(runner: _Runner, git_dir: Path) -> str:
    found = runner.run("preparation", "rev-parse", "--verify", "refs/heads/folioscope^{commit}", git_dir=git_dir)
    if found.status:
        raise TargetError("The fetched ref is no commit", "Name a branch or a commit with --ref.")
    return found.output.decode("ascii", "replace").strip()
