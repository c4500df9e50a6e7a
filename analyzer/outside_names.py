"""Names of modules and functions in files that are no Python: of commands, platforms and jobs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from analyzer.knowledge.words import has_word

__all__ = ["called_by_gcloud", "is_named_in", "notebooks_of_tasks", "target_names"]

_NOTEBOOK_TASK = re.compile(r"notebook_path[\"']?\s*:\s*[\"']?([\w./-]+)")
_ENTRY_POINT = re.compile(r"--entry-point[= ]\s*([A-Za-z_]\w*)")


def notebooks_of_tasks(text: str) -> Iterator[str]:
    """The names of the notebooks that the definition of a Databricks job runs."""
    for path in _NOTEBOOK_TASK.findall(text):
        yield f"{posixpath.basename(path).removesuffix('.ipynb')}.ipynb"


def called_by_gcloud(text: str) -> list[str]:
    """The functions that a command of gcloud deploys to be called."""
    return _ENTRY_POINT.findall(text) if "--entry-point" in text else []


def is_named_in(path: str, text: str) -> bool:
    """Whether a text names a module by its file name or its dotted name."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    names = (path.rsplit("/", 1)[-1], ".".join(stem.split("/")[-2:]))
    return any(has_word(text, name) for name in names)


def target_names(words: Iterable[str]) -> Iterator[str]:
    """The last names of words that name something by a path of names, such as ``package.module:name``."""
    for word in words:
        tail = word.strip("\"'`,").rsplit(":", 1)[-1].rsplit(".", 1)[-1].removesuffix("()")
        if tail.isidentifier() and tail != word:
            yield tail
