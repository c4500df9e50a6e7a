"""Whether words are about this project: its files, its functions, its subject, the tools that its code uses.

Text that names nothing of the repository fits every repository, and so tells nothing of this one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from analyzer.artifacts.document import Document
from analyzer.artifacts.python_source import Call, PythonModule, Reference
from analyzer.inventory import Kind, kind_of
from analyzer.knowledge.generic_words import GENERIC
from analyzer.knowledge.named import technologies_named
from analyzer.knowledge.prose import CAUSE
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.path_index import PathIndex
from analyzer.queries.absent import is_stalled
from analyzer.queries.ci import is_real
from analyzer.queries.cloud import own_workloads, resources
from analyzer.queries.commands import all_invocations
from analyzer.queries.containers import used_services
from analyzer.repository import Repository

__all__ = ["about_project", "is_own_page", "is_used", "named_tools", "names_part", "own_words", "reached_roots"]

_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ]{2,}")
_PART = re.compile(r"[A-Z]?[a-zà-ÿ]+|[A-Z]+(?![a-z])")
_PATHLIKE = re.compile(
    r"(?<![\w/.:-])(?:\.{0,2}/)?(?:[\w.-]+/)*[\w.-]+(?:/|\.(?:py|ipynb|sh|ya?ml|tf|toml|md|csv|parquet|json|txt|sql|cfg))(?![\w/])"
)
_CODE_NAME = re.compile(r"(?:make|just|task) [a-z][\w-]*|[A-Za-z]\w*(?:_\w+)+|[a-z]+[A-Z]\w+|[A-Z][a-z]+[A-Z]\w+")
_MOST_TEXTS = 4000
_PROSE = (".md", ".rst", ".markdown", ".mdx")


class _Vocabulary(Struct, frozen=True):
    """The names of a project: files and folders, identifiers of its code, and the words of its subject."""

    files: frozenset[str]
    identifiers: frozenset[str]
    words: frozenset[str]


def _vocabulary(repo: Repository) -> _Vocabulary:
    files: set[str] = set()
    for path in repo.paths:
        if repo.is_filled(path):
            files.update(part.lower() for part in path.split("/"))
    identifiers: set[str] = set()
    words: list[str] = []
    modules = [module for code in (repo.code, repo.notebook_code) for module in code.modules if _does_something(module)]
    for module in modules:
        reached = repo.world.reached_in(module.path)
        named, said = repo.of_file(module.path, _names_of, module, reached, by=reached)
        identifiers.update(named)
        words += said
    for file in repo.task_files:
        identifiers.update(f"{file.tool} {task.name}" for task in file.tasks)
    words += identifiers
    kept = [module.path for module in modules]
    kept += (path for path in repo.paths if path.endswith((".csv", ".parquet", ".dvc")) and repo.is_filled(path))
    words += (part for path in kept for part in path.split(".", 1)[0].split("/"))
    title = next((section.title for section in repo.readme.sections if section.title), "") if repo.readme else ""
    words += [title, repo.subdir, *(file.path.split("/")[0] for file in repo.dependency_files)]
    return _Vocabulary(frozenset(files), frozenset(identifiers), _subject(words))


def _names_of(module: PythonModule, reached: frozenset[str]) -> tuple[frozenset[str], tuple[str, ...]]:
    """What the reached code of a module calls its functions and classes, and its columns and short texts."""
    texts = [
        text.value
        for text in module.texts[:_MOST_TEXTS]
        if len(text.value) < 40 and (not text.scope or text.scope in reached)
    ]
    identifiers = {item.name for item in module.functions if not item.stub and item.qualname in reached}
    identifiers.update(
        item.name for item in module.classes if any(f"{item.name}.{name}" in reached for name in item.methods)
    )
    identifiers.update(text for text in texts if _CODE_NAME.fullmatch(text))
    columns = (item.column for item in module.assignments if not item.scope or item.scope in reached)
    return frozenset(identifiers), (*columns, *(text for text in texts if " " not in text))


def _subject(names: Iterable[str]) -> frozenset[str]:
    """The words that names are made of, but for those that every project uses."""
    tools = _tool_names()
    found = {part for name in set(names) for part in _parts(name)}
    return frozenset(
        _stem(word)
        for word in found
        if len(word) > 3 and word not in GENERIC and word not in tools and not CAUSE.search(word)
    )


@lru_cache(maxsize=8192)
def _parts(name: str) -> tuple[str, ...]:
    """The words that a name is made of."""
    return tuple(part.lower() for word in _WORD.findall(name.replace("_", " ")) for part in _PART.findall(word))


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    return re.sub(r"(?:ies|es|s|ing|ed)$", "", word) if len(word) > 5 else word.removesuffix("s")


@lru_cache(maxsize=1)
def _tool_names() -> frozenset[str]:
    return frozenset(
        word
        for marks in TECHNOLOGIES
        for name in (*marks.words, *marks.imports, marks.id)
        for word in re.split(r"\W+", name.lower())
    )


def own_words(repo: Repository, text: str) -> frozenset[str]:
    """The words of the project's subject that stand in a text."""
    known = repo.once(_vocabulary).words
    return frozenset(stem for word in _WORD.findall(text) if (stem := _stem(word.lower())) in known)


def names_part(repo: Repository, text: str) -> bool:
    """Whether a text names a file, a folder, a task, a function or a class of the repository."""
    known = repo.once(_vocabulary)
    if any(name in known.identifiers for name in _CODE_NAME.findall(text)):
        return True
    for match in _PATHLIKE.finditer(text):
        last = match.group().rstrip("/").rsplit("/", 1)[-1].lower()
        if last in known.files and last not in _EVERYWHERE:
            return True
    return False


def _is_here(repo: Repository, name: str) -> bool:
    """Whether a path, or the end of one, is that of a file that says something, or of a folder with one."""
    known = repo.once(_caseless)
    return any(
        _says_something(repo, path)
        for place in known.index.ending(name)
        for lowered in (*known.index.below(place), *([place] if place in known.paths else []))
        for path in known.paths[lowered]
    )


class _Caseless(Struct, frozen=True):
    """The candidate's paths in lower case, and those that each stands for."""

    index: PathIndex
    paths: Mapping[str, Sequence[str]]


def _caseless(repo: Repository) -> _Caseless:
    paths: dict[str, list[str]] = {}
    for path in repo.paths:
        paths.setdefault(path.lower(), []).append(path)
    return _Caseless(PathIndex(paths), paths)


def _does_something(module: PythonModule) -> bool:
    """Whether a module holds more than comments and imports."""
    return bool(module.calls or module.functions or module.classes or module.assignments)


def _says_something(repo: Repository, path: str) -> bool:
    """Whether a file holds more than comments; of what is no text, whether it holds anything."""
    module = repo.world.module(path)
    if module:
        return _does_something(module)
    if kind_of(path) in (Kind.OTHER, Kind.JSON, Kind.LOCK):
        return repo.is_filled(path)
    lines = (line.strip() for line in (repo.text(path) or "").split("\n"))
    return any(line and not line.startswith(("#", "//")) for line in lines)


_EVERYWHERE = frozenset(
    {"readme.md", "requirements.txt", ".", "..", "app", "src", "data", "docs", "tests", "infra", "models"}
)


def about_project(repo: Repository, text: str, words: int = 2) -> bool:
    """Whether a text names a part of the repository, or so many words of its subject."""
    return len(own_words(repo, text)) >= words or names_part(repo, text)


@lru_cache(maxsize=2048)
def named_tools(text: str) -> frozenset[str]:
    """The technologies that a text names."""
    return frozenset(name for _, name in technologies_named(text))


def is_used(repo: Repository, tool: str) -> bool:
    """Whether code, an image, a resource, a command or a file of the repository shows a technology, roughly."""
    return tool in repo.once(_used)


def reached_roots(repo: Repository) -> frozenset[str]:
    """The top-level packages that reached code uses, tests left out."""
    found: set[str] = set()
    for module in (*repo.code.modules, *repo.notebook_code.modules):
        roots = {item.root for item in module.used_imports if item.root}
        found.update(roots & _used_names(repo, module))
    return frozenset(found)


def _used(repo: Repository) -> frozenset[str]:
    dotted: set[str] = set()
    for module in repo.world.modules:
        dotted.update(_used_names(repo, module))
    images = [image for file in repo.dockerfiles if file.copies or file.named("RUN") for image in file.images]
    images += [service.image for service in used_services(repo)]
    for file in repo.compose_files:
        if any(service.builds for service in file.services):
            images += [service.image for service in file.services]
    images += [image for item in own_workloads(repo) for image in item.images]
    commands = frozenset(head for item in all_invocations(repo) for head in _heads(item.text, " "))
    uses = [
        step.uses
        for line in repo.pipelines
        for _, step in repo.steps_of(line)
        if step.uses and not is_stalled(repo, step)
    ]
    types = frozenset(resource.type for resource, _, _ in resources(repo))
    small = frozenset(image.lower() for image in images)
    return _shown(_IMPORTS & dotted, small, commands & _COMMANDS, frozenset(uses), types) | _by_files(repo)


_IMPORTS = frozenset(name for marks in TECHNOLOGIES for name in marks.imports)
_COMMANDS = frozenset(name for marks in TECHNOLOGIES for name in marks.commands)


@lru_cache(maxsize=8)
def _shown(
    imports: frozenset[str],
    images: frozenset[str],
    commands: frozenset[str],
    uses: frozenset[str],
    types: frozenset[str],
) -> frozenset[str]:
    """The technologies that any of these tells: the commits of one repository have mostly the same."""
    return frozenset(
        marks.id
        for marks in TECHNOLOGIES
        if not imports.isdisjoint(marks.imports)
        or any(part in image for part in (*marks.images, marks.id) for image in images)
        or not commands.isdisjoint(marks.commands)
        or any(name.startswith(marks.actions) for name in uses)
        or any(name.startswith(marks.resources) for name in types)
    )


_MOST_PARTS = 6


def _heads(text: str, mark: str) -> Iterator[str]:
    """A text up to each of its first marks: ``a.b.c`` is ``a``, ``a.b`` and ``a.b.c``."""
    parts = text.split(mark, _MOST_PARTS)[:_MOST_PARTS]
    yield from (mark.join(parts[:end]) for end in range(1, len(parts) + 1))


def _used_names(repo: Repository, module: PythonModule) -> frozenset[str]:
    """What the reached code of a module uses of its imports: dotted names, and what they begin with."""
    reached = repo.world.reached_in(module.path)
    return repo.of_file(module.path, _heads_in, module, reached, by=reached)


def _heads_in(module: PythonModule, reached: frozenset[str]) -> frozenset[str]:
    names: set[str] = set()
    items: tuple[Call | Reference, ...] = (*module.calls, *module.references)
    for item in items:
        scope = getattr(item, "decorates", "") or item.scope
        where = scope if scope in module.function_at else item.scope
        if not where or where in reached:
            names.add(item.name)
    return frozenset(head for name in names for head in _heads(name, "."))


def _by_files(repo: Repository) -> frozenset[str]:
    """Technologies whose files of the repository do something."""
    shown = {
        "docker": any(file.copies for file in repo.dockerfiles),
        "docker-compose": any(service.builds for file in repo.compose_files for service in file.services),
        "github-actions": any(is_real(repo, item) for item in repo.pipelines if item.system == "github-actions"),
        "gitlab-ci": any(is_real(repo, item) for item in repo.pipelines if item.system == "gitlab-ci"),
        "jenkins": any(is_real(repo, item) for item in repo.pipelines if item.system == "jenkins"),
        "terraform": any(file.tool == "terraform" and (file.resources or file.modules) for file in repo.infrastructure),
        "kubernetes": any(True for _ in own_workloads(repo)),
        "helm": any(item.template for item in own_workloads(repo)),
        "dvc": any(file.tracked or file.stages for file in repo.dvc_files),
        "pre-commit": bool(repo.pre_commit_files),
        "grafana": any(dashboard.has_datasource for dashboard in repo.dashboards),
        "mage": any(item.tool == "mage" for item in repo.workflows),
        "prefect": any(item.tool == "prefect" for item in repo.workflows),
    }
    return frozenset(name for name, holds in shown.items() if holds)


_BASIC = frozenset(marks.id for marks in TECHNOLOGIES if marks.area in ("languages", "ml-frameworks"))


def _mentioned(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The paths that a text mentions, and the names that look like those of code."""
    found = (match for match in _PATHLIKE.finditer(text) if not _is_route(match))
    return frozenset(match.group().strip("./").lower() for match in found), frozenset(_CODE_NAME.findall(text))


def _is_route(match: re.Match[str]) -> bool:
    """Whether a path is one that a service answers on: ``/datasets/{id}``."""
    return match.group().startswith("/") and match.string[match.end() : match.end() + 1] in ("{", "<", ":")


_MANY_NAMES = 5


def is_own_page(repo: Repository, document: Document) -> bool:
    """Whether a page beside the README is about this repository and not copied from another one."""
    text = repo.text(document.path) or ""
    known = repo.once(_vocabulary)
    mentions, code_names = repo.of_file(document.path, _mentioned, text)
    # Pages beside it say nothing: those of another project come together.
    told = {name for name in mentions if name.rsplit("/", 1)[-1] not in _EVERYWHERE and not name.endswith(_PROSE)}
    here = {name for name in told if _is_here(repo, name)}
    names = code_names & known.identifiers
    # A page on operation tells of files that a running system makes; its names are those of the code all the same.
    if len(told) >= 3 and len(here) * 4 < len(told) and len(names) < _MANY_NAMES:
        return False
    readme = repo.text(repo.readme_path) or "" if repo.readme_path else ""
    tools = named_tools(text) - _BASIC
    used = [tool for tool in tools if is_used(repo, tool)]
    familiar = len(used) * 2 > len(tools)
    return (
        bool(here or names) or familiar or document.path.rsplit("/", 1)[-1] in readme or len(own_words(repo, text)) >= 3
    )
