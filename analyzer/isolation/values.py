"""Values from a confined process, read without trusting it.

A pickle can name any function to call. One from a process that may have been taken over is read by a reader that knows
frozen values of this project, enumerations, errors and the plain collections, and refuses everything else.
"""

from __future__ import annotations

import io
import pickle  # nosec B403  # read by a reader that refuses all but values of this project
from dataclasses import is_dataclass
from enum import Enum
from typing import Any

from msgspec import Struct

from analyzer.errors import FolioscopeError

__all__ = ["dumped", "loaded"]

_PLAIN = frozenset(
    {
        ("builtins", "frozenset"),
        ("builtins", "set"),
        ("collections", "OrderedDict"),
        ("datetime", "datetime"),
        ("datetime", "date"),
        ("datetime", "timedelta"),
        ("datetime", "timezone"),
    }
)


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _PLAIN:
            return super().find_class(module, name)
        top, _, below = module.partition(".")
        if top in ("analyzer", "rules") and not below.startswith("cli") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (is_dataclass(found) or issubclass(found, Struct | Enum | FolioscopeError)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of a report")


class _Writer(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        """Members of enumerations by their value: Python 3.11.0 to 3.11.3 write a call of ``getattr``."""
        return (type(value), (value.value,)) if isinstance(value, Enum) else NotImplemented


def dumped(value: object) -> bytes:
    """The value as bytes."""
    content = io.BytesIO()
    _Writer(content, pickle.HIGHEST_PROTOCOL).dump(value)
    return content.getvalue()


def loaded(content: bytes) -> Any:
    """The value of bytes from :func:`dumped`.

    Raises:
        pickle.UnpicklingError: they hold something that is no value of this project.
    """
    return _Reader(io.BytesIO(content)).load()
