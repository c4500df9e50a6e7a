"""How predictions leave the system: routes, handlers, servers, apps, batch scoring."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from analyzer.artifacts.python_source import Call, Function
from analyzer.code import Code
from analyzer.findings import Located, Place
from analyzer.inventory import Kind
from analyzer.outside_names import called_by_gcloud
from analyzer.queries.commands import all_invocations
from analyzer.queries.containers import mounted_paths, own_services, packagings
from analyzer.queries.declared import runs_code
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "batch_scoring",
    "entry_points",
    "handlers",
    "has_application",
    "is_started",
    "model_is_lost",
    "model_servers",
    "prediction_routes",
    "routes",
    "runs_application",
    "ui_apps",
]

_PREDICTS = re.compile(
    r"(?i)predict|score|scoring|infer|recommend|classif|forecast|invocations|generate|detect|estimate|duration|translate|embed|summar|rank\b|price|sentiment|segment"
)
_SERVER_IMAGES = re.compile(
    r"tensorflow/serving|tritonserver|pytorch/torchserve|torchserve|seldonio/|kserve/|mlserver|text-generation-inference|vllm/|bentoml/|openvino/model_server"
)
_SERVING_COMMAND = re.compile(
    r"mlflow models serve|bentoml serve|torchserve|tritonserver|tensorflow_model_server|serve run|litserve|mlserver start|seldon-core-microservice|vllm serve|mlflow deployments"
)


_HANDLER = re.compile(r"(?i)^(?:lambda_)?handler$|lambda_handler|_handler$")


def routes(repo: Repository) -> tuple[Call, ...]:
    """Calls that declare HTTP routes of web frameworks."""
    return repo.code.calls("serve.route")


@remembered
def prediction_routes(repo: Repository) -> Iterator[Call]:
    """Routes whose function reaches a prediction, then those that are named so; of each, what only reads comes last."""
    code = repo.code
    found = sorted(routes(repo), key=lambda call: call.last == "get")
    named = []
    for call in found:
        names = " ".join((call.decorates, *call.texts()))
        module = code.module(call.path)
        functions = [item for item in module.functions if item.name == call.decorates] if module else []
        if any(
            code.reaches(item.path, item.qualname, "model.predict") or _asks_model(code, item) for item in functions
        ):
            yield call
        elif _PREDICTS.search(names) and not any(item.stub for item in functions):
            named.append(call)
    yield from named
    if found:
        with_model = {call.path for call in code.calls("model.predict", "model.load")}
        yield from (call for call in found if call.path in with_model and call.last in ("post", "route", "api"))


_FRAMEWORKS = frozenset(
    {
        "fastapi",
        "flask",
        "starlette",
        "sanic",
        "litestar",
        "aiohttp",
        "bottle",
        "falcon",
        "quart",
        "robyn",
        "flask_restful",
        "flask_restx",
        "apiflask",
    }
)
_SERVERS = frozenset(
    {
        "uvicorn",
        "hypercorn",
        "waitress",
        "werkzeug",
        "gevent",
        "granian",
        "cheroot",
        "eventlet",
        "asgiref",
        "mangum",
        "modal",
    }
)


@remembered
def is_started(repo: Repository) -> bool:
    """Whether something starts the web application: its own code, or a command, an image, a page that names its module."""
    code = repo.code
    apps = code.calls("serve.app", "serve.route")
    if any(call.root not in _FRAMEWORKS for call in apps):
        return True  # servers that load the application by themselves
    if any(
        call.root in _SERVERS or (call.root in _FRAMEWORKS and call.last in ("run", "run_app"))
        for module in code.modules
        for call in module.calls
    ):
        return True
    paths = {call.path for call in apps}
    starts = [
        start for packaging in packagings(repo) if paths.intersection(packaging.code) for start in packaging.starts
    ]
    starts += [service.command for service in own_services(repo)]
    starts += _starts_of_mounted(repo, paths)
    return any(_STARTS.search(start) for start in starts) or any(repo.is_named_outside(path) for path in sorted(paths))


def _starts_of_mounted(repo: Repository, paths: set[str]) -> Iterator[str]:
    """What images start into which a service of compose mounts one of some modules instead of copying it."""
    folders = {"/".join(parts[:end]) for path in paths for parts in (path.split("/"),) for end in range(1, len(parts))}
    built = {
        service.dockerfile
        for file in repo.compose_files
        for service in file.services
        if service.builds and not folders.isdisjoint(mounted_paths(service))
    }
    for packaging in packagings(repo) if built else ():
        if packaging.dockerfile.path in built:
            yield from packaging.starts


_STARTS = re.compile(r"uvicorn|gunicorn|hypercorn|waitress|flask|fastapi|granian|daphne|python|\.sh\b")


def model_is_lost(repo: Repository, found: Iterable[Call]) -> bool:
    """Whether the modules of some routes load a model from a file that is not here and that no code writes."""
    code = repo.code
    if code.has("track.model", "registry.register", "registry.load", "registry.method"):
        return False
    paths = {call.path for call in found}
    loaded = {name for call in code.calls("model.load") if call.path in paths for name in _files_of(call)}
    dumps = [_files_of(call) for call in code.calls("model.dump")]
    if not loaded or not all(dumps):
        return False
    here = {path.rsplit("/", 1)[-1] for path in repo.snapshot.entries}.union(*dumps)
    return not loaded & here


def _files_of(call: Call) -> frozenset[str]:
    """The names of files that stand in a call."""
    return frozenset(text.rsplit("/", 1)[-1] for text in call.texts() if "." in text)


_ASKS_MODEL = re.compile(r"(?i)^_?(?:make_|get_|run_|batch_)?(?:predict|infer|score|recommend|classify|forecast)")


def _asks_model(code: Code, function: Function) -> bool:
    """Whether a route's function calls a function of the project that predicts by its name."""
    return any(
        _ASKS_MODEL.search(call.last) and code.definition(call.name, function.path) is not None
        for call in code.calls_in(function.path, function.qualname)
    )


@remembered
def handlers(repo: Repository) -> Iterator[Function]:
    """Handlers of function platforms that reach a prediction for what they are given, and do not train."""
    code = repo.code
    told = repo.once(_entry_names)
    named = [item for item in code.functions if not item.nested and _is_entry(item, told)]
    for function in named:
        module = code.module(function.path)
        names = module.names_in.get(function.qualname, frozenset()) if module else frozenset()
        asked = names.intersection(function.parameters)
        if not asked or code.reaches(function.path, function.qualname, "model.fit", steps=6):
            continue
        if code.reaches(function.path, function.qualname, "model.predict", steps=4) or any(
            call.path == function.path for call in code.calls("model.predict")
        ):
            yield function


def _is_entry(function: Function, told: frozenset[str]) -> bool:
    """Whether a function platform starts a function: by its name, its decorator, or the word of what deploys it."""
    if _HANDLER.search(function.name) or any(name.startswith("functions_framework.") for name in function.decorators):
        return True
    return function.name in told and not function.decorators and "." not in function.qualname


def _entry_names(repo: Repository) -> frozenset[str]:
    """The functions that infrastructure or commands give a function platform to call."""
    found = {item.entry_point for file in repo.infrastructure for item in file.resources}
    for item in all_invocations(repo):
        if "functions deploy" in item.text:
            found.update(called_by_gcloud(item.text))
    return frozenset(found)


def entry_points(repo: Repository, found: list[Function]) -> list[Function]:
    """What a platform starts of handlers: functions that hand on to a method of the same name, then functions, then methods."""
    methods = {item.name for item in found if "." in item.qualname}
    before = [
        item
        for item in (repo.code.functions if methods else ())
        if item.qualname in methods
        and item not in found
        and any(call.last in methods for call in repo.code.calls_in(item.path, item.qualname))
    ]
    return [*before, *sorted(found, key=lambda item: "." in item.qualname)]


@remembered
def model_servers(repo: Repository) -> Iterator[Located | Place]:
    """Model servers: objects of KServe and Seldon, images, commands, managed endpoints, BentoML and LitServe classes."""
    for item in repo.kubernetes:
        if item.kind in ("InferenceService", "SeldonDeployment", "RayService", "BentoDeployment"):
            yield item
    for file in repo.compose_files:
        yield from (service for service in file.services if _SERVER_IMAGES.search(service.image))
    for docker in repo.dockerfiles:
        if any(_SERVER_IMAGES.search(image) for image in docker.images):
            yield docker
    in_ci = {pipeline.path for pipeline in repo.pipelines}  # which starts it for a test, and ends it
    for invocation in all_invocations(repo):
        if _SERVING_COMMAND.match(invocation.text) and invocation.place.path not in in_ci:
            yield invocation.origin
    yield from repo.code.calls("serve.remote")
    yield from (file for file in repo.azure_ml if file.serves)
    if repo.code.has("model.predict"):
        yield from (
            call
            for module in repo.code.modules
            for call in module.calls
            if _SERVICER.search(call.last) and repo.code.is_reached(call.path, call.scope)
        )
    for infra in repo.infrastructure:
        for resource in infra.resources:
            if re.search(r"(?i)sagemaker.*endpoint$|vertex_?ai.*endpoint|online_?endpoints?/?", resource.type):
                yield resource


_SERVICER = re.compile(r"^add_\w+Servicer_to_server$")
"""What gRPC generates to hang a service of the project on a server."""


def ui_apps(repo: Repository) -> Iterator[Call]:
    """Streamlit, Gradio and similar apps in whose module a model predicts, or a service is asked to."""
    code = repo.code
    predicting = {call.path for call in code.calls("model.predict", "model.load")}
    asking = {call.path for call in code.calls("data.download") if call.last == "post"}
    seen: set[str] = set()
    # A decorator that keeps a result, or the title of the page, shows less than what asks or answers.
    for call in sorted(code.calls("serve.ui"), key=lambda call: bool(call.decorates) or call.last == "set_page_config"):
        if call.path in seen:
            continue
        if call.path in predicting | asking or code.reaches(call.path, "", "model.load"):
            seen.add(call.path)
            yield call


_EVALUATES = re.compile(r"(?i)evaluat|valid|metric|test")
_MEASURED = re.compile(r"_(?:score|error|loss|report|matrix)\(.*\.predict")


_TRAINING_NAMES = frozenset({"X_train", "x_train", "y_train", "X_tr", "y_tr"})


def _arguments(code: Code, call: Call) -> tuple[str, ...]:
    """The parameters of the function that a call stands in."""
    module = code.module(call.path)
    function = module.function_at.get(call.scope) if module else None
    return function.parameters if function else ()


_APPLIES_MODEL = re.compile(r"(?i)^(?:batch_)?(?:predict|score|infer)\w*$|apply_model|inference|batch_predict")


@remembered
def batch_scoring(repo: Repository) -> Iterator[Call]:
    """Predictions by a loaded model outside training, whose result is kept or printed."""
    code = repo.code
    fitting = {call.path for call in code.calls("model.fit")}
    loading = {call.path for call in code.calls("model.load", "registry.load")}
    for call in code.calls("model.predict"):
        if _EVALUATES.search(call.path.rsplit("/", 1)[-1]) and _MEASURED.search(repo.line(call.place)):
            continue
        if call.scope and _TRAINING_NAMES & set(_arguments(code, call)):
            continue
        if (call.path in loading and call.path not in fitting) or (
            re.search(r"(?i)predict|score|scoring|batch|inference", call.path.rsplit("/", 1)[-1])
            and call.path not in fitting
        ):
            yield call
        elif call.path in loading and _APPLIES_MODEL.search(call.scope.rsplit(".", 1)[-1]):
            yield call  # a function of its own, in a module that trains too


def runs_application(repo: Repository) -> bool:
    """Whether there is code of a service or an app, or a model server that somebody could call."""
    code = repo.code
    return (
        code.has("serve.app", "serve.route", "serve.ui", "serve.remote")
        or bool(repo.inventory.of(Kind.PACKAGE_JSON))
        or runs_code(repo)
        or any(True for _ in own_services(repo))
        or any(file.resources or file.modules for file in repo.infrastructure)
    )


def has_application(repo: Repository) -> bool:
    """Whether there is something that a platform could run: a packaged program, or a service or an app that starts."""
    code = repo.code
    return (
        code.has("serve.ui", "serve.remote")
        or (code.has("serve.app", "serve.route") and is_started(repo))
        or any(packaging.decisive for packaging in packagings(repo))
        or bool(repo.inventory.of(Kind.PROGRAM, Kind.PACKAGE_JSON))
        or any(_names_program(repo, path) for path in repo.platform_files)
    )


def _names_program(repo: Repository, path: str) -> bool:
    """Whether a platform file starts a program that is here."""
    programs = re.findall(r"[\w./-]+\.(?:py|sh)\b", repo.text(path) or "")
    return any(repo.find(name, posixpath.dirname(path)) for name in programs)
