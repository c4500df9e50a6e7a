"""The ground of questions on the four topics that the career guide names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call
from analyzer.findings import Place
from analyzer.interview.facts import Facts, Ground, at, code, is_beside
from analyzer.queries.cloud import own_workloads, resources
from analyzer.queries.containers import packagings
from analyzer.queries.kept import kept_predictions
from analyzer.queries.learning import is_model_dump, training_calls
from analyzer.queries.retraining import drift_triggers
from analyzer.queries.schedules import training_flows
from analyzer.queries.serving import batch_scoring

__all__ = ["accuracy_drop", "retraining", "rollout", "versioning"]

_REGISTRY_URI = re.compile(r"^(?:models|runs):/|^(?:wandb|sagemaker|projects)[:/]|@|/(?:Production|Staging|latest)$")
_BY_NAME = re.compile(r"^models:/")
_LOADS_MODEL = re.compile(r"(?i)model|clf|classif|regress|pipeline")
_PREPARES = re.compile(r"(?i)vect|scaler|encod|preproc|imput|feature|column|(?:^|[/_])(?:dv|le|ohe)(?:$|[._\s])")
_METRIC_NAME = re.compile(r"[a-z][a-z0-9]*(?:[_.:][a-z0-9]+)+")
_MODEL_FILE = re.compile(r"(?i)\.(?:pkl|pickle|joblib|bin|onnx|h5|keras|pt|pth|cbm|ubj|sav|model)$")
_TAKES_TRAFFIC = re.compile(r"(?i)(?:endpoint|function|service|app)$|^(?!.*job$).*(?:function|run)")
_SERVES = re.compile(r"(?i)serv|api|predict|infer|model|app\b|web")
_TRAFFIC = re.compile(r"canaryTrafficPercent|setWeight|\b(?:Canary|Linear)\d+Percent|routing_config|\bcanary:")


# -- system design with retraining ---------------------------------------------------------------------------


def retraining(facts: Facts) -> Iterator[Ground]:
    """What starts training, and what decides about its model."""
    gate, schedule = facts.met("ci.model-gate"), facts.schedule
    triggers = (
        [place for place, trains in drift_triggers(facts.repo) if trains] if facts.found("mon.retraining") else []
    )
    watched = schedule and {path for path, _ in schedule.functions} & {place.path for place in triggers}
    if schedule and gate and not watched:
        fields = {**_started(facts, schedule.place), "gate": at(gate)}
        yield Ground("retraining.gated", schedule.place, fields)
    for place in triggers[:1]:
        yield Ground("retraining.drift", place, {"trigger": at(place)})
    if schedule:
        if not gate and not watched:
            yield Ground("retraining.scheduled", schedule.place, _started(facts, schedule.place))
        return
    flow, training = _training_flow(facts), facts.found("e2e.training")
    if flow and facts.missing("mon.retraining"):
        yield Ground("retraining.flow", flow, {"flow": at(flow)})
    if training:
        name = "retraining.notebook" if facts.trained_in_notebook else "retraining.script"
        model = facts.model[:1].upper() + facts.model[1:] if facts.trained_in_notebook else facts.model
        when = " when a person starts it" if _is_called(facts, training) else ", and nothing was found that calls it"
        yield Ground(name, training, {"training": at(training), "model": model, "when": when})


def _is_called(facts: Facts, training: Place) -> bool:
    """Whether running its module comes to the training."""
    here, code = (training.path, training.line), facts.repo.code
    known = {(call.path, call.line) for call in training_calls(code, reached=False)}
    return here not in known or here in {(call.path, call.line) for call in training_calls(code)}


_FOLLOWED = (".py", ".ipynb", "metadata.yaml", "Makefile")
"""Ends of files whose flows can be followed to what they run."""


def _training_flow(facts: Facts) -> Place | None:
    """The orchestrated flow that comes to training; a file of stages counts as one, a flow in code is followed."""
    if not facts.met("e2e.pipeline"):
        return None
    staged = (place for place in facts.places("e2e.pipeline") if not place.path.endswith(_FOLLOWED))
    return next(iter((*training_flows(facts.repo), *staged)), None)


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
        same = (drift.path, drift.line) == (quality.path, quality.line)
        yield Ground("drop.watched", quality, {"drift": at(drift), "quality": "" if same else f"{at(quality)} "})
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
    for place in kept_predictions(facts.repo):
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
    """Random splits, those beside the training first."""
    training = facts.found("e2e.training")
    for world in (facts.repo.code, facts.repo.notebook_code):
        splits = [call for call in world.calls("data.split") if call.last == "train_test_split"]
        for call in sorted(splits, key=lambda call: not training or call.path != training.path):
            if call.keyword("shuffle") is not False:
                yield call


# -- model versioning ----------------------------------------------------------------------------------------


def versioning(facts: Facts) -> Iterator[Ground]:
    """How a model gets its version, and whether what serves it asks for one."""
    registered, loads = facts.met("e2e.model-registry"), facts.loads
    if registered and registered.path.endswith(".py"):
        yield from _registered(facts, registered)
    elif registered:
        yield Ground("version.tracked", registered, {"track": at(registered)})
    named = next((call for call in loads if any(_BY_NAME.search(text) for text in call.texts())), None)
    if named and not registered:
        yield Ground("version.unregistered", named.place, {"load": at(named), "source": code(_uri(named))})
    committed = next((path for path in facts.repo.paths if _MODEL_FILE.search(path) and _is_model(path)), "")
    if committed:
        yield Ground("version.committed", Place(committed, 1), {"file": code(committed)})
    dumps = facts.repo.code.calls("model.dump") or facts.repo.notebook_code.calls("model.dump")
    for call in dumps:
        source = _file(facts, call)
        if source and not registered and is_model_dump(facts.repo, call) and call.path not in facts.serving_paths:
            yield Ground("version.overwritten", call.place, {"dump": at(call), "source": code(source)})
            break
    saved = facts.found("e2e.model-registry")
    if saved and not registered and not named:
        yield Ground("version.saved", saved, {"dump": at(saved)})
    training = facts.found("e2e.training")
    if training and facts.missing("e2e.model-registry") and not _saves_somehow(facts):
        yield Ground("version.unsaved", training, {"training": at(training), "model": facts.model})


def _saves_somehow(facts: Facts) -> bool:
    """Whether any code saves a model, be it code that nothing calls, or logs it with all else of a run."""
    for world in (facts.repo.code, facts.repo.notebook_code):
        if world.calls("track.model", "model.dump", reached=False):
            return True
        if any(call.last == "autolog" for call in world.calls("track.value", reached=False)):
            return True
    return False


def _registered(facts: Facts, registered: Place) -> Iterator[Ground]:
    """Registered models, with what answers with them: nearest to the service first, then any code of ours that loads."""
    fields = {"register": at(registered)}
    training = {registered.path, *(call.path for call in training_calls(facts.repo.code))}
    loads = facts.repo.code.calls("model.load", "registry.load", reached=False)
    elsewhere = [call for call in loads if call not in facts.loads and call.path not in training]

    def of_input(call: Call) -> bool:
        line = facts.repo.line(call.place)
        return bool(_PREPARES.search(line)) or not _LOADS_MODEL.search(line)

    serving = sorted((call for call in facts.loads if call.path != registered.path), key=of_input)
    asking = [call for call in serving if _asks_registry(call)]
    from_file = [call for call in serving if not _asks_registry(call) and _is_file(facts, call)]
    if not asking and not from_file:
        asking = [call for call in elsewhere if "load" in call.last and _asks_registry(call)]
    if asking:
        load = next((call for call in asking if "load" in call.last), asking[0])
        does = "loads it" if "load" in load.last else "looks it up"
        yield Ground("version.registry", load.place, fields | {"load": at(load), "does": does})
    elif from_file:
        load = from_file[0]
        source = code(_file(facts, load)) if _file(facts, load) else "a file"
        yield Ground("version.two-sources", load.place, fields | {"load": at(load), "source": source})
    elif not any(map(_asks_registry, loads)):
        yield Ground("version.registered", registered, fields)


def _asks_registry(call: Call) -> bool:
    """Whether a call asks the registry or its server: by a known address, or by one that only the run knows."""
    if call.last.startswith(("get_latest_versions", "get_model_version", "search_")):
        return True
    texts = list(call.texts())
    if any(_REGISTRY_URI.search(text) for text in texts):
        return True
    return (
        call.root == "mlflow" and call.last in ("load_model", "spark_udf") and not any(map(_MODEL_FILE.search, texts))
    )


def _is_file(facts: Facts, call: Call) -> bool:
    """Whether a call loads a model from a file; what prepares its input is none."""
    if _PREPARES.search(f"{_file(facts, call)} {call.assigned} {' '.join(call.texts())}"):
        return False
    return bool(_file(facts, call)) or call.root in ("pickle", "joblib", "cloudpickle", "dill")


def _uri(call: Call) -> str:
    return next(text for text in call.texts() if _REGISTRY_URI.search(text))


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
    named = next((call for call in facts.loads if any(_BY_NAME.search(text) for text in call.texts())), None)
    if named and facts.route:
        fields = {"load": at(named), "source": code(_uri(named)), "when": _when(facts, named)}
        yield Ground("rollout.alias", named.place, fields)
    workloads = [item for item in own_workloads(repo) if item.kind in ("Deployment", "StatefulSet")]
    for workload in sorted(workloads, key=lambda item: not _SERVES.search(f"{item.path} {item.name}")):
        yield Ground("rollout.kubernetes", workload.place, {"workload": at(workload)})
        break
    for packaging in packagings(repo):
        for copy in packaging.dockerfile.copies:
            copied = (name for name in copy.sources if _MODEL_FILE.search(name))
            if not copy.from_stage and any(not _PREPARES.search(name.rsplit("/", 1)[-1]) for name in copied):
                yield Ground("rollout.baked", copy.place, {"copy": at(copy)})
                break
    runs = [
        resource
        for resource, kind, _ in resources(repo)
        if kind in ("serving", "compute") and _TAKES_TRAFFIC.search(resource.type)
    ]
    runs = runs if facts.found("e2e.training") or facts.found("e2e.serving") else []
    for resource in sorted(
        (item for item in runs if not is_beside(item)), key=lambda item: not _SERVES.search(item.name)
    ):
        yield Ground("rollout.cloud", resource.place, {"resource": at(resource), "kind": code(resource.type)})
        break
    deploy = facts.met("ci.deploy")
    if deploy:
        yield Ground("rollout.ci", deploy, {"deploy": at(deploy)})
    if facts.route:
        yield Ground("rollout.route", facts.route.place, {"route": at(facts.route)})
    for call in batch_scoring(repo):
        if (
            not facts.route
            and not facts.handler
            and call.path not in {item.path for item in repo.code.calls("serve.ui")}
        ):
            yield Ground("rollout.batch", call.place, {"scoring": at(call)})
            break
    served = facts.handler or facts.found("e2e.serving")
    if served and not facts.route:
        made = (call.place for call in repo.code.calls("model.predict") if call.path == served.path)
        place = facts.handler or next(made, served)
        yield Ground("rollout.route", place, {"route": at(place)})
    saved = facts.found("e2e.model-registry")
    if saved and facts.missing("e2e.serving"):
        does = "registers" if facts.met("e2e.model-registry") else "saves"
        yield Ground("rollout.saved", saved, {"dump": at(saved), "does": does})


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
