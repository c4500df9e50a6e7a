"""Confines the process that calls it, and all that it starts from then on."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from analyzer import git
from analyzer.isolation import landlock, seccomp
from analyzer.isolation.confinement import Active, Confinement
from analyzer.isolation.syscall import LINUX, prctl

__all__ = ["confine", "last_active"]

_KEPT = ("PATH", "LANG", "LANGUAGE", "TZ", "SYSTEMROOT", "PYTHONPATH", "PYTHONHASHSEED")
_KEPT_WITH_NETWORK = (
    *("http_proxy", "https_proxy", "no_proxy", "HTTPS_PROXY", "NO_PROXY"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"),
)
# Where programs and libraries live; /etc, the homes, /proc, /var and /run stay out of reach.
_PROGRAMS = ("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt", "/nix/store", "/gnu/store")
_SETTINGS = ("/etc/ld.so.cache", "/etc/ld.so.preload", "/etc/localtime", "/dev/urandom", "/dev/zero")
_FOR_NETWORK = ("/etc", "/run/systemd/resolve", "/run/resolvconf")
_DEVICES = ("/dev/null",)
_PR_SET_DUMPABLE = 4


def confine(confinement: Confinement, private: Path) -> Active:
    """Confine this process for good. Call it early: other threads keep their view of the file system.

    The process leads a group of its own, which holds the git processes that it starts, so that its parent can end them
    all (:func:`os.killpg`).

    Args:
        confinement: the bounds.
        private: the folder for temporary files and the home; the parent made it and removes it.

    Returns what is in force. What this machine cannot do is named there, and is no error.
    """
    missing: list[tuple[str, str]] = []
    _lead_a_group()
    programs = tuple(_programs())
    _clean_environment(confinement, private)
    limits = tuple(_limit(confinement, missing))
    known = 0
    try:
        known = landlock.restrict(
            (*programs, *confinement.readable, *(map(Path, _FOR_NETWORK) if confinement.network else ())),
            (private, *confinement.writable, *map(Path, _DEVICES)),
            network=confinement.network,
        )
    except OSError as error:
        missing.append(("read-only view of the file system", f"Landlock: {error.strerror}"))
    else:
        if not known:
            missing.append(("read-only view of the file system", "the kernel has no Landlock (Linux 5.13 and newer)"))
    filtered = seccomp.refuse(network=confinement.network)
    if not filtered:
        missing.append(("no network", "the kernel has no seccomp filters, or the machine is not x86-64 or arm64"))
    global _active  # noqa: PLW0603 a property of the process, like its limits
    _active = Active(
        limits,
        f"Landlock {known}" if known else "",
        "seccomp" if filtered and not confinement.network else "",
        tuple(missing),
    )
    return _active


_active = Active()


def last_active() -> Active:
    """What is in force in this process; nothing where it was not confined."""
    return _active


def _lead_a_group() -> None:
    with contextlib.suppress(OSError):  # a leader of a session leads its group already
        os.setpgid(0, 0)
    git.stay_in_group()
    if LINUX:
        with contextlib.suppress(OSError):
            prctl(_PR_SET_DUMPABLE, 0)  # neither traced nor dumped to a core file


def _clean_environment(confinement: Confinement, private: Path) -> None:
    """Keep what names language and programs; the block that the kernel shows others is overwritten too."""
    names = {*_KEPT, *confinement.keep, *(_KEPT_WITH_NETWORK if confinement.network else ())}
    kept = {name: value for name, value in os.environ.items() if name in names or name.startswith("LC_")}
    os.environ.clear()
    _wipe_initial_environment()
    os.environ.update(kept, HOME=str(private), TMPDIR=str(private))
    tempfile.tempdir = str(private)


def _wipe_initial_environment() -> None:
    """Zero the strings that the process was started with (proc(5): env_start and env_end of /proc/self/stat)."""
    if not LINUX:
        return
    try:
        fields = Path("/proc/self/stat").read_text("ascii", "replace").rpartition(")")[2].split()
        start, end = int(fields[47]), int(fields[48])
    except (OSError, ValueError, IndexError):
        return
    if 0 < start < end < start + (1 << 24):
        ctypes.memset(start, 0, end - start)


def _limit(confinement: Confinement, missing: list[tuple[str, str]]) -> Iterator[str]:
    """Set the limits of resources; yield the names of those that are in force."""
    try:
        import resource
    except ImportError:  # a system without them
        missing.append(("limits of resources", "this system has none"))
        return
    bounds = (
        ("CPU time", resource.RLIMIT_CPU, confinement.cpu_seconds),
        ("address space", resource.RLIMIT_AS, _above(confinement.memory_bytes, _address_space())),
        ("file size", resource.RLIMIT_FSIZE, confinement.file_bytes),
        ("open files", resource.RLIMIT_NOFILE, confinement.open_files),
        ("processes", resource.RLIMIT_NPROC, _above(confinement.processes, _processes())),
        ("core dumps", resource.RLIMIT_CORE, 0),
    )
    for name, which, most in bounds:
        if most is None:
            continue
        if name == "processes" and os.geteuid() == 0:
            missing.append((name, "the kernel does not count them for root; run as another user"))
            continue
        try:
            hard = resource.getrlimit(which)[1]
            bound = most if hard == resource.RLIM_INFINITY else min(most, hard)
            # At the soft limit of CPU time comes SIGXCPU, which says why; at the hard one SIGKILL, which does not.
            grace = 2 if which == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
            resource.setrlimit(which, (bound, bound + grace))
        except (OSError, ValueError) as error:
            missing.append((name, str(error)))
        else:
            yield name


def _above(most: int | None, now: int) -> int | None:
    return None if most is None else most + now


def _address_space() -> int:
    """Bytes of address space that this process has (proc(5): statm); 0 where that is not told."""
    try:
        return int(Path("/proc/self/statm").read_text("ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def _processes() -> int:
    """How many processes and threads this user has; only counted where the limit counts."""
    user = os.geteuid()
    if not LINUX or user == 0:
        return 0
    total = 0
    for process in Path("/proc").iterdir():
        if process.name.isdigit():
            with contextlib.suppress(OSError):
                if process.stat().st_uid == user:
                    total += (process / "task").stat().st_nlink - 2
    return total


def _programs() -> Iterator[Path]:
    """Python with its packages, git, and the libraries that they load."""
    yield from map(Path, (*_PROGRAMS, *_SETTINGS))
    for name in (sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix):
        yield Path(name)
    # An empty entry is the folder that the user is in, which is nobody's package.
    yield from (Path(entry) for entry in sys.path if entry)
    yield Path(__file__).parents[2]
    yield from _places_of_git(os.environ.get("PATH", ""))


@cache
def _places_of_git(search: str) -> tuple[Path, ...]:
    found = shutil.which("git", path=search)
    if not found:
        return ()
    real = Path(found).resolve()
    return (Path(found), real, real.parent.parent / "libexec", real.parent.parent / "lib")
