"""The ground of questions on the four topics that the career guide names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call
from analyzer.findings import Place
from analyzer.interview.facts import Facts, Ground, at, code
from analyzer.queries.cloud import own_workloads, resources
from analyzer.queries.containers import packagings
from analyzer.queries.monitors import drift_triggers, logged_predictions
from analyzer.queries.serving import batch_scoring

__all__ = ["accuracy_drop", "retraining", "rollout", "versioning"]

_REGISTRY_URI = re.compile(r"^(?:models|runs):/|^(?:wandb|sagemaker|projects)[:/]|@|/(?:Production|Staging|latest)$")
_MODEL_FILE = re.compile(r"(?i)\.(?:pkl|pickle|joblib|bin|onnx|h5|keras|pt|pth|cbm|ubj|sav|model)$")
_TRAFFIC = re.compile(r"(?i)canaryTrafficPercent|\bcanary:|kind: Rollout|weight:\s*\d")


# -- system design with retraining ---------------------------------------------------------------------------


def retraining(facts: Facts) -> Iterator[Ground]:
    """What starts training, and what decides about its model."""
    gate, schedule = facts.met("ci.model-gate"), facts.schedule
    if schedule and gate:
        fields = {"schedule": at(schedule.place), "gate": at(gate), "test": facts.quote(gate)}
        yield Ground("retraining.gated", schedule.place, fields)
    for place, trains in drift_triggers(facts.repo):
        if trains:
            yield Ground("retraining.drift", place, {"trigger": at(place)})
            break
    if schedule:
        if facts.missing("ci.model-gate"):
            yield Ground("retraining.scheduled", schedule.place, {"schedule": at(schedule.place)})
        return
    flow, training = facts.met("e2e.pipeline"), facts.found("e2e.training")
    if flow and facts.missing("mon.retraining"):
        yield Ground("retraining.flow", flow, {"flow": at(flow)})
    if training:
        name = "retraining.notebook" if facts.trained_in_notebook else "retraining.script"
        yield Ground(name, training, {"training": at(training)})


# -- a sudden drop in accuracy -------------------------------------------------------------------------------


def accuracy_drop(facts: Facts) -> Iterator[Ground]:
    """What watches the model, or why nobody would notice."""
    drift, quality, metrics = facts.met("mon.drift"), facts.met("mon.model-performance"), facts.met("mon.metrics")
    if drift and quality:
        yield Ground("drop.watched", quality, {"drift": at(drift), "quality": at(quality)})
    elif quality:
        yield Ground("drop.quality", quality, {"quality": at(quality)})
    if drift:
        yield Ground("drop.drift", drift, {"drift": at(drift)})
    if metrics:
        for call in facts.repo.code.calls("metrics.export"):
            if call.texts() and (call.path, call.line) == (metrics.path, metrics.line):
                yield Ground("drop.metrics", metrics, {"metrics": at(metrics), "name": code(call.texts()[0])})
    for place in logged_predictions(facts.repo):
        if place.path in facts.serving_paths:
            yield Ground("drop.kept", place, {"kept": at(place)})
            break
    if facts.route and facts.missing("mon.metrics"):
        yield Ground("drop.served", facts.route.place, {"route": at(facts.route)})
    for call in _random_splits(facts):
        yield Ground("drop.split", call.place, {"split": at(call)})
        break
    training = facts.found("e2e.training")
    if training:
        yield Ground("drop.trained", training, {"training": at(training)})


def _random_splits(facts: Facts) -> Iterator[Call]:
    for world in (facts.repo.code, facts.repo.notebook_code):
        for call in world.calls("data.split"):
            if call.last == "train_test_split" and call.keyword("shuffle") is not False:
                yield call


# -- model versioning ----------------------------------------------------------------------------------------


def versioning(facts: Facts) -> Iterator[Ground]:
    """How a model gets its version, and whether what serves it asks for one."""
    registered = facts.met("e2e.model-registry")
    if registered and registered.path.endswith(".py"):
        yield from _registered(facts, registered)
    committed = next((path for path in facts.repo.paths if _MODEL_FILE.search(path) and _is_model(path)), "")
    if committed:
        yield Ground("version.committed", Place(committed, 1), {"file": code(committed)})
    dumps = facts.repo.code.calls("model.dump") or facts.repo.notebook_code.calls("model.dump")
    for call in dumps:
        source = _file(call)
        if source and not registered:
            yield Ground("version.overwritten", call.place, {"dump": at(call), "source": code(source)})
            break
    saved = facts.found("e2e.model-registry")
    if saved and not registered:
        yield Ground("version.saved", saved, {"dump": at(saved)})
    training = facts.found("e2e.training")
    if training and not saved:
        yield Ground("version.unsaved", training, {"training": at(training)})


def _registered(facts: Facts, registered: Place) -> Iterator[Ground]:
    fields = {"register": at(registered)}
    from_registry = [call for call in facts.loads if _asks_registry(call)]
    from_file = [call for call in facts.loads if _file(call)]
    if from_registry:
        load = from_registry[0]
        yield Ground("version.registry", load.place, fields | {"load": at(load)})
    elif from_file:
        load = from_file[0]
        yield Ground("version.two-sources", load.place, fields | {"load": at(load), "source": code(_file(load))})
    elif not any(_asks_registry(call) for call in facts.repo.code.calls("model.load", "registry.load")):
        yield Ground("version.registered", registered, fields)


def _asks_registry(call: Call) -> bool:
    return call.last.startswith(("get_latest_versions", "get_model_version", "search_")) or any(
        _REGISTRY_URI.search(text) for text in call.texts()
    )


def _file(call: Call) -> str:
    """The file that a call names, where its name is the same every time."""
    return next((text for text in call.texts() if _MODEL_FILE.search(text) and "{" not in text and "%" not in text), "")


def _is_model(path: str) -> bool:
    name = path.rsplit("/", 1)[-1].lower()
    return bool(re.search(r"(?i)model|clf|classif|regress|pipe|xgb|lgb|lin_reg|forest|weights|best", path)) or (
        not name.startswith((".", "data")) and name.endswith((".onnx", ".h5", ".keras", ".pt", ".pth", ".cbm"))
    )


# -- rollback and canary -------------------------------------------------------------------------------------


def rollout(facts: Facts) -> Iterator[Ground]:
    """How a new model reaches users, and how it is taken back."""
    repo = facts.repo
    for item in repo.kubernetes:
        if item.kind in ("Rollout", "VirtualService", "InferenceService") and _splits(facts, item.place):
            yield Ground("rollout.canary", item.place, {"canary": at(item)})
            break
    named = next((call for call in facts.loads if any(_REGISTRY_URI.search(text) for text in call.texts())), None)
    if named and facts.route:
        uri = next(text for text in named.texts() if _REGISTRY_URI.search(text))
        fields = {"load": at(named), "source": code(uri), "when": _when(facts, named)}
        yield Ground("rollout.alias", named.place, fields)
    for workload in own_workloads(repo):
        if workload.kind in ("Deployment", "StatefulSet"):
            yield Ground("rollout.kubernetes", workload.place, {"workload": at(workload)})
            break
    for packaging in packagings(repo):
        for copy in packaging.dockerfile.copies:
            if not copy.from_stage and any(_MODEL_FILE.search(name) for name in copy.sources):
                yield Ground("rollout.baked", copy.place, {"copy": at(copy)})
                break
    for resource, kind, _ in resources(repo):
        if kind in ("serving", "compute") and re.search(r"(?i)endpoint$|function|service$|app$|run", resource.type):
            yield Ground("rollout.cloud", resource.place, {"resource": at(resource)})
            break
    deploy = facts.met("ci.deploy")
    if deploy:
        yield Ground("rollout.ci", deploy, {"deploy": at(deploy)})
    if facts.route:
        yield Ground("rollout.route", facts.route.place, {"route": at(facts.route)})
    for call in batch_scoring(repo):
        if call.path not in {item.path for item in repo.code.calls("serve.route", "serve.ui")}:
            yield Ground("rollout.batch", call.place, {"scoring": at(call)})
            break
    saved = facts.found("e2e.model-registry")
    if saved and facts.missing("e2e.serving"):
        yield Ground("rollout.saved", saved, {"dump": at(saved)})


def _splits(facts: Facts, place: Place) -> bool:
    return bool(_TRAFFIC.search(facts.repo.text(place.path) or ""))


def _when(facts: Facts, call: Call) -> str:
    """When the model is loaded, where the code tells it."""
    if not call.scope:
        return " once, when the module is imported"
    module = facts.repo.code.module(call.path)
    function = module.function_at.get(call.scope) if module else None
    if function and any(item.decorates == function.name for item in facts.repo.code.calls("serve.route")):
        return " on each request"
    return ""
