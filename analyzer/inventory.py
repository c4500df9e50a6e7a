"""What each path of a repository is, told from its name alone, and whose work it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from analyzer.copied_folders import copied_folders
from analyzer.knowledge.paths import (
    ANY_NAME,
    ANY_PATH,
    COURSE_MODULE,
    COURSE_PROJECT,
    DOCUMENT_SUFFIXES,
    GENERATED_FOLDERS,
    HOMEWORK,
    HOMEWORK_NAME,
    KINDS_BY_NAME,
    KINDS_BY_SUFFIX,
    SCAFFOLD_FILES,
    TELLS_BY_ITSELF,
    TEMPLATE_SUFFIXES,
    TEST_DATA_FOLDERS,
    TEST_FOLDERS,
    VENDORED_FOLDERS,
    ZOOMCAMP_MODULE,
)

__all__ = ["Inventory", "Kind", "Owner", "kind_of", "take_inventory"]


class Kind(StrEnum):
    """What a file is by its name. ``YAML`` and ``JSON`` are looked into before they are parsed further."""

    PYTHON = "python"
    NOTEBOOK = "notebook"
    SHELL = "shell"
    DOCKERFILE = "dockerfile"
    COMPOSE = "compose"
    GITHUB_WORKFLOW = "github-workflow"
    MISPLACED_WORKFLOW = "misplaced-workflow"
    GITHUB_ACTION = "github-action"
    GITLAB_CI = "gitlab-ci"
    JENKINSFILE = "jenkinsfile"
    CIRCLECI = "circleci"
    AZURE_PIPELINES = "azure-pipelines"
    OTHER_CI = "other-ci"
    TERRAFORM = "terraform"
    PULUMI_YAML = "pulumi-yaml"
    BICEP = "bicep"
    SERVERLESS = "serverless"
    HELM_CHART = "helm-chart"
    HELM_TEMPLATE = "helm-template"
    KUSTOMIZATION = "kustomization"
    DVC_PIPELINE = "dvc-pipeline"
    DVC_POINTER = "dvc-pointer"
    DVC_CONFIG = "dvc-config"
    MLPROJECT = "mlproject"
    MAKEFILE = "makefile"
    JUSTFILE = "justfile"
    TASKFILE = "taskfile"
    TOX = "tox"
    PACKAGE_JSON = "package-json"
    PROJECT_TASKS = "project-tasks"
    PRE_COMMIT = "pre-commit"
    REQUIREMENTS = "requirements"
    PYPROJECT = "pyproject"
    PIPFILE = "pipfile"
    SETUP_CFG = "setup-cfg"
    CONDA = "conda"
    LOCK = "lock"
    PLATFORM = "platform"
    PREFECT_YAML = "prefect-yaml"
    MAGE_PIPELINE = "mage-pipeline"
    MAGE_TRIGGERS = "mage-triggers"
    DATABRICKS = "databricks"
    DOCUMENT = "document"
    DIAGRAM = "diagram"
    SQL = "sql"
    PROGRAM = "program"
    YAML = "yaml"
    JSON = "json"
    OTHER = "other"


class Owner(StrEnum):
    """Whose work a file is."""

    OWN = "own"
    VENDORED = "vendored"
    GENERATED = "generated"
    COURSE = "course"
    SCAFFOLD = "scaffold"
    TEST_DATA = "test data"
    OUTSIDE = "outside"


@dataclass(frozen=True)
class Inventory:
    """The paths of a repository by kind and by owner.

    ``serving`` are files of the root that may serve a subfolder; ``course_only`` says that nothing but
    course work was found, so that it counts after all, as partial at most. ``copies`` names the public template
    that each unchanged copy comes from; ``whole`` counts the files of the whole repository by owner, those outside
    the judged folder and course work that counts after all included.
    """

    subdir: str
    by_kind: Mapping[Kind, tuple[str, ...]]
    by_owner: Mapping[Owner, tuple[str, ...]]
    serving: tuple[str, ...] = ()
    course_only: bool = False
    owners: Mapping[str, Owner] = field(default_factory=dict, repr=False)
    copies: Mapping[str, str] = field(default_factory=dict, repr=False)
    whole: Mapping[Owner, int] = field(default_factory=dict, repr=False)

    def of(self, *kinds: Kind) -> tuple[str, ...]:
        """The candidate's paths of these kinds."""
        return tuple(path for kind in kinds for path in self.by_kind.get(kind, ()))

    def without(self, copies: Mapping[str, str], starts: str = "") -> Inventory:
        """The inventory with unchanged copies of template files counted as scaffold, where they are work of their own.

        Those whose template is called ``starts`` are scaffold whatever they do.
        """
        if not copies:
            return self
        scaffold = {path for path, origin in copies.items() if origin == starts or kind_of(path) not in _ACTS_ON_OWN}
        moved = sum(self.owners[path] is Owner.OWN for path in scaffold)
        owners = {
            path: Owner.SCAFFOLD if path in scaffold and owner is Owner.OWN else owner
            for path, owner in self.owners.items()
        }
        kept = Owner.COURSE if self.course_only else Owner.OWN
        whole = dict(self.whole)
        whole[Owner.SCAFFOLD] = whole.get(Owner.SCAFFOLD, 0) + moved
        whole[kept] = max(whole.get(kept, 0) - moved, 0)
        serving = tuple(path for path in self.serving if path not in scaffold)
        course_only = self.course_only or _nothing_else(owners)
        if course_only and not self.course_only:  # what stood beside the course work was a copy
            owners = _counting_course(owners)
        return _sorted(self.subdir, owners, serving, course_only, copies, whole)

    def leaving(self, left_out: Callable[[str], bool]) -> Inventory:
        """The inventory with the candidate's files that the owner leaves out counted as outside; ``whole`` counts them."""
        owners = {
            path: Owner.OUTSIDE if owner is Owner.OWN and left_out(path) else owner
            for path, owner in self.owners.items()
        }
        serving = tuple(path for path in self.serving if not left_out(path))
        return _sorted(self.subdir, owners, serving, self.course_only, self.copies, self.whole)

    @property
    def own(self) -> tuple[str, ...]:
        """All paths that are the candidate's."""
        return self.by_owner.get(Owner.OWN, ())


_BY_SUFFIX = {suffix: Kind(kind) for suffix, kind in KINDS_BY_SUFFIX.items()}


@lru_cache(maxsize=65_536)
def kind_of(path: str) -> Kind:
    """The kind of a file, from its path."""
    lowered = path.lower()
    name = lowered.rpartition("/")[2]
    suffix = name[name.rfind(".") :] if "." in name else ""
    told = suffix in TELLS_BY_ITSELF and "file" not in name and "/workflow/" not in lowered
    if not told and (ANY_NAME.match(name) or ANY_PATH.search(lowered)):
        for pattern, kind, whole in KINDS_BY_NAME:
            if pattern.search(lowered) if whole else pattern.match(name):
                return Kind(kind)
    if suffix in DOCUMENT_SUFFIXES:
        return Kind.DOCUMENT
    if suffix in TEMPLATE_SUFFIXES and name.removesuffix(suffix).endswith((".yaml", ".yml")):
        return Kind.YAML
    return _BY_SUFFIX.get(suffix, Kind.OTHER)


_SERVING = frozenset(
    {
        Kind.GITHUB_WORKFLOW, Kind.GITHUB_ACTION, Kind.GITLAB_CI, Kind.JENKINSFILE, Kind.CIRCLECI, Kind.AZURE_PIPELINES,
        Kind.OTHER_CI, Kind.MAKEFILE, Kind.JUSTFILE, Kind.TASKFILE, Kind.PRE_COMMIT, Kind.DOCKERFILE, Kind.COMPOSE,
        Kind.DVC_CONFIG,
    }
)  # fmt: skip


# What acts on the candidate's own code whoever wrote it: a copied hook still checks it, a copied image still holds it.
_ACTS_ON_OWN = frozenset(
    {Kind.DOCKERFILE, Kind.COMPOSE, Kind.PRE_COMMIT, Kind.PYPROJECT, Kind.SETUP_CFG, Kind.TOX, Kind.PIPFILE}
)


def take_inventory(paths: Iterable[str], subdir: str = "") -> Inventory:
    """Sort the paths of a repository.

    Args:
        paths: all file paths of the tree.
        subdir: the folder that is judged; files of the root that may serve it are kept apart in ``serving``.
    """
    ordered = sorted(paths)
    environments = {path[: -len("/pyvenv.cfg")] for path in ordered if path.endswith("/pyvenv.cfg")}
    prefix = f"{subdir}/" if subdir else ""
    modules = _course_folders(ordered)
    course = modules if not subdir else frozenset()
    copied = _copied_folders([path for path in ordered if path.startswith(prefix)], prefix)
    whole: dict[Owner, int] = {}
    owners: dict[str, Owner] = {}
    serving: list[str] = []
    by_folder = _Folders(environments, course, copied, len(subdir.split("/")) if subdir else 0)
    for path in ordered:
        owner = by_folder.owner(path)
        outside = bool(prefix) and not path.startswith(prefix)
        beside = owner if not outside or path.split("/", 1)[0] not in modules else Owner.COURSE
        whole[beside] = whole.get(beside, 0) + 1
        if outside:
            if owner is Owner.OWN and _may_serve(path):
                serving.append(path)
            owner = Owner.OUTSIDE
        owners[path] = owner
    course_only = _nothing_else(owners)
    if course_only:
        owners = _counting_course(owners)
    return _sorted(subdir, owners, tuple(serving), course_only, {}, whole)


def _sorted(
    subdir: str,
    owners: Mapping[str, Owner],
    serving: tuple[str, ...],
    course_only: bool,
    copies: Mapping[str, str],
    whole: Mapping[Owner, int],
) -> Inventory:
    prefix = f"{subdir}/" if subdir else ""
    by_kind: dict[Kind, list[str]] = {}
    by_owner: dict[Owner, list[str]] = {}
    for path, owner in owners.items():
        by_owner.setdefault(owner, []).append(path)
        if owner is Owner.OWN:
            by_kind.setdefault(kind_of(path[len(prefix) :]), []).append(path)
    return Inventory(
        subdir,
        {kind: tuple(found) for kind, found in by_kind.items()},
        {owner: tuple(found) for owner, found in by_owner.items()},
        serving,
        course_only,
        owners,
        copies,
        whole,
    )


def _may_serve(path: str) -> bool:
    if path.startswith(".github/"):
        return True
    return "/" not in path.replace(".circleci/", "").replace(".dvc/", "") and (
        kind_of(path) in _SERVING or path.lower().startswith("readme")
    )


class _Folders:
    """Whose work files are, decided once for each folder."""

    def __init__(self, environments: Set[str], course: Set[str], copied: Set[str], depth: int) -> None:
        self._environments = environments
        self._course = course
        self._copied = copied
        self._depth = depth
        self._known: dict[str, tuple[Owner, bool]] = {}

    def owner(self, path: str) -> Owner:
        folder, _, name = path.rpartition("/")
        if folder not in self._known:
            self._known[folder] = self._of_folder(folder)
        owner, copied = self._known[folder]
        if owner is Owner.TEST_DATA and name.endswith(".py") and _holds_modules_of_tests(folder):
            owner = Owner.OWN
        if owner is not Owner.OWN:
            return owner
        if not folder and name in self._course:
            return Owner.COURSE
        stem, _, suffix = name.rpartition(".")
        if (
            HOMEWORK.fullmatch(stem or suffix) or HOMEWORK_NAME.search(stem)
        ) and f".{suffix}".lower() not in DOCUMENT_SUFFIXES:
            return Owner.COURSE
        if name in SCAFFOLD_FILES:
            return Owner.SCAFFOLD
        return Owner.VENDORED if copied else Owner.OWN

    def _of_folder(self, folder: str) -> tuple[Owner, bool]:
        """Whose its files are but for their names, and whether it is a copy, which counts last."""
        segments = folder.split("/") if folder else []
        for segment in segments:
            if segment in VENDORED_FOLDERS or segment.endswith((".egg-info", ".dist-info")):
                return Owner.VENDORED, False
            if segment in GENERATED_FOLDERS:
                return Owner.GENERATED, False
        above = {"/".join(segments[:end]) for end in range(1, len(segments) + 1)}
        if not self._environments.isdisjoint(above):
            return Owner.VENDORED, False
        if segments and (segments[0] in self._course or any(map(HOMEWORK.fullmatch, segments))):
            return Owner.COURSE, False
        # The judged folder may be such a sample itself.
        if not TEST_DATA_FOLDERS.isdisjoint(segments[self._depth :]):
            return Owner.TEST_DATA, False
        return Owner.OWN, not self._copied.isdisjoint(above)


def _holds_modules_of_tests(folder: str) -> bool:
    """Whether a folder is one of fixtures among tests: its modules are part of them, what lies deeper is data."""
    parent, _, name = folder.rpartition("/")
    return name in TEST_DATA_FOLDERS and not TEST_FOLDERS.isdisjoint(parent.split("/"))


def _course_folders(paths: list[str]) -> frozenset[str]:
    """Top-level module folders of a course: there is a folder for its project beside them, or homework in several."""
    top = {path.split("/", 1)[0] for path in paths if "/" in path}
    modules = {name for name in top if COURSE_MODULE.fullmatch(name)}
    projects = {name for name in top if COURSE_PROJECT.fullmatch(name)}
    if len(modules) < _LEAST_MODULES:
        return frozenset()
    topics = {match["topic"].lower() for name in modules if (match := ZOOMCAMP_MODULE.fullmatch(name))}
    if len(topics) >= _LEAST_TOPICS:
        return frozenset(modules - projects)
    folders = {path.rpartition("/")[0] for path in paths}
    with_homework = {name.split("/", 1)[0] for name in folders if any(map(HOMEWORK.fullmatch, name.split("/")[1:]))}
    return frozenset(modules - projects) if projects or len(with_homework & modules) >= 2 else frozenset()


_LEAST_MODULES = 3
_LEAST_TOPICS = 4  # of one known course, which need no folder for a project beside them


_CODE = frozenset({Kind.PYTHON, Kind.NOTEBOOK, Kind.DOCKERFILE, Kind.TERRAFORM})


def _copied_folders(paths: list[str], prefix: str) -> frozenset[str]:
    """Folders that hold the work of others; they are copies only where there is other code."""
    found = copied_folders(path[len(prefix) :] for path in paths)
    copies = tuple(f"{prefix}{folder}/" for folder in found)
    beside = (path for path in paths if not path.startswith(copies)) if found else ()
    if any(kind_of(path[len(prefix) :]) in _CODE for path in beside):
        return frozenset(f"{prefix}{folder}" for folder in found)
    return frozenset()


def _counting_course(owners: Mapping[str, Owner]) -> dict[str, Owner]:
    return {path: Owner.OWN if owner is Owner.COURSE else owner for path, owner in owners.items()}


def _nothing_else(owners: Mapping[str, Owner]) -> bool:
    """Whether only course work holds code; beside programs of a course a notebook alone is none."""
    course = {kind_of(path) for path, owner in owners.items() if owner is Owner.COURSE} & _CODE
    own = {kind_of(path) for path, owner in owners.items() if owner is Owner.OWN} & _CODE
    return bool(course) and (not own or (own == {Kind.NOTEBOOK} and Kind.PYTHON in course))
