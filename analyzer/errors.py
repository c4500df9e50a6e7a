"""Errors for people: what was tried, what was wrong, what to do. Each class has its exit code."""

from __future__ import annotations

from typing import ClassVar

__all__ = [
    "ConfigurationError",
    "FolioscopeError",
    "LimitError",
    "PlatformError",
    "RubricError",
    "TargetError",
    "UsageError",
]


class FolioscopeError(Exception):
    """Base of every error that Folioscope raises on purpose.

    ``what`` names what was tried and what was wrong, ``hint`` the way out.
    """

    exit_code: ClassVar[int] = 3

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(f"{what}. {hint}" if hint else what)
        self.what = what
        self.hint = hint


class UsageError(FolioscopeError):
    """The command line or an API argument is wrong (exit code 2)."""

    exit_code = 2


class RubricError(UsageError):
    """A rubric file is wrong; the message names file, line and reason (exit code 2)."""


class ConfigurationError(UsageError):
    """A configuration is wrong; the message names file, line and reason (exit code 2)."""


class TargetError(FolioscopeError):
    """The repository, ref or subfolder could not be read (exit code 3)."""


class PlatformError(FolioscopeError):
    """The platform (GitHub) could not be asked, or did not answer (exit code 3)."""


class LimitError(FolioscopeError):
    """A limit of bytes, files, depth or seconds was exceeded (exit code 4)."""

    exit_code = 4
