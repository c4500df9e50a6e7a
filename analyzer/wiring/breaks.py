"""Where the wiring breaks: parts that name what is not there. Each break is a sentence with the place that shows it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from analyzer.artifacts.monitoring import Dashboard
from analyzer.commands import Invocation
from analyzer.findings import Place
from analyzer.knowledge.paths import TEST_FILE
from analyzer.knowledge.wiring import FOREIGN_METRICS, LIBRARY_METRICS
from analyzer.path_index import PathIndex
from analyzer.queries.containers import Packaging, keeps_paths, may_hold, mounted_paths
from analyzer.queries.leading import run_by
from analyzer.queries.learning import training_calls
from analyzer.queries.programs import started_by
from analyzer.repository import Repository
from analyzer.wiring.build import build_wiring
from analyzer.wiring.code import module_id
from analyzer.wiring.ties import Ties
from analyzer.wiring.watching import metric_stem

__all__ = [
    "Break",
    "alerts_on_nothing",
    "empty_test_run",
    "starts_nothing",
    "uncalled_training",
    "unexported",
    "watches_nothing",
]

_PATH = re.compile(r"^[\w./-]+$")


class Break(Struct, frozen=True):
    """A link that is missing: a sentence without its full stop, and the line that names what is not there."""

    sentence: str
    place: Place


def starts_nothing(repo: Repository, packaging: Packaging) -> Break | None:
    """The program that a Dockerfile starts and the repository or the image does not hold, or None.

    A name with a variable in it is no break, nor is one that some file of the repository has, unless it is known what the
    image holds.
    """
    held = may_hold(repo, packaging.dockerfile) if _holds_what_it_copies(repo, packaging) else None
    lost: Break | None = None
    for target, place in started_by(repo, packaging):
        name = target.written
        if target.path and "$" not in name and _lies_elsewhere(repo, packaging, name):
            lost = lost or Break(f"the Dockerfile starts {name}, and the file is {target.path}", place)
            continue
        if target.path and (held is None or target.path in held):
            return None  # what else it starts comes before or beside
        if "$" in name or not (target.path or _is_local(repo, name)):
            continue
        last = name.rsplit("/", 1)[-1]
        file = last if last.endswith(".py") else f"{last.rsplit('.', 1)[-1]}.py"
        if not target.path and not repo.index.has_file(file, last):
            lost = lost or Break(f"the Dockerfile starts {name}, which is no file of the repository", place)
        elif held is not None and (target.path or not PathIndex(held).has_file(file, last)):
            lost = lost or Break(f"the Dockerfile starts {name}, which it does not copy", place)
    return lost


def _lies_elsewhere(repo: Repository, packaging: Packaging, name: str) -> bool:
    """Whether no path here ends as the name of a program or module says, of an image with the paths that are here."""
    is_file = name.endswith((".py", ".sh"))
    path = posixpath.normpath(name if is_file else name.replace(".", "/"))
    if path.startswith(("/", "..")) or not keeps_paths(packaging.dockerfile):
        return False
    endings = ("",) if is_file else (".py", "/__init__.py")
    return not any(repo.index.ends_with(f"{path}{ending}") for ending in endings)


_BRINGS = re.compile(
    r"\b(?:git|wget|curl|aws|gsutil|gcloud|az|dvc|cp|mv|ln|tar|unzip|cat|echo|printf|tee)\b|\binstall\s+(?:-e\s+)?\.|<<|>"
)


def _holds_what_it_copies(repo: Repository, packaging: Packaging) -> bool:
    """Whether nothing but COPY brings files into an image: no command, variable, mounted folder or base of the project."""
    file = packaging.dockerfile
    if packaging.absent or any("$" in source or "://" in source for copy in file.copies for source in copy.sources):
        return False
    if any(_BRINGS.search(item.value) for item in file.named("RUN")):
        return False
    return not any(
        service.volumes and service.dockerfile == file.path
        for compose in repo.compose_files
        for service in compose.services
    )


def _is_local(repo: Repository, name: str) -> bool:
    """Whether a program is not one of an installed package: a script, or a module of no declared dependency."""
    if name.endswith(".py"):
        return True
    root = name.split(".", 1)[0].lower().replace("_", "-")
    declared = {item.name.lower().replace("_", "-") for file in repo.dependency_files for item in file.requirements}
    return root not in declared


def empty_test_run(repo: Repository, item: Invocation) -> Break | None:
    """The folder or file that a test command names and in which no test is, or None."""
    named = [word.split("::", 1)[0] for word in item.argv[1:] if _PATH.match(word) and ("/" in word or "test" in word)]
    folders = [word.strip("./") for word in named if not word.startswith("-")]
    if item.argv[0] not in ("pytest", "python") or not folders:
        return None
    tests = [module.path for module in repo.tests.modules if TEST_FILE.search(module.path)]
    for folder in folders:
        wanted = f"{item.folder}/{folder}" if item.folder else folder
        inside = any(
            path == wanted or f"/{path}".find(f"/{folder}/") >= 0 or path.endswith(f"/{folder}") for path in tests
        )
        others = [wanted] if wanted in repo.snapshot.entries else repo.index.below(wanted)
        if not inside and others and not any(path.endswith(".py") and _tests(repo, path) for path in others):
            return Break(f"CI tests {folder}, which holds no test", item.place)
    return None


def _tests(repo: Repository, path: str) -> bool:
    module = repo.world.module(path)
    return module is not None and any(function.asserts for function in module.functions)


def unexported(repo: Repository, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of some metrics that are nobody's: no code exports them, no library and no server of others has them.

    None where code exports metrics under names that files do not tell, or where nothing of the project is known to
    export any and other people's servers are scraped.
    """
    wiring = build_wiring(repo)
    if any(gap.kind == "metric" for gap in wiring.gaps):
        return ()
    exported = {edge.target for edge in wiring.edges if edge.kind == "exports"}
    own = [name for name in names if not FOREIGN_METRICS.match(name)]
    own = [name for name in own if not any(pattern.search(name) for pattern in LIBRARY_METRICS.values())]
    return tuple(name for name in own if not {f"metric:{name}", f"metric:{metric_stem(name)}"} & exported)


def watches_nothing(repo: Repository, dashboard: Dashboard) -> Break | None:
    """A dashboard all of whose metrics or tables are nobody's, or None."""
    wiring = build_wiring(repo)
    edges = wiring.edges_from(f"dashboard:{dashboard.path}", "queries")
    metrics = [edge for edge in edges if edge.target.startswith("metric:")]
    if not metrics or len(metrics) < len(edges):
        return None
    names = tuple(edge.target.split(":", 1)[1] for edge in metrics)
    lost = unexported(repo, names)
    if len(lost) == len(names):
        return Break(f"the dashboard queries {lost[0]}, which nothing in the repository exports", metrics[0].place)
    return None


def alerts_on_nothing(repo: Repository, place: Place) -> Break | None:
    """An alert rule at a place that no Prometheus here loads, or all of whose metrics are nobody's; or None."""
    unloaded = _unloaded_rules(repo, place)
    if unloaded:
        return unloaded
    wiring = build_wiring(repo)
    for node in wiring.of("alert"):
        if node.place == place:
            edges = wiring.edges_from(node.id, "watches")
            names = tuple(edge.target.split(":", 1)[1] for edge in edges if edge.target.startswith("metric:"))
            lost = unexported(repo, names)
            if edges and len(lost) == len(edges):
                return Break(f"the alert watches {lost[0]}, which nothing in the repository exports", node.place)
    return None


_PROMETHEUS = re.compile(r"(?:^|/)prometheus(?:[:@]|$)")


def _unloaded_rules(repo: Repository, place: Place) -> Break | None:
    """A file of rules that the configuration of Prometheus names nowhere, or that its container does not get."""
    if not any(config.kind == "rules" and config.path == place.path for config in repo.monitoring):
        return None
    if any(item.path == place.path for item in repo.kubernetes):
        return None  # a manifest brings its rules itself
    name = posixpath.basename(place.path)
    configurations = [config for config in repo.monitoring if config.kind == "prometheus"]
    patterns = [posixpath.basename(pattern) for config in configurations for pattern in config.rule_files]
    if configurations and not any(fnmatchcase(name, pattern) for pattern in patterns):
        return Break(f"{configurations[0].path} names no file of rules that {place.path} could be", place)
    services = [item for file in repo.compose_files for item in file.services if _PROMETHEUS.search(item.image)]
    mounted = [path for item in services for path in mounted_paths(item)]
    if any(map(repo.has, mounted)) and not any(
        place.path == path or f"{place.path}/".startswith(f"{path}/") for path in mounted
    ):
        return Break(f"the container of the service {services[0].name} does not get {place.path}", services[0].place)
    return None


def _started_by_code(repo: Repository) -> frozenset[str]:
    """The modules that other modules start as processes of their own."""
    return frozenset(target for module in repo.code.modules for target in run_by(repo, module.path))


def _named_to_processes(repo: Repository) -> frozenset[str]:
    """The names of programs that stand as a string in modules which start processes, or in what these import."""
    starting = {call.path for call in repo.code.calls("process.start")}
    modules = [module for path in sorted(starting) if (module := repo.code.module(path))]
    starting |= {
        target
        for module in modules
        for item in module.imports
        if (target := repo.code.local.find(item.dotted, module.path) or repo.code.local.find(item.module, module.path))
    }
    return frozenset(
        text.value.rsplit("/", 1)[-1]
        for module in repo.code.modules
        if module.path in starting
        for text in module.texts
        if text.value.endswith(".py")
    )


def uncalled_training(repo: Repository) -> Iterator[Break]:
    """Training in modules that nothing runs, imports or mentions: no stage, task, job, image, document or other module."""
    ties = Ties(build_wiring(repo), repo)
    orchestrated = {call.path for call in repo.code.calls("pipeline.flow", "pipeline.step")}
    mentioned = "\n".join(repo.text(item.path) or "" for item in repo.documents)
    for path in dict.fromkeys(call.path for call in training_calls(repo.code)):
        if path in orchestrated:
            continue  # an orchestrator finds its file by itself
        above = ties.above(path)
        name = path.rsplit("/", 1)[-1]
        unnamed = (
            name not in mentioned
            and name not in repo.once(_named_to_processes)
            and name.removesuffix(".py") not in mentioned
        )
        if above == {module_id(path)} and unnamed and path not in repo.once(_started_by_code):
            yield Break(f"nothing runs {path}: no task, pipeline, CI job or image names it", Place(path, 1))
