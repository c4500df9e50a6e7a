"""The parts of isolation that can be looked at without being confined."""

from __future__ import annotations

import errno
import pickle
from collections import OrderedDict
from pathlib import Path

import pytest

from analyzer.errors import LimitError
from analyzer.findings import Status
from analyzer.isolation import landlock, process, seccomp
from analyzer.isolation.confinement import Active
from analyzer.isolation.syscall import call
from analyzer.isolation.values import dumped, loaded
from analyzer.snapshot import Problem

_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x50000 | errno.EPERM, 0x50000 | errno.ENOSYS
_X86, _ARM = 0xC000003E, 0xC00000B7


def decided(machine: str, architecture: int, number: int, argument: int = 0, *, network: bool = False) -> int:
    """What the filter answers to a call: a small machine for classic BPF."""
    lines = seccomp.program(machine, network=network)
    loads = {0: number, 4: architecture, 16: argument}
    value = at = 0
    while True:
        code, yes, no, given = lines[at]
        at += 1
        if code == 0x20:
            value = loads[given]
        elif code == 0x06:
            return given
        else:
            taken = {0x15: value == given, 0x35: value >= given, 0x45: bool(value & given)}[code]
            at += yes if taken else no


@pytest.mark.parametrize(
    ("machine", "architecture", "socket", "clone", "reading", "ptrace"),
    [("x86_64", _X86, 41, 56, 0, 101), ("aarch64", _ARM, 198, 220, 63, 117)],
)
def test_the_filter_refuses_what_an_analysis_never_needs(machine, architecture, socket, clone, reading, ptrace):
    assert decided(machine, architecture, reading) == _ALLOW
    assert decided(machine, architecture, socket) == _EPERM
    assert decided(machine, architecture, socket, network=True) == _ALLOW
    assert decided(machine, architecture, ptrace, network=True) == _EPERM
    assert decided(machine, architecture, 425) == _EPERM  # io_uring_setup
    assert decided(machine, architecture, 435) == _ENOSYS  # clone3
    assert decided(machine, architecture, clone, 0x11) == _ALLOW
    assert decided(machine, architecture, clone, 0x10000000 | 0x11) == _EPERM  # a user namespace
    assert decided(machine, architecture, 0x40000000 + reading) == _EPERM
    assert decided(machine, 0x40000003, reading) == _KILL


def test_an_unknown_machine_has_no_filter(monkeypatch):
    monkeypatch.setattr("platform.machine", lambda: "vax")
    assert seccomp.program("vax", network=False) == []
    assert not seccomp.refuse(network=False)


def test_a_kernel_without_them_is_no_error(monkeypatch):
    def refuse(*_: object) -> int:
        raise OSError(errno.ENOSYS, "Function not implemented")

    for module in (landlock, seccomp):
        monkeypatch.setattr(module, "call", refuse)
    assert landlock.interface() == 0
    assert landlock.restrict((), (), network=False) == 0
    monkeypatch.setattr(seccomp, "set_no_new_privileges", lambda: None)
    assert not seccomp.refuse(network=False)


def test_rights_that_an_older_kernel_does_not_know_are_left_out():
    assert landlock._known_rights(1) == 0x1FFF
    assert landlock._known_rights(3) == 0x7FFF
    assert landlock._known_rights(5) == 0xFFFF


def test_a_failing_call_is_an_error_of_the_system():
    with pytest.raises(OSError, match="Function not implemented"):
        call(100_000)


def test_what_is_missing_is_named(monkeypatch, tmp_path: Path):
    """On a system without Landlock and seccomp, everything else goes on."""
    from analyzer.isolation import Confinement

    monkeypatch.setattr(landlock, "restrict", lambda *_, **__: 0)
    monkeypatch.setattr(seccomp, "refuse", lambda **_: False)
    monkeypatch.setattr(process, "_lead_a_group", lambda: None)
    monkeypatch.setattr(process, "_clean_environment", lambda *_: None)
    monkeypatch.setattr(process, "_active", Active())
    nothing = Confinement(cpu_seconds=None, memory_bytes=None, file_bytes=None, open_files=None, processes=None)
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    active = process.confine(nothing, tmp_path)
    assert [name for name, _ in active.missing] == ["read-only view of the file system", "no network"]
    assert (active.files, active.network, active.complete) == ("", "", False)


def test_a_landlock_that_refuses_is_named(monkeypatch, tmp_path: Path):
    from analyzer.isolation import Confinement

    def refuse(*_: object, **__: object) -> int:
        raise OSError(errno.E2BIG, "Argument list too long")

    monkeypatch.setattr(landlock, "restrict", refuse)
    monkeypatch.setattr(seccomp, "refuse", lambda **_: True)
    monkeypatch.setattr(process, "_lead_a_group", lambda: None)
    monkeypatch.setattr(process, "_clean_environment", lambda *_: None)
    monkeypatch.setattr(process, "_active", Active())
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    active = process.confine(Confinement(), tmp_path)
    assert ("read-only view of the file system", "Landlock: Argument list too long") in active.missing


# -- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        None,
        (1, "a", b"b", 2.5, True, [3], {"k": {4}}, frozenset({5})),
        Problem("a", "b"),
        Status.MET,
        OrderedDict(a=1),
    ],
)
def test_values_of_the_project_are_read(value):
    assert loaded(dumped(value)) == value


def test_members_of_enumerations_are_read_however_python_writes_them(monkeypatch):
    """Python 3.11.0 to 3.11.3 write them as a call of ``getattr``, which the reader refuses."""
    monkeypatch.setattr(Status, "__reduce_ex__", lambda self, protocol: (getattr, (Status, self.name)))
    assert loaded(dumped((Status.MET,))) == (Status.MET,)
    with pytest.raises(pickle.UnpicklingError):
        loaded(pickle.dumps(Status.MET))


def test_errors_are_read():
    error = loaded(dumped(LimitError("what", "hint")))
    assert (type(error), error.what, error.hint) == (LimitError, "what", "hint")


@pytest.mark.parametrize(
    "content",
    [
        pickle.dumps(print),
        b"cos\nsystem\n(S'true'\ntR.",
        b"cbuiltins\neval\n(S'1'\ntR.",
        b"canalyzer.git\nrun\n.",
        b"canalyzer.cli.__main__\nx\n.",
        b"canalyzer.snapshot\nos.system\n.",
        b"cpathlib\nPath\n.",
    ],
)
def test_functions_and_foreign_classes_are_not(content):
    with pytest.raises(pickle.UnpicklingError, match="is no value of a report"):
        loaded(content)
