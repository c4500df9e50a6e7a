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
from analyzer.queries.schedules import module_reaches
from analyzer.queries.serving import batch_scoring

__all__ = ["accuracy_drop", "retraining", "rollout", "versioning"]

_REGISTRY_URI = re.compile(r"^(?:models|runs):/|^(?:wandb|sagemaker|projects)[:/]|@|/(?:Production|Staging|latest)$")
_METRIC_NAME = re.compile(r"[a-z][a-z0-9]*(?:[_.:][a-z0-9]+)+")
_MOST_FLOWS = 5
_MODEL_FILE = re.compile(r"(?i)\.(?:pkl|pickle|joblib|bin|onnx|h5|keras|pt|pth|cbm|ubj|sav|model)$")
_SERVES = re.compile(r"(?i)serv|api|predict|infer|model|app\b|web")
_TRAFFIC = re.compile(r"canaryTrafficPercent|setWeight|\b(?:Canary|Linear)\d+Percent|routing_config|\bcanary:")


# -- system design with retraining ---------------------------------------------------------------------------


def retraining(facts: Facts) -> Iterator[Ground]:
    """What starts training, and what decides about its model."""
    gate, schedule = facts.met("ci.model-gate"), facts.schedule
    if schedule and gate:
        fields = {**_started(facts, schedule.place), "gate": at(gate)}
        yield Ground("retraining.gated", schedule.place, fields)
    for place, trains in drift_triggers(facts.repo) if facts.found("mon.retraining") else ():
        if trains:
            yield Ground("retraining.drift", place, {"trigger": at(place)})
            break
    if schedule:
        if facts.missing("ci.model-gate"):
            yield Ground("retraining.scheduled", schedule.place, _started(facts, schedule.place))
        return
    flow, training = _training_flow(facts), facts.found("e2e.training")
    if flow and facts.missing("mon.retraining"):
        yield Ground("retraining.flow", flow, {"flow": at(flow)})
    if training:
        name = "retraining.notebook" if facts.trained_in_notebook else "retraining.script"
        model = facts.model[:1].upper() + facts.model[1:] if facts.trained_in_notebook else facts.model
        yield Ground(name, training, {"training": at(training), "model": model})


def _training_flow(facts: Facts) -> Place | None:
    """The orchestrated flow; one that comes to training before others."""
    places = facts.places("e2e.pipeline") if facts.met("e2e.pipeline") else ()
    training = facts.found("e2e.training")

    same = next((place for place in places if training and place.path == training.path), None)
    reaching = (place for place in places[:_MOST_FLOWS] if module_reaches(facts.repo, place.path, "model.fit"))
    return same or next(reaching, places[0] if places else None)


_RHYTHM = re.compile(r"(?i)cron|rate\(|interval|schedule|@(?:hourly|daily|weekly|monthly)")


def _started(facts: Facts, place: Place) -> dict[str, str]:
    return {"schedule": at(place), "how": _how(facts, place)}


def _how(facts: Facts, place: Place) -> str:
    """The rhythm of a schedule as it is written, where its lines tell it."""
    for number in range(place.line, min(max(place.last, place.line + 4), place.line + 12) + 1):
        text = facts.repo.line(Place(place.path, number)).strip()
        if _RHYTHM.search(text) and len(text) <= 60 and re.search(r"\d|@", text):
            return f" ({code(text.rstrip(',').removeprefix('- '))})"
    return ""


# -- a sudden drop in accuracy -------------------------------------------------------------------------------


def accuracy_drop(facts: Facts) -> Iterator[Ground]:
    """What watches the model, or why nobody would notice."""
    drift, quality, metrics = facts.met("mon.drift"), facts.met("mon.model-performance"), facts.met("mon.metrics")
    if drift and quality:
        yield Ground("drop.watched", quality, {"drift": at(drift), "quality": at(quality)})
    elif quality:
        yield Ground("drop.quality", quality, {"quality": at(quality)})
    if drift:
        yield Ground("drop.drift", drift, {"drift": at(drift), "line": facts.quote(drift)})
    if metrics:
        for call in facts.repo.code.calls("metrics.export"):
            if (call.path, call.line) == (metrics.path, metrics.line):
                name = next((text for text in call.texts() if _METRIC_NAME.fullmatch(text)), "")
                named = code(name) if name else "numbers of the running system"
                yield Ground("drop.metrics", metrics, {"metrics": at(metrics), "name": named})
                break
    for place in logged_predictions(facts.repo):
        if place.path in facts.serving_paths:
            yield Ground("drop.kept", place, {"kept": at(place)})
            break
    if facts.route and facts.missing("mon.metrics"):
        yield Ground("drop.served", facts.route.place, {"route": at(facts.route)})
    for call in _random_splits(facts):
        yield Ground("drop.split", call.place, {"split": at(call), "line": facts.quote(call.place)})
        break
    training = facts.found("e2e.training")
    if training:
        yield Ground("drop.trained", training, {"training": at(training), "model": facts.model})


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
    elif registered:
        yield Ground("version.tracked", registered, {"track": at(registered)})
    committed = next((path for path in facts.repo.paths if _MODEL_FILE.search(path) and _is_model(path)), "")
    if committed:
        yield Ground("version.committed", Place(committed, 1), {"file": code(committed)})
    dumps = facts.repo.code.calls("model.dump") or facts.repo.notebook_code.calls("model.dump")
    for call in dumps:
        source = _file(facts, call)
        if source and not registered:
            yield Ground("version.overwritten", call.place, {"dump": at(call), "source": code(source)})
            break
    saved = facts.found("e2e.model-registry")
    if saved and not registered:
        yield Ground("version.saved", saved, {"dump": at(saved)})
    training = facts.found("e2e.training")
    if training and not saved:
        yield Ground("version.unsaved", training, {"training": at(training), "model": facts.model})


def _registered(facts: Facts, registered: Place) -> Iterator[Ground]:
    fields = {"register": at(registered)}
    from_registry = [call for call in facts.loads if _asks_registry(call)]
    from_file = [call for call in facts.loads if _file(facts, call)]
    if from_registry:
        load = next((call for call in from_registry if "load" in call.last), from_registry[0])
        yield Ground("version.registry", load.place, fields | {"load": at(load)})
    elif from_file:
        load = from_file[0]
        yield Ground("version.two-sources", load.place, fields | {"load": at(load), "source": code(_file(facts, load))})
    elif not any(_asks_registry(call) for call in facts.repo.code.calls("model.load", "registry.load")):
        yield Ground("version.registered", registered, fields)


def _asks_registry(call: Call) -> bool:
    return call.last.startswith(("get_latest_versions", "get_model_version", "search_")) or any(
        _REGISTRY_URI.search(text) for text in call.texts()
    )


def _file(facts: Facts, call: Call) -> str:
    """The file that a call names, or that was opened for it just before, where its name is the same every time."""
    module = facts.repo.world.module(call.path)
    opened = [
        item
        for item in (module.calls if module else ())
        if item.last == "open" and item.scope == call.scope and call.line - 3 <= item.line <= call.line
    ]
    names = (text for item in (call, *reversed(opened)) for text in item.texts() if _MODEL_FILE.search(text))
    return next((name for name in names if "{" not in name and "%" not in name), "")


def _is_model(path: str) -> bool:
    name = path.rsplit("/", 1)[-1].lower()
    return bool(re.search(r"(?i)model|clf|classif|regress|pipe|xgb|lgb|lin_reg|forest|weights|best", path)) or (
        not name.startswith((".", "data")) and name.endswith((".onnx", ".h5", ".keras", ".pt", ".pth", ".cbm"))
    )


# -- rollback and canary -------------------------------------------------------------------------------------


def rollout(facts: Facts) -> Iterator[Ground]:
    """How a new model reaches users, and how it is taken back."""
    repo = facts.repo
    for place in _splits_of_traffic(facts):
        yield Ground("rollout.canary", place, {"canary": at(place)})
        break
    named = next((call for call in facts.loads if any(_REGISTRY_URI.search(text) for text in call.texts())), None)
    if named and facts.route:
        uri = next(text for text in named.texts() if _REGISTRY_URI.search(text))
        fields = {"load": at(named), "source": code(uri), "when": _when(facts, named)}
        yield Ground("rollout.alias", named.place, fields)
    workloads = [item for item in own_workloads(repo) if item.kind in ("Deployment", "StatefulSet")]
    for workload in sorted(workloads, key=lambda item: not _SERVES.search(f"{item.path} {item.name}")):
        yield Ground("rollout.kubernetes", workload.place, {"workload": at(workload)})
        break
    for packaging in packagings(repo):
        for copy in packaging.dockerfile.copies:
            if not copy.from_stage and any(_MODEL_FILE.search(name) for name in copy.sources):
                yield Ground("rollout.baked", copy.place, {"copy": at(copy)})
                break
    for resource, kind, _ in resources(repo):
        if kind in ("serving", "compute") and re.search(r"(?i)endpoint$|function|service$|app$|run", resource.type):
            yield Ground("rollout.cloud", resource.place, {"resource": at(resource), "kind": code(resource.type)})
            break
    deploy = facts.met("ci.deploy")
    if deploy:
        yield Ground("rollout.ci", deploy, {"deploy": at(deploy)})
    if facts.route:
        yield Ground("rollout.route", facts.route.place, {"route": at(facts.route)})
    for call in batch_scoring(repo):
        if not facts.route and call.path not in {item.path for item in repo.code.calls("serve.ui")}:
            yield Ground("rollout.batch", call.place, {"scoring": at(call)})
            break
    saved = facts.found("e2e.model-registry")
    if saved and facts.missing("e2e.serving"):
        yield Ground("rollout.saved", saved, {"dump": at(saved)})


def _splits_of_traffic(facts: Facts) -> Iterator[Place]:
    """Lines of infrastructure code and manifests that give a new version a part of the traffic."""
    parts = [(item.path, item.line, item.end_line) for file in facts.repo.infrastructure for item in file.resources]
    parts += [(item.path, item.line, item.end_line) for item in facts.repo.kubernetes]
    for path, first, last in parts:
        for number, line in enumerate((facts.repo.text(path) or "").split("\n")[first - 1 : max(first, last)], first):
            if _TRAFFIC.search(line.split("#", 1)[0]):
                yield Place(path, number)


def _when(facts: Facts, call: Call) -> str:
    """When the model is loaded, where the code tells it."""
    if not call.scope:
        return " once, when the module is imported"
    module = facts.repo.code.module(call.path)
    function = module.function_at.get(call.scope) if module else None
    if function and any(item.decorates == function.name for item in facts.repo.code.calls("serve.route")):
        return " on each request"
    return ""
