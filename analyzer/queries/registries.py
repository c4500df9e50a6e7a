"""Registries of models: those of libraries, those that a project keeps itself, and versions that point at nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call, Function
from analyzer.code import Code
from analyzer.repository import Repository

__all__ = ["logs_no_model", "names_model", "only_moves", "own_registry", "registrations"]

_STAGES = ("production", "staging", "latest")
"""Versions by which a declaration of a model asks for one that is there."""


def names_model(call: Call) -> bool:
    """Whether a call that keeps a model registers it: under a name that it gives, of whatever value."""
    return call.has_keyword("registered_model_name") or call.has_keyword("register_model_name")


def registrations(code: Code) -> list[Call]:
    """The calls that register a model or move its versions."""
    found = [*code.calls("registry.register", "registry.method")]
    for module in code.modules:
        for call in module.calls:
            named = names_model(call)
            if not named and call.last == "log_artifact" and (call.root == "wandb" or "WandbLogger" in call.name):
                named = call.has_keyword("aliases") or any(map(_is_of_model, module.calls))
            if named and code.is_reached(call.path, call.scope):
                found.append(call)
    found = [call for call in found if call.last != "Model" or call.keyword("version") not in _STAGES]
    # What makes a version comes before what moves one, and a declaration of a model with its name behind both.
    return sorted(found, key=lambda call: (call.last == "Model", call.last in _MOVES, call.path, call.line))


def _is_of_model(call: Call) -> bool:
    """Whether an artifact of W&B is one of a model: ``Artifact(name, type)``."""
    return call.keyword("type") == "model" or (call.last == "Artifact" and call.args[1:2] == ("model",))


_BY_ADDRESS = frozenset({"register_model", "create_model_version", "create_registered_model"})
_MOVES = frozenset({"transition_model_version_stage", "set_registered_model_alias"})


def logs_no_model(repo: Repository, registered: list[Call]) -> bool:
    """Whether versions are made by the address of a run alone, and no code logs a model to one."""
    if any(call.root != "mlflow" or call.last not in _BY_ADDRESS | _MOVES for call in registered):
        return False
    if any(repo.code.calls("track.model")) or any(repo.notebook_code.calls("track.model")):
        return False
    modules = (*repo.modules, *(item.module for item in repo.notebooks))
    if any(item.root in _LOG_BY_THEMSELVES for module in modules for item in module.imports):
        return False
    calls = [call for module in modules for call in module.calls]
    return not (
        any(call.last == "log_model" for call in calls)
        or any(call.last == "save_model" and call.root == "mlflow" for call in calls)
        or any(call.last == "autolog" and call.keyword("disable") is not True for call in calls)
    )


def only_moves(repo: Repository, registered: list[Call]) -> bool:
    """Whether code gives stages or aliases to versions, and neither code nor a notebook makes any."""
    return all(call.last in _MOVES for call in registered + registrations(repo.notebook_code))


_LOG_BY_THEMSELVES = frozenset(
    {"ultralytics", "transformers", "lightning", "pytorch_lightning", "kedro_mlflow", "optuna_integration"}
)
"""Libraries that log what they train where MLflow is installed or a logger is given."""


# What a project calls its own functions that record a version of a model, and those that find one again.
_RECORDS = re.compile(
    r"(?i)^_?(?:register_\w*(?:model|version|bundle)\w*|(?:save|add|create|new|record|write|insert)_\w*version\w*|"
    r"set_\w*(?:alias|active|production|stage|champion)\w*|promote\w*|activate\w*|sync_\w*registry\w*|"
    r"(?:update|save|write|append)_\w*(?:registry|manifest)\w*)$"
)
_FINDS = re.compile(
    r"(?i)^_?(?:(?:get|load|resolve|read|fetch|find)_\w*(?:active|production|alias|champion|registry|model_version|manifest)\w*|"
    r"roll_?back_\w+|list_\w*versions?|(?:active|current|latest)_\w*version\w*)$"
)
_WRITES_TABLE = re.compile(r"(?is)\b(?:insert\s+into|update)\s+\S*(?:model_?versions?|model_?registry|model_?info)\b")


def own_registry(repo: Repository) -> tuple[Function, ...]:
    """The functions by which the project records a version of a model and finds it again; none without both."""
    recording = next(_named(repo, _RECORDS), None)
    finding = next(_named(repo, _FINDS), None)
    if recording and (finding or any(repo.code.texts(_WRITES_TABLE, "insert", "update"))):
        return (recording, finding) if finding else (recording,)
    return ()


def _named(repo: Repository, names: re.Pattern[str]) -> Iterator[Function]:
    code = repo.code
    for function in code.functions:
        if not function.stub and names.match(function.name) and code.is_reached(function.path, function.qualname):
            yield function
