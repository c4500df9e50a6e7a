"""Dependency files of Python projects: what they declare, and whether it is pinned."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser, Error
from dataclasses import dataclass, replace

from analyzer.artifacts.yaml_reader import EMPTY, read_yaml
from analyzer.findings import Place

__all__ = [
    "DependencyFile",
    "Requirement",
    "normalise",
    "parse_conda",
    "parse_lock",
    "parse_pipfile",
    "parse_pyproject",
    "parse_requirements",
    "parse_setup_cfg",
]

_SPEC = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[[^\]]*\])?\s*(.*)$")
_INCLUDE = re.compile(r"^(?:-r|--requirement|-c|--constraint)(?:\s+|=|(?<=^-[rc]))([^\s#]+)")
_PINNED_URL = re.compile(r"[^/@]@[^/@#]+(?:#|$)")
_EXACT = re.compile(r"^(?:===?|@)\s*[^,*\s]+(?!.*\*)|^=\s*\d")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One declared package, by its normalised name (PEP 503), with its version as written (``>=2,<3``)."""

    name: str
    pinned: bool
    line: int
    version: str = ""


@dataclass(frozen=True, slots=True)
class DependencyFile:
    """A dependency file. ``lock`` marks files that a tool wrote with exact versions."""

    path: str
    tool: str
    requirements: tuple[Requirement, ...] = ()
    lock: bool = False
    includes: tuple[str, ...] = ()
    error: str = ""

    @property
    def place(self) -> Place:
        """The line of the first requirement."""
        return Place(self.path, self.requirements[0].line if self.requirements else 1)

    @property
    def loose(self) -> Place:
        """The line of the first requirement without an exact version; of the first one where all have it."""
        found = next((item for item in self.requirements if not item.pinned), None)
        return Place(self.path, found.line) if found else self.place

    @property
    def firm(self) -> Place:
        """The line of the first requirement with an exact version; of the first one where none has."""
        found = next((item for item in self.requirements if item.pinned), None)
        return Place(self.path, found.line) if found else self.place

    @property
    def pinned_share(self) -> float:
        """Share of the requirements with an exact version, 0 to 1."""
        total = len(self.requirements)
        return sum(item.pinned for item in self.requirements) / total if total else 0.0


_SEPARATORS = re.compile(r"[-_.]+")


def normalise(name: str) -> str:
    """The normalised name of a package (PEP 503)."""
    return _SEPARATORS.sub("-", name).lower()


def _requirement(text: str, line: int) -> Requirement | None:
    match = _SPEC.match(text.split(";", 1)[0].split(" #", 1)[0])
    if not match:
        return None
    version = match.group(2).strip(" ()")
    return Requirement(normalise(match.group(1)), bool(_EXACT.match(version)), line, version)


def parse_requirements(path: str, text: str) -> DependencyFile:
    """Parse a requirements file of pip."""
    found: list[Requirement] = []
    includes: list[str] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip().rstrip("\\").strip()
        included = _INCLUDE.match(line)
        if included:
            includes.append(included.group(1))
        elif line.startswith(("git+", "http://", "https://")):
            egg = re.search(r"#egg=([\w.-]+)", line)
            if egg:
                found.append(Requirement(normalise(egg.group(1)), bool(_PINNED_URL.search(line)), number))
        elif line and not line.startswith(("#", "-", "--")):
            item = _requirement(line, number)
            if item:
                found.append(item)
    return DependencyFile(path, "pip", tuple(found), includes=tuple(includes))


_DECLARES = re.compile(
    r"(?i)\s*\[.*(?:dependenc|packages|require)|\s*(?:dev-)?dependencies\s*=|\s*install_requires\s*[=:]"
)


def _lines(text: str) -> dict[str, int]:
    """First line on which each word stands, for TOML values whose parser knows no lines.

    What stands before the first section of dependencies (a description, keywords) is passed over.
    """
    first: dict[str, int] = {}
    lines = text.split("\n")
    begin = next((number for number, line in enumerate(lines, 1) if _DECLARES.match(line)), 1)
    for number, line in enumerate(lines[begin - 1 :], begin):
        for word in re.findall(r"[A-Za-z0-9][A-Za-z0-9._-]*", line):
            first.setdefault(normalise(word), number)
    return first


def parse_pyproject(path: str, text: str) -> DependencyFile:
    """Read the dependencies of a pyproject.toml: PEP 621, dependency groups, Poetry, PDM, uv."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        return DependencyFile(path, "pyproject", error=str(problem)[:160])
    lines = _lines(text)
    project = _table(document, "project")
    tool = _table(document, "tool")
    specs: list[str] = _list(project.get("dependencies"))
    for group in (_table(project, "optional-dependencies"), _table(document, "dependency-groups")):
        specs += [item for values in group.values() for item in _list(values)]
    for name in ("dev-dependencies",):
        values = _table(tool, "uv").get(name) or _table(tool, "pdm").get(name)
        specs += (
            _list(values)
            if isinstance(values, list)
            else [i for v in (values or {}).values() for i in _list(v)]
            if isinstance(values, dict)
            else []
        )
    found = [item for spec in specs if (item := _requirement(spec, lines.get(normalise(_name(spec)), 1)))]
    poetry = _table(tool, "poetry")
    tables = [_table(poetry, "dependencies"), _table(poetry, "dev-dependencies")]
    tables += [_table(group, "dependencies") for group in _table(poetry, "group").values() if isinstance(group, dict)]
    for table in tables:
        found += _mapping(table, lines)
    return DependencyFile(path, "pyproject", tuple(found))


def _name(spec: str) -> str:
    match = _SPEC.match(spec)
    return match.group(1) if match else ""


def _table(document: object, key: str) -> dict[str, object]:
    value = document.get(key) if isinstance(document, dict) else None
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _mapping(table: dict[str, object], lines: dict[str, int]) -> Iterator[Requirement]:
    for name, value in table.items():
        if name.lower() == "python":
            continue
        version = value.get("version", "") if isinstance(value, dict) else value
        text = version if isinstance(version, str) else ""
        pinned = bool(re.fullmatch(r"(?:==)?\s*\d[\w.+!-]*", text.strip()))
        yield Requirement(normalise(name), pinned, lines.get(normalise(name), 1), text.strip())


def parse_pipfile(path: str, text: str) -> DependencyFile:
    """Parse a Pipfile of Pipenv."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        return DependencyFile(path, "pipenv", error=str(problem)[:160])
    lines = _lines(text)
    tables = (_table(document, "packages"), _table(document, "dev-packages"))
    return DependencyFile(path, "pipenv", tuple(item for table in tables for item in _mapping(table, lines)))


def parse_setup_cfg(path: str, text: str) -> DependencyFile:
    """Read ``install_requires`` of a setup.cfg."""
    parser = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        parser.read_string(text)
    except (Error, ValueError, AttributeError) as problem:  # configparser trips over lines that continue no value
        return DependencyFile(path, "setuptools", error=str(problem).split("\n", 1)[0][:160])
    lines = _lines(text)
    raw = parser.get("options", "install_requires", fallback="") or ""
    if parser.has_section("options.extras_require"):
        raw += "\n" + "\n".join(value or "" for _, value in parser.items("options.extras_require"))
    found = [
        item
        for line in raw.split("\n")
        if line.strip() and (item := _requirement(line, lines.get(normalise(_name(line)), 1)))
    ]
    return DependencyFile(path, "setuptools", tuple(found))


def parse_conda(path: str, text: str) -> DependencyFile:
    """Parse an environment.yml of conda, its pip section included."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    found: list[Requirement] = []
    for node in root.get("dependencies"):
        pip = node.get("pip") if node.kind == "mapping" else None
        for item in pip or [node]:
            requirement = _requirement(item.text.rpartition("::")[2], item.line)
            if requirement and requirement.name not in ("python", "pip"):
                found.append(requirement)
    return DependencyFile(path, "conda", tuple(found), error=file.error)


_LOCKED = re.compile(
    r"^(?:name = \"(?P<toml>[^\"\n]+)\"| {8}\"(?P<json>[A-Za-z0-9._-]+)\": \{|- name: (?P<yaml>[\w.-]+)"
    r"|(?:version = |[ \t]{2,}\"?version\"?: )\"?(?:==)?(?P<version>[\w.+!-]+))",
    re.MULTILINE,
)


def parse_lock(path: str, tool: str, text: str) -> DependencyFile:
    """Read the package names of a lock file: poetry, uv, Pipfile, pdm, conda."""
    found: list[Requirement] = []
    line, position = 1, 0
    for match in _LOCKED.finditer(text):
        name = match["toml"] or match["json"] or match["yaml"]
        if name and not name.startswith("_"):
            line += text.count("\n", position, match.start())
            position = match.start()
            found.append(Requirement(normalise(name), True, line))
        elif found and not found[-1].version:
            found[-1] = replace(found[-1], version=f"=={match['version']}")
    return DependencyFile(path, tool, tuple(found), lock=True)
