"""Builds the wiring of a repository, once."""

from __future__ import annotations

from analyzer.repository import Repository
from analyzer.wiring.clusters import Clusters
from analyzer.wiring.code import CodeWiring
from analyzer.wiring.delivery import Delivery
from analyzer.wiring.files import FileNames
from analyzer.wiring.graph import Draft, Wiring
from analyzer.wiring.images import Images
from analyzer.wiring.names import Names
from analyzer.wiring.python_names import PythonNames
from analyzer.wiring.watching import Watching
from analyzer.wiring.workflows import draw_workflows

__all__ = ["build_wiring"]


def build_wiring(repo: Repository) -> Wiring:
    """Return which part of a repository has to do with which, from its files alone. Built once for a repository."""
    return repo.once(_build)


def _build(repo: Repository) -> Wiring:
    draft, names, files = Draft(), Names(repo), FileNames(repo)
    values = PythonNames(repo, names)
    images = Images(repo, draft, names, files)
    delivery = Delivery(repo, draft, names, files, images)
    CodeWiring(repo, draft, values, files).draw()
    draw_workflows(repo, draft)
    delivery.draw()
    Clusters(repo, draft, names, images).draw(delivery.deployments)
    Watching(repo, draft, names, values).draw()
    files.draw(draft)
    return draft.finished()
