"""Sample repositories that come with the package, written for this project."""

from __future__ import annotations

from pathlib import Path

__all__ = ["EXAMPLES", "example_folder"]

EXAMPLES = ("exemplary", "course-subfolder", "notebook-only")
"""From the best to the plainest."""


def example_folder(name: str) -> Path:
    """Where a sample lies: beside this module in a package, in ``fixtures/repos`` in a checkout."""
    here = Path(__file__).parent
    packaged = here / "examples" / name
    return packaged if packaged.is_dir() else here.parent / "fixtures" / "repos" / name
