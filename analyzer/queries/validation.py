"""Checks of data: with consequence, without, and of requests alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Function
from analyzer.findings import Place
from analyzer.repository import Repository

__all__ = ["checked_with_consequence", "computed_without", "request_schemas"]

_STOPPING = re.compile(r"^(?:pandera\.|jsonschema\.|cerberus\.|voluptuous\.|frictionless\.|pandas_schema\.)")
_RAISING = re.compile(r"pandera\..*(?:validate|check_types|check_input|check_output|check_io|DataFrameModel|SchemaModel)|\.validate$")
_OWN = re.compile(
    r"(?i)^_?(?:validate|check|verify|ensure|assert|test)_?(?:\w*_)?(?:data|schema|columns?|input_data|raw|df|dataset|dataframe|frame|quality|features?|missing|nulls?|ranges?|integrity|records?)"
    r"|^_?(?:data|schema|quality)_?\w*(?:valid|check)|^_?validate(?:_\w+)?$"
)
_NOT_DATA = re.compile(r"(?i)drift|model|config|args|token|key|env|path|file_exists|url|password|user|health|prediction|request|payload|image_size|credential|connection|bucket|metrics?$")
_GUARDS = re.compile(r"raise|exit|return|abort")


def checked_with_consequence(repo: Repository) -> Iterator[Place]:
    """Places where a failed check of data raises, ends the run or decides a branch."""
    code = repo.code
    for call in code.calls("validate.data"):
        if _STOPPING.match(call.name) and (_RAISING.search(call.name) or call.decorates) and not _of_requests(repo, call.path):
            yield call.place
    for item in code.classes:
        if any(base.startswith("pandera.") for base in item.bases) and _named_elsewhere(repo, item.name):
            yield item.place
    for call in code.calls("validate.data"):
        if call.root in ("great_expectations", "evidently", "deepchecks", "tensorflow_data_validation", "soda", "whylogs") or ".expect_" in call.name:
            if _has_consequence(repo, call.path, call.scope):
                yield call.place
    for function in code.functions:
        if _is_own_check(repo, function):
            yield function.head
    for file in repo.dvc_files:
        for stage in file.stages:
            if re.search(r"(?i)validat|expectation|pandera", f"{stage.name} {stage.command}"):
                if any(repo.code.has("validate.data") for _ in (0,)):
                    yield stage.place


def _of_requests(repo: Repository, path: str) -> bool:
    return any(call.path == path for call in repo.code.calls("serve.route"))


def _named_elsewhere(repo: Repository, name: str) -> bool:
    return any(name in names for module in repo.code.modules for names in module.names_in.values())


def _has_consequence(repo: Repository, path: str, scope: str) -> bool:
    """Whether the function, or one that calls it, raises, ends the program or branches on the outcome."""
    code = repo.code
    module = code.module(path)
    function = module.function_at.get(scope) if module else None
    if function and (function.stops or function.checks):
        return True
    name = scope.rsplit(".", 1)[-1]
    if not name:
        return bool(module and module.checks)
    for caller in code.functions:
        if caller.stops and any(call.last == name for call in code.calls_in(caller.path, caller.qualname)):
            return True
    return False


def _is_own_check(repo: Repository, function: Function) -> bool:
    """A function of the project's own that checks data and stops; not of requests, models or settings."""
    if not _OWN.search(function.name) or _NOT_DATA.search(function.name) or function.statements < 2:
        return False
    if not (function.stops or (function.checks and "test" not in function.name)):
        return False
    module = repo.code.module(function.path)
    frames = module is not None and {item.root for item in module.imports} & {"pandas", "polars", "pyspark", "numpy", "dask", "pyarrow", "datasets"}
    return bool(frames) and not _of_requests(repo, function.path)


def computed_without(repo: Repository) -> Iterator[Place]:
    """Checks whose outcome nothing uses."""
    code = repo.code
    yield from (call.place for call in code.calls("validate.data"))
    for function in code.functions:
        if _OWN.search(function.name) and not _NOT_DATA.search(function.name) and function.statements >= 2:
            yield function.head
    for test in repo.tests.modules:
        for function in test.functions:
            if function.checks and re.search(r"(?i)columns|schema|missing|nulls?|data_quality|data_valid", function.name):
                yield function.head
    for call in code.calls("monitor.report"):
        if re.search(r"DataQuality|DataSummary|MissingValues|DataStability|DataDriftPreset", call.name):
            yield call.place


def request_schemas(repo: Repository) -> Iterator[Place]:
    """Schemas of the API's requests."""
    for item in repo.code.classes:
        if any(base in ("pydantic.BaseModel", "marshmallow.Schema", "sqlmodel.SQLModel", "ninja.Schema") for base in item.bases) and item.fields:
            yield item.place
