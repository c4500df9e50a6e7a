"""Which image packages which of the project's files, and what runs in it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from itertools import islice, pairwise

from msgspec import Struct

from analyzer.artifacts.compose import ComposeService
from analyzer.artifacts.dockerfile import Copy, Dockerfile
from analyzer.commands import Invocation
from analyzer.inventory import Kind, kind_of
from analyzer.knowledge.paths import MODEL_FILE
from analyzer.path_index import PathIndex
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "Packaging",
    "composed",
    "contexts",
    "in_context",
    "keeps_paths",
    "may_hold",
    "mounted_paths",
    "own_services",
    "packagings",
    "prepares",
    "sources",
    "used_services",
    "wraps_a_server",
]


_CODE = frozenset({Kind.PYTHON, Kind.NOTEBOOK, Kind.SHELL, Kind.PROGRAM, Kind.SQL})


_COMMON_NAMES = frozenset(
    {"", ".", "requirements.txt", "src", "app", "pyproject.toml", "setup.py", "README.md", "main.py"}
)


_TESTS = re.compile(r"\b(?:pytest|unittest|tox|nox)\b")
_RUNS = re.compile(
    r"\.py\b|\b(?:uvicorn|gunicorn|flask|streamlit|fastapi|bentoml|mlflow|prefect|airflow|dagster|java)\b"
)


class Packaging(Struct, frozen=True):
    """A Dockerfile with one build context and what it copies from there.

    ``code`` are the project's files that it brings in, ``absent`` copies whose source is not in the repository,
    ``lacking`` single sources that are not there, of copies that have others,
    ``decisive`` the first copy that brings in code; ``elsewhere`` says that a file of an absent name is in another folder.
    """

    dockerfile: Dockerfile
    context: str
    code: tuple[str, ...]
    decisive: Copy | None
    absent: tuple[Copy, ...]
    starts: tuple[str, ...]
    elsewhere: bool = False
    lacking: tuple[tuple[Copy, str], ...] = ()

    @property
    def only_tests(self) -> bool:
        """Whether all that the image starts are tests: it packages the code to look at it, not to run it."""
        return bool(self.starts) and all(_TESTS.search(item) and not _RUNS.search(item) for item in self.starts)


@remembered
def packagings(repository: Repository) -> tuple[Packaging, ...]:
    """Every Dockerfile with its most fitting build context."""
    return tuple(_packaging(repository, file) for file in repository.dockerfiles)


def _contexts_of_compose(repository: Repository) -> dict[str, list[str]]:
    """The build contexts of compose services by the path of their Dockerfile."""
    found: dict[str, list[str]] = {}
    for file in repository.compose_files:
        for service in file.services:
            found.setdefault(service.dockerfile, []).append(service.context)
    return found


def contexts(repository: Repository, dockerfile: Dockerfile) -> tuple[str, ...]:
    """Folders that the Dockerfile may be built in: what compose and commands say, its own folder, the root."""
    found = list(repository.once(_contexts_of_compose).get(dockerfile.path, ()))
    own = posixpath.dirname(dockerfile.path)
    steps_up = any(source.startswith("../") for copy in dockerfile.copies for source in copy.sources)
    if not (
        found and steps_up
    ):  # whoever wrote that took it for a path beside the Dockerfile: no other folder is meant
        found += [own, repository.subdir, "", posixpath.dirname(own)]
    return tuple(dict.fromkeys("" if item == "." else item for item in found))


def keeps_paths(dockerfile: Dockerfile) -> bool:
    """Whether what the image holds has the paths that it has here: all is copied as a whole, and nothing is moved."""
    told = " ".join(f"{item.value} {item.heredoc}" for item in dockerfile.named("RUN"))
    copies = [copy for copy in dockerfile.copies if not copy.from_stage]
    whole = [copy for copy in copies if set(copy.sources) <= {".", "./"}]
    files = [copy for copy in copies if all("." in posixpath.basename(source.rstrip("/.")) for source in copy.sources)]
    return (
        bool(whole)
        and len(whole) + len(files) == len(copies) == len(dockerfile.copies)
        and len(dockerfile.named("WORKDIR")) <= 1
        and not _MOVES.search(told)
    )


_MOVES = re.compile(r"\b(?:cp|mv|ln|git|curl|wget|unzip|tar|cd)\s")


def mounted_paths(service: ComposeService) -> Iterator[str]:
    """The paths here of what volumes bring into a container; a name without a slash is one of a volume and no path."""
    base = posixpath.dirname(service.path)
    for volume in service.volumes:
        if "/" in (name := volume.split(":", 1)[0]):
            yield posixpath.normpath(posixpath.join(base, name))


def may_hold(repository: Repository, dockerfile: Dockerfile) -> frozenset[str]:
    """The project's code that the image holds in one or another of the folders that it may be built in."""
    return frozenset(
        path
        for context in contexts(repository, dockerfile)
        for path in in_context(repository, dockerfile, context).code
    )


def _packaging(repository: Repository, dockerfile: Dockerfile) -> Packaging:
    best: Packaging | None = None
    for context in contexts(repository, dockerfile):
        found = in_context(repository, dockerfile, context)
        if best is None or (len(found.absent), not found.code) < (len(best.absent), not best.code):
            best = found
        if best.code and not best.absent:
            break
    assert best is not None
    return best


def in_context(repository: Repository, dockerfile: Dockerfile, context: str) -> Packaging:
    """A Dockerfile as it is built in one folder."""
    code: dict[str, None] = {}
    absent: list[Copy] = []
    lacking: list[tuple[Copy, str]] = []
    decisive: Copy | None = None
    for copy in dockerfile.copies:
        if copy.from_stage or any(source.startswith(("http://", "https://", "git@")) for source in copy.sources):
            continue
        found = [(source, sources(repository, context, source)) for source in copy.sources]
        paths = [path for _, those in found for path in those]
        if paths:
            lacking += ((copy, source) for source, those in found if not those and "$" not in source)
        if not paths and not any("$" in source for source in copy.sources) and copy.sources:
            absent.append(copy)
        if _SETS_UP_A_STORE.search(copy.destination):
            continue
        own = [path for path in paths if kind_of(path) in _CODE or MODEL_FILE.search(path) or path.endswith("MLmodel")]
        if own and decisive is None:
            decisive = copy
        code.update(dict.fromkeys(own))
    starts = tuple(item.value for item in dockerfile.starts)
    lost = {posixpath.basename(source.rstrip("/")) for copy in absent for source in copy.sources} - _COMMON_NAMES
    names = repository.once(_own_names) if lost else None
    here = set(dockerfile.path.split("/"))
    elsewhere = names is not None and any(names.count_of(name) > (name in here) for name in lost)
    return Packaging(dockerfile, context, tuple(code), decisive, tuple(absent), starts, elsewhere, tuple(lacking))


# Where images of databases look for what fills them at first: https://hub.docker.com/_/postgres
_SETS_UP_A_STORE = re.compile(r"docker-entrypoint-initdb\.d")
_MOST_SOURCES = 2000


def _own_names(repository: Repository) -> PathIndex:
    return PathIndex(repository.paths)


def sources(repository: Repository, context: str, source: str) -> list[str]:
    """The repository's files that a COPY source means, at most 2,000; no step up leads out of the context.

    Source: https://docs.docker.com/reference/dockerfile/#copy
    """
    plain = posixpath.normpath("/" + source.strip("\"'").lstrip("/")).lstrip("/")
    joined = posixpath.normpath(posixpath.join(context, plain)) if plain else context
    joined = "" if joined == "." else joined
    if joined.startswith(".."):
        return []
    if joined in repository.snapshot.entries:
        return [joined]
    if any(character in joined for character in "*?["):
        return _matching(repository, joined)
    return list(repository.index.below(joined)[:_MOST_SOURCES])


@remembered
def _matching(repository: Repository, pattern: str) -> list[str]:
    before = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    matching = (path for path in repository.index.starting(before) if fnmatchcase(path, pattern))
    return list(islice(matching, _MOST_SOURCES))


def composed(repo: Repository, item: Invocation) -> Iterator[ComposeService]:
    """The services of compose files that a command of compose is about: those that it names, else all of its files."""
    named = [after for before, after in pairwise(item.argv) if before in ("-f", "--file")]
    paths = [path for name in named if (path := repo.find(name, item.folder))]
    files = [file for file in repo.compose_files if file.path in paths]
    if not files and not named:
        files = [file for file in repo.compose_files if posixpath.dirname(file.path) == item.folder]
        files = files or (list(repo.compose_files) if len(repo.compose_files) == 1 else [])
    for file in files:
        yield from [service for service in file.services if service.name in item.argv] or file.services


def own_services(repository: Repository) -> Iterator[ComposeService]:
    """Compose services that run the project's own code: built here, or with its files mounted and run."""
    for file in repository.compose_files:
        for service in file.services:
            if service.builds or _mounts_code(repository, file.path, service):
                yield service


_SERVERS = re.compile(r"\b(?:prefect\s+(?:orion|server)|mlflow\s+(?:server|ui))\b")


def wraps_a_server(repository: Repository, packaging: Packaging) -> bool:
    """Whether all that an image holds of the project are shell scripts, and they start a server of others."""
    return bool(packaging.code) and all(
        kind_of(path) is Kind.SHELL and _SERVERS.search(repository.text(path) or "") for path in packaging.code
    )


def _mounts_code(repository: Repository, path: str, service: ComposeService) -> bool:
    if _SERVERS.search(service.command):
        return False  # it keeps what others run, and runs nothing that lies beside it
    folder = posixpath.dirname(path)
    for volume in service.volumes:
        source = volume.split(":", 1)[0]
        if not source.startswith((".", "/")) and "/" not in source:
            continue
        if any(kind_of(item) is Kind.PYTHON for item in sources(repository, folder, source)[:200]):
            return True
    return False


def prepares(repository: Repository, dockerfile: Dockerfile) -> bool:
    """Whether an image that copies nothing holds what the project's code needs: its base or its packages are imported."""
    roots = {root.replace("_", "-").lower() for root in repository.world.roots}
    roots |= {_DISTRIBUTIONS[root] for root in roots & _DISTRIBUTIONS.keys()}
    images = {word for image in dockerfile.images for word in re.split(r"[^\w]+", image.lower())}
    images |= {"airflow"} if any("astro" in word for word in images) else set()
    packages = {
        re.split(r"[\[=<>~!]", word, maxsplit=1)[0].lower().replace("_", "-")
        for item in dockerfile.named("RUN")
        for word in item.value.split()
        if re.search(r"\b(?:pip3?|conda|uv|mamba)\b", item.value)
    }
    folder = posixpath.dirname(dockerfile.path)
    lists = {repository.find(source, folder) for copy in dockerfile.copies for source in copy.sources}
    packages |= {item.name for file in repository.dependency_files if file.path in lists for item in file.requirements}
    return bool(roots & (images | packages) - {"python", "install"})


_DISTRIBUTIONS = {"sklearn": "scikit-learn", "cv2": "opencv-python", "pil": "pillow", "yaml": "pyyaml"}


_CLIENTS = {
    "postgres": ("psycopg", "psycopg2", "sqlalchemy", "asyncpg"),
    "mongo": ("pymongo", "motor"),
    "kafka": ("confluent_kafka",),
}


def used_services(repository: Repository) -> Iterator[ComposeService]:
    """Compose services that the project's code talks to: it imports their client, or names them in a string."""
    roots = repository.world.roots
    for file in repository.compose_files:
        for service in file.services:
            image = service.image.split("@", 1)[0].rsplit("/", 1)[-1].split(":", 1)[0].lower()
            names = {service.name.lower(), image} - {"", "app", "api", "web", "db", "server", "service"}
            clients = {*names, *(name.replace("-", "_") for name in names), *_CLIENTS.get(image, ())}
            mounted = any(
                volume.startswith(".") and repository.find(volume.split(":", 1)[0], posixpath.dirname(file.path))
                for volume in service.volumes
            )
            if mounted or clients & roots or _is_told(names, _strings(repository)):
                yield service


@remembered
def _strings(repository: Repository) -> str:
    """All strings of the code in lower case, a line between two."""
    return "\n".join(text.value for module in repository.world.modules for text in module.texts).lower()


def _is_told(names: Collection[str], strings: str) -> bool:
    told = [re.escape(name) for name in sorted(names) if name in strings]
    return bool(told) and re.search(rf"(?<![\w-])(?:{'|'.join(told)})(?![\w-])", strings) is not None
