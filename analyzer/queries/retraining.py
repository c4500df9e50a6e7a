"""What starts training again: triggers behind a condition on drift or quality."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import PythonModule
from analyzer.findings import Place
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.ci_training import training_acts
from analyzer.queries.leading import module_reaches
from analyzer.queries.learning import training_calls
from analyzer.queries.monitors import WATCHED, drift_calls, monitor_modules
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["drift_triggers"]

_DRIFT_OR_RETRAIN = re.compile(r"(?i)drift|(?<!p)retrain")  # and not what is pretrained
_PRESSED = re.compile(r"(?i)button|clicked|pressed")
_API_TRIGGER = re.compile(r"/api/pipeline_schedules/[^/]+/api_trigger")


def _started_over_http(repo: Repository) -> Iterator[Place]:
    """Requests by which a block of Mage starts a pipeline of training, where a condition on drift stands before a block."""
    code = repo.code
    conditions = any(
        name.startswith("mage_ai.") and name.endswith(".condition") and WATCHED.search(f"{module.path} {function.name}")
        for module in code.modules
        for function in module.functions
        for name in function.decorators
    )
    for module in code.modules if conditions else ():
        if not any(_API_TRIGGER.search(text.value) for text in module.texts):
            continue
        for call in module.calls:
            if call.name == "requests.post" and re.search(r"(?i)train", f"{module.path} {call.scope}"):
                yield call.place


def _training_where_drifted(repo: Repository) -> Iterator[Place]:
    """Conditions on drift that leave a function before it trains."""
    last: dict[tuple[str, str], int] = {}
    for fit in training_calls(repo.code):
        last[fit.path, fit.scope] = max(fit.line, last.get((fit.path, fit.scope), 0))
    for module in repo.code.modules if last else ():
        for item in module.conditions:
            leaves = not {"return", "exit"}.isdisjoint(item.acts) and any(map(_DRIFTED.search, item.asked))
            if leaves and last.get((item.path, item.scope), 0) > item.line:
                yield item.place


_DRIFTED = re.compile(r"(?i)drift")
_STARTS_CI = re.compile(r"/trigger/pipeline\b|/dispatches\b|/api/v\d/pipeline\b")
"""Addresses at which GitLab, GitHub or CircleCI start a pipeline that somebody asks for."""


def _starts_of_ci(repo: Repository) -> frozenset[tuple[str, int]]:
    """(path, line) of requests that start a pipeline of CI, where CI trains."""
    if not any(True for _ in training_acts(repo)):
        return frozenset()
    code = repo.code
    asking = {(text.path, text.scope) for text in code.texts(_STARTS_CI, "pipeline", "dispatches")}
    return frozenset(
        (call.path, call.line) for path, scope in asking for call in code.calls_in(path, scope) if call.last == "post"
    )


@remembered
def drift_triggers(repo: Repository) -> Iterator[tuple[Place, bool]]:
    """(place, whether it truly starts training) of conditional starts of training in code that watches drift or quality."""
    code = repo.code
    watching = monitor_modules(repo)
    for call in code.calls("pipeline.trigger"):
        if call.conditional or call.path in watching or _asks_about_quality(code.module(call.path)):
            yield call.place, True
        elif _DRIFT_OR_RETRAIN.search(f"{call.path} {call.scope} {' '.join(call.texts())}"):
            # Blocks of one pipeline hand on by files; where drift is detected at all, a trigger so named follows it.
            yield call.place, any(True for _ in drift_calls(repo))
    yield from ((place, True) for place in _started_over_http(repo))
    for place in _training_where_drifted(repo):
        yield place, any(True for _ in training_acts(repo))
    of_ci = repo.once(_starts_of_ci)
    detecting = {call.path for call in drift_calls(repo)}
    for module in code.modules:
        for function in module.functions if module.path in detecting else ():
            if any(name.startswith("mage_ai.") and name.endswith(".condition") for name in function.decorators):
                yield function.head, True  # what comes behind the block runs where it says so
        watches = module.path in watching or any(
            _DRIFT_OR_RETRAIN.search(word) for item in module.conditions for word in item.asked
        )
        guarded = {
            (item.scope, act)
            for item in module.conditions
            if any(WATCHED.search(word) for word in item.asked)
            for act in item.acts
        }
        pressed = {
            (item.scope, act)
            for item in module.conditions
            if any(_PRESSED.search(word) for word in item.asked)
            for act in item.acts
        }
        for call in module.calls:
            if not call.conditional or not code.is_reached(call.path, call.scope):
                continue
            if (call.scope, call.last) in pressed:
                continue  # somebody has to press a button
            named = bool(
                re.search(
                    r"(?i)(?<!p)retrain|train_model|training_flow|trigger_train|train_flow|run_training|full_training|start_training",
                    call.name,
                )
            )
            looks = watches or bool(re.search(r"(?i)drift|(?<!p)retrain|degrad", call.scope))
            if not (looks or "monitor" in call.scope.lower() or (call.scope, call.last) in guarded):
                continue
            target = code.definition(call.name, call.path)
            starts = "model.fit" in roles_of(call.name) or bool(
                target
                and (
                    code.reaches(*target, "model.fit", steps=6)
                    or code.reaches(*target, "pipeline.trigger", steps=4)
                    or code.reaches(*target, "pipeline.flow", steps=3)
                    or (of_ci and code.comes_to(*target, of_ci, steps=6))
                )
            )
            if starts and target and (call.scope, call.last) in guarded:
                yield call.place, True
            elif named and looks:
                yield call.place, starts or bool(target and module_reaches(repo, target[0], "model.fit"))


def _asks_about_quality(module: PythonModule | None) -> bool:
    """Whether a condition of the module is about drift or quality."""
    return module is not None and any(WATCHED.search(word) for item in module.conditions for word in item.asked)
