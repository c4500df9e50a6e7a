"""Projects inside a repository, and the first impression of each, from the names of its files alone.

A course or mono repository holds several projects. A folder is one when it holds code and shows in two ways that it is
run for itself: a README, a manifest of dependencies, a Dockerfile, a pipeline. Where the files at the root tie the
folders together (one compose file, one manifest, one pipeline) a folder without a README of its own is a part.
Homework, vendored and generated folders are none.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

from msgspec import Struct

from analyzer.inventory import Inventory, Kind, Owner, kind_of
from analyzer.knowledge.paths import TEST_FILE
from analyzer.knowledge.signs import SIGNS
from analyzer.path_index import PathIndex

__all__ = ["Project", "find_projects", "impression_of", "several_projects", "signs_of", "weight_of"]

_DEEPEST = 4
"""Folders below the judged one in which a project may begin."""
_MOST = 100
_MANIFESTS = frozenset({Kind.REQUIREMENTS, Kind.PYPROJECT, Kind.PIPFILE, Kind.SETUP_CFG, Kind.CONDA, Kind.PACKAGE_JSON})
_PIPELINES = frozenset({Kind.DVC_PIPELINE, Kind.MLPROJECT, Kind.PREFECT_YAML, Kind.DATABRICKS})
_CODE = frozenset({Kind.PYTHON, Kind.NOTEBOOK, Kind.PROGRAM, Kind.TERRAFORM, Kind.BICEP})
_TYING = frozenset({Kind.COMPOSE, Kind.DOCKERFILE, Kind.DVC_PIPELINE, Kind.MLPROJECT, Kind.PYPROJECT, Kind.PIPFILE})
_PARTS = frozenset({
    "tests", "test", "docs", "doc", "scripts", "notebooks", "notebook", "data", "terraform", "infra", "infrastructure", "iac",
    "monitoring", "k8s", "kubernetes", "helm", "charts", "deploy", "deployment", ".github", "airflow", "mlflow", "grafana",
    "prometheus", "docker", "config", "configs", "models", "src", "examples", "example", "templates", "template", "modules",
})  # fmt: skip
"""Names that folders of one project bear; such a folder is a part of what it lies in, whatever it holds."""


class Project(Struct, frozen=True):
    """A folder that is a project of its own.

    Args:
        path: the folder, relative to the root of the repository.
        marks: what shows that it is one: ``README``, ``manifest``, ``Dockerfile``, ``pipeline``.
        signs: what the names of its files promise, in the order of the table of signs.
        files: number of the candidate's files in it.
        impression: all of this for people.
    """

    path: str
    marks: tuple[str, ...]
    signs: tuple[str, ...]
    files: int
    impression: str

    @property
    def has_readme(self) -> bool:
        """Whether it explains itself."""
        return "README" in self.marks


def find_projects(inventory: Inventory) -> tuple[Project, ...]:
    """Return the projects below the judged folder, by path; empty where the folder is one project."""
    base = f"{inventory.subdir}/" if inventory.subdir else ""
    own = [path for path, owner in inventory.owners.items() if owner is Owner.OWN and path.startswith(base)]
    own = [] if inventory.course_only else own
    by_path = PathIndex(own)
    marks = _marks(own, base)
    code = _code_below(own, base)
    tied = _ties(own, base)
    candidates = [folder for folder in sorted(marks) if folder and _is_project(folder, marks[folder], code, tied=tied)]
    chosen = _outermost(candidates, by_path, base, marks)
    if len(chosen) == 1 and "README" in marks.get("", ()) and "README" not in marks[chosen[0]]:
        chosen = []  # the only folder of its kind, explained by the README beside it: a part
    found = []
    for folder in chosen[:_MOST]:
        prefix = f"{base}{folder}/"
        paths = by_path.starting(prefix)
        signs = signs_of(paths)
        found.append(
            Project(
                prefix[:-1], tuple(sorted(marks[folder], key=_ORDER.index)), signs, len(paths), impression_of(paths)
            )
        )
    return tuple(found)


def several_projects(inventory: Inventory) -> tuple[Project, ...]:
    """The projects where a reader should know of them: two or more, or one with course material around it."""
    found = find_projects(inventory)
    return found if len(found) > 1 or inventory.by_owner.get(Owner.COURSE) else ()


_ORDER = ("README", "manifest", "Dockerfile", "pipeline")


def _mark_of(path: str) -> str:
    kind = kind_of(path)
    if kind in _MANIFESTS:
        return "manifest"
    if kind is Kind.DOCKERFILE:
        return "Dockerfile"
    if kind in _PIPELINES:
        return "pipeline"
    name = path.rsplit("/", 1)[-1].lower()
    readme = name.startswith("readme") and (kind is Kind.DOCUMENT or name == "readme.txt")
    return "README" if readme else ""


def _marks(own: Sequence[str], base: str) -> dict[str, set[str]]:
    """The marks of each folder, relative to the judged one; the judged folder itself is the empty string."""
    found: dict[str, set[str]] = {}
    for path in own:
        inner = path[len(base) :]
        mark = _mark_of(inner)
        folder = inner.rpartition("/")[0]
        if mark and folder.count("/") < _DEEPEST:
            found.setdefault(folder, set()).add(mark)
    return found


def _code_below(own: Sequence[str], base: str) -> Mapping[str, int]:
    """The number of files with code in each folder and all below it; tests and setup.py are none."""
    counts: dict[str, int] = {}
    for path in own:
        inner = path[len(base) :]
        if kind_of(inner) not in _CODE or TEST_FILE.search(inner) or inner.endswith(("setup.py", "__init__.py")):
            continue
        parts = inner.split("/")[:-1]
        for end in range(1, len(parts) + 1):
            folder = "/".join(parts[:end])
            counts[folder] = counts.get(folder, 0) + 1
    return counts


def _ties(own: Sequence[str], base: str) -> bool:
    """Whether files beside the folders make one project of them: what builds or runs the whole, or code."""
    beside = [path[len(base) :] for path in own if "/" not in path[len(base) :]]
    if any(kind_of(path) in _TYING for path in beside):
        return True
    return any(kind_of(path) in (Kind.PYTHON, Kind.NOTEBOOK) for path in beside)


def _is_project(folder: str, marks: set[str], code: Mapping[str, int], *, tied: bool) -> bool:
    if not code.get(folder):
        return False
    if any(part.lower() in _PARTS for part in folder.split("/")):
        return False
    if tied:
        return "README" in marks and len(marks) >= 3
    return len(marks) >= 2 or ("README" in marks and code[folder] >= 3)


def _outermost(folders: Iterable[str], own: PathIndex, base: str, marks: Mapping[str, set[str]]) -> list[str]:
    """Without folders that lie in a project; a folder that only gathers projects gives way to them."""
    found = PathIndex(folders)
    chosen: dict[str, None] = {}
    for folder in found.ordered:
        if any(outer in chosen for outer in _above(folder)):
            continue
        inner = {other for other in found.below(folder) if "README" in marks[other]}
        if len(inner) >= 2 and not _has_code_beside(folder, inner, own, base):
            continue
        chosen[folder] = None
    return list(chosen)


def _above(folder: str) -> Iterator[str]:
    """The folders that a folder lies in, the nearest first."""
    while folder := folder.rpartition("/")[0]:
        yield folder


def _has_code_beside(folder: str, inner: Set[str], own: PathIndex, base: str) -> bool:
    return any(
        kind_of(path[len(base) :]) in _CODE and inner.isdisjoint(_above(path[len(base) :]))
        for path in own.below(f"{base}{folder}")
    )


# -- the first impression ----------------------------------------------------------------------------------------


def signs_of(paths: Iterable[str]) -> tuple[str, ...]:
    """The names of the signs that these paths show, in the order of the table."""
    seen = _counts(paths)
    return tuple(sign.name for sign in SIGNS if seen.get(sign.name))


def weight_of(signs: Iterable[str]) -> int:
    """How much a full analysis is likely to find: the sum of the weights of the signs."""
    weights = {sign.name: sign.weight for sign in SIGNS}
    return sum(weights[name] for name in signs)


def impression_of(paths: Sequence[str]) -> str:
    """The first impression in one line, such as ``12 Python files, 2 notebooks; Dockerfile, CI, tests``."""
    counts = _counts(paths)
    first = [
        _count(counts.get("Python", 0), "Python file"),
        _count(counts.get("notebooks", 0), "notebook"),
        _count(counts.get("other code", 0), "other source file"),
    ]
    rest = [sign.name for sign in SIGNS if counts.get(sign.name) and sign.name not in _COUNTED]
    parts = [", ".join(part for part in first if part), ", ".join(rest)]
    return "; ".join(part for part in parts if part) or "nothing that a first look knows"


_COUNTED = frozenset({"Python", "notebooks", "other code"})


def _counts(paths: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for path in paths:
        lowered, kind = path.lower(), kind_of(path).value
        for sign in SIGNS:
            if kind in sign.kinds or (sign.pattern and sign.pattern.search(lowered)):
                counts[sign.name] = counts.get(sign.name, 0) + 1
    return counts


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if number else ""
