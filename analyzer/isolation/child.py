"""Runs a function in a confined child process and hands back what it returned."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle  # nosec B403  # its errors alone are named here
import select
import signal
import struct
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from analyzer.errors import FolioscopeError, LimitError, TargetError
from analyzer.isolation.confinement import Confinement
from analyzer.isolation.process import confine
from analyzer.isolation.syscall import LINUX, prctl
from analyzer.isolation.values import dumped, loaded
from analyzer.temporary import private_folder

__all__ = ["CAN_FORK", "end_group", "run_confined"]

_Result = TypeVar("_Result")
Tell = Callable[[str, str], None]

_MOST_BYTES = 256 * 1024 * 1024
_HEADER = struct.Struct(">cQ")
_RESULT, _ERROR, _FAILED, _MEMORY, _PROGRESS = b"R", b"E", b"F", b"M", b"P"
_KINDS = _RESULT + _ERROR + _FAILED + _MEMORY + _PROGRESS
_PR_SET_PDEATHSIG = 1
# What a reader of pickles raises on bytes that are none (pickle.Unpickler.load).
_UNREADABLE = (
    *(pickle.UnpicklingError, ArithmeticError, AttributeError, EOFError, ImportError, LookupError),
    *(MemoryError, RecursionError, TypeError, ValueError),
)


CAN_FORK = hasattr(os, "fork")
"""Whether this system can start a child as a copy of this process."""


@dataclass(slots=True)
class _Ended:
    """How the child ended: its message, its wait status and its peak of resident memory in bytes."""

    kind: bytes
    content: bytes
    status: int
    processor: float
    late: bool


def run_confined(
    function: Callable[..., _Result], arguments: tuple[Any, ...], confinement: Confinement, tell: Tell | None = None
) -> _Result:
    """Call a function in a confined child process, in a private temporary folder that is gone afterwards.

    The child is a copy of this process (fork(2)), so that nothing has to be imported anew; it closes every descriptor,
    forgets the environment, and answers through one pipe. Its answer is read as data: a child that was taken over by
    what it read can lie in its report, and nothing more.

    Args:
        function: what to call; its result holds values of this project and plain collections alone.
        arguments: its arguments.
        confinement: the bounds.
        tell: is told stages and details; the function then gets one more argument, a callable to tell.

    Raises:
        FolioscopeError: what the function raised.
        LimitError: the child took too much time or memory.
        TargetError: the child raised something else, or crashed.
    """
    with private_folder() as private:
        reading, writing = os.pipe()
        with warnings.catch_warnings():
            # The child of a process with threads touches none of their locks: it reads, parses and answers.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            _answer(function, arguments, confinement, private, writing, tell=tell is not None)
        os.close(writing)
        try:
            ended = _await(child, reading, confinement, tell or _silent)
        finally:
            os.close(reading)
    return _outcome(ended, confinement)  # type: ignore[no-any-return]


def _silent(stage: str, detail: str) -> None:
    del stage, detail


# -- in the child ------------------------------------------------------------------------------------------------


def _answer(
    function: Callable[..., Any],
    arguments: tuple[Any, ...],
    confinement: Confinement,
    private: Path,
    writing: int,
    *,
    tell: bool,
) -> NoReturn:
    parent = os.getppid()
    try:
        _detach(writing)
        if LINUX:
            prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == parent:
            confine(confinement, private)
            kind, content = _called(function, arguments, writing, tell=tell)
            _send(writing, kind, content)
    finally:
        os._exit(0)


def _detach(writing: int) -> None:
    """Let go of what the parent has open, and of how it takes signals."""
    gc.disable()  # what the parent left to collect may close what is not its own any more
    gc.freeze()
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    os.closerange(3, writing)
    os.closerange(writing + 1, os.sysconf("SC_OPEN_MAX"))
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)


def _called(
    function: Callable[..., Any], arguments: tuple[Any, ...], writing: int, *, tell: bool
) -> tuple[bytes, bytes]:
    def send_progress(stage: str, detail: str) -> None:
        _send(writing, _PROGRESS, f"{stage}\0{detail}".encode("utf-8", "surrogatepass"))

    try:
        result = function(*arguments, send_progress) if tell else function(*arguments)
        return _RESULT, dumped(result)
    except FolioscopeError as error:
        return _ERROR, dumped(error)
    except MemoryError:
        return _MEMORY, b""
    except BaseException as error:  # noqa: BLE001 the parent says what happened
        return _FAILED, f"{type(error).__name__}: {error}"[:500].encode("utf-8", "backslashreplace")


def _send(writing: int, kind: bytes, content: bytes) -> None:
    whole = memoryview(_HEADER.pack(kind, len(content)) + content)
    while whole:
        whole = whole[os.write(writing, whole) :]


# -- in the parent -----------------------------------------------------------------------------------------------


def _await(child: int, reading: int, confinement: Confinement, tell: Tell) -> _Ended:
    """Read the child's answer within its time, then end it with all that it started."""
    with contextlib.suppress(OSError):  # the child does the same; whoever comes first
        os.setpgid(child, child)
    deadline = None if confinement.seconds is None else time.monotonic() + confinement.seconds
    kind, content, late, patient = b"", b"", False, False
    try:
        for message in _messages(reading, deadline):
            if message[0] == _PROGRESS:
                stage, _, detail = message[1].decode("utf-8", "replace").partition("\0")
                tell(stage[:200], detail[:500])
            else:
                kind, content = message
                break
        patient = True
    except TimeoutError:
        late = True
    finally:
        processor, status = _reap(child, patient=patient)
    return _Ended(kind, content, status, processor, late)


def _reap(child: int, *, patient: bool) -> tuple[float, int]:
    """Wait for a child that is done, or end it; then what is left of its group. Returns CPU seconds and wait status."""
    if patient:
        end = time.monotonic() + 2
        while time.monotonic() < end:
            found, status, usage = os.wait4(child, os.WNOHANG)
            if found:
                end_group(child)
                return usage.ru_utime + usage.ru_stime, status
            time.sleep(0.001)
    end_group(child)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    _, status, usage = os.wait4(child, 0)
    end_group(child)
    return usage.ru_utime + usage.ru_stime, status


def end_group(leader: int) -> None:
    """End a confined process and all that it started, also when it has ended itself."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _messages(reading: int, deadline: float | None) -> Iterator[tuple[bytes, bytes]]:
    """The messages of a child, until it closes the pipe or sends what is none."""
    while len(header := _read(reading, _HEADER.size, deadline)) == _HEADER.size:
        kind, size = _HEADER.unpack(header)
        if kind not in _KINDS or size > _MOST_BYTES:
            return
        content = _read(reading, size, deadline)
        if len(content) < size:
            return
        yield kind, content


def _read(reading: int, size: int, deadline: float | None) -> bytes:
    """Up to ``size`` bytes, fewer at the end of the pipe.

    Raises:
        TimeoutError: the time is over.
    """
    content = bytearray()
    poll = select.poll()
    poll.register(reading, select.POLLIN)
    while len(content) < size:
        left = None if deadline is None else max(deadline - time.monotonic(), 0) * 1000
        if not poll.poll(left):
            raise TimeoutError
        chunk = os.read(reading, min(size - len(content), 1 << 20))
        if not chunk:
            break
        content += chunk
    return bytes(content)


def _outcome(ended: _Ended, confinement: Confinement) -> Any:
    if ended.late:
        raise LimitError(
            f"The analysis took longer than {confinement.seconds:g} seconds",
            "Raise --max-analysis-seconds, or name a subfolder with --subdir.",
        )
    if ended.kind == _MEMORY:
        raise _memory(confinement)
    if ended.kind == _FAILED:
        raise TargetError(f"The analysis failed: {ended.content.decode('utf-8', 'replace')}", _REPORT_IT)
    if ended.kind in (_RESULT, _ERROR) and ended.kind:
        try:
            value = loaded(ended.content)
        except _UNREADABLE as error:
            raise TargetError(f"The answer of the analysis could not be read: {error}", _REPORT_IT) from error
        if ended.kind == _RESULT:
            return value
        if isinstance(value, FolioscopeError):
            raise value
    raise _crash(ended, confinement)


_REPORT_IT = "This is a defect of Folioscope; please report it with the name of the repository."


def _memory(confinement: Confinement) -> LimitError:
    return LimitError(
        f"The analysis needed more memory than {(confinement.memory_bytes or 0) / 1e6:,.4g} MB",
        "Raise --max-memory, or name a subfolder with --subdir.",
    )


def _crash(ended: _Ended, confinement: Confinement) -> FolioscopeError:
    """The error of a child that ended without an answer."""
    number = os.WTERMSIG(ended.status) if os.WIFSIGNALED(ended.status) else 0
    seconds = confinement.cpu_seconds
    if number == signal.SIGXCPU or (number == signal.SIGKILL and seconds and ended.processor >= seconds):
        return LimitError(
            f"The analysis took more than {seconds} seconds of processor time",
            "Raise --max-analysis-seconds, or name a subfolder with --subdir.",
        )
    name = signal.Signals(number).name if number else f"exit status {os.waitstatus_to_exitcode(ended.status)}"
    return TargetError(f"The analysis ended without a report ({name})", _REPORT_IT)
