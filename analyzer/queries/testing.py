"""The tests of a project: which are collected, which test units, which test parts together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from analyzer.artifacts.python_source import Call, Function, PythonModule
from analyzer.findings import Place
from analyzer.knowledge.paths import MODEL_FILE
from analyzer.knowledge.python_calls import roles_of
from analyzer.module_kinds import is_collected
from analyzer.queries.ci import acts
from analyzer.queries.commands import all_invocations
from analyzer.queries.leading import lines_of, module_reaches
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "bare_assertions",
    "calls_of_test",
    "collected_tests",
    "integration_tests",
    "is_integration",
    "predicting_tests",
    "run_by_name",
    "starts_a_program",
    "strange_tests",
    "tests_own_code",
    "unit_tests",
]

INTEGRATION = re.compile(r"(?i)integ(?!rit)|e2e|end[-_]?to[-_]?end|system|functional|docker|smoke|acceptance")
LOCAL_URL = re.compile(r"(?i)localhost|127\.0\.0\.1|0\.0\.0\.0|host\.docker|://\w+:\d+|{}|:\d{4}\b")
ASKS = frozenset({"requests", "httpx", "urllib", "urllib3", "aiohttp", "http"})
STARTS = frozenset(
    {
        "testcontainers",
        "docker",
        "pytest_docker",
        "psycopg",
        "psycopg2",
        "redis",
        "kafka",
        "pymongo",
        "localstack",
        "moto",
    }
)


def _modules(repo: Repository, *, collected: bool) -> Iterator[PythonModule]:
    named = repo.once(run_by_name)
    for module in repo.tests.modules:
        if (is_collected(module.path) or module.path in named) is collected:
            yield module


RUNNER = re.compile(r"\b(?:pytest|py\.test|unittest)\b")
_FILE = re.compile(r"[\w./-]+\.py\b")


def run_by_name(repo: Repository) -> frozenset[str]:
    """Test modules that a command, a CI step or a hook names to a test runner, whatever they are called."""
    told = [(item.text, item.origin.path) for item in all_invocations(repo) if RUNNER.search(item.text)]
    for file in repo.pre_commit_files:
        told += [(" ".join((hook.entry, *hook.args)), file.path) for hook in file.hooks]
    tests = [module.path for module in repo.tests.modules]
    found: set[str] = set()
    for text, origin in told:
        for match in _FILE.finditer(text) if RUNNER.search(text) else ():
            path = repo.find(match.group(), origin.rpartition("/")[0])
            tail = "/" + re.sub(r"^(?:\.{1,2}/)+", "", match.group())
            found.update([path] if path else [item for item in tests if f"/{item}".endswith(tail)])
    called = {name for item in all_invocations(repo) if " -c " in item.text for name in _CALLS.findall(item.text)}
    found.update(path for path in tests if called and path.rsplit("/", 1)[-1].removesuffix(".py") in called)
    return frozenset(found)


_CALLS = re.compile(r"\b(\w+)\.test\w*\(")
"""A call of a test by the name of its module: ``python -c "import a; a.test_b()"``."""


def asserting(module: PythonModule, *, named: bool = True) -> Iterator[Function]:
    """The tests of a module that can fail: by assertions of their own, or of a helper beside them that they call."""
    helping = {item.name for item in module.functions if item.checks and not item.name.startswith("test")}
    by_helper = {call.scope for call in module.calls if call.name in helping} if helping else set()
    for function in module.functions:
        named_so = function.name.startswith("test") or not named
        skipped = any(name.endswith(("mark.skip", "unittest.skip")) for name in function.decorators)
        helper = function.nested or "pytest.fixture" in function.decorators
        asserts = function.asserts or (named and function.qualname in by_helper and not function.stub)
        if asserts and named_so and not skipped and not helper:
            yield function


@remembered
def collected_tests(repo: Repository) -> Iterator[Function]:
    """Test functions with assertions that pytest or unittest would find."""
    for module in _modules(repo, collected=True):
        yield from asserting(module)


def is_integration(repo: Repository, function: Function) -> bool:
    """Whether a test asks a running part, or runs several parts together."""
    return _live_call(repo, function) is not None


@remembered
def _live_call(repo: Repository, function: Function) -> Call | None:
    for call in calls_of_test(repo, function):
        if "test.live" not in roles_of(call.name):
            continue
        if call.root in ASKS:
            if (
                any(LOCAL_URL.search(text) for text in call.texts())
                or INTEGRATION.search(function.path)
                or not call.texts()
            ):
                return call
        elif (
            (call.root in STARTS and not _mocked(repo, function, call))
            or starts_a_program(call)
            or (call.root in ("sqlalchemy", "boto3", "prefect", "airflow") and INTEGRATION.search(function.path))
        ):
            return call
    return _connection(repo, function) or _beside_services(repo, function) or _from_registry(repo, function)


def _from_registry(repo: Repository, function: Function) -> Call | None:
    """The call by which an integration test, by its path, gets a model by name from a registry that must be running."""
    for call in calls_of_test(repo, function) if _CALLED_SO.search(function.path) else ():
        named = any(text.startswith("models:/") for text in call.texts())
        if named and "model.load" in roles_of(call.name) and not _replaces_parts(repo, function):
            return call
    return None


_SERVICE = re.compile(
    r"(?:^|/)(?:postgres|postgis|timescaledb|mysql|mariadb|redis|mongo|kafka|rabbitmq|minio|qdrant)\b"
)
_CONNECTS = re.compile(r"(?:^|\.)(?:create_(?:async_)?engine|async_engine_from_config)$")


def _beside_services(repo: Repository, function: Function) -> Call | None:
    """The call by which what a test is given connects to a database that CI starts beside its tests."""
    if not function.parameters or not repo.once(_has_services_for_tests) or _replaces_parts(repo, function):
        return None
    paths = (*(f"{folder}conftest.py" for folder in _folders(function.path)), function.path)
    return next((call for path in paths if (call := _connecting(repo, path))), None)


@remembered
def _connecting(repo: Repository, path: str) -> Call | None:
    """The first call of a function of a test module that connects to a database or a broker."""
    module = repo.tests.module(path)
    for call in module.calls if module else ():
        if call.scope and (_CONNECTS.search(call.name) or "test.server" in roles_of(call.name)):
            return call
    return None


def _has_services_for_tests(repo: Repository) -> bool:
    """Whether a job of CI that runs tests has a database or a broker beside it."""
    return any(_SERVICE.search(image) for act in acts(repo, "test") for image in act.job.images)


def starts_a_program(call: Call) -> bool:
    """Whether a call starts a program, a service or a container as a process."""
    return call.root in ("subprocess", "os") and any(_PROGRAM.search(text) for text in call.texts())


_PROGRAM = re.compile(r"docker|podman|python|uvicorn|gunicorn|flask|compose|functions-framework|bentoml|mlflow|prefect")


def _connection(repo: Repository, function: Function) -> Call | None:
    """The call by which own code that a test calls connects to a server, where nothing stands in for it.

    To a database or a broker; in a test that is called integration, to a bucket or an address too.
    """
    if _replaces_parts(repo, function):
        return None
    roles = ("test.server", "data.download") if _CALLED_SO.search(function.path) else ("test.server",)
    for role in roles:
        found = repo.world.reaches(function.path, function.qualname, role)
        if found and found.path != function.path:
            return found
    return None


_CALLED_SO = re.compile(r"(?i)(?:^|[/_-])integ\w*")


def _replaces_parts(repo: Repository, function: Function) -> bool:
    """Whether a test may put something in the place of a part of the project, as far as what it is given and imports tell."""
    module = repo.world.module(function.path)
    return (
        not {"monkeypatch", "mocker"}.isdisjoint(function.parameters)
        or module is None
        or any("mock" in item.dotted.split(".") for item in module.imports)
    )


def _mocked(repo: Repository, function: Function, call: Call) -> bool:
    return call.root == "moto" and not INTEGRATION.search(function.path)


def calls_of_test(repo: Repository, function: Function) -> list[Call]:
    """Calls of a test, of the fixtures and helpers of test modules that it names."""
    tests = repo.tests
    found = list(tests.calls_in(function.path, function.qualname))
    names = {*function.parameters, *(call.name for call in found), *_SETUPS}
    known = repo.once(_helpers)
    # A conftest.py serves the tests of its folder and of all below it.
    shared = [f"{folder}conftest.py" for folder in _folders(function.path)]
    numbers = {number for place in {function.path, *shared} for name in names for number in known.named(place, name)}
    for number in sorted(numbers):
        helper = known.functions[number]
        found += tests.calls_in(helper.path, helper.qualname)
    return found


_SETUPS = ("setUp", "setUpClass", "setup_module", "setup_method", "setup_class")


class _Helpers(Struct, frozen=True):
    """The functions of test modules, and their numbers by module and name."""

    functions: tuple[Function, ...]
    numbers: Mapping[tuple[str, str], Sequence[int]]

    def named(self, path: str, name: str) -> Sequence[int]:
        """The numbers of the functions of that name in a module."""
        return self.numbers.get((path, name), ())


def _folders(path: str) -> Iterator[str]:
    """The folders that a path lies in, each with a slash at its end; the root is the empty string."""
    yield ""
    yield from (path[: end + 1] for end, letter in enumerate(path) if letter == "/")


def _helpers(repo: Repository) -> _Helpers:
    functions = tuple(function for module in repo.tests.modules for function in module.functions)
    numbers: dict[tuple[str, str], list[int]] = {}
    for number, function in enumerate(functions):
        numbers.setdefault((function.path, function.name), []).append(number)
    return _Helpers(functions, numbers)


@remembered
def unit_tests(repo: Repository, *, collected: bool = True) -> Iterator[Function]:
    """Tests with assertions of the project's own code that need nothing running."""
    for module in _modules(repo, collected=collected):
        if not tests_own_code(repo, module):
            continue
        for function in asserting(module, named=collected):
            if INTEGRATION.search(function.path.rsplit("/", 2)[-2] if "/" in function.path else "") and is_integration(
                repo, function
            ):
                continue
            if not is_integration(repo, function):
                yield function


def strange_tests(repo: Repository) -> Iterator[Function]:
    """Tests with assertions that are collected, need nothing running, and use nothing of the project."""
    for module in _modules(repo, collected=True):
        together = INTEGRATION.search(module.path) and "unit" not in module.path.lower()
        if not (together or tests_own_code(repo, module)):
            yield from (item for item in asserting(module) if not is_integration(repo, item))


@remembered
def _module_folders(repo: Repository) -> frozenset[str]:
    """The names of folders that hold modules."""
    return frozenset(part for module in repo.modules for part in module.path.split("/")[:-1])


def tests_own_code(repo: Repository, module: PythonModule) -> bool:
    """Whether the module uses something of this repository that it imports, or loads a model that is kept in it."""
    local = repo.world.local
    if any(MODEL_FILE.search(text.value) and repo.find(text.value) for text in module.texts):
        return True
    for item in module.used_imports:
        if item.module.startswith("."):
            return True
        for dotted in (item.dotted, item.module):
            path = local.find(dotted, module.path)
            if path and path != module.path:
                return True
        if item.root in _module_folders(repo):
            return True
    return any(item != module and tests_own_code(repo, item) for item in _fixtures_of(repo, module))


def _fixtures_of(repo: Repository, module: PythonModule) -> Iterator[PythonModule]:
    """The conftest modules whose fixtures the tests of a module ask for."""
    asked = {name for function in module.functions for name in function.parameters}
    known = repo.once(_helpers)
    for folder in _folders(module.path) if asked else ():
        path = f"{folder}conftest.py"
        found = repo.tests.module(path)
        if found is not None and any(known.named(path, name) for name in asked):
            yield found


@remembered
def integration_tests(repo: Repository) -> Iterator[Function]:
    """Tests with assertions on a running service, container, database or whole pipeline."""
    for collected in (True, False):
        for module in _modules(repo, collected=collected):
            for function in asserting(module, named=collected):
                if not function.swallows and (is_integration(repo, function) or _runs_pipeline(repo, function)):
                    yield function


def _runs_pipeline(repo: Repository, function: Function) -> bool:
    """Whether a test runs training or scoring end to end.

    Its name or its folder says so, or it calls three of the project's modules or more, one of which trains, or a flow of
    an orchestrator that trains.
    """
    world = repo.world
    name = f"{function.path} {function.name}"
    if _runs_flow(repo, function):
        return True
    if not (INTEGRATION.search(name) or _WHOLE.search(name)):
        parts = {path for _, (path, _) in world.local_calls(function.path, function.qualname)} - {function.path}
        if len(parts) < _SEVERAL or not world.reaches(function.path, function.qualname, "model.fit", steps=4):
            return False
    reached = _stages(repo, function)
    module = world.module(function.path)
    used = module is not None and tests_own_code(repo, module)
    own = any(call.path != function.path or (role == "model.fit" and used) for role, call in reached.items())
    return (own and len(reached) >= 2) or len(_stages_driven(repo, function)) >= 2


def _runs_flow(repo: Repository, function: Function) -> bool:
    """Whether a test calls a flow as it is, without anything in the place of its parts, which reads data and trains."""
    flows = {(call.path, call.decorates) for call in repo.world.calls("pipeline.flow") if call.decorates}
    called = flows.intersection(target for _, target in repo.world.local_calls(function.path, function.qualname))
    if not called or _replaces_parts(repo, function):
        return False
    training = lines_of(repo, "model.fit")
    return any(
        repo.world.reaches(path, name, "data.read", steps=4)
        and (repo.world.reaches(path, name, "model.fit", steps=4) or repo.world.comes_to(path, name, training, steps=4))
        for path, name in sorted(called)
    )


def _stages(repo: Repository, function: Function) -> dict[str, Call]:
    """The stages that a test comes to, each with the call that is one."""
    found = {role: repo.world.reaches(function.path, function.qualname, role, steps=4) for role in _STAGES}
    return {role: call for role, call in found.items() if call is not None}


def predicting_tests(repo: Repository) -> Iterator[Function]:
    """Integration tests by their name that load a model and predict in their own body: nothing of the project runs."""
    for function in collected_tests(repo):
        reached = _stages(repo, function) if INTEGRATION.search(f"{function.path} {function.name}") else {}
        if len(reached) >= 2 and all(call.path == function.path for call in reached.values()):
            yield function


_SEVERAL = 3
_WHOLE = re.compile(r"(?i)whole|full_|entire|all_stages")
_STAGES = ("model.fit", "model.predict", "data.read", "model.load", "pipeline.flow")


def _stages_driven(repo: Repository, function: Function) -> set[str]:
    """Roles that the modules play which a test names and whose entry points it calls in a loop."""
    world, module = repo.world, repo.world.module(function.path)
    if module is None or not any(
        call.last in ("main", "run") for call in world.calls_in(function.path, function.qualname)
    ):
        return set()
    named = module.names_in.get(function.qualname, frozenset())
    paths = {
        path
        for item in module.used_imports
        if item.dotted.rsplit(".", 1)[-1] in named and (path := world.local.find(item.dotted, module.path))
    }
    return {role for role in _STAGES for path in paths if module_reaches(repo, path, role)}


def bare_assertions(repo: Repository) -> Iterator[Place]:
    """Assertions on the module's own level of test scripts: a run checks them, a test runner does not."""
    for module in repo.tests.modules:
        if module.checks and not any(function.name.startswith("test") for function in module.functions):
            yield Place(module.path, module.checks[0])
