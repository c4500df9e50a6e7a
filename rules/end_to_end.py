"""End-to-end deployment: from raw data to predictions that somebody can ask for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from analyzer.artifacts.orchestration import Workflow
from analyzer.artifacts.python_source import Assignment, Call, Function
from analyzer.code import Code
from analyzer.findings import Finding, Located, met, partial
from analyzer.inventory import Kind
from analyzer.plugins import rule
from analyzer.queries.ci_training import chained_acts
from analyzer.queries.commands import data_downloads, script_runs, script_starts
from analyzer.queries.declared import holds_code, own_parts, runs_own, state_machines
from analyzer.queries.flows import MOST_STAGES, called_by, chained, joined, largest_first, started
from analyzer.queries.ingestion import comes_later, data_reads, is_scoring, is_step, raw_inputs, trains_here
from analyzer.queries.learning import (
    LOGS_ANY_FILE,
    chosen_columns,
    derived_columns,
    feature_functions,
    file_readers,
    is_model_dump,
    is_model_file,
    may_hold_model,
    training_calls,
)
from analyzer.queries.monitors import drift_calls, monitor_modules
from analyzer.queries.places import where_named
from analyzer.queries.purpose import has_model, works_on_data
from analyzer.queries.registries import logs_no_model, only_moves, own_registry, registrations
from analyzer.queries.serving import prediction_routes
from analyzer.queries.trackers import reported_runs
from analyzer.repository import Repository
from analyzer.wiring.breaks import uncalled_training

_PYTHON = (Kind.PYTHON,)
# A notebook can show these in part, so one that was not read leaves them open.
_PYTHON_OR_NOTEBOOK = (Kind.PYTHON, Kind.NOTEBOOK)


@rule("e2e.data-ingestion", reads=_PYTHON_OR_NOTEBOOK, needs=works_on_data)
def reads_data_as_a_step(repo: Repository) -> Iterator[Finding]:
    """No script, module or task was found that gets raw data."""
    code = repo.code
    training = {(call.path, call.scope) for call in training_calls(code)}
    trained = {path for path, _ in training}
    predicting = ((call.path, call.scope) for call in code.calls("model.predict"))
    scoring = {(path, scope) for path, scope in predicting if scope or path not in trained} - training
    inside: Call | None = None
    aside: Call | None = None
    later: Call | None = None
    watching = {call.path for call in drift_calls(repo)} - trained
    for call in data_reads(code):
        if call.path in watching and call.last == "load":
            continue  # what new data are compared with
        if trains_here(code, call, training):
            inside = inside or call
        elif (call.path, call.scope) in scoring:
            aside = aside or call
        elif is_step(code, call) and not comes_later(call.path):
            yield met("Raw data are read by a step of their own", call)
            return
        elif is_step(code, call):
            later = later or call
        else:
            aside = aside or call
    if later and not inside:
        yield met("Raw data are read by a step of their own", later)
        return
    for function in file_readers(code):
        yield met("Raw data are read by a step of their own", function.head)
        return
    for command in data_downloads(repo):
        yield met("Raw data are downloaded by a command", command.origin, command.place)
        return
    for node, declared in raw_inputs(repo):
        yield met("A node of the pipeline is given raw data by the catalog", node, declared)
        return
    if place := inside or aside:
        yield partial("Data are read inside the training or scoring code, not by a step of their own", place)
    for call in repo.notebook_code.calls("data.download", "data.read"):
        yield partial("Data are read only in a notebook", call)
        return


# Where features are made once more, for what another module trained with.
_NOT_FEATURES = re.compile(r"(?i)lambda|service|app\.py|evaluat|tests?/")
# What brings numbers or pictures to one size, and makes no feature of them.
_SCALES = re.compile(
    r"\b(?:StandardScaler|MinMaxScaler|MaxAbsScaler|RobustScaler|(?:transforms|v2)\.(?:Compose|ToTensor|Normalize|Resize|CenterCrop))\b"
)
# Where what is to be predicted is made.
_OF_LABELS = re.compile(r"(?i)(?:^|[._])(?:\w+_)?(?:labels?|targets?)(?:[._]|$)")


def _least_sure(repo: Repository, call: Call) -> tuple[bool, bool]:
    """Whether a call encodes for serving, makes labels, or only draws rows anew; and whether it only loads what encodes."""
    return (
        bool(_OF_LABELS.search(call.scope))
        or comes_later(call.path)
        or call.path in repo.once(_answering)
        or bool(_NOT_FEATURES.search(call.path))
        or call.root == "imblearn",
        call.last in ("load", "from_pretrained") and f".{call.last}(" in repo.line(call.place),
    )


def _answering(repo: Repository) -> frozenset[str]:
    """The modules that answer requests for predictions."""
    return frozenset(call.path for call in prediction_routes(repo))


def _loads_own_model(call: Call) -> bool:
    """Whether spaCy loads from a path what the project trained itself: a model, and no part of its features."""
    return call.name == "spacy.load" and any("/" in text for text in call.texts())


def _least_new(repo: Repository, item: Assignment) -> tuple[bool, bool]:
    """Whether a column is made where a model is asked, and whether it is one of the data in another type."""
    value = repo.line(item.place).partition("=")[2]
    return comes_later(item.path), f'"{item.column}"' in value.replace("'", '"')


def _follows_answer(code: Code, item: Assignment) -> bool:
    """Whether a column is put on in a function that has asked a model or a service before: it is no feature of theirs."""
    before = (call for call in code.calls_in(item.path, item.scope) if call.line < item.line)
    return any(_ANSWERS.search(call.last) or call.name in _ASKS for call in before)


_ANSWERS = re.compile(r"(?i)predict(?!or)")
_ASKS = frozenset({"requests.post", "httpx.post"})


_WINDOWS = re.compile(r"(?i)\b(?:sum|avg|count|min|max|stddev\w*|lag|lead|rank|row_number)\s*\([^()]*\)\s*over\s*\(")
_OF_TABLES = frozenset(
    [
        "pandas",
        "numpy",
        "polars",
        "pyspark",
        "dask",
        "cudf",
        "modin",
        "sklearn",
        "torch",
        "tensorflow",
        "xarray",
        "datasets",
        "duckdb",
        "vaex",
        "ibis",
        "scipy",
    ]
)
"""Packages whose methods have the names of those of texts: ``replace``, ``split``."""


@rule("e2e.feature-engineering", reads=_PYTHON_OR_NOTEBOOK, needs=works_on_data)
def derives_features(repo: Repository) -> Iterator[Finding]:
    """No code that derives, encodes or transforms features was found."""
    code = repo.code
    found = code.calls("feature.transform")
    asked = {call.path for call in found if _loads_own_model(call)}
    unread = len(repo.inventory.of(Kind.NOTEBOOK)) > len(repo.notebooks)
    trains = bool(unread or training_calls(code, reached=False) or training_calls(repo.notebook_code))
    kept = (
        call
        for call in found
        if (call.name != "spacy.load" or call.path not in asked) and (trains or call.root != "transformers")
    )  # to ask a model of others, its own words are needed
    transforms = sorted(kept, key=lambda call: _least_sure(repo, call))
    asks = {call.path for call in code.calls("model.predict", "model.load")}
    shown = {call.path for call in code.calls("serve.ui")} - asks
    derived = (item for item in derived_columns(code) if not (item.path in shown or _MAKES_UP.search(item.path)))
    derived = (item for item in derived if not (is_scoring(item.path) or _follows_answer(code, item)))
    columns = sorted(derived, key=lambda item: _least_new(repo, item))
    several = len({item.column for item in columns}) >= 2
    scaled = all(_SCALES.search(call.name) for call in transforms)
    asking = asks | repo.once(_answering)
    if transforms and not trains and all(call.path in asking for call in transforms):
        yield partial("Data are only brought into the form that a given model asks for", *transforms[:2])
    elif transforms and not (scaled and not several and not any(feature_functions(code))):
        yield met("Features are encoded or transformed in code", *transforms[:3])
    elif transforms:
        yield partial("Features are only scaled", *transforms[:2])
    elif several:
        yield met("Features are derived in code", *columns[:3])
    elif functions := list(feature_functions(code)):
        yield met("Functions derive features", *(function.head for function in functions[:3]))
    elif queries := [text for text in code.texts(_WINDOWS, "over") if "select" in text.value.lower()]:
        yield met("Features are derived in SQL, over windows of rows", *queries[:2])
    else:
        prepared = code.calls("feature.impute", "feature.method")
        aside = monitor_modules(repo) | shown
        tables = {module.path for module in code.modules if any(item.root in _OF_TABLES for item in module.imports)}
        known = {*code.calls("feature.impute"), *(call for call in prepared if call.path in tables)}
        small = (call for call in prepared if call.last != "to_dict" and call in known and call.path not in aside)
        simple: list[Located] = [*columns, *small]
        if simple:
            yield partial("Only small preparations of the data were found in code", *simple[:2])
        notebook: list[Located] = [*repo.notebook_code.calls("feature.transform"), *derived_columns(repo.notebook_code)]
        if notebook:
            yield partial("Features are derived only in a notebook", notebook[0])
        if not (simple or notebook) and (chosen := chosen_columns(repo)):
            yield partial("Columns are chosen or pixels are scaled, and no feature is derived", chosen)


_MAKES_UP = re.compile(r"(?i)(?:^|/)[^/]*(?:generat\w*|random|synthetic|fake|mock)[^/]*data[^/]*\.py$")
"""Programs that make data up: their columns are no features of any."""


@rule("e2e.training", reads=_PYTHON_OR_NOTEBOOK)
def trains_a_model(repo: Repository) -> Iterator[Finding]:
    """No training of a model was found."""
    calls = training_calls(repo.code)
    uncalled = {item.place.path: item for item in uncalled_training(repo)} if calls else {}
    called = [call for call in calls if call.path not in uncalled]
    if called:
        ordered = sorted(called, key=lambda call: call.last.startswith("cross_val"))
        yield met("A model is trained in code", *ordered[:3])
        return
    if calls:
        sentence = uncalled[calls[0].path].sentence
        yield partial(f"A model is trained in code, but {sentence}", *calls[:3])
        return
    unreached = training_calls(repo.code, reached=False)
    if unreached:
        yield partial("The training code is never called", unreached[0])
    notebook = training_calls(repo.notebook_code)
    if notebook:
        yield partial("A model is trained only in a notebook", notebook[0])


@rule("e2e.pipeline", reads=_PYTHON)
def orchestrates_stages(repo: Repository) -> Iterator[Finding]:
    """No orchestrator ties the stages together."""
    for workflow in sorted(repo.workflows, key=lambda item: (not _trains(item), -len(item.steps))):
        if len(workflow.steps) < 2:
            continue
        if len(own_parts(repo, workflow)) >= 2:
            yield met(f"A {workflow.tool} workflow of {len(workflow.steps)} steps ties the stages together", workflow)
        elif holds_code(repo, workflow):
            yield partial(
                f"The steps of a {workflow.tool} workflow are code of its own file, not of the project", workflow
            )
    for file in repo.dvc_files:
        own = [stage for stage in file.stages if runs_own(repo, stage, elsewhere=True)]
        if len(own) >= 2:
            yield met(f"A DVC pipeline of {len(file.stages)} stages ties them together", file)
        elif own:
            yield partial("The DVC pipeline has a single stage", file)
    for place, states in state_machines(repo):
        yield met(f"A state machine of {states} tasks ties the stages together", place)
    steps = started(repo.code, repo.code.calls("pipeline.step"))
    flows = largest_first(repo.code, started(repo.code, repo.code.calls("pipeline.flow")), steps)
    classes = [
        item for item in repo.code.classes if any(base in ("metaflow.FlowSpec", "luigi.Task") for base in item.bases)
    ]
    if flows and (joined(flows, steps) or any(len(called_by(repo.code, flow)) >= 2 for flow in flows)):
        beside = sorted(steps, key=lambda step: step.path != flows[0].path)
        yield met("An orchestrator ties the stages together", flows[0], *beside[:2])
    elif len(classes) >= 2 or any("metaflow.FlowSpec" in item.bases for item in classes):
        yield met("An orchestrator ties the stages together", *classes[:3])
    elif len(steps) >= 2 and any("mage_ai" in step.name for step in steps):
        yield partial("Blocks of an orchestrator were found, but no pipeline that joins them", *steps[:2])
    elif flows:
        yield partial("A flow is declared, but it does not join several stages", flows[0])
    elif repo.notebook_code.has("pipeline.flow"):
        yield partial("A flow is declared only in a notebook", repo.notebook_code.calls("pipeline.flow")[0])


def _trains(workflow: Workflow) -> bool:
    """Whether a workflow is one of training, by its names."""
    return bool(_OF_TRAINING.search(" ".join((workflow.path, workflow.name, *workflow.steps))))


_OF_TRAINING = re.compile(r"(?i)train|(?:^|[\W_])fit(?:$|[\W_])")


@rule("e2e.pipeline", reads=_PYTHON)
def chains_scripts(repo: Repository) -> Iterator[Finding]:
    """Neither an orchestrator nor a script ties stages together."""
    for name, runs in script_runs(repo):
        if len({run.text for run in runs}) >= 2:
            yield partial(f"Stages are chained by {name}, not by an orchestrator", runs[0].origin)
            return
    for act, _ in chained_acts(repo):
        yield partial("Stages are chained by a CI pipeline, not by an orchestrator", act.place, act.origin)
        return
    best: tuple[int, Function | None] = (0, None)
    for function in repo.code.functions:
        stages, _ = chained(repo, function.path, function.qualname)
        if stages > best[0]:
            best = stages, function
        if stages >= MOST_STAGES:
            break
    if best[1]:
        yield partial("Stages are chained by one function, not by an orchestrator", best[1].head)
        return
    for module in repo.code.modules:
        stages, first = chained(repo, module.path, "")
        if first:
            yield partial("Stages are chained by one script, not by an orchestrator", first)
            return
    for call in script_starts(repo):
        yield partial("Stages are chained by one script, not by an orchestrator", call)
        return


@rule("e2e.experiment-tracking", reads=_PYTHON_OR_NOTEBOOK)
def tracks_experiments(repo: Repository) -> Iterator[Finding]:
    """Experiments are not tracked."""
    values = [call for call in repo.code.calls("track.value") if call.keyword("disable") is not True]
    if not values and repo.code.has("track.run"):
        values = [*repo.code.calls("track.method")]
    if values:
        training = {call.path for call in training_calls(repo.code)}
        values.sort(
            key=lambda call: (is_scoring(call.path), call.path not in training, bool(_SAYS_LESS.match(call.last)))
        )
        yield met(f"{_tracked(values)} of runs are tracked in code", *values[:3])
        return
    for call, told in reported_runs(repo):
        yield met(told, call)
        return
    runs = repo.code.calls("track.run", "track.model")
    if runs:
        yield partial("Runs are started, but neither parameters nor metrics are recorded", runs[0])
    notebook = repo.notebook_code.calls("track.value")
    if notebook:
        yield partial("Experiments are tracked only in a notebook", notebook[0])


_SAYS_LESS = re.compile(r"init_|autolog$")
"""What begins a run, and what records by itself what fits the library that it is of."""


def _tracked(values: Sequence[Call]) -> str:
    """What calls of a tracker record, by their names; one that says neither may record both."""
    names = {call.last.lower() for call in values}
    parameters = any("param" in name or "config" in name for name in names)
    metrics = any("metric" in name or "scalar" in name for name in names)
    told = [word for word, known in (("parameters", parameters), ("metrics", metrics)) if known]
    other = any(not re.search(r"param|config|metric|scalar|tag", name) for name in names)
    return told[0].capitalize() if len(told) == 1 and not other else "Parameters and metrics"


@rule("e2e.model-registry", reads=_PYTHON_OR_NOTEBOOK, needs=has_model)
def registers_models(repo: Repository) -> Iterator[Finding]:
    """Models are neither registered nor saved."""
    registered = registrations(repo.code)
    if registered and logs_no_model(repo, registered):
        yield partial("A version is registered, but no code logs a model to the run that it names", registered[0])
        return
    if registered and only_moves(repo, registered):
        yield partial("Versions are moved to stages, and no code registers one", registered[0])
        return
    if registered:
        places = (where_named(repo, call, "registered_model_name", "register_model_name") for call in registered[:3])
        yield met("Models are registered and versioned in code", *places)
        return
    for resource in (item for file in repo.infrastructure for item in file.resources):
        if "model_package" in resource.type.lower() or "modelpackage" in resource.type.lower():
            yield met("Models are registered by infrastructure code", resource)
            return
    for file in repo.dvc_files:
        made = (out for stage in file.stages if runs_own(repo, stage) for out in stage.outs)
        tracked = [*file.tracked, *made]
        if any(map(may_hold_model, tracked)):
            yield met("The model is versioned with DVC", file)
            return
    saved: list[Located] = [
        *(call for call in repo.code.calls("track.model") if call.last not in LOGS_ANY_FILE),
        *(call for call in repo.code.calls("track.model") if call.last in LOGS_ANY_FILE and is_model_file(repo, call)),
        *(call for call in repo.code.calls("model.dump") if is_model_dump(repo, call)),
    ]
    loaded: list[Located] = [
        *repo.code.calls("registry.load"),
        *(text for text in repo.code.texts(re.compile(r"^(?:models|runs):/"), ":/")),
    ]
    own = own_registry(repo) if saved or loaded else ()
    if own:
        yield met("A registry of the project's own records versions of the model", *(item.head for item in own))
        return
    if saved:
        yield partial("Models are saved or logged, but not registered in code", saved[0])
        return
    if by_hand := registrations(repo.notebook_code):
        yield partial("Models are registered only in a notebook", by_hand[0])
        return
    if loaded:
        yield partial("A model is loaded from a registry that no code here fills", loaded[0])
        return
    written = (call for call in repo.notebook_code.calls("model.dump", "track.model") if is_model_dump(repo, call))
    for call in written:
        yield partial("Models are saved only in a notebook", call)
        return
