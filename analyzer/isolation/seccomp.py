"""System calls that an analysis never needs are refused: seccomp filters (seccomp(2)).

Refused, not fatal: a call answers EPERM, as if the user lacked the right, so that a library which asks in passing goes
on. ``clone3`` answers ENOSYS, since a filter cannot see its flags; the C library then uses ``clone``, whose flags it can.
"""

from __future__ import annotations

import ctypes
import errno
import platform
from collections.abc import Mapping
from dataclasses import dataclass

from analyzer.isolation.syscall import LINUX, call, set_no_new_privileges

__all__ = ["program", "refuse"]


@dataclass(frozen=True, slots=True)
class _Machine:
    """Of one architecture: its number in audit records, that of seccomp(2), clone(2) and clone3(2), and the refused."""

    audit: int
    seccomp: int
    clone: int
    clone3: int
    network: tuple[int, ...]
    never: tuple[int, ...]


# Calls of one number everywhere: io_uring (which could open sockets unseen), mounts, descriptors of other processes.
_COMMON = (425, 426, 427, 428, 429, 430, 431, 432, 433, 438, 442)

_MACHINES: Mapping[str, _Machine] = {
    "x86_64": _Machine(
        0xC000003E,
        317,
        56,
        435,
        # socket, connect, accept, sendto, sendmsg, bind, listen, accept4, sendmmsg
        (41, 42, 43, 44, 46, 49, 50, 288, 307),
        (
            *(101, 310, 311),  # ptrace, process_vm_readv, process_vm_writev
            *(155, 161, 165, 166, 272, 308),  # pivot_root, chroot, mount, umount2, unshare, setns
            *(163, 164, 167, 168, 169, 170, 171, 172, 173, 179, 227),  # acct, clocks, swap, reboot, names, ports, quota
            *(175, 176, 246, 313, 320),  # kernel modules, kexec
            *(248, 249, 250, 298, 304, 321, 323),  # keys, perf events, file handles, bpf, userfaultfd
            *_COMMON,
        ),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        277,
        220,
        435,
        (198, 203, 202, 206, 211, 200, 201, 242, 269),
        (
            *(117, 270, 271),
            *(41, 51, 40, 39, 97, 268),
            *(89, 170, 224, 225, 142, 161, 162, 60, 112),
            *(105, 106, 104, 273, 294),
            *(217, 218, 219, 241, 265, 280, 282),
            *_COMMON,
        ),
    ),
}

_NAMESPACES = 0x7E020000  # CLONE_NEW{NS,CGROUP,UTS,IPC,USER,PID,NET}
_ANOTHER_ABI = 0x40000000  # x32 calls on x86_64

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT = 0, 4, 16
_ALLOW, _KILL, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
_FILTER_MODE, _ALL_THREADS = 1, 1


class _Instruction(ctypes.Structure):
    _fields_ = (("code", ctypes.c_uint16), ("yes", ctypes.c_uint8), ("no", ctypes.c_uint8), ("value", ctypes.c_uint32))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("filter", ctypes.POINTER(_Instruction)))


def program(machine: str, *, network: bool) -> list[tuple[int, int, int, int]]:
    """The filter as (code, jump if true, jump if false, value), in classic BPF; empty for an unknown machine."""
    known = _MACHINES.get(machine)
    if known is None:
        return []
    refused = known.never if network else (*known.network, *known.never)
    end = 4 + len(refused) + 3  # where the returns begin, counted from the first instruction
    allow, refuse_, unknown = end, end + 1, end + 2
    lines = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_EQUAL, 1, 0, known.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER),
    ]
    for number in refused:
        lines.append((_EQUAL, refuse_ - len(lines) - 1, 0, number))
    lines.append((_EQUAL, unknown - len(lines) - 1, 0, known.clone3))
    # The other ABI's numbers begin far above; then clone alone has flags to look at.
    lines.append((_AT_LEAST, refuse_ - len(lines) - 1, 0, _ANOTHER_ABI))
    lines.append((_EQUAL, 3, 0, known.clone))
    lines += [
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ERROR | errno.ENOSYS),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_ANY_BIT, 0, 1, _NAMESPACES),
        (_RETURN, 0, 0, _ERROR | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    ]
    assert lines[allow][3] == _ALLOW
    return lines


def refuse(*, network: bool) -> bool:
    """Refuse this process, and all that it starts, the calls that an analysis never needs; sockets unless ``network``.

    Returns whether the filter is in force: not where the kernel has no seccomp or the machine is not known.
    """
    lines = program(platform.machine(), network=network) if LINUX else []
    if not lines:
        return False
    array = (_Instruction * len(lines))(*(_Instruction(*line) for line in lines))
    whole = _Program(len(lines), array)
    try:
        set_no_new_privileges()
        # Answers the number of a thread that could not be brought along, if there is one.
        return call(_MACHINES[platform.machine()].seccomp, _FILTER_MODE, _ALL_THREADS, ctypes.byref(whole)) == 0
    except OSError:
        return False
