"""What of a running system is measured and kept: exported metrics, rows in a database, logs of predictions, reports."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.compose import ComposeService
from analyzer.artifacts.dockerfile import Dockerfile
from analyzer.artifacts.python_source import Call, PythonModule
from analyzer.artifacts.yaml_reader import Node, read_yaml
from analyzer.code import Code
from analyzer.findings import Place
from analyzer.inventory import Kind, kind_of
from analyzer.knowledge.named import technologies_named
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.commands import invocations_by_source
from analyzer.queries.grounding import is_used
from analyzer.queries.learning import training_calls
from analyzer.queries.places import written
from analyzer.queries.serving import is_started, model_is_lost, prediction_routes
from analyzer.repository import Repository
from analyzer.sniff import sniff_json

__all__ = [
    "MONITORS",
    "collected_metrics",
    "exported_metrics",
    "instrumented_starts",
    "kept_predictions",
    "kept_workspaces",
    "logged_predictions",
    "provisioned_copies",
    "scraped_routes",
    "stored_metrics",
]

MONITORS = re.compile(
    r"(?i)monitor|drift|evidently|grafana|observab|metrics?_calc|calculate_metrics|data_quality|telemetry"
)
"""Names of modules that monitor."""
_MEASURES = re.compile(r"(?i)counter|gauge|histogram|summary|metric|instrument|record|observe|set$|inc$")


def exported_metrics(repo: Repository) -> Iterator[Call]:
    """Calls that export metrics to a monitoring system."""
    yield from sorted(repo.code.calls("metrics.export"), key=lambda call: not _MEASURES.search(call.last))


_STORING = frozenset({"to_sql", "insert_one", "insert_many", "put_item", "add", "insert_rows_json"})
_COLUMN = r"(?:mae|mape|mse|rmse|r2|accuracy|precision|recall|f1(?:_score)?|(?:roc_)?auc|\w*drift\w*)"
"""A measure of quality or drift as the name of a column."""
_MEASURE = re.compile(rf"(?i)^{_COLUMN}$")
_MEASURE_OR_METRICS = re.compile(rf"{_MEASURE.pattern}|metric")
_OF_A_REQUEST = r"(?:\w*latency\w*|(?:\w+_)?infer(?:ence)?_time\w*|exec(?:ution)?_time\w*|response_time\w*|(?:processing|prediction)_time\w*)"
"""What a request took, as the name of a column."""
_INSERT = re.compile(r"(?i)\binsert\s+into\b")
_INSERT_OR_CREATE = re.compile(rf"{_INSERT.pattern}|create\s+table\b")
# A row of measures, by the name of its table or of its columns.
_INSERTS_MEASURES = re.compile(
    rf"{_INSERT.pattern}\s+\W*(?:\w*(?:metric|drift|monitor|report)|[\w.]+\W*\([^)]*\b{_COLUMN}\b)"
)
_INSERTS_TIMES = re.compile(rf"{_INSERT.pattern}\s+[\w.]+\W*\([^)]*\b{_OF_A_REQUEST}\b")


def stored_metrics(repo: Repository) -> Iterator[Place]:
    """Writes of computed metrics into a database by monitoring code."""
    code = repo.code
    monitors = {call.path for call in code.calls("monitor.report", "monitor.drift", "model.evaluate")}
    training = {call.path for call in training_calls(code)} if monitors else set()
    writing = {text.path for text in code.texts(_INSERT_OR_CREATE, "insert", "create")} if monitors else set()
    writing |= {module.path for module in code.modules if _inserts_by_tables(module)} if monitors else set()
    for call in code.calls("metrics.store"):
        if call.path in monitors & writing:
            inserts = (*code.texts(_INSERTS_MEASURES, "insert"), *code.texts(_INSERT, "insert"))
            yield next((text.place for text in inserts if text.path == call.path), call.place)
        elif call.path in monitors and call.last in _STORING and (call.path not in training or _tells(repo, call)):
            yield call.place
    tables = [call for call in code.calls("metrics.store") if call.last == "to_sql" and MONITORS.search(call.path)]
    measuring = {text.path for text in code.texts(_MEASURE)} if tables else set()
    for call in tables:
        if call.path in measuring - monitors:
            yield call.place
    for call in code.calls("metrics.store") if monitors else ():
        if call.last == "to_sql" and any(_TABLE_OF_METRICS.search(text) for text in call.texts()[:1]):
            yield call.place
    helpers: dict[str, Place] = {}
    for text in code.texts(_INSERTS_MEASURES, "insert") if monitors else ():
        helpers.setdefault(text.path, text.place)
    for text in code.texts(_INSERTS_TIMES, "insert") if code.calls("serve.route", "serve.app") else ():
        helpers.setdefault(text.path, text.place)
    for path, place in _inserts_of(repo, _TIME) if code.calls("serve.route", "serve.app") else ():
        helpers.setdefault(path, place)
    for call in _rows_with_times(code) if code.calls("serve.route", "serve.app") else ():
        helpers.setdefault(call.path, call.place)
    yield from (helpers[path] for path in sorted(helpers))


_MAPPERS = frozenset({"sqlalchemy", "sqlmodel", "peewee", "tortoise", "mongoengine", "beanie", "django"})


def _inserts_by_tables(module: PythonModule) -> bool:
    """Whether a module inserts rows by a table that is an object: https://docs.sqlalchemy.org/en/20/core/dml.html."""
    return any(item.root in _MAPPERS for item in module.imports) and any(call.last == "insert" for call in module.calls)


def _rows_with_times(code: Code) -> Iterator[Call]:
    """Calls that make a row of a mapped class with what a request took."""
    mapped: set[str] | None = None
    for module in code.modules:
        for call in module.calls:
            if not call.keywords or not any(map(_TIME.match, call.keywords)):
                continue
            if mapped is None:
                mapping = (item for item in code.modules if any(found.root in _MAPPERS for found in item.imports))
                mapped = {kind.name for item in mapping for kind in item.classes}
            if call.last in mapped and code.is_reached(call.path, call.scope):
                yield call


_TABLE_OF_METRICS = re.compile(r"(?i)metrics|drift|monitoring")
_TIME = re.compile(rf"(?i)^{_OF_A_REQUEST}$")


def _inserts_of(repo: Repository, column: re.Pattern[str]) -> Iterator[tuple[str, Place]]:
    """(path, place) of columns that functions name which put together the text of an insertion."""
    for module in repo.code.modules:
        scopes = {text.scope for text in module.texts if _INSERT.search(text.value)}
        for text in module.texts if scopes else ():
            if text.scope in scopes and column.match(text.value):
                yield module.path, text.place


def _tells(repo: Repository, call: Call) -> bool:
    """Whether the function of a call names a measure: where models are trained, other things are stored as well."""
    module = repo.code.module(call.path)
    return module is not None and any(
        text.scope == call.scope and _MEASURE_OR_METRICS.search(text.value) for text in module.texts
    )


_KEEPING_METHODS = frozenset(
    {
        "insert_one", "insert_many", "execute", "add", "to_sql", "put_item", "commit", "to_csv", "put_record",
        "put_object", "to_parquet", "save", "insert_rows_json", "insert_rows",
    }
)  # fmt: skip


_ANSWER = re.compile(r"(?i)predict|score|probabilit")
_ASKED = re.compile(r"(?i)predict|request|score|probabilit|input|payload")


def logged_predictions(repo: Repository) -> Iterator[Place]:
    """Serving code that writes predictions or requests down, and monitoring code that writes report files."""
    code = repo.code
    answering = {call.path for call in code.calls("serve.route", "serve.app")}
    serving = answering | {call.path for call in code.calls("model.predict")}
    training = {item.path for item in training_calls(code)}
    for call in sorted(code.calls("metrics.store", "data.write"), key=lambda call: _is_before_answer(code, call)):
        file = call.last in ("to_csv", "to_parquet", "save") and call.path not in answering
        file = file and not (
            call.keyword("mode") == "a" and code.reaches(call.path, call.scope, "model.predict", steps=1)
        )
        if call.path in serving - training and call.last in _KEEPING_METHODS and not file:
            yield call.place
    for module in code.modules:
        if module.path not in serving:
            continue
        for call in module.calls:
            if module.path in answering and _keeps_prediction(code, call):
                yield call.place
            if (
                call.last in ("info", "debug", "warning", "put_record", "writerow", "send", "produce")
                and call.scope
                and (
                    any(
                        (_ANSWER if call.last in ("debug", "warning") else _ASKED).search(text)
                        for other in module.calls
                        if other is call or (other.line == call.line and other.scope == call.scope)
                        for text in other.texts()
                        if _holds_value(other, text)
                    )
                    or call.last in ("put_record", "produce")
                )
                and not _is_no_answer(lines := written(repo, call.place))
                and not (_COUNTS.search(lines) and _is_before_answer(code, call))
            ):
                yield call.place
    reports = [call for call in code.calls("monitor.report") if call.last in _REPORTED]
    yield from (call.place for call in sorted(reports, key=lambda call: not call.last.startswith("save")))


_REPORTED = frozenset({"save_html", "save_json", "save", "get_html", "as_dict", "json", "dict"})


def _is_before_answer(code: Code, call: Call) -> bool:
    """Whether a model is asked only further down in the same function, so that what is written is no answer."""
    asked = [item.line for item in code.calls_in(call.path, call.scope) if "model.predict" in roles_of(item.name)]
    return bool(asked) and min(asked) > call.line


_WORKSPACE = re.compile(r"workspace/[0-9a-f-]{30,}/metadata\.json$")


def kept_workspaces(repo: Repository) -> Iterator[Place]:
    """Projects of Evidently workspaces that are committed."""
    return (Place(path, 1) for path in repo.paths if _WORKSPACE.search(path))


# How good a model is, as code that trains or evaluates tells it.
_TELLS_QUALITY = re.compile(rf"(?i)(?<![a-z]){_COLUMN}(?![a-z])|r²|\bbest\b|model (?:performance|score)|evaluation")
_OF_AN_ANSWER = re.compile(r"(?i)predicti|predicted|probab|forecast|response|request")


_ADDS = re.compile(r"(?i)(?:session|(?:^|\.)db)\.(?:add|add_all|merge)$")
_KEEPS_ONE = re.compile(
    r"(?i)^_?(?:log|record|store|save|write|persist)_(?:\w+_)?(?:predictions?|inference|scores?)(?:_|$)"
)
_A_PREDICTION = re.compile(r"(?i)predict|inference|scor(?:e|ing)")


def _keeps_prediction(code: Code, call: Call) -> bool:
    """Whether a prediction is kept: as a row of a database, by the class that is made there, or by a function of one's own."""
    if _KEEPS_ONE.search(call.last):
        return code.definition(call.name, call.path) is not None
    return bool(_ADDS.search(call.name)) and any(
        other.last[:1].isupper() and _A_PREDICTION.search(other.last) for other in code.calls_in(call.path, call.scope)
    )


_COUNTS = re.compile(r"\blen\(")
_TELLS_KIND = re.compile(r"\btype\(|\.(?:shape|dtypes?)\b")
_TELLS_FAILURE = re.compile(r"(?i)error|fail(?:ed|ure)|invalid|exception|could not|unable")


def _is_no_answer(lines: str) -> bool:
    """Whether a log tells how good a model is, what kind of thing an answer is, or what went wrong."""
    about_model = _TELLS_QUALITY.search(lines) and not _OF_AN_ANSWER.search(lines)
    return bool(about_model or _TELLS_KIND.search(lines) or _TELLS_FAILURE.search(lines))


_PREDICTED = re.compile(r"(?i)predict|scores?\b|probab|forecast|inference|\boutput|\bresults?\b|response")


_COUNTED = re.compile(r"(?i)\b\w*predict\w*_(?:metrics?|counts?|latency|durations?|requests?)\b")


def kept_predictions(repo: Repository) -> Iterator[Place]:
    """Where serving code writes down what it answered: the line speaks of a prediction, or its function makes one."""
    code = repo.code
    reports = {(call.path, call.line) for call in code.calls("monitor.report")}
    keeping = {(call.path, call.line): call for call in code.calls("metrics.store", "data.write")}
    for place in logged_predictions(repo):
        if (place.path, place.line) in reports:
            continue
        lines = written(repo, place)
        call = keeping.get((place.path, place.line))
        made = call and any("model.predict" in roles_of(item.name) for item in code.calls_in(call.path, call.scope))
        counted = _COUNTED.sub(" ", lines)
        if (made and counted == lines) or _PREDICTED.search(counted):
            yield place


def _holds_value(call: Call, text: str) -> bool:
    """Whether a message tells a value, and not only that a step was reached."""
    return "{}" in text or "%" in text or any(not isinstance(value, str) for value in call.args) or bool(call.keywords)


_KINDS = frozenset({"ServiceMonitor", "PodMonitor", "PodMonitoring", "ClusterPodMonitoring"})
_SERVES = frozenset({"InferenceService", "SeldonDeployment"})
_SWITCHES = ("serviceMonitor", "podMonitor")
_DEEP = 12


def collected_metrics(repo: Repository) -> Iterator[Place]:
    """The heads of such objects, and the lines of values that switch one on; not the defaults of a chart of one's own.

    Where the project serves nothing that could be measured, only those of charts of tools that its code uses.
    """
    routes = list(prediction_routes(repo))
    serves = bool(routes) and is_started(repo) and not model_is_lost(repo, routes)
    serves = serves or any(item.kind in _SERVES for item in repo.kubernetes)
    for item in repo.kubernetes if serves else ():
        if item.kind in _KINDS:
            yield item.place
    defaults = {posixpath.join(chart.folder, "values.yaml") for chart in repo.charts if not chart.dependencies}
    for path in repo.inventory.of(Kind.YAML):
        text = repo.text(path) or ""
        if path in defaults or not (serves or _is_of_used_tool(repo, path)):
            continue
        if any(switch in text for switch in _SWITCHES):
            for document in repo.of_file(path, read_yaml, text).documents:
                yield from (Place(path, line) for line in _switched_on(document))


def instrumented_starts(repo: Repository) -> Iterator[Place]:
    """Where an image or service starts under OpenTelemetry's agent, which exports metrics unless it is told not to.

    https://opentelemetry.io/docs/zero-code/python/configuration/
    """
    if not (list(prediction_routes(repo)) and is_started(repo)):
        return
    for source, items in invocations_by_source(repo):
        if isinstance(source, Dockerfile | ComposeService):
            for item in items:
                if item.argv[0] == "opentelemetry-instrument" and not _NO_METRICS.search(item.text):
                    yield item.origin


_NO_METRICS = re.compile(r"--metrics_exporter[= ]none\b")


def scraped_routes(repo: Repository) -> Iterator[Call]:
    """Routes of the project that a scrape job of Prometheus asks for by their path: metrics that are written out by hand."""
    wanted = {job.metrics_path for config in repo.monitoring for job in config.jobs}
    for call in repo.code.calls("serve.route") if wanted else ():
        if any(text in wanted for text in call.texts()[:1]):
            yield call


def _is_of_used_tool(repo: Repository, path: str) -> bool:
    words = posixpath.basename(path).replace("_", " ").replace(".", " ")
    return any(is_used(repo, tool) for _, tool in technologies_named(words))


def _switched_on(node: Node, depth: int = 0) -> Iterator[int]:
    if depth > _DEEP:
        return
    for key, _, value in node.items():
        if key in _SWITCHES:
            if value.get("enabled").text.lower() == "true":
                yield value.get("enabled").line
        elif value.kind == "mapping":
            yield from _switched_on(value, depth + 1)


def provisioned_copies(repo: Repository) -> Iterator[Place]:
    """Dashboards that are unchanged copies of public ones, and that a compose service of the project mounts."""
    copies = [path for path in repo.inventory.copies if kind_of(path) is Kind.JSON]
    mounted = {
        posixpath.normpath(posixpath.join(posixpath.dirname(service.path), volume.split(":", 1)[0]))
        for file in (repo.compose_files if copies else ())
        for service in file.services
        for volume in service.volumes
        if volume.startswith(".")
    }
    for path in copies:
        if (
            any(path.startswith(f"{folder}/") for folder in mounted)
            and sniff_json(repo.text(path) or "") == "dashboard"
        ):
            yield Place(path, 1)
