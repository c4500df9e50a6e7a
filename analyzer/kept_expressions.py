"""Regular expressions of modules, kept in compiled form from one start to the next.

Python keeps the bytecode of a module on disk, but compiles its expressions anew at each start: some nine hundred of them,
a third of the time of a short command. Here the numbers that ``re`` compiles an expression to are kept beside its text and
given back to the same constructor. That is an interface of the one Python that wrote them, so they are kept under its full
version; where anything is not as expected, expressions are compiled as ever. Only what a module compiles while it is
imported, or what stands in its code word by word, is kept: nothing of a repository that is analyzed gets into the file.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zlib
from array import array
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from analyzer.user_folders import cache_home, keep_whole

__all__ = ["kept_expressions", "place_of_expressions"]

_MOST = 4_000  # expressions in the file; a version of ours has about nine hundred
_MOST_BYTES = 16_000_000
_DEEPEST = 8  # frames between a module that is imported and the call that compiles
_IMPORTING = "<frozen importlib._bootstrap>"


def place_of_expressions() -> Path:
    """The file that holds them, by the version of Python that can read it."""
    python = zlib.crc32(f"{sys.version}\0{sys.implementation.cache_tag}\0{sys.byteorder}".encode())
    return cache_home() / "folioscope" / f"expressions-{python:08x}"


@contextmanager
def kept_expressions(place: Path | None = None) -> Iterator[None]:
    """Take expressions from the file, and add to it in the end what was not there. Never raises of its own."""
    try:
        compiler: Any = import_module("re._compiler")
        engine: Any = import_module("_sre")
        compile_, construct = compiler.compile, engine.compile
    except (ImportError, AttributeError):
        yield
        return
    place = place or place_of_expressions()
    known = _read(place)
    made: dict[tuple[str, int], tuple[Any, ...]] = {}

    def compiled(pattern: Any, flags: int = 0) -> Any:
        key = (pattern, int(flags)) if type(pattern) is str else None
        given = known.get(key) if key else None
        if given is not None:
            final_flags, code, *groups = given
            with suppress(RuntimeError, TypeError, ValueError, OverflowError):
                return construct(pattern, final_flags, code.tolist(), *groups)
        if key is None or flags & re.DEBUG or not _is_of_code(pattern):
            return compile_(pattern, flags)
        taken: list[tuple[Any, ...]] = []

        def taking(*arguments: Any) -> Any:
            taken.append(arguments)
            return construct(*arguments)

        engine.compile = taking
        try:
            expression = compile_(pattern, flags)
        finally:
            engine.compile = construct
        if len(taken) == 1 and taken[0][0] == pattern:
            made[key] = taken[0][1:]
        return expression

    compiler.compile = compiled
    try:
        yield
    finally:
        compiler.compile = compile_
        if made:
            _write(place, {**({} if len(known) + len(made) > _MOST else known), **made})


def _is_of_code(pattern: str) -> bool:
    """Whether an expression that is being compiled can hold no input.

    It is written in the function that calls ``re``, or is made for a module that is being imported.
    """
    frame = sys._getframe(2)
    while frame.f_code.co_filename == re.__file__ and frame.f_back:
        frame = frame.f_back
    if pattern in frame.f_code.co_consts:
        return True
    for _ in range(_DEEPEST):
        if frame.f_back is None:
            return False
        if frame.f_code.co_name == "<module>":
            return frame.f_back.f_code.co_filename == _IMPORTING
        frame = frame.f_back
    return False


# -- the file ----------------------------------------------------------------------------------------------------
#
# A line of JSON, then the numbers of all expressions as unsigned integers of four bytes. The line holds a checksum of the
# numbers, and for each expression its text, its flags, how many numbers are its own, and the constructor's other arguments.


def _read(place: Path) -> dict[tuple[str, int], tuple[Any, ...]]:
    try:
        with place.open("rb") as file:
            status = os.fstat(file.fileno())
            foreign = hasattr(os, "getuid") and status.st_uid != os.getuid()
            if foreign or status.st_mode & 0o022 or status.st_size > _MOST_BYTES:
                return {}
            head, _, tail = file.read().partition(b"\n")
        checksum, entries = json.loads(head)
        if checksum != zlib.crc32(tail):
            return {}
        numbers = array("I")
        numbers.frombytes(tail)
        found: dict[tuple[str, int], tuple[Any, ...]] = {}
        end = 0
        for pattern, flags, length, final_flags, groups, by_name, by_number in entries:
            begin, end = end, end + length
            found[pattern, flags] = (final_flags, numbers[begin:end], groups, by_name, tuple(by_number))
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
    return found


def _write(place: Path, expressions: dict[tuple[str, int], tuple[Any, ...]]) -> None:
    numbers = array("I")
    entries = []
    try:
        for (pattern, flags), (final_flags, code, groups, by_name, by_number) in expressions.items():
            numbers.extend(code)
            entries.append([pattern, flags, len(code), int(final_flags), groups, dict(by_name), list(by_number)])
        tail = numbers.tobytes()
        head = json.dumps([zlib.crc32(tail), entries]).encode()
        place.parent.mkdir(parents=True, exist_ok=True)
        keep_whole(place, head + b"\n" + tail)
    except (OSError, ValueError, TypeError, OverflowError):
        return
