"""What a start is made from: how this project is installed, tested, checked, served and called.

Names of the repository go into files that programs read. Only plain ones are taken; others are as good as none. Paths
are those within the project's folder, which is the root or a folder of it: its commands run there.
"""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from analyzer.artifacts.dependencies import normalise, parse_requirements
from analyzer.inventory import Kind
from analyzer.knowledge.starts import CHECKERS, GROUPS_BY_PIP, TOOLS
from analyzer.queries.kept import exported_metrics
from analyzer.queries.testing import collected_tests
from analyzer.repository import Repository
from analyzer.starts.declared import Declared, declared_in
from analyzer.starts.model import RefusalError
from analyzer.starts.service import App, find_app

__all__ = ["Project"]

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,120}")
_VERSION = re.compile(r"3\.(\d{1,2})")
_REQUIREMENT_FOLDERS = ("", "requirements", "reqs")
_OLDEST, _NEWEST, _USUAL = 9, 14, "3.12"


class Project:
    """The facts of one project that starts need; each is looked up on first use."""

    def __init__(self, repository: Repository, name: str, branch: str = "main") -> None:
        self.repository = repository
        self.name = _slug(name)
        self.branch = branch if _PLAIN.fullmatch(branch) else "main"
        self.folder = repository.subdir
        """The project's folder; empty for the root."""

    def called(self, name: str) -> Project:
        """The project under its own name."""
        self.name = _slug(name)
        return self

    # -- the folder ------------------------------------------------------------------------------------------

    def outer(self, path: str) -> str:
        """The path from the root of the repository of one that is named from the project's folder."""
        return f"{self.folder}/{path}" if self.folder else path

    def inner(self, path: str) -> str:
        """The path from the project's folder; empty for one that does not lie in it."""
        if not self.folder:
            return path
        return path[len(self.folder) + 1 :] if path.startswith(f"{self.folder}/") else ""

    def has(self, name: str) -> bool:
        """Whether the project's folder holds a file or folder of that name."""
        return self.repository.has(self.outer(name))

    def text(self, name: str) -> str:
        """The text of a file of the project's folder; empty where there is none."""
        return (self.repository.text(self.outer(name)) or "") if self.has(name) else ""

    @cached_property
    def plain_folder(self) -> str:
        """The project's folder, as it may stand in a workflow.

        Raises:
            RefusalError: it has a name that no workflow is given.
        """
        if self.folder and not _PLAIN.fullmatch(self.folder):
            raise RefusalError(
                "The name of the folder has signs that a workflow may read otherwise",
                "Letters, digits, dots, hyphens and underscores are plain: rename the folder.",
            )
        return self.folder

    # -- installation ----------------------------------------------------------------------------------------

    @cached_property
    def python(self) -> str:
        """The version of Python that the project names, such as 3.11."""
        repo = self.repository
        texts = [self.text(".python-version")]
        texts += re.findall(r"(?m)^[ \t]*(?:requires-python|python)\s*=\s*[\"']([^\"']+)", self.text("pyproject.toml"))
        texts += [image for file in repo.dockerfiles for image in file.images if image.startswith("python:")]
        for text in texts:
            found = _VERSION.search(text)
            if found and _OLDEST <= int(found.group(1)) <= _NEWEST:
                return found.group()
        return _USUAL

    @cached_property
    def tool(self) -> str:
        """What installs the project: uv, poetry or pipenv where their lock file is in its folder, else pip."""
        locks = {"uv.lock": "uv", "poetry.lock": "poetry", "Pipfile.lock": "pipenv"}
        return next((tool for name, tool in locks.items() if self.has(name)), "pip")

    @cached_property
    def requirements(self) -> tuple[str, ...]:
        """Requirement files of the folder that hold what the project itself needs; a package needs none of its work's."""
        found = self._requirement_files()
        plain = [path for path in found if not _for_work(path)]
        return tuple(plain or ([] if self.is_package else found))

    @cached_property
    def work_requirements(self) -> tuple[str, ...]:
        """Requirement files of the folder for tests and development."""
        return tuple(path for path in self._requirement_files() if _for_work(path))

    def _requirement_files(self) -> list[str]:
        """Those beside the project or in a folder for them that no other includes."""
        paths = map(self.inner, self.repository.inventory.of(Kind.REQUIREMENTS))
        found = [
            path
            for path in paths
            if posixpath.dirname(path) in _REQUIREMENT_FOLDERS and path.endswith(".txt") and _PLAIN.fullmatch(path)
        ]
        included = {other for path in found for other in self.included(path)}
        return [path for path in found if path not in included]

    def included(self, path: str) -> tuple[str, ...]:
        """Files that a requirements file includes, itself or through others."""
        found: dict[str, None] = {}
        waiting = [path]
        while waiting:
            folder, text = posixpath.dirname(waiting[-1]), self.text(waiting.pop())
            for name in parse_requirements(path, text).includes:
                inner = posixpath.normpath(posixpath.join(folder, name))
                if inner not in found and inner != path and _PLAIN.fullmatch(inner) and self.has(inner):
                    found[inner] = None
                    waiting.append(inner)
        return tuple(found)

    @cached_property
    def is_package(self) -> bool:
        """Whether pip can install the folder itself."""
        text = self.text("pyproject.toml")
        described = "[tool.poetry]" in text or "[metadata]" in self.text("setup.cfg")
        built = re.search(r"(?m)^\[build-system\]", text)
        return self.has("setup.py") or "[project]" in text or bool(built and described)

    @cached_property
    def _declared(self) -> Declared:
        return declared_in(self.text("pyproject.toml"), self.text("setup.cfg"))

    @cached_property
    def declared(self) -> frozenset[str]:
        """Normalised names of all packages that dependency files declare."""
        files = self.repository.dependency_files
        return frozenset(normalise(item.name) for file in files for item in file.requirements)

    def install(self, *tools: str) -> tuple[str, ...]:
        """The commands that install the project for its checks, with these tools where nothing declares them.

        Raises nothing; a project that declares nothing gets the tools alone.
        """
        known = self._declared
        files = [*self.requirements, *(path for path in self.work_requirements if path not in self.requirements)]
        brought = self._brought(files)
        extras = known.extras_for([tool for tool in tools if normalise(tool) not in brought]) if self.is_package else ()
        brought |= known.of(extras)
        groups = known.groups_for([tool for tool in tools if normalise(tool) not in brought])
        brought |= known.of(groups=groups)
        missing = " ".join(tool for tool in tools if normalise(tool) not in brought)
        if self.tool == "uv":
            more = [f"uv pip install {missing}"] if missing else []
            sync = "".join(f" --extra {name}" for name in extras)
            return (f"python -m pip install {TOOLS['uv']}", f"uv sync --frozen --all-groups{sync}", *more)
        if self.tool == "poetry":
            more = [f"poetry run pip install {missing}"] if missing else []
            sync = "".join(f" --extras {name}" for name in extras)
            return (f"python -m pip install {TOOLS['poetry']}", f"poetry install --no-interaction{sync}", *more)
        if self.tool == "pipenv":
            more = [f"pipenv run pip install {missing}"] if missing else []
            return (f"python -m pip install {TOOLS['pipenv']}", "pipenv sync --dev", *more)
        commands = [f"python -m pip install {' '.join(f'-r {path}' for path in files)}"] if files else []
        if self.is_package:
            commands.append(
                f'python -m pip install -e ".[{",".join(extras)}]"' if extras else "python -m pip install -e ."
            )
        if groups:
            named = " ".join(f"--group {name}" for name in groups)
            commands += [f'python -m pip install "{GROUPS_BY_PIP}"', f"python -m pip install {named}"]
        if missing:
            commands.append(f"python -m pip install {missing}")
        return tuple(commands)

    def _brought(self, files: list[str]) -> frozenset[str]:
        """Names of the packages that come without an extra, and without a group where those have to be named."""
        known = self._declared
        if self.tool == "pipenv":
            return self.declared
        if self.tool != "pip":
            return known.always | known.managed | known.of(groups=tuple(known.groups))
        return known.always | self._listed(files) if self.is_package else self._listed(files)

    def _listed(self, files: Iterable[str]) -> frozenset[str]:
        """Names of the packages that requirements files hold, and those that they include."""
        texts = [self.text(path) for file in files for path in (file, *self.included(file))]
        return frozenset(item.name for text in texts for item in parse_requirements("", text).requirements)

    @cached_property
    def shipped(self) -> frozenset[str]:
        """Names of the packages that an image of the project holds: none of those for its work."""
        if self.tool == "pipenv":
            return self.declared
        by_files = self.tool == "pip" and self.requirements
        return self._listed(self.requirements) if by_files else self._declared.always

    @property
    def prefix(self) -> str:
        """What stands before a command so that it runs in the project's environment."""
        return {"uv": "uv run ", "poetry": "poetry run ", "pipenv": "pipenv run "}.get(self.tool, "")

    # -- tests and checks ------------------------------------------------------------------------------------

    @cached_property
    def test_folders(self) -> tuple[str, ...]:
        """Folders of the tests that a runner would collect, or files where they lie in the project's folder itself."""
        found = Counter[str]()
        for test in collected_tests(self.repository):
            path = self.inner(test.path)
            parts = posixpath.dirname(path).split("/")
            end = next((n for n, part in enumerate(parts) if part in ("tests", "test")), len(parts) - 1)
            place = "/".join(parts[: end + 1]) or path
            if _PLAIN.fullmatch(place):
                found[place] += 1
        return tuple(sorted(found))

    @cached_property
    def runner(self) -> str:
        """pytest, or unittest where the tests are written for it and nothing declares pytest."""
        modules = self.repository.tests.modules
        unittest = any(item.root == "unittest" for module in modules for item in module.imports)
        pytest = any(item.root == "pytest" for module in modules for item in module.imports)
        return "unittest" if unittest and not pytest and "pytest" not in self.declared else "pytest"

    @cached_property
    def test_commands(self) -> tuple[str, ...]:
        """The commands that run the tests."""
        if self.runner == "unittest":
            return tuple(f"{self.prefix}python -m unittest discover -s {folder}" for folder in self.test_folders)
        return (f"{self.prefix}python -m pytest {' '.join(self.test_folders)}",) if self.test_folders else ()

    @cached_property
    def checkers(self) -> tuple[str, ...]:
        """Checkers that are configured or declared, by their package."""
        repo = self.repository
        settings = "\n".join(map(self.text, ("pyproject.toml", "setup.cfg", "tox.ini")))
        hooks = {hook.id for file in repo.pre_commit_files for hook in file.hooks}
        files = {
            "ruff": ("ruff.toml", ".ruff.toml"),
            "flake8": (".flake8",),
            "pylint": (".pylintrc",),
            "mypy": ("mypy.ini",),
        }
        return tuple(
            tool
            for tool in CHECKERS
            if tool in self.declared
            or tool in hooks
            or re.search(rf"(?m)^\[(?:tool\.)?{tool}\b", settings)
            or any(self.has(name) or repo.has(name) for name in files.get(tool, ()))
        )

    # -- the service -----------------------------------------------------------------------------------------

    @cached_property
    def app(self) -> App | None:
        """The service or app of the project; the first by path where there are several."""
        return find_app(self)

    @cached_property
    def code_folders(self) -> tuple[str, ...]:
        """Top-level folders and modules that hold the project's own Python, without its tests."""
        tops = {self.inner(module.path).split("/", 1)[0] for module in self.repository.code.modules}
        skipped = {"setup.py", "noxfile.py", "tasks.py", "conftest.py", "docs", "scripts", "tests", "test", "notebooks"}
        return tuple(sorted(name for name in tops - skipped if _PLAIN.fullmatch(name)))

    @cached_property
    def exports_metrics(self) -> bool:
        """Whether the code exports metrics that Prometheus could scrape."""
        return any(
            call.root.startswith(("prometheus", "starlette", "aioprom")) for call in exported_metrics(self.repository)
        )


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "project"


def _for_work(path: str) -> bool:
    return bool(re.search(r"(?i)dev|test|lint|local|ci\b|docs?\b", path))
