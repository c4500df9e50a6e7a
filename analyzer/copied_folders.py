"""Folders that hold the work of others, told from the names in them alone."""

from __future__ import annotations

from collections.abc import Iterable

from analyzer.knowledge.library_names import library_parts
from analyzer.knowledge.paths import KNOWN_CHARTS, LIBRARY_PACKAGES, OUTSIDE_FOLDERS, ZIP_FOLDER

__all__ = ["copied_folders"]

_LEAST_PARTS = 12  # below which a package of one's own may have the names of a library's parts


def copied_folders(paths: Iterable[str]) -> frozenset[str]:
    """Folders that hold another repository, a library or a model.

    A whole repository below another (a README, a licence and the files of git beside each other), a folder out of a zip
    file, a package named like a library or with its parts, a model with its card, a well-known chart of Helm, a folder for
    the work of others.
    """
    names: dict[str, set[str]] = {}
    tops: set[str] = set()
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder:
            names.setdefault(folder, set()).add(name.lower().split(".", 1)[0] or name.lower())
            tops.add(folder.split("/", 1)[0])
    for folder in names:
        parent, _, name = folder.rpartition("/")
        while parent and parent not in names:  # a folder that holds folders alone
            parent, _, name = parent.rpartition("/")
        if parent:
            names[parent].add(name.lower())
    return frozenset(
        {folder for folder, inside in names.items() if any(is_copy(folder, inside) for is_copy in _COPIES)}
        | {name for name in tops if name in OUTSIDE_FOLDERS or ZIP_FOLDER.fullmatch(name)}
    )


def _is_repository(_: str, names: set[str]) -> bool:
    """Whether a folder holds what the root of a repository holds."""
    return bool(names & {"license", "licence", "copying"}) and "readme" in names and ".gitignore" in names


def _is_named_like_a_library(folder: str, names: set[str]) -> bool:
    """Whether a package where one's own stand has the name of a library."""
    return "__init__" in names and folder.removeprefix("src/") in LIBRARY_PACKAGES


def _is_library(_: str, names: set[str]) -> bool:
    """Whether a package has the parts of a well-known library, whatever it is called itself."""
    if "__init__" not in names or len(names) <= _LEAST_PARTS:
        return False
    parts = {name for name in names if not name.startswith(("_", "."))}
    return any(len(parts & known) >= max(_LEAST_PARTS, len(parts) * 0.8) for known in library_parts().values())


def _is_chart(folder: str, names: set[str]) -> bool:
    """Whether a folder is a chart of Helm that others keep: called as they call it, with more than ``helm create`` makes."""
    more = names & {"readme", "crds"} or any(name.startswith("charts") for name in names)
    return {"chart", "templates"} <= names and bool(more) and folder.rpartition("/")[2] in KNOWN_CHARTS


def _is_model(_: str, names: set[str]) -> bool:
    """Whether a folder is a model as a hub gives it out: with its card, its configuration and its tokenizer."""
    return {"readme", "config"} <= names and bool(names & {"tokenizer", "tokenizer_config"})


_COPIES = (_is_repository, _is_named_like_a_library, _is_library, _is_model, _is_chart)
