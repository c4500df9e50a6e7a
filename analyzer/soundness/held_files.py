"""Images that start a module and do not hold a file that it reads as soon as it starts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.containers import Packaging, packagings, sources
from analyzer.queries.programs import started_by
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.images import TEMPLATES

__all__ = ["copies_file_by_file", "line_of_copies", "unheld_files"]

_FILE = re.compile(
    r"(?!/|~|\w+:)[\w./ -]{0,200}\.(?:pkl|pickle|joblib|bin|onnx|pt|pth|h5|keras|cbm|csv|parquet|json|ya?ml)"
)
_HOLDS_NOTHING = re.compile(
    r"(?:docker\.io/)?(?:library/)?[\w.-]+(?:[:@]|$)|(?:public\.ecr\.aws|mcr\.microsoft\.com|gcr\.io|ghcr\.io/astral-sh)/"
    r"|(?:tiangolo|nvidia|continuumio|mambaorg|tensorflow|pytorch|jupyter|apache|bitnami|amazon)/"
)
"""Bases of publishers of languages and systems, which no project has put its files into."""
_FETCHES = re.compile(r"(?i)download|fetch|pull|copy|sync|run|system")
_READS = frozenset({"open", "pandas.read_csv", "pandas.read_parquet"})


def unheld_files(repository: Repository) -> Iterator[Defect]:
    """Committed files that the started module opens on its own level, and that nothing brings into the image.

    Told only of images that copy file by file, whose service mounts nothing and whose other commands name no such file.
    """
    for packaging in packagings(repository):
        file = packaging.dockerfile
        if not copies_file_by_file(repository, packaging):
            continue
        started = {target.path for target, _ in started_by(repository, packaging) if target.path in packaging.code}
        held: frozenset[str] | None = None
        text = repository.text(file.path) or ""
        for path, line, name in (found for module in sorted(started) for found in _opened(repository, module)):
            base = posixpath.basename(name)
            held = held if held is not None else _names_held(repository, packaging)
            if base not in held and base not in text:
                sentence = f"the image does not hold {name}, which {path}:{line} opens when it starts"
                yield Defect(file.path, line_of_copies(packaging), "image-lacks", sentence)


def copies_file_by_file(repository: Repository, packaging: Packaging) -> bool:
    """Whether all code of an image comes by its copies: no service mounts a folder, and no base of somebody holds files."""
    file = packaging.dockerfile
    if file.path in repository.once(_mounting) or file.path.endswith(TEMPLATES) or not packaging.code:
        return False
    return all(map(_HOLDS_NOTHING.match, file.images))


def _mounting(repository: Repository) -> frozenset[str]:
    """The Dockerfiles of services that mount something."""
    services = (service for file in repository.compose_files for service in file.services if service.volumes)
    return frozenset(service.dockerfile for service in services)


def line_of_copies(packaging: Packaging) -> int:
    """The line that brings in code, or the first of the Dockerfile."""
    return packaging.decisive.line if packaging.decisive else packaging.dockerfile.place.line


def _opened(repository: Repository, path: str) -> Iterator[tuple[str, int, str]]:
    """(module, line, name) of files of the repository that a module opens on its own level, whatever happens."""
    module = repository.world.module(path)
    for call in module.calls if module else ():
        if _FETCHES.search(call.last):
            return  # and what is fetched before need not be held
        if call.scope or call.conditional or call.swallowed or call.decorates:
            continue
        if call.name in _READS or "model.load" in roles_of(call.name):
            for name in call.texts()[:1]:
                if _FILE.fullmatch(name) and repository.find(name, posixpath.dirname(path)):
                    yield path, call.line, name


def _names_held(repository: Repository, packaging: Packaging) -> frozenset[str]:
    return frozenset(
        posixpath.basename(path)
        for copy in packaging.dockerfile.copies
        for source in copy.sources
        for path in sources(repository, packaging.context, source)
    )
