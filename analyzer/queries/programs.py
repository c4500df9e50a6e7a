"""Which files of the repository a command starts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from analyzer.commands import Invocation
from analyzer.findings import Place
from analyzer.knowledge.wiring import ENTRY_COMMANDS
from analyzer.path_index import PathIndex
from analyzer.queries.containers import Packaging
from analyzer.repository import Repository

__all__ = ["Target", "started_by", "targets"]

_APP = re.compile(r"^([A-Za-z_][\w./]*?)(?:\.py)?:[A-Za-z_][\w.()]*$")
_SCRIPT = re.compile(r"^[\w./{}$()-]+\.(?:py|ipynb)$")
_ENTRY = re.compile(r"^([\w./-]+\.py):\w+$")
_MODULE = re.compile(r"^[A-Za-z_][\w.]*$")
_KNOWN_TOOLS = frozenset(
    [
        "pip",
        "venv",
        "pytest",
        "http.server",
        "json.tool",
        "build",
        "twine",
        "ensurepip",
        "unittest",
        "spacy",
        "nltk",
        "ipykernel",
        "virtualenv",
        "pipenv",
    ]
)
_SERVERS = frozenset(
    {"uvicorn", "gunicorn", "hypercorn", "granian", "daphne", "waitress-serve", "functions-framework", "fastapi"}
)


class Target(Struct, frozen=True):
    """A program as a command names it. ``path`` is the file in the repository; empty where there is none."""

    written: str
    path: str


def started_by(repo: Repository, packaging: Packaging) -> Iterator[tuple[Target, Place]]:
    """The Python programs that an image starts, each with the instruction that says so."""
    file = packaging.dockerfile
    last = max((item.stage for item in file.instructions), default=0)
    for instruction, command in file.commands:
        if instruction.name == "RUN" or instruction.stage != last:
            continue
        place = instruction.place
        for item in repo.resolver.follow((command,), lambda _, at=place: at, posixpath.dirname(file.path)):  # type: ignore[misc]
            for target in targets(repo, item, packaging.code):
                yield target, place


def targets(repo: Repository, item: Invocation, among: tuple[str, ...] = ()) -> Iterator[Target]:
    """The Python programs that a command names.

    Args:
        repo: the repository.
        item: the command, wrappers taken off.
        among: paths of an image, among which names are looked for first.
    """
    name = item.argv[0].rsplit("/", 1)[-1]
    if name.endswith(".py"):
        yield _script(repo, item, item.argv[0], among)
        return
    if not ENTRY_COMMANDS.match(name):
        return
    words = item.argv[1:]
    if name == "python" and words[:1] == ("-m",) and len(words) > 1:
        tool = words[1].split(".", 1)[0]
        if words[1] in _SERVERS:
            yield from _servers(repo, item, words[2:], among)
        elif tool not in _KNOWN_TOOLS and _MODULE.match(words[1]):
            yield _module(repo, item, words[1], among)
    elif name == "python":
        script = next((word for word in words[:4] if not word.startswith("-")), "")
        if _SCRIPT.match(script) and "-c" not in words[:2]:
            yield _script(repo, item, script, among)
    elif name in _SERVERS or name in ("celery", "flask", "bentoml", "rq", "serve", "robyn"):
        yield from _servers(repo, item, words, among)
    else:
        for word in words:
            entry = _ENTRY.match(word)
            if entry or _SCRIPT.match(word):
                yield _script(repo, item, entry.group(1) if entry else word, among)
                return


def _servers(repo: Repository, item: Invocation, words: tuple[str, ...], among: tuple[str, ...]) -> Iterator[Target]:
    for index, word in enumerate(words):
        application = _APP.match(word)
        if application and not word.startswith(("http", "unix:", "localhost")):
            yield _module(repo, item, application.group(1).replace("/", "."), among)
            return
        if _SCRIPT.match(word) and word.endswith(".py"):
            yield _script(repo, item, word, among)
            return
        if index and words[index - 1] in ("--app", "-A") and _MODULE.match(word):
            yield _module(repo, item, word, among)
            return


def _script(repo: Repository, item: Invocation, written: str, among: tuple[str, ...]) -> Target:
    plain = posixpath.normpath(written.strip("\"'")).lstrip("/")
    inside = _ending_in(among, plain)
    return Target(written, inside or repo.find(written, item.folder) or _only(repo, plain) or "")


def _module(repo: Repository, item: Invocation, dotted: str, among: tuple[str, ...]) -> Target:
    stem = dotted.replace(".", "/")
    names = (f"{stem}.py", f"{stem}/__main__.py", f"{stem}/__init__.py")
    inside = next((path for name in names if (path := _ending_in(among, name))), "")
    found = inside or repo.world.local.find(dotted, posixpath.join(item.folder, "x.py"))
    return Target(dotted, found or "")


def _ending_in(paths: tuple[str, ...], name: str) -> str:
    """The shortest of the paths that ends in a name, or whose name ends in it after folders of an image."""
    parts = name.split("/")
    for start in range(len(parts)):
        tail = "/".join(parts[start:])
        found = [path for path in paths if path == tail or path.endswith(f"/{tail}")]
        if found:
            return min(found, key=lambda path: (path.count("/"), path))
    return ""


def _only(repo: Repository, name: str) -> str:
    """The one module of the repository that ends in a path, where there is exactly one."""
    tail = name.split("/", 1)[1] if name.startswith("app/") else name
    known = repo.once(_module_paths)
    found = [place for place in known.ending(tail) if not known.below(place)]
    return found[0] if len(found) == 1 else ""


def _module_paths(repo: Repository) -> PathIndex:
    return PathIndex(module.path for module in repo.modules)
