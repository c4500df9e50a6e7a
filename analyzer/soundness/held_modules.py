"""Images that start a module and do not hold the modules that it imports."""

from __future__ import annotations

import posixpath
import re
from collections import deque
from collections.abc import Iterator

from analyzer.artifacts.python_bindings import ImportedName
from analyzer.queries.containers import Packaging, packagings
from analyzer.queries.programs import started_by
from analyzer.soundness.defect import Defect
from analyzer.soundness.held_files import copies_file_by_file, line_of_copies
from analyzer.soundness.layout import Layout

__all__ = ["unheld_modules"]

_BRINGS_MORE = re.compile(
    r"(?i)\bgit\s+clone\b|git\+|--mount=type=bind|\bpip3?\s+install\b[^\n]*\s(?:-e\s+)?\.(?:\s|$|\[)"
)


def unheld_modules(layout: Layout) -> Iterator[Defect]:
    """Modules of the repository that a started module imports, itself or through others, and that no copy brings into the image.

    Told only of images that copy file by file, whose service mounts nothing and which get no code in another way.
    """
    repository = layout.repository
    for packaging in packagings(repository):
        text = repository.text(packaging.dockerfile.path) or ""
        if not copies_file_by_file(repository, packaging) or _BRINGS_MORE.search(text):
            continue
        started = {target.path for target, _ in started_by(repository, packaging) if target.path in packaging.code}
        if first := next(_lost(layout, packaging, text, sorted(started)), None):  # one is enough to stop it
            path, item, lost = first
            sentence = f"the image does not hold {lost}, which {path}:{item.line} imports when it starts"
            yield Defect(packaging.dockerfile.path, line_of_copies(packaging), "image-lacks", sentence)


def _lost(
    layout: Layout, packaging: Packaging, text: str, started: list[str]
) -> Iterator[tuple[str, ImportedName, str]]:
    """(module, its import, the file that is neither in the image nor in its text) along the imports of what is started."""
    held = frozenset(packaging.code)
    names = {posixpath.basename(path) for path in held} | {"__init__.py"}  # without which a folder is a package too
    seen, pending = set(started), deque(started)
    while pending:
        path = pending.popleft()
        module = layout.repository.world.module(path)
        for item in module.all_imports if module else ():
            if item.guarded or item.deferred or item.module.startswith("."):
                continue
            targets = layout.modules(item.module, path) or layout.modules(f"{item.module}.{item.name}", path)
            for target in targets:
                if target in held and target not in seen:
                    seen.add(target)
                    pending.append(target)
            lost = targets[0] if len(targets) == 1 and targets[0] not in held else ""
            name = posixpath.basename(lost)
            if lost and layout.repository.world.module(lost) and name not in names and name not in text:
                yield path, item, lost
