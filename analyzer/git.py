"""Git as this project runs it: an argument list of ours, a hardened environment, bounded output and time.

Plumbing commands read objects only. Nothing here starts hooks, filters, pagers, credential helpers,
the file-system monitor or a lazy fetch (git-config(1), git(1) "Environment Variables").
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import IO

from analyzer.deadline import deadline
from analyzer.errors import LimitError, TargetError

__all__ = [
    "GitError",
    "ObjectReader",
    "command",
    "environment",
    "kill_group",
    "run",
    "stay_in_group",
    "without_promisor",
]

_PASSED_ON = ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO", "TMPDIR", "SYSTEMROOT")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY")
_OPTIONS = (
    "core.fsmonitor=false",
    "core.untrackedCache=false",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.symlinks=false",
    "core.askPass=",
    "core.commitGraph=false",
    "credential.helper=",
    "submodule.recurse=false",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.followRedirects=false",
    "safe.directory=*",
)
_BUFFER = 1 << 16
_CHUNK = 1 << 20

_own_group = True


def stay_in_group() -> None:
    """Start git in the group of this process from now on; whoever ends the group ends git with it."""
    global _own_group  # noqa: PLW0603 a property of the process, like its group
    _own_group = False


class GitError(TargetError):
    """A git command failed; ``stderr`` holds what it said."""

    def __init__(self, what: str, hint: str = "", stderr: str = "") -> None:
        super().__init__(what, hint)
        self.stderr = stderr


def environment(protocols: str = "none") -> dict[str, str]:
    """Return the whole environment of a git process.

    Args:
        protocols: the value of ``GIT_ALLOW_PROTOCOL``; no protocol at all when reading what is here.
    """
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if protocols != "none":
        kept |= {name: os.environ[name] for name in _PROXIES if name in os.environ}
    return kept | {
        "LC_ALL": "C",
        "HOME": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_ALLOW_PROTOCOL": protocols,
        "GIT_PROTOCOL_FROM_USER": "0",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "true",
        "SSH_ASKPASS": "true",
        "GIT_SSH_COMMAND": "false",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_LFS_SKIP_SMUDGE": "1",
        "GIT_PAGER": "cat",
    }


def command(git_dir: Path | None, *arguments: str) -> list[str]:
    """Return the argument list of one git command on ``git_dir`` with the options that disarm its configuration."""
    options = [part for option in _OPTIONS for part in ("-c", option)]
    where = [f"--git-dir={git_dir}"] if git_dir else []
    return ["git", "--no-pager", *options, *where, *arguments]


def run(
    git_dir: Path | None,
    *arguments: str,
    seconds: float,
    most: int,
    stdin: bytes = b"",
    cwd: Path | None = None,
) -> bytes:
    """Run one local git command and return its output.

    Raises:
        GitError: git is not installed or the command failed.
        LimitError: it took longer than ``seconds`` or printed more than ``most`` bytes.
    """
    with tempfile.TemporaryFile() as complaints:
        process = _start(command(git_dir, *arguments), complaints, cwd)
        late = threading.Event()
        try:
            with deadline(seconds, lambda: _end_late(process, late)):
                assert process.stdin
                assert process.stdout
                if stdin:
                    threading.Thread(target=_feed, args=(process, stdin), daemon=True).start()
                else:
                    process.stdin.close()
                output = process.stdout.read(most + 1)
                if len(output) > most:
                    what = f"git {arguments[0]} printed more than {most} bytes"
                    raise LimitError(what, "Analyze a smaller repository.")
                status = process.wait()
        finally:
            _end_group(process)
        complaints.seek(0)
        errors = complaints.read(65_536)
    if late.is_set() and status < 0:
        raise LimitError(f"git {arguments[0]} took longer than {seconds:g} seconds", "Analyze a smaller repository.")
    if status:
        said = errors.decode("utf-8", "replace").strip()
        raise GitError(f"git {arguments[0]} failed: {said or f'exit status {status}'}", stderr=said)
    return output


def _start(
    argv: Sequence[str], complaints: IO[bytes] | None = None, cwd: Path | None = None
) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            argv,
            cwd=cwd,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints or subprocess.DEVNULL,
            start_new_session=_own_group,
            bufsize=_BUFFER,
        )
    except FileNotFoundError as error:
        raise GitError("git was not found on this machine", "Install git 2.30 or newer.") from error


def _widen(pipe: IO[bytes] | None) -> None:
    """Let git write ahead while what it wrote is worked on, where the system has room for it (pipe(7))."""
    size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if pipe and size:
        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), size, _CHUNK)


def _feed(process: subprocess.Popen[bytes], data: bytes) -> None:
    assert process.stdin
    try:
        process.stdin.write(data)
        process.stdin.close()
    except (BrokenPipeError, ValueError):
        return


def _end_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    kill_group(process)


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """End a process that leads a group, and the whole group with it."""
    if process.poll() is None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            process.kill()
        process.wait()


def _end_group(process: subprocess.Popen[bytes]) -> None:
    kill_group(process)
    for stream in (process.stdin, process.stdout):
        if stream:
            try:
                stream.close()
            except BrokenPipeError:
                continue


@contextmanager
def without_promisor(objects: Path, *, sha256: bool = False) -> Iterator[Path]:
    """A git directory with the objects of another one and none of its configuration.

    In a partial clone git asks the promisor for objects that are not here, and gives up when it may not
    (partial-clone(7)); seen from here, they are just missing.
    """
    with tempfile.TemporaryDirectory(prefix="folioscope-") as folder:
        root = Path(folder)
        (root / "objects" / "info").mkdir(parents=True)
        (root / "refs").mkdir()
        (root / "HEAD").write_text("ref: refs/heads/none\n")
        (root / "objects" / "info" / "alternates").write_bytes(os.fsencode(objects.resolve()) + b"\n")
        if sha256:
            (root / "config").write_text("[core]\nrepositoryformatversion=1\n[extensions]\nobjectFormat=sha256\n")
        yield root


class ObjectReader:
    """One ``git cat-file --batch`` process, asked for many objects (git-cat-file(1), "BATCH OUTPUT")."""

    _WINDOW = 200

    def __init__(self, git_dir: Path, seconds: float, most: int = 1 << 26) -> None:
        """Start it. Of an object above ``most`` bytes the beginning is read: a commit may have any message."""
        self._most = most
        self._process = _start(command(git_dir, "cat-file", "--batch"))
        _widen(self._process.stdout)
        self._seconds = seconds
        self._expired = False

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        _end_group(self._process)

    def _expire(self) -> None:
        self._expired = True
        kill_group(self._process)

    def read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes] | None]:
        """Yield (object id, content) for each name, or None for an object that is not here.

        Raises:
            LimitError: git took longer for them than it may. What is done with them in between has its own limit.
            GitError: git ended or said what cannot be understood.
        """
        # Each call has its own clock: a long analysis asks for files from its beginning to its end.
        try:
            with deadline(self._seconds, self._expire):
                yield from self._read(names)
        except (BrokenPipeError, ValueError, OSError) as error:
            if self._expired:
                raise LimitError(
                    f"Reading objects took longer than {self._seconds:g} seconds", "Analyze a smaller repository."
                ) from error
            raise GitError("git cat-file ended early", "The repository may be damaged; run git fsck on it.") from error

    def _read(self, names: Sequence[str]) -> Iterator[tuple[str, bytes] | None]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin
        assert stdout
        for start in range(0, len(names), self._WINDOW):
            window = names[start : start + self._WINDOW]
            # 200 names of at most 70 bytes fit a pipe, so writing all before reading cannot block.
            stdin.write("".join(f"{name}\n" for name in window).encode("utf-8", "surrogateescape"))
            stdin.flush()
            for _ in window:
                header = stdout.readline()
                if not header:
                    raise BrokenPipeError
                fields = header.decode("ascii", "replace").split()
                if len(fields) != 3 or not fields[2].isdigit():
                    yield None
                    continue
                size = int(fields[2])
                content = stdout.read(min(size, self._most))
                if len(content) < min(size, self._most):
                    raise BrokenPipeError
                for left in range(size - len(content), 0, -_CHUNK):
                    stdout.read(min(left, _CHUNK))
                stdout.read(1)
                yield fields[0], content
