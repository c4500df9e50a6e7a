"""Runs a function in confined child processes and hands back what it returned."""

from __future__ import annotations

import contextlib
import gc
import os
import pickle  # nosec B403  # its errors alone are named here
import selectors
import signal
import struct
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from inspect import isgenerator
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from analyzer.errors import FolioscopeError, LimitError, TargetError
from analyzer.isolation.confinement import Confinement
from analyzer.isolation.process import confine
from analyzer.isolation.syscall import LINUX, prctl
from analyzer.isolation.values import dumped, loaded
from analyzer.temporary import private_folder

__all__ = ["CAN_FORK", "end_group", "iterate_confined", "run_confined"]

_Result = TypeVar("_Result")
Tell = Callable[[str, str], None]

_MOST_BYTES = 256 * 1024 * 1024
_HEADER = struct.Struct(">cQ")
_RESULT, _ERROR, _FAILED, _MEMORY, _PROGRESS, _VALUE = b"R", b"E", b"F", b"M", b"P", b"V"
_KINDS = _RESULT + _ERROR + _FAILED + _MEMORY + _PROGRESS + _VALUE
_PR_SET_PDEATHSIG = 1
# What a reader of pickles raises on bytes that are none (pickle.Unpickler.load).
_UNREADABLE = (
    *(pickle.UnpicklingError, ArithmeticError, AttributeError, EOFError, ImportError, LookupError),
    *(MemoryError, RecursionError, TypeError, ValueError),
)


CAN_FORK = hasattr(os, "fork")
"""Whether this system can start a child as a copy of this process."""


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
    (child,) = _run(function, [(arguments, confinement)], tell=tell)
    return child.result  # type: ignore[no-any-return]


def iterate_confined(
    function: Callable[..., Iterator[_Result]],
    work: Sequence[tuple[tuple[Any, ...], Confinement]],
    take: Callable[[int, _Result], None],
) -> None:
    """Iterate over what a generator function yields for each arguments and bounds, all at the same time.

    Each runs in a child of its own, as :func:`run_confined` has it. ``take`` is given the number of the arguments and
    each value as soon as it is there; what came before an error or an interrupt is not lost.

    Raises:
        FolioscopeError: as :func:`run_confined`, for the first that fails; the others are ended.
    """
    _run(function, work, take=take)


def _silent(stage: str, detail: str) -> None:
    del stage, detail


def _run(
    function: Callable[..., Any],
    work: Sequence[tuple[tuple[Any, ...], Confinement]],
    tell: Tell | None = None,
    take: Callable[[int, Any], None] | None = None,
) -> list[_Child]:
    with ExitStack() as stack:
        children = []
        for number, (arguments, confinement) in enumerate(work):
            private = stack.enter_context(private_folder())
            process, reading = _forked(function, arguments, confinement, private, tell=tell is not None)
            child = _Child(process, reading, confinement, tell or _silent, partial(take, number) if take else None)
            stack.callback(child.end)
            children.append(child)
        _await(children)
    return children


def _forked(
    function: Callable[..., Any], arguments: tuple[Any, ...], confinement: Confinement, private: Path, *, tell: bool
) -> tuple[int, int]:
    """Start a child; return its process and the end of the pipe that it answers through."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # The child of a process with threads touches none of their locks: it reads, parses and answers.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        _answer(function, arguments, confinement, private, writing, tell=tell)
    os.close(writing)
    return process, reading


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
        if isgenerator(result):
            for value in result:
                _send(writing, _VALUE, dumped(value))
            result = None
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


class _Child:
    """A child at work: the pipe that it answers through, and what it said so far.

    Attributes:
        result: what the function returned, once :meth:`take` or :meth:`leave` says that there is no more to come.
    """

    def __init__(
        self,
        process: int,
        reading: int,
        confinement: Confinement,
        tell: Tell,
        hand_on: Callable[[Any], None] | None,
    ) -> None:
        self.reading = reading
        self.deadline = None if confinement.seconds is None else time.monotonic() + confinement.seconds
        self.result: Any = None
        self._process, self._confinement = process, confinement
        self._tell, self._hand_on = tell, hand_on
        self._unread = bytearray()
        self._ended = False
        with contextlib.suppress(OSError):  # the child does the same; whoever comes first
            os.setpgid(process, process)

    def take(self) -> bool:
        """Read what is in the pipe; return whether it was the last, and the child has ended.

        Raises:
            FolioscopeError: what came of the child, where it is no result.
        """
        chunk = os.read(self.reading, 1 << 20)
        self._unread += chunk
        for kind, content in self._messages():
            if kind == _PROGRESS:
                stage, _, detail = content.decode("utf-8", "replace").partition("\0")
                self._tell(stage[:200], detail[:500])
            elif kind == _VALUE and self._hand_on:
                self._hand_on(_value(content))
            else:
                self._leave(kind, content)
                return True
        if not chunk:
            self._leave(b"", b"")
        return not chunk

    def stop(self) -> NoReturn:
        """End a child whose time is over.

        Raises:
            LimitError: says so.
        """
        self.end()
        raise LimitError(
            f"The analysis took longer than {self._confinement.seconds:g} seconds",
            "Raise --max-analysis-seconds, or name a subfolder with --subdir.",
        )

    def end(self) -> None:
        """End the child with all that it started, unless it has ended."""
        if not self._ended:
            self._reap(patient=False)

    def _messages(self) -> Iterator[tuple[bytes, bytes]]:
        """The whole messages among what was read; an empty one for something that is no message."""
        while len(self._unread) >= _HEADER.size:
            kind, size = _HEADER.unpack_from(self._unread)
            if kind not in _KINDS or size > _MOST_BYTES:
                yield b"", b""
                return
            end = _HEADER.size + size
            if len(self._unread) < end:
                return
            content = bytes(self._unread[_HEADER.size : end])
            del self._unread[:end]
            yield kind, content

    def _leave(self, kind: bytes, content: bytes) -> None:
        processor, status = self._reap(patient=True)
        self.result = _outcome(kind, content, status, processor, self._confinement)

    def _reap(self, *, patient: bool) -> tuple[float, int]:
        self._ended = True
        os.close(self.reading)
        return _reap(self._process, patient=patient)


def _await(children: Sequence[_Child]) -> None:
    """Read the answers of all children, each within its time.

    Raises:
        FolioscopeError: what came of the first that has no result.
    """
    with selectors.DefaultSelector() as selector:
        for child in children:
            selector.register(child.reading, selectors.EVENT_READ, child)
        while waiting := [key.data for key in selector.get_map().values()]:
            soonest = min((child.deadline for child in waiting if child.deadline is not None), default=None)
            left = None if soonest is None else max(soonest - time.monotonic(), 0)
            for key, _ in selector.select(left):
                if key.data.take():
                    selector.unregister(key.fd)
                    waiting.remove(key.data)
            for child in waiting:
                if child.deadline is not None and time.monotonic() >= child.deadline:
                    child.stop()


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


def _value(content: bytes) -> Any:
    try:
        return loaded(content)
    except _UNREADABLE as error:
        raise TargetError(f"The answer of the analysis could not be read: {error}", _REPORT_IT) from error


def _outcome(kind: bytes, content: bytes, status: int, processor: float, confinement: Confinement) -> Any:
    if kind == _MEMORY:
        raise _memory(confinement)
    if kind == _FAILED:
        raise TargetError(f"The analysis failed: {content.decode('utf-8', 'replace')}", _REPORT_IT)
    if kind in (_RESULT, _ERROR):
        value = _value(content)
        if kind == _RESULT:
            return value
        if isinstance(value, FolioscopeError):
            raise value
    raise _crash(status, processor, confinement)


_REPORT_IT = "This is a defect of Folioscope; please report it with the name of the repository."


def _memory(confinement: Confinement) -> LimitError:
    return LimitError(
        f"The analysis needed more memory than {(confinement.memory_bytes or 0) / 1e6:,.4g} MB",
        "Raise --max-memory, or name a subfolder with --subdir.",
    )


def _crash(status: int, processor: float, confinement: Confinement) -> FolioscopeError:
    """The error of a child that ended without an answer."""
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    seconds = confinement.cpu_seconds
    if number == signal.SIGXCPU or (number == signal.SIGKILL and seconds and processor >= seconds):
        return LimitError(
            f"The analysis took more than {seconds} seconds of processor time",
            "Raise --max-analysis-seconds, or name a subfolder with --subdir.",
        )
    name = signal.Signals(number).name if number else f"exit status {os.waitstatus_to_exitcode(status)}"
    return TargetError(f"The analysis ended without a report ({name})", _REPORT_IT)
