"""How predictions leave the system: routes, handlers, servers, apps, batch scoring."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call, Function
from analyzer.code import Code
from analyzer.findings import Located, Place
from analyzer.queries.commands import all_invocations
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["batch_scoring", "handlers", "model_servers", "prediction_routes", "routes", "ui_apps"]

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
    """Routes whose path or function predicts, or whose function reaches a prediction."""
    code = repo.code
    found = routes(repo)
    for call in found:
        names = " ".join((call.decorates, *call.texts()))
        module = code.module(call.path)
        functions = [item for item in module.functions if item.name == call.decorates] if module else []
        if any(
            code.reaches(item.path, item.qualname, "model.predict") or _asks_model(code, item) for item in functions
        ) or (_PREDICTS.search(names) and not any(item.stub for item in functions)):
            yield call
    if found:
        with_model = {call.path for call in code.calls("model.predict", "model.load")}
        yield from (call for call in found if call.path in with_model and call.last in ("post", "route", "api"))


_ASKS_MODEL = re.compile(r"(?i)^_?(?:make_|get_|run_|batch_)?(?:predict|infer|score|recommend|classify|forecast)")


def _asks_model(code: Code, function: Function) -> bool:
    """Whether a route's function calls a function of the project that predicts by its name."""
    return any(
        _ASKS_MODEL.search(call.last) and code.definition(call.name, function.path) is not None
        for call in code.calls_in(function.path, function.qualname)
    )


@remembered
def handlers(repo: Repository) -> Iterator[Function]:
    """Handlers of function platforms that reach a prediction."""
    code = repo.code
    for function in code.functions:
        if function.nested or not _HANDLER.search(function.name):
            continue
        if code.reaches(function.path, function.qualname, "model.predict", steps=4) or any(
            call.path == function.path for call in code.calls("model.predict")
        ):
            yield function


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
    for invocation in all_invocations(repo):
        if _SERVING_COMMAND.match(invocation.text):
            yield invocation.origin
    yield from repo.code.calls("serve.remote")
    for infra in repo.infrastructure:
        for resource in infra.resources:
            if re.search(r"(?i)sagemaker.*endpoint$|vertex_?ai.*endpoint|online_?endpoints?/?", resource.type):
                yield resource


def ui_apps(repo: Repository) -> Iterator[Call]:
    """Streamlit, Gradio and similar apps in whose module a model predicts, or a service is asked to."""
    code = repo.code
    predicting = {call.path for call in code.calls("model.predict", "model.load")}
    asking = {call.path for call in code.calls("data.download") if call.last == "post"}
    seen: set[str] = set()
    for call in code.calls("serve.ui"):
        if call.path not in seen and call.path in predicting | asking:
            seen.add(call.path)
            yield call


@remembered
def batch_scoring(repo: Repository) -> Iterator[Call]:
    """Predictions by a loaded model outside training, whose result is kept or printed."""
    code = repo.code
    fitting = {call.path for call in code.calls("model.fit")}
    loading = {call.path for call in code.calls("model.load", "registry.load")}
    for call in code.calls("model.predict"):
        if (call.path in loading and call.path not in fitting) or (
            re.search(r"(?i)predict|score|scoring|batch|inference", call.path.rsplit("/", 1)[-1])
            and call.path not in fitting
        ):
            yield call
