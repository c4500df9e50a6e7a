"""What watches the system: dashboards and reports, drift, quality on new data."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call
from analyzer.code import Code
from analyzer.findings import Place
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.grounding import is_used
from analyzer.queries.kept import MONITORS, exported_metrics
from analyzer.queries.learning import training_calls
from analyzer.queries.pictures import says_nothing, shows, words_of
from analyzer.queries.places import written
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "WATCHED",
    "drift_calls",
    "image_of_dashboard",
    "monitor_modules",
    "published_reports",
    "quality_on_new_data",
    "report_pages",
]

WATCHED = re.compile(
    r"(?i)drift|(?<!p)retrain|degrad|psi|mae|mape|mse|accuracy|f1|auc|score|error|quality|performance|(?<!mean)(?<!mean_)shift|health|reason|alarm"
)
"""What is watched, and what is done about it, by a word."""
_DRIFT_WORD = re.compile(
    r"(?i)drift|\bpsi\b|_psi|psi_|population_stability|\bks_|kolmogorov|distribution_shift|\bshift_detect"
)
_STATISTICS = re.compile(r"^scipy\.|^numpy\.")
_DASHBOARD = re.compile(r"(?i)grafana|dashboard|evidently|superset|kibana|monitoring|prometheus|drift[-_ ]?report")
_IS_REPORT = re.compile(r"(?i)report")
_SURELY_DASHBOARD = re.compile(r"(?i)grafana|dashboard|superset|kibana|prometheus|workspace|\bui\b")
_SHOWS_DASHBOARD = re.compile(r"(?i)grafana|dashboards?\b")
_OF_SCREEN = re.compile(r"(?i)screen[-_ ]?shot")
_NOT_DASHBOARD = re.compile(
    r"(?i)mlflow|wandb|prefect|airflow|mage|dagster|architecture|diagram|flowchart|badge|img\.shields|pipeline"
)


@remembered
def monitor_modules(repo: Repository) -> frozenset[str]:
    """Paths of modules that monitor, by their imports or their name."""
    code = repo.code
    return frozenset(
        {call.path for call in code.calls("monitor.report", "monitor.drift", "monitor.quality")}
        | {module.path for module in code.modules if MONITORS.search(module.path)}
    )


# The scores of one class against those of the other: how well a model separates them.
_BY_CLASS = re.compile(r"\[[^\[\]]*(?:==|\beq\()\s*[01]\b[^\[\]]*\]")


def drift_calls(repo: Repository, code_of: str = "code") -> Iterator[Call]:
    """Calls that detect drift; statistical tests count where their names speak of drift."""
    code = repo.code if code_of == "code" else repo.notebook_code
    for call in code.calls("monitor.drift"):
        if _BY_CLASS.search(written(repo, call.place)):
            continue
        if (
            not _STATISTICS.match(call.name)
            or _DRIFT_WORD.search(f"{call.path} {call.scope} {call.assigned}")
            or _speaks_of_drift(code, call.path, call.scope, call.last)
        ):
            yield call
    for call in code.calls("monitor.report"):
        if call.last in ("Dashboard", "Profile") and _OLD_PARTS.search(written(repo, call.place)):
            yield call
    for function in code.functions:
        if re.search(
            r"(?i)psi$|^psi|population_stability|(?:detect|check|calculate|compute|monitor|measure|test)_?\w*drift|drift_(?:detect|check|score|test)",
            function.name,
        ) or (_DETECTOR.search(function.qualname) and not function.name.startswith("_")):
            for call in code.calls_in(function.path, function.qualname):
                if call.root in _ARITHMETIC:
                    yield Call(function.path, function.name, function.line, function.line, scope=function.qualname)
                    break
    yield from _drops_of_quality(code)
    yield from _shifts(code)


@remembered
def _speaks_of_drift(code: Code, path: str, scope: str, but: str) -> bool:
    """Whether the strings of a module speak of drift, or the names in one of its functions but for a name."""
    module = code.module(path)
    if module is None:
        return False
    names = module.names_in.get(scope, frozenset()) if scope else frozenset()
    return any(_DRIFT_WORD.search(text.value) for text in module.texts) or any(
        _DRIFT_WORD.search(name) for name in names if name != but
    )


# What a dashboard or a profile of Evidently before 0.2 is made of, given by its class.
_OLD_PARTS = re.compile(r"\b(?:Data|NumTarget|CatTarget|Prob\w*)Drift(?:Tab|ProfileSection)\b(?!\s*\()")


def _drops_of_quality(code: Code) -> Iterator[Call]:
    """Comparisons by which monitoring code that measures a model says that it drifts: concept drift, told without a library."""
    for module in code.modules:
        if not MONITORS.search(module.path):
            continue
        roles = {role for call in module.calls for role in roles_of(call.name)}
        for item in module.comparisons if roles >= _MEASURES_MODEL else ():
            if any(_DRIFTS.search(flag) for flag in item.flags) and code.is_reached(item.path, item.scope):
                yield Call(item.path, "drift", item.line, item.line, scope=item.scope)


def _shifts(code: Code) -> Iterator[Call]:
    """Where code of drift takes the same statistic of two sets of data and holds their difference against a bound."""
    for item in code.comparisons:
        words = " ".join((*item.left, *item.right))
        if not (_DRIFT_WORD.search(f"{item.path} {item.scope}") and _DIFFERENCE.search(words) and _BOUND.search(words)):
            continue
        taken = _taken_twice(code, item.path, item.scope)
        if taken and code.is_reached(item.path, item.scope):
            yield taken


@remembered
def _taken_twice(code: Code, path: str, scope: str) -> Call | None:
    """The first of the calls by which a function takes statistics, where it takes one of them twice."""
    taken = [call for call in code.calls_in(path, scope) if call.last in _TAKEN]
    return taken[0] if len({call.last for call in taken}) < len(taken) else None


_DIFFERENCE = re.compile(r"(?i)delta|diff|shift|change|distance|deviation|drift|ratio")
_BOUND = re.compile(r"(?i)thresh|limit|tolerance|max_|bound|alpha|cut_?off")
_TAKEN = frozenset({"mean", "median", "std", "var", "quantile", "value_counts", "average", "percentile"})
_MEASURES_MODEL = frozenset({"model.predict", "model.evaluate"})
_DRIFTS = re.compile(r"(?i)drift|degrad")

_ARITHMETIC = frozenset({"numpy", "scipy", "pandas", "math", "statistics", "abs"})
_DETECTOR = re.compile(r"(?i)^\w*drift\w*detect\w*\.(?:detect|check|test|score|run|evaluate|compare)")
"""A method of a class that detects drift."""


PROXY = "A proxy of model quality is tracked"
UNKEPT = "The registered model is scored outside of training, and nothing keeps the result"


@remembered
def quality_on_new_data(repo: Repository) -> Iterator[tuple[Place, str]]:
    """(place, what it falls short of) of model quality computed on new or production data; nothing where it is in full."""
    code = repo.code
    fitting = {call.path for call in training_calls(code)}
    for call in code.calls("monitor.quality"):
        if call.path in fitting and not (MONITORS.search(call.path) or _NEW.search(call.scope)):
            continue  # it looks at the data of the training
        yield call.place, PROXY if _WITHOUT_LABELS.search(call.name) else ""
    for call in code.calls("model.evaluate"):
        if (
            call.root in ("sklearn", "numpy")
            and call.path not in fitting
            and (
                MONITORS.search(call.path)
                or _NEW.search(f"{call.scope} {call.path}")
                or _stores(repo, call)
                or _of_kept_predictions(repo, call)
                or (_registered_here(repo, call) and _exports(repo, call))
            )
            and repo.is_run(call.path, call.scope)  # asked last: it takes longest
        ):
            yield call.place, ""
    for call in code.calls("model.evaluate"):
        if call.root in ("sklearn", "numpy") and call.path not in fitting and _registered_here(repo, call):
            yield call.place, UNKEPT
    for module in code.modules:
        if module.path in fitting or not (MONITORS.search(module.path) or _NEW.search(module.path)):
            continue
        for scope, names in module.names_in.items():
            words = {name.lower() for name in names} | {
                item.column.lower() for item in module.assignments if item.scope == scope
            }
            words |= {key for call in module.calls if call.scope == scope for key in (call.keywords or {})}
            words |= {text.value for text in module.texts if text.scope == scope and text.value.isidentifier()}
            joined = " ".join(sorted(words))
            if _LABEL.search(joined) and _SCORE.search(joined) and repo.is_run(module.path, scope):
                function = module.function_at.get(scope)
                if function:
                    yield function.head, ""

    for call in code.calls("metrics.define", "metrics.export", "track.value"):
        if call.path not in fitting and any(_CONFIDENCE.search(text) for text in call.texts()):
            yield call.place, PROXY


_CONFIDENCE = re.compile(r"(?i)^[a-z_]*(?:confidence|predict\w*_(?:proba\w*|score))[a-z_]*$")
_WITHOUT_LABELS = re.compile(r"NoTargetPerformance|\bCBPE\b|\bDLE\b")
_NEW = re.compile(
    r"(?i)monitor|feedback|live|production|ground_truth|actual|outcome|(?<!wine)(?<!air)(?<!water)(?<!wine[_-])(?<!air[_-])(?<!water[_-])quality|backtest"
)
_LABEL = re.compile(
    r"(?i)actual|ground_truth|delivered|outcome|y_true|true_label|observed|is_correct|correct_(?:class|predictions?)|labels?\b"
)
_SCORE = re.compile(r"(?i)\bmae\b|\brmse\b|\bmape\b|accuracy|\bf1|abs_error|squared_error|\bauc\b|\bscore\b|\bscores\b")


_CHOOSES = re.compile(r"(?i)promot|regist|champion|select|compar")


def _registered_here(repo: Repository, call: Call) -> bool:
    """Whether the function that computes a metric asks a registry for its model, in a module that neither trains nor promotes."""
    code = repo.code
    promotes = ("registry.register", "registry.promote", "registry.method")
    if not call.scope or _CHOOSES.search(f"{call.path} {call.scope}"):
        return False
    if code.reaches(call.path, call.scope, "model.fit", steps=2):
        return False
    if any(item.path == call.path for item in code.calls(*promotes)):
        return False
    if code.reaches(call.path, call.scope, "registry.load"):
        return True
    loaded = code.reaches(call.path, call.scope, "model.load")
    module = code.module(loaded.path) if loaded else None
    return module is not None and any(text.value.startswith("models:/") for text in module.texts)


def _exports(repo: Repository, call: Call) -> bool:
    """Whether that function hands the metric to a system that watches, or to the next task of a DAG."""
    code = repo.code
    handed = any(item.last == "xcom_push" for item in code.calls_in(call.path, call.scope))
    return handed or bool(code.reaches(call.path, call.scope, "metrics.export", steps=2))


_AGAINST = re.compile(r"(?i)(?=.*(?:actual|observed|ground_?truth))(?=.*(?:pred|forecast))", re.DOTALL)


def _of_kept_predictions(repo: Repository, call: Call) -> bool:
    """Whether a metric compares what came true with predictions that another program made."""
    module = repo.code.module(call.path)
    predicts = module is None or any("model.predict" in roles_of(item.name) for item in module.calls)
    names = " ".join(sorted(module.names_in.get(call.scope, ()))) if module else ""
    return not predicts and bool(_AGAINST.search(f"{written(repo, call.place)} {names}"))


def _stores(repo: Repository, call: Call) -> bool:
    """Whether the function around a metric, or one that calls it, reads predictions and keeps the metric."""
    code = repo.code
    name = call.scope.rsplit(".", 1)[-1]
    if not name:
        return False
    for function in code.functions:
        inner = code.calls_in(function.path, function.qualname)
        if function.path == call.path and (function.qualname == call.scope or any(item.last == name for item in inner)):
            roles = {role for item in inner for role in roles_of(item.name)}
            if "data.read" in roles and roles & {"metrics.store", "metrics.export"} and "model.predict" not in roles:
                return True
    return False


def image_of_dashboard(repo: Repository) -> Iterator[tuple[Place, bool]]:
    """(place, whether it is a dashboard's) of pictures of monitoring in READMEs and docs, where there is something to watch with.

    A picture that is called after a report is that of a file, where reports are written as files and nothing shows them.
    """
    watching = monitor_modules(repo) or any(is_used(repo, tool) for tool in _WATCHERS) or any(exported_metrics(repo))
    if not (watching or _starts_dashboards(repo)):
        return
    written = any(True for _ in report_pages(repo)) and not repo.code.has("monitor.workspace")
    found: list[tuple[bool, Place, bool]] = []
    for document in repo.documents:
        for section in document.sections:
            about = bool(MONITORS.search(section.heading))
            shown = about and bool(_SHOWS_DASHBOARD.search(section.prose))
            for image in section.images:
                words = words_of(section, image)
                told = WATCHED.search(words) or _OF_SCREEN.search(words) or says_nothing(image)
                named = _DASHBOARD.search(words) or (shown and told)
                drawn = _OF_PIPELINES.search(section.heading) and not _SURELY_DASHBOARD.search(words)
                if named and not drawn and not _NOT_DASHBOARD.search(words) and shows(repo, document, image):
                    surely = bool(_SURELY_DASHBOARD.search(words))
                    dashboard = surely or not (written and _IS_REPORT.search(words))
                    found.append((not (surely or about), image.place, dashboard))
    yield from ((place, dashboard) for _, place, dashboard in sorted(found, key=lambda item: item[0]))


_OF_PIPELINES = re.compile(r"(?i)^(?:\w+ )?(?:pipelines?|architecture|diagrams?|workflows?)\b")


def _starts_dashboards(repo: Repository) -> bool:
    """Whether a compose file starts a server of dashboards."""
    services = (service for file in repo.compose_files for service in file.services)
    return any(re.search(r"(?:^|/)grafana/|(?:^|/)superset", service.image) for service in services)


_WATCHERS = (
    "prometheus",
    "grafana",
    "evidently",
    "whylabs",
    "arize",
    "nannyml",
    "datadog",
    "opentelemetry",
    "aws",
    "gcp",
    "azure",
    "mage",
)


def report_pages(repo: Repository) -> Iterator[Place]:
    """HTML reports of monitoring: written by code, or committed."""
    for call in repo.code.calls("monitor.report"):
        if call.last in ("save_html", "save", "show", "get_html"):
            yield call.place
    for path in repo.paths:
        if path.lower().endswith(".html") and re.search(
            r"(?i)drift|evidently|report|monitor|quality|whylogs", path.rsplit("/", 1)[-1]
        ):
            yield Place(path, 1)


_PUBLIC = re.compile(
    r"(?i)website_configuration|\"?(?:principal|aws)\"?\s*[=:]\s*\"\*\"|public-read|allUsers|block_public_policy\s*=\s*false|static_website"
)


def published_reports(repo: Repository) -> Iterator[Place]:
    """Places that open a store of reports to readers: a website, a public policy; where code uploads reports of monitoring."""
    code = repo.code
    writing = {call.path for call in code.calls("monitor.report") if call.last in ("save_html", "save", "get_html")}
    if not writing or not code.has("data.write"):
        return
    for file in repo.infrastructure:
        for resource in file.resources:
            if _PUBLIC.search(f"{resource.type} {resource.body}") and _STORES_REPORTS.search(
                resource.body + resource.name
            ):
                yield resource.place


_STORES_REPORTS = re.compile(r"(?i)evidently|monitor|report|drift|dashboard")
