"""A view of the file system that no permission of the user can widen: Landlock (landlock(7), kernel 5.13 and newer).

What is not named is out of reach for this thread and all that it starts, for good. Rights that an older kernel does not
know are left out; the number of its interface is part of what ``folioscope doctor`` says.
"""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from analyzer.isolation.syscall import LINUX, call, set_no_new_privileges

__all__ = ["interface", "restrict"]

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same on every architecture
_VERSION_ONLY = 1
_PATH_BENEATH = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))  # remove and make entries of every type
_REFER, _TRUNCATE, _DEVICE_IOCTL = 1 << 13, 1 << 14, 1 << 15
_OF_FILES = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _DEVICE_IOCTL
_READING = _EXECUTE | _READ_FILE | _READ_DIR
_WRITING = _READ_FILE | _READ_DIR | _WRITE_FILE | _CHANGE_FOLDERS | _REFER | _TRUNCATE
_TCP = 0b11  # bind and connect
_SCOPES = 0b11  # abstract Unix sockets, and signals to processes outside


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"  # what _pack_ has always meant; Python 3.14 wants it said
    _fields_ = (("allowed", ctypes.c_uint64), ("folder", ctypes.c_int32))


def interface() -> int:
    """The number of the kernel's Landlock interface; 0 where it has none or it is switched off."""
    if not LINUX:
        return 0
    try:
        return call(_CREATE, None, 0, _VERSION_ONLY)
    except OSError:
        return 0


def restrict(readable: Iterable[Path], writable: Iterable[Path], *, network: bool) -> int:
    """Leave this thread nothing but reading and executing below ``readable``, and changing what is below ``writable``.

    Paths that do not exist are left out. With ``network`` false, TCP is denied too, where the kernel can.
    Returns the number of the interface that is in force; 0 where nothing is.

    Raises:
        OSError: the kernel offers Landlock and refuses this use of it.
    """
    known = interface()
    if not known:
        return 0
    handled = _known_rights(known)
    wanted = _Ruleset(handled, 0 if network or known < 4 else _TCP, _SCOPES if known >= 6 else 0)
    size = 8 if known < 4 else 16 if known < 6 else 24
    ruleset = call(_CREATE, ctypes.byref(wanted), size, 0)
    try:
        for paths, rights in ((readable, _READING), (writable, _WRITING)):
            for path in paths:
                _allow(ruleset, path, rights & handled)
        set_no_new_privileges()
        call(_RESTRICT, ruleset, 0)
    finally:
        os.close(ruleset)
    return known


def _known_rights(known: int) -> int:
    added = ((2, _REFER), (3, _TRUNCATE), (5, _DEVICE_IOCTL))
    return (1 << 13) - 1 | sum(right for since, right in added if known >= since)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        beneath = _Beneath(rights if folder else rights & _OF_FILES, descriptor)
        call(_ADD, ruleset, _PATH_BENEATH, ctypes.byref(beneath), 0)
    finally:
        os.close(descriptor)
