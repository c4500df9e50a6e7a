"""What runs by itself: schedules in orchestrators, workflows, infrastructure and clusters, and what they start."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from analyzer.artifacts.ci import Pipeline
from analyzer.artifacts.infrastructure import Resource
from analyzer.artifacts.orchestration import Workflow
from analyzer.artifacts.python_source import Call
from analyzer.findings import Located, Place
from analyzer.inventory import Kind
from analyzer.queries.commands import all_invocations
from analyzer.queries.declared import own_parts, programs_in, runs_code
from analyzer.queries.leading import MOST_CALLS, leads_to, lines_of, module_reaches, run_by
from analyzer.queries.places import where_named
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "Schedule",
    "is_asked_first",
    "requested_scoring",
    "scheduled_scoring",
    "schedules",
    "starts_training",
    "training_flows",
]

_KEYWORDS = ("cron", "interval", "schedule", "schedules", "schedule_interval", "rrule", "timetable")
_TAKES = frozenset(
    {
        "serve",
        "deploy",
        "to_deployment",
        "build_from_flow",
        "Deployment",
        "DAG",
        "dag",
        "DeploymentSpec",
        "create_deployment",
    }
)


class Schedule(Struct, frozen=True):
    """A schedule with the modules and functions that it starts; ``idle`` says why it starts nothing as it stands."""

    place: Place
    modules: tuple[str, ...]
    functions: tuple[tuple[str, str], ...] = ()
    idle: str = ""
    tool: str = ""

    def starts(self, repo: Repository, role: str) -> bool:
        """Whether what it starts comes to a call of the role."""
        return self.comes_to(repo, lines_of(repo, role))

    def comes_to(self, repo: Repository, lines: frozenset[tuple[str, int]]) -> bool:
        """Whether what it starts comes to a call on one of the lines, (path, number), or to the module of one."""
        for path, scope in self.functions:
            if repo.code.comes_to(path, scope, lines, steps=MOST_CALLS):
                return True
        run = {target for path, _ in self.functions for target in run_by(repo, path)}
        return any(leads_to(repo, path, lines) for path in sorted({*self.modules, *run}))


@remembered
def schedules(repo: Repository) -> Iterator[Schedule]:
    """Every schedule in the repository."""
    yield from _in_code(repo)
    for workflow in repo.workflows:
        if workflow.schedule:
            yield _of_workflow(repo, workflow)
    for pipeline in repo.pipelines:
        for trigger in pipeline.triggers:
            if trigger.kind == "schedule":
                yield Schedule(
                    Place(pipeline.path, trigger.line), tuple(_programs(repo, pipeline)), tool=pipeline.system
                )
    yield from _in_commands(repo)
    for item in repo.kubernetes:
        if item.kind in ("CronJob", "CronWorkflow", "ScheduledWorkflow", "ScheduledSparkApplication"):
            named = programs_in(repo, (repo.text(item.path) or "",), item.path)
            yield Schedule(item.place, tuple(_all_programs(repo) if runs_code(repo) else named), tool="kubernetes")
    for file in repo.infrastructure:
        for resource in file.resources:
            if _BY_TIME.search(resource.type) and _TIME.search(_written(repo, resource)):
                beside = _programs_beside(repo, file.path) if runs_code(repo) else ()
                yield Schedule(resource.place, beside, tool=file.tool)


# https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_events-readme.html names its class Rule alone.
_BY_TIME = re.compile(r"(?i)scheduler|event_?rule|events::rule|cloudwatch_event_rule|cron|^(?:\w+\.)*(?:cfn)?rule$")
_TIME = re.compile(r"(?i)cron|rate\s*\(|schedule")
_LINES_OF_A_RULE = 10


def _written(repo: Repository, resource: Resource) -> str:
    """What a resource says of itself; of one in code, the lines from which it is made."""
    if resource.body or resource.attributes:
        return f"{resource.body} {' '.join(resource.attributes)}"
    return "\n".join(repo.lines(resource.path)[resource.line - 1 :][:_LINES_OF_A_RULE])


_TIMES = frozenset({"--cron", "--interval", "--rrule"})


def _in_commands(repo: Repository) -> Iterator[Schedule]:
    """Commands that give Prefect a deployment with a schedule."""
    for item in all_invocations(repo):
        words = item.argv
        if words[0] != "prefect" or "deploy" not in " ".join(words[1:3]) or _TIMES.isdisjoint(words):
            continue
        entry = next((word for word in words if ".py:" in word), "")
        path = repo.find(entry.partition(":")[0]) if entry else None
        if path:
            built = "build" in words and not _IS_APPLIED.search(item.text)
            idle = "nothing applies it" if built else ""
            yield Schedule(item.origin, (), ((path, entry.partition(":")[2]),), idle, "prefect")


def _in_code(repo: Repository) -> Iterator[Schedule]:
    code = repo.code
    seen: set[tuple[str, int]] = set()
    for module in code.modules:
        for call in module.calls:
            if (
                call.keywords
                and call.last in _TAKES
                and any(call.has_keyword(name) and _is_set(call, name) for name in _KEYWORDS)
                and code.is_reached(call.path, call.scope)
                and (call.path, call.line) not in seen
            ):
                seen.add((call.path, call.line))
                place = where_named(repo, call, *_KEYWORDS)
                idle = "" if _is_applied(repo, call) else "nothing applies it"
                yield Schedule(place, tuple(_modules_of(repo, call)), tuple(_functions_of(repo, call)), idle, call.root)
    taken = bool(seen)
    for call in code.calls("pipeline.schedule"):
        # A schedule of Prefect is one by what takes it.
        if (call.path, call.line) not in seen and not (call.root == "prefect" and taken):
            seen.add((call.path, call.line))
            idle = "nothing takes it" if call.root == "prefect" else ""
            yield Schedule(call.place, (call.path,), idle=idle, tool=call.root)


# Deployments of Prefect that are only built; the service knows of them when they are applied.
_BUILT = re.compile(r"prefect\.(?:\w+\.)*(?:Deployment(?:\.build_from_flow)?|DeploymentSpec)")
_APPLIES = re.compile(r"prefect deployment (?:create|build|apply)\b[^\n]*")
_WRITTEN = (Kind.DOCUMENT, Kind.MAKEFILE, Kind.SHELL, Kind.GITHUB_WORKFLOW, Kind.COMPOSE, Kind.DOCKERFILE)


def _is_applied(repo: Repository, call: Call) -> bool:
    """Whether a deployment that code builds comes to the service: by code, or by a command that names the module."""
    if not _BUILT.fullmatch(call.name) or call.keyword("apply") or _applies(repo):
        return True
    name = posixpath.basename(call.path)
    return any(name in line for line in _applied_by_commands(repo))


@remembered
def _applies(repo: Repository) -> bool:
    """Whether code applies a deployment; frames and images have a method of that name as well."""
    calls = (call for module in repo.code.modules for call in module.calls if call.last == "apply")
    return any(call.root == "prefect" or "deploy" in call.name.lower() for call in calls)


@remembered
def _applied_by_commands(repo: Repository) -> tuple[str, ...]:
    """The lines that tell Prefect of a deployment, in documents and whatever else holds commands."""
    texts = (repo.text(path) or "" for path in repo.inventory.of(*_WRITTEN))
    return tuple(match.group() for text in texts for match in _APPLIES.finditer(text))


def _is_set(call: Call, name: str) -> bool:
    value = call.keyword(name)
    return value not in ("", "None", "@once", ()) and not (
        value is None
        and name in ("schedule", "schedule_interval")
        and call.last in ("DAG", "dag")
        and not _computed(call, name)
    )


def _computed(call: Call, name: str) -> bool:
    return call.keyword(name) is not None


def _functions_of(repo: Repository, call: Call) -> Iterator[tuple[str, str]]:
    code = repo.code
    owner = call.name.rpartition(".")[0]
    if owner:
        target = code.definition(owner, call.path)
        if target:
            yield target
    if call.decorates:
        module = code.module(call.path)
        yield from (
            (call.path, item.qualname) for item in (module.functions if module else ()) if item.name == call.decorates
        )
    for value in (call.keyword("flow"), *call.args):
        dotted = getattr(value, "dotted", "")
        target = code.definition(dotted, call.path) if dotted else None
        if target:
            yield target
    entry = call.keyword("entrypoint")
    if isinstance(entry, str) and ":" in entry:
        path = repo.find(entry.split(":", 1)[0])
        if path:
            yield path, entry.split(":", 1)[1]


def _modules_of(repo: Repository, call: Call) -> Iterator[str]:
    if call.last in ("DAG", "dag"):
        yield from _triggered(repo, call.path)
    elif not list(_functions_of(repo, call)):
        yield call.path


def _triggered(repo: Repository, path: str) -> tuple[str, ...]:
    """The module of a DAG, and those of the DAGs that it triggers, one after the other."""
    found = [path]
    for name in found:
        module = repo.code.module(name)
        for call in module.calls if module else ():
            if call.last == "TriggerDagRunOperator":
                target = _dags(repo).get(str(call.keyword("trigger_dag_id")))
                found += [target] if target and target not in found else []
    return tuple(found)


@remembered
def _dags(repo: Repository) -> Mapping[str, str]:
    """The modules that define the DAGs of Airflow, by the names of these."""
    found: dict[str, str] = {}
    for call in repo.code.calls("pipeline.flow"):
        if call.last in ("DAG", "dag"):
            name = call.keyword("dag_id") or (call.args[0] if call.args else call.decorates)
            found.setdefault(str(name), call.path)
    return found


def _of_workflow(repo: Repository, workflow: Workflow) -> Schedule:
    modules: list[str] = []
    functions: list[tuple[str, str]] = []
    steps = workflow.steps
    if workflow.tool == "mage":
        pipeline = next(
            (
                item
                for item in repo.workflows
                if item.tool == "mage" and item.steps and item.path.split("/")[-2] == workflow.path.split("/")[-2]
            ),
            None,
        )
        steps = pipeline.steps if pipeline else ()
    for step in steps:
        name = step.rsplit(":", 1)[-1].rsplit("/", 1)[-1]
        modules += [module.path for module in repo.modules if module.path.endswith(f"/{name}.py")]
    if workflow.tool == "databricks":  # a task has a name of its own beside the program that it runs
        modules += sorted(path for path in own_parts(repo, workflow) if repo.code.module(path))
    if ":" in workflow.entrypoint:
        path, scope = workflow.entrypoint.rsplit(":", 1)
        found = repo.find(path, workflow.path.rpartition("/")[0])
        called_so = [module.path for module in repo.modules if module.path.endswith(f"/{path}")]
        if not found and len(called_so) == 1:
            found = called_so[0]  # the command that deploys it says the folder
        functions += [(found, scope)] if found else []
    idle = "" if workflow.active else "it is switched off"
    if workflow.tool == "prefect" and not idle and not _is_known(repo, workflow):
        idle = "nothing applies it"
    return Schedule(workflow.schedule_place, tuple(modules), tuple(functions), idle, workflow.tool)


_PREFECT_FILE = re.compile(r"(?:^|/)prefect\.ya?ml$")
_IS_APPLIED = re.compile(r"\bapply\b|\s-a\b")


def _is_known(repo: Repository, workflow: Workflow) -> bool:
    """Whether a deployment comes to the service: by the project's own file, or a manifest that a command applies."""
    if _PREFECT_FILE.search(workflow.path):
        return True
    names = {posixpath.basename(workflow.path), posixpath.basename(workflow.entrypoint.partition(":")[0])} - {""}
    return any(_IS_APPLIED.search(line) and any(name in line for name in names) for line in _applied_by_commands(repo))


def _programs(repo: Repository, pipeline: Pipeline) -> Iterator[str]:
    for item in repo.commands_of(pipeline):
        path = repo.program(item.invocation)
        if path:
            yield path


def _programs_beside(repo: Repository, path: str) -> tuple[str, ...]:
    """Modules of the component that infrastructure code belongs to: those in the nearest folder above it that has any.

    Infrastructure that stands apart from all components may start every one of them.
    """
    declaring = {file.path for file in repo.infrastructure}
    programs = [name for name in _all_programs(repo) if name not in declaring]
    folder = posixpath.dirname(path)
    while folder and folder != repo.subdir:
        beside = tuple(name for name in programs if name.startswith(f"{folder}/"))
        if beside:
            return beside
        folder = posixpath.dirname(folder)
    return tuple(programs)


def _all_programs(repo: Repository) -> Iterator[str]:
    return (module.path for module in repo.code.modules)


def scheduled_scoring(repo: Repository, scoring: list[Call]) -> list[Located | Place]:
    """The schedule and the call of batch scoring that it starts."""
    lines = frozenset((call.path, call.line) for call in scoring)
    for schedule in schedules(repo) if scoring else ():
        if not schedule.idle and schedule.comes_to(repo, lines):
            return [schedule.place, scoring[0]]
    return []


def requested_scoring(repo: Repository) -> Iterator[Place]:
    """Triggers of pipelines that predict, by which a request to the orchestrator starts them."""
    for workflow in repo.workflows:
        if workflow.requested and workflow.active and _of_workflow(repo, workflow).starts(repo, "model.predict"):
            yield workflow.place


def starts_training(repo: Repository) -> Iterator[Schedule]:
    """Schedules that come to training a model."""
    found = [item for item in schedules(repo) if item.starts(repo, "model.fit") or _asks_service(repo, item)]
    yield from sorted(found, key=lambda item: is_asked_first(repo, item))


def _asks_service(repo: Repository, schedule: Schedule) -> bool:
    """Whether what a schedule starts asks a service of the project for training, by the path of a route that trains."""
    paths = {*schedule.modules, *(path for path, _ in schedule.functions)}
    return any(not _asked_routes(repo, path).isdisjoint(repo.once(_training_routes)) for path in sorted(paths))


@remembered
def _asked_routes(repo: Repository, path: str) -> frozenset[str]:
    """The paths of addresses in a module that speak of training."""
    module = repo.code.module(path)
    found = (_TRAINING_ROUTE.search(text.value) for text in (module.texts if module else ()))
    return frozenset(match.group(1) for match in found if match)


_TRAINING_ROUTE = re.compile(r"(?i)(?:^|\bcurl\b.{0,80}\s[\"']?)https?://[^/\s]+(/[\w/-]*train[\w/-]*)")


def _training_routes(repo: Repository) -> frozenset[str]:
    """The paths of the routes whose functions come to training."""
    code = repo.code
    return frozenset(
        path
        for call in code.calls("serve.route")
        for path in call.texts()
        if "train" in path.lower() and code.reaches(call.path, call.decorates, "model.fit", steps=5)
    )


def is_asked_first(repo: Repository, schedule: Schedule) -> bool:
    """Whether a DAG comes to training only through others that it starts, and chooses by a condition which of them."""
    module = repo.code.module(schedule.modules[0]) if len(schedule.modules) > 1 else None
    return (
        module is not None
        and any(_CHOOSES.search(f"{call.name} {call.decorates}") for call in module.calls)
        and not module_reaches(repo, module.path, "model.fit")
    )


_CHOOSES = re.compile(r"BranchPythonOperator|ShortCircuitOperator|task\.(?:branch|short_circuit)")


_OTHER_FLOW = re.compile(r"(?i)hpo|hyper|tun(?:e|ing)|optimi|search|monitor|register|evaluat|predict")


@remembered
def training_flows(repo: Repository) -> Iterator[Place]:
    """Declarations of flows that come to training a model, whatever starts them; those of another purpose by name last."""
    calls = repo.code.calls("pipeline.flow")
    for call in sorted(calls, key=lambda call: bool(_OTHER_FLOW.search(f"{call.path} {call.decorates}"))):
        flow = Schedule(call.place, tuple(_modules_of(repo, call)), tuple(_functions_of(repo, call)))
        if flow.starts(repo, "model.fit"):
            yield call.place
    for workflow in repo.workflows:
        if workflow.steps and _of_workflow(repo, workflow).starts(repo, "model.fit"):
            yield workflow.place
