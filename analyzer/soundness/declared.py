"""What the project declares that it needs, in whatever file it does."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache

from analyzer.argv import unwrap
from analyzer.artifacts.dependencies import DependencyFile, Requirement, normalise, parse_requirements
from analyzer.artifacts.document import Document
from analyzer.artifacts.python_source import PythonModule
from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.inventory import Kind, Owner
from analyzer.knowledge.packages import COMES_WITH, DISTRIBUTIONS, FOUNDATION, IMAGE_PACKAGES
from analyzer.repository import Repository

__all__ = ["Declared", "brought", "installed_by"]

_INSTALLERS = re.compile(r"(?:^|\b)(?:pip3?|pip3?\.\d+|uv|poetry|pipenv|conda|mamba|micromamba|pixi|pdm)$")
_VERBS = frozenset({"install", "add", "pip", "create", "sync"})
_WITH_VALUE = frozenset({"-i", "--index-url", "--extra-index-url", "-f", "--find-links", "-t", "--target", "-c", "-n", "--name", "--group", "-G", "--prefix", "--trusted-host", "--python", "--platform", "-p"})  # fmt: skip
_INSTALL = re.compile(r"\b(?:pip3?|uv pip|uv|conda|mamba|poetry|pipenv|zenml integration) (?:install|add)\b[^\n`]*")
_SPEC = re.compile(r"^[A-Za-z][\w.-]*(?:\[[\w,.-]+\])?(?:[=<>!~]=?[^;]*)?(?:;.*)?$")

# A list that a script writes before it installs from it: cat > requirements.txt <<EOF
_WRITTEN = re.compile(r"<<-?\s*[\"']?(?P<end>\w+)[\"']?[^\n]*\n(?P<lines>.*?)\n\s*(?P=end)\b", re.DOTALL)
_FROM_LIST = re.compile(r"\bpip3?\s+install\b[^\n]*\s-r\b")
_WITH_VERSION = re.compile(r"(?m)^[A-Za-z][\w.-]*(?:\[[\w,-]+\])?[=~>]=")


_LEAVES = frozenset(
    """
    black isort flake8 pylint mypy ruff autopep8 pycodestyle pydocstyle pre-commit bandit coverage tox nox wheel setuptools pip
    gunicorn python-multipart pytest-cov tabulate toml pytz certifi urllib3 six packaging typing-extensions click idna
    charset-normalizer markupsafe itsdangerous blinker zipp tzdata python-dateutil attrs cloudpickle threadpoolctl colorama
    psycopg2-binary psycopg2 psycopg-binary pymysql lxml tenacity termcolor pyyaml hatchling pipenv poetry uv twine build
    awscli waitress fire configparser pathlib jsonlines pickle5 types-requests pandas-stubs nbconvert nbstripout
    """.split()
)
"""Distributions that bring no others, or none that code imports."""

_UNDERSTOOD = frozenset(name for names in DISTRIBUTIONS.values() for name in names) | COMES_WITH.keys() | _LEAVES
"""Distributions of which is known what they bring along."""

_EXTRAS = ("server", "client", "cpu", "gpu", "core", "base", "all")


def _written_lists(path: str, text: str) -> Iterator[Requirement]:
    """What the lists ask for that a script writes for pip; half of their lines at least have a version."""
    for match in _WRITTEN.finditer(text) if _FROM_LIST.search(text) else ():
        listed = parse_requirements(path, match["lines"]).requirements
        if listed and 2 * len(_WITH_VERSION.findall(match["lines"])) >= len(listed):
            yield from listed


class Declared:
    """The distributions that dependency files, images, scripts and notebooks install."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self.unclear = False
        self.allowed: dict[str, int] = {}  # import name of a library: mask of the versions that are declared

    @cached_property
    def _in_files(self) -> tuple[Requirement, ...]:
        """What dependency files list; ``unclear`` is set where one could not be understood."""
        repo = self._repository
        found: list[Requirement] = []
        for file in repo.dependency_files:
            found += file.requirements
            self.unclear = self.unclear or bool(file.error)
        for path in repo.snapshot.entries:
            name = path.rsplit("/", 1)[-1].lower()
            if name == "setup.py":
                found += self._setup(repo.text(path) or "")
            elif (
                name.endswith((".txt", ".in"))
                and "requirement" in path.lower()
                and repo.inventory.owners.get(path) is not Owner.OWN
            ):
                found += parse_requirements(path, repo.text(path) or "").requirements
        for path in repo.inventory.of(Kind.SHELL):
            found += _written_lists(path, repo.text(path) or "")
        for kind in (Kind.REQUIREMENTS, Kind.PYPROJECT, Kind.PIPFILE, Kind.CONDA):
            for path in repo.inventory.of(kind):
                text = repo.text(path)
                if text is None or re.search(r"(?m)^[ \t]*(?:git\+|https?://|-e\s|file:|\.{0,2}/)", text):
                    self.unclear = True
        return tuple(found)

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every requirement that is declared anywhere: in files, images, scripts, notebooks and instructions."""
        return (*self._in_files, *(item for command in self._commands() for item in self._installed(command)))

    @cached_property
    def names(self) -> frozenset[str]:
        """Normalised names of all declared distributions, and of their extras: those are often called as what they bring."""
        return frozenset(name for item in self.requirements for name in (item.name, *item.extras))

    @cached_property
    def signature(self) -> tuple[object, ...]:
        """All that :meth:`covers`, ``has_files`` and ``unclear`` come from."""
        names = self.names  # first of all: what is unclear is known when all is read
        return (self._listed, names, self._from_images, self.has_files, self.unclear)

    @cached_property
    def has_files(self) -> bool:
        """Whether the project has a dependency file with at least three requirements."""
        return sum(len(file.requirements) for file in self._repository.dependency_files) >= 3

    def versions(self, distributions: Iterable[str]) -> tuple[str, ...]:
        """How the versions of any of these distributions are written, in files or else in commands.

        A lock stands for its file, and for open requirements beside it of what it holds.
        """
        wanted = frozenset(distributions)
        files = self._repository.dependency_files
        holding = {
            posixpath.dirname(file.path): any(item.name in wanted for item in file.requirements)
            for file in files
            if file.lock
        }
        listed = [
            item
            for file in files
            for item in file.requirements
            if item.name in wanted and (file.lock or not _stands_back(file, item, holding))
        ]
        found = listed or [item for item in self.requirements if item.name in wanted]
        return tuple(dict.fromkeys(item.version for item in found))

    @cached_property
    def _listed(self) -> frozenset[str]:
        return frozenset(name for item in self._in_files for name in (item.name, *item.extras))

    @cached_property
    def _answers(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _from_images(self) -> frozenset[str]:
        images = [image for file in self._repository.dockerfiles for image in file.images]
        images += [service.image for file in self._repository.compose_files for service in file.services]
        return frozenset(
            name for image in images for part, names in IMAGE_PACKAGES if part in image for name in names.split()
        )

    def covers(self, module: str) -> bool:
        """Whether an import of this dotted name is declared, comes with something declared, or may be."""
        if module not in self._answers:
            self._answers[module] = self._covered(module, self._listed) or self._covered(module, self.names)
        return self._answers[module]

    def _covered(self, module: str, names: frozenset[str]) -> bool:
        root = module.split(".", 1)[0]
        if root in self._from_images or "*" in self._from_images:
            return True
        return brought(module, names, by_chance=names is self.names)

    def _setup(self, text: str) -> Iterator[Requirement]:
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError):
            self.unclear = True
            return
        elsewhere = {id(node) for part in _of_no_requirement(tree) for node in ast.walk(part)}
        for node in ast.walk(tree):
            text_of = node.value if isinstance(node, ast.Constant) and id(node) not in elsewhere else None
            if isinstance(text_of, str) and _SPEC.match(text_of):
                yield from parse_requirements("setup.py", text_of).requirements

    def _commands(self) -> Iterator[ShellCommand]:
        repo = self._repository
        for dockerfile in repo.dockerfiles:
            yield from (command for _, command in dockerfile.commands)
        for pipeline in (*repo.pipelines, *repo.misplaced_pipelines):
            yield from (command for job in pipeline.jobs for step in job.steps for command in step.commands)
        for path in repo.inventory.of(Kind.SHELL):
            yield from repo.of_file(path, parse_shell, repo.text(path) or "")
        for file in repo.task_files:
            yield from (command for task in file.tasks for command in task.commands)
        for compose in repo.compose_files:
            for service in compose.services:
                if "pip" in service.command:
                    yield from parse_shell(service.command)
        for notebook in repo.notebooks:
            yield from (command for _, line in notebook.shell if "install" in line for command in parse_shell(line))
        for document in repo.documents:
            yield from repo.of_file(document.path, _told, document)
        for module in repo.modules:
            yield from repo.of_file(module.path, _run, module)

    def _installed(self, command: ShellCommand) -> tuple[Requirement, ...]:
        found, unclear = installed_by(unwrap(command.argv))
        self.unclear = self.unclear or unclear
        return found


# https://setuptools.pypa.io/en/latest/references/keywords.html
_NO_REQUIREMENTS = frozenset(
    "name version description author author_email url license where include exclude packages package_dir py_modules"
    " package_data scripts entry_points classifiers keywords python_requires long_description".split()
)
_READERS = frozenset({"open", "read_text", "join", "find_packages", "find_namespace_packages"})


def _of_no_requirement(tree: ast.AST) -> Iterator[ast.AST]:
    """The parts of a setup.py whose strings name folders, files or the project, and no package that it needs."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg in _NO_REQUIREMENTS:
            yield node
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
            if name in _READERS:
                yield node


def brought(module: str, names: frozenset[str], *, by_chance: bool = True) -> bool:
    """Whether an import of this dotted name comes with one of these distributions, or may.

    ``by_chance`` allows for what is common and may come with a distribution of which is not known what it brings along.
    """
    root = module.split(".", 1)[0]
    if root in _brought_by(names):
        return True
    known = DISTRIBUTIONS.get(root)
    if known is None:
        found = _resembles(module, names)
    else:
        found = bool(known & names) or any(f"{name}-{extra}" in names for name in known for extra in _EXTRAS)
    return found or (by_chance and root in FOUNDATION and not names <= _UNDERSTOOD)


def _stands_back(file: DependencyFile, item: Requirement, holding: Mapping[str, bool]) -> bool:
    """Whether a lock in the folder of a file says more of a requirement; ``holding`` is whether a folder's lock holds it."""
    folder = posixpath.dirname(file.path)
    return folder in holding and (file.tool in ("pyproject", "pipenv") or (holding[folder] and not item.pinned))


@lru_cache(maxsize=1024)
def installed_by(argv: tuple[str, ...]) -> tuple[tuple[Requirement, ...], bool]:
    """What a command installs, and whether it installs from an address."""
    words = list(argv)
    if words[:2] == ["python", "-m"]:
        words = words[2:]
    if words[:3] == ["zenml", "integration", "install"]:
        words = ["pip", *words[2:]]
    if not words or not _INSTALLERS.search(words[0].rsplit("/", 1)[-1]) or not _VERBS & set(words[1:3]):
        return (), False
    found: list[Requirement] = []
    unclear = False
    index = 1
    while index < len(words):
        word = words[index].strip("\"'")
        if word in _WITH_VALUE:
            index += 2
            continue
        unclear = unclear or word.startswith(("git+", "http"))
        if word not in _VERBS and not word.startswith(("-", ".", "/", "$")) and _SPEC.match(word):
            found += parse_requirements("", word).requirements
        index += 1
    return tuple(found), unclear


def _told(document: Document) -> tuple[ShellCommand, ...]:
    """The commands that install something in a document."""
    blocks = (block.text for block in document.blocks if "install" in block.text)
    return tuple(
        command for text in blocks for match in _INSTALL.finditer(text) for command in parse_shell(match.group())
    )


def _run(module: PythonModule) -> tuple[ShellCommand, ...]:
    """The commands that install something in the texts of a module."""
    texts = (text.value[:2000] for text in module.texts if "pip install" in text.value)
    return tuple(command for text in texts for command in parse_shell(text))


@lru_cache(maxsize=8)
def _brought_by(names: frozenset[str]) -> frozenset[str]:
    """The top-level packages that come with these distributions."""
    return frozenset(root for name in names for root in COMES_WITH.get(name, ()))


@lru_cache(maxsize=8)
def _bare(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name.replace("-", "") for name in names)


def _resembles(module: str, names: frozenset[str]) -> bool:
    """Whether a declared name looks like the import's: a distribution may be called as it likes."""
    parts = [normalise(part) for part in module.split(".")[:3]]
    plain = parts[0].replace("-", "").removeprefix("py").removesuffix("py")
    if any(plain in bare or (len(bare) >= 4 and bare in plain) for bare in _bare(names)):
        return True
    return len(parts) > 1 and any("-".join(parts[:2]) in name for name in names)
