"""CI/CD for models: pipelines, what they run, gates, and the tests they can run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice

from analyzer.artifacts.python_source import Function
from analyzer.commands import Invocation
from analyzer.findings import Finding, Place, met, partial
from analyzer.inventory import Kind
from analyzer.plugins import rule
from analyzer.queries.best_runs import loaded_best, unconditional_promotions
from analyzer.queries.ci import (
    Act,
    acts,
    deploys_remotely,
    image_pushes,
    is_real,
    on_change,
    on_own_cluster,
    only_installs,
    pushes,
    stalled_commands,
)
from analyzer.queries.ci_training import deploys_flows, training_acts
from analyzer.queries.containers import composed
from analyzer.queries.gates import gates, idle_gates
from analyzer.queries.leading import leads_to, module_reaches
from analyzer.queries.other_tests import other_unit_tests
from analyzer.queries.places import where_named
from analyzer.queries.purpose import has_model, works_on_data
from analyzer.queries.smoke import smoke_tests
from analyzer.queries.testing import (
    bare_assertions,
    collected_tests,
    integration_tests,
    is_integration,
    strange_tests,
    unit_tests,
)
from analyzer.queries.validation import checked_with_consequence, computed_without, guards, request_schemas
from analyzer.repository import Repository
from analyzer.wiring.breaks import empty_test_run

_CI = (Kind.GITHUB_WORKFLOW, Kind.GITLAB_CI, Kind.JENKINSFILE, Kind.CIRCLECI, Kind.AZURE_PIPELINES)
_LINT_HOOKS = re.compile(
    r"ruff|black|flake8|pylint|isort|mypy|pyupgrade|autopep8|pydocstyle|bandit|yapf|pyright|prettier|sqlfluff|nbqa|autoflake|pycln|terraform|hadolint|trailing-whitespace|end-of-file-fixer|check-yaml"
)


_MISPLACED = {
    "github-actions": "The workflow stands where GitHub does not look: it must be in .github/workflows of the root",
    "gitlab-ci": "The pipeline stands where GitLab does not look: it must be .gitlab-ci.yml of the root",
    "circleci": "The pipeline stands where CircleCI does not look: it must be .circleci/config.yml of the root",
}
_COMMENTED_JOB = re.compile(r"(?m)^[ \t]*#[ \t]*(?:- )?(?:on|jobs|steps|runs-on|uses|run):")


@rule("ci.pipeline", reads=_CI)
def runs_on_change(repo: Repository) -> Iterator[Finding]:
    """There is no CI configuration with a real job."""
    real = [item for item in repo.pipelines if is_real(repo, item)]
    for pipeline in real:
        if on_change(pipeline):
            yield met("CI runs on push or pull request", pipeline)
            return
    for pipeline in real:
        yield partial("CI is started by hand or on a schedule only", pipeline)
        return
    for pipeline in repo.pipelines:
        if on_change(pipeline) and only_installs(repo, pipeline):
            yield partial("CI runs on push or pull request, and does nothing but install", pipeline)
            return
    for pipeline in repo.misplaced_pipelines:
        yield partial(_MISPLACED[pipeline.system], pipeline)
        return
    for path in repo.silent_workflows:
        if len(_COMMENTED_JOB.findall(repo.text(path) or "")) >= 2:
            yield partial("The workflow is commented out", Place(path, 1))
            return


def _graded(found: tuple[Act, ...], message: str) -> Iterator[Finding]:
    """Met by the first act that nothing lessens, else partial with what lessens the best one."""
    for act in found[:1]:
        if act.full:
            yield met(message, act.place, act.origin)
        else:
            yield partial(f"{message}, but {act.flaw}", act.place, act.origin)


@rule("ci.tests", reads=_CI)
def ci_runs_tests(repo: Repository) -> Iterator[Finding]:
    """CI runs no automated tests."""
    found = acts(repo, "test")
    if found and not list(collected_tests(repo)) and not _foreign_tests(found):
        yield partial("CI starts a test runner, but the repository has no test that it would collect", found[0].place)
        return
    if not found:
        found = tuple(act for act in acts(repo, "run.python") if _runs_test_file(act))
        mute = [act for act in found if _asserts_nothing(repo, act)]
        if mute and len(mute) == len(found):
            yield partial("CI runs scripts that are named as tests and assert nothing", mute[0].place)
            return
    if not found and list(collected_tests(repo)):
        for command in stalled_commands(repo, "test"):
            yield partial("CI starts the tests, but asks for files that are not in the repository", command.place)
            return
    for act in found[:1]:
        broken = empty_test_run(repo, act.invocation) if act.invocation else None
        if broken and all(item.invocation and empty_test_run(repo, item.invocation) for item in found):
            yield partial(f"CI starts a test runner, but {broken.sentence}", broken.place)
            return
    yield from _graded(found, "CI runs automated tests")


def _foreign_tests(found: tuple[Act, ...]) -> bool:
    return any(
        act.invocation
        and re.match(
            r"(?:npm|yarn|pnpm|go|cargo|jest|vitest|dotnet|mvn|gradle|\./mvnw|\./gradlew)\b", act.invocation.text
        )
        for act in found
    )


def _runs_test_file(act: Act) -> bool:
    return bool(
        act.invocation
        and re.search(
            r"(?:^|[/\s])(?:test_\w+|\w+_test|tests?)\.py|\s-m\s+(?:\w+\.)*(?:test_\w+|\w+_test)\b", act.invocation.text
        )
    )


def _asserts_nothing(repo: Repository, act: Act) -> bool:
    """Whether what CI runs is a module of the repository in which nothing can fail for what it finds."""
    module = repo.world.module(repo.program(act.invocation)) if act.invocation else None
    return module is not None and not (module.checks or any(item.asserts for item in module.functions))


@rule("ci.lint", reads=_CI)
def ci_runs_linter(repo: Repository) -> Iterator[Finding]:
    """CI runs no linter, formatter or type checker."""
    found = [act for act in acts(repo, "lint") if not _without_hooks(repo, act)]
    yield from _graded(tuple(found), "CI runs a linter, formatter or type checker")


def _without_hooks(repo: Repository, act: Act) -> bool:
    """A run of pre-commit whose configuration has no hook that checks code."""
    text = act.invocation.text if act.invocation else act.step.uses
    if "pre-commit" not in text:
        return False
    return not any(_LINT_HOOKS.search(hook.id) for file in repo.pre_commit_files for hook in file.hooks)


@rule("ci.deploy", reads=_CI)
def ci_delivers(repo: Repository) -> Iterator[Finding]:
    """CI neither pushes an image nor deploys."""
    delivering = [
        *image_pushes(repo),
        *(act for act in acts(repo, "deploy") if act.invocation is None or deploys_remotely(act.invocation)),
        *acts(repo, "infra.apply"),
        *(act for act in acts(repo, "run.python") if _program_deploys(repo, act)),
    ]
    ordered = sorted((act for act in delivering if not on_own_cluster(act)), key=lambda act: not act.full)
    if ordered:
        yield from _graded(tuple(ordered), "CI pushes an image or deploys")
        return
    building = [act for act in acts(repo, "image.build") if act.invocation is not None or not pushes(act)]
    # A runner has no image yet, so that to start a service builds it.
    building += [act for act in acts(repo, "compose.up") if act.invocation and _starts_own(repo, act.invocation)]
    if building:
        yield partial("CI builds an image, but neither pushes nor deploys it", building[0].place, building[0].origin)


def _starts_own(repo: Repository, item: Invocation) -> bool:
    """Whether a command of compose starts a service that is built from the repository."""
    return any(service.builds for service in composed(repo, item))


def _program_deploys(repo: Repository, act: Act) -> bool:
    """Whether what CI runs is a program of the project that puts the model on a managed endpoint, or flows on a server."""
    lines = frozenset((call.path, call.line) for call in repo.code.calls("serve.remote") if _PUTS.search(call.last))
    path = repo.program(act.invocation) if act.invocation else ""
    return bool(path) and ((bool(lines) and leads_to(repo, path, lines)) or deploys_flows(repo, path))


_PUTS = re.compile(r"deploy|create|update")


@rule("ci.training", reads=_CI)
def ci_trains(repo: Repository) -> Iterator[Finding]:
    """CI/CD triggers no training."""
    for act in sorted(training_acts(repo), key=_by_purpose):
        if act.misplaced or act.swallowed:
            yield partial(f"CI trains, but {act.flaw}", act.place, act.origin)
        elif _is_for_tests(repo, act):
            yield partial("CI trains a model for its tests", act.place, act.origin)
        else:
            yield met("CI/CD triggers training", act.place, act.origin)
        return
    if not acts(repo, "test"):
        return
    alone = (test for test in collected_tests(repo) if _is_of_training(repo, test))
    for test in chain(islice(integration_tests(repo), _MOST_TESTS), islice(alone, _MOST_TESTS)):
        if _is_asked_for(repo, test.path) and _test_trains(repo, test):
            yield partial("CI trains only within a test", test.head)
            return


_MOST_TESTS = 200  # that are looked through; each may lead anywhere


def _is_for_tests(repo: Repository, act: Act) -> bool:
    """Whether what is trained is there for the tests that the same job runs next: by the names of both, or of a script."""
    if act.origin.path.endswith(".sh") and _SCRIPT_OF_TESTS.search(act.origin.path):
        return True
    told = f"{act.pipeline.path} {act.job.name}"
    after = (test for test in acts(repo, "test") if test.job is act.job and test.place.line > act.place.line)
    kept = any(
        "upload-artifact" in step.uses and _OF_MODEL.search(" ".join(step.inputs.values())) for step in act.job.steps
    )
    return bool(re.search(r"(?i)test|integration", told)) and any(after) and not kept


def _is_asked_for(repo: Repository, path: str) -> bool:
    """Whether CI runs the tests of a module: all that there are, or those that it names."""
    for act in acts(repo, "test"):
        words = act.invocation.argv[1:] if act.invocation else ()
        named = [word.partition("::")[0].strip("./") for word in words if _names_tests(word)]
        if not named or any(not name or f"/{name}/" in f"/{path}/" for name in named):
            return True
    return False


def _names_tests(word: str) -> bool:
    """Whether a word of a command is a path: a folder, a module or one test of it."""
    path = word.partition("::")[0]
    return not word.startswith("-") and ("/" in path or path.endswith(".py"))


_OF_MODEL = re.compile(r"(?i)model|mlruns")
_SCRIPT_OF_TESTS = re.compile(r"(?i)(?:^|[/_-])(?:tests?|integration|e2e)(?![a-z])")


def _by_purpose(act: Act) -> tuple[bool, bool]:
    """Steps first that are there to train, by their workflow, job or command; those within tests last."""
    told = f"{act.pipeline.path} {act.job.name} {act.invocation.text if act.invocation else ''}"
    return not re.search(r"(?i)train|repro|pipeline|flow", told), bool(re.search(r"(?i)test|integration|lint", told))


def _is_of_training(repo: Repository, test: Function) -> bool:
    """Whether a test of a unit is one of training by its name, replaces nothing and hides no failure."""
    if test.swallows or "train" not in f"{test.path} {test.qualname}".lower():
        return False
    calls = repo.tests.calls_in(test.path, test.qualname)
    told = (*test.parameters, *test.decorators, *(call.name for call in calls))
    return not any(map(_REPLACES.search, told))


_REPLACES = re.compile(r"(?i)mock|patch")


def _test_trains(repo: Repository, test: Function) -> bool:
    """Whether a test comes to training, in its own process or in a program that its module starts."""
    fit = repo.world.reaches(test.path, test.qualname, "model.fit", steps=5)
    if fit and repo.tests.module(fit.path) is None:  # a model that a test fits for itself is no training of the project
        return True
    module = repo.world.module(test.path)
    started = [text.value for text in module.texts] if module else []
    return any(
        (path := repo.world.local.find(name, test.path)) and module_reaches(repo, path, "model.fit")
        for name in started
        if re.fullmatch(r"[a-z_]\w*(?:\.\w+)+", name)
    )


@rule("ci.data-validation", reads=(Kind.PYTHON, Kind.NOTEBOOK), needs=works_on_data)
def validates_data(repo: Repository) -> Iterator[Finding]:
    """Data are not validated automatically."""
    for place in checked_with_consequence(repo):
        yield met("Data are validated, and a failed check stops the run", place)
        return
    for place in computed_without(repo):
        yield partial("Checks of the data are computed, but nothing stops when they fail", place)
        return
    for place in guards(repo):
        yield partial("A guard stops the run where a column or a value is lacking, and nothing else is checked", place)
        return
    for place in request_schemas(repo):
        yield partial("Only the requests of the API are validated", place)
        return
    notebook = repo.notebook_code.calls("validate.data")
    if notebook:
        yield partial("Data are validated only in a notebook", notebook[0])


@rule("ci.model-gate", reads=(Kind.PYTHON,), needs=has_model)
def gates_models(repo: Repository) -> Iterator[Finding]:
    """No threshold or comparison decides which model is promoted."""
    for place in gates(repo):
        yield met("A threshold or comparison decides about the model", place)
        return
    for call in unconditional_promotions(repo):
        place = where_named(repo, call, "order_by", "ascending")
        yield partial("The best run is promoted without a threshold or a comparison", place)
        return
    for call in loaded_best(repo):
        yield partial("What serves takes the best run by a metric, without a threshold or a comparison", call)
        return
    for place in idle_gates(repo):
        yield partial("Metrics are compared, but nothing that is registered, promoted or deployed depends on it", place)
        return


_TOGETHER = re.compile(
    r"(?i)(?:^|/)(?:integ\w*|e2e|end[-_]to[-_]end|system|smoke)[-_]?(?:tests?)?/|(?:^|/)[^/]*integration[^/]*\.py$"
)


@rule("tests.unit", reads=(Kind.PYTHON, Kind.PROGRAM))
def has_unit_tests(repo: Repository) -> Iterator[Finding]:
    """There are no unit tests with assertions."""
    tests = list(unit_tests(repo))
    if len(tests) == 1 and _TOGETHER.search(tests[0].path) and tests[0] in list(integration_tests(repo)):
        tests = []  # it is told as what it is
    sound = [test for test in tests if not test.swallows]
    alone = [test for test in sound if not _TOGETHER.search(test.path)]
    sound = alone or sound
    elsewhere = list(other_unit_tests(repo)) if len(sound) < 2 else []
    if len(elsewhere) > len(sound):
        many = f"{len(elsewhere)} unit tests" if len(elsewhere) > 1 else "One unit test"
        graded = met if len(elsewhere) > 1 else partial
        yield graded(f"{many} with assertions, in another language than Python", *elsewhere[:3])
    elif len(sound) >= 2:
        yield met(f"{len(sound)} unit tests with assertions", *(test.head for test in sound[:3]))
    elif sound:
        yield partial("One unit test only", sound[0].head)
    elif tests:
        yield partial("The tests hide their own failure", tests[0].head)
    else:
        uncollected = list(unit_tests(repo, collected=False))
        if uncollected:
            yield partial(
                "Tests were found that no runner collects: their file or function names do not begin with test",
                uncollected[0].head,
            )
        for test in strange_tests(repo):
            yield partial("The tests assert, but on nothing of the project's own code", test.head)
            return
        for place in bare_assertions(repo):
            yield partial("A script asserts, but it has no test that a runner would collect", place)
            return


@rule("tests.integration", reads=(Kind.PYTHON,))
def has_integration_tests(repo: Repository) -> Iterator[Finding]:
    """There are no integration or end-to-end tests."""
    for test in integration_tests(repo):
        if is_integration(repo, test):
            yield met("An integration test asserts on a running part", test.head)
        else:
            yield met("A test runs the pipeline from its data to its model", test.head)
        return
    for place, message, whole in smoke_tests(repo):
        yield met(message, place) if whole else partial(message, place)
        if whole:
            return
