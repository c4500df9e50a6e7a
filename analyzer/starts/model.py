"""What a start is: files, and words about them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from msgspec import Struct

from analyzer.errors import UsageError
from analyzer.startmark import marked

__all__ = ["RefusalError", "Start", "StartFile", "plain", "rendered"]
_STRING = re.compile(r"[A-Za-z_][\w./-]*")
_WORDS_OF_YAML = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n", "null"})


class RefusalError(UsageError):
    """A start cannot be made from what this repository has (exit code 2)."""


class StartFile(Struct, frozen=True):
    """A file of a start: its path from the root, and its text with the mark."""

    path: str
    text: str


class Start(Struct, frozen=True):
    """The files of a start, and what is left to do."""

    criterion: str
    files: tuple[StartFile, ...]
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    # The results are YAML, Python, Dockerfiles and Markdown; what goes into them was checked to be plain names.
    environment = Environment(  # nosec B701  # no page is made of it
        loader=PackageLoader("analyzer.starts"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701
    )
    environment.filters["scalar"] = _scalar
    return environment


def _scalar(text: str) -> str:
    """A plain name as a string of YAML, which takes 3.10 for a number and ``on`` for a truth value."""
    return text if _STRING.fullmatch(text) and text.lower() not in _WORDS_OF_YAML else f'"{text}"'


def plain(template: str, path: str, **values: Any) -> StartFile:
    """The file that a template of ``templates/`` comes to, without a mark."""
    return StartFile(path, _environment().get_template(template).render(**values))


def rendered(template: str, path: str, criterion: str, **values: Any) -> StartFile:
    """The file that a template of ``templates/`` comes to, with its mark."""
    text = _environment().get_template(template).render(**values)
    return StartFile(path, marked(text, criterion, markdown=path.endswith(".md")))
