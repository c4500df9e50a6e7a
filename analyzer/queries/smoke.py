"""Scripts and steps that try the parts of a project together, beside what a test runner collects."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from itertools import chain, islice

from analyzer.artifacts.python_source import Call, Condition, PythonModule
from analyzer.findings import Place
from analyzer.inventory import Kind
from analyzer.knowledge.python_calls import roles_of
from analyzer.module_kinds import is_collected
from analyzer.queries.commands import all_invocations
from analyzer.queries.serving import has_application
from analyzer.queries.testing import (
    ASKS,
    INTEGRATION,
    LOCAL_URL,
    RUNNER,
    STARTS,
    asserting,
    calls_of_test,
    predicting_tests,
    starts_a_program,
    tests_own_code,
)
from analyzer.repository import Repository

__all__ = ["smoke_tests"]


Tried = tuple[Place, str, bool]
"""Where parts are tried together, what is tried in words, and whether it counts in full."""


def smoke_tests(repo: Repository) -> Iterator[Tried]:
    """What tests parts together in another way: every script, and the first of the other ways."""
    scripts = [item for module in _trying(repo) for item in _by_script(repo, module)]
    yield from (item for item in scripts if item[2])
    others = (
        _with_a_client,
        _with_the_shape,
        _by_predicting,
        _under_load,
        _by_starting_script,
        _by_failing_script,
        _asked_by_commands,
    )
    yield from islice(chain.from_iterable(way(repo) for way in others), 1)
    yield from (item for item in scripts if not item[2])  # what asserts nothing says less than what does


def _by_script(repo: Repository, module: PythonModule) -> Iterator[Tried]:
    """How a module that is started by itself tries a running part."""
    live = [
        call
        for call in module.calls
        if not (call.scope or call.decorates)
        and "test.live" in roles_of(call.name)
        and (call.root in ASKS | STARTS or starts_a_program(call))
    ]
    together = module.has_main_guard and INTEGRATION.search(module.path)
    in_functions = [
        call
        for call in module.calls
        if call.scope
        and (_asks_here(call) or (call.root in STARTS and "test.live" in roles_of(call.name) and together))
    ]
    stopping = any(item.checks or item.stops for item in module.functions if not item.name.startswith("test"))
    if in_functions and stopping and (module.has_main_guard or module.checks or module.path in repo.tests.imported):
        yield in_functions[0].place, _ASSERTS, True
    elif (live or in_functions) and module.checks:
        yield Place(module.path, module.checks[0]), _ASSERTS, True
    elif (found := _fails(module)) and any(
        LOCAL_URL.search(text) for call in live + in_functions for text in call.texts()
    ):
        yield found.place, _ASSERTS, True
    elif live or in_functions:
        yield (live or in_functions)[0].place, _ASKS_ONLY, False
    elif module.has_main_guard:
        asking = (item for item in module.calls if item.root not in _NO_SERVICE and "test.live" in roles_of(item.name))
        for call in islice(asking, 1):
            asked = "a running service" if call.root in _CLIENTS else "a service in the cloud"
            yield call.place, f"A script asks {asked}, but asserts nothing", False
    elif not any(item.checks for item in module.functions):
        for call in islice((item for item in module.calls if "test.remote" in roles_of(item.name)), 1):
            yield call.place, _ASKS_ONLY, False
        for call, what in _of_own_steps(repo, module):
            yield call.place, f"A script {what}, but asserts nothing", False
        for call in _of_registry(module):
            yield call.place, "A script loads the registered model and predicts, but asserts nothing", False


def _asks_here(call: Call) -> bool:
    return call.root in ASKS and any(LOCAL_URL.search(text) for text in call.texts())


def _fails(module: PythonModule) -> Condition | None:
    """The condition on an answer by which a script ends with a failure."""
    fails = any(call.name in ("sys.exit", "exit") and call.args and call.args[0] == 1 for call in module.calls)
    for item in module.conditions if fails else ():
        if "exit" in item.acts and _ANSWER.search(" ".join(item.asked)):
            return item
    return None


_ANSWER = re.compile(r"(?i)status_?code|\bok\b|diff|result|predict|answer|response")


def _of_own_steps(repo: Repository, module: PythonModule) -> Iterator[tuple[Call, str]]:
    """The call by which a script that is named as a test has a handler of the project answer, or runs a step of it."""
    named = is_collected(module.path) and not any(item.name.startswith("test") for item in module.functions)
    if not named or module.checks:
        return
    for call in islice((call for call in module.calls if not call.scope), _MOST_CALLS):
        target = repo.world.definition(call.name, module.path)
        if target and _HANDLER.search(call.last):
            yield call, "calls the function that serves"
            return
        if target and any(repo.code.reaches(*target, role, steps=4) for role in _OF_A_STEP):
            yield call, "runs a step of the project"
            return


_MOST_CALLS = 200
_OF_A_STEP = ("model.fit", "data.read", "model.predict")


_HANDLER = re.compile(r"(?i)^(?:lambda_)?handler$|_handler$")


def _of_registry(module: PythonModule) -> Iterator[Call]:
    """The call by which a script on its own level loads a model of a registry that it then asks."""
    top = [call for call in module.calls if not call.scope]
    named = any(text.value.startswith(("models:/", "runs:/")) for text in module.texts)
    if named and any("model.predict" in roles_of(call.name) for call in top):
        yield from islice((call for call in top if "model.load" in roles_of(call.name)), 1)


def _with_a_client(repo: Repository) -> Iterator[Tried]:
    for module in repo.tests.modules:
        if not tests_own_code(repo, module):
            continue
        for function in asserting(module):
            calls = chain(module.calls, calls_of_test(repo, function))
            if any("test.client" in roles_of(call.name) for call in calls):
                yield function.head, "Only a test client asks the API; nothing runs", False


def _with_the_shape(repo: Repository) -> Iterator[Tried]:
    """Tests that load the graph of a pipeline and look at its tasks."""
    for module in repo.tests.modules:
        shaped = any("test.shape" in roles_of(call.name) for call in module.calls) and INTEGRATION.search(module.path)
        for function in asserting(module) if shaped else ():
            yield function.head, "A test loads the pipeline and checks its shape; no task runs", False


def _by_predicting(repo: Repository) -> Iterator[Tried]:
    for function in predicting_tests(repo):
        yield function.head, "A test loads the model and predicts by itself; nothing of the project runs", False


def _under_load(repo: Repository) -> Iterator[Tried]:
    for module in repo.modules:
        if any(item.root == "locust" for item in module.imports):
            yield module.place, "A load script asks the service, but asserts nothing", False


def _starting_parts(repo: Repository) -> frozenset[str]:
    """The files with a command that starts containers."""
    return frozenset(item.origin.path for item in all_invocations(repo) if _STARTS_PARTS.search(item.text))


def _by_starting_script(repo: Repository) -> Iterator[Tried]:
    """A shell script that starts the parts and then a test runner, where there is a test that asserts."""
    started = repo.once(_starting_parts)
    if started and any(function.asserts for module in repo.tests.modules for function in module.functions):
        for item in all_invocations(repo):
            if item.origin.path in started and RUNNER.search(item.text) and item.origin.path.endswith(".sh"):
                yield item.origin, "A script starts the parts and runs tests on them", True


def _by_failing_script(repo: Repository) -> Iterator[Tried]:
    """A shell script of tests that starts the parts, runs a program of the project and fails by what has come of it."""
    started = repo.once(_starting_parts)
    for item in all_invocations(repo):
        path = item.origin.path
        if path not in started or not (path.endswith(".sh") and INTEGRATION.search(path)) or not repo.program(item):
            continue
        after = (repo.text(path) or "").split("\n")[item.origin.line :]
        if any(map(_ENDS_IN_FAILURE.match, after)) and any(map(_ASKS_WHETHER.match, after)):
            yield item.origin, "A script starts the parts, runs the project on them and fails by what comes of it", True
            return


_ENDS_IN_FAILURE = re.compile(r"\s*exit\s+[1-9]")
_ASKS_WHETHER = re.compile(r"\s*if\s+(?:!\s*)?\[")


def _trying(repo: Repository) -> Iterator[PythonModule]:
    """Test modules, and scripts elsewhere that are named after what they try."""
    yield from repo.tests.modules
    yield from (module for module in repo.code.modules if _SMOKE_FILE.search(module.path) or _only_asks(module))


def _only_asks(module: PythonModule) -> bool:
    """Whether all that a script does is to ask the project's own service, for a prediction or as its tests do."""
    if any(item.root in _DOES_MORE for item in module.imports):
        return False
    asking = [call for call in module.calls if call.root in ASKS]
    if any(_TEST.match(call.scope) and LOCAL_URL.search(text) for call in asking for text in call.texts()):
        return True
    return len(module.functions) <= 2 and any(_ASKS_MODEL.search(text) for call in asking for text in call.texts())


_TEST = re.compile(r"tests?_\w")
_ASKS_MODEL = re.compile(r"(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?/(?:\w+/)*(?:predict|invocations|score|infer)")
_DOES_MORE = frozenset(
    [
        "streamlit",
        "gradio",
        "flask",
        "fastapi",
        "dash",
        "airflow",
        "prefect",
        "dagster",
        "mage_ai",
        "mlflow",
        "sklearn",
        "torch",
        "tensorflow",
        "xgboost",
        "telegram",
        "django",
        "locust",
        "kafka",
        "evidently",
    ]
)


_SMOKE_FILE = re.compile(r"(?i)(?:smoke|e2e|end_to_end|integration_test)[^/]*\.py$")
_CLIENTS = frozenset({"bentoml", "gradio_client"})
_NO_SERVICE = ASKS | {"os", "subprocess"}


def _asked_by_commands(repo: Repository) -> Iterator[Tried]:
    """Requests that CI or scripts send to a part of the project that they started."""
    application = has_application(repo)
    for command in repo.ci_commands if application else ():
        text = command.invocation.text
        if _CURL.match(text) and LOCAL_URL.search(text):
            sends = bool(_SENDS.search(text))
            fails = _FAILS.search(text) or _stops_by_answer(repo, command.invocation.origin)
            whole = bool(sends and fails) and not command.swallowed
            message = _CI_SENDS_AND_FAILS if whole else _CI_SENDS_ONLY if sends else _CI_ASKS_ONLY
            yield command.place, message, whole
            return
    for item in all_invocations(repo):
        tests = INTEGRATION.search(item.origin.path) or re.search(
            r"(?i)test", " ".join((item.origin.path.rsplit("/", 1)[-1], *item.via))
        )
        asks = application and _CURL.match(item.text) and LOCAL_URL.search(item.text)
        if tests and (asks or _ASKS_ENDPOINT.match(item.text)):
            whole = bool(_SENDS.search(item.text)) and _stops_by_answer(repo, item.origin)
            yield item.origin, _ASSERTS if whole else _ASKS_ONLY, whole
            return
    for path in repo.inventory.of(Kind.SHELL):
        text = repo.text(path) or ""
        if _TRIES.search(path.rsplit("/", 1)[-1]) and (line := _line_that_asks(text, local=application)):
            yield Place(path, line), _ASKS_ONLY, False
            return


_ASSERTS = "A script asserts on the answers of a running part"
_ASKS_ONLY = "A script asks the running service, but asserts nothing"
_CI_SENDS_AND_FAILS = "CI sends data to the running service and fails without an answer"
_CI_SENDS_ONLY = "CI sends data to the running service, and nothing asks what it answers"
_CI_ASKS_ONLY = "CI asks whether the running service answers, and sends it no data"
_CURL = re.compile(r"curl\b")
_ASKS_ENDPOINT = re.compile(
    r"aws sagemaker-runtime invoke-endpoint\b|gcloud ai endpoints predict\b|az ml online-endpoint invoke\b"
)
_TRIES = re.compile(r"(?i)test|smoke|integ|e2e")
_SENDS = re.compile(r"\s(?:-d|--data\S*|--json|-F|--form)\b")
_FAILS = re.compile(r"\s(?:-[a-zA-Z]*f[a-zA-Z]*|--fail\S*)(?:\s|$)")


def _line_that_asks(text: str, *, local: bool) -> int:
    """The first line of a shell script that asks a service and is no comment, or 0."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1)]
    if local and LOCAL_URL.search(text):
        found = next((number for number, line in lines if re.match(r"[^#]*\bcurl\s", line)), 0)
        if found:
            return found
    return next((number for number, line in lines if _ASKS_ENDPOINT.match(line)), 0)


_LINES_BEHIND = 15
_LONGEST = 300  # characters of a line that are looked at
_STOPS = re.compile(r"(?s)\bif\b[^\n]*(?:\[|\bgrep\b|\btest\b)[^\n]*\n.{0,400}?\bexit\s+[1-9]")


def _stops_by_answer(repo: Repository, place: Place) -> bool:
    """Whether the script or the step in which a request stands ends with a failure by a condition further down."""
    behind = repo.lines(place.path)[place.line : place.line + _LINES_BEHIND]
    own = itertools.takewhile(lambda line: not _NEXT_STEP.match(line), behind)
    return bool(_STOPS.search("\n".join(line[:_LONGEST] for line in own)))


_NEXT_STEP = re.compile(r"\s*-\s+(?:name|run|uses|script|task)\s*:")


_STARTS_PARTS = re.compile(r"\bdocker(?:-compose|\scompose)\b.*\bup\b|\bdocker run\b")
