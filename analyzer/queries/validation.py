"""Checks of data: with consequence, without, and of requests alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.artifacts.python_source import Call, Function
from analyzer.code import Code
from analyzer.findings import Place
from analyzer.inventory import Kind
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.commands import all_invocations
from analyzer.queries.decisions import asking, deciders
from analyzer.queries.ingestion import comes_later
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["checked_with_consequence", "computed_without", "guards", "request_schemas"]

_RAISES_ITSELF = re.compile(
    r"^(?:pandera|jsonschema|cerberus|voluptuous|frictionless|pandas_schema)\b.*(?:validate|check_types|check_input|check_output|check_io)$"
)
_FRAMEWORKS = (
    "great_expectations",
    "evidently",
    "deepchecks",
    "tensorflow_data_validation",
    "soda",
    "whylogs",
    "pandera",
    "giskard",
)
_HAVE_FRAMES = frozenset({"pandas", "polars", "pyspark", "numpy", "dask", "pyarrow", "datasets"})
_INSPECTS = frozenset(
    [
        "isna",
        "isnull",
        "notna",
        "notnull",
        "duplicated",
        "between",
        "isin",
        "issubset",
        "issuperset",
        "is_unique",
        "difference",
        "isfinite",
        "isnan",
        "select_dtypes",
        "is_numeric_dtype",
        "is_datetime64_any_dtype",
        "nunique",
    ]
)
_OWN = re.compile(
    r"(?i)^_?(?:validate|check|verify|ensure|assert|inspect|find)_?(?:\w*_)?(?:data|schema|columns?|raw|df|dataset|dataframe|frame|quality|features?|missing|nulls?|ranges?|integrity|records?|batch|rows?|problems|input|table)"
    r"|^_?(?:data|schema|quality)_?\w*(?:valid|check)|^_?(?:validate|check|problems)$|^_?validate_\w+$"
)
_NAMES_DATA = re.compile(r"(?i)data|schema|columns?|raw|frame|records?|batch|rows?")
_NOT_DATA = re.compile(
    r"(?i)drift|model|config|args|token|key|env|path|file_exists|url|password|user|health|predict|request|payload|credential|connection|bucket|metrics?$|metric_|response|status|server|service|setup|setting|param|size|project|docker|table_exists|api|identifier|_stage|lineage"
)
# Modules that check settings, machines or texts, by their path.
_OF_OTHERS = re.compile(r"(?i)config|settings|deploy|(?:^|/)(?:infra\w*|agents?|reports?)/")
_OF_MODELS = frozenset({"model.predict", "model.evaluate"})
_STOPS = re.compile(r"^(?:raise|exit|_exit|abort|quit|return)$")


@remembered
def checked_with_consequence(repo: Repository) -> Iterator[Place]:
    """Places where a failed check of data raises, ends the run or decides a branch."""
    code = repo.code
    for call in _framework_checks(code):
        if _RAISES_ITSELF.match(call.name) and not _of_requests(repo, call.path) and not _OF_OTHERS.search(call.path):
            yield call.place
    for item in code.classes:
        if any(base.startswith("pandera.") for base in item.bases) and _named_elsewhere(repo, item.name):
            yield item.place
    for call in _framework_checks(code):
        if call.root in _FRAMEWORKS and _has_consequence(repo, call):
            yield call.place
    yield from _block_tests(repo)
    yield from _dbt_tests(repo)
    checks = [function for function in code.functions if _checks_data(repo, function)]
    for function in checks:
        if function.stops:
            yield _where_it_stops(repo, function)
        elif _told_by_a_file(repo) and not _WRITES.isdisjoint(
            call.last for call in code.calls_in(function.path, function.qualname)
        ):
            yield function.head
    for function in code.functions:
        if any(name.startswith(("dagster.asset_check", "pandera")) for name in function.decorators):
            yield function.head
    yield from (place for place, several in _stops_at(repo) if several)
    handed_on = _handed_on(code, checks)
    for condition in code.conditions if handed_on else ():
        if not handed_on.isdisjoint(condition.asked) and any(map(_STOPS.search, condition.acts)):
            yield Place(condition.path, condition.line)
    names = deciders(code, lambda function: _checks_data(repo, function) and function.answers)
    for condition, function in asking(code, names, _STOPS, joined=True):
        del condition
        yield function.head


def _handed_on(code: Code, checks: Sequence[Function]) -> frozenset[str]:
    """The names under which what checks found is handed on to the next step, by them or by who calls them beside."""
    names = {(function.path, function.name) for function in checks}
    paths = {function.path for function in checks}
    found: set[str] = set()
    for function in code.functions:
        calls = code.calls_in(function.path, function.qualname) if function.path in paths else ()
        if (function.path, function.name) in names or any((function.path, call.last) in names for call in calls):
            found.update(word for call in calls for word in call.keywords or () if _VERDICT.search(word))
    return frozenset(found)


@remembered
def _told_by_a_file(repo: Repository) -> bool:
    """Whether a step reads the outcome of a check from a file and branches on it, as stages that run by themselves do."""
    return any(
        _STATUS_FILE.search(text.value)
        and any(_VERDICT.search(word) for item in module.conditions for word in item.asked)
        for module in repo.code.modules
        for text in module.texts
    )


_WRITES = frozenset({"open", "write", "write_text", "dump"})
_STATUS_FILE = re.compile(
    r"(?i)valid\w{0,40}/\w{0,40}status\w{0,40}\.\w{1,8}$|(?:^|/)valid\w{0,40}status\w{0,40}\.\w{1,8}$"
)

# Suites and tests of how good a model is, which come from the same packages.
_OF_A_MODEL = re.compile(r"Regression|Classification|NoTarget|Performance|model_evaluation")


def _framework_checks(code: Code) -> Iterator[Call]:
    return (call for call in code.calls("validate.data") if not _OF_A_MODEL.search(call.name))


def _where_it_stops(repo: Repository, function: Function) -> Place:
    """The first condition about the data that ends the run, or the head of the function where none is surely one."""
    module = repo.code.module(function.path)
    asked = (
        item.line
        for item in (module.conditions if module else ())
        if item.scope == function.qualname
        and "raise" in item.acts
        and any(item.line < stop <= item.line + _LONGEST_BRANCH for stop in function.stops)
        and any(word in _ASKS_DATA_WORDS or _LACKING.match(word) for word in item.asked)
    )
    line = next(asked, 0)
    return Place(function.path, line) if line else function.head


_LONGEST_BRANCH = 4  # lines between a condition and what it stops by
_ASKS_VALUES = frozenset({"isin", "duplicated", "between"})
_ASKS_FRAME = _ASKS_VALUES | {"columns", "dtypes", "isna", "isnull", "notna", "notnull"}
_ASSERTS_FRAME = re.compile(r"\.(?:columns|dtypes|isin|isna|isnull|notna|notnull|duplicated|between)\b")
_ASSERTS_VALUES = re.compile(r"\.(?:isin|duplicated|between)\b|\b(?:all|set)\(.*\.columns\b")
_LONGEST_LINE = 400  # of an assertion that somebody wrote
_ASKS_DATA_WORDS = _INSPECTS | _ASKS_FRAME
_LACKING = re.compile(r"(?i)^missing(?:_\w*)?(?:col|feature|field)\w*$|^missing$")


@remembered
def _stops_at(repo: Repository) -> Iterator[tuple[Place, bool]]:
    """(line, whether it asks for several columns or for values) of what ends the run in ingestion, preparation or training."""
    for module in repo.code.modules:
        if comes_later(module.path) or _of_requests(repo, module.path) or _OF_OTHERS.search(module.path):
            continue
        if not {item.root for item in module.imports} & _HAVE_FRAMES:
            continue
        for item in module.conditions:
            stops = any(_STOPS.search(act) and act != "return" for act in item.acts)
            several = not _ASKS_VALUES.isdisjoint(item.asked) or any(_LACKING.match(word) for word in item.asked)
            if stops and (several or not _ASKS_FRAME.isdisjoint(item.asked)):
                function = module.function_at.get(item.scope)
                if repo.code.is_reached(module.path, item.scope) and not (function and _NOT_DATA.search(function.name)):
                    yield Place(module.path, item.line), several
        for function in module.functions:
            asserted = [(line, repo.line(Place(module.path, line))[:_LONGEST_LINE]) for line in function.checks]
            found = [(line, text) for line, text in asserted if _ASSERTS_FRAME.search(text)]
            if found and repo.code.is_reached(module.path, function.qualname) and not _NOT_DATA.search(function.name):
                yield from ((Place(module.path, line), bool(_ASSERTS_VALUES.search(text))) for line, text in found)


def guards(repo: Repository) -> Iterator[Place]:
    """Lines that end the run where a column or a value is lacking, and ask nothing else of the data."""
    yield from (place for place, several in _stops_at(repo) if not several)


_RUNS_DBT = re.compile(r"\bdbt\s+(?:build|test)\b")
_DBT_TESTS = re.compile(r"(?m)^[ \t]+(?:- )?(?:data_)?tests:[ \t]*$")


def _dbt_tests(repo: Repository) -> Iterator[Place]:
    """Tests of the data of dbt models, where something runs them: a failed one fails the build.

    Source: https://docs.getdbt.com/docs/build/data-tests
    """
    if not repo.index.has_file("dbt_project.yml"):
        return
    told = any(True for _ in repo.code.texts(_RUNS_DBT, "dbt")) or any(
        _RUNS_DBT.search(item.text) for item in all_invocations(repo)
    )
    for path in repo.inventory.of(Kind.YAML) if told else ():
        text = repo.text(path) or ""
        match = _DBT_TESTS.search(text) if "\nmodels:" in text or text.startswith("models:") else None
        if match:
            yield Place(path, text.count("\n", 0, match.start()) + 1)
            return


def _block_tests(repo: Repository) -> Iterator[Place]:
    """Tests of Mage blocks that ask more than whether there is an output; a failed one fails the block."""
    for module in repo.code.modules:
        if not any(item.root == "mage_ai" for item in module.imports):
            continue
        for function in module.functions:
            if any(name.rsplit(".", 1)[-1] == "test" for name in function.decorators):
                places = [Place(module.path, line) for line in function.checks]
                yield from (place for place in places if "is not None" not in repo.line(place))


def _of_requests(repo: Repository, path: str) -> bool:
    return any(call.path == path for call in repo.code.calls("serve.route"))


def _named_elsewhere(repo: Repository, name: str) -> bool:
    return any(name in names for module in repo.code.modules for names in module.names_in.values())


def _has_consequence(repo: Repository, call: Call) -> bool:
    """Whether the function, or one that calls it, raises, ends the program or branches on the outcome."""
    code = repo.code
    module = code.module(call.path)
    function = module.function_at.get(call.scope) if module else None
    if function and any(line > call.line for line in (*function.stops, *function.checks)):
        return True
    name = call.scope.rsplit(".", 1)[-1]
    if not name:
        return bool(module and (module.checks or any(item.name in ("sys.exit", "exit") for item in module.calls)))
    return any(
        caller.stops and any(inner.last == name for inner in code.calls_in(caller.path, caller.qualname))
        for caller in code.functions
    )


@remembered
def _checks_data(repo: Repository, function: Function) -> bool:
    """A function of the project's own that inspects data: by its name, or by what it asks of a frame before it stops."""
    if function.statements < 2 or _of_requests(repo, function.path) or function.name.startswith("test"):
        return False
    if _NOT_DATA.search(function.name) or _OF_OTHERS.search(function.path):
        return False
    calls = repo.code.calls_in(function.path, function.qualname)
    if any(_OF_MODELS & roles_of(call.name) for call in calls):
        return False  # ``validate`` is also what a model goes through
    inspected = {call.last for call in calls} & _INSPECTS
    named = bool(_OWN.search(function.name))
    module = repo.code.module(function.path)
    conditions = [item for item in module.conditions if item.scope == function.qualname] if module else []
    stopping = [
        item
        for item in conditions
        if any(_STOPS.search(act) for act in item.acts if act != "return") or "append" in item.acts
    ]
    asked = {word for item in stopping for word in item.asked}
    about_data = bool(
        asked & (_INSPECTS | {"columns", "empty", "dtypes", "shape", "any", "all", "sum", "mean", "missing", "null"})
    )
    frames = module is not None and bool({item.root for item in module.imports} & _HAVE_FRAMES)
    if named and frames and conditions and any(_VERDICT.search(name) for name in function.returned):
        return True
    used = module.names_in.get(function.qualname, frozenset()) if module else frozenset()
    if named and frames and function.answers and used & _SHAPES:
        return True
    if named and frames and (stopping or function.stops or inspected):
        return bool(stopping or function.stops or len(inspected) >= 2)
    if named and (len(stopping) >= 2 or (stopping and function.stops and _NAMES_DATA.search(function.name))):
        return True
    return len(stopping) >= 2 and about_data and len(inspected) >= 1 and bool(function.stops or function.answers)


_SHAPES = frozenset({"columns", "dtypes", "shape"})
"""What a frame is asked for by a check that only answers."""
_VERDICT = re.compile(r"(?i)valid|status|passed")
"""What a check of data gives to who asks for it."""

# Metrics and presets of the data; that of a single column is most often the one that is predicted.
_LOOKS_AT_DATA = re.compile(
    r"DataQuality|DataSummary|DataStability|DatasetSummary|ColumnSummary|MissingValue|Duplicated|OutOfRange|OutRange|OutOfList|Data(?:set)?Drift|DriftedColumns"
)


# Tests of what data have to be like, not of a function that renames or converts columns.
_ASKS_DATA = re.compile(
    r"(?i)schema|data_quality|data_valid|(?:expect|requir|miss|has|have|valid|check|correct|contain)[a-z]*_(?:\w*_)?columns|columns_(?:\w*_)?(?:exist|present|match|type|expect|valid)"
)


@remembered
def computed_without(repo: Repository) -> Iterator[Place]:
    """Checks whose outcome nothing uses."""
    code = repo.code
    yield from (call.place for call in _framework_checks(code))
    for function in code.functions:
        if _OWN.search(function.name) and not _NOT_DATA.search(function.name) and _checks_data(repo, function):
            yield function.head
    for call in code.calls("monitor.report"):
        if _LOOKS_AT_DATA.search(call.name):
            yield call.place
    for test in repo.tests.modules:
        for function in test.functions:
            if function.checks and _ASKS_DATA.search(function.name):
                yield function.head


def request_schemas(repo: Repository) -> Iterator[Place]:
    """Schemas of the API's requests."""
    for item in repo.code.classes if _takes_requests(repo) else ():
        if (
            item.fields
            and any(
                base.endswith((".BaseModel", "marshmallow.Schema", ".SQLModel", "ninja.Schema")) for base in item.bases
            )
        ) or any(base == "marshmallow.Schema" for base in item.bases):
            yield item.place
    for call in _payload_checks(repo):
        yield call.place


def _takes_requests(repo: Repository) -> bool:
    """Whether something here answers requests: an application, or a function that a platform calls."""
    handled = (function.name in _HANDLERS for function in repo.code.functions)
    return repo.code.has("serve.app", "serve.route", "serve.platform") or any(handled)


_HANDLERS = frozenset({"lambda_handler", "handler", "handle", "predict_fn", "input_fn", "predict", "inference"})


def _payload_checks(repo: Repository) -> Iterator[Call]:
    """Validation of a payload by a schema of the platform's own."""
    for module in repo.code.modules:
        yield from (
            call
            for call in module.calls
            if call.name in ("aws_lambda_powertools.utilities.validation.validate", "jsonschema.validate")
        )
