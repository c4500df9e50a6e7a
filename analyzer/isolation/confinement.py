"""What a confined process may do, and what of it is in force."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from analyzer.limits import Limits

__all__ = ["Active", "Confinement"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Confinement:
    """The bounds of one process and of all that it starts. ``None`` leaves one out.

    A process that lives for many analyses (a worker) leaves ``cpu_seconds`` and ``seconds`` out, which count its whole
    life, and keeps ``network`` when it is the one that clones.
    """

    readable: tuple[Path, ...] = ()
    """What may be read beside Python, its packages, git and the system's libraries."""
    writable: tuple[Path, ...] = ()
    """What may be written beside the private temporary folder."""
    network: bool = False
    """Whether sockets may be opened."""
    seconds: float | None = 300
    """Wall-clock time; kept by :func:`~analyzer.isolation.run_confined`."""
    cpu_seconds: int | None = 300
    """Processor time of one process."""
    memory_bytes: int | None = 2048 * _MIB
    """Address space on top of what the process has when it is confined; a program that it starts has this much."""
    file_bytes: int | None = 256 * _MIB
    """Size of one written file."""
    open_files: int | None = 256
    """Descriptors of one process."""
    processes: int | None = 64
    """Processes and threads on top of those that the user has. The kernel does not count for root."""
    keep: tuple[str, ...] = ()
    """Names of environment variables that stay, beside those of language, time zone and search path."""

    @classmethod
    def of(cls, limits: Limits, *readable: Path, analyses: int = 1) -> Confinement:
        """The confinement of so many analyses within these limits each, which read these paths."""
        return cls(
            readable=readable,
            seconds=limits.analysis_seconds * analyses,
            cpu_seconds=limits.analysis_seconds * analyses,
            memory_bytes=limits.memory_bytes,
        )

    @classmethod
    def none(cls) -> Confinement:
        """That of work which may do what its caller may, in a process of its own; it writes nothing all the same."""
        return cls(
            readable=(Path("/"),),
            network=True,
            seconds=None,
            cpu_seconds=None,
            memory_bytes=None,
            file_bytes=None,
            open_files=None,
            processes=None,
            keep=tuple(os.environ),
        )


@dataclass(frozen=True, slots=True)
class Active:
    """What is in force in a confined process, and what is not with the reason."""

    limits: tuple[str, ...] = ()
    """Bounds that the kernel keeps: ``CPU time``, ``address space``, ..."""
    files: str = ""
    """What keeps the file system from it, such as ``Landlock 7``; empty for nothing."""
    network: str = ""
    """What keeps the network from it, such as ``seccomp``; empty for nothing."""
    missing: tuple[tuple[str, str], ...] = ()
    """(protection, why it is not in force)."""

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing
