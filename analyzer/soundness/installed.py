"""Images that start a module and do not install a package that it imports.

Told only where all that an image installs is known: a plain Python base, and pip, Pipenv, Poetry or uv with lists that
are in the repository.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from msgspec import Struct

from analyzer.argv import unwrap
from analyzer.artifacts.dependencies import DependencyFile, parse_requirements
from analyzer.artifacts.dockerfile import Dockerfile
from analyzer.knowledge.packages import DISTRIBUTIONS, PLATFORM_MODULES, STDLIB
from analyzer.queries.containers import Packaging, packagings
from analyzer.queries.programs import started_by
from analyzer.soundness.declared import brought, installed_by
from analyzer.soundness.defect import Defect
from analyzer.soundness.images import installed_lists
from analyzer.soundness.layout import Layout

__all__ = ["lacking_images"]

_PLAIN = re.compile(r"^(?:docker\.io/)?(?:library/)?python:[\w.-]+(?:@sha256:\w+)?$")
_OTHERS = re.compile(
    r"\b(?:conda|mamba|micromamba|pixi|pdm|rye|hatch|make|setup\.py|easy_install)\b|\.sh\b"
    r"|\bpip3?\b[^|;&]*(?:\$|\s-e\b|--editable|--constraint|\.whl\b|\.tar\b|git\+|https?:|--find-links|\s\.{1,2}/?(?:\[|\s|$))"
)
"""What else can install packages."""
_OF_PROJECTS = {
    "pipenv": (frozenset({"install", "sync"}), ("Pipfile.lock", "Pipfile")),
    "poetry": (frozenset({"install", "config", "sync"}), ("poetry.lock", "pyproject.toml")),
    "uv": (frozenset({"sync", "pip", "venv"}), ("uv.lock", "pyproject.toml")),
}
"""Tools that install what a project declares: their commands that add nothing else, and what declares it, the lock first."""
_LOCAL = re.compile(r"\bpath\s*=|\bworkspace\s*=")
_APT = re.compile(r"\bpython3?-[a-z]\w+|\bapk add\b.*\bpy3-")
_UNCLEAR = re.compile(r"(?m)^[ \t]*(?:git\+|https?://|-e\s|-r\s|--requirement|-c\s|file:|\.{0,2}/)")
_REDIRECTED = re.compile(r"\bpip3?\s+install\b[^|;&\"']*[<>]")
"""A version without quotes, of which a shell makes a file."""
_SMALL = frozenset({"dotenv", "yaml", "requests", "dateutil", "pytz", "jinja2", "click", "tqdm", "packaging", "six"})
"""What so many others bring along that no list of them is complete."""
_MOST_MODULES = 200
_MOST_NAMES = 3


def lacking_images(layout: Layout) -> Iterator[Defect]:
    """One defect for each image, which names the packages that what it starts imports at once."""
    for packaging in packagings(layout.repository):
        file = packaging.dockerfile
        installed = _installed(layout, packaging) if packaging.code and all(map(_PLAIN.match, file.images)) else None
        if not installed or not installed.names:
            continue
        started = {
            target.path for target, _ in started_by(layout.repository, packaging) if target.path in packaging.code
        }
        lacking = dict(_lacking(layout, packaging, sorted(started), installed))
        if lacking:
            yield Defect(file.path, _line_of_install(file), "image-lacks", _sentence(lacking))


def _sentence(lacking: dict[str, str]) -> str:
    """What is not installed, three names at most, and who imports the first."""
    (first, module), *_ = lacking.items()
    if len(lacking) == 1:
        return f"the image does not install {first}, which {module} imports"
    shown = [*lacking][:_MOST_NAMES]
    if len(lacking) > _MOST_NAMES:
        shown.append(f"{len(lacking) - _MOST_NAMES} more")
    return f"the image does not install {', '.join(shown[:-1])} and {shown[-1]}; {module} imports {first}"


def _line_of_install(file: Dockerfile) -> int:
    return next((item.line for item in file.named("RUN") if "pip" in item.value), file.place.line)


class _Installed(Struct, frozen=True):
    """The names of what an image installs; ``whole`` says that they are all of them, as a lock has them."""

    names: frozenset[str]
    whole: bool = False


_TOOLS = frozenset({"pip", "setuptools", "wheel", "pipenv", "poetry", "uv"})


def _installed(layout: Layout, packaging: Packaging) -> _Installed | None:
    """What an image installs; None where that cannot be told."""
    file = packaging.dockerfile
    found: set[str] = set()
    for item, command in file.commands:
        if item.name != "RUN":
            continue
        packages, unclear = installed_by(unwrap(command.argv))
        if unclear:
            return None
        found.update(package.name for package in packages)
    for item in file.named("RUN"):
        if any(pattern.search(item.value) for pattern in (_OTHERS, _APT, _REDIRECTED)):
            return None
    for _, path in installed_lists(layout, packaging):
        text = layout.repository.text(path) if path else None
        if text is None or _UNCLEAR.search(text):
            return None
        listed = parse_requirements(path, text)
        if listed.error:
            return None
        found.update(requirement.name for requirement in listed.requirements)
    of_projects = _declared(layout, packaging)
    if of_projects is None:
        return None
    beside = found - _TOOLS - of_projects.names
    return _Installed(of_projects.names | found, of_projects.whole and not beside)


def _declared(layout: Layout, packaging: Packaging) -> _Installed | None:
    """What an image installs of the declarations of a project, groups for development included; None where that is unknown."""
    found: list[DependencyFile] = []
    for item, command in packaging.dockerfile.commands:
        argv = unwrap(command.argv)
        if argv[:3] in (("python", "-m", "pipenv"), ("python", "-m", "poetry"), ("python", "-m", "uv")):
            argv = argv[2:]
        tool = argv[0].rsplit("/", 1)[-1] if argv else ""
        if item.name != "RUN" or tool not in _OF_PROJECTS:
            continue
        plain, names = _OF_PROJECTS[tool]
        verb = next((word for word in argv[1:] if not word.startswith("-")), "")
        if verb not in plain:
            return None
        if verb not in ("install", "sync"):
            continue
        files = _files_of(layout, packaging, names)
        if not files:
            return None
        found += files
    distributions = frozenset(requirement.name for file in found for requirement in file.requirements)
    return _Installed(distributions, bool(found) and all(file.lock for file in found))


def _files_of(layout: Layout, packaging: Packaging, names: tuple[str, str]) -> list[DependencyFile]:
    """The locks that the image brings in, or what they lock where there is none; empty where one cannot be read."""
    repo, dockerfile = layout.repository, packaging.dockerfile
    known = {file.path: file for file in repo.dependency_files}
    places = (packaging.context, posixpath.dirname(dockerfile.path))
    sources = [source for copy in dockerfile.copies if not copy.from_stage for source in copy.sources]
    for name in names:
        copied = [source for source in sources if posixpath.basename(source) == name]
        if not copied and any(source.strip("/.") == "" or source.endswith("*") for source in sources):
            copied = [name]
        paths = dict.fromkeys(path for source in copied for place in places if (path := repo.find(source, place)))
        if paths:
            files = [known[path] for path in paths if path in known]
            unclear = any(_LOCAL.search(repo.text(file.path) or "") for file in files if not file.lock)
            whole = len(files) == len(paths) and not unclear and all(file.requirements for file in files)
            return files if whole and not any(file.error for file in files) else []
    return []


def _lacking(
    layout: Layout, packaging: Packaging, started: list[str], installed: _Installed
) -> Iterator[tuple[str, str]]:
    """(package, module that imports it) of the imports that run when the started modules do."""
    held = frozenset(packaging.code)
    waiting, seen = list(started), set(started)
    told: set[str] = set()
    while waiting and len(seen) < _MOST_MODULES:
        module = layout.repository.world.module(waiting.pop(0))
        if module is None:
            continue
        for item in module.all_imports:
            if item.guarded or item.deferred:
                continue
            root = item.module.split(".", 1)[0]
            if item.module.startswith(".") or root not in DISTRIBUTIONS:
                ours = [*layout.modules(item.module, module.path)]
                if item.name:
                    joint = item.module if item.module.endswith(".") else f"{item.module}."
                    ours += layout.modules(joint + item.name, module.path)
                fresh = [path for path in ours if path in held and path not in seen]
                seen.update(fresh)
                waiting += fresh
            elif root not in told | _SMALL and root not in STDLIB and root not in PLATFORM_MODULES:
                told.add(root)
                if not layout.exists(root, module.path) and not brought(
                    item.module, installed.names, by_chance=not installed.whole
                ):
                    yield root, module.path
