"""Lists of packages that CI has pip install and that pip refuses: the step fails, and so does what comes after it."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.images import LIST, refusal

__all__ = ["refused_installs"]


def refused_installs(repository: Repository) -> Iterator[Defect]:
    """Commands of CI that install a list which holds a line that pip cannot read, or one package in two versions."""
    known: dict[str, str] = {}
    for pipeline in repository.pipelines:
        for item in repository.commands_of(pipeline):
            named = LIST.search(item.invocation.text)
            path = repository.find(named.group(1), item.invocation.folder) if named and not item.swallowed else None
            if path and path not in known:
                known[path] = refusal(repository.text(path) or "")
            if path and (why := known[path]) and not item.invocation.via:
                yield Defect(item.place.path, item.place.line, "refused-install", f"pip refuses {path}: {why}")
