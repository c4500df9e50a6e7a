"""Lists of packages that CI has pip install and that pip refuses: the step fails, and so does what comes after it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.images import lists_in, refusal

__all__ = ["refused_installs"]


def refused_installs(repository: Repository) -> Iterator[Defect]:
    """Commands of CI that install a list which holds a line that pip cannot read, or one package in two versions."""
    known: dict[str, str] = {}
    for pipeline in repository.pipelines:
        for item in repository.commands_of(pipeline):
            names = () if item.swallowed or item.invocation.via else lists_in(item.invocation.text)
            paths = (repository.find(name, item.invocation.folder) for name in names)
            for path in filter(None, paths):
                if path not in known:
                    known[path] = refusal(repository.text(path) or "")
                if why := known[path]:
                    yield Defect(item.place.path, item.place.line, "refused-install", f"pip refuses {path}: {why}")
