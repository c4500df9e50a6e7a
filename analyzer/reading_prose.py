"""The READMEs and pages of a snapshot, and which of them speaks for the project."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

from analyzer.artifacts.document import Document
from analyzer.artifacts.markdown import parse_markdown
from analyzer.artifacts.rst import parse_rst
from analyzer.inventory import Kind
from analyzer.knowledge.paths import README_FILE
from analyzer.reading_platform import ReadingPlatform

__all__ = ["ReadingProse"]

_SAYS_LITTLE = 40
"""Words under which a README at the root tells nothing of the project."""


class ReadingProse(ReadingPlatform):
    """Documents in the order in which a visitor finds them."""

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """READMEs and docs, the main README first; the root's README counts where it names the subfolder."""
        found = list(self._parse((Kind.DOCUMENT,), _parse_document))
        if self.subdir:
            name = self.subdir.rsplit("/", 1)[-1]
            for path in self.inventory.serving:
                text = self.text(path) if path.lower().startswith("readme") else None
                if text and name in text:
                    found.append(self._parsed(_parse_document, path, text))
        return tuple(sorted(found, key=lambda item: (item.path != self.readme_path, item.path)))

    @cached_property
    def readme_path(self) -> str:
        """Path of the README about the project, or an empty string: one of a few words at the root leaves it to its folder."""
        first = self._first_readme
        if not first or len((self.text(first) or "").split()) >= _SAYS_LITTLE:
            return first
        return self._readme_of_most or first

    @cached_property
    def _readme_of_most(self) -> str:
        """The README of the folder that holds most of the candidate's files, or an empty string."""
        start = len(self.subdir) + 1 if self.subdir else 0
        folders = Counter(path[: path.find("/", start)] for path in self.inventory.own if "/" in path[start:])
        ((folder, files),) = folders.most_common(1) or (("", 0),)
        path = self.find("README.md", folder) if folder and 2 * files > len(self.inventory.own) else None
        return path if path and len((self.text(path) or "").split()) >= 2 * _SAYS_LITTLE else ""

    @cached_property
    def _first_readme(self) -> str:
        """Path of the README that a visitor sees first, or an empty string."""
        base = f"{self.subdir}/" if self.subdir else ""
        names = [path for path in self.inventory.of(Kind.DOCUMENT) if README_FILE.search(path)]
        at_root = [path for path in names if "/" not in path[len(base) :]]
        special = [path for path in names if path.lower() in (f"{base}docs/readme.md", f"{base}.github/readme.md")]
        serving = [path for path in self.inventory.serving if path.lower().startswith("readme")]
        ordered = sorted(at_root, key=lambda path: (not path.lower().endswith("readme.md"), path))
        return next(iter([*ordered, *special, *sorted(names, key=lambda p: (p.count("/"), p)), *serving]), "")

    @property
    def front_page(self) -> str:
        """Path of the file that a visitor sees first: the README, or the first file of the root; or an empty string."""
        return self._first_readme or min(self.paths, key=lambda path: (path.count("/"), path), default="")

    @cached_property
    def readme(self) -> Document | None:
        """The main README."""
        return next((item for item in self.documents if item.path == self.readme_path), None)


def _parse_document(path: str, text: str) -> Document:
    return parse_rst(path, text) if path.lower().endswith(".rst") else parse_markdown(path, text)
