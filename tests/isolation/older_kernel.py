"""A kernel without Landlock, as this one looks to a process that may not make its calls.

    python -m tests.isolation.older_kernel ARGUMENT ...

runs Python with these arguments where the three calls of Landlock do not exist, as before Linux 5.13:
``python -m tests.isolation.older_kernel -m pytest tests/isolation tests/hostile`` tests what is left then.
"""

from __future__ import annotations

import ctypes
import errno
import os
import sys

from analyzer.isolation.syscall import prctl, set_no_new_privileges

_LOAD, _AT_LEAST, _RETURN = 0x20, 0x35, 0x06
_ALLOW, _NONE = 0x7FFF0000, 0x00050000 | errno.ENOSYS
_PR_SET_SECCOMP, _FILTER_MODE = 22, 2
# The calls 444 to 446 have these numbers on every architecture.
_LINES = (
    (_LOAD, 0, 0, 0),
    (_AT_LEAST, 0, 2, 444),
    (_AT_LEAST, 1, 0, 447),
    (_RETURN, 0, 0, _NONE),
    (_RETURN, 0, 0, _ALLOW),
)


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


def hide_landlock() -> None:
    """Let this process, and all that it starts, live on a kernel without Landlock."""
    array = (_Instruction * len(_LINES))(*(_Instruction(*line) for line in _LINES))
    whole = _Program(len(_LINES), array)
    set_no_new_privileges()
    prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.addressof(whole))


if __name__ == "__main__":
    hide_landlock()
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
