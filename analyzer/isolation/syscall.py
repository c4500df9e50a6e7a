"""System calls that Python does not offer, through the C library that the process already has."""

from __future__ import annotations

import ctypes
import os
import sys
from functools import cache

__all__ = ["LINUX", "call", "prctl", "set_no_new_privileges"]

LINUX = sys.platform == "linux"

_SYSCALL_IS_LONG = ctypes.c_long
_PR_SET_NO_NEW_PRIVS = 38


@cache
def _library() -> ctypes.CDLL:
    library = ctypes.CDLL(None, use_errno=True)
    library.syscall.restype = _SYSCALL_IS_LONG
    return library


def call(number: int, *arguments: object) -> int:
    """Make a system call (syscall(2)) and return what it returned.

    Raises:
        OSError: it failed, with its errno.
    """
    given = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    return _checked(int(_library().syscall(ctypes.c_long(number), *given)))


def prctl(option: int, *arguments: int) -> int:
    """Set an attribute of this thread or process (prctl(2)).

    Raises:
        OSError: it failed, with its errno.
    """
    padded = [ctypes.c_ulong(item) for item in (*arguments, 0, 0, 0, 0)[:4]]
    return _checked(int(_library().prctl(ctypes.c_int(option), *padded)))


def set_no_new_privileges() -> None:
    """Give up every privilege that starting a program could add; needed by unprivileged Landlock and seccomp."""
    prctl(_PR_SET_NO_NEW_PRIVS, 1)


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
