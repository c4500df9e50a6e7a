"""Reads of raw data: which there are, which stand in a step of their own, and which in the code that trains."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call, Function
from analyzer.artifacts.python_values import Name
from analyzer.artifacts.yaml_reader import read_yaml
from analyzer.code import Code
from analyzer.findings import Place
from analyzer.queries.learning import function_of
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["comes_later", "data_reads", "is_scoring", "is_step", "raw_inputs", "serves", "trains_here"]

_LOCAL = re.compile(r"localhost|127\.0\.0\.1|0\.0\.0\.0|/predict|/health|/score|/infer")
_SCORING = re.compile(
    r"(?i)predict|scor(?:e|ing)\b|inference|serving|serve|monitor|drift|evidently|dashboard|streamlit"
)

_WATCHING = re.compile(r"(?i)monitor|drift|evidently|dashboard|streamlit")
# What may stand before the word that names the job of a folder: "05-model-monitoring", but not "house-price-prediction",
# which is called after the project and says nothing of its files.
_BEFORE = re.compile(r"(?i)^(?:\d+|batch|web|model|online|ml|src|[-_. ])*")


def is_scoring(path: str) -> bool:
    """Whether a module scores, serves or watches, by its name or a folder's."""
    return _speaks(path, _SCORING)


def _speaks(path: str, pattern: re.Pattern[str]) -> bool:
    *folders, name = path.split("/")
    return bool(pattern.search(name)) or any(pattern.match(_BEFORE.sub("", item)) for item in folders)


_GETS = re.compile(r"(?i)ingest|extract|download|fetch|raw|collect|scrape|\betl|data_?load|load_?data|get_?data")
_INGESTS = re.compile(r"(?i)load(?!_?model)|import|read|prepare|validat")
_LATER = re.compile(
    r"(?i)evaluat|(?:^|[_/])eval(?:[_./]|$)|metrics|report|tfrecord|gold|silver|reference|model|simulat"
)


def data_reads(code: Code) -> Iterator[Call]:
    """Reads of raw data, the pipeline's before those of scoring and monitoring; calls of the own API are none."""
    calls = [
        call
        for call in code.calls("data.download", "data.read")
        if not _asks_own_api(call) and not _BRINGS_MODEL.search(call.scope.rsplit(".", 1)[-1])
    ]
    yield from sorted(calls, key=lambda call: (is_scoring(call.path), serves(call.path), _rank(call)))


_BRINGS_MODEL = re.compile(
    r"(?i)^_?(?:down)?load_(?:from_)?(?:the_)?(?:\w+_)?(?:registry|models?|weights|checkpoints?)(?:_from_\w+)?$|^_?(?:fetch|get|pull)_(?:\w+_)?(?:model|weights)(?:_from_\w+)?$"
)
"""Functions that bring a model, by their name."""
_SERVES = re.compile(r"(?i)(?:^|/)(?:app|api|web|service|backend|frontend)(?:/|\.py$)")


def serves(path: str) -> bool:
    """Whether a module is part of what answers requests, by its folder: what it reads is asked once more for an answer."""
    return bool(_SERVES.search(path))


_AFTERWARDS = re.compile(
    r"(?i)evaluat|(?:^|[_/])eval(?:[_./]|$)|dummy|request|simulat|benchmark|(?:^|/)api/|(?:^|[/_])(?:api|app)\.py$"
)


def comes_later(path: str) -> bool:
    """Whether a module tries or asks a model, so that it may say nothing of how data come in or are prepared."""
    return is_scoring(path) or bool(_AFTERWARDS.search(path))


def _rank(call: Call) -> int:
    """How surely a read is of raw data, by the name of its module and function; 0 is surest."""
    named = f"{call.path.rsplit('/', 1)[-1]} {call.scope}"
    if _LATER.search(named):
        return 3
    return 0 if _GETS.search(named) else 1 if _INGESTS.search(named) else 2


def _asks_own_api(call: Call) -> bool:
    if call.root not in ("requests", "httpx", "urllib", "aiohttp"):
        return False
    return call.last in ("post", "put") or any(_LOCAL.search(text) for text in call.texts())


_RUNS_ALL = re.compile(r"(?:main|run|train|run_\w*(?:training|experiments?|pipeline)|train_model)$")


def trains_here(code: Code, call: Call, training: set[tuple[str, str]]) -> bool:
    """Whether a read stands in the function that trains or holds that one, or at module level or in main of its script."""
    if any(path == call.path and f"{scope}.".startswith(f"{call.scope}.") for path, scope in training if call.scope):
        return True
    if call.scope and not _RUNS_ALL.match(call.scope.rsplit(".", 1)[-1]):
        return False
    return any(path == call.path for path, _ in training)


_STREAMS = frozenset({"kafka", "confluent_kafka", "stomp", "websocket", "websockets", "paho"})


def is_step(code: Code, call: Call) -> bool:
    """Whether a read hands on what it reads: at module level, or in a function that returns, writes or is a task."""
    function = function_of(code, call)
    if function is None:
        return not is_scoring(call.path)
    if any("route" in name or name.endswith((".get", ".post")) for name in function.decorators):
        return False
    if (
        _speaks(call.path, _WATCHING)
        or _SCORING.search(function.name)
        or (is_scoring(call.path) and not re.search(r"(?i)load|read|fetch|ingest|data", function.name))
    ):
        return False
    if call.root in _STREAMS:
        return True  # what comes in is handed on as it comes
    writes = any(code.reaches(call.path, call.scope, role, steps=2) for role in ("data.write", "model.dump"))
    opens = (item for item in code.calls_in(call.path, call.scope) if item.name == "open" and len(item.args) > 1)
    writes = writes or any(isinstance(mode := item.args[1], str) and mode[:1] in ("w", "a", "x") for item in opens)
    return bool(function.returned) or writes or bool(function.decorators) or _is_given_to_operator(code, function)


def _is_given_to_operator(code: Code, function: Function) -> bool:
    """Whether an operator of a pipeline is given a function to call, so that it is a task."""
    module = code.module(function.path)
    given = (call.keyword("python_callable") for call in (module.calls if module else ()))
    return any(getattr(value, "dotted", "") == function.name for value in given)


# Where Kedro's catalog of data sets stands: https://docs.kedro.org/en/stable/catalog-data/data_catalog/
_CATALOG = re.compile(r"(?:^|/)conf/(?:[^/]+/)*(?:catalog[^/]*|catalog/.+)\.ya?ml$")


def raw_inputs(repo: Repository) -> Iterator[tuple[Call, Place]]:
    """Nodes of Kedro that are given a data set which no node makes, each with the line of the catalog that reads it.

    Kedro reads it from where the catalog says; a node that trains as well is no step of its own.
    """
    nodes = [call for call in repo.code.calls("pipeline.step") if call.root == "kedro" and not call.decorates]
    declared = _declared(repo) if nodes else {}
    made = {name for node in nodes for name in _data_sets(repo, node, "outputs", 2)} if declared else set()
    for node in nodes if declared else ():
        if is_scoring(node.path) or _WATCHING.search(node.path):
            continue
        function = node.keyword("func") or (node.args[0] if node.args else None)
        target = repo.code.definition(function.dotted, node.path) if isinstance(function, Name) else None
        if target and repo.code.reaches(*target, "model.fit", steps=1):
            continue
        for name in _data_sets(repo, node, "inputs", 1):
            if name in declared and name not in made:
                yield node, declared[name]


def _data_sets(repo: Repository, node: Call, keyword: str, position: int) -> tuple[str, ...]:
    """The names of the data sets that a node takes or makes: one, a list, or a mapping, whose keys may come along."""
    value = node.keyword(keyword) if node.has_keyword(keyword) else None
    if value is None and position < len(node.args):
        value = node.args[position]
    if isinstance(value, Name) and value.dotted == "dict":
        mappings = _mappings(repo, node.path)
        lines = range(node.line, node.end_line + 1)
        return tuple(text for line in lines for call in mappings.get(line, ()) for text in call.texts())
    if isinstance(value, tuple):
        return tuple(item for item in value if isinstance(item, str))
    return (value,) if isinstance(value, str) else ()


@remembered
def _mappings(repo: Repository, path: str) -> dict[int, list[Call]]:
    """The mappings that a module makes by calling ``dict``, by their lines."""
    found: dict[int, list[Call]] = {}
    module = repo.code.module(path)
    for call in module.calls if module else ():
        if call.name == "dict":
            found.setdefault(call.line, []).append(call)
    return found


def _declared(repo: Repository) -> dict[str, Place]:
    """The data sets that catalogs declare, each with its line."""
    return {
        name: Place(path, line)
        for path in repo.paths
        if _CATALOG.search(path)
        for document in read_yaml(repo.text(path) or "").documents
        for name, line, _ in document.items()
    }
